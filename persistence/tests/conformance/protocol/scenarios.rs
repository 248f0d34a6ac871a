//! The interleavings, each told once for whatever keeps a log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Entry, Fault, Mark, Protocol, Request, Step, Verdict, start};
use Request::{Append, Claim, Release};

/// How long a consumer that makes no progress is waited for.
const PATIENCE: Duration = Duration::from_millis(400);

/// What holds, as long as nothing is said to be caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scenario {
    ASlowWriterIsNotSkipped,
    ASlowWriterThatWroteNothingYetIsNotSkipped,
    CommitsInTheOtherOrderAreReadInOrder,
    ARollbackLeavesNoGap,
    ADecisionAfterALockWaitSeesWhatWasCommitted,
    ADecisionAfterALockWaitForgetsWhatWasRolledBack,
    ACachedRefusalIsNotRepeated,
    ACachedAcceptanceIsNotRepeated,
    ProcessesTakeTurns,
    WhatIsAcknowledgedIsInTheLog,
    AKeyActsOnceHoweverItOverlaps,
    WhatWasCommittedUnheardArrives,
}

impl Scenario {
    pub(crate) const ALL: [Self; 12] = [
        Self::ASlowWriterIsNotSkipped,
        Self::ASlowWriterThatWroteNothingYetIsNotSkipped,
        Self::CommitsInTheOtherOrderAreReadInOrder,
        Self::ARollbackLeavesNoGap,
        Self::ADecisionAfterALockWaitSeesWhatWasCommitted,
        Self::ADecisionAfterALockWaitForgetsWhatWasRolledBack,
        Self::ACachedRefusalIsNotRepeated,
        Self::ACachedAcceptanceIsNotRepeated,
        Self::ProcessesTakeTurns,
        Self::WhatIsAcknowledgedIsInTheLog,
        Self::AKeyActsOnceHoweverItOverlaps,
        Self::WhatWasCommittedUnheardArrives,
    ];

    /// Plays it on a fresh log, and looks through everything afterwards.
    pub(crate) async fn play<P: Protocol>(self, protocol: P) -> Result<(), Fault> {
        let mut play = Play::begin(protocol).await;
        match self {
            Self::ASlowWriterIsNotSkipped => slow_writer(&mut play, Step::Written).await,
            Self::ASlowWriterThatWroteNothingYetIsNotSkipped => {
                slow_writer(&mut play, Step::PositionTaken).await;
            }
            Self::CommitsInTheOtherOrderAreReadInOrder => other_order(&mut play).await,
            Self::ARollbackLeavesNoGap => rollback(&mut play).await,
            Self::ADecisionAfterALockWaitSeesWhatWasCommitted => committed(&mut play).await?,
            Self::ADecisionAfterALockWaitForgetsWhatWasRolledBack => rolled_back(&mut play).await?,
            Self::ACachedRefusalIsNotRepeated => cached_refusal(&mut play).await?,
            Self::ACachedAcceptanceIsNotRepeated => cached_acceptance(&mut play).await?,
            Self::ProcessesTakeTurns => turns(&mut play).await?,
            Self::WhatIsAcknowledgedIsInTheLog => acknowledged(&mut play).await,
            Self::AKeyActsOnceHoweverItOverlaps => key(&mut play).await?,
            Self::WhatWasCommittedUnheardArrives => unheard(&mut play).await?,
        }
        play.verify().await
    }
}

/// A transaction that is slow to commit, and one that begins later and would be quicker.
async fn slow_writer<P: Protocol>(play: &mut Play<P>, step: Step) {
    let slow = play.protocol.hold(0, Append("slow"), step).await;
    let quick = start(&play.protocol, 1, Append("quick")).await;
    play.look_for("quick", quick.is_finished()).await;
    let (slow, quick) = (slow.commit().await.unwrap(), quick.await.unwrap());
    play.told("slow", slow);
    play.told("quick", quick);
}

/// Both are in the middle of their transactions; who began last commits first, if it can.
async fn other_order<P: Protocol>(play: &mut Play<P>) {
    let first = play.protocol.hold(0, Append("first"), Step::Written).await;
    let second = play.protocol.hold(1, Append("second"), Step::Written).await;
    let second = second.commit();
    for _ in 0..20 {
        if second.is_finished() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    play.look_for("second", second.is_finished()).await;
    let (first, second) = (first.commit().await.unwrap(), second.await.unwrap());
    play.told("first", first);
    play.told("second", second);
}

async fn rollback<P: Protocol>(play: &mut Play<P>) {
    let undone = play.protocol.hold(0, Append("undone"), Step::Written).await;
    let waited = start(&play.protocol, 1, Append("waited")).await;
    play.look_for("waited", waited.is_finished()).await;
    let undone = undone.roll_back().await;
    play.told("undone", undone);
    let waited = waited.await.unwrap();
    play.told("waited", waited);
    play.ask(0, Append("after")).await;
}

async fn committed<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    let first = play.protocol.hold(0, Claim("first"), Step::Written).await;
    let second = start(&play.protocol, 1, Claim("second")).await;
    let (first, second) = (first.commit().await.unwrap(), second.await.unwrap());
    play.accepted("first", first)?;
    play.refused("second", second)
}

async fn rolled_back<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    let first = play.protocol.hold(0, Claim("first"), Step::Written).await;
    let second = start(&play.protocol, 1, Claim("second")).await;
    let first = first.roll_back().await;
    play.told("first", first);
    let second = second.await.unwrap();
    // If the first one was tried again before the second one came to it, it has the thing.
    match first {
        Verdict::Accepted(_) => play.refused("second", second),
        Verdict::Refused | Verdict::Failed => play.accepted("second", second),
    }
}

async fn cached_refusal<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    for (claim, refused, release, again, back) in [
        ("claim 1", "refused 1", "release 1", "again 1", "back 1"),
        ("claim 2", "refused 2", "release 2", "again 2", "back 2"),
    ] {
        let claimed = play.ask(0, Claim(claim)).await;
        play.accepted(claim, claimed)?;
        // Now the second process knows that it is held.
        let knows = play.ask(1, Claim(refused)).await;
        play.refused(refused, knows)?;
        let released = play.ask(0, Release(release)).await;
        play.accepted(release, released)?;
        let claimed = play.ask(1, Claim(again)).await;
        play.accepted(again, claimed)?;
        let released = play.ask(1, Release(back)).await;
        play.accepted(back, released)?;
    }
    Ok(())
}

async fn cached_acceptance<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    let claimed = play.ask(1, Claim("claim")).await;
    play.accepted("claim", claimed)?;
    let released = play.ask(1, Release("release")).await;
    play.accepted("release", released)?;
    // The second process knows that it is free; then the first one takes it.
    let taken = play.ask(0, Claim("taken")).await;
    play.accepted("taken", taken)?;
    let late = play.ask(1, Claim("late")).await;
    play.refused("late", late)
}

/// Two processes append in turn to what the other one has moved on, as each of them remembers it.
async fn turns<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    let marks = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    for (turn, mark) in marks.into_iter().enumerate() {
        let said = play.ask(turn % 2, Append(mark)).await;
        play.accepted(mark, said)?;
    }
    Ok(())
}

/// Three processes append over one another.
async fn acknowledged<P: Protocol>(play: &mut Play<P>) {
    let held = play.protocol.hold(0, Append("held"), Step::Written).await;
    let second = start(&play.protocol, 1, Append("second")).await;
    let third = start(&play.protocol, 2, Append("third")).await;
    let held = held.commit().await.unwrap();
    let (second, third) = (second.await.unwrap(), third.await.unwrap());
    play.told("held", held);
    play.told("second", second);
    play.told("third", third);
}

/// A client asks two processes at once, and later again.
async fn key<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    let held = play.protocol.hold(0, Append("key"), Step::Written).await;
    let other = start(&play.protocol, 1, Append("key")).await;
    let verdict = held.commit().await.unwrap();
    play.told("key", verdict);
    let others = [
        other.await.unwrap(),
        play.protocol.ask(2, Append("key")).await,
    ];
    for said in others {
        if said != verdict {
            // The log tells whether it acted twice; if it did not, the answer was wrong.
            let log = play.protocol.log().await;
            let stands = log.iter().filter(|entry| entry.mark == "key").count();
            return Err(if stands > 1 {
                Fault::Twice("key".to_owned())
            } else {
                Fault::Untrue { mark: "key", said }
            });
        }
    }
    Ok(())
}

/// Events that are committed while nobody listens: before a consumer's first day, and between two.
async fn unheard<P: Protocol>(play: &mut Play<P>) -> Result<(), Fault> {
    play.ask(0, Append("before")).await;
    play.follow_from_here().await;
    play.catch_up().await?;
    // The consumer goes away, with its cursor written down.
    let seen = play.protocol.head().await;
    play.ask(1, Append("between")).await;
    play.cursor = play.protocol.cursor(seen).await;
    play.catch_up().await
}

/// A log, one consumer of it, and what the processes were told.
struct Play<P: Protocol> {
    protocol: Arc<P>,
    cursor: P::Cursor,
    seen: Vec<Entry>,
    told: BTreeMap<Mark, Verdict>,
}

impl<P: Protocol> Play<P> {
    async fn begin(protocol: P) -> Self {
        let cursor = protocol.cursor(0).await;
        Self {
            protocol: Arc::new(protocol),
            cursor,
            seen: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    async fn ask(&mut self, node: usize, request: Request) -> Verdict {
        let verdict = self.protocol.ask(node, request).await;
        self.told(request.mark(), verdict);
        verdict
    }

    fn told(&mut self, mark: Mark, verdict: Verdict) {
        self.told.insert(mark, verdict);
    }

    fn accepted(&mut self, mark: Mark, said: Verdict) -> Result<(), Fault> {
        self.told(mark, said);
        match said {
            Verdict::Accepted(_) => Ok(()),
            Verdict::Refused | Verdict::Failed => Err(Fault::Untrue { mark, said }),
        }
    }

    fn refused(&mut self, mark: Mark, said: Verdict) -> Result<(), Fault> {
        self.told(mark, said);
        match said {
            Verdict::Refused => Ok(()),
            Verdict::Accepted(_) | Verdict::Failed => Err(Fault::Untrue { mark, said }),
        }
    }

    /// A new consumer, which begins after nothing.
    async fn follow_from_here(&mut self) {
        self.cursor = self.protocol.cursor(0).await;
        self.seen.clear();
    }

    async fn round(&mut self) {
        let entries = self.protocol.read(&mut self.cursor).await;
        self.seen.extend(entries);
    }

    /// Lets the consumer read; if the event is committed, until it has it or patience ends.
    async fn look_for(&mut self, mark: Mark, is_committed: bool) {
        let begun = Instant::now();
        loop {
            self.round().await;
            let has_it = self.seen.iter().any(|entry| entry.mark == mark);
            if has_it || !is_committed || begun.elapsed() > PATIENCE {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Lets the consumer read until it has as many events as there are, or patience ends.
    async fn catch_up(&mut self) -> Result<(), Fault> {
        let log = self.protocol.log().await;
        let (mut progress, mut seen) = (Instant::now(), self.seen.len());
        while self.seen.len() < log.len() && progress.elapsed() < PATIENCE {
            self.round().await;
            if self.seen.len() > seen {
                (progress, seen) = (Instant::now(), self.seen.len());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let last = self.seen.last().map_or(0, |entry| entry.position);
        for entry in &log {
            match self.seen.iter().filter(|seen| *seen == entry).count() {
                1 => {}
                0 if entry.position < last => return Err(Fault::Skipped(entry.mark.clone())),
                0 => {
                    let (seen, of) = (self.seen.len(), log.len());
                    return Err(Fault::Stuck { seen, of });
                }
                _ => return Err(Fault::Twice(entry.mark.clone())),
            }
        }
        Ok(())
    }

    /// Looks through the log, what was told, and what the consumer got.
    async fn verify(&mut self) -> Result<(), Fault> {
        let log = self.protocol.log().await;
        let stands = |mark: Mark| log.iter().filter(move |entry| entry.mark == mark);
        for (mark, verdict) in &self.told {
            match verdict {
                Verdict::Accepted(position) => {
                    if stands(mark).count() > 1 {
                        return Err(Fault::Twice((*mark).to_owned()));
                    }
                    if stands(mark).all(|entry| entry.position != *position) {
                        return Err(Fault::Lost(mark));
                    }
                }
                Verdict::Refused | Verdict::Failed => {
                    if stands(mark).count() > 0 {
                        return Err(Fault::Ghost(mark));
                    }
                }
            }
        }
        self.catch_up().await?;
        for (expected, entry) in (1..).zip(&log) {
            if entry.position > expected {
                return Err(Fault::Gap(expected));
            }
            if entry.position < expected {
                return Err(Fault::Doubled(entry.position));
            }
        }
        let head = self.protocol.head().await;
        if log.last().map_or(0, |entry| entry.position) != head {
            return Err(Fault::WrongHead(head));
        }
        let wrong = self
            .seen
            .iter()
            .zip(&log)
            .find(|(seen, entry)| seen != entry);
        wrong.map_or(Ok(()), |(seen, _)| {
            Err(Fault::OutOfOrder(seen.mark.clone()))
        })
    }
}
