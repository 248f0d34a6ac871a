//! A miniature of the protocol in raw SQL on PostgreSQL, and twins of it that are broken in one way.
//!
//! Each twin is something that has been published or run in earnest. The test names the scenario that
//! catches it, and by what; a twin that goes free fails the test.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fallbuch_persistence::DatabaseUrl;
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::{PgConnection, Postgres, Transaction};
use tokio::sync::{Mutex, oneshot};

use super::{
    End, Entry, Held, Mark, Onlooker, Protocol, Request, Scenario, Step, Verdict, report, still,
};
use crate::setup::{Database, Engine, Raw};

/// What a twin does otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// Nothing: the miniature itself.
    None,
    /// Positions come from a sequence, in the order of asking rather than of committing.
    PositionsFromSequence,
    /// The same, and consumers read only below the oldest transaction that has an id.
    CursorUnderXmin,
    /// `ON CONFLICT DO NOTHING`, and an acknowledgement whatever was done.
    AcknowledgesConflicts,
    /// Consumers read when they are notified, and else never.
    ReadsWhenNotified,
    /// Decides, then locks the lane.
    ChecksBeforeLocking,
    /// Decides in the statement that waits for the lane.
    DecidesWhileWaiting,
    /// Decides on what it remembers, and never asks whether the lane moved.
    TrustsItsMemory,
    /// Moves the lane wherever it is, with no key on the position behind it.
    MovesBlindly,
    /// Keeps no key of what it carried out.
    ForgetsKeys,
}

/// Every twin with the scenario that catches it, and by what.
const TWINS: [(Flaw, Scenario, &str); 9] = [
    (
        Flaw::PositionsFromSequence,
        Scenario::ASlowWriterIsNotSkipped,
        "skipped",
    ),
    (
        Flaw::CursorUnderXmin,
        Scenario::ASlowWriterThatWroteNothingYetIsNotSkipped,
        "skipped",
    ),
    (
        Flaw::AcknowledgesConflicts,
        Scenario::WhatIsAcknowledgedIsInTheLog,
        "lost",
    ),
    (
        Flaw::ReadsWhenNotified,
        Scenario::WhatWasCommittedUnheardArrives,
        "stuck",
    ),
    (
        Flaw::ChecksBeforeLocking,
        Scenario::ADecisionAfterALockWaitSeesWhatWasCommitted,
        "untrue",
    ),
    (
        Flaw::DecidesWhileWaiting,
        Scenario::ADecisionAfterALockWaitSeesWhatWasCommitted,
        "untrue",
    ),
    (
        Flaw::TrustsItsMemory,
        Scenario::ACachedRefusalIsNotRepeated,
        "untrue",
    ),
    (
        Flaw::MovesBlindly,
        Scenario::WhatIsAcknowledgedIsInTheLog,
        "doubled",
    ),
    (
        Flaw::ForgetsKeys,
        Scenario::AKeyActsOnceHoweverItOverlaps,
        "twice",
    ),
];

/// Whether somebody holds the thing: the newest claim or release tells.
const IS_HELD: &str = "SELECT COALESCE((SELECT kind = 'claim' FROM twin_event \
     WHERE kind <> 'append' ORDER BY position DESC LIMIT 1), false)";

/// The same, in the statement that locks the lane.
const LOCK_AND_IS_HELD: &str = "WITH lane AS MATERIALIZED (SELECT position FROM twin_lane FOR UPDATE) \
     SELECT COALESCE((SELECT kind = 'claim' FROM twin_event \
     WHERE kind <> 'append' ORDER BY position DESC LIMIT 1), false) FROM lane";

struct Twin {
    flaw: Flaw,
    pool: PgPool,
    onlooker: Arc<Onlooker>,
    /// What each process remembers of the thing.
    memory: Arc<Mutex<HashMap<usize, bool>>>,
}

/// Where an append is to be held, and by whom.
struct Pause {
    step: Step,
    arrived: oneshot::Sender<()>,
    end: oneshot::Receiver<End>,
}

/// Waits at `step` if it is the one to be held at; tells how to go on.
async fn pause(pause: &mut Option<Pause>, step: Step) -> End {
    match pause.take_if(|pause| pause.step == step) {
        Some(pause) => {
            // Whoever had to wait for somebody else is not awaited here any more.
            pause.arrived.send(()).ok();
            pause.end.await.unwrap()
        }
        None => End::Commit,
    }
}

impl Twin {
    async fn carry_out(
        self: Arc<Self>,
        node: usize,
        request: Request,
        mut paused: Option<Pause>,
    ) -> Verdict {
        let mark = request.mark();
        let mut transaction = self.pool.begin().await.unwrap();
        let lane = &mut *transaction;
        let locks_first = matches!(
            self.flaw,
            Flaw::None | Flaw::ReadsWhenNotified | Flaw::TrustsItsMemory | Flaw::ForgetsKeys
        );
        if locks_first {
            number(lane, "SELECT position FROM twin_lane FOR UPDATE").await;
        }
        let before = number(lane, "SELECT position FROM twin_lane").await;
        let is_held = self.is_held(lane, node).await;
        if self.flaw == Flaw::ChecksBeforeLocking {
            number(lane, "SELECT position FROM twin_lane FOR UPDATE").await;
        }
        if let Some(position) = self.recorded(lane, mark).await {
            return Verdict::Accepted(position);
        }
        if matches!(
            (request, is_held),
            (Request::Claim(_), true) | (Request::Release(_), false)
        ) {
            self.remember(node, is_held).await;
            return Verdict::Refused;
        }
        let position = self.take_position(lane, before).await;
        if pause(&mut paused, Step::PositionTaken).await == End::RollBack {
            transaction.rollback().await.unwrap();
            return Verdict::Failed;
        }
        if let Err(error) = self.write(&mut transaction, position, request).await {
            let violated = error.into_database_error().unwrap();
            assert!(violated.is_unique_violation(), "{violated}");
            transaction.rollback().await.unwrap();
            let recorded = self
                .recorded(&mut self.pool.acquire().await.unwrap(), mark)
                .await;
            return recorded.map_or(Verdict::Failed, Verdict::Accepted);
        }
        if pause(&mut paused, Step::Written).await == End::RollBack {
            transaction.rollback().await.unwrap();
            return Verdict::Failed;
        }
        transaction.commit().await.unwrap();
        match request {
            Request::Append(_) => {}
            Request::Claim(_) => self.remember(node, true).await,
            Request::Release(_) => self.remember(node, false).await,
        }
        Verdict::Accepted(u64::try_from(position).unwrap())
    }

    async fn is_held(&self, lane: &mut PgConnection, node: usize) -> bool {
        let remembered = self.memory.lock().await.get(&node).copied();
        let sql = match (self.flaw, remembered) {
            (Flaw::TrustsItsMemory, Some(is_held)) => return is_held,
            (Flaw::DecidesWhileWaiting, _) => LOCK_AND_IS_HELD,
            _ => IS_HELD,
        };
        sqlx::query_scalar(sql).fetch_one(lane).await.unwrap()
    }

    async fn remember(&self, node: usize, is_held: bool) {
        self.memory.lock().await.insert(node, is_held);
    }

    /// Where a command stands that was carried out.
    async fn recorded(&self, lane: &mut PgConnection, mark: Mark) -> Option<u64> {
        const RECORDED: &str = "SELECT position FROM twin_event WHERE mark = $1";
        if self.flaw == Flaw::ForgetsKeys {
            return None;
        }
        let found: Option<i64> = sqlx::query_scalar(RECORDED)
            .bind(mark)
            .fetch_optional(lane)
            .await
            .unwrap();
        found.map(|position| u64::try_from(position).unwrap())
    }

    async fn take_position(&self, lane: &mut PgConnection, before: i64) -> i64 {
        match self.flaw {
            Flaw::PositionsFromSequence | Flaw::CursorUnderXmin => {
                number(lane, "SELECT nextval('twin_position')").await
            }
            Flaw::AcknowledgesConflicts => {
                number(
                    lane,
                    "SELECT COALESCE(max(position), 0) + 1 FROM twin_event",
                )
                .await
            }
            Flaw::MovesBlindly => {
                let moved = sqlx::query("UPDATE twin_lane SET position = $1").bind(before + 1);
                moved.execute(lane).await.unwrap();
                before + 1
            }
            Flaw::None
            | Flaw::ReadsWhenNotified
            | Flaw::ChecksBeforeLocking
            | Flaw::DecidesWhileWaiting
            | Flaw::TrustsItsMemory
            | Flaw::ForgetsKeys => {
                let moved = "UPDATE twin_lane SET position = position + 1 RETURNING position";
                number(lane, moved).await
            }
        }
    }

    async fn write(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        position: i64,
        request: Request,
    ) -> Result<(), sqlx::Error> {
        const INSERT: &str = "INSERT INTO twin_event (position, mark, kind) VALUES ($1, $2, $3)";
        const OR_NOTHING: &str = "INSERT INTO twin_event (position, mark, kind) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING";
        let kind = match request {
            Request::Append(_) => "append",
            Request::Claim(_) => "claim",
            Request::Release(_) => "release",
        };
        let sql = if self.flaw == Flaw::AcknowledgesConflicts {
            OR_NOTHING
        } else {
            INSERT
        };
        let insert = sqlx::query(sql)
            .bind(position)
            .bind(request.mark())
            .bind(kind);
        insert.execute(&mut **transaction).await?;
        sqlx::query("SELECT pg_notify('twin', '')")
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    /// Itself again, for a task of its own.
    fn again(&self) -> Arc<Self> {
        Arc::new(Self {
            flaw: self.flaw,
            pool: self.pool.clone(),
            onlooker: Arc::clone(&self.onlooker),
            memory: Arc::clone(&self.memory),
        })
    }
}

async fn number(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

impl Protocol for Twin {
    type Cursor = (i64, Option<PgListener>);

    async fn ask(&self, node: usize, request: Request) -> Verdict {
        self.again().carry_out(node, request, None).await
    }

    async fn hold(&self, node: usize, request: Request, step: Step) -> Held {
        let before = self.waiting().await;
        let (arrived, mut there) = oneshot::channel();
        let (end, told) = oneshot::channel();
        let paused = Pause {
            step,
            arrived,
            end: told,
        };
        let verdict = tokio::spawn(self.again().carry_out(node, request, Some(paused)));
        let is_there = std::sync::Mutex::new(&mut there);
        still(self, before, || is_there.lock().unwrap().try_recv().is_ok()).await;
        Held { end, verdict }
    }

    async fn waiting(&self) -> usize {
        self.onlooker.waiting().await
    }

    async fn cursor(&self, after: u64) -> Self::Cursor {
        let listener = if self.flaw == Flaw::ReadsWhenNotified {
            let mut listener = PgListener::connect_with(&self.pool).await.unwrap();
            listener.listen("twin").await.unwrap();
            Some(listener)
        } else {
            None
        };
        (i64::try_from(after).unwrap(), listener)
    }

    async fn read(&self, (cursor, listener): &mut Self::Cursor) -> Vec<Entry> {
        const AFTER: &str =
            "SELECT position, mark FROM twin_event WHERE position > $1 ORDER BY position";
        const UNDER_XMIN: &str = "SELECT position, mark FROM twin_event WHERE position > $1 \
             AND transaction_id < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY position";
        if let Some(listener) = listener {
            let notified = tokio::time::timeout(Duration::from_millis(20), listener.recv()).await;
            if notified.is_err() {
                return Vec::new();
            }
        }
        let sql = if self.flaw == Flaw::CursorUnderXmin {
            UNDER_XMIN
        } else {
            AFTER
        };
        let rows = sqlx::query_as(sql)
            .bind(*cursor)
            .fetch_all(&self.pool)
            .await;
        let entries = entries(rows.unwrap());
        if let Some(last) = entries.last() {
            *cursor = i64::try_from(last.position).unwrap();
        }
        entries
    }

    async fn head(&self) -> u64 {
        let mut connection = self.pool.acquire().await.unwrap();
        let has_no_lane = matches!(
            self.flaw,
            Flaw::PositionsFromSequence | Flaw::CursorUnderXmin | Flaw::AcknowledgesConflicts
        );
        let sql = if has_no_lane {
            "SELECT COALESCE(max(position), 0) FROM twin_event"
        } else {
            "SELECT position FROM twin_lane"
        };
        u64::try_from(number(&mut connection, sql).await).unwrap()
    }

    async fn log(&self) -> Vec<Entry> {
        const LOG: &str = "SELECT position, mark FROM twin_event ORDER BY position, mark";
        entries(sqlx::query_as(LOG).fetch_all(&self.pool).await.unwrap())
    }
}

fn entries(rows: Vec<(i64, String)>) -> Vec<Entry> {
    let entries = rows.into_iter().map(|(position, mark)| Entry {
        position: u64::try_from(position).unwrap(),
        mark,
    });
    entries.collect()
}

/// A database with the miniature's tables.
struct Stage {
    _database: Database,
    raw: Raw,
    pool: PgPool,
    onlooker: Arc<Onlooker>,
    /// Whose keys the table has.
    keyed_for: Option<Flaw>,
}

impl Stage {
    async fn new() -> Self {
        let (database, mut raw) = Database::new(Engine::Postgres).await;
        for sql in [
            // What these transactions see of one another does not depend on the disk.
            "SET synchronous_commit = off",
            "CREATE TABLE twin_lane (position bigint NOT NULL)",
            "INSERT INTO twin_lane VALUES (0)",
            "CREATE TABLE twin_event (position bigint NOT NULL, mark text NOT NULL, \
             kind text NOT NULL, transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id())",
            "CREATE SEQUENCE twin_position MINVALUE 0 START 0",
            "GRANT ALL ON twin_lane, twin_event, twin_position TO PUBLIC",
        ] {
            raw.run(sql).await.unwrap();
        }
        let DatabaseUrl::Postgres(options) = database.application() else {
            unreachable!()
        };
        let options = options
            .as_ref()
            .clone()
            .options([("synchronous_commit", "off")]);
        let pool = PgPoolOptions::new().max_connections(12);
        Self {
            pool: pool.connect_with(options).await.unwrap(),
            onlooker: Arc::new(Onlooker::new(&database).await),
            _database: database,
            raw,
            keyed_for: None,
        }
    }

    /// An empty log with the keys that its flaw leaves it.
    async fn twin(&mut self, flaw: Flaw) -> Twin {
        for sql in [
            "DELETE FROM twin_event",
            "UPDATE twin_lane SET position = 0",
            "ALTER SEQUENCE twin_position RESTART",
            // Writes 32 values ahead; those that come now give their transaction no id.
            "SELECT nextval('twin_position')",
        ] {
            self.raw.run(sql).await.unwrap();
        }
        if self.keyed_for.replace(flaw) != Some(flaw) {
            self.key(flaw).await;
        }
        Twin {
            flaw,
            pool: self.pool.clone(),
            onlooker: Arc::clone(&self.onlooker),
            memory: Arc::default(),
        }
    }

    async fn key(&mut self, flaw: Flaw) {
        for sql in [
            "DROP INDEX IF EXISTS twin_event_position",
            "DROP INDEX IF EXISTS twin_event_mark",
        ] {
            self.raw.run(sql).await.unwrap();
        }
        if flaw != Flaw::MovesBlindly {
            let index = "CREATE UNIQUE INDEX twin_event_position ON twin_event (position)";
            self.raw.run(index).await.unwrap();
        }
        if flaw != Flaw::ForgetsKeys {
            let index = "CREATE UNIQUE INDEX twin_event_mark ON twin_event (mark)";
            self.raw.run(index).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_miniature_holds_and_every_broken_twin_is_caught() {
    let mut stage = Stage::new().await;
    let mut table = vec![
        "twin -> scenario -> what went wrong (* is what the test insists on)".to_owned(),
        format!("  None -> all {} scenarios -> nothing", Scenario::ALL.len()),
    ];
    for scenario in Scenario::ALL {
        let held = scenario.play(stage.twin(Flaw::None).await).await;
        assert_eq!(held, Ok(()), "the miniature in {scenario:?}");
    }
    for (flaw, catcher, by) in TWINS {
        let mut caught = BTreeMap::new();
        for scenario in Scenario::ALL {
            // Where another database's transactions keep the cluster's oldest one old, a twin may look
            // well once.
            for _ in 0..5 {
                let held = scenario.play(stage.twin(flaw).await).await;
                let is_fault = held.is_err();
                caught.extend(held.err().map(|fault| (scenario, fault)));
                if is_fault || scenario != catcher {
                    break;
                }
            }
        }
        for (scenario, fault) in &caught {
            let insisted = if *scenario == catcher { "*" } else { " " };
            table.push(format!("{insisted} {flaw:?} -> {scenario:?} -> {fault:?}"));
        }
        let found = caught.get(&catcher).map(super::Fault::name);
        assert_eq!(found, Some(by), "{flaw:?} in {catcher:?}: {table:#?}");
    }
    report(&table.join("\n"));
}
