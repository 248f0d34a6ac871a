//! The same scenario on both databases ends in the same bytes, and these are what the evidence format
//! says, worked out past the product.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_api::demo;
use fallbuch_domain::Timestamp;
use fallbuch_persistence::{Options, Sources, Store};
use fallbuch_tests::{Database, Engine, EventRecord, Log, Raw, on_both};
use time::macros::datetime;

/// The demo on a fresh database with injected time, ids and salts.
async fn told(engine: Engine, seed: u64) -> Log {
    let database = Database::migrated(engine).await;
    let start = Timestamp::new(datetime!(2023-09-01 08:30 UTC));
    let options = Options {
        sources: Sources::fixed(start, seed),
        ..database.options()
    };
    let store = Store::open(options).await.unwrap();
    demo::seed(&store).await.unwrap();
    store.shutdown().await;
    let raw = Raw::owner(&database).await;
    let log = Log::read(&raw).await;
    raw.close().await;
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_end_in_the_same_bytes() {
    let (sqlite, postgres) = (
        told(Engine::Sqlite, 7).await,
        told(Engine::Postgres, 7).await,
    );
    assert!(sqlite.events.len() > 80, "nine agencies and their cases");
    assert_eq!(sqlite.lanes, postgres.lanes);
    for (one, other) in sqlite.events.iter().zip(&postgres.events) {
        assert_eq!(
            String::from_utf8_lossy(&one.body),
            String::from_utf8_lossy(&other.body)
        );
    }
    // Hashes, MACs, fingerprints, commands and instants as well, and every state.
    assert_eq!(sqlite, postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_salts_make_another_log() {
    let (one, other) = (told(Engine::Sqlite, 7).await, told(Engine::Sqlite, 8).await);
    assert_eq!(one.events.len(), other.events.len());
    let differ = |(one, other): (&EventRecord, &EventRecord)| one.body_hash != other.body_hash;
    assert!(one.events.iter().zip(&other.events).all(differ));
}

on_both!(
    async fn the_log_is_what_the_evidence_format_says(engine: Engine) {
        let log = told(engine, 7).await;
        assert_eq!(log.verify(), Ok(()));
        // One agency's lane holds its own events only, from 1 to its head.
        let mut cases = log
            .events
            .iter()
            .filter(|event| event.stream_kind == "case");
        assert!(cases.any(|event| event.code == demo::AGENCY));
    }
);

/// A kind of damage, and how it is done to the log.
type Damage = (&'static str, fn(&mut Log));

const DAMAGES: [Damage; 9] = [
    ("a byte of a body", |log| log.events[40].body[30] ^= 1),
    ("a byte of a body hash", |log| {
        log.events[40].body_hash[0] ^= 1;
    }),
    ("a byte of a MAC", |log| log.events[40].mac[31] ^= 1),
    ("a version", |log| log.events[40].version += 1),
    ("a missing event", |log| drop(log.events.remove(40))),
    ("two events in each other's place", |log| {
        let (one, other) = (log.events[40].clone(), log.events[41].clone());
        log.events[40] = EventRecord {
            position: one.position,
            ..other.clone()
        };
        log.events[41] = EventRecord {
            position: other.position,
            ..one
        };
    }),
    ("another agency's event", |log| {
        let foreign = log.events[0].clone();
        log.events[40] = EventRecord {
            code: log.events[40].code.clone(),
            ..foreign
        };
    }),
    ("a lane that is behind", |log| log.lanes[0].1 -= 1),
    ("a state that is behind", |log| log.heads[0].version -= 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_damage_is_noticed() {
    let log = told(Engine::Sqlite, 7).await;
    for (what, damage) in DAMAGES {
        let mut damaged = log.clone();
        damage(&mut damaged);
        assert!(damaged.verify().is_err(), "{what} went unnoticed");
    }
    assert_eq!(log.verify(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_another_form_is_noticed_though_hash_and_mac_are_not_asked() {
    let log = told(Engine::Sqlite, 7).await;
    let mut event = log.events[40].clone();
    event.body.push(b' ');
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &event.body);
    event.body_hash = hash.as_ref().to_vec();
    let alone = Log {
        events: vec![EventRecord {
            position: 1,
            version: 1,
            ..event
        }],
        ..log
    };
    let error = alone.verify().unwrap_err();
    assert!(error.contains("not canonical"), "{error}");
}
