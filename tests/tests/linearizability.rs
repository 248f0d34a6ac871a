//! Many clients on two processes: the answers about each case have one order, as if it had been
//! served by one process and one request after the other. A read is never older than what was
//! acknowledged before it was sent.
//!
//! Clients come by HTTP, and, where less time passes between an acknowledgement and the next read,
//! straight to the store.
//!
//! Each run prints its seed; `FALLBUCH_TEST_SEED` repeats the clients' choices.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_persistence::Sources;
use fallbuch_tests::linearizability::{Answered, Operation, Register, check};
use fallbuch_tests::{Cast, Engine, SampleCase, Step, World, fresh_key, on_both};
use futures_util::future::{FutureExt, Shared, join_all};

mod linearizability {
    pub(crate) mod door;
}

use linearizability::door::{Door, Place};

const CASES: usize = 3;
const CLIENTS: u64 = 12;
const ROUNDS: usize = 16;

/// Numbers by SplitMix64 (Steele, Lea and Flood, 2014).
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}

/// The seed of the clients' choices.
#[expect(clippy::print_stderr, reason = "a failure is repeated by its seed")]
fn seed() -> u64 {
    let seed = if let Ok(seed) = std::env::var("FALLBUCH_TEST_SEED") {
        seed.parse().unwrap()
    } else {
        let salt = Sources::system().ids.salt();
        u64::from_be_bytes(salt[..8].try_into().unwrap())
    };
    eprintln!("FALLBUCH_TEST_SEED={seed}");
    seed
}

/// Where clients come in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entrance {
    Http,
    Store,
}

/// How reads are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Each by itself.
    Each,
    /// One that is asked for while another one is on its way gets that one's answer, which may be
    /// from before.
    Joined,
}

type Underway = Shared<std::pin::Pin<Box<dyn Future<Output = Register> + Send>>>;

/// Two processes, some cases, and what their clients saw.
struct Ground {
    worlds: [World; 2],
    doors: [Door; 2],
    places: Vec<Place>,
    histories: Vec<Mutex<Vec<Operation>>>,
    /// The newest version of each case that was acknowledged.
    newest: Vec<AtomicU64>,
    /// What a representation with this entity tag says.
    known: Mutex<HashMap<(usize, String), Register>>,
    underway: Mutex<HashMap<(usize, usize), Underway>>,
    commands: AtomicU32,
    began: Instant,
    reads: Reads,
}

impl Ground {
    async fn new(engine: Engine, entrance: Entrance, reads: Reads) -> Arc<Self> {
        let one = World::founded(engine, &["transmit"]).await;
        let other = World::on(Arc::clone(&one.database)).await;
        let client = one.as_role("transmit", Role::Coordinator);
        let cast = Cast::of(&one, "transmit").await;
        let mut places = Vec::new();
        for number in 1..=CASES {
            let steps = [Step::sample(CommandKind::OpenCase, None)];
            let key = format!("1508300{number}");
            let opened = SampleCase::after(&client, &cast, &key, steps).await;
            places.push(Place::of(opened.path));
        }
        let doors = match entrance {
            Entrance::Http => [client.clone(), client.at(&other.base)].map(Door::Http),
            Entrance::Store => [Door::store(&one).await, Door::store(&other).await],
        };
        let per_case = || 0..CASES;
        Arc::new(Self {
            doors,
            worlds: [one, other],
            places,
            histories: per_case().map(|_| Mutex::default()).collect(),
            newest: per_case().map(|_| AtomicU64::new(1)).collect(),
            known: Mutex::default(),
            underway: Mutex::default(),
            commands: AtomicU32::new(0),
            began: Instant::now(),
            reads,
        })
    }

    /// Sends a request and writes down when, and what came of it.
    async fn record(&self, case: usize, request: impl Future<Output = Answered>) {
        let sent = self.began.elapsed();
        let answer = request.await;
        let answered = self.began.elapsed();
        if let Answered::Done { version, .. }
        | Answered::Stale {
            current: version, ..
        } = &answer
        {
            self.newest[case].fetch_max(*version, Ordering::AcqRel);
        }
        self.histories[case].lock().unwrap().push(Operation {
            sent,
            answered,
            answer,
        });
    }

    async fn read(self: &Arc<Self>, case: usize, process: usize) {
        let read = || match self.reads {
            Reads::Each => self.begun(case, process),
            Reads::Joined => self.joined(case, process),
        };
        let answer = async { Answered::Read(read().await) };
        self.record(case, answer).await;
    }

    /// A read of its own.
    fn begun(self: &Arc<Self>, case: usize, process: usize) -> Underway {
        let ground = Arc::clone(self);
        let fetched = async move { ground.fetch(case, process).await };
        fetched.boxed().shared()
    }

    /// The read that is on its way, or one of its own if there is none.
    fn joined(self: &Arc<Self>, case: usize, process: usize) -> Underway {
        let mut underway = self.underway.lock().unwrap();
        let joined = underway.get(&(case, process)).cloned();
        let joined = joined.filter(|read| read.peek().is_none());
        let read = joined.unwrap_or_else(|| self.begun(case, process));
        underway.insert((case, process), read.clone());
        read
    }

    async fn fetch(&self, case: usize, process: usize) -> Register {
        let (seen, tag) = self.doors[process].read(&self.places[case]).await;
        if let Some(tag) = tag {
            let mut known = self.known.lock().unwrap();
            let before = known.insert((case, tag.clone()), seen.clone());
            let same = before.is_none_or(|before| before == seen);
            assert!(same, "{tag} for two states");
        }
        seen
    }

    /// A read that says what it knows already.
    async fn revalidate(&self, case: usize, process: usize) {
        let known = {
            let known = self.known.lock().unwrap();
            let here = known.iter().filter(|((of, _), _)| *of == case);
            let newest = here.max_by_key(|(_, register)| register.version);
            newest.map(|((_, tag), register)| (tag.clone(), register.clone()))
        };
        let Some((tag, register)) = known else { return };
        let (door, place) = (&self.doors[process], &self.places[case]);
        let answer = async {
            let changed = door.read_unless(place, &tag).await;
            Answered::Read(changed.unwrap_or(register))
        };
        self.record(case, answer).await;
    }

    fn next_command(&self) -> u32 {
        self.commands.fetch_add(1, Ordering::Relaxed)
    }

    /// Captures a need on the newest version that anybody was told of.
    async fn need(&self, case: usize, process: usize, command: u32, key: &str) {
        let on = self.newest[case].load(Ordering::Acquire);
        let answer = self.doors[process].need(&self.places[case], on, command, key);
        self.record(case, answer).await;
    }

    /// Records a contact on whatever version there is.
    async fn contact(&self, case: usize, process: usize, command: u32, key: &str) {
        let answer = self.doors[process].contact(&self.places[case], command, key);
        self.record(case, answer).await;
    }

    /// One client, who looks whether what was acknowledged can be seen at once, here and there.
    async fn client(self: Arc<Self>, mut choices: Choices) {
        for _ in 0..ROUNDS {
            let (case, process) = (choices.below(CASES), choices.below(2));
            let (command, key) = (self.next_command(), fresh_key());
            match choices.below(8) {
                0..=1 => self.need(case, process, command, &key).await,
                2 => self.contact(case, process, command, &key).await,
                3 => {
                    // Sent to both at once, as a client does that lost patience with one.
                    let here = self.contact(case, process, command, &key);
                    let there = self.contact(case, 1 - process, command, &key);
                    tokio::join!(here, there);
                }
                4 => self.revalidate(case, process).await,
                _ => self.read(case, process).await,
            }
            tokio::join!(self.read(case, process), self.read(case, 1 - process));
        }
    }

    /// Everything that the clients do, and whether there is an order for each case.
    async fn play(self: &Arc<Self>, seed: u64) -> Result<(), String> {
        let clients = (0..CLIENTS).map(|number| {
            let choices = Choices(seed.wrapping_add(number));
            tokio::spawn(Arc::clone(self).client(choices))
        });
        for client in join_all(clients).await {
            client.unwrap();
        }
        for history in &self.histories {
            let opened = Register {
                version: 1,
                ..Register::default()
            };
            let history = history.lock().unwrap();
            check(opened, &history).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// That the clients got in each other's way, and nothing of it was lost.
    fn expect_a_crowd(&self) {
        let (mut overlaps, mut stale, mut replayed) = (0, 0, 0);
        for history in &self.histories {
            let history = history.lock().unwrap();
            for operation in history.iter() {
                let overlap = |other: &&Operation| {
                    other.sent < operation.answered && operation.sent < other.answered
                };
                overlaps += history.iter().filter(overlap).count() - 1;
                stale += usize::from(matches!(operation.answer, Answered::Stale { .. }));
                let again = matches!(operation.answer, Answered::Done { replayed: true, .. });
                replayed += usize::from(again);
            }
        }
        assert!(overlaps > 1_000, "{overlaps} overlaps");
        assert!(
            stale > 0 && replayed > 0,
            "{stale} stale, {replayed} replayed"
        );
    }

    async fn stop(self: Arc<Self>) {
        // The reads on their way hold the ground themselves.
        self.underway.lock().unwrap().clear();
        let Self {
            worlds: [one, other],
            ..
        } = Arc::into_inner(self).unwrap();
        other.halt().await;
        one.stop().await;
    }
}

async fn answers_have_one_order(engine: Engine, entrance: Entrance, plays: u64) {
    let seed = seed();
    let ground = Ground::new(engine, entrance, Reads::Each).await;
    for play in 0..plays {
        if let Err(error) = ground.play(seed.wrapping_add(1_000 * play)).await {
            panic!("FALLBUCH_TEST_SEED={seed}\n{error}");
        }
    }
    ground.expect_a_crowd();
    ground.stop().await;
}

on_both!(
    async fn answers_over_http_have_one_order(engine: Engine) {
        answers_have_one_order(engine, Entrance::Http, 1).await;
    }
);

on_both!(
    async fn answers_of_the_store_have_one_order(engine: Engine) {
        answers_have_one_order(engine, Entrance::Store, 2).await;
    }
);

/// The broken twin: the same clients, whose reads are answered by a query that may have begun before
/// they were sent. A reader that puts reads together must not do this.
async fn joined_reads_are_found_stale(entrance: Entrance) {
    let seed = seed();
    let ground = Ground::new(Engine::Sqlite, entrance, Reads::Joined).await;
    let mut play = 0;
    // It takes a read that began before a commit and one that was sent after it.
    while ground.play(seed.wrapping_add(1_000 * play)).await.is_ok() {
        play += 1;
        assert!(play < 10, "no stale read was found");
    }
    ground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_over_http_that_join_one_on_its_way_are_found_stale() {
    joined_reads_are_found_stale(Entrance::Http).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_of_the_store_that_join_one_on_its_way_are_found_stale() {
    joined_reads_are_found_stale(Entrance::Store).await;
}
