//! Days before the beginning of what a command is about: R39.

use time::macros::date;

use super::{Scenario, before, command, warned};
use crate::case::CommandKind::{self, RecordQualification};
use crate::case::sample;
use crate::rule::Rule::{R27, R39};

/// Commands with the one whose day is the first on which they make sense.
const PAIRS: [(CommandKind, CommandKind); 20] = {
    use CommandKind as C;
    [
        (C::ReviseNeed, C::CaptureNeed),
        (C::RevisePriority, C::AgreePriority),
        (C::RedraftAgreement, C::DraftAgreement),
        (C::SignAgreement, C::DraftAgreement),
        (C::ExtendAgreement, C::SignAgreement),
        (C::AmendAgreement, C::SignAgreement),
        (C::EndAgreement, C::SignAgreement),
        (C::RecordInterview, C::StartAssessment),
        (C::RateDimension, C::StartAssessment),
        (C::CompleteAssessment, C::StartAssessment),
        (C::SelectModelSolution, C::ProposeModelSolution),
        (C::AdoptModelSolution, C::ProposeModelSolution),
        (C::CompleteMeasure, C::PlanMeasure),
        (C::CancelMeasure, C::PlanMeasure),
        (C::RescheduleFollowUp, C::ScheduleFollowUp),
        (C::CompleteFollowUp, C::ScheduleFollowUp),
        (C::ReassignFollowUp, C::ScheduleFollowUp),
        (C::UnlinkDocument, C::LinkDocument),
        (C::ResumeCase, C::PauseCase),
        (C::ReopenCase, C::CloseCase),
    ]
};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        warned(
            "an offering is attended before it was held, and before the opening",
            before(RecordQualification).among(sample::streams()),
            command!(RecordQualification, |body| body.occurred_on =
                date!(2014 - 11 - 30)),
            &[R27, R39],
        ),
        warned(
            "an application is decided the day before it is submitted",
            before(CommandKind::RecordFundingDecision),
            command!(RecordFundingDecision, |_target, body| body.occurred_on =
                date!(2015 - 10 - 27)),
            &[R39],
        ),
    ]
}

#[test]
fn what_precedes_its_beginning_is_worth_a_warning() {
    for (kind, first) in PAIRS {
        let begins = sample::command(first).occurred_on();
        let given = before(kind).among(sample::streams());
        let warns = |day| {
            let mut command = sample::command(kind);
            // A signature belongs to its day.
            if let crate::case::CaseCommand::SignAgreement(_, body) = &mut command {
                for signature in &mut body.signatures {
                    signature.signed_on = day;
                }
            }
            let told = given.when(command.on(day)).rules().unwrap();
            told.contains(&R39)
        };
        assert!(!warns(begins), "{kind:?} on the day of {first:?}");
        let before = begins.previous_day().unwrap();
        assert!(warns(before), "{kind:?} before {first:?}");
    }
}
