//! What is shot: other processes' transactions, killed connections; the dice that say when, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fallbuch_persistence::{DatabaseUrl, Store};
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Field;
use crate::by_hand;
use crate::setup::{Database, Engine, Raw};

/// Random numbers that the seed repeats (SplitMix64, Steele, Lea and Flood 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64, whose: u64) -> Self {
        let mut dice = Self(seed ^ whose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(super) fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

/// The seed that `FALLBUCH_TEST_SEED` asks for, or a new one.
pub(super) fn seed(store: &Store) -> u64 {
    match std::env::var("FALLBUCH_TEST_SEED") {
        Ok(seed) => seed.parse().expect("FALLBUCH_TEST_SEED is a number"),
        Err(_) => store
            .sources()
            .ids
            .salt()
            .iter()
            .fold(0, |seed, byte| seed << 8 | u64::from(*byte)),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the harness shows it if the test fails"
)]
pub(super) fn tell(seed: u64) {
    println!("FALLBUCH_TEST_SEED={seed} repeats the dice");
}

/// How often something happened.
#[derive(Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(super) struct Counts {
    /// Connections killed.
    killed: Count,
    /// Transactions of another process that were rolled back with their position taken.
    rolled_back: Count,
    /// Those that were committed.
    pub(super) by_hand: Count,
    pub(super) hung_up: Count,
    /// Commands that took their flush down, or were refused.
    pub(super) bad: Count,
    /// Commands that the store failed on, and that were asked again.
    pub(super) failed: Count,
    pub(super) overloaded: Count,
    /// Commands whose answer was an earlier one's.
    pub(super) replayed: Count,
    /// Pages that could not be read.
    pub(super) unread: Count,
}

impl Counts {
    pub(super) fn summary(
        &self,
        engine: Engine,
        seed: u64,
        acknowledged: usize,
        logs: &[Vec<Vec<u8>>],
    ) -> String {
        let events: usize = logs.iter().map(Vec::len).sum();
        format!(
            "followers on {engine:?} (seed {seed}): {events} events of {} agencies, {acknowledged} \
             commands acknowledged once each; connections killed {}, rolled back {}, committed by \
             hand {}, hung up {}, bad commands {}, failed and asked again {}, turned away {}, \
             answered by an earlier answer {}, pages unread {}",
            logs.len(),
            self.killed.get(),
            self.rolled_back.get(),
            self.by_hand.get(),
            self.hung_up.get(),
            self.bad.get(),
            self.failed.get(),
            self.overloaded.get(),
            self.replayed.get(),
            self.unread.get(),
        )
    }

    /// Who waits for SQLite's one lock may wait as long as others want it. So nobody asks for the
    /// last of its commands before the rival has committed once and rolled back once.
    pub(super) async fn rival_had_its_turns(&self) {
        while self.by_hand.get() == 0 || self.rolled_back.get() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Without fire the test would show nothing.
    pub(super) fn assert_that_there_was_fire(&self, engine: Engine) {
        for (what, count) in [
            ("rolled back", &self.rolled_back),
            ("committed by hand", &self.by_hand),
            ("hung up", &self.hung_up),
            ("bad commands", &self.bad),
            ("answered by an earlier answer", &self.replayed),
        ] {
            assert!(count.get() > 0, "never: {what}");
        }
        if let Engine::Postgres = engine {
            assert!(self.killed.get() > 0, "nothing was killed");
            assert!(
                self.failed.get() + self.unread.get() > 0,
                "nobody noticed the kills"
            );
        }
    }
}

/// Opens the fire; it ends when the field is over.
pub(super) async fn open(field: &Arc<Field>, database: &Database) -> Vec<JoinHandle<()>> {
    let process = by_hand::connect(database).await;
    let mut fire = vec![tokio::spawn(rival(Arc::clone(field), process))];
    if let DatabaseUrl::Postgres(options) = database.unwalled() {
        let killer = options
            .clone()
            .application_name("killer")
            .connect()
            .await
            .unwrap();
        fire.push(tokio::spawn(kill(Arc::clone(field), killer)));
    }
    fire
}

/// Another process, which holds its transactions open and rolls most of them back.
async fn rival(field: Arc<Field>, mut process: Raw) {
    let mut dice = Dice::new(field.seed, 2 << 32);
    // Who waits for SQLite's one lock looks every now and then: it has to be free for a while.
    let pause = match process {
        Raw::Sqlite(_) => 60,
        Raw::Postgres(_) => 10,
    };
    // It commits its first turn and rolls the second back; the writers wait for these two.
    let mut turns = 0_u32;
    while !field.over.load(Ordering::Relaxed) {
        let line = usize::try_from(dice.below(field.lines.len() as u64)).unwrap();
        by_hand::begin_append(&mut process, &field.lines[line].processes[0]).await;
        tokio::time::sleep(Duration::from_millis(dice.below(8))).await;
        if turns == 0 || (turns > 1 && dice.one_in(3)) {
            process.run("COMMIT").await.unwrap();
            field.counts.by_hand.add();
        } else {
            process.run("ROLLBACK").await.unwrap();
            field.counts.rolled_back.add();
        }
        turns += 1;
        tokio::time::sleep(Duration::from_millis(dice.below(pause))).await;
    }
}

/// Kills the stores' connections, one after the other.
async fn kill(field: Arc<Field>, mut connection: PgConnection) {
    const TARGETS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = 'fallbuch' ORDER BY pid";
    let mut dice = Dice::new(field.seed, 3 << 32);
    while !field.over.load(Ordering::Relaxed) {
        let targets: Vec<i32> = sqlx::query_scalar(TARGETS)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        if !targets.is_empty() {
            let target = targets[usize::try_from(dice.below(targets.len() as u64)).unwrap()];
            let kill = sqlx::query_scalar("SELECT pg_terminate_backend($1)").bind(target);
            let killed: bool = kill.fetch_one(&mut connection).await.unwrap();
            // It may have gone by itself.
            if killed {
                field.counts.killed.add();
            }
        }
        tokio::time::sleep(Duration::from_millis(5 + dice.below(30))).await;
    }
}

/// The position that a body says.
pub(super) fn position(body: &[u8]) -> u64 {
    value(body)["position"].as_u64().unwrap()
}

/// The command that a body says.
pub(super) fn command(body: &[u8]) -> Uuid {
    value(body)["command_id"].as_str().unwrap().parse().unwrap()
}

fn value(body: &[u8]) -> serde_json::Value {
    serde_json::from_slice(body).unwrap()
}
