//! The limit of an append: what `pgbench` reaches with one-row prepared INSERTs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use fallbuch_persistence::DatabaseUrl;
use fallbuch_tests::Database;

use crate::load::{TURN, percentile};

/// How many bytes the row's body has; an event's has about as many.
const BODY: usize = 600;

/// The share of transactions whose latency is written down.
const SAMPLED: &str = "--sampling-rate=0.2";

/// What one turn came to.
pub(crate) struct Insert {
    /// Transactions per second.
    pub(crate) per_second: f64,
    /// The 99th percentile of their latency, in milliseconds.
    pub(crate) p99: f64,
}

/// The table of the limit and the script that fills it.
pub(crate) struct Pgbench {
    folder: tempfile::TempDir,
    address: String,
}

impl Pgbench {
    /// Makes the table in `database`.
    pub(crate) async fn on(database: &Database) -> Self {
        let DatabaseUrl::Postgres(options) = database.owner_url() else {
            panic!("pgbench needs PostgreSQL");
        };
        let mut connection = PgConnection::connect_with(&options)
            .await
            .expect("the database answers");
        sqlx::query(
            "CREATE TABLE bench_row (id uuid PRIMARY KEY, position bigint NOT NULL, body bytea NOT NULL)",
        )
        .execute(&mut connection)
        .await
        .expect("the table is made");
        connection.close().await.expect("the connection closes");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = format!(
            "\\set position random(1, 1000000000)\n\
             INSERT INTO bench_row VALUES (gen_random_uuid(), :position, '\\x{}');\n",
            "7b".repeat(BODY)
        );
        std::fs::write(folder.path().join("insert.sql"), script).expect("the script is written");
        let address = format!(
            "postgres://{}@{}:{}/{}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            options.get_database().expect("a database of its own"),
        );
        Self { folder, address }
    }

    /// One turn with so many clients.
    pub(crate) async fn turn(&self, clients: usize) -> Insert {
        let (folder, address) = (self.folder.path().to_owned(), self.address.clone());
        let turn = move || insert(&folder, &address, clients);
        tokio::task::spawn_blocking(turn)
            .await
            .expect("pgbench ran")
    }
}

fn insert(folder: &Path, address: &str, clients: usize) -> Insert {
    let log = folder.join("log");
    let threads = clients.min(2);
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-l", SAMPLED])
        .args(["-c", &clients.to_string(), "-j", &threads.to_string()])
        .args(["-T", &TURN.as_secs().to_string()])
        .arg("-f")
        .arg(folder.join("insert.sql"))
        .arg(format!("--log-prefix={}", log.display()))
        .arg(address)
        .output()
        .expect("pgbench is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let per_second = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next())
        .and_then(|number| number.parse().ok());
    let Some(per_second) = per_second else {
        panic!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    Insert {
        per_second,
        p99: percentile(&latencies(folder), 0.99),
    }
}

/// The latencies of the log, which is removed; its third column are microseconds.
fn latencies(folder: &Path) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for file in std::fs::read_dir(folder).expect("the folder is there") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the log is text");
        let times = text.lines().filter_map(|line| line.split(' ').nth(2));
        latencies.extend(
            times
                .filter_map(|time| time.parse().ok())
                .map(Duration::from_micros),
        );
        std::fs::remove_file(path).expect("the log is removed");
    }
    latencies.sort_unstable();
    latencies
}
