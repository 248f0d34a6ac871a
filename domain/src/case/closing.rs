//! Pausing, resuming, closing and reopening a case.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, clause, day, quote};
use super::topic::{Circumstances, Happening};
use crate::facts::Claim;
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Prose;

pub(super) mod commands;

wire! {
    /// Data of `case_paused`; the reason stands in the envelope.
    pub struct CasePaused {
        /// The day until which it is meant to rest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Date>,
    }

    /// Data of `case_resumed`.
    pub struct CaseResumed {}

    /// Why a case was closed.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ClosingReason {
        /// The advice is complete.
        Completed,
        /// The municipality is not interested.
        NoInterest,
        /// The programme's phase has ended.
        PhaseEnd,
        /// It should never have been opened.
        OpenedInError,
    }

    /// Data of `case_closed`.
    pub struct CaseClosed {
        /// The open items that were closed over knowingly.
        pub acknowledged: Vec<Uuid>,
        /// Why.
        pub reason: ClosingReason,
        /// What the case came to.
        pub summary: Prose,
    }

    /// Data of `case_reopened`; the reason stands in the envelope.
    pub struct CaseReopened {}

    /// Since when the case rests.
    pub struct Pause {
        /// Since when.
        pub paused_on: Date,
        /// The day until which it is meant to rest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Date>,
    }

    /// How the case was closed.
    pub struct Closing {
        /// When.
        pub closed_on: Date,
        /// Why.
        pub reason: ClosingReason,
        /// What it came to.
        pub summary: Prose,
    }
}

impl CaseState {
    /// What is open on `on_day` in the sense of R24: agreements that have not run out by then,
    /// follow-ups, applications without a decision; each with what it is called in German and in English.
    fn open_items(&self, on_day: Date) -> impl Iterator<Item = (Uuid, (String, String))> {
        let agreements = self.signed_agreements();
        let agreements = agreements
            .filter(move |(_, terms)| terms.valid_until.is_none_or(|until| on_day <= until));
        let agreements = agreements.map(|(one, terms)| {
            let from = terms.valid_from;
            let names = (
                format!("Die Zielvereinbarung ab {}", day(Language::De, from)),
                format!("The agreement from {}", day(Language::En, from)),
            );
            (one.id, names)
        });
        let follow_ups = self.open_follow_ups().map(|one| {
            let names = (
                format!(
                    "Die Wiedervorlage {}",
                    quote(Language::De, one.title.as_str())
                ),
                format!("The follow-up {}", quote(Language::En, one.title.as_str())),
            );
            (one.id, names)
        });
        let applications = self.undecided_applications().map(|one| {
            let on = one.submitted_on;
            let names = (
                format!("Der Antrag vom {}", day(Language::De, on)),
                format!("The application of {}", day(Language::En, on)),
            );
            (one.id, names)
        });
        agreements.chain(follow_ups).chain(applications)
    }
}

impl Happening for CasePaused {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::PauseCase, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.pause = Some(Pause {
            paused_on: occurred_on,
            until: self.until,
        });
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let past = self.until.is_some_and(|until| until < on.facts.today);
        findings.warn(past, || Finding::new(Rule::R22).at("/until"));
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let until = self.until.map(|until| day(telling.language, until));
        match until {
            Some(until) => telling.say(
                &format!("Beratungsfall ruht, voraussichtlich bis {until}"),
                &format!("Case paused, presumably until {until}"),
            ),
            None => telling.say("Beratungsfall ruht", "Case paused"),
        }
    }
}

impl Happening for CaseResumed {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ResumeCase, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        state.pause = None;
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        telling.say("Beratungsfall fortgesetzt", "Case resumed")
    }
}

impl Happening for CaseClosed {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CloseCase, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.pause = None;
        state.closing = Some(Closing {
            closed_on: occurred_on,
            reason: self.reason,
            summary: self.summary.clone(),
        });
    }

    /// R24.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        for (id, (de, en)) in state.open_items(on.occurred_on) {
            findings.require(self.acknowledged.contains(&id), || {
                let unnamed = Finding::new(Rule::R24).at("/acknowledge").because(
                    format!("{de} ist noch offen und nicht genannt ({id})."),
                    format!("{en} is still open and not named ({id})."),
                );
                unnamed.concerning(id)
            });
        }
        for (index, id) in self.acknowledged.iter().enumerate() {
            // An agreement that ran out without being ended may be named, too.
            let signed = state.signed_agreements().any(|(one, _)| one.id == *id);
            let open = state.open_items(on.occurred_on).any(|(one, _)| one == *id);
            findings.require(signed || open, || {
                let at = format!("/acknowledge/{index}");
                Finding::new(Rule::R24).at(at).because(
                    "Genannt ist etwas anderes als eine laufende Zielvereinbarung, eine offene Wiedervorlage oder ein Antrag ohne Entscheidung.",
                    "Something other than a running agreement, an open follow-up or an undecided application is named.",
                )
            });
        }
    }

    fn claims(&self, before: Option<&CaseState>) -> Vec<Claim> {
        let own = before.into_iter().flat_map(CaseState::open_case_keys);
        own.map(Claim::Release).collect()
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let reason = self.reason.word(telling.language);
        let summary = clause(self.summary.as_str());
        let left = match self.acknowledged.len() {
            0 => String::new(),
            1 => telling.say("Dabei bleibt ein Punkt offen", "One item is left open"),
            open => telling.say(
                &format!("Dabei bleiben {open} Punkte offen"),
                &format!("{open} items are left open"),
            ),
        };
        Telling::sentences(&[
            telling.say(
                &format!("Beratungsfall abgeschlossen ({reason}): {summary}"),
                &format!("Case closed ({reason}): {summary}"),
            ),
            left,
        ])
    }
}

impl Happening for CaseReopened {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ReopenCase, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        state.closing = None;
    }

    /// R25: a reopening gives its reason.
    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let said = on.reason.is_some_and(|why| !why.is_blank());
        findings.require(said, || {
            Finding::new(Rule::R25).at("/reason").because(
                "Der Grund der Wiedereröffnung fehlt.",
                "The reopening's reason is missing.",
            )
        });
    }

    fn claims(&self, before: Option<&CaseState>) -> Vec<Claim> {
        let own = before.into_iter().flat_map(CaseState::open_case_keys);
        own.map(Claim::Take).collect()
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        telling.say("Beratungsfall wieder aufgenommen", "Case reopened")
    }
}

impl ClosingReason {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Completed => ("Beratung vollendet", "advice completed"),
            Self::NoInterest => (
                "kein Interesse der Kommune",
                "no interest on the municipality’s part",
            ),
            Self::PhaseEnd => ("Ende der Programmphase", "end of the programme’s phase"),
            Self::OpenedInError => ("irrtümlich eröffnet", "opened in error"),
        })
    }
}
