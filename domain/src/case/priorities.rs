//! Priorities: what agency and municipality agree to work on.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::needs::standing_needs;
use super::timeline::{Telling, by_count, day, list, name, quote};
use super::topic::{Circumstances, Happening};
use crate::change::{Change, replace};
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;

wire! {
    /// Data of `priority_agreed`.
    pub struct PriorityAgreed {
        /// Code of the focus area, if it comes from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub focus_area: Option<String>,
        /// The needs it meets.
        pub needs: Vec<Uuid>,
        /// The priority's id.
        pub priority: Uuid,
        /// Its place among the case's priorities; 1 is the first.
        pub rank: u32,
        /// The day by which it is to be reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_on: Option<Date>,
        /// Its title.
        pub title: Line,
    }

    /// What a revision changes of a priority; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct PriorityChanges {
        /// Code of the focus area; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_code))]
        pub focus_area: Change<String>,
        /// The needs it meets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub needs: Option<Vec<Uuid>>,
        /// Its place among the case's priorities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 99))]
        pub rank: Option<u32>,
        /// The day by which it is to be reached; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_date))]
        pub target_on: Change<Date>,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<Line>,
    }

    /// Data of `priority_revised`.
    pub struct PriorityRevised {
        /// The new values.
        pub changes: PriorityChanges,
        /// The priority.
        pub priority: Uuid,
    }

    /// Data of `priority_dropped`; the reason stands in the envelope.
    pub struct PriorityDropped {
        /// The priority.
        pub priority: Uuid,
    }

    /// Whether a priority is pursued.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum PriorityStatus {
        /// It is agreed.
        Agreed,
        /// It was given up.
        Dropped,
    }

    /// A priority of the advice.
    pub struct Priority {
        /// The day it was agreed.
        pub agreed_on: Date,
        /// Code of the focus area, if it comes from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub focus_area: Option<String>,
        /// The priority's id.
        pub id: Uuid,
        /// The needs it meets.
        pub needs: Vec<Uuid>,
        /// Its place; 1 is the first.
        pub rank: u32,
        /// Whether it is pursued.
        pub status: PriorityStatus,
        /// The day by which it is to be reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_on: Option<Date>,
        /// Its title.
        pub title: Line,
    }
}

impl Priority {
    /// Whether it is pursued.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.status == PriorityStatus::Agreed
    }
}

impl CaseState {
    /// The priority with this id.
    #[must_use]
    pub fn priority(&self, id: Uuid) -> Option<&Priority> {
        self.priorities.iter().find(|priority| priority.id == id)
    }

    /// Whether the priority with this id is pursued.
    pub(super) fn pursues(&self, id: Uuid) -> bool {
        self.priority(id).is_some_and(Priority::is_agreed)
    }

    fn priority_mut(&mut self, id: Uuid) -> Option<&mut Priority> {
        self.priorities.iter_mut().find(|one| one.id == id)
    }
}

impl Happening for PriorityAgreed {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AgreePriority, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.priorities.push(Priority {
            agreed_on: occurred_on,
            focus_area: self.focus_area.clone(),
            id: self.priority,
            needs: self.needs.clone(),
            rank: self.rank,
            status: PriorityStatus::Agreed,
            target_on: self.target_on,
            title: self.title.clone(),
        });
    }

    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        if let Some(code) = &self.focus_area {
            known_focus_area(code, "/focus_area", on, findings);
        }
        standing_needs(state, &self.needs, Rule::R14, "/needs", findings);
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.priority)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (rank, title) = (self.rank, quote(telling.language, self.title.as_str()));
        let mut text = telling.say(
            &format!("Schwerpunkt {rank} vereinbart: {title}"),
            &format!("Priority {rank} agreed: {title}"),
        );
        if let Some(code) = &self.focus_area {
            text = format!("{text} ({})", telling.focus_area(code));
        }
        if let Some(target) = self.target_on {
            text.push_str(telling.either(", zu erreichen bis ", ", to be reached by "));
            text.push_str(&day(telling.language, target));
        }
        if !self.needs.is_empty() {
            let count = self.needs.len();
            text.push_str(telling.either(
                by_count(count, "; Bedarf: ", "; Bedarfe: "),
                by_count(count, "; need: ", "; needs: "),
            ));
            text.push_str(&telling.needs(&self.needs));
        }
        text
    }
}

impl Happening for PriorityRevised {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RevisePriority, Some(self.priority))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(priority) = state.priority_mut(self.priority) {
            let changes = &self.changes;
            changes.focus_area.apply(&mut priority.focus_area);
            replace(&mut priority.needs, changes.needs.as_ref());
            replace(&mut priority.rank, changes.rank.as_ref());
            changes.target_on.apply(&mut priority.target_on);
            replace(&mut priority.title, changes.title.as_ref());
        }
    }

    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        if let Some(code) = self.changes.focus_area.set() {
            known_focus_area(code, "/changes/focus_area", on, findings);
        }
        if let Some(needs) = &self.changes.needs {
            standing_needs(state, needs, Rule::R14, "/changes/needs", findings);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let priority = telling.priority(self.priority);
        telling.revision(
            &format!("Schwerpunkt {priority} geändert"),
            &format!("Priority {priority} revised"),
            &self.changed(telling),
        )
    }
}

impl PriorityRevised {
    /// Each changed field with what it was before.
    fn changed(&self, telling: &Telling<'_>) -> Vec<String> {
        let old = telling
            .before
            .and_then(|state| state.priority(self.priority));
        let changes = &self.changes;
        let mut parts = Vec::new();
        if let Some(title) = &changes.title {
            let title = name(telling.language, title.as_str());
            parts.push(telling.newly("neuer Titel", "new title", &title));
        }
        if let Some(rank) = changes.rank {
            let before = old.map(|priority| priority.rank.to_string());
            parts.push(telling.field("Rang", "rank", &rank.to_string(), before));
        }
        match &changes.focus_area {
            Change::Keep => {}
            Change::Set(code) => {
                let before = old.and_then(|priority| priority.focus_area.as_ref());
                let before = before.map(|code| telling.focus_area(code));
                let area = telling.focus_area(code);
                parts.push(telling.field("Handlungsfeld", "focus area", &area, before));
            }
            Change::Clear => parts.push(telling.say("ohne Handlungsfeld", "no focus area")),
        }
        match &changes.target_on {
            Change::Keep => {}
            Change::Set(target) => {
                let written = |target| day(telling.language, target);
                let before = old.and_then(|priority| priority.target_on).map(written);
                let target = written(*target);
                parts.push(telling.field("zu erreichen bis", "to be reached by", &target, before));
            }
            Change::Clear => parts.push(telling.say("ohne Zieltermin", "no target date")),
        }
        match changes.needs.as_deref() {
            None => {}
            Some([]) => parts.push(telling.say("ohne Bedarfe", "no needs")),
            Some(needs) => {
                let de = by_count(needs.len(), "Bedarf", "Bedarfe");
                let en = by_count(needs.len(), "need", "needs");
                parts.push(telling.listed(de, en, &telling.needs(needs)));
            }
        }
        parts
    }
}

impl Happening for PriorityDropped {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::DropPriority, Some(self.priority))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(priority) = state.priority_mut(self.priority) {
            priority.status = PriorityStatus::Dropped;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let priority = telling.priority(self.priority);
        telling.say(
            &format!("Schwerpunkt {priority} aufgegeben"),
            &format!("Priority {priority} dropped"),
        )
    }
}

/// R12 for a focus area.
fn known_focus_area(code: &str, at: &str, on: &Circumstances<'_>, findings: &mut Findings) {
    let catalogue = on.facts.catalogue;
    let known = catalogue.focus_area(code, on.occurred_on).is_some();
    findings.require(known, || Finding::unknown_code(at));
}

/// R21: the priority is pursued.
fn agreed(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let agreed = target.is_some_and(|id| state.pursues(id));
    Findings::unless(agreed, || {
        Finding::new(Rule::R21).because(
            "Der Schwerpunkt ist aufgegeben.",
            "The priority was dropped.",
        )
    })
}

/// R21: some priority is pursued that could be named.
pub(super) fn any_agreed(state: &CaseState) -> Vec<Finding> {
    let any = state.priorities.iter().any(Priority::is_agreed);
    Findings::unless(any, || {
        Finding::new(Rule::R21).because(
            "Es ist kein Schwerpunkt vereinbart, der genannt werden könnte.",
            "No priority is agreed that could be named.",
        )
    })
}

/// R21: what names a priority names one of this case that is pursued.
pub(super) fn named_is_agreed(state: &CaseState, id: Uuid, at: &str, findings: &mut Findings) {
    findings.require(state.pursues(id), || {
        Finding::new(Rule::R21).at(at).because(
            "Genannt werden nur Schwerpunkte dieses Falls, die vereinbart sind.",
            "Only priorities of this case that are agreed can be named.",
        )
    });
}

impl Telling<'_> {
    /// The priority by its title, or by its id if the state before does not know it.
    pub(super) fn priority(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.priority(id));
        known.map_or(id.to_string(), |priority| {
            name(self.language, priority.title.as_str())
        })
    }

    pub(super) fn priorities(&self, ids: &[Uuid]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.priority(*id)).collect();
        list(self.language, &names)
    }
}
