//! Bodies that are accepted, if any is, and bodies with a fault of their own.

use std::collections::BTreeMap;

use time::{Date, Duration};
use uuid::Uuid;

use super::{Dice, UNKNOWN, about};
use crate::case::event::{DecisionResult, MeetingOutcome, Participant};
use crate::case::{CaseCommand, CaseState, CommandKind, ModelSolutionStatus, NeedStatus, sample};
use crate::facts::Facts;
use crate::stream::State;

/// The standing needs.
fn standing(state: &CaseState) -> Vec<Uuid> {
    let open = state
        .needs
        .iter()
        .filter(|need| need.status == NeedStatus::Open);
    open.map(|need| need.id).collect()
}

/// The agreed priorities.
fn agreed(state: &CaseState) -> Vec<Uuid> {
    let agreed = state.priorities.iter().filter(|one| one.is_agreed());
    agreed.map(|priority| priority.id).collect()
}

/// A held offering that the case has not attended.
fn offering(state: &CaseState, facts: &Facts<'_>) -> Uuid {
    let attended = |id: &Uuid| state.qualifications.iter().any(|one| one.offering == *id);
    let held = |state: &State| state.as_offering().is_some();
    let mut all = facts.streams.iter().filter(|(_, state)| held(state));
    *all.find(|(id, _)| !attended(id)).unwrap().0
}

/// An offered solution that is not under way in the case.
fn solution(state: &CaseState, facts: &Facts<'_>) -> Uuid {
    let free = |id: &Uuid| {
        let known = state.model_solution(*id);
        known.is_none_or(|one| one.status == ModelSolutionStatus::Rejected)
    };
    let offered = |state: &State| state.as_solution().is_some();
    let mut all = facts.streams.iter().filter(|(_, state)| offered(state));
    *all.find(|(id, _)| free(id)).unwrap().0
}

/// What closing leaves open, or an agreement that ran out.
fn open_items(state: &CaseState) -> Vec<Uuid> {
    let agreements = state.signed_agreements().map(|(one, _)| one.id);
    let follow_ups = state.open_follow_ups().map(|one| one.id);
    let applications = state.undecided_applications().map(|one| one.id);
    agreements.chain(follow_ups).chain(applications).collect()
}

/// Days after another.
fn later(day: Date, days: usize) -> Date {
    day + Duration::days(i64::try_from(days).unwrap())
}

/// A body that is accepted, if any is.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the sample's body does for all others"
)]
pub(super) fn satisfying(
    state: &CaseState,
    facts: &Facts<'_>,
    kind: CommandKind,
    target: Option<Uuid>,
    dice: &mut Dice,
) -> CaseCommand {
    let mut command = about(kind, target);
    of_the_agreement(state, &mut command, dice);
    of_other_streams(state, facts, &mut command, dice);
    match &mut command {
        CaseCommand::RecordInitialMeeting(body) => {
            body.outcome = dice.pick(&[
                MeetingOutcome::Interested,
                MeetingOutcome::Undecided,
                MeetingOutcome::Declined,
            ]);
            body.occurred_on = later(state.opened_on, dice.roll(200));
        }
        CaseCommand::RecordContact(body) => {
            body.participants.push(Participant {
                function: "Amtsleitung".into(),
            });
        }
        CaseCommand::AgreePriority(body) => body.needs = standing(state),
        CaseCommand::RevisePriority(_, body) => body.changes.needs = Some(standing(state)),
        CaseCommand::CloseCase(body) => body.acknowledge = open_items(state),
        CaseCommand::RecordInterview(_, body) => body.minutes = None,
        CaseCommand::CompleteAssessment(_, body) => body.needs = standing(state),
        CaseCommand::PlanMeasure(body) => body.priority = dice.pick(&agreed(state)),
        CaseCommand::RecordFundingDecision(_, body) => {
            body.decision = dice.pick(&[
                DecisionResult::Granted,
                DecisionResult::Refused,
                DecisionResult::Withdrawn,
            ]);
            if body.decision != DecisionResult::Granted {
                (body.amount_cents, body.posts, body.grant_code) = (None, None, None);
                (body.start_on, body.end_on) = (None, None);
            }
        }
        CaseCommand::AddParticipant(body) => {
            body.valid_from = dice.pick(&[body.valid_from, later(facts.today, 30)]);
        }
        CaseCommand::RecordParticipantDeparture(id, body) => {
            body.valid_to = state.participant(*id).unwrap().valid_from;
        }
        _ => {}
    }
    command
}

/// The days of meetings after which nothing spoke against signing.
fn days_for_signing(state: &CaseState) -> Vec<Date> {
    let mut outcomes = BTreeMap::new();
    for meeting in &state.initial_meetings {
        outcomes.insert(meeting.held_on, meeting.outcome);
    }
    outcomes.retain(|_, outcome| *outcome != MeetingOutcome::Declined);
    outcomes.into_keys().collect()
}

/// What depends on the case's agreements.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the sample's body does for all others"
)]
fn of_the_agreement(state: &CaseState, command: &mut CaseCommand, dice: &mut Dice) {
    match command {
        CaseCommand::DraftAgreement(body) => body.priorities = agreed(state),
        CaseCommand::RedraftAgreement(_, body) => body.priorities = agreed(state),
        CaseCommand::SignAgreement(_, body) => {
            let terms = state
                .agreements
                .iter()
                .filter_map(|one| one.signed.as_ref());
            let ends = terms.filter_map(|terms| terms.valid_until);
            let from = ends
                .max()
                .map_or(state.opened_on, |end| end + Duration::DAY);
            body.valid_from = from;
            body.valid_until = Some(later(from, dice.roll(300)));
            body.occurred_on = dice.pick(&days_for_signing(state));
            for signature in &mut body.signatures {
                signature.signed_on = body.occurred_on;
            }
        }
        CaseCommand::AmendAgreement(id, body) => {
            let named = &state.agreement(*id).unwrap().priorities;
            body.added = agreed(state);
            body.added.retain(|one| !named.contains(one));
            if body.added.is_empty() {
                // Something agreed has to stay.
                let mut kept = agreed(state).into_iter().filter(|one| named.contains(one));
                let kept = kept.next();
                let dropped = named.iter().copied().find(|one| Some(*one) != kept);
                body.dropped = dropped.into_iter().collect();
            }
        }
        CaseCommand::ExtendAgreement(id, body) => {
            let terms = state.agreement(*id).unwrap().signed.as_ref();
            let until = terms.unwrap().valid_until.unwrap();
            body.valid_until = until + Duration::DAY;
            body.document = None;
        }
        CaseCommand::ReviewProgress(body) => {
            let mut agreements = state.agreements.iter();
            let signed = agreements.find(|one| one.signed.is_some()).unwrap();
            body.agreement = signed.id;
            body.attainment[0].priority = signed.priorities[0];
        }
        CaseCommand::SubmitFundingApplication(body) => {
            let first_days = state.agreements.iter().filter_map(|one| {
                let first = one.signed.as_ref()?.valid_from;
                one.in_force_on(first).then_some((first, one.id))
            });
            let (first, agreement) = first_days.min().unwrap();
            body.agreement = dice.pick(&[None, Some(agreement)]);
            body.submitted_on = first;
        }
        _ => {}
    }
}

/// What depends on the agency and its other streams.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the sample's body does for all others"
)]
fn of_other_streams(
    state: &CaseState,
    facts: &Facts<'_>,
    command: &mut CaseCommand,
    dice: &mut Dice,
) {
    let member = dice.pick(&[sample::ADVISOR, sample::COORDINATOR]);
    match command {
        CaseCommand::ProposeModelSolution(body) => {
            body.solution = solution(state, facts);
            body.priority = agreed(state).first().copied();
        }
        CaseCommand::RecordQualification(body) => body.offering = offering(state, facts),
        CaseCommand::ScheduleFollowUp(body) => body.assignee = member,
        CaseCommand::ReassignFollowUp(_, body) => body.assignee = member,
        CaseCommand::AssignAdvisor(body) => body.member = member,
        _ => {}
    }
}

/// The sample body tomorrow, and with other faults.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the sample's body does for all others"
)]
pub(super) fn faulty(kind: CommandKind, target: Option<Uuid>) -> CaseCommand {
    let mut command = about(kind, target).on(sample::TODAY + Duration::DAY);
    match &mut command {
        CaseCommand::SignAgreement(_, body) => {
            body.signatures.clear();
            body.valid_until = Some(Date::MIN);
        }
        CaseCommand::AmendAgreement(_, body) => body.dropped = vec![UNKNOWN],
        CaseCommand::ExtendAgreement(_, body) => body.valid_until = Date::MIN,
        CaseCommand::CloseCase(body) => body.acknowledge = vec![UNKNOWN],
        CaseCommand::ReopenCase(body) => body.reason = "".into(),
        CaseCommand::DraftAgreement(body) => body.priorities.clear(),
        CaseCommand::RedraftAgreement(_, body) => body.priorities.clear(),
        CaseCommand::RateDimension(_, body) => body.dimension.clear(),
        CaseCommand::CompleteAssessment(_, body) => body.needs = vec![UNKNOWN],
        CaseCommand::ProposeModelSolution(body) => body.solution = UNKNOWN,
        CaseCommand::RecordQualification(body) => body.offering = UNKNOWN,
        CaseCommand::PlanMeasure(body) => body.priority = UNKNOWN,
        CaseCommand::AdviseOnFunding(body) => body.programme.clear(),
        CaseCommand::SubmitFundingApplication(body) => body.programme.clear(),
        CaseCommand::RecordFundingDecision(_, body) => body.end_on = Some(Date::MIN),
        CaseCommand::ChangeFundingPeriod(_, body) => body.end_on = Date::MIN,
        CaseCommand::ReviewProgress(body) => body.agreement = UNKNOWN,
        CaseCommand::ScheduleFollowUp(body) => body.assignee = UNKNOWN,
        CaseCommand::ReassignFollowUp(_, body) => body.assignee = UNKNOWN,
        CaseCommand::RecordParticipantDeparture(_, body) => body.valid_to = Date::MIN,
        CaseCommand::AssignAdvisor(body) => body.member = UNKNOWN,
        CaseCommand::SucceedMunicipality(body) => body.municipality.key.clear(),
        _ => {}
    }
    command
}
