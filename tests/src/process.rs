//! The product's binary as a process of its own, which a test starts, kills and asks to stop.
//!
//! Invariant: no process outlives whoever started it. A value that is dropped kills its process; if
//! the test's own process or thread ends without that, the kernel does (`setpriv --pdeathsig`).

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::database::{Database, ORIGIN, SECRET};

/// How long a start may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether a process has come as far as it is to.
const LOOK: Duration = Duration::from_millis(3);

/// A running `fallbuch serve`.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: PathBuf,
}

/// How a server that was asked to stop came to its end.
#[derive(Debug)]
pub struct Ended {
    /// With which status.
    pub status: ExitStatus,
    /// After how long.
    pub took: Duration,
    /// What it had logged.
    pub said: String,
}

/// The product's binary on a database; it does not outlive this process.
#[must_use]
pub fn fallbuch(database: &Database, arguments: &[&str]) -> Command {
    let mut command = bound_to_this_process("KILL");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FALLBUCH_") {
            command.env_remove(name);
        }
    }
    command
        .arg(binary())
        .args(arguments)
        .env("FALLBUCH_BIND", "127.0.0.1:0")
        .env("FALLBUCH_DATA_DIR", database.data_dir())
        .env("FALLBUCH_DATABASE_URL", database.address())
        .envs(
            database
                .projector_address()
                .map(|address| ("FALLBUCH_PROJECTOR_DATABASE_URL", address)),
        )
        .env("FALLBUCH_ORIGIN", ORIGIN)
        .env("FALLBUCH_SECRET", String::from_utf8_lossy(&SECRET).as_ref())
        // Counted as everywhere, and never reached.
        .env("FALLBUCH_RATE_LIMIT", "4000000000")
        .env("FALLBUCH_LOG", "warn,fallbuch_api::cli=info")
        .env("FALLBUCH_LOG_FORMAT", "json");
    command
}

/// Asks the binary whether everything that follows from the log is as the log says.
///
/// # Errors
/// What it says otherwise.
pub fn check_rebuild(database: &Database) -> Result<(), String> {
    let checked = fallbuch(database, &["rebuild", "all", "--check"]).output();
    let checked = checked.map_err(|error| error.to_string())?;
    if checked.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&checked.stderr).into_owned())
    }
}

impl Server {
    /// Starts a server on the database, on a free port; it may not listen yet.
    #[must_use]
    pub fn spawn(database: &Database) -> Self {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = database.data_dir().join(format!("server-{number}.log"));
        let child = fallbuch(database, &["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("the log's file is made"))
            .spawn()
            .expect("the server is started");
        Self { child, log }
    }

    /// Waits until it takes requests, and is its address, such as `http://127.0.0.1:40001`; none if it
    /// ended before.
    pub async fn serving(&mut self) -> Option<String> {
        let began = Instant::now();
        loop {
            if let Some(address) = self.address() {
                return Some(format!("http://{address}"));
            }
            if self.child.try_wait().expect("the server is ours").is_some() {
                return None;
            }
            assert!(began.elapsed() < PATIENCE, "never serving: {}", self.said());
            tokio::time::sleep(LOOK).await;
        }
    }

    fn address(&self) -> Option<String> {
        let said = self.said();
        let mut lines = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let serving = lines.find(|line| line["fields"]["message"] == "serving")?;
        serving["fields"]["address"].as_str().map(ToOwned::to_owned)
    }

    /// What it has logged.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log's file is there")
    }

    /// Ends it on the spot, as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().expect("the server is ours");
        let status = self.child.wait().expect("the server ends");
        assert_eq!(
            status.signal(),
            Some(9),
            "it ended by itself: {}",
            self.said()
        );
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    pub async fn stop(mut self) -> Ended {
        let began = Instant::now();
        signal("TERM", self.child.id());
        loop {
            if let Some(status) = self.child.try_wait().expect("the server is ours") {
                return Ended {
                    status,
                    took: began.elapsed(),
                    said: self.said(),
                };
            }
            assert!(
                began.elapsed() < PATIENCE,
                "it does not stop: {}",
                self.said()
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The number of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    #[expect(
        clippy::print_stderr,
        reason = "a failing test tells what the servers said"
    )]
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to kill.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
        if std::thread::panicking() {
            // The one that is to blame may have been killed before.
            let folder = self.log.parent().map(std::fs::read_dir);
            for file in folder.into_iter().flatten().flatten().flatten() {
                let said = std::fs::read_to_string(file.path());
                if let (Some("log"), Ok(said)) =
                    (file.path().extension().and_then(|end| end.to_str()), said)
                {
                    eprintln!("{}:\n{said}", file.path().display());
                }
            }
        }
    }
}

/// A command that runs the program named by its next argument as the same process, to which the
/// kernel sends `signal` when the thread that started it ends.
pub(crate) fn bound_to_this_process(signal: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal]);
    command
}

/// Sends a signal to a process. The shell's own `kill` is always there.
pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("bash")
        .args(["-c", "kill -s \"$0\" \"$1\"", name, &process.to_string()])
        .status();
    assert!(status.expect("bash runs").success(), "SIG{name} is sent");
}

/// The binary that was built with the tests.
///
/// # Panics
/// If it was not built.
#[must_use]
pub fn binary() -> PathBuf {
    let this = std::env::current_exe().expect("the test's own path");
    let folder = this.parent().and_then(Path::parent).expect("target/debug");
    let binary = folder.join("fallbuch");
    assert!(
        binary.exists(),
        "run `cargo build --bin fallbuch` first: {}",
        binary.display()
    );
    binary
}
