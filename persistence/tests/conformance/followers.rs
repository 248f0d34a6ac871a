//! Followers under fire: many writers, processes that are slow or roll back, clients that hang up,
//! connections that are killed, and consumers who have to get every event all the same.

mod fire;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fallbuch_persistence::{CommandError, Receipt};
use futures_util::future::join_all;
use tokio::sync::watch;
use uuid::Uuid;

use crate::protocol::report;
use crate::setup::{Agency, Database, Engine, Raw, on_both};
use fire::{Counts, Dice};

const AGENCIES: [&str; 9] = [
    "tag-berlin",
    "tag-adapter",
    "bayern",
    "hessen",
    "transmit",
    "niedersachsen",
    "nord-ost",
    "nrw",
    "rlp-saar",
];

/// Per agency.
const WRITERS: u64 = 64;

/// Commands per writer.
const COMMANDS: u64 = 3;

/// Each follows every agency.
const CONSUMERS: usize = 4;

/// After this long, somebody hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// An agency as each process reaches it.
#[derive(Clone)]
struct Line {
    processes: Vec<Agency>,
    case: Uuid,
}

/// Everything that goes on at once.
pub(super) struct Field {
    lines: Vec<Line>,
    engine: Engine,
    seed: u64,
    counts: Counts,
    over: AtomicBool,
}

on_both! {
    async fn every_follower_gets_every_event_once_and_in_order(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let field = Arc::new(Field::prepare(&database, engine).await);
        fire::tell(field.seed);
        let (told, heads) = watch::channel(None);
        let mut following = Vec::new();
        for consumer in 0..CONSUMERS {
            for line in 0..field.lines.len() {
                let (field, heads) = (Arc::clone(&field), heads.clone());
                following.push(tokio::spawn(async move {
                    field.follow(consumer, line, heads).await
                }));
            }
        }
        let fire = fire::open(&field, &database).await;
        let mut writing = Vec::new();
        for line in 0..field.lines.len() {
            for writer in 0..WRITERS {
                let field = Arc::clone(&field);
                writing.push(tokio::spawn(async move { field.write(line, writer).await }));
            }
        }
        let acknowledged: Vec<_> =
            join_all(writing).await.into_iter().flat_map(Result::unwrap).collect();
        field.over.store(true, Ordering::Relaxed);
        for fire in join_all(fire).await {
            fire.unwrap();
        }
        let logs = field.logs(&mut raw).await;
        told.send(Some(logs.iter().map(Vec::len).collect())).unwrap();
        let following = tokio::time::timeout(PATIENCE, join_all(following)).await;
        let following = following.expect("every follower arrives at the head");
        for (place, followed) in following.into_iter().enumerate() {
            let received = followed.unwrap();
            assert!(received == logs[place % logs.len()], "a follower got other bytes than the log's");
        }
        field.verify(&logs, &acknowledged);
        report(&field.counts.summary(engine, field.seed, acknowledged.len(), &logs));
        field.counts.assert_that_there_was_fire(engine);
    }
}

/// An acknowledged command.
struct Acknowledged {
    line: usize,
    command: Uuid,
    position: u64,
}

impl Field {
    /// Two processes that write, and a third one that only reads.
    async fn prepare(database: &Database, engine: Engine) -> Self {
        let stores = [
            database.open().await,
            database.open().await,
            database.open().await,
        ];
        let mut lines = Vec::with_capacity(AGENCIES.len());
        for code in AGENCIES {
            let founder = Agency::found(&stores[0], code).await;
            let case = founder.open("case", "15002").await.unwrap().stream;
            let mut processes = Vec::with_capacity(stores.len());
            for store in &stores {
                processes.push(Agency::enter(store, code).await);
            }
            lines.push(Line { processes, case });
        }
        Self {
            lines,
            engine,
            seed: fire::seed(&stores[0]),
            counts: Counts::default(),
            over: AtomicBool::new(false),
        }
    }

    /// One client: asks until it is answered, with the same key, of whichever process.
    async fn write(&self, line: usize, writer: u64) -> Vec<Acknowledged> {
        let mut dice = Dice::new(self.seed, line as u64 * 1_000 + writer);
        let mut acknowledged = Vec::new();
        for number in 0..COMMANDS {
            let key = format!("{writer}/{number}");
            if number + 1 == COMMANDS {
                self.counts.rival_had_its_turns().await;
            }
            if dice.one_in(8) {
                self.ask_what_fails(line, &key, &mut dice).await;
            }
            if dice.one_in(3) {
                // The client hangs up; whether it was carried out it does not know.
                let patience = Duration::from_micros(dice.below(20_000));
                let process = self.process(line, &mut dice);
                let case = self.lines[line].case;
                if tokio::time::timeout(patience, process.contact(case, &key))
                    .await
                    .is_err()
                {
                    self.counts.hung_up.add();
                }
            }
            let receipt = self.ask(line, &key, &mut dice).await;
            let event = receipt.events[0].read().unwrap();
            if receipt.replayed {
                self.counts.replayed.add();
            }
            acknowledged.push(Acknowledged {
                line,
                command: event.command_id,
                position: event.position,
            });
        }
        acknowledged
    }

    async fn ask(&self, line: usize, key: &str, dice: &mut Dice) -> Receipt {
        for _ in 0..200 {
            let process = self.process(line, dice);
            let asked = process.contact(self.lines[line].case, key);
            let verdict = tokio::time::timeout(PATIENCE, asked).await;
            match verdict.expect("everybody is answered, one way or the other") {
                Ok(receipt) => return receipt,
                Err(CommandError::Store(error)) => {
                    assert!(
                        matches!(self.engine, Engine::Postgres),
                        "on SQLite: {error}"
                    );
                    self.counts.failed.add();
                }
                Err(CommandError::Overloaded) => self.counts.overloaded.add(),
                Err(other) => panic!("{key}: {other}"),
            }
            tokio::time::sleep(Duration::from_millis(5 + dice.below(20))).await;
        }
        panic!("{key} was never answered");
    }

    /// A command that takes its whole flush down on PostgreSQL, or is refused on SQLite.
    async fn ask_what_fails(&self, line: usize, key: &str, dice: &mut Dice) {
        let process = self.process(line, dice);
        let name = match self.engine {
            Engine::Postgres => Some("Alt\u{0}mark"),
            Engine::Sqlite => None,
        };
        let municipality = if name.is_some() { "15081135" } else { "15002" };
        let command = process.opening(municipality, name);
        let expected = fallbuch_persistence::Expected::New;
        let verdict = process
            .execute(None, expected, command, &format!("bad/{key}"))
            .await;
        assert!(verdict.is_err(), "{verdict:?}");
        self.counts.bad.add();
    }

    /// One of the two that write; on SQLite, which is made for one process, always the same.
    fn process(&self, line: usize, dice: &mut Dice) -> &Agency {
        let second = matches!(self.engine, Engine::Postgres) && dice.one_in(2);
        &self.lines[line].processes[usize::from(second)]
    }

    /// One consumer of one agency: everything after its cursor, until it is at the last head.
    async fn follow(
        &self,
        consumer: usize,
        line: usize,
        mut heads: watch::Receiver<Option<Vec<usize>>>,
    ) -> Vec<Vec<u8>> {
        let processes = &self.lines[line].processes;
        let process = &processes[consumer % processes.len()];
        let mut dice = Dice::new(self.seed, 1 << 32 | (consumer * 100 + line) as u64);
        let mut received: Vec<Vec<u8>> = Vec::new();
        loop {
            let last = heads.borrow_and_update().as_ref().map(|heads| heads[line]);
            let cursor = received.len() as u64;
            let page = process
                .store
                .feed(&process.access, cursor, 1 + dice.below(40))
                .await;
            let arrived = match page {
                Ok(page) => page.items,
                Err(error) => {
                    assert!(
                        matches!(self.engine, Engine::Postgres),
                        "on SQLite: {error}"
                    );
                    self.counts.unread.add();
                    Vec::new()
                }
            };
            for (expected, body) in (cursor + 1..).zip(&arrived) {
                let body = body.as_bytes();
                assert_eq!(
                    fire::position(body),
                    expected,
                    "the next event, and no other"
                );
                received.push(body.to_vec());
            }
            if arrived.is_empty() {
                if last == Some(received.len()) {
                    return received;
                }
                tokio::time::sleep(Duration::from_millis(30 + dice.below(50))).await;
            } else if let Ok(head) = process.store.position(&process.access).await {
                assert!(
                    head >= received.len() as u64,
                    "no event comes before its head"
                );
            }
        }
    }

    /// Every agency's log, as its rows say.
    async fn logs(&self, raw: &mut Raw) -> Vec<Vec<Vec<u8>>> {
        const LOG: &str = "SELECT position, body FROM event WHERE agency_id = $1 ORDER BY position";
        const HEAD: &str = "SELECT position FROM lane WHERE agency_id = $1";
        let mut logs = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let agency = line.processes[0].access.agency();
            macro_rules! read {
                ($raw:expr) => {{
                    let rows = sqlx::query_as(LOG).bind(agency).fetch_all(&mut *$raw).await;
                    let head = sqlx::query_scalar(HEAD)
                        .bind(agency)
                        .fetch_one(&mut *$raw)
                        .await;
                    (rows.unwrap(), head.unwrap())
                }};
            }
            let (rows, head): (Vec<(i64, Vec<u8>)>, i64) = match raw {
                Raw::Sqlite(raw) => read!(raw),
                Raw::Postgres(raw) => read!(raw),
            };
            assert_eq!(
                i64::try_from(rows.len()).unwrap(),
                head,
                "as many rows as the head says"
            );
            assert!(
                rows.iter().map(|row| row.0).eq(1..=head),
                "from 1 to the head"
            );
            logs.push(rows.into_iter().map(|row| row.1).collect());
        }
        logs
    }

    /// Every acknowledged command stands in the log once, where it was told; nothing else does.
    fn verify(&self, logs: &[Vec<Vec<u8>>], acknowledged: &[Acknowledged]) {
        let expected = AGENCIES.len() as u64 * WRITERS * COMMANDS;
        assert_eq!(
            acknowledged.len() as u64,
            expected,
            "everybody was answered in the end"
        );
        let mut places = BTreeMap::new();
        for (line, log) in logs.iter().enumerate() {
            for (position, body) in (1_u64..).zip(log) {
                let twice = places.insert((line, fire::command(body)), position);
                assert_eq!(twice, None, "a command stands twice");
            }
        }
        let mut told = HashSet::new();
        for Acknowledged {
            line,
            command,
            position,
        } in acknowledged
        {
            assert!(told.insert((*line, *command)));
            assert_eq!(places.get(&(*line, *command)), Some(position));
        }
        // The founding of each agency takes three events, its case one.
        let others = 4 * self.lines.len() as u64 + self.counts.by_hand.get();
        assert_eq!(
            places.len() as u64,
            expected + others,
            "nothing else is in the log"
        );
    }
}
