//! What was acknowledged is there and what was not can be asked for, whatever dies under load.
//!
//! Rounds of load with a death in the middle: `kill -9` of the server, an immediate stop of
//! PostgreSQL under it, both, or one of two servers. After each start every command of which a client
//! heard nothing is asked again with its key, and everything is looked at past the product: each
//! acknowledged command is in the log once and as it was told, nothing else is, positions and
//! versions are dense, hashes and MACs are right, states, list rows, keys and counters are those that
//! follow from the log.
//!
//! What this proves and what not: a `kill -9` ends the server between any two of its instructions.
//! What it had handed to the kernel survives, so a commit that was written and not synced would not
//! show. An immediate stop ends PostgreSQL's processes the same way, and with them the shared memory
//! in which commits wait for the log to be written: what is there afterwards was recovered from the
//! log's files, so the log of an acknowledged commit had reached the kernel at least. (With
//! `synchronous_commit=off` it does not, and the loss is noticed: see `twins.rs`.) That it had reached
//! the disk only a loss of power would show; for that stand `synchronous=FULL` and PostgreSQL's own
//! defaults.
//!
//! `FALLBUCH_CRASH_ROUNDS` is the number of rounds with a death of all tests together (20),
//! `FALLBUCH_CRASH_SEED` repeats what chance decided in a run; how the processes raced it does not.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and tells by what seed it can be repeated"
)]

use std::time::{Duration, Instant};

use crash::ground::{Death, Ground};
use fallbuch_tests::{Database, Dice, Engine, Server};

mod crash {
    pub(crate) mod desk;
    pub(crate) mod ground;
    pub(crate) mod ledger;
    mod twins;
}

/// How many rounds there are unless the environment says otherwise.
const ROUNDS: u32 = 20;

/// Over how many tests with a death they are spread.
const TESTS: u32 = 5;

/// How many times rarer a server is asked to stop than something dies: a stop takes its time.
const RARER: u32 = 4;

fn rounds(death: Death) -> u32 {
    let rounds = std::env::var("FALLBUCH_CRASH_ROUNDS").map_or(ROUNDS, |text| {
        text.parse().expect("FALLBUCH_CRASH_ROUNDS is a number")
    });
    match death {
        Death::Server | Death::Database | Death::Both | Death::OneOfTwo => rounds.div_ceil(TESTS),
        Death::Asked => rounds.div_ceil(TESTS * RARER),
    }
}

/// Chance, as the environment says or anew.
fn dice() -> Dice {
    let seed = std::env::var("FALLBUCH_CRASH_SEED").map_or_else(
        |_| Dice::fresh_seed(),
        |text| text.parse().expect("FALLBUCH_CRASH_SEED is a number"),
    );
    eprintln!("FALLBUCH_CRASH_SEED={seed}");
    Dice::new(seed)
}

async fn survive(engine: Engine, death: Death) {
    let mut ground = Ground::new(engine, death, dice()).await;
    let began = Instant::now();
    for _ in 0..rounds(death) {
        ground.round(death).await;
    }
    ground.look_at_everything().await.unwrap();
    let tally = &ground.tally;
    eprintln!("{engine:?}, {death:?}: {tally:?} in {:?}", began.elapsed());
    assert!(tally.acknowledged > 0, "nothing was done: {tally:?}");
    if death == Death::Asked {
        assert_eq!(tally.carried_out, 0, "an answer was lost: {tally:?}");
    } else {
        assert!(tally.unknown > 0, "nothing was interrupted: {tally:?}");
    }
    if engine == Engine::Sqlite && death == Death::Server {
        assert!(tally.left_over > 0, "no start had to recover: {tally:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_on_sqlite_loses_nothing() {
    survive(Engine::Sqlite, Death::Server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_on_postgres_loses_nothing() {
    survive(Engine::Postgres, Death::Server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_stopped_at_once_loses_nothing_and_its_server_recovers() {
    survive(Engine::Postgres, Death::Database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_and_database_ended_at_once_lose_nothing() {
    survive(Engine::Postgres, Death::Both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_survives_and_settles_what_the_other_left() {
    survive(Engine::Postgres, Death::OneOfTwo).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_sqlite_that_is_asked_to_stop_answers_all_that_it_stored() {
    survive(Engine::Sqlite, Death::Asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_postgres_that_is_asked_to_stop_answers_all_that_it_stored() {
    survive(Engine::Postgres, Death::Asked).await;
}

/// How long a request may wait for a database that is away.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_everything_is_told_to_come_again_later() {
    let mut ground = Ground::new(Engine::Postgres, Death::Database, dice()).await;
    let longest = ground.outage().await;
    eprintln!("the longest wait: {longest:?}");
    assert!(longest < LONGEST_WAIT, "{longest:?}");
}

/// What the harness itself promises: the kernel ends a server whose starter is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_does_not_outlive_who_started_it() {
    let database = Database::migrated(Engine::Sqlite).await;
    let state = |process: u32| std::fs::read_to_string(format!("/proc/{process}/status"));
    let started = std::thread::scope(|scope| {
        let starter = scope.spawn(|| {
            let server = Server::spawn(&database);
            let process = server.process();
            while !state(process).unwrap().starts_with("Name:\tfallbuch\n") {
                std::thread::sleep(Duration::from_millis(1));
            }
            // As if the test had been killed.
            std::mem::forget(server);
            process
        });
        starter.join().unwrap()
    });
    let patience = Instant::now() + Duration::from_secs(10);
    while state(started).is_ok_and(|state| !state.contains("State:\tZ")) {
        assert!(Instant::now() < patience, "{started} still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
