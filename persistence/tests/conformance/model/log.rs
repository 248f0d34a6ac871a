//! One agency of the model: its log, and the decision of one command on top of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::{Claim, Command, Event, Facts, Finding, Key, Role, Rule, State, Timestamp};
use fallbuch_persistence::{Expected, Sources};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Caller, Flaw};
use crate::subject::{Accepted, Order, Refused, Verdict};

/// How many events a refusal of a stale version carries at the most.
const TOLD: usize = 200;

/// What decisions are made with.
#[derive(Clone)]
pub(super) struct Workshop {
    pub(super) sources: Sources,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) flaw: Option<Flaw>,
}

impl Workshop {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

/// An event as it was recorded.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) position: u64,
    pub(super) stream: Uuid,
    pub(super) version: u64,
    pub(super) recorded_at: Timestamp,
    pub(super) event: Event,
    pub(super) body: String,
}

/// The log of one agency, and what was answered to which key.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) agency: Uuid,
    pub(super) code: String,
    pub(super) entries: Vec<Entry>,
    answers: BTreeMap<(Uuid, String), (Vec<u8>, Accepted)>,
}

impl Log {
    pub(super) fn new(agency: Uuid, code: &str) -> Self {
        Self {
            agency,
            code: code.to_owned(),
            entries: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    pub(super) fn position(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.position)
    }

    pub(super) fn stream(&self, stream: Uuid) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.stream == stream)
    }

    pub(super) fn streams(&self) -> HashSet<Uuid> {
        self.entries.iter().map(|entry| entry.stream).collect()
    }

    /// The state that entries lead to, with the last of them that it took part in.
    pub(super) fn fold<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<(&'a Entry, State)> {
        entries.fold(None, |before, entry| {
            let state = State::evolve(before.map(|(_, state)| state), &entry.event);
            state.map(|state| (entry, state))
        })
    }

    pub(super) fn agency_state(&self) -> Option<AgencyState> {
        let (_, state) = Self::fold(self.stream(self.agency))?;
        state.as_agency().cloned()
    }

    /// Who holds which key, and what every counter has reached.
    fn claims(&self, workshop: &Workshop) -> (BTreeMap<Key, Uuid>, BTreeMap<String, u64>) {
        let (mut holders, mut counters) = (BTreeMap::new(), BTreeMap::new());
        let mut states: BTreeMap<Uuid, State> = BTreeMap::new();
        for entry in &self.entries {
            let before = states.remove(&entry.stream);
            for claim in State::claims(before.as_ref(), &entry.event) {
                match claim {
                    Claim::Take(key) => {
                        holders.insert(key, entry.stream);
                    }
                    Claim::Release(_) if workshop.has(Flaw::AClosedCaseKeepsItsMunicipality) => {}
                    Claim::Release(key) => {
                        holders.remove(&key);
                    }
                    Claim::Count { .. } if workshop.has(Flaw::ANumberIsGivenTwice) => {}
                    Claim::Count { counter, value } => {
                        counters.insert(counter, value);
                    }
                }
            }
            let after = State::evolve(before, &entry.event);
            states.extend(after.map(|state| (entry.stream, state)));
        }
        (holders, counters)
    }

    /// Replay by key, the right, the version, the rules: in this order.
    pub(super) fn execute(
        &mut self,
        workshop: &Workshop,
        caller: &Caller,
        order: &Order,
    ) -> Verdict {
        let whose = if workshop.has(Flaw::AKeyIsEverybodys) {
            Uuid::nil()
        } else {
            caller.member
        };
        let key = (whose, order.key.key.clone());
        if workshop.has(Flaw::TheVersionIsCheckedBeforeTheKey) {
            self.check_version(workshop, order)?;
        }
        if let Some((fingerprint, first)) = self.answers.get(&key) {
            let same = *fingerprint == order.key.fingerprint;
            if !same && !workshop.has(Flaw::AKeyFitsAnyRequest) {
                return Err(Refused::KeyReused);
            }
            let mut again = first.clone();
            again.replayed = true;
            if workshop.has(Flaw::AReplayForgetsItsWarnings) {
                again.warnings.clear();
            }
            return Ok(again);
        }
        let verdict = self.decide(workshop, caller, order);
        if let Ok(accepted) = &verdict {
            let answer = (order.key.fingerprint.clone(), accepted.clone());
            self.answers.insert(key, answer);
        } else if workshop.has(Flaw::ARefusedCommandUsesItsKeyUp) {
            let nothing = Accepted {
                stream: Uuid::nil(),
                version: 0,
                events: Vec::new(),
                warnings: Vec::new(),
                replayed: true,
            };
            self.answers
                .insert(key, (order.key.fingerprint.clone(), nothing));
        }
        verdict
    }

    fn decide(&mut self, workshop: &Workshop, caller: &Caller, order: &Order) -> Verdict {
        if workshop.has(Flaw::TheVersionIsCheckedBeforeTheRight) {
            self.check_version(workshop, order)?;
        }
        let agency = self.agency_state();
        let role = acting_role(workshop, caller, order, agency.as_ref())?;
        self.check_version(workshop, order)?;

        let sources = &workshop.sources;
        let stream = order.stream.unwrap_or_else(|| sources.ids.id());
        let mut recorded_at = sources.clock.now();
        if let Some(last) = self.entries.last()
            && !workshop.has(Flaw::TimeRunsBackwards)
        {
            recorded_at = recorded_at.max(last.recorded_at);
        }
        let before = Self::fold(self.stream(stream));
        let version = before.as_ref().map_or(0, |(last, _)| last.version);
        let before = before.map(|(_, state)| state);
        let (holders, counters) = self.claims(workshop);
        let asked = order
            .command
            .needs(before.as_ref(), &workshop.catalogue)
            .streams
            .into_iter();
        let streams = asked.filter_map(|id| Some((id, Self::fold(self.stream(id))?.1)));
        let streams = streams.collect();
        let facts = Facts {
            stream,
            today: recorded_at.berlin_date(),
            agency: agency.as_ref(),
            catalogue: &workshop.catalogue,
            holders,
            counters,
            streams,
        };
        let mut new_id = || sources.ids.id();
        let decided = order.command.decide(before.as_ref(), &facts, &mut new_id);
        let decision = decided.map_err(|rejection| Refused::Rules(rejection.findings))?;

        let mut after = before;
        let mut entries = Vec::new();
        for (version, event) in (version + 1..).zip(decision.events) {
            after = State::evolve(after, &event);
            let skipped = version == 1 && workshop.has(Flaw::APositionIsLeftOut);
            let last = entries
                .last()
                .map_or(self.position(), |entry: &Entry| entry.position);
            let mut entry = Entry {
                position: last + 1 + u64::from(skipped),
                stream,
                version,
                recorded_at,
                event,
                body: String::new(),
            };
            entry.body = self.body(sources, (caller.member, role), order, &entry);
            entries.push(entry);
        }
        let row = after.as_ref().and_then(State::row);
        let elsewhere = row.is_some_and(|row| !caller.sees(row.site));
        if elsewhere && !workshop.has(Flaw::AMemberOfOneSiteRecordsAtAll) {
            return Err(Refused::Rules(vec![Finding::new(Rule::R03).at("/site")]));
        }
        let accepted = Accepted {
            stream,
            version: version + entries.len() as u64,
            events: entries.iter().map(|entry| entry.body.clone()).collect(),
            warnings: decision.warnings,
            replayed: false,
        };
        self.entries.extend(entries);
        Ok(accepted)
    }

    fn check_version(&self, workshop: &Workshop, order: &Order) -> Result<(), Refused> {
        let before = order
            .stream
            .and_then(|stream| Self::fold(self.stream(stream)));
        let Some((last, state)) = before else {
            return if order.expected == Expected::New {
                Ok(())
            } else {
                Err(Refused::NotFound)
            };
        };
        if state.kind() != order.command.stream_kind() {
            return Err(Refused::NotFound);
        }
        let made_on = match order.expected {
            Expected::Any => return Ok(()),
            Expected::Unsaid => return Err(Refused::VersionRequired),
            Expected::New => 0,
            Expected::Version(version) => version,
        };
        let late = workshop.has(Flaw::TheVersionBeforeIsGoodEnough) && made_on + 1 == last.version;
        let early = workshop.has(Flaw::AVersionToComeIsGoodEnough) && made_on > last.version;
        if made_on == last.version || late || early {
            return Ok(());
        }
        let known = made_on.saturating_sub(u64::from(
            workshop.has(Flaw::AStaleCommandIsToldOfWhatItKnew),
        ));
        let later = self
            .stream(last.stream)
            .filter(|entry| entry.version > known);
        Err(Refused::Stale {
            current_version: last.version,
            events: later.take(TOLD).map(|entry| entry.body.clone()).collect(),
        })
    }

    /// The canonical body, by a canonicaliser and not by the product's order of members.
    fn body(&self, sources: &Sources, actor: (Uuid, Role), order: &Order, entry: &Entry) -> String {
        let salt = URL_SAFE_NO_PAD.encode(sources.ids.salt());
        let key = format!("{}\n{}", actor.0, order.key.key);
        let command = Uuid::new_v5(&self.agency, key.as_bytes());
        let mut body = json!({
            "actor": {"member": actor.0, "role": actor.1},
            "command_id": command,
            "correlation_id": command,
            "data": entry.event.data,
            "id": sources.ids.id(),
            "occurred_on": entry.event.occurred_on,
            "position": entry.position,
            "recorded_at": entry.recorded_at.to_string(),
            "salt": salt,
            "schema": entry.event.data.schema(),
            "stream": {"id": entry.stream, "kind": order.command.stream_kind().code()},
            "type": entry.event.data.event_type(),
            "version": entry.version,
        });
        if let Some(reason) = &entry.event.reason {
            body["reason"] = Value::from(reason.as_str());
        }
        serde_json_canonicalizer::to_string(&body).unwrap()
    }
}

/// The role in which the caller acts.
fn acting_role(
    workshop: &Workshop,
    caller: &Caller,
    order: &Order,
    agency: Option<&AgencyState>,
) -> Result<Role, Refused> {
    let permission = order.command.permission();
    if caller.member.is_nil() {
        return match order.command {
            Command::Agency(_) => Ok(Role::Operator),
            Command::Case(_) | Command::Offering(_) | Command::Solution(_) => {
                Err(Refused::Forbidden(permission))
            }
        };
    }
    let member = agency.and_then(|agency| agency.member(caller.member));
    let role = member.and_then(|member| member.role_for(permission));
    if workshop.has(Flaw::NobodyAsksForTheRight) {
        return Ok(role.unwrap_or(Role::Reader));
    }
    role.ok_or(Refused::Forbidden(permission))
}
