//! Funding as sentences.

use uuid::Uuid;

use super::{DecisionResult, FundingAdviceGiven, FundingApplicationSubmitted, FundingDecided};
use crate::case::timeline::{Telling, day, euros};

impl FundingAdviceGiven {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let programme = telling.programme_with(&self.programme, self.call.as_deref());
        let by = self.eligibility.decided_by.word(telling.language);
        let outcome = self.outcome.word(telling.language);
        let eligible = if self.eligibility.eligible {
            telling.either("antragsberechtigt", "eligible")
        } else {
            telling.either("nicht antragsberechtigt", "not eligible")
        };
        let rule = self.eligibility.rule.id();
        let because = telling.either("maßgeblich", "decided by");
        Telling::sentences(&[
            telling.say(
                &format!("Beraten zum Förderprogramm {programme}: {outcome}"),
                &format!("Advice given on the programme {programme}: {outcome}"),
            ),
            telling.say(
                &format!("Die Kommune ist {eligible} ({because}: {by}, {rule})"),
                &format!("The municipality is {eligible} ({because}: {by}, {rule})"),
            ),
        ])
    }
}

impl FundingApplicationSubmitted {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let programme = telling.programme_with(&self.programme, Some(&self.call));
        let on = day(telling.language, self.submitted_on);
        let mut parts = Vec::new();
        if let Some(cents) = self.amount_cents {
            let amount = euros(telling.language, cents);
            parts.push(telling.newly("beantragt", "asked for", &amount));
        }
        if let Some(cents) = self.own_share_cents {
            let share = euros(telling.language, cents);
            parts.push(telling.newly("Eigenanteil", "own share", &share));
        }
        telling.revision(
            &format!("Antrag im Programm {programme}, am {on} gestellt"),
            &format!("Application to the programme {programme}, submitted on {on}"),
            &parts,
        )
    }
}

impl FundingDecided {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let (of, result) = (
            telling.application(self.application),
            self.decision.word(telling.language),
        );
        let on = day(telling.language, self.notice_on);
        let mut parts = Vec::new();
        if let Some(cents) = self.amount_cents {
            parts.push(euros(telling.language, cents));
        }
        if let Some(posts) = self.posts {
            parts.push(telling.say(&format!("Stellen: {posts}"), &format!("posts: {posts}")));
        }
        if let Some(code) = &self.grant_code {
            parts.push(telling.newly("Förderkennzeichen", "grant code", code.as_str()));
        }
        if let Some(start) = self.start_on {
            parts.push(telling.newly("ab", "from", &day(telling.language, start)));
        }
        if let Some(end) = self.end_on {
            parts.push(telling.newly("bis", "until", &day(telling.language, end)));
        }
        // Nobody decides on what was withdrawn.
        let (notice, of_notice) = match self.decision {
            DecisionResult::Granted | DecisionResult::Refused => ("Bescheid vom", "notice of"),
            DecisionResult::Withdrawn => ("am", "on"),
        };
        telling.revision(
            &format!("Antrag{of} {result} ({notice} {on})"),
            &format!("Application{of} {result} ({of_notice} {on})"),
            &parts,
        )
    }
}

impl Telling<'_> {
    fn programme(&self, code: &str) -> String {
        let known = self.catalogue.programme(code, self.occurred_on);
        known
            .map_or(code, |known| known.name.get(self.language))
            .to_owned()
    }

    /// The programme with the call, which tells two applications apart: by its deadline, or by round and year.
    fn programme_with(&self, code: &str, call: Option<&str>) -> String {
        let programme = self.programme(code);
        let Some(call) = call else {
            return programme;
        };
        let known = self.catalogue.programme(code, self.occurred_on);
        let mut calls = known.into_iter().flat_map(|known| &known.calls);
        let Some(known) = calls.find(|one| one.code == call) else {
            return self.say(
                &format!("{programme}, Antragsrunde {call}"),
                &format!("{programme}, call {call}"),
            );
        };
        match known.deadline.map(|deadline| day(self.language, deadline)) {
            Some(deadline) => self.say(
                &format!("{programme}, Stichtag {deadline}"),
                &format!("{programme}, call closing on {deadline}"),
            ),
            None => self.say(
                &format!("{programme}, {}. Antragsrunde {}", known.round, known.year),
                &format!("{programme}, call {} of {}", known.round, known.year),
            ),
        }
    }

    /// The application by its programme, for the middle of a sentence.
    pub(super) fn application(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.application(id));
        known.map_or(String::new(), |one| {
            let programme = self.programme_with(&one.programme, Some(&one.call));
            self.say(
                &format!(" im Programm {programme},"),
                &format!(" to the programme {programme},"),
            )
        })
    }
}
