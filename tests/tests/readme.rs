//! The README's promises: every block of shell commands runs, in order, in one session, against the
//! server that `make run` starts. A block that cannot run here says why.

#![expect(clippy::expect_used, reason = "a broken harness is a failed test")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use readme::shown;

mod readme {
    pub(crate) mod shown;
}

const README: &str = include_str!("../../README.md");

/// A fenced block: its info string, the line before it that is not empty, and its text.
#[derive(Debug, PartialEq, Eq)]
struct Block<'a> {
    info: &'a str,
    before: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut before) = (Vec::new(), "");
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block {
                info,
                before,
                text: text.join("\n") + "\n",
            });
            before = "";
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

/// What is wrong with the page itself: a block that is not run and does not say why.
fn unexplained(blocks: &[Block<'_>]) -> Vec<String> {
    let known = |info: &str| matches!(info, "sh" | "sh not-tested" | "json" | "");
    let wrong = blocks.iter().filter(|block| {
        !known(block.info)
            || (block.info == "sh not-tested" && !block.before.trim_end().ends_with("-->"))
    });
    wrong
        .map(|block| format!("{}: {}", block.info, block.text))
        .collect()
}

/// Runs the blocks in one session; the error is the session's output.
fn run(blocks: &[&str], folder: &Path, environment: &[(&str, String)]) -> Result<String, String> {
    let mut script = String::from("set -euo pipefail\n");
    for (number, block) in (1..).zip(blocks) {
        script.extend([&format!("echo '== block {number}'\n"), *block]);
    }
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(&script)
        .current_dir(folder)
        .envs(environment.iter().cloned());
    let output = command.output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(said)
    } else {
        Err(said)
    }
}

/// What the page shows of an answer and the block of commands above it did not say.
fn unlike(blocks: &[Block<'_>], said: &str) -> Vec<String> {
    let mut outputs = said.split("== block ").skip(1);
    let (mut output, mut found) = ("", Vec::new());
    for block in blocks {
        match block.info {
            "sh" => output = outputs.next().unwrap_or_default(),
            "json" | "" => found.extend(shown::differences(&block.text, output)),
            _ => {}
        }
    }
    found
}

/// The folder of the binary that the tests were built with.
fn binaries() -> PathBuf {
    let this = std::env::current_exe().expect("the test's own path");
    let folder = this.parent().and_then(Path::parent).expect("target/debug");
    assert!(
        folder.join("fallbuch").exists(),
        "run `cargo build --bin fallbuch` first"
    );
    folder.to_owned()
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn serve(binaries: &Path, environment: &[(&str, String)], address: &str) -> Server {
    let fallbuch = || {
        let mut command = Command::new(binaries.join("fallbuch"));
        command
            .envs(environment.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    assert!(
        fallbuch()
            .arg("demo")
            .status()
            .expect("demo runs")
            .success()
    );
    let server = Server(fallbuch().arg("serve").spawn().expect("the server starts"));
    let patience = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(address).is_err() {
        assert!(Instant::now() < patience, "the server does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

#[test]
fn every_block_runs() {
    let all = blocks(README);
    assert_eq!(unexplained(&all), Vec::<String>::new());
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let (binaries, data) = (binaries(), tempfile::tempdir().unwrap());
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let environment = [
        ("PATH", path),
        ("FALLBUCH_BIND", address.clone()),
        ("FALLBUCH_DATA_DIR", data.path().display().to_string()),
    ];
    let _server = serve(&binaries, &environment, &address);
    let texts: Vec<String> = all
        .iter()
        .filter(|block| block.info == "sh")
        .map(|block| block.text.replace("127.0.0.1:8080", &address))
        .collect();
    assert!(texts.len() >= 5, "the README shows something to run");
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let said = run(&texts, data.path(), &environment).unwrap_or_else(|said| panic!("{said}"));
    for promised in [
        "HTTP/1.1 201",
        "HTTP/1.1 409",
        "HTTP/1.1 412",
        "\"allowed\":true",
    ] {
        assert!(said.contains(promised), "{promised} is promised: {said}");
    }
    let unlike = unlike(&all, &said);
    assert!(unlike.is_empty(), "shown and not said: {unlike:#?}\n{said}");
}

#[test]
fn a_block_that_fails_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&["true\n", "echo fine\n"], folder.path(), &[]).is_ok());
    let said = run(
        &["echo before\n", "false | cat\n", "echo after\n"],
        folder.path(),
        &[],
    );
    let said = said.unwrap_err();
    assert!(said.contains("before") && !said.contains("after"), "{said}");
}

#[test]
fn a_block_without_a_reason_is_noticed() {
    let page =
        "<!-- It needs a database. -->\n```sh not-tested\nx\n```\n\n```sh not-tested\ny\n```\n";
    assert_eq!(unexplained(&blocks(page)), ["sh not-tested: y\n"]);
    assert_eq!(unexplained(&blocks("```python\nz\n```\n")), ["python: z\n"]);
}
