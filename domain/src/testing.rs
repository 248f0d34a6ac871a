//! Given a history, when a command comes, then these events, refusals or warnings: how every rule
//! and every command is tested.
//!
//! ```text
//! given(&history).on(today).when(command).then_events(&[event])
//! given(&history).on(today).when(command).then_refused(&[Rule::R05])
//! given(&history).on(today).when(command).then_warns(&[Rule::R27])
//! ```
//!
//! Without more words the facts are those of the samples: TransMit with its sites and members, the
//! shipped catalogue, no other stream that holds a key, counters at zero.

pub(crate) mod golden;

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

use time::Date;
use uuid::Uuid;

use crate::agency::{AgencyCommand, AgencyState};
use crate::case::{CaseCommand, CaseEvent, CaseState, sample};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Key};
use crate::offering::OfferingCommand;
use crate::rule::{Finding, Rejection, Rule};
use crate::solution::SolutionCommand;
use crate::stream::{Command, Decision, Event, EventData, State};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped().unwrap());

/// What was before the command, in this stream and around it.
#[derive(Clone)]
pub(crate) struct Given {
    state: Option<State>,
    today: Date,
    agency: Option<AgencyState>,
    catalogue: &'static Catalogue,
    holders: BTreeMap<Key, Uuid>,
    counters: BTreeMap<String, u64>,
    streams: BTreeMap<Uuid, State>,
    ids: VecDeque<Uuid>,
}

/// The stream as this history leaves it.
pub(crate) fn given(history: &[Event]) -> Given {
    Given {
        state: history.iter().fold(None, State::evolve),
        today: sample::TODAY,
        agency: Some(crate::agency::sample::state()),
        catalogue: &CATALOGUE,
        holders: BTreeMap::new(),
        counters: BTreeMap::new(),
        streams: BTreeMap::new(),
        ids: VecDeque::new(),
    }
}

/// The case as it stands, without the history that led to it.
pub(crate) fn given_case(state: CaseState) -> Given {
    Given {
        state: Some(State::Case(state)),
        ..given(&[])
    }
}

/// An event of a case without a reason.
pub(crate) fn happened(occurred_on: Date, data: CaseEvent) -> Event {
    Event {
        occurred_on,
        reason: None,
        data: EventData::Case(data),
    }
}

/// The n-th id that a decision makes when none is set.
pub(crate) fn new_id(n: u64) -> Uuid {
    Uuid::from_u128(0x014f_8806_ef40_7000_9000_0000_0000_0000 | u128::from(n))
}

impl Given {
    /// Today is this day.
    pub(crate) fn on(mut self, today: Date) -> Self {
        self.today = today;
        self
    }

    /// The agency is this one, or there is none.
    pub(crate) fn agency(mut self, agency: Option<AgencyState>) -> Self {
        self.agency = agency;
        self
    }

    /// The code lists are these.
    pub(crate) fn catalogue(mut self, catalogue: &'static Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// A stream holds a key.
    pub(crate) fn holder(mut self, key: Key, stream: Uuid) -> Self {
        self.holders.insert(key, stream);
        self
    }

    /// A counter stands at this value.
    pub(crate) fn counter(mut self, counter: &str, value: u64) -> Self {
        self.counters.insert(counter.to_owned(), value);
        self
    }

    /// Another stream of the agency stands as this history leaves it.
    pub(crate) fn stream(mut self, id: Uuid, history: &[Event]) -> Self {
        let state = history.iter().fold(None, State::evolve);
        self.streams.extend(state.map(|state| (id, state)));
        self
    }

    /// These are the agency's other streams.
    pub(crate) fn among(mut self, streams: BTreeMap<Uuid, State>) -> Self {
        self.streams = streams;
        self
    }

    /// The next thing made gets this id.
    pub(crate) fn making(mut self, id: Option<Uuid>) -> Self {
        self.ids.extend(id);
        self
    }

    /// The case, if the history made one.
    pub(crate) fn case(&self) -> Option<&CaseState> {
        self.state.as_ref().and_then(State::as_case)
    }

    /// What a decision on the sample case knows.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            stream: sample::CASE,
            today: self.today,
            agency: self.agency.as_ref(),
            catalogue: self.catalogue,
            holders: self.holders.clone(),
            counters: self.counters.clone(),
            streams: self.streams.clone(),
        }
    }

    /// The command comes.
    pub(crate) fn when(&self, command: impl Into<Command>) -> Then {
        let (command, mut ids, mut made) = (command.into(), self.ids.clone(), 0);
        let mut next = || {
            made += 1;
            ids.pop_front().unwrap_or_else(|| new_id(made))
        };
        Then(command.decide(self.state.as_ref(), &self.facts(), &mut next))
    }
}

/// What came of the command.
#[derive(Debug)]
pub(crate) struct Then(pub(crate) Result<Decision, Rejection>);

impl Then {
    /// The rules found, in order: `Ok` holds warnings, `Err` refusals.
    pub(crate) fn rules(&self) -> Result<Vec<Rule>, Vec<Rule>> {
        let rules = |findings: &[Finding]| findings.iter().map(|found| found.rule).collect();
        match &self.0 {
            Ok(decision) => Ok(rules(&decision.warnings)),
            Err(rejection) => Err(rules(&rejection.findings)),
        }
    }

    /// Accepted, with exactly these events.
    #[track_caller]
    pub(crate) fn then_events(self, events: &[Event]) -> Self {
        let decided = self.0.as_ref().map(|decision| &decision.events[..]);
        assert_eq!(decided, Ok(events));
        self
    }

    /// Refused by exactly these rules, in this order.
    #[track_caller]
    pub(crate) fn then_refused(self, rules: &[Rule]) -> Self {
        assert_eq!(self.rules(), Err(rules.to_vec()));
        self
    }

    /// Refused by exactly these rules, each about the named member of the body.
    #[track_caller]
    pub(crate) fn then_refused_at(self, expected: &[(Rule, &str)]) -> Self {
        let findings = self.0.as_ref().unwrap_err();
        let at = |found: &Finding| (found.rule, found.pointer.clone().unwrap_or_default());
        let found: Vec<_> = findings.findings.iter().map(at).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(rule, at)| (*rule, (*at).to_owned()))
            .collect();
        assert_eq!(found, expected);
        self
    }

    /// Accepted, with warnings of exactly these rules.
    #[track_caller]
    pub(crate) fn then_warns(self, rules: &[Rule]) -> Self {
        assert_eq!(self.rules(), Ok(rules.to_vec()));
        self
    }
}

impl From<CaseCommand> for Command {
    fn from(command: CaseCommand) -> Self {
        Self::Case(command)
    }
}

impl From<AgencyCommand> for Command {
    fn from(command: AgencyCommand) -> Self {
        Self::Agency(command)
    }
}

impl From<OfferingCommand> for Command {
    fn from(command: OfferingCommand) -> Self {
        Self::Offering(command)
    }
}

impl From<SolutionCommand> for Command {
    fn from(command: SolutionCommand) -> Self {
        Self::Solution(command)
    }
}
