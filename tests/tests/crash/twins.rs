//! Broken twins: each kind of loss, repetition or drift is noticed by the looks that the rounds rest on.

use std::path::Path;

use fallbuch_tests::{DatabaseUrl, Dice, Engine, Raw};

use super::ground::{Death, Ground};
use super::ledger::{Auditor, Ledger};

/// Agencies and clients on a server that nobody kills.
async fn ground() -> Ground {
    let mut ground = Ground::new(Engine::Sqlite, Death::Asked, Dice::new(1)).await;
    ground.share_cases().await;
    for _ in 0..8 {
        let sent = ground.desk().next();
        ground.desk().send(sent).await;
    }
    ground
}

/// What a look says after the client's ledger was spoilt.
async fn noticed(ground: &mut Ground, words: &str) {
    let error = ground.look().await.unwrap_err();
    assert!(error.contains(words), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_noticed_where_nothing_is_wrong() {
    let mut ground = ground().await;
    assert_eq!(ground.look().await, Ok(()));
    assert_eq!(ground.look_at_everything().await, Ok(()));
    assert!(ground.tally.acknowledged >= 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_of_what_was_never_sent_is_noticed() {
    let mut ground = ground().await;
    let desk = ground.desk();
    let never = desk.contact();
    let answer = desk.ledger.last();
    desk.ledger.acknowledge(never.command, answer);
    noticed(&mut ground, "acknowledged, not in the log").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_acts_again_under_another_key_is_noticed() {
    let mut ground = ground().await;
    let desk = ground.desk();
    let told = desk.ledger.clone();
    let again = desk.contact();
    desk.send(again).await;
    desk.ledger = told;
    noticed(&mut ground, "nobody asked for it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_command_that_is_stored_is_noticed() {
    let mut ground = ground().await;
    let desk = ground.desk();
    let mut told = desk.ledger.clone();
    let stored = desk.contact();
    told.refuse(stored.command);
    desk.send(stored).await;
    desk.ledger = told;
    noticed(&mut ground, "refused, and in the log").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_tells_of_another_event_is_noticed() {
    let mut ground = ground().await;
    let desk = ground.desk();
    let mut told = desk.ledger.clone();
    let stored = desk.contact();
    told.acknowledge(stored.command, told.last());
    desk.send(stored).await;
    desk.ledger = told;
    noticed(&mut ground, "another event was told").await;
}

/// The rounds can show a loss: a commit that is answered before its log is written does not outlive an
/// immediate stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_answered_before_it_is_written_is_noticed() {
    let dice = Dice::new(Dice::fresh_seed());
    let mut ground = Ground::new(Engine::Postgres, Death::Both, dice).await;
    // PostgreSQL may write its log for reasons of its own just before it is stopped; not time after time.
    for _ in 0..10 {
        if let Err(error) = ground.forgetful_round().await {
            assert!(error.contains("acknowledged, not in the log"), "{error}");
            return;
        }
    }
    panic!("what was lost was not noticed");
}

/// What a look at a copy of the database says after it was damaged, past the log's own triggers.
async fn after(ground: &Ground, told: Option<&Ledger>, number: usize, damage: &str) -> String {
    let copy = ground.database.data_dir().join(format!("copy-{number}"));
    let raw = Raw::owner(&ground.database).await;
    let copied = format!("VACUUM INTO '{}'", copy.display());
    raw.run(&copied).await.unwrap();
    raw.close().await;
    let raw = Raw::connect(&DatabaseUrl::sqlite_file(Path::new(&copy))).await;
    for trigger in ["event_no_update", "event_no_delete", "stream_head_kept"] {
        raw.run(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    }
    for statement in damage.split("; ") {
        assert_eq!(raw.run(statement).await.unwrap(), 1, "{statement}");
    }
    let looked = match told {
        Some(told) => ground.auditor.clone().look(&raw, told).await,
        None => Auditor::beginning(&raw).await.map(drop),
    };
    raw.close().await;
    looked
        .err()
        .unwrap_or_else(|| panic!("{damage}: unnoticed"))
}

/// The newest event of the agency that wrote most.
const LAST: &str =
    "rowid = (SELECT rowid FROM event ORDER BY recorded_at DESC, position DESC LIMIT 1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_tail_is_noticed_by_what_was_told() {
    let mut ground = ground().await;
    let told = ground.told();
    let lost = format!("DELETE FROM event WHERE {LAST}");
    let error = after(&ground, Some(&told), 0, &lost).await;
    assert!(error.contains("acknowledged, not in the log"), "{error}");
    // Where nobody remembers what was told, the lane does.
    let error = after(&ground, None, 1, &lost).await;
    assert!(error.contains("not dense"), "{error}");
}

/// One row of the case that was opened last.
const CASE: &str = "rowid = (SELECT rowid FROM stream_head ORDER BY recorded_at DESC LIMIT 1)";

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_the_log_and_drifts_from_it_is_noticed() {
    let ground = ground().await;
    let damages = [
        (
            format!(
                "UPDATE stream_head SET state = replace(state, 'Musterdorf', 'Dorf') WHERE {CASE}"
            ),
            "Dorf",
        ),
        (
            format!("UPDATE stream_head SET stage = 'agreed' WHERE {CASE}"),
            "agreed",
        ),
        (
            format!("UPDATE stream_head SET version = version - 1 WHERE {CASE}"),
            "version",
        ),
        (
            format!("UPDATE stream_head SET last_position = 0 WHERE {CASE}"),
            "have moved",
        ),
        (
            format!("DELETE FROM stream_head WHERE {CASE}"),
            "streams are kept",
        ),
        (
            "DELETE FROM unique_key WHERE rowid = (SELECT MAX(rowid) FROM unique_key)".to_owned(),
            "unique keys",
        ),
        (
            "UPDATE counter SET value = value + 1 WHERE rowid = (SELECT MAX(rowid) FROM counter)"
                .to_owned(),
            "counters",
        ),
        (
            "UPDATE lane SET position = position + 1 WHERE agency_id = (SELECT agency_id FROM agency WHERE code = 'transmit')".to_owned(),
            "not dense",
        ),
        (
            format!("UPDATE event SET mac = zeroblob(32) WHERE {LAST}"),
            "another MAC",
        ),
        (
            format!("UPDATE event SET body = CAST(body || ' ' AS BLOB) WHERE {LAST}"),
            "another body hash",
        ),
    ];
    for (number, (damage, words)) in damages.iter().enumerate() {
        let error = after(&ground, None, number, damage).await;
        assert!(error.contains(words), "{damage}: {error}");
    }
}
