//! What the fold makes of documents, assessments, model solutions, measures, offerings, funding,
//! follow-ups, participants and advisors.

use time::Date;
use time::macros::date;

use super::before;
use crate::case::event::{
    AdvisorAssigned, DecisionResult, DimensionRated, DocumentLinked, DocumentUnlinked,
    EligibilityCriterion, MediaType, MilestoneKind, ModelSolutionProposed, ParticipantChanged,
    ParticipantChanges, ResolutionResult, Sha256,
};
use crate::case::{
    AssessmentStatus, CaseEvent, CaseState, CommandKind, DocumentStatus, FollowUpStatus,
    MeasureStatus, ModelSolutionStatus, sample,
};
use crate::change::Change;

fn evolved(state: &CaseState, event: &CaseEvent, day: Date) -> CaseState {
    CaseState::evolve(Some(state.clone()), event, day).unwrap()
}

#[test]
fn an_unlinked_document_stays_visible() {
    let document = sample::DOCUMENT;
    let linked = CaseEvent::DocumentLinked(DocumentLinked {
        document,
        media_type: MediaType("text/plain".to_owned()),
        sha256: Sha256("0".repeat(64)),
        size: 7,
        title: "Vermerk".into(),
        r#where: "Akte".into(),
    });
    let bare = sample::state_before(CommandKind::RecordContact);
    let state = evolved(&bare, &linked, date!(2015 - 01 - 02));
    let one = state.document(document).unwrap();
    assert_eq!(
        (one.status, one.linked_on, one.size),
        (DocumentStatus::Linked, date!(2015 - 01 - 02), 7)
    );
    let unlinked = CaseEvent::DocumentUnlinked(DocumentUnlinked { document });
    let state = evolved(&state, &unlinked, date!(2015 - 01 - 03));
    let one = state.document(document).unwrap();
    assert_eq!(
        (one.status, one.linked_on),
        (DocumentStatus::Unlinked, date!(2015 - 01 - 02))
    );
}

#[test]
fn an_assessment_gathers_interviews_and_the_latest_ratings() {
    let rated = before(CommandKind::CompleteAssessment);
    let assessment = rated.assessment(sample::ASSESSMENT).unwrap();
    assert_eq!(assessment.interviews[0].held_on, date!(2015 - 09 - 15));
    assert_eq!(assessment.interviews[0].minutes, Some(sample::DOCUMENT));
    assert_eq!(assessment.rating("data").unwrap().level, 2);
    assert_eq!(assessment.rating("steering"), None);
    let again = |dimension: &str| {
        CaseEvent::DimensionRated(DimensionRated {
            assessment: sample::ASSESSMENT,
            dimension: dimension.to_owned(),
            evidence: Vec::new(),
            level: 4,
            rationale: "Neu.".into(),
        })
    };
    let day = date!(2015 - 11 - 03);
    let state = evolved(
        &evolved(&rated, &again("data"), day),
        &again("steering"),
        day,
    );
    let ratings = &state.assessment(sample::ASSESSMENT).unwrap().ratings;
    let of: Vec<_> = ratings
        .iter()
        .map(|one| (one.dimension.as_str(), one.level, one.rated_on))
        .collect();
    assert_eq!(of, [("data", 4, day), ("steering", 4, day)]);
}

#[test]
fn an_assessment_ends_one_way_or_the_other() {
    let state = before(CommandKind::ProposeModelSolution);
    let of = |id| {
        let one = state.assessment(id).unwrap();
        (one.status, one.ended_on, one.summary.is_some())
    };
    assert_eq!(
        of(sample::ASSESSMENT),
        (
            AssessmentStatus::Completed,
            Some(date!(2015 - 12 - 08)),
            true
        )
    );
    assert_eq!(
        of(sample::OTHER_ASSESSMENT),
        (
            AssessmentStatus::Abandoned,
            Some(date!(2016 - 02 - 02)),
            false
        )
    );
    let completed = state.assessment(sample::ASSESSMENT).unwrap();
    assert_eq!(completed.needs, [sample::NEED]);
    assert_eq!(completed.presented_on, Some(date!(2015 - 12 - 03)));
    let ended_on = state.assessments[0].ended_on.unwrap();
    assert!(state.is_assessed_on(ended_on));
    assert!(!state.is_assessed_on(ended_on.previous_day().unwrap()));
    assert!(!before(CommandKind::CompleteAssessment).is_assessed_on(ended_on));
}

#[test]
fn a_model_solution_goes_its_way() {
    let status = |kind| {
        let state = before(kind);
        let solution = state.model_solution(sample::SOLUTION);
        solution.map(|one| (one.status, one.adaptations.len()))
    };
    let expected = [
        (CommandKind::ProposeModelSolution, None),
        (
            CommandKind::RejectModelSolution,
            Some((ModelSolutionStatus::Proposed, 0)),
        ),
        (
            CommandKind::SelectModelSolution,
            Some((ModelSolutionStatus::Proposed, 0)),
        ),
        (
            CommandKind::AdaptModelSolution,
            Some((ModelSolutionStatus::Selected, 0)),
        ),
        (
            CommandKind::AdoptModelSolution,
            Some((ModelSolutionStatus::Selected, 1)),
        ),
        (
            CommandKind::PlanMeasure,
            Some((ModelSolutionStatus::Adopted, 1)),
        ),
    ];
    for (kind, found) in expected {
        assert_eq!(status(kind), found, "before {kind:?}");
    }
    let adapted = before(CommandKind::AdoptModelSolution);
    let solution = adapted.model_solution(sample::SOLUTION).unwrap();
    assert_eq!(
        (solution.donor.as_deref(), solution.priority),
        (Some("14713"), Some(sample::PRIORITY))
    );
}

#[test]
fn a_model_solution_proposed_again_begins_anew() {
    let adapted = before(CommandKind::AdoptModelSolution);
    let again = CaseEvent::ModelSolutionProposed(ModelSolutionProposed {
        donor: None,
        priority: None,
        solution: sample::SOLUTION,
        title: "Neue Fassung".into(),
    });
    let state = evolved(&adapted, &again, date!(2016 - 09 - 01));
    assert_eq!(state.model_solutions.len(), 1);
    let solution = &state.model_solutions[0];
    assert_eq!(
        (solution.status, solution.title.as_str()),
        (ModelSolutionStatus::Proposed, "Neue Fassung")
    );
    assert_eq!(
        (
            solution.adaptations.len(),
            &solution.donor,
            solution.priority
        ),
        (0, &None, None)
    );
    assert_eq!(solution.proposed_on, date!(2016 - 09 - 01));
}

#[test]
fn measures_end_one_way_or_the_other() {
    let planned = before(CommandKind::CompleteMeasure);
    let measure = planned.measure(sample::MEASURE).unwrap();
    assert_eq!(
        (measure.status, measure.ended_on, &measure.outcome),
        (MeasureStatus::Planned, None, &None)
    );
    let state = before(CommandKind::RecordQualification);
    let done = state.measure(sample::MEASURE).unwrap();
    assert_eq!(
        (done.status, done.ended_on),
        (MeasureStatus::Completed, Some(date!(2016 - 05 - 24)))
    );
    assert!(done.outcome.is_some());
    let cancelled = state.measure(sample::OTHER_MEASURE).unwrap();
    assert_eq!(
        (cancelled.status, cancelled.ended_on),
        (MeasureStatus::Cancelled, Some(date!(2016 - 03 - 01)))
    );
    assert_eq!(cancelled.outcome, None);
}

#[test]
fn participants_of_all_functions_are_counted_together() {
    let state = before(CommandKind::AdviseOnFunding);
    let attended = &state.qualifications[0];
    assert_eq!(
        (attended.offering, attended.participants),
        (sample::OFFERING, 3)
    );
    assert_eq!(attended.title.as_str(), "Thementag Bildungsmonitoring");
    assert_eq!(attended.attended_on, date!(2016 - 04 - 14));
}

#[test]
fn funding_goes_from_advice_to_the_grants_period() {
    let advised = before(CommandKind::SubmitFundingApplication);
    let advice = &advised.funding_advice[0];
    assert_eq!(
        (advice.advised_on, advice.eligibility.eligible),
        (date!(2015 - 09 - 22), true)
    );
    assert_eq!(
        advice.eligibility.decided_by,
        EligibilityCriterion::KindOfMunicipality
    );
    let submitted = before(CommandKind::RecordFundingDecision);
    let application = submitted.application(sample::APPLICATION).unwrap();
    assert_eq!(
        (application.submitted_on, &application.decision),
        (date!(2015 - 10 - 28), &None)
    );
    assert_eq!(submitted.undecided_applications().count(), 1);
    let decision = |kind| {
        let state = before(kind);
        assert_eq!(state.undecided_applications().count(), 0);
        state
            .application(sample::APPLICATION)
            .unwrap()
            .decision
            .clone()
            .unwrap()
    };
    let granted = decision(CommandKind::ChangeFundingPeriod);
    assert_eq!(
        (granted.result, granted.end_on),
        (DecisionResult::Granted, Some(date!(2019 - 03 - 31)))
    );
    let changed = decision(CommandKind::ScheduleFollowUp);
    assert_eq!(
        (changed.start_on, changed.end_on),
        (granted.start_on, Some(date!(2019 - 06 - 30)))
    );
    assert_eq!(changed.amount_cents, granted.amount_cents);
}

#[test]
fn follow_ups_move_and_end() {
    let of = |kind, id| {
        let state = before(kind);
        let one = state.follow_up(id).unwrap().clone();
        (one.status, one.due_on, one.outcome.is_some())
    };
    let (first, put_off) = (date!(2016 - 03 - 15), date!(2016 - 04 - 19));
    let id = sample::FOLLOW_UP;
    assert_eq!(
        of(CommandKind::RescheduleFollowUp, id),
        (FollowUpStatus::Open, first, false)
    );
    assert_eq!(
        of(CommandKind::ReassignFollowUp, id),
        (FollowUpStatus::Open, put_off, false)
    );
    let after = CommandKind::RecordCouncilResolution;
    assert_eq!(of(after, id), (FollowUpStatus::Completed, put_off, true));
    assert_eq!(
        of(after, sample::OTHER_FOLLOW_UP),
        (FollowUpStatus::Cancelled, first, false)
    );
    assert_eq!(before(after).open_follow_ups().count(), 0);
}

#[test]
fn a_participant_changes_and_stays_visible_after_leaving() {
    let changed = before(CommandKind::RecordParticipantDeparture);
    let one = changed.participant(sample::PARTICIPANT).unwrap();
    assert_eq!(one.function.as_str(), "Koordination Bildungsmonitoring");
    assert_eq!((one.organisation.is_some(), one.valid_to), (true, None));
    let cleared = CaseEvent::ParticipantChanged(ParticipantChanged {
        changes: ParticipantChanges {
            function: None,
            organisation: Change::Clear,
        },
        participant: sample::PARTICIPANT,
    });
    let state = evolved(&changed, &cleared, date!(2016 - 02 - 01));
    let after = state.participant(sample::PARTICIPANT).unwrap();
    assert_eq!(
        (&after.function, &after.organisation),
        (&one.function, &None)
    );
    let gone = before(CommandKind::StartAssessment);
    let gone = gone.participant(sample::PARTICIPANT).unwrap();
    assert_eq!(
        (gone.valid_from, gone.valid_to),
        (one.valid_from, Some(date!(2016 - 11 - 30)))
    );
}

#[test]
fn a_late_assignment_does_not_outrank_a_later_one() {
    let state = before(CommandKind::AddParticipant);
    assert_eq!(
        (state.advisor, state.advisor_since),
        (sample::ADVISOR, date!(2016 - 01 - 04))
    );
    let assigned = |valid_from| {
        let event = CaseEvent::AdvisorAssigned(AdvisorAssigned {
            member: sample::COORDINATOR,
            valid_from,
        });
        let after = evolved(&state, &event, date!(2017 - 01 - 01));
        assert_eq!(after.row().advisor, after.advisor);
        (after.advisor, after.advisor_since)
    };
    let (day, before_it) = (date!(2016 - 01 - 04), date!(2016 - 01 - 03));
    assert_eq!(assigned(before_it), (sample::ADVISOR, day));
    assert_eq!(
        assigned(day),
        (sample::COORDINATOR, day),
        "the same day, entered later"
    );
    let opened = before(CommandKind::AssignAdvisor);
    assert_eq!(opened.advisor_since, sample::OPENED_ON);
}

#[test]
fn resolutions_and_milestones_are_kept_in_order() {
    let state = before(CommandKind::ReviewProgress);
    let resolution = &state.council_resolutions[0];
    assert_eq!(
        (resolution.result, resolution.resolved_on),
        (ResolutionResult::Decided, date!(2016 - 01 - 27))
    );
    let milestone = &state.milestones[0];
    assert_eq!(
        (milestone.kind, milestone.reached_on),
        (MilestoneKind::Report, date!(2016 - 11 - 15))
    );
    assert!(milestone.public_url.is_some());
}
