//! Decides commands on top of a known head, one after the other, and collects what they would store.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::envelope::Actor;
use fallbuch_domain::{
    Claim, Command, Decision, Event, Facts, Finding, Key, Needs, Rejection, Rule, State, Timestamp,
};
use uuid::Uuid;

use super::cache::{AgencyCache, Known};
use super::lookup::{check_version, state_of};
use super::rows::{Prepared, command_record};
use super::submission::{Handling, IdempotencyKey, Receipt, Submission};
use super::{Verdict, Workshop};
use crate::access::Principal;
use crate::error::{CommandError, StoreError};
use crate::read::RecordedBody;
use crate::session::{Batch, EventRow, HeadRow, Lane, Session};
use crate::sources::Sources;

/// What a flush would store, with the states it rests on and the verdicts it makes true.
pub(crate) struct Draft {
    pub(crate) batch: Batch,
    /// States read or made by this draft; they become the writer's cache once it is stored.
    pub(crate) states: BTreeMap<Uuid, Known>,
    /// One per command, in their order.
    pub(crate) verdicts: Vec<Verdict>,
    /// The commands of this draft that were accepted, with the place of their verdicts.
    accepted: HashMap<Uuid, usize>,
    /// How many bytes of events it holds.
    pub(crate) bytes: usize,
}

impl Draft {
    pub(crate) fn new(agency: Uuid, lane: Lane) -> Self {
        Self {
            batch: Batch::new(agency, lane),
            states: BTreeMap::new(),
            verdicts: Vec::new(),
            accepted: HashMap::new(),
            bytes: 0,
        }
    }

    /// Whether there is nothing to store.
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.events.is_empty()
    }

    /// Reads, in one go, the states that the commands need and nobody knows yet.
    pub(crate) async fn prefetch<S: Session>(
        &mut self,
        session: &mut S,
        cache: &AgencyCache,
        submissions: &[Submission],
    ) -> Result<(), StoreError> {
        let agency = self.batch.agency;
        let addressed = submissions
            .iter()
            .filter_map(|submission| submission.stream);
        let mut missing: Vec<Uuid> = addressed
            .chain([agency])
            .filter(|stream| !cache.states.contains(stream))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        self.read(session, &missing).await
    }

    /// Reads the newest states of streams, as far as they are there.
    async fn read<S: Session>(
        &mut self,
        session: &mut S,
        streams: &[Uuid],
    ) -> Result<(), StoreError> {
        if streams.is_empty() {
            return Ok(());
        }
        let agency = self.batch.agency;
        for (stream, head) in session.heads(self.batch.rows(), streams).await? {
            let known = state_of(session, agency, stream, head).await?;
            self.states.extend(known.map(|known| (stream, known)));
        }
        Ok(())
    }

    /// Decides one command and adds what it stores. A refused one and one that is only to be validated add nothing.
    pub(crate) async fn add<S: Session>(
        &mut self,
        session: &mut S,
        cache: &mut AgencyCache,
        workshop: &Workshop,
        submission: &Submission,
    ) -> Result<Receipt, CommandError> {
        let agency = self.batch.agency;
        if let Some((key, command_id)) = submission.identified()
            && let Some(receipt) = self.receipt_of(command_id)
        {
            return if self.fingerprint_of(command_id) == Some(&key.fingerprint) {
                Ok(Receipt {
                    replayed: true,
                    ..receipt
                })
            } else {
                Err(CommandError::KeyReused)
            };
        }
        let home = self.known(cache, agency);
        let home_state = home.as_ref().and_then(|known| known.state.as_agency());
        let actor = actor(submission, home_state)?;
        let known = submission
            .stream
            .and_then(|stream| self.known(cache, stream));
        let unflushed = &self.batch.events;
        check_version(session, agency, submission, known.as_ref(), unflushed).await?;
        let state = known.as_ref().map(|known| known.state.as_ref());
        let sources = workshop.sources.of(agency);
        let stream = submission.stream.unwrap_or_else(|| sources.ids.id());
        let recorded_at = self.recorded_at(&sources)?;
        let needs = submission.command.needs(state, &workshop.catalogue);
        let facts = Facts {
            stream,
            today: recorded_at.berlin_date(),
            agency: home_state,
            catalogue: &workshop.catalogue,
            holders: self
                .holders(session, &needs)
                .await
                .map_err(StoreError::from)?,
            counters: self
                .counters(session, &needs)
                .await
                .map_err(StoreError::from)?,
            streams: self.streams(session, cache, &needs).await?,
        };
        let mut new_id = || sources.ids.id();
        let decision = submission.command.decide(state, &facts, &mut new_id)?;
        let prepared = Prepared {
            submission,
            actor,
            stream,
            recorded_at,
            sources: &sources,
        };
        let version = known.as_ref().map_or(0, |known| known.version);
        let outcome = Outcome::of(&prepared, (version, state.cloned()), decision)?;
        let Some((key, command_id)) = submission.identified() else {
            return outcome.preview(&prepared);
        };
        let receipt = self.store(&prepared, cache, (key, command_id), outcome)?;
        self.accepted.insert(command_id, self.verdicts.len());
        Ok(receipt)
    }

    /// The answer of a command that this draft has accepted already.
    fn receipt_of(&self, command: Uuid) -> Option<Receipt> {
        let verdict = self.verdicts.get(*self.accepted.get(&command)?)?;
        verdict.as_ref().ok().cloned()
    }

    fn fingerprint_of(&self, command: Uuid) -> Option<&Vec<u8>> {
        let mut records = self
            .batch
            .events
            .iter()
            .filter(|event| event.command == command);
        Some(&records.find_map(|event| event.record.as_ref())?.fingerprint)
    }

    /// The newest state of a stream that is prefetched or cached.
    fn known(&self, cache: &mut AgencyCache, stream: Uuid) -> Option<Known> {
        self.states
            .get(&stream)
            .or_else(|| cache.states.get(&stream))
            .cloned()
    }

    /// The holders of the keys that are asked for, after this draft's own claims.
    async fn holders<S: Session>(
        &self,
        session: &mut S,
        needs: &Needs,
    ) -> Result<BTreeMap<Key, Uuid>, sqlx::Error> {
        let mut holders = session.holders(self.batch.rows(), &needs.keys).await?;
        for key in &needs.keys {
            match self.batch.keys.get(key).map(|change| change.holder) {
                None => {}
                Some(Some(holder)) => {
                    holders.insert(key.clone(), holder);
                }
                Some(None) => {
                    holders.remove(key);
                }
            }
        }
        Ok(holders)
    }

    /// The counters that are asked for, after this draft's own claims.
    async fn counters<S: Session>(
        &self,
        session: &mut S,
        needs: &Needs,
    ) -> Result<BTreeMap<String, u64>, sqlx::Error> {
        let mut counters = session.counters(self.batch.rows(), &needs.counters).await?;
        for name in &needs.counters {
            if let Some(value) = self.batch.counters.get(name) {
                counters.insert(name.clone(), u64::try_from(*value).unwrap_or(0));
            }
        }
        Ok(counters)
    }

    /// The states of the other streams that are asked for, as this draft leaves them.
    async fn streams<S: Session>(
        &mut self,
        session: &mut S,
        cache: &mut AgencyCache,
        needs: &Needs,
    ) -> Result<BTreeMap<Uuid, State>, StoreError> {
        let asked = needs.streams.iter().copied();
        let missing: Vec<Uuid> = asked
            .filter(|id| !self.states.contains_key(id) && !cache.states.contains(id))
            .collect();
        self.read(session, &missing).await?;
        let known = |id: &Uuid| Some((*id, State::clone(&self.known(cache, *id)?.state)));
        Ok(needs.streams.iter().filter_map(known).collect())
    }

    /// Now, but never before what the agency recorded last.
    fn recorded_at(&self, sources: &Sources) -> Result<Timestamp, StoreError> {
        let now = sources.clock.now().unix_microseconds();
        let at = now.max(self.batch.to().last_recorded_at);
        Timestamp::from_unix_microseconds(at)
            .ok_or_else(|| StoreError::Corrupt(format!("instant {at} is outside the calendar")))
    }

    /// Adds the events, with their final positions, and the stream's new state.
    fn store(
        &mut self,
        prepared: &Prepared<'_>,
        cache: &mut AgencyCache,
        (key, command_id): (&IdempotencyKey, Uuid),
        outcome: Outcome,
    ) -> Result<Receipt, CommandError> {
        let stream = prepared.stream;
        let position = self.batch.to().position;
        let mut rows = Vec::with_capacity(outcome.events.len());
        for (index, event) in (1..).zip(&outcome.events) {
            let record =
                (index == 1).then(|| command_record(key, outcome.events.len(), &outcome.warnings));
            let place = (position + index, outcome.before + index);
            rows.push(EventRow {
                record: record.transpose()?,
                ..prepared.row(event, command_id, place, cache)?
            });
        }
        let version = outcome.version();
        let last_position = position + rows.len() as u64;
        let at = prepared.recorded_at.unix_microseconds();
        let head =
            HeadRow::of(&outcome.state, version, last_position, at).map_err(StoreError::from)?;
        let events = rows
            .iter()
            .map(|row| RecordedBody::new(row.body.clone()))
            .collect();
        self.bytes += rows.iter().map(|row| row.body.len()).sum::<usize>();
        self.batch.events.extend(rows);
        self.batch.heads.insert(stream, head);
        let before = self.known(cache, stream);
        let before = before.as_ref().map(|known| known.state.as_ref());
        self.batch.follow(stream, before, &outcome.state);
        self.batch.claim(stream, outcome.claims);
        self.states.insert(
            stream,
            Known {
                version,
                state: Arc::new(outcome.state),
            },
        );
        Ok(Receipt {
            stream,
            version,
            events,
            warnings: outcome.warnings,
            replayed: false,
        })
    }
}

/// What a command does to its stream, once everything that can refuse it was asked.
struct Outcome {
    /// The stream's version before.
    before: u64,
    events: Vec<Event>,
    claims: Vec<Claim>,
    warnings: Vec<Finding>,
    /// The stream's state afterwards.
    state: State,
}

impl Outcome {
    fn of(
        prepared: &Prepared<'_>,
        (before, mut state): (u64, Option<State>),
        decision: Decision,
    ) -> Result<Self, CommandError> {
        let Decision { events, warnings } = decision;
        let (stream, submission) = (prepared.stream, prepared.submission);
        let mut claims = Vec::new();
        for event in &events {
            claims.extend(State::claims(state.as_ref(), event));
            state = State::evolve(state, event);
        }
        let Some(state) = state else {
            return Err(StoreError::Corrupt(format!("events of {stream} left no state")).into());
        };
        if let Some(row) = state.row()
            && !submission.access.sees(stream, row.site)
        {
            return Err(Rejection::by(Finding::new(Rule::R03).at("/site")).into());
        }
        // Last: strictness changes the answer of nothing that is refused anyway.
        if submission.handling == Handling::Strict && !warnings.is_empty() {
            return Err(CommandError::Warned(warnings));
        }
        Ok(Self {
            before,
            events,
            claims,
            warnings,
            state,
        })
    }

    fn version(&self) -> u64 {
        self.before + self.events.len() as u64
    }

    /// The answer to a command that is not to be carried out.
    fn preview(self, prepared: &Prepared<'_>) -> Result<Receipt, CommandError> {
        let events = (self.before + 1..).zip(&self.events);
        let events = events.map(|(version, event)| prepared.prospect(event, version));
        Ok(Receipt {
            stream: prepared.stream,
            version: self.version(),
            events: events.collect::<Result<_, _>>()?,
            warnings: self.warnings,
            replayed: false,
        })
    }
}

/// The member and role that act, if they still have the right.
fn actor(submission: &Submission, agency: Option<&AgencyState>) -> Result<Actor, CommandError> {
    let permission = submission.command.permission();
    match submission.access.principal() {
        Principal::Operator => match submission.command {
            Command::Agency(_) => Ok(Actor::OPERATOR),
            Command::Case(_) | Command::Offering(_) | Command::Solution(_) => {
                Err(CommandError::Forbidden(permission))
            }
        },
        // Its right was read from the network's log a moment ago; there is no order between that one and this.
        Principal::Network { member, role } => {
            let may = permission.reaches_into_agencies() && submission.access.may(permission);
            may.then_some(Actor { member, role })
                .ok_or(CommandError::Forbidden(permission))
        }
        // Who left meanwhile is a stranger.
        Principal::Member(id) => agency
            .and_then(|agency| agency.member(id))
            .ok_or(CommandError::NotFound)?
            .role_for(permission)
            .map(|role| Actor { member: id, role })
            .ok_or(CommandError::Forbidden(permission)),
    }
}

#[cfg(test)]
mod tests;
