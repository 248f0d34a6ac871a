//! Appending through the store: how many commands per second, and how long the slow ones take.

use std::time::Instant;

use fallbuch_domain::catalogue::shipped_agencies;
use fallbuch_tests::{Engine, World};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use crate::ground::{Submitter, open_cases};
use crate::load::{ROUNDS, TURN, WARM_UP, rate, run};
use crate::pgbench::Pgbench;
use crate::report::{Report, Wanted};

/// The agency of all figures that need one.
pub(crate) const AGENCY: &str = "transmit";

/// How many cases one turn writes to; their contacts last for it.
pub(crate) const CASES: usize = 1_500;

/// All figures of this module.
pub(crate) async fn measure(report: &mut Report) {
    let one = [AGENCY];
    let shipped = shipped_agencies().expect("the shipped agencies are readable");
    let nine: Vec<_> = shipped.iter().map(|agency| agency.code.as_str()).collect();
    postgres(report, "append.pg.1", 1, &one, Wanted::Reported).await;
    postgres(report, "append.pg.8", 8, &one, Wanted::AtLeast(0.45)).await;
    postgres(report, "append.pg.32", 32, &one, Wanted::AtLeast(0.70)).await;
    postgres(report, "append.pg.32x9", 32, &nine, Wanted::AtLeast(0.6)).await;
    sqlite(report).await;
}

async fn postgres(
    report: &mut Report,
    name: &'static str,
    submitters: usize,
    agencies: &[&str],
    wanted: Wanted,
) {
    if !report.wants(name) {
        return;
    }
    let world = World::founded(Engine::Postgres, agencies).await;
    let limit = Pgbench::on(&world.database).await;
    let cases = open_cases(&world.store, agencies, CASES).await;
    run(Submitter::many(&world.store, &cases, submitters), WARM_UP).await;
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    let (mut slow, mut slow_limits) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let insert = limit.turn(submitters).await;
        let cases = open_cases(&world.store, agencies, CASES).await;
        let ours = run(Submitter::many(&world.store, &cases, submitters), TURN).await;
        rates.push(ours.per_second);
        limits.push(insert.per_second);
        slow.push(ours.percentile(0.99));
        slow_limits.push(insert.p99);
    }
    report.add(name, "commands/s", &rates, &limits, wanted);
    if name == "append.pg.32" {
        let wanted = Wanted::AtMost(1.0);
        report.add("append.pg.32.p99", "ms", &slow, &slow_limits, wanted);
    }
    world.stop().await;
}

async fn sqlite(report: &mut Report) {
    const NAME: &str = "append.sqlite.32";
    if !report.wants(NAME) {
        return;
    }
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    let file = world.database.data_dir().join("limit.sqlite");
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut limit = SqliteConnection::connect_with(&options)
        .await
        .expect("a file of SQLite");
    let table = "CREATE TABLE bench_row (id BLOB PRIMARY KEY, position INTEGER, body BLOB)";
    let made = sqlx::query(table).execute(&mut limit).await;
    made.expect("the table is made");
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limits.push(one_row_transactions(&world, &mut limit).await);
        let cases = open_cases(&world.store, &[AGENCY], CASES).await;
        let ours = run(Submitter::many(&world.store, &cases, 32), TURN).await;
        rates.push(ours.per_second);
    }
    report.add(NAME, "commands/s", &rates, &limits, Wanted::AtLeast(2.0));
    world.stop().await;
}

async fn one_row_transactions(world: &World, connection: &mut SqliteConnection) -> f64 {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < TURN {
        sqlx::query("INSERT INTO bench_row VALUES ($1, $2, $3)")
            .bind(world.store.sources().ids.id())
            .bind(i64::from(count))
            .bind(vec![0x7b_u8; 600])
            .execute(&mut *connection)
            .await
            .expect("the row is stored");
        count += 1;
    }
    rate(usize::try_from(count).expect("a count"), began.elapsed())
}
