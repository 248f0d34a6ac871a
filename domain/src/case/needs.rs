//! Needs: what a municipality lacks, by quality dimension.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, by_count, list, name, quote};
use super::topic::{Circumstances, Happening};
use crate::change::{Change, replace};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

pub(super) mod commands;

wire! {
    /// How pressing a need is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Urgency {
        /// It can wait.
        Low,
        /// It should be met.
        Medium,
        /// It presses.
        High,
    }

    /// Data of `need_captured`.
    pub struct NeedCaptured {
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows the need, such as a report or a figure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub evidence: Option<Vec<Line>>,
        /// The need's id.
        pub need: Uuid,
        /// The need in words.
        pub statement: Prose,
        /// How pressing it is.
        pub urgency: Urgency,
    }

    /// What a revision changes of a need; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct NeedChanges {
        /// Code of the quality dimension.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub dimension: Option<String>,
        /// What shows the need; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_evidence))]
        pub evidence: Change<Vec<Line>>,
        /// The need in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub statement: Option<Prose>,
        /// How pressing it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub urgency: Option<Urgency>,
    }

    /// Data of `need_revised`.
    pub struct NeedRevised {
        /// The new values.
        pub changes: NeedChanges,
        /// The need.
        pub need: Uuid,
    }

    /// Data of `need_withdrawn`; the reason stands in the envelope.
    pub struct NeedWithdrawn {
        /// The need.
        pub need: Uuid,
    }

    /// Whether a need stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum NeedStatus {
        /// It stands.
        Open,
        /// It was withdrawn.
        Withdrawn,
    }

    /// A need of the municipality.
    pub struct Need {
        /// The day it was captured.
        pub captured_on: Date,
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows the need.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub evidence: Option<Vec<Line>>,
        /// The need's id.
        pub id: Uuid,
        /// The need in words.
        pub statement: Prose,
        /// Whether it stands.
        pub status: NeedStatus,
        /// How pressing it is.
        pub urgency: Urgency,
    }
}

impl CaseState {
    /// The need with this id.
    #[must_use]
    pub fn need(&self, id: Uuid) -> Option<&Need> {
        self.needs.iter().find(|need| need.id == id)
    }

    fn need_mut(&mut self, id: Uuid) -> Option<&mut Need> {
        self.needs.iter_mut().find(|need| need.id == id)
    }
}

impl Happening for NeedCaptured {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CaptureNeed, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.needs.push(Need {
            captured_on: occurred_on,
            dimension: self.dimension.clone(),
            evidence: self.evidence.clone(),
            id: self.need,
            statement: self.statement.clone(),
            status: NeedStatus::Open,
            urgency: self.urgency,
        });
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        known_dimension(&self.dimension, "/dimension", on, findings);
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.need)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let dimension = telling.dimension(&self.dimension);
        let urgency = self.urgency.word(telling.language);
        let statement = quote(telling.language, self.statement.as_str());
        let evidence = self.evidence.as_deref().unwrap_or_default();
        Telling::sentences(&[
            telling.say(
                &format!("Bedarf aufgenommen ({dimension}, Dringlichkeit {urgency}): {statement}"),
                &format!("Need captured ({dimension}, {urgency} urgency): {statement}"),
            ),
            telling.labelled(
                by_count(evidence.len(), "Beleg", "Belege"),
                "Evidence",
                evidence,
            ),
        ])
    }
}

impl Happening for NeedRevised {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ReviseNeed, Some(self.need))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(need) = state.need_mut(self.need) {
            replace(&mut need.dimension, self.changes.dimension.as_ref());
            replace(&mut need.statement, self.changes.statement.as_ref());
            replace(&mut need.urgency, self.changes.urgency.as_ref());
            self.changes.evidence.apply(&mut need.evidence);
        }
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        if let Some(code) = &self.changes.dimension {
            known_dimension(code, "/changes/dimension", on, findings);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let need = telling.need(self.need);
        let old = telling.before.and_then(|state| state.need(self.need));
        let mut parts = Vec::new();
        if let Some(statement) = &self.changes.statement {
            let wording = quote(telling.language, statement.as_str());
            parts.push(telling.newly("neuer Wortlaut", "new wording", &wording));
        }
        if let Some(code) = &self.changes.dimension {
            let before = old.map(|need| telling.dimension(&need.dimension));
            parts.push(telling.field("Dimension", "dimension", &telling.dimension(code), before));
        }
        if let Some(urgency) = self.changes.urgency {
            let word = |urgency: Urgency| urgency.word(telling.language).to_owned();
            let before = old.map(|need| word(need.urgency));
            parts.push(telling.field("Dringlichkeit", "urgency", &word(urgency), before));
        }
        match &self.changes.evidence {
            Change::Keep => {}
            Change::Set(lines) if !lines.is_empty() => {
                let de = by_count(lines.len(), "Beleg", "Belege");
                parts.push(telling.listed(de, "evidence", &telling.lines(lines)));
            }
            Change::Set(_) | Change::Clear => parts.push(telling.say("ohne Belege", "no evidence")),
        }
        telling.revision(
            &format!("Bedarf {need} geändert"),
            &format!("Need {need} revised"),
            &parts,
        )
    }
}

impl Happening for NeedWithdrawn {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::WithdrawNeed, Some(self.need))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(need) = state.need_mut(self.need) {
            need.status = NeedStatus::Withdrawn;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let need = telling.need(self.need);
        telling.say(
            &format!("Bedarf {need} zurückgezogen"),
            &format!("Need {need} withdrawn"),
        )
    }
}

/// R12 for a quality dimension.
pub(super) fn known_dimension(
    code: &str,
    at: &str,
    on: &Circumstances<'_>,
    findings: &mut Findings,
) {
    let known = on.facts.catalogue.dimension(code, on.occurred_on).is_some();
    findings.require(known, || Finding::unknown_code(at));
}

/// By this rule, only needs of this case that stand.
pub(super) fn standing_needs(
    state: &CaseState,
    needs: &[Uuid],
    rule: Rule,
    at: &str,
    findings: &mut Findings,
) {
    for (index, id) in needs.iter().enumerate() {
        let stands = state
            .need(*id)
            .is_some_and(|need| need.status == NeedStatus::Open);
        findings.require(stands, || {
            Finding::new(rule).at(format!("{at}/{index}")).because(
                "Genannt werden können nur Bedarfe dieses Falls, die nicht zurückgezogen sind.",
                "Only needs of this case that are not withdrawn can be named.",
            )
        });
    }
}

/// R21: the need stands.
fn open(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let need = target.and_then(|id| state.need(id));
    let stands = need.is_some_and(|need| need.status == NeedStatus::Open);
    Findings::unless(stands, || {
        Finding::new(Rule::R21).because("Der Bedarf ist zurückgezogen.", "The need is withdrawn.")
    })
}

impl Telling<'_> {
    /// The need by its statement, or by its id if the state before does not know it.
    pub(super) fn need(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.need(id));
        known.map_or(id.to_string(), |need| {
            name(self.language, need.statement.as_str())
        })
    }

    pub(super) fn needs(&self, ids: &[Uuid]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.need(*id)).collect();
        list(self.language, &names)
    }
}

impl Urgency {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Low => ("niedrig", "low"),
            Self::Medium => ("mittel", "medium"),
            Self::High => ("hoch", "high"),
        })
    }
}
