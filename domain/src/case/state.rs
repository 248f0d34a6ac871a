//! The state of a case: what its topics leave in it.
//!
//! Invariant: members are declared in the order of their names, so that a state's text is canonical.

use time::Date;
use uuid::Uuid;

use super::agreements::Agreement;
use super::assessments::Assessment;
use super::closing::{Closing, Pause};
use super::contacts::InitialMeeting;
use super::documents::Document;
use super::event::wire;
use super::follow_ups::FollowUp;
use super::funding::{FundingAdvice, FundingApplication};
use super::measures::Measure;
use super::model_solutions::ModelSolution;
use super::needs::Need;
use super::opening::{MunicipalityReference, Origin};
use super::participants::CaseParticipant;
use super::priorities::Priority;
use super::qualifications::Qualification;
use super::records::{CouncilResolution, Milestone, ProgressReview};

wire! {
    /// How far a case has come; follows from its events.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Stage {
        /// In contact, no initial meeting yet.
        Contact,
        /// The initial meeting was held.
        Exploring,
        /// A target agreement is signed and not ended.
        Agreed,
        /// It rests.
        Paused,
        /// Closed.
        Closed,
    }

    /// The state of a case.
    pub struct CaseState {
        /// The member who advises.
        pub advisor: Uuid,
        /// Since when.
        pub advisor_since: Date,
        /// Its target agreements, in the order of their first drafts.
        pub agreements: Vec<Agreement>,
        /// Its assessments, in the order in which they began.
        pub assessments: Vec<Assessment>,
        /// The file number.
        pub case_number: String,
        /// How it was closed, while it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closing: Option<Closing>,
        /// How many contacts are recorded.
        pub contacts: u64,
        /// Resolutions about it, in the order in which they were recorded.
        pub council_resolutions: Vec<CouncilResolution>,
        /// Its documents, in the order in which they were linked.
        pub documents: Vec<Document>,
        /// The day of the earliest contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_contact_on: Option<Date>,
        /// Its follow-ups, in the order in which they were scheduled.
        pub follow_ups: Vec<FollowUp>,
        /// The municipalities that it was about before, in their order. While it is open, no other case is
        /// about one of them (R02).
        pub former_municipalities: Vec<MunicipalityReference>,
        /// Advice on programmes, in the order in which it was recorded.
        pub funding_advice: Vec<FundingAdvice>,
        /// Its applications for funding, in the order in which they were recorded.
        pub funding_applications: Vec<FundingApplication>,
        /// Its initial meetings, in the order in which they were held.
        pub initial_meetings: Vec<InitialMeeting>,
        /// Its measures, in the order in which they were planned.
        pub measures: Vec<Measure>,
        /// Its milestones, in the order in which they were recorded.
        pub milestones: Vec<Milestone>,
        /// Its model solutions, in the order in which they were first proposed.
        pub model_solutions: Vec<ModelSolution>,
        /// The municipality: as it was on the opening day, or as its successor began.
        pub municipality: MunicipalityReference,
        /// Its needs, in the order of capture.
        pub needs: Vec<Need>,
        /// The opening day.
        pub opened_on: Date,
        /// How it came about.
        pub origin: Origin,
        /// Who takes part, and who did.
        pub participants: Vec<CaseParticipant>,
        /// Since when it rests, while it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pause: Option<Pause>,
        /// Its priorities, in the order of agreement.
        pub priorities: Vec<Priority>,
        /// The latest progress review of each agreement.
        pub progress_reviews: Vec<ProgressReview>,
        /// The offerings that the municipality attended.
        pub qualifications: Vec<Qualification>,
        /// The site in charge.
        pub site: Uuid,
    }
}
