//! The history of a case as sentences that people read, in German and English.
//!
//! Invariant: a sentence says what the event says and nothing of later events: things are named as
//! the state before the event knew them, codes as the catalogue named them on that day. Texts that
//! members entered stay in their language.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::event::{
    CaseClosed, CaseEvent, CaseOpened, ContactRecorded, InitialMeetingHeld, NeedCaptured,
    Participant, PriorityAgreed,
};
use crate::catalogue::Catalogue;
use crate::language::Language;
use crate::text::{Line, Prose};

mod agreements;
mod phrase;
mod revisions;
#[cfg(test)]
mod tests;
mod wording;

use phrase::{by_count, clause, day, either, enumeration, list, name, quote};

/// One event of a case as a sentence or a few, `before` being the state that it met.
#[must_use]
pub fn sentence(
    before: Option<&CaseState>,
    event: &CaseEvent,
    occurred_on: Date,
    reason: Option<&Prose>,
    language: Language,
    catalogue: &Catalogue,
) -> String {
    let told = Telling {
        before,
        occurred_on,
        language,
        catalogue,
    }
    .tell(event);
    let mut text = phrase::sentence(&told);
    if let Some(reason) = reason {
        let because = either(language, "Begründung", "Reason");
        text.push_str(&phrase::sentence(&format!(
            " {because}: {}",
            clause(reason.as_str())
        )));
    }
    text
}

/// What an event is told with.
struct Telling<'a> {
    before: Option<&'a CaseState>,
    occurred_on: Date,
    language: Language,
    catalogue: &'a Catalogue,
}

impl Telling<'_> {
    fn tell(&self, event: &CaseEvent) -> String {
        match event {
            CaseEvent::CaseOpened(opened) => self.opened(opened),
            CaseEvent::ContactRecorded(contact) => self.contact(contact),
            CaseEvent::InitialMeetingHeld(held) => self.initial_meeting(held),
            CaseEvent::NeedCaptured(captured) => self.captured(captured),
            CaseEvent::NeedRevised(revised) => self.need_revised(revised),
            CaseEvent::NeedWithdrawn(withdrawn) => {
                let need = self.need(withdrawn.need);
                self.say(
                    &format!("Bedarf {need} zurückgezogen"),
                    &format!("Need {need} withdrawn"),
                )
            }
            CaseEvent::PriorityAgreed(agreed) => self.agreed(agreed),
            CaseEvent::PriorityRevised(revised) => self.priority_revised(revised),
            CaseEvent::PriorityDropped(dropped) => {
                let priority = self.priority(dropped.priority);
                self.say(
                    &format!("Schwerpunkt {priority} aufgegeben"),
                    &format!("Priority {priority} dropped"),
                )
            }
            CaseEvent::AgreementDrafted(drafted) => self.drafted(drafted),
            CaseEvent::AgreementDraftDiscarded(discarded) => {
                let draft = self
                    .before
                    .and_then(|state| state.agreement(discarded.agreement));
                let with = draft.map_or(String::new(), |draft| {
                    self.with_priorities(&draft.priorities)
                });
                self.say(
                    &format!("Entwurf der Zielvereinbarung{with} verworfen"),
                    &format!("Draft of the target agreement{with} discarded"),
                )
            }
            CaseEvent::AgreementSigned(signed) => self.signed(signed),
            CaseEvent::CaseClosed(closed) => self.closed(closed),
            CaseEvent::CaseReopened(_) => {
                self.say("Beratungsfall wieder aufgenommen", "Case reopened")
            }
        }
    }

    fn opened(&self, opened: &CaseOpened) -> String {
        let CaseOpened {
            case_number,
            municipality,
            ..
        } = opened;
        let origin = wording::origin(self.language, opened.origin);
        let of = format!("{} ({})", municipality.name, municipality.key);
        self.say(
            &format!("Beratungsfall {case_number} für {of} eröffnet; Anlass: {origin}"),
            &format!("Case {case_number} opened for {of} {origin}"),
        )
    }

    fn contact(&self, contact: &ContactRecorded) -> String {
        let how = wording::contact(self.language, contact.channel);
        Self::sentences(&[
            self.about(how, &contact.topics),
            self.present(&contact.participants),
        ])
    }

    fn initial_meeting(&self, held: &InitialMeetingHeld) -> String {
        let (meeting, place) = (
            self.either("Erstgespräch", "Initial meeting"),
            clause(held.place.as_str()),
        );
        let outcome = wording::outcome(self.language, held.outcome);
        let next = held.next_step.as_ref().map_or(String::new(), |step| {
            format!(
                "{}: {}",
                self.either("Nächster Schritt", "Next step"),
                clause(step.as_str())
            )
        });
        Self::sentences(&[
            self.about(&format!("{meeting}, {place}"), &held.topics),
            self.present(&held.participants),
            format!("{}: {outcome}", self.either("Ergebnis", "Outcome")),
            next,
        ])
    }

    fn captured(&self, captured: &NeedCaptured) -> String {
        let dimension = self.dimension(&captured.dimension);
        let urgency = wording::urgency(self.language, captured.urgency);
        let statement = quote(self.language, captured.statement.as_str());
        let evidence = captured.evidence.as_deref().unwrap_or_default();
        Self::sentences(&[
            self.say(
                &format!("Bedarf aufgenommen ({dimension}, Dringlichkeit {urgency}): {statement}"),
                &format!("Need captured ({dimension}, {urgency} urgency): {statement}"),
            ),
            self.labelled(
                by_count(evidence.len(), "Beleg", "Belege"),
                "Evidence",
                evidence,
            ),
        ])
    }

    fn agreed(&self, agreed: &PriorityAgreed) -> String {
        let (rank, title) = (agreed.rank, quote(self.language, agreed.title.as_str()));
        let mut text = self.say(
            &format!("Schwerpunkt {rank} vereinbart: {title}"),
            &format!("Priority {rank} agreed: {title}"),
        );
        if let Some(code) = &agreed.focus_area {
            text = format!("{text} ({})", self.focus_area(code));
        }
        if let Some(target) = agreed.target_on {
            text.push_str(self.either(", zu erreichen bis ", ", to be reached by "));
            text.push_str(&day(self.language, target));
        }
        if !agreed.needs.is_empty() {
            let count = agreed.needs.len();
            text.push_str(self.either(
                by_count(count, "; Bedarf: ", "; Bedarfe: "),
                by_count(count, "; need: ", "; needs: "),
            ));
            text.push_str(&self.needs(&agreed.needs));
        }
        text
    }

    fn closed(&self, closed: &CaseClosed) -> String {
        let reason = wording::closing_reason(self.language, closed.reason);
        let summary = clause(closed.summary.as_str());
        let open = closed.acknowledged.len();
        let left = match open {
            0 => String::new(),
            1 => self.say("Dabei bleibt ein Punkt offen", "One item is left open"),
            _ => self.say(
                &format!("Dabei bleiben {open} Punkte offen"),
                &format!("{open} items are left open"),
            ),
        };
        Self::sentences(&[
            self.say(
                &format!("Beratungsfall abgeschlossen ({reason}): {summary}"),
                &format!("Case closed ({reason}): {summary}"),
            ),
            left,
        ])
    }

    fn either<'t>(&self, de: &'t str, en: &'t str) -> &'t str {
        either(self.language, de, en)
    }

    fn say(&self, de: &str, en: &str) -> String {
        self.either(de, en).to_owned()
    }

    /// The sentences that say something, each closed, on one line.
    fn sentences(texts: &[String]) -> String {
        let told = texts.iter().filter(|text| !text.is_empty());
        told.map(|text| phrase::sentence(text))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn about(&self, what: &str, topics: &[Line]) -> String {
        if topics.is_empty() {
            return what.to_owned();
        }
        format!("{what}: {}", self.lines(topics))
    }

    fn present(&self, participants: &[Participant]) -> String {
        let functions: Vec<_> = participants
            .iter()
            .map(|one| one.function.clone())
            .collect();
        self.labelled("Beteiligt", "Present", &functions)
    }

    fn labelled(&self, de: &str, en: &str, lines: &[Line]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        format!("{}: {}", self.either(de, en), self.lines(lines))
    }

    fn lines(&self, lines: &[Line]) -> String {
        enumeration(self.language, lines)
    }

    fn dimension(&self, code: &str) -> String {
        let known = self.catalogue.dimension(code, self.occurred_on);
        known
            .map_or(code, |known| known.name.get(self.language))
            .to_owned()
    }

    fn focus_area(&self, code: &str) -> String {
        let known = self.catalogue.focus_area(code, self.occurred_on);
        known
            .map_or(code, |known| known.name.get(self.language))
            .to_owned()
    }

    /// The need by its statement, or by its id if the state before does not know it.
    fn need(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.need(id));
        known.map_or(id.to_string(), |need| {
            name(self.language, need.statement.as_str())
        })
    }

    fn needs(&self, ids: &[Uuid]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.need(*id)).collect();
        list(self.language, &names)
    }

    /// The priority by its title, or by its id if the state before does not know it.
    fn priority(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.priority(id));
        known.map_or(id.to_string(), |priority| {
            name(self.language, priority.title.as_str())
        })
    }
}
