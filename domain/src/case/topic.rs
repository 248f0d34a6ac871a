//! What every type of event and every kind of command of a case gives.
//!
//! A **topic** is a file about one kind of thing: the data of its events, what they do to the state,
//! what the rules say about them and how they are told; beside it in a folder of its name stand the
//! `commands` that lead to them. The lists of all events (`event.rs`) and all commands
//! (`command.rs`) make enums of them, and everything else goes through these two traits. So a new
//! type is its topic and a line in each list.

use time::Date;
use uuid::Uuid;

use super::command::CommandKind;
use super::event::CaseEvent;
use super::timeline::Telling;
use super::{CaseState, rules};
use crate::catalogue::Catalogue;
use crate::facts::{Claim, Facts, Needs};
use crate::rule::{Finding, Findings, Rejection};
use crate::text::Prose;

/// What an event of a case means; its data implement it.
pub(crate) trait Happening {
    /// The command it comes from, and what it is about.
    fn asked_by(&self) -> (CommandKind, Option<Uuid>);

    /// What it does to the state. Total: what does not fit leaves the state as it was.
    fn apply(&self, state: &mut CaseState, occurred_on: Date);

    /// What the rules say about its own data.
    fn check(&self, _state: &CaseState, _on: &Circumstances<'_>, _findings: &mut Findings) {}

    /// The id of the thing that it makes, if it makes one.
    fn made(&self) -> Option<Uuid> {
        None
    }

    /// The unique keys and counters that it moves; `before` is the state that it met.
    fn claims(&self, _before: Option<&CaseState>) -> Vec<Claim> {
        Vec::new()
    }

    /// The event as a sentence or a few.
    fn tell(&self, telling: &Telling<'_>) -> String;
}

/// What surrounds an event when it is checked.
pub(crate) struct Circumstances<'a> {
    /// The day it happened in the world.
    pub(crate) occurred_on: Date,
    /// Why.
    pub(crate) reason: Option<&'a Prose>,
    /// What is known beyond the case.
    pub(crate) facts: &'a Facts<'a>,
}

/// When and why, as every body says.
pub(crate) trait Dated {
    /// The day it happened in the world.
    fn occurred_on(&self) -> Date;

    /// Why.
    fn reason(&self) -> Option<&Prose>;
}

/// What a kind of command means; its body implements it.
pub(crate) trait Act: Dated + Sized {
    /// Whether a closed case takes it, too (R23).
    const AFTER_CLOSING: bool = false;

    /// Whether it means the same on whatever version it meets, so that it need not name the one it
    /// was made on.
    const COMMUTES: bool = false;

    /// The rules that refuse it whatever its body says; empty means that some body is accepted.
    ///
    /// What a body names in other streams is not known here: a held offering, a solution to propose, a
    /// member to hand over to. There, empty means that some body is accepted if the agency has such a
    /// thing. Code lists are taken to have codes.
    fn admission(_state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        Vec::new()
    }

    /// What its admission asks beyond the case.
    fn admission_needs(_state: &CaseState, _catalogue: &Catalogue) -> Needs {
        Needs::default()
    }

    /// What it asks beyond the case.
    fn needs(&self, state: Option<&CaseState>, catalogue: &Catalogue) -> Needs {
        let needs = state.map(|state| Self::admission_needs(state, catalogue));
        needs.unwrap_or_default()
    }

    /// The event it comes to, unless a rule refuses that there is one.
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection>;

    /// A command of this kind as the samples have it.
    fn sample() -> Self;
}

/// What an event is made with.
pub(crate) struct Making<'a> {
    /// The case, if there is one yet.
    pub(crate) state: Option<&'a CaseState>,
    /// What the command is about.
    pub(crate) target: Option<Uuid>,
    /// What is known beyond the case.
    pub(crate) facts: &'a Facts<'a>,
    /// Makes the id of a new thing.
    pub(crate) new_id: &'a mut dyn FnMut() -> Uuid,
}

impl Making<'_> {
    /// The thing the command is about; a command about the case as a whole does not ask.
    pub(crate) fn target(&self) -> Uuid {
        self.target.unwrap_or_default()
    }

    /// An id that nothing has.
    pub(crate) fn new_id(&mut self) -> Uuid {
        (self.new_id)()
    }

    /// The rejection of a command for which there is no event: what refuses it whatever it says, its
    /// day, and why there is none.
    pub(crate) fn rejection(&self, kind: CommandKind, on: Date, finding: Finding) -> Rejection {
        let mut findings = rules::admission(self.state, kind, self.target, self.facts);
        findings.extend(self.facts.not_in_the_future(on, "/occurred_on"));
        findings.push(finding);
        Rejection { findings }
    }
}
