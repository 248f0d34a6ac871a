//! The binary by itself: how soon it answers, and how much memory it holds while nobody asks.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::{ROUNDS, milliseconds};
use crate::report::{Report, Wanted};

/// The most a start may take, in milliseconds.
const START: f64 = 100.0;

/// The most memory it may hold, in megabytes.
const MEMORY: f64 = 40.0;

/// How long the server is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(1);

/// `start` and `idle`.
pub(crate) fn measure(report: &mut Report) {
    if !report.wants("start") && !report.wants("idle") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let filled = binary(folder.path(), None).arg("demo").status();
    assert!(filled.expect("the binary runs").success(), "fallbuch demo");
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (mut server, took) = start(folder.path());
        starts.push(milliseconds(took));
        std::thread::sleep(IDLE);
        memory.push(resident(&server));
        server.kill().expect("the server is ours");
        server.wait().expect("the server ends");
    }
    report.add("start", "ms", &starts, &[START], Wanted::AtMost(1.0));
    report.add("idle", "MB", &memory, &[MEMORY], Wanted::AtMost(1.0));
}

/// Starts the server and waits until it says that it is ready.
fn start(folder: &Path) -> (Child, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let began = Instant::now();
    let server = binary(folder, Some(address)).arg("serve").spawn();
    let server = server.expect("the binary runs");
    while !is_ready(address) {
        std::thread::sleep(Duration::from_micros(500));
        assert!(began.elapsed() < Duration::from_secs(30), "never ready");
    }
    (server, began.elapsed())
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream
            .write_all(b"GET /health/ready HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}

/// The product's binary, built beside this one.
fn binary(folder: &Path, bind: Option<SocketAddr>) -> Command {
    let own = std::env::current_exe().expect("the path of this program");
    let path: PathBuf = own.with_file_name("fallbuch");
    let mut command = Command::new(path);
    command
        .env("FALLBUCH_DATA_DIR", folder)
        // Counted as everywhere, and never reached.
        .env("FALLBUCH_RATE_LIMIT", "4000000000")
        .env("FALLBUCH_LOG", "error")
        .env_remove("FALLBUCH_DATABASE_URL")
        .stdout(Stdio::null());
    if let Some(address) = bind {
        command.env("FALLBUCH_BIND", address.to_string());
    }
    command
}

/// The memory a process has in use, in megabytes.
fn resident(process: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
    let status = status.expect("this system tells of its processes");
    let kilobytes = status.lines().find_map(|line| {
        let rest = line.strip_prefix("VmRSS:")?;
        rest.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<u32>()
            .ok()
    });
    f64::from(kilobytes.expect("its memory")) / 1_024.0
}
