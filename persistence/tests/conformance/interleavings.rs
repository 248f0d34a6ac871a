//! The product's own steps, interleaved by hand: what a batch holds, what a lock wait hides, and what
//! another process does while a decision is made.

use std::sync::Arc;
use std::time::Duration;

use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::ReopenCase;
use fallbuch_domain::text::Prose;
use fallbuch_persistence::{CommandError, Expected, IdempotencyKey, Receipt};
use futures_util::future::{join, join_all};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::by_hand;
use crate::protocol::{Gate, Onlooker};
use crate::setup::{Agency, DAY, Database, Engine, on_both};

type Verdict = Result<Receipt, CommandError>;

/// One verdict was the command's own, the others are its answer again.
fn acted_once(verdicts: Vec<Verdict>) {
    let receipts: Vec<_> = verdicts.into_iter().map(Result::unwrap).collect();
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.events == receipts[0].events)
    );
    assert_eq!(
        receipts.iter().filter(|receipt| !receipt.replayed).count(),
        1
    );
}

on_both! {
    async fn a_key_that_stands_twice_in_one_batch_acts_once(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let (gate, sources) = Gate::new();
        let agency = Agency::found(&database.open_with(sources).await, "transmit").await;
        let plugged = agency.open("plugged", "15001").await.unwrap().stream;
        let case = agency.open("case", "15003").await.unwrap();

        // Each kind by itself: a second contact would break the log's index on commands, and with it
        // the whole batch, which is then settled one by one. A second opening would be refused by what
        // the first one took, a second closing would be stale; nothing behind the writer mends that.
        let opening = || agency.open("open", "15002");
        let openings = join(join_all((0..5).map(|_| opening())), reused(&agency));
        let (opened, reused) = waiting_together(&gate, &agency, plugged, "plug 1", openings).await;
        acted_once(opened);
        assert!(matches!(reused, Err(CommandError::KeyReused)), "{reused:?}");
        let closing = || agency.close(&case, "close");
        let closings = join_all((0..5).map(|_| closing()));
        acted_once(waiting_together(&gate, &agency, plugged, "plug 2", closings).await);
        let contact = || agency.contact(plugged, "contact");
        let contacts = join_all((0..5).map(|_| contact()));
        acted_once(waiting_together(&gate, &agency, plugged, "plug 3", contacts).await);
        let count = raw.numbers("SELECT COUNT(*) FROM event WHERE stream_kind = 'case'");
        assert_eq!(count.await, [8], "two openings, three plugs, and each of the three once");
    }
}

/// While the writer is held with the plug, everything else comes to wait and makes one batch.
async fn waiting_together<T>(
    gate: &Gate,
    agency: &Agency,
    plugged: Uuid,
    plug: &str,
    batch: impl Future<Output = T>,
) -> T {
    gate.close();
    let held = async {
        gate.occupied().await;
        // What waits beside this was asked before it is looked at again.
        tokio::task::yield_now().await;
        gate.open();
    };
    let (plug, batch, ()) = tokio::join!(agency.contact(plugged, plug), batch, held);
    plug.unwrap();
    batch
}

/// Another command under the key of the opening.
async fn reused(agency: &Agency) -> Verdict {
    let key = IdempotencyKey {
        key: "open".to_owned(),
        fingerprint: agency.store.fingerprint(&[b"something else"]),
    };
    let command = fallbuch_domain::Command::Case(agency.opening("15081", None));
    let (store, access) = (&agency.store, &agency.access);
    store
        .execute(access, None, Expected::New, command, key)
        .await
}

/// Without the lock, a writer would read, decide, and lose to the one before it and to the one behind
/// it; the client would be told that the store failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_between_two_slow_processes_is_settled() {
    let (database, mut raw) = Database::new(Engine::Postgres).await;
    let founder = Agency::found(&database.open().await, "transmit").await;
    let case = founder.open("case", "15001").await.unwrap().stream;
    let onlooker = Arc::new(Onlooker::new(&database).await);
    // A process that has nothing cached locks at once.
    let agency = Agency::enter(&database.open().await, "transmit").await;
    let mut before = by_hand::connect(&database).await;
    by_hand::begin_append(&mut before, &agency).await;

    let asked = agency.clone();
    let asked = tokio::spawn(async move { asked.contact(case, "between").await });
    onlooker.waits(1).await;
    let mut behind = by_hand::connect(&database).await;
    let (hand, watching) = (agency.clone(), Arc::clone(&onlooker));
    let (go, told) = oneshot::channel();
    let behind = tokio::spawn(async move {
        by_hand::begin_append(&mut behind, &hand).await;
        let asked: tokio::task::JoinHandle<Verdict> = told.await.unwrap();
        while !asked.is_finished() && watching.waiting().await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        behind.run("COMMIT").await.unwrap();
        asked.await.unwrap()
    });
    onlooker.waits(2).await;
    go.send(asked).unwrap();
    before.run("COMMIT").await.unwrap();
    assert_eq!(behind.await.unwrap().unwrap().version, 2);
    assert_eq!(raw.numbers("SELECT position FROM lane").await, [7]);
    // What tomorrow's processes write does not stop today's consumers.
    let feed = agency
        .store
        .feed(&agency.access, 0, 100)
        .await
        .unwrap()
        .items;
    let positions = feed.iter().map(|body| {
        let body: serde_json::Value = serde_json::from_slice(body.as_bytes()).unwrap();
        body["position"].as_u64().unwrap()
    });
    assert!(positions.eq(1..=7));
}

/// A process decides on what it has cached; before it appends, another one moves the case on.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_was_overtaken_is_made_again() {
    let (database, _) = Database::new(Engine::Postgres).await;
    let first = Agency::found(&database.open().await, "transmit").await;
    let (gate, sources) = Gate::new();
    let second = Agency::enter(&database.open_with(sources).await, "transmit").await;
    let mut case = first.open("case", "15001").await.unwrap();
    for round in 0..3 {
        // It knows the case as open, and decides to record the contact.
        case = second
            .contact(case.stream, &format!("knows/{round}"))
            .await
            .unwrap();
        let late = held(&gate, &second, case.stream, format!("late/{round}")).await;
        case = first.close(&case, &format!("close/{round}")).await.unwrap();
        gate.open();
        let verdict = late.await.unwrap();
        assert!(
            matches!(verdict, Err(CommandError::Refused(_))),
            "{verdict:?}"
        );

        // It knows the case as closed, and decides to refuse the contact.
        let known = second
            .contact(case.stream, &format!("refused/{round}"))
            .await;
        assert!(matches!(known, Err(CommandError::Refused(_))), "{known:?}");
        let late = held(&gate, &second, case.stream, format!("early/{round}")).await;
        reopen(&first, &case, &format!("reopen/{round}"))
            .await
            .unwrap();
        gate.open();
        case = late.await.unwrap().unwrap();
    }
    assert_eq!(case.version, 1 + 3 * 4);
}

/// A contact whose decision is held after everything that it rests on was read from the cache.
async fn held(
    gate: &Arc<Gate>,
    agency: &Agency,
    case: Uuid,
    key: String,
) -> tokio::task::JoinHandle<Verdict> {
    gate.close();
    let agency = agency.clone();
    let held = tokio::spawn(async move { agency.contact(case, &key).await });
    gate.occupied().await;
    held
}

async fn reopen(agency: &Agency, case: &Receipt, key: &str) -> Verdict {
    let reopening = CaseCommand::ReopenCase(ReopenCase {
        occurred_on: DAY,
        reason: Prose::from("Neuer Bedarf."),
    });
    let expected = Expected::Version(case.version);
    agency
        .execute(Some(case.stream), expected, reopening, key)
        .await
}

on_both! {
    async fn where_the_lane_lies_nothing_is_overwritten(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let first = Agency::found(&database.open().await, "transmit").await;
        let second = Agency::enter(&database.open().await, "transmit").await;
        let case = first.open("case", "15001").await.unwrap().stream;
        second.contact(case, "second knows the head").await.unwrap();
        let head = raw.numbers("SELECT position FROM lane").await;
        first.contact(case, "first moves it").await.unwrap();
        // The compare is blind now: the lane is where the second process believes it to be.
        raw.run("UPDATE lane SET position = position - 1").await.unwrap();
        let log = raw.numbers("SELECT version FROM event ORDER BY position").await;
        for agency in [&second, &first] {
            let refused = agency.contact(case, "on a lie").await;
            assert!(matches!(refused, Err(CommandError::Store(_))), "{refused:?}");
        }
        assert_eq!(raw.numbers("SELECT version FROM event ORDER BY position").await, log);
        assert_eq!(raw.numbers("SELECT position FROM lane").await, head);
        raw.run("UPDATE lane SET position = position + 1").await.unwrap();
        for (version, agency) in (4..).zip([&second, &first]) {
            let accepted = agency.contact(case, &format!("in truth {version}")).await.unwrap();
            assert_eq!(accepted.version, version);
        }
    }
}
