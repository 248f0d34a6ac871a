//! Assessments: how education management stands in the municipality, by interviews and ratings.
//!
//! Invariant: an assessment keeps the version of the dimensions that was valid when it began.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::needs::standing_needs;
use super::timeline::{Telling, by_count, clause, day, list};
use super::topic::{Circumstances, Happening};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

pub(super) mod commands;
mod state;

pub use state::{Assessment, AssessmentStatus, Interview, Rating};

wire! {
    /// How an assessment is made.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AssessmentMethod {
        /// By interviews.
        Interviews,
        /// By a written survey.
        Survey,
        /// By reading documents.
        Documents,
        /// In workshops.
        Workshop,
        /// By figures.
        Data,
    }

    /// Data of `assessment_started`.
    pub struct AssessmentStarted {
        /// The assessment's id.
        pub assessment: Uuid,
        /// The version of the quality dimensions that it rates.
        pub catalogue_version: u32,
        /// How it is made.
        pub methods: Vec<AssessmentMethod>,
    }

    /// Data of `interview_held`.
    pub struct InterviewHeld {
        /// The assessment.
        pub assessment: Uuid,
        /// Who was asked, by function. No name.
        pub function: Line,
        /// The minutes, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub minutes: Option<Uuid>,
    }

    /// Data of `dimension_rated`.
    pub struct DimensionRated {
        /// The assessment.
        pub assessment: Uuid,
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows it.
        pub evidence: Vec<Line>,
        /// 0 (nothing there) to 4 (fully there).
        pub level: u32,
        /// Why this level.
        pub rationale: Prose,
    }

    /// Data of `assessment_completed`.
    pub struct AssessmentCompleted {
        /// The assessment.
        pub assessment: Uuid,
        /// The needs that came of it.
        pub needs: Vec<Uuid>,
        /// The day the results were presented.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub presented_on: Option<Date>,
        /// What it came to.
        pub summary: Prose,
    }

    /// Data of `assessment_abandoned`; the reason stands in the envelope.
    pub struct AssessmentAbandoned {
        /// The assessment.
        pub assessment: Uuid,
    }
}

impl Happening for AssessmentStarted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::StartAssessment, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.assessments.push(Assessment {
            catalogue_version: self.catalogue_version,
            ended_on: None,
            id: self.assessment,
            interviews: Vec::new(),
            methods: self.methods.clone(),
            needs: Vec::new(),
            presented_on: None,
            ratings: Vec::new(),
            started_on: occurred_on,
            status: AssessmentStatus::Running,
            summary: None,
        });
    }

    /// R11.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let mut signed = state
            .agreements
            .iter()
            .filter_map(|one| one.signed.as_ref());
        let signed = signed.any(|terms| terms.signed_on <= on.occurred_on);
        findings.warn(!signed, || Finding::new(Rule::R11));
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.assessment)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let methods: Vec<_> = self
            .methods
            .iter()
            .map(|method| method.word(telling.language).to_owned())
            .collect();
        let by = match methods.len() {
            0 => String::new(),
            _ => format!(" ({})", list(telling.language, &methods)),
        };
        telling.say(
            &format!("Bedarfserfassung begonnen{by}"),
            &format!("Assessment started{by}"),
        )
    }
}

impl Happening for InterviewHeld {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordInterview, Some(self.assessment))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(assessment) = state.assessment_mut(self.assessment) {
            assessment.interviews.push(Interview {
                function: self.function.clone(),
                held_on: occurred_on,
                minutes: self.minutes,
            });
        }
    }

    fn check(&self, state: &CaseState, _on: &Circumstances<'_>, findings: &mut Findings) {
        state.document_is_linked(self.minutes, "/minutes", findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = clause(self.function.as_str());
        let minutes = self.minutes.map_or(String::new(), |minutes| {
            let minutes = telling.document(minutes);
            telling.say(
                &format!(", Protokoll {minutes}"),
                &format!(", minutes {minutes}"),
            )
        });
        telling.say(
            &format!("Gespräch zur Bedarfserfassung geführt: {with}{minutes}"),
            &format!("Interview for the assessment held: {with}{minutes}"),
        )
    }
}

impl Happening for DimensionRated {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RateDimension, Some(self.assessment))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(assessment) = state.assessment_mut(self.assessment) {
            let rating = Rating {
                dimension: self.dimension.clone(),
                evidence: self.evidence.clone(),
                level: self.level,
                rated_on: occurred_on,
                rationale: self.rationale.clone(),
            };
            let mut ratings = assessment.ratings.iter_mut();
            match ratings.find(|one| one.dimension == self.dimension) {
                // A rating entered late does not outrank one that was made after it.
                Some(later) if later.rated_on > occurred_on => {}
                Some(earlier) => *earlier = rating,
                None => assessment.ratings.push(rating),
            }
        }
    }

    /// R12: the dimension is one of those that this assessment rates.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let assessment = state.assessment(self.assessment);
        let version = assessment.map_or(0, |one| one.catalogue_version);
        let known = on.facts.catalogue.dimension_in(&self.dimension, version);
        findings.require(known.is_some(), || {
            Finding::new(Rule::R12).at("/dimension").because(
                "Diese Bedarfserfassung hat keine solche Dimension.",
                "This assessment has no such dimension.",
            )
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let assessment = telling
            .before
            .and_then(|one| one.assessment(self.assessment));
        let version = assessment.map_or(0, |one| one.catalogue_version);
        let known = telling.catalogue.dimension_in(&self.dimension, version);
        let dimension = known.map_or(self.dimension.as_str(), |known| {
            known.name.get(telling.language)
        });
        let (level, why) = (self.level, clause(self.rationale.as_str()));
        let de = by_count(self.evidence.len(), "Beleg", "Belege");
        Telling::sentences(&[
            telling.say(
                &format!("Dimension {dimension} eingeschätzt auf Stufe {level} von 4: {why}"),
                &format!("Dimension {dimension} rated at level {level} of 4: {why}"),
            ),
            telling.labelled(de, "Evidence", &self.evidence),
        ])
    }
}

impl Happening for AssessmentCompleted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CompleteAssessment, Some(self.assessment))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(assessment) = state.assessment_mut(self.assessment) {
            assessment.status = AssessmentStatus::Completed;
            assessment.ended_on = Some(occurred_on);
            assessment.needs.clone_from(&self.needs);
            assessment.presented_on = self.presented_on;
            assessment.summary = Some(self.summary.clone());
        }
    }

    /// R21 for the needs, R26 for the presentation, R13 for dimensions without a rating.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        standing_needs(state, &self.needs, Rule::R21, "/needs", findings);
        if let Some(presented) = self.presented_on {
            findings
                .refusals
                .extend(on.facts.not_in_the_future(presented, "/presented_on"));
        }
        if let Some(assessment) = state.assessment(self.assessment) {
            let all = on
                .facts
                .catalogue
                .dimensions_in(assessment.catalogue_version);
            let unrated: Vec<_> = all
                .filter(|one| assessment.rating(&one.code).is_none())
                .collect();
            findings.warn(!unrated.is_empty(), || {
                let names = |language| {
                    let names = unrated.iter().map(|one| one.name.get(language).to_owned());
                    list(language, &names.collect::<Vec<_>>())
                };
                Finding::new(Rule::R13).because(
                    format!("Nicht eingeschätzt: {}.", names(Language::De)),
                    format!("Not rated: {}.", names(Language::En)),
                )
            });
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let summary = clause(self.summary.as_str());
        let presented = self.presented_on.map_or(String::new(), |presented| {
            let presented = day(telling.language, presented);
            telling.say(
                &format!("Vorgestellt am {presented}"),
                &format!("Presented on {presented}"),
            )
        });
        let needs = match self.needs.len() {
            0 => String::new(),
            count => telling.listed(
                by_count(count, "Bedarf", "Bedarfe"),
                by_count(count, "Need", "Needs"),
                &telling.needs(&self.needs),
            ),
        };
        Telling::sentences(&[
            telling.say(
                &format!("Bedarfserfassung abgeschlossen: {summary}"),
                &format!("Assessment completed: {summary}"),
            ),
            needs,
            presented,
        ])
    }
}

impl Happening for AssessmentAbandoned {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AbandonAssessment, Some(self.assessment))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(assessment) = state.assessment_mut(self.assessment) {
            assessment.status = AssessmentStatus::Abandoned;
            assessment.ended_on = Some(occurred_on);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        telling.say("Bedarfserfassung abgebrochen", "Assessment abandoned")
    }
}

impl AssessmentMethod {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Interviews => ("Gespräche", "interviews"),
            Self::Survey => ("Befragung", "survey"),
            Self::Documents => ("Dokumente", "documents"),
            Self::Workshop => ("Werkstatt", "workshop"),
            Self::Data => ("Daten", "data"),
        })
    }
}
