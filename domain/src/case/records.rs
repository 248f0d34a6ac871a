//! What is put on record beside plan and agreement: resolutions, milestones, progress.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, clause, quote};
use super::topic::{Circumstances, Happening};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;

/// An address in the public web: `http` or `https`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        example = "https://example.org/bildungsbericht-2016.pdf",
        max_length = 2000,
        pattern = r"^https?://[^\s]+$"
    )
)]
pub struct PublicUrl(pub String);

wire! {
    /// What a council or committee made of a subject.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ResolutionResult {
        /// It decided so.
        Decided,
        /// It took note.
        Noted,
        /// It refused.
        Rejected,
    }

    /// Data of `council_resolution_recorded`.
    pub struct CouncilResolutionRecorded {
        /// The council or committee.
        pub body: Line,
        /// Where the resolution is found, such as a paper's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<Line>,
        /// What it came to.
        pub result: ResolutionResult,
        /// What it was about.
        pub subject: Line,
    }

    /// What kind of milestone was reached.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MilestoneKind {
        /// An education report was published.
        Report,
        /// An education office was set up.
        Office,
        /// A steering group met.
        SteeringGroup,
        /// An advisory board met.
        Board,
        /// A strategy was adopted.
        Strategy,
        /// Something else.
        Other,
    }

    /// Data of `milestone_reached`.
    pub struct MilestoneReached {
        /// Its kind.
        pub kind: MilestoneKind,
        /// Where it can be seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub public_url: Option<PublicUrl>,
        /// What was reached.
        pub title: Line,
    }

    /// How far a priority is attained.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AttainmentLevel {
        /// Nothing has begun.
        NotStarted,
        /// It is under way.
        UnderWay,
        /// It is attained in part.
        Partly,
        /// It is attained.
        Attained,
    }

    /// How far one priority is attained.
    #[serde(deny_unknown_fields)]
    pub struct Attainment {
        /// How far.
        pub level: AttainmentLevel,
        /// The priority.
        pub priority: Uuid,
        /// What is to be said about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remark: Option<Line>,
    }

    /// Data of `progress_reviewed`.
    pub struct ProgressReviewed {
        /// The agreement that was reviewed.
        pub agreement: Uuid,
        /// How far its priorities are attained.
        pub attainment: Vec<Attainment>,
        /// What comes next.
        pub next_steps: Vec<Line>,
    }

    /// A milestone of the case.
    pub struct Milestone {
        /// Its kind.
        pub kind: MilestoneKind,
        /// Where it can be seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub public_url: Option<PublicUrl>,
        /// The day it was reached.
        pub reached_on: Date,
        /// What was reached.
        pub title: Line,
    }

    /// A resolution about the case.
    pub struct CouncilResolution {
        /// The council or committee.
        pub body: Line,
        /// Where the resolution is found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<Line>,
        /// The day of the resolution.
        pub resolved_on: Date,
        /// What it came to.
        pub result: ResolutionResult,
        /// What it was about.
        pub subject: Line,
    }

    /// The latest progress review of an agreement.
    pub struct ProgressReview {
        /// The agreement that was reviewed.
        pub agreement: Uuid,
        /// How far its priorities are attained.
        pub attainment: Vec<Attainment>,
        /// What comes next.
        pub next_steps: Vec<Line>,
        /// The day of the review.
        pub reviewed_on: Date,
    }
}

impl Happening for CouncilResolutionRecorded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordCouncilResolution, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.council_resolutions.push(CouncilResolution {
            body: self.body.clone(),
            reference: self.reference.clone(),
            resolved_on: occurred_on,
            result: self.result,
            subject: self.subject.clone(),
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (body, result) = (
            clause(self.body.as_str()),
            self.result.word(telling.language),
        );
        let subject = quote(telling.language, self.subject.as_str());
        let reference = self.reference.as_ref();
        let reference = reference.map_or(String::new(), |one| format!(" ({one})"));
        telling.say(
            &format!("{body} {result}: {subject}{reference}"),
            &format!("{body} {result}: {subject}{reference}"),
        )
    }
}

impl Happening for MilestoneReached {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordMilestone, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.milestones.push(Milestone {
            kind: self.kind,
            public_url: self.public_url.clone(),
            reached_on: occurred_on,
            title: self.title.clone(),
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let kind = self.kind.word(telling.language);
        let title = quote(telling.language, self.title.as_str());
        let at = self.public_url.as_ref();
        let at = at.map_or(String::new(), |url| format!(" ({})", url.0));
        telling.say(
            &format!("Meilenstein erreicht ({kind}): {title}{at}"),
            &format!("Milestone reached ({kind}): {title}{at}"),
        )
    }
}

impl Happening for ProgressReviewed {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ReviewProgress, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        let review = ProgressReview {
            agreement: self.agreement,
            attainment: self.attainment.clone(),
            next_steps: self.next_steps.clone(),
            reviewed_on: occurred_on,
        };
        let mut reviews = state.progress_reviews.iter_mut();
        match reviews.find(|one| one.agreement == self.agreement) {
            // A review entered late does not outrank one that was held after it.
            Some(last) if last.reviewed_on > occurred_on => {}
            Some(last) => *last = review,
            None => state.progress_reviews.push(review),
        }
    }

    /// R21: a signed agreement, and priorities that it named on that day.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let agreement = state.agreement(self.agreement);
        let Some(agreement) = agreement.filter(|one| one.signed.is_some()) else {
            findings.require(false, || {
                Finding::new(Rule::R21).at("/agreement").because(
                    "Bilanz gezogen wird über eine unterzeichnete Zielvereinbarung dieses Falls.",
                    "What is reviewed is a signed agreement of this case.",
                )
            });
            return;
        };
        for (index, one) in self.attainment.iter().enumerate() {
            findings.require(agreement.names_on(one.priority, on.occurred_on), || {
                let at = format!("/attainment/{index}/priority");
                Finding::new(Rule::R21).at(at).because(
                    "Der Schwerpunkt steht nicht in der Zielvereinbarung.",
                    "The priority does not stand in the agreement.",
                )
            });
            let mut earlier = self.attainment.iter().take(index);
            let again = earlier.any(|other| other.priority == one.priority);
            findings.require(!again, || {
                let at = format!("/attainment/{index}/priority");
                Finding::new(Rule::R21).at(at).because(
                    "Eine Bilanz nennt jeden Schwerpunkt einmal.",
                    "A review names each priority once.",
                )
            });
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.agreement(self.agreement);
        let attained = self.attainment.iter().map(|one| {
            let (priority, level) = (
                telling.priority(one.priority),
                one.level.word(telling.language),
            );
            let remark = one.remark.as_ref();
            let remark = remark.map_or(String::new(), |text| format!(" ({})", clause(&text.0)));
            format!("{priority} {level}{remark}")
        });
        let attained: Vec<_> = attained.collect();
        Telling::sentences(&[
            telling.revision(
                &format!("Bilanz der Zielvereinbarung{with} gezogen"),
                &format!("Progress of the target agreement{with} reviewed"),
                &attained,
            ),
            telling.labelled("Nächste Schritte", "Next steps", &self.next_steps),
        ])
    }
}

impl ResolutionResult {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Decided => ("beschließt", "decides"),
            Self::Noted => ("nimmt zur Kenntnis", "takes note"),
            Self::Rejected => ("lehnt ab", "rejects"),
        })
    }
}

impl MilestoneKind {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Report => ("Bildungsbericht", "education report"),
            Self::Office => ("Bildungsbüro", "education office"),
            Self::SteeringGroup => ("Lenkungsgruppe", "steering group"),
            Self::Board => ("Bildungsbeirat", "advisory board"),
            Self::Strategy => ("Strategie", "strategy"),
            Self::Other => ("Sonstiges", "other"),
        })
    }
}

impl AttainmentLevel {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::NotStarted => ("noch nicht begonnen", "not started"),
            Self::UnderWay => ("in Arbeit", "under way"),
            Self::Partly => ("teilweise erreicht", "partly attained"),
            Self::Attained => ("erreicht", "attained"),
        })
    }
}
