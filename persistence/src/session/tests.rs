//! The append by hand, on two connections: what the lane's compare refuses, what its lock holds back,
//! and what the log's own keys still refuse where neither stands.

mod hand;

use super::*;
use hand::{Hand, waits_for_a_lock};

const FIRST: Uuid = Uuid::from_u128(11);
const SECOND: Uuid = Uuid::from_u128(12);

/// Two parties on a database of SQLite, then two on one of PostgreSQL.
async fn both() -> [Hand; 2] {
    [Hand::sqlite().await, Hand::postgres().await]
}

#[tokio::test]
async fn an_append_on_a_lane_that_moved_stores_nothing_and_is_no_error() {
    for mut hand in both().await {
        let start = hand.lane().await;
        let (first, second) = (hand.batch(start, &[FIRST]), hand.batch(start, &[SECOND]));
        assert!(hand.first.append(&first).await.unwrap());
        // The loser can go on with its transaction: it was told, it was not thrown out.
        hand.second.begin().await;
        assert!(!hand.second.append(&second).await.unwrap());
        let now = hand.second.lane(true).await;
        assert_eq!(now.position, start.position + 1);
        let second = hand.batch(now, &[SECOND]);
        assert!(hand.second.append(&second).await.unwrap());
        hand.second.commit().await;
        assert_eq!(hand.log().await, [FIRST, SECOND]);
        assert_eq!(hand.lane().await.position, start.position + 2);
    }
}

#[tokio::test]
async fn an_append_that_waited_for_the_lane_compares_what_was_committed() {
    for committed in [true, false] {
        let mut hand = Hand::postgres().await;
        let start = hand.lane().await;
        let (first, second) = (hand.batch(start, &[FIRST]), hand.batch(start, &[SECOND]));
        hand.first.begin().await;
        assert!(hand.first.append(&first).await.unwrap());
        let meanwhile = async {
            waits_for_a_lock(&mut hand.owner).await;
            if committed {
                hand.first.commit().await;
            } else {
                hand.first.roll_back().await;
            }
        };
        let (stored, ()) = tokio::join!(hand.second.append(&second), meanwhile);
        let stored = stored.unwrap();
        assert_eq!(
            stored, !committed,
            "where the lane moved, nothing is stored"
        );
        assert_eq!(hand.log().await, [if committed { FIRST } else { SECOND }]);
        assert_eq!(hand.lane().await.position, start.position + 1);
    }
}

#[tokio::test]
async fn a_locked_lane_is_moved_by_nobody_else() {
    let mut hand = Hand::postgres().await;
    let start = hand.lane().await;
    let batch = hand.batch(start, &[SECOND]);
    hand.first.begin().await;
    hand.first.lane(true).await;
    hand.second.run("SET lock_timeout = '100ms'").await;
    let refused = hand.second.append(&batch).await.unwrap_err();
    assert_eq!(hand::code(&refused), "55P03", "{refused}");
    let refused = hand.second.try_lane(true).await.unwrap_err();
    assert_eq!(hand::code(&refused), "55P03", "{refused}");
    // Who only looks does not wait.
    assert_eq!(hand.second.try_lane(false).await.unwrap(), Some(start));
    hand.first.roll_back().await;
    assert!(hand.second.append(&batch).await.unwrap());
}

/// Under READ COMMITTED a statement that waited keeps its snapshot for all rows but the one it waited
/// for. So what is decided on is read by later statements.
#[tokio::test]
async fn what_is_read_after_the_lock_is_what_the_other_committed() {
    let mut hand = Hand::postgres().await;
    let start = hand.lane().await;
    let batch = hand.batch(start, &[FIRST]);
    let stream = batch.events[0].stream;
    hand.first.begin().await;
    assert!(hand.first.append(&batch).await.unwrap());
    hand.second.begin().await;
    let meanwhile = async {
        waits_for_a_lock(&mut hand.owner).await;
        hand.first.commit().await;
    };
    let (lane, ()) = tokio::join!(hand.second.lane(true), meanwhile);
    let heads = hand.second.heads(&[stream]).await;
    let recorded = hand.second.recorded(&[FIRST]).await;
    hand.second.roll_back().await;
    assert_eq!(lane, batch.to());
    assert_eq!(heads.len(), 1, "the other's state is seen");
    assert_eq!(heads[0].1.version, 1);
    assert_eq!(recorded[&FIRST].first_position, batch.to().position);
}

/// The second wall of the compare-and-set, alone: positions are dense, so whoever appends on an old
/// head begins at a position that is taken, and the log's key refuses the whole statement.
#[tokio::test]
async fn where_the_lane_lies_the_logs_key_refuses_the_append() {
    for mut hand in both().await {
        let start = hand.lane().await;
        let (first, second) = (hand.batch(start, &[FIRST]), hand.batch(start, &[SECOND]));
        assert!(hand.first.append(&first).await.unwrap());
        hand.lie(start).await;
        hand.second.begin().await;
        let refused = hand.second.append(&second).await.unwrap_err();
        hand.second.roll_back().await;
        hand.assert_refused_by(&refused, "event_pkey");
        assert_eq!(hand.log().await, [FIRST], "nothing is overwritten");
        assert_eq!(hand.lane().await, start, "the refused append moved nothing");
    }
}

/// The second wall behind the writer's look for a key that stands twice in one batch.
#[tokio::test]
async fn a_command_that_stands_twice_in_a_batch_is_refused_by_the_logs_index() {
    for mut hand in both().await {
        let start = hand.lane().await;
        let twice = hand.batch(start, &[FIRST, FIRST]);
        hand.first.begin().await;
        let refused = hand.first.append(&twice).await.unwrap_err();
        hand.first.roll_back().await;
        hand.assert_refused_by(&refused, "event_command");
        assert!(hand.log().await.is_empty());
        assert_eq!(hand.lane().await, start);
    }
}

/// A pool of one connection, past the store: what it lends is bound to one agency, and to nobody once it is back, also
/// from somebody who went away in the middle of a transaction.
#[tokio::test]
async fn a_connection_that_comes_back_is_bound_to_nobody() {
    use crate::database::{Database, connect};
    use crate::tenant::{Bound, Scope};

    let url = Hand::postgres_url();
    let (Database::Postgres(pool), _) = connect(&url, Some(1), std::time::Duration::from_secs(30))
        .await
        .unwrap()
    else {
        panic!("not PostgreSQL")
    };
    let database = Database::Postgres(pool.clone());
    let bound_to = async || {
        let setting = "SELECT coalesce(current_setting('app.agency_id', true), '')";
        let setting: String = sqlx::query_scalar(setting).fetch_one(&pool).await.unwrap();
        setting
    };
    for round in 0..40_u64 {
        let agency = uuid::Uuid::from_u128(u128::from(round) + 1);
        let Bound::Postgres(mut connection) = database.bound(Scope::of(agency)).await.unwrap()
        else {
            panic!("not PostgreSQL")
        };
        let own: String = sqlx::query_scalar("SELECT current_setting('app.agency_id')")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(own, agency.to_string());
        // Leaves in the middle of a statement, of a transaction, or neither.
        if round % 4 > 0 {
            let mut transaction = sqlx::Connection::begin(&mut *connection).await.unwrap();
            let sleep = sqlx::query("SELECT pg_sleep(0.02)").execute(&mut *transaction);
            let patience = std::time::Duration::from_millis(round % 4 * 8);
            // Whether it ended in time or not.
            drop(tokio::time::timeout(patience, sleep).await);
        }
        drop(connection);
        assert_eq!(bound_to().await, "", "round {round}");
    }
}

/// Each of the three by itself: where one is missing another may hide it, as a statement that waits for a lock runs.
#[tokio::test]
async fn no_statement_runs_or_waits_for_ever() {
    use crate::database::{Database, connect};

    let (url, patience) = (Hand::postgres_url(), std::time::Duration::from_secs(8));
    let (writers, readers) = connect(&url, Some(1), patience).await.unwrap();
    for pool in [writers, readers] {
        let Database::Postgres(pool) = pool else {
            panic!("not PostgreSQL")
        };
        for (setting, limit) in [
            ("statement_timeout", "8s"),
            ("lock_timeout", "4s"),
            ("idle_in_transaction_session_timeout", "16s"),
        ] {
            let asked = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
            let told: String = asked.fetch_one(&pool).await.unwrap();
            assert_eq!(told, limit, "{setting}");
        }
    }
}
