//! Revisions as sentences: each changed field with what it was before.

use super::super::event::{NeedRevised, PriorityRevised};
use super::phrase::{by_count, day, name, quote};
use super::{Telling, wording};
use crate::change::Change;

impl Telling<'_> {
    pub(super) fn need_revised(&self, revised: &NeedRevised) -> String {
        let need = self.need(revised.need);
        let old = self.before.and_then(|state| state.need(revised.need));
        let changes = &revised.changes;
        let mut parts = Vec::new();
        if let Some(statement) = &changes.statement {
            parts.push(self.newly(
                "neuer Wortlaut",
                "new wording",
                &quote(self.language, statement.as_str()),
            ));
        }
        if let Some(code) = &changes.dimension {
            let before = old.map(|need| self.dimension(&need.dimension));
            parts.push(self.field("Dimension", "dimension", &self.dimension(code), before));
        }
        if let Some(urgency) = changes.urgency {
            let word = |urgency| wording::urgency(self.language, urgency).to_owned();
            let before = old.map(|need| word(need.urgency));
            parts.push(self.field("Dringlichkeit", "urgency", &word(urgency), before));
        }
        match &changes.evidence {
            Change::Keep => {}
            Change::Set(lines) if !lines.is_empty() => {
                let de = by_count(lines.len(), "Beleg", "Belege");
                parts.push(self.listed(de, "evidence", &self.lines(lines)));
            }
            Change::Set(_) | Change::Clear => parts.push(self.say("ohne Belege", "no evidence")),
        }
        self.revision(
            &format!("Bedarf {need} geändert"),
            &format!("Need {need} revised"),
            &parts,
        )
    }

    pub(super) fn priority_revised(&self, revised: &PriorityRevised) -> String {
        let priority = self.priority(revised.priority);
        let old = self
            .before
            .and_then(|state| state.priority(revised.priority));
        let changes = &revised.changes;
        let mut parts = Vec::new();
        if let Some(title) = &changes.title {
            parts.push(self.newly(
                "neuer Titel",
                "new title",
                &name(self.language, title.as_str()),
            ));
        }
        if let Some(rank) = changes.rank {
            let before = old.map(|priority| priority.rank.to_string());
            parts.push(self.field("Rang", "rank", &rank.to_string(), before));
        }
        match &changes.focus_area {
            Change::Keep => {}
            Change::Set(code) => {
                let before = old.and_then(|priority| priority.focus_area.as_ref());
                let before = before.map(|code| self.focus_area(code));
                parts.push(self.field(
                    "Handlungsfeld",
                    "focus area",
                    &self.focus_area(code),
                    before,
                ));
            }
            Change::Clear => parts.push(self.say("ohne Handlungsfeld", "no focus area")),
        }
        match &changes.target_on {
            Change::Keep => {}
            Change::Set(target) => {
                let written = |target| day(self.language, target);
                let before = old.and_then(|priority| priority.target_on).map(written);
                parts.push(self.field(
                    "zu erreichen bis",
                    "to be reached by",
                    &written(*target),
                    before,
                ));
            }
            Change::Clear => parts.push(self.say("ohne Zieltermin", "no target date")),
        }
        match changes.needs.as_deref() {
            None => {}
            Some([]) => parts.push(self.say("ohne Bedarfe", "no needs")),
            Some(needs) => {
                let de = by_count(needs.len(), "Bedarf", "Bedarfe");
                let en = by_count(needs.len(), "need", "needs");
                parts.push(self.listed(de, en, &self.needs(needs)));
            }
        }
        self.revision(
            &format!("Schwerpunkt {priority} geändert"),
            &format!("Priority {priority} revised"),
            &parts,
        )
    }

    /// A field with its new value alone.
    fn newly(&self, de: &str, en: &str, value: &str) -> String {
        format!("{} {value}", self.either(de, en))
    }

    /// What stands in a field now.
    fn listed(&self, de: &str, en: &str, values: &str) -> String {
        format!("{}: {values}", self.either(de, en))
    }

    /// A field with its new value and, where that is another one, the old.
    fn field(&self, de: &str, en: &str, value: &str, before: Option<String>) -> String {
        let name = self.either(de, en);
        match before.filter(|before| before != value) {
            Some(before) => {
                format!(
                    "{name} {value}, {} {before}",
                    self.either("bisher", "previously")
                )
            }
            None => format!("{name} {value}"),
        }
    }

    fn revision(&self, de: &str, en: &str, parts: &[String]) -> String {
        let what = self.either(de, en);
        if parts.is_empty() {
            return what.to_owned();
        }
        format!("{what}: {}", parts.join("; "))
    }
}
