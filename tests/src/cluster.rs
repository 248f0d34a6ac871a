//! A PostgreSQL cluster of a test's own, which it can stop on the spot and start again.
//!
//! Invariants: the cluster keeps PostgreSQL's default durability; it does not outlive the test.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::process::{bound_to_this_process, signal};

/// The plain login role that the application uses.
pub(crate) const APPLICATION: &str = "fallbuch_app";

const OWNER: &str = "fallbuch_owner";
pub(crate) const SUPERUSER: &str = "postgres";

/// The role that writes what follows from the log.
pub(crate) const PROJECTOR: &str = "fallbuch_projector";

/// As whom PostgreSQL runs if the tests run as root, which it refuses.
const SYSTEM_USER: &str = "postgres";

/// How long a start, with recovery, may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether the cluster answers.
const LOOK: Duration = Duration::from_millis(10);

/// Below the ports that the system gives to whoever connects: the cluster finds its own free again.
const PORTS: (u64, u64) = (20_000, 31_999);

/// How many of its last lines are shown when a test fails.
const TOLD: usize = 40;

const ACCESS: &str = "host all all 127.0.0.1/32 trust\n";
const CONFIGURATION: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n";

/// The cluster; gone with the value.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    home: TempDir,
    port: u16,
    postmaster: Option<Child>,
}

impl Cluster {
    /// A new cluster that answers, with the product's roles.
    pub async fn new() -> Self {
        let cluster = Self::bare().await;
        let mut connection = cluster.connection().await;
        for role in [
            "CREATE ROLE fallbuch_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
            "CREATE ROLE fallbuch_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
            "CREATE ROLE fallbuch_projector LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
        ] {
            let made = sqlx::query(role).execute(&mut connection).await;
            made.expect("a role is made");
        }
        cluster
    }

    /// A new cluster that answers, with no role but the superuser.
    pub async fn bare() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        if is_root() {
            run(Command::new("chown").arg(SYSTEM_USER).arg(home.path()));
        }
        let mut cluster = Self {
            programs: programs(),
            home,
            port: 0,
            postmaster: None,
        };
        let data = cluster.data();
        run(cluster
            .as_server("initdb")
            .arg("--pgdata")
            .arg(&data)
            .args(["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync"]));
        std::fs::write(data.join("pg_hba.conf"), ACCESS).expect("the access is written");
        let mut configuration = File::options();
        let configuration = configuration
            .append(true)
            .open(data.join("postgresql.conf"));
        let mut configuration = configuration.expect("there is a configuration");
        let written = configuration.write_all(CONFIGURATION.as_bytes());
        written.expect("the configuration is written");
        cluster.start_on_a_free_port().await;
        cluster
    }

    /// Where it listens, such as `127.0.0.1:20001`.
    #[must_use]
    pub fn listens_at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The folder of PostgreSQL's programs.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Stops it on the spot, as `pg_ctl stop -m immediate` does (SIGQUIT): no checkpoint, no goodbye,
    /// whatever was under way is lost, and the next start recovers from the log.
    pub fn stop_immediately(&mut self) {
        let mut postmaster = self.postmaster.take().expect("it runs");
        signal("QUIT", postmaster.id());
        postmaster.wait().expect("it ends");
    }

    /// Starts it again; it may not answer yet.
    pub fn spawn(&mut self) {
        assert!(self.postmaster.is_none(), "it runs");
        let log = self.home.path().join("server.log");
        let log = File::options().create(true).append(true).open(log);
        let log = log.expect("the log's file opens");
        let mut command = self.as_server("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log's file is shared"))
            .stderr(log);
        self.postmaster = Some(command.spawn().expect("PostgreSQL is started"));
    }

    /// Waits until it answers.
    pub async fn answers(&mut self) {
        assert!(self.answered().await, "it ended: {}", self.said());
    }

    /// A connection of the superuser, who sees what the others do.
    pub async fn connection(&self) -> PgConnection {
        let connection = PgConnection::connect_with(&self.address(SUPERUSER)).await;
        connection.expect("the cluster answers")
    }

    /// The address of the maintenance database for the role that owns the schema.
    pub(crate) fn maintenance(&self) -> PgConnectOptions {
        self.address(OWNER)
    }

    /// Whether it came to answer; it did not if it ended.
    async fn answered(&mut self) -> bool {
        let began = Instant::now();
        loop {
            let connection = PgConnection::connect_with(&self.address(SUPERUSER)).await;
            if let Ok(connection) = connection {
                connection.close().await.expect("the connection closes");
                return true;
            }
            let postmaster = self.postmaster.as_mut().expect("it was started");
            if postmaster.try_wait().expect("it is ours").is_some() {
                self.postmaster = None;
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "never: {}", self.said());
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn start_on_a_free_port(&mut self) {
        let mut dice = Dice::new(Dice::fresh_seed());
        // A port that is free now may be taken a moment later.
        for _ in 0..10 {
            let port = dice.between(PORTS.0, PORTS.1);
            self.port = u16::try_from(port).expect("a port");
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                continue;
            }
            self.spawn();
            if self.answered().await {
                return;
            }
        }
        panic!("the cluster does not start: {}", self.said());
    }

    fn address(&self, role: &str) -> PgConnectOptions {
        PgConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username(role)
            .database("postgres")
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn said(&self) -> String {
        let log = std::fs::read_to_string(self.home.path().join("server.log"));
        let log = log.unwrap_or_else(|error| error.to_string());
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(TOLD)..].join("\n")
    }

    /// One of PostgreSQL's programs, as the user it runs as; SIGQUIT if whoever started it ends.
    fn as_server(&self, program: &str) -> Command {
        let mut command = bound_to_this_process("QUIT");
        if is_root() {
            command.args(["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER]);
            command.arg("--init-groups");
        }
        command.arg(self.programs.join(program));
        // It wants a working directory that it may enter.
        command.current_dir(self.home.path());
        command
    }
}

impl Drop for Cluster {
    #[expect(
        clippy::print_stderr,
        reason = "a failing test tells what the cluster said"
    )]
    fn drop(&mut self) {
        if self.postmaster.is_some() {
            self.stop_immediately();
        }
        if std::thread::panicking() {
            eprintln!("the cluster's log:\n{}", self.said());
        }
    }
}

/// The programs of the newest server installed; Debian keeps them out of the search path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let newest = versions.into_iter().flatten().filter_map(|version| {
        let path = version.ok()?.path();
        let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
        let programs = path.join("bin");
        programs
            .join("initdb")
            .exists()
            .then_some((number, programs))
    });
    if let Some((_, programs)) = newest.max() {
        return programs;
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let asked = asked.expect("no PostgreSQL server found; tests/install-tools.sh installs one");
    Path::new(String::from_utf8_lossy(&asked.stdout).trim()).to_owned()
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output().expect("id runs");
    asked.stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
