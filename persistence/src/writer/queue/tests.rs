//! Lines are bounded, served in turn and in order, and nothing let in is lost.

use std::sync::Arc;
use std::time::Duration;

use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::site::OpenSite;
use fallbuch_domain::text::Line;
use time::macros::date;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::*;
use crate::access::Access;
use crate::writer::{Expected, Handling, IdempotencyKey, Intent, Submission};

fn submission(agency: u128, key: usize) -> Submission {
    let (reply, _) = oneshot::channel();
    Submission {
        access: Access::operator(
            crate::tenant::Scope::of(Uuid::from_u128(agency)),
            agency.to_string(),
        ),
        stream: None,
        expected: Expected::Any,
        command: fallbuch_domain::Command::Agency(AgencyCommand::OpenSite(OpenSite {
            occurred_on: date!(2015 - 01 - 01),
            reason: None,
            name: Line::from("Halle"),
        })),
        intent: Intent::Record(IdempotencyKey {
            key: key.to_string(),
            fingerprint: Vec::new(),
        }),
        handling: Handling::Lenient,
        reply,
    }
}

fn keys(batch: &[Submission]) -> Vec<&str> {
    batch
        .iter()
        .filter_map(|submission| Some(submission.identified()?.0.key.as_str()))
        .collect()
}

#[tokio::test]
async fn agencies_are_served_in_turn_and_each_in_its_order() {
    let queue = Queue::default();
    for key in 0..5 {
        queue.push(submission(1, key)).unwrap();
    }
    queue.push(submission(2, 9)).unwrap();
    assert_eq!(keys(&queue.take(3).await.unwrap()), ["0", "1", "2"]);
    assert_eq!(
        keys(&queue.take(3).await.unwrap()),
        ["9"],
        "the quiet agency does not wait"
    );
    assert_eq!(keys(&queue.take(3).await.unwrap()), ["3", "4"]);
}

#[tokio::test]
async fn a_flooding_agency_fills_its_own_line_only() {
    let queue = Queue::default();
    for key in 0..LINE {
        queue.push(submission(1, key)).unwrap();
    }
    assert_eq!(queue.push(submission(1, LINE)), Err(TurnedAway::Full));
    assert_eq!(queue.push(submission(2, 0)), Ok(()));
    let taken = queue.take(1).await.unwrap();
    assert_eq!(keys(&taken), ["0"]);
    assert_eq!(
        queue.push(submission(1, LINE)),
        Ok(()),
        "there is room again"
    );
}

#[tokio::test]
async fn a_line_tells_how_long_it_is() {
    let metrics = Metrics::default();
    let queue = Queue::new(metrics.clone());
    let depths = || ["1", "2"].map(|agency| metrics.queue_depth(agency).get());
    for key in 0..LINE {
        queue.push(submission(1, key)).unwrap();
    }
    queue.push(submission(2, 0)).unwrap();
    assert_eq!(queue.push(submission(1, LINE)), Err(TurnedAway::Full));
    assert_eq!(depths(), [1_024, 1], "who was turned away does not wait");
    queue.take(24).await.unwrap();
    assert_eq!(depths(), [1_000, 1]);
    queue.take(24).await.unwrap();
    queue.take(LINE).await.unwrap();
    assert_eq!(depths(), [0, 0]);
}

#[tokio::test]
async fn what_was_let_in_is_served_after_closing() {
    let queue = Queue::default();
    queue.push(submission(1, 0)).unwrap();
    queue.close();
    assert_eq!(queue.push(submission(1, 1)), Err(TurnedAway::Closed));
    assert_eq!(keys(&queue.take(9).await.unwrap()), ["0"]);
    assert!(queue.take(9).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_writer_wakes_for_every_arrival() {
    let queue = Arc::new(Queue::default());
    let served = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut served = 0;
            while let Some(batch) = queue.take(4).await {
                served += batch.len();
            }
            served
        }
    });
    let pushers = (0..8_u128).map(|agency| {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move {
            for key in 0..200 {
                queue.push(submission(agency, key)).unwrap();
                tokio::task::yield_now().await;
            }
        })
    });
    for pusher in pushers.collect::<Vec<_>>() {
        pusher.await.unwrap();
    }
    queue.close();
    let served = tokio::time::timeout(Duration::from_secs(30), served).await;
    assert_eq!(served.unwrap().unwrap(), 1_600);
}
