//! What stands in for a line that is refused or cannot be read: a plain command of its kind that no rule refuses.

use fallbuch_domain::State;
use fallbuch_domain::case::command::{
    AgreePriority, CaptureNeed, DraftAgreement, MunicipalityKey, OpenCase, RecordInitialMeeting,
};
use fallbuch_domain::case::{CaseCommand, MeetingOutcome, Origin, Urgency};
use fallbuch_domain::text::{Line, Prose};
use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{Judge, Part, Step, Thought};
use crate::import::form::Form;

/// Before anything that a table tells of.
const LONG_AGO: Date = date!(1900 - 01 - 01);

impl Judge<'_> {
    /// Goes on as if the line were right. Where nothing plain is to be had, the lines that rest on it are not judged.
    pub(super) fn stand_in(&mut self, step: &Step, linked: Vec<Uuid>, thought: &mut Thought) {
        let commands: Vec<CaseCommand> = match step.part {
            Part::Opening => {
                let opening = self.opening();
                opening.into_iter().map(CaseCommand::OpenCase).collect()
            }
            Part::Meeting => {
                let meetings = days_of_meetings(thought).into_iter().map(meeting);
                meetings.map(CaseCommand::RecordInitialMeeting).collect()
            }
            Part::Need => {
                let need = self.need();
                need.into_iter().map(CaseCommand::CaptureNeed).collect()
            }
            Part::Priority => vec![CaseCommand::AgreePriority(self.priority())],
            Part::Draft => {
                let draft = self.draft(linked, thought);
                vec![CaseCommand::DraftAgreement(draft)]
            }
            // Nothing rests on these.
            Part::Contact | Part::Signing | Part::FollowUp => Vec::new(),
        };
        for command in commands {
            if let Ok(decision) = self.decide(&command, thought) {
                thought.follow(step.thing().as_ref(), &decision);
            }
        }
    }

    /// For a municipality that no other case is for.
    fn opening(&self) -> Option<OpenCase> {
        let is_free = |key: &str| {
            let key = fallbuch_domain::Key::open_case(key);
            !self.holders.contains_key(&key)
        };
        let mut municipalities = self.catalogue.municipalities_on(Some(self.today));
        let municipality = municipalities.find(|one| is_free(&one.key))?;
        let mut sites = self.agency.open_sites();
        let site = sites.find(|site| self.access.sees_site(site.id))?;
        Some(OpenCase {
            occurred_on: self.today,
            reason: None,
            municipality: MunicipalityKey {
                key: municipality.key.clone(),
                name: None,
            },
            site: site.id,
            advisor: self.access.principal().id(),
            origin: Origin::Request,
        })
    }

    fn need(&self) -> Option<CaptureNeed> {
        let dimensions = self.catalogue.dimensions_on(Some(self.today));
        Some(CaptureNeed {
            occurred_on: self.today,
            reason: None,
            dimension: dimensions.first()?.code.clone(),
            statement: Prose::from("-"),
            urgency: Urgency::Low,
            evidence: None,
        })
    }

    fn priority(&self) -> AgreePriority {
        AgreePriority {
            occurred_on: self.today,
            reason: None,
            focus_area: None,
            title: Line::from("-"),
            needs: Vec::new(),
            rank: 1,
            target_on: None,
        }
    }

    /// A draft of what was named, or of a priority that stands in if nothing of it is there.
    fn draft(&mut self, linked: Vec<Uuid>, thought: &mut Thought) -> DraftAgreement {
        let mut priorities = linked;
        if priorities.is_empty() {
            let priority = CaseCommand::AgreePriority(self.priority());
            let thing = (Form::Priorities, "-".to_owned());
            if let Ok(decision) = self.decide(&priority, thought) {
                thought.follow(Some(&thing), &decision);
            }
            priorities.extend(thought.made.remove(&thing));
        }
        DraftAgreement {
            occurred_on: self.today,
            reason: None,
            priorities,
            planned_until: None,
            document: None,
        }
    }
}

/// Days of meetings that let every agreement be signed: before all others, and after each refusal. Nobody knows on
/// which of them the one was held that is wrong.
fn days_of_meetings(thought: &Thought) -> Vec<Date> {
    let case = thought.state.as_ref().and_then(State::as_case);
    let meetings = case.map_or(&[][..], |case| &case.initial_meetings);
    let refusals = meetings
        .iter()
        .filter(|one| one.outcome == MeetingOutcome::Declined);
    let refusals = refusals.map(|one| one.held_on);
    std::iter::once(LONG_AGO).chain(refusals).collect()
}

fn meeting(occurred_on: Date) -> RecordInitialMeeting {
    RecordInitialMeeting {
        occurred_on,
        reason: None,
        place: Line::from("-"),
        participants: Vec::new(),
        topics: Vec::new(),
        outcome: MeetingOutcome::Interested,
        next_step: None,
    }
}
