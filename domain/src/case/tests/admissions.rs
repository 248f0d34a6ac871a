//! What `allowed-commands` says is what `decide` does, in random histories.
//!
//! Admitted means that a body exists which is accepted; [`satisfying`] builds it. Refused means
//! that whatever the body says, the same rule refuses first.

use time::{Date, Duration};
use uuid::Uuid;

use super::UNKNOWN;
use crate::case::event::{MeetingOutcome, Participant};
use crate::case::{
    Admission, CaseCommand, CaseState, CommandKind, NeedStatus, PriorityStatus, admissions, sample,
};
use crate::facts::Key;
use crate::rule::Rule::{R02, R05, R14, R21, R23, R25};
use crate::stream::{Event, State};
use crate::testing::{Given, given_case, new_id};

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

/// The sample command of this kind about this target.
fn about(kind: CommandKind, target: Option<Uuid>) -> CaseCommand {
    let mut command = sample::command(kind);
    if let Some(id) = target {
        match &mut command {
            CaseCommand::ReviseNeed(target, _)
            | CaseCommand::WithdrawNeed(target, _)
            | CaseCommand::RevisePriority(target, _)
            | CaseCommand::DropPriority(target, _)
            | CaseCommand::RedraftAgreement(target, _)
            | CaseCommand::DiscardAgreementDraft(target, _)
            | CaseCommand::SignAgreement(target, _) => *target = id,
            CaseCommand::OpenCase(_)
            | CaseCommand::RecordContact(_)
            | CaseCommand::RecordInitialMeeting(_)
            | CaseCommand::CaptureNeed(_)
            | CaseCommand::AgreePriority(_)
            | CaseCommand::DraftAgreement(_)
            | CaseCommand::CloseCase(_)
            | CaseCommand::ReopenCase(_) => panic!("{kind:?} has no target"),
        }
    }
    command
}

/// A body that is accepted, if any is.
fn satisfying(
    state: &CaseState,
    kind: CommandKind,
    target: Option<Uuid>,
    dice: &mut Dice,
) -> CaseCommand {
    let standing = || {
        let open = state
            .needs
            .iter()
            .filter(|need| need.status == NeedStatus::Open);
        open.map(|need| need.id).collect::<Vec<_>>()
    };
    let agreed = || {
        let agreed = state
            .priorities
            .iter()
            .filter(|one| one.status == PriorityStatus::Agreed);
        agreed.map(|priority| priority.id).collect::<Vec<_>>()
    };
    let mut command = about(kind, target);
    match &mut command {
        CaseCommand::RecordInitialMeeting(body) => {
            body.outcome = dice.pick(&[
                MeetingOutcome::Interested,
                MeetingOutcome::Undecided,
                MeetingOutcome::Declined,
            ]);
            body.occurred_on =
                state.opened_on + Duration::days(i64::try_from(dice.roll(200)).unwrap());
        }
        CaseCommand::AgreePriority(body) => body.needs = standing(),
        CaseCommand::RevisePriority(_, body) => body.changes.needs = Some(standing()),
        CaseCommand::DraftAgreement(body) | CaseCommand::RedraftAgreement(_, body) => {
            body.priorities = agreed();
        }
        CaseCommand::SignAgreement(_, body) => {
            let ends = state
                .signed_agreements()
                .filter_map(|(_, terms)| terms.valid_until);
            let from = ends
                .max()
                .map_or(state.opened_on, |end| end + Duration::DAY);
            body.valid_from = from;
            body.valid_until = Some(from + Duration::days(i64::try_from(dice.roll(300)).unwrap()));
        }
        CaseCommand::CloseCase(body) => {
            body.acknowledge = state.signed_agreements().map(|(one, _)| one.id).collect();
        }
        CaseCommand::RecordContact(body) => {
            body.participants.push(Participant {
                function: "Amtsleitung".into(),
            });
        }
        CaseCommand::OpenCase(_)
        | CaseCommand::CaptureNeed(_)
        | CaseCommand::ReviseNeed(..)
        | CaseCommand::WithdrawNeed(..)
        | CaseCommand::DropPriority(..)
        | CaseCommand::DiscardAgreementDraft(..)
        | CaseCommand::ReopenCase(_) => {}
    }
    command
}

/// Bodies of many kinds: the best one, the sample's, and ones with a fault of their own.
fn candidates(
    state: &CaseState,
    kind: CommandKind,
    target: Option<Uuid>,
    dice: &mut Dice,
) -> Vec<CaseCommand> {
    let mut bodies = vec![satisfying(state, kind, target, dice), about(kind, target)];
    let mut future = about(kind, target);
    let tomorrow = sample::TODAY + Duration::DAY;
    match &mut future {
        CaseCommand::SignAgreement(_, body) => {
            body.occurred_on = tomorrow;
            body.signatures.clear();
            body.valid_until = Some(Date::MIN);
        }
        CaseCommand::CloseCase(body) => {
            body.occurred_on = tomorrow;
            body.acknowledge = vec![UNKNOWN];
        }
        CaseCommand::ReopenCase(body) => {
            body.occurred_on = tomorrow;
            body.reason = "".into();
        }
        CaseCommand::DraftAgreement(body) | CaseCommand::RedraftAgreement(_, body) => {
            body.occurred_on = tomorrow;
            body.priorities.clear();
        }
        CaseCommand::OpenCase(body) => body.occurred_on = tomorrow,
        CaseCommand::RecordContact(body) => body.occurred_on = tomorrow,
        CaseCommand::RecordInitialMeeting(body) => body.occurred_on = tomorrow,
        CaseCommand::CaptureNeed(body) => body.occurred_on = tomorrow,
        CaseCommand::ReviseNeed(_, body) => body.occurred_on = tomorrow,
        CaseCommand::WithdrawNeed(_, body) => body.occurred_on = tomorrow,
        CaseCommand::AgreePriority(body) => body.occurred_on = tomorrow,
        CaseCommand::RevisePriority(_, body) => body.occurred_on = tomorrow,
        CaseCommand::DropPriority(_, body) => body.occurred_on = tomorrow,
        CaseCommand::DiscardAgreementDraft(_, body) => body.occurred_on = tomorrow,
    }
    bodies.push(future);
    bodies
}

/// Asserts that `admission` is what `decide` does; gives the events of the satisfying body.
fn agrees(given: &Given, admission: &Admission, dice: &mut Dice) -> Option<Vec<Event>> {
    let state = given.case().unwrap();
    let (kind, target) = (admission.kind, admission.target);
    let Some(refusal) = &admission.refusal else {
        let command = satisfying(state, kind, target, dice);
        let decided = given.when(command.clone()).0;
        return Some(
            decided
                .unwrap_or_else(|no| panic!("{no}: {command:?} on {state:?}"))
                .events,
        );
    };
    for command in candidates(state, kind, target, dice) {
        let rejection = given
            .when(command)
            .0
            .expect_err("refused whatever the body says");
        assert_eq!(rejection.findings.first(), Some(refusal), "{kind:?}");
    }
    None
}

#[test]
fn admissions_are_what_decide_does() {
    let mut dice = Dice(0x5eed_0001);
    let mut met = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let mut state = sample::state_before(CommandKind::RecordContact);
        for step in 0..40 {
            let made = new_id(1000 + step);
            let mut given = given_case(state.clone()).making(Some(made));
            if dice.roll(4) == 0 {
                given = given.holder(Key::open_case(sample::MUNICIPALITY), UNKNOWN);
            }
            let all = admissions(&state, &given.facts());
            let possible: Vec<_> = all
                .iter()
                .filter_map(|admission| {
                    let refusal = admission.refusal.as_ref().map(|found| found.rule);
                    met.insert((admission.kind.operation(), refusal));
                    agrees(&given, admission, &mut dice)
                })
                .collect();
            if possible.is_empty() {
                // Closed for good while another case is open.
                break;
            }
            let next = dice.pick(&possible);
            let state_after = next.iter().fold(Some(State::Case(state)), State::evolve);
            state = state_after.unwrap().as_case().unwrap().clone();
        }
    }
    // The histories went everywhere: each kind was admitted, and refused by each rule it can meet.
    for kind in CommandKind::ALL
        .iter()
        .filter(|kind| **kind != CommandKind::OpenCase)
    {
        assert!(
            met.contains(&(kind.operation(), None)),
            "{kind:?} was never admitted"
        );
        let closed = if *kind == CommandKind::ReopenCase {
            R25
        } else {
            R23
        };
        assert!(
            met.contains(&(kind.operation(), Some(closed))),
            "{kind:?} was never refused"
        );
    }
    for met_too in [
        ("sign_agreement", R05),
        ("sign_agreement", R21),
        ("drop_priority", R14),
        ("draft_agreement", R21),
        ("reopen_case", R02),
    ] {
        assert!(met.contains(&(met_too.0, Some(met_too.1))), "{met_too:?}");
    }
}

#[test]
fn a_case_that_is_not_opened_has_no_targets() {
    let state = sample::state();
    let all = admissions(&state, &given_case(state.clone()).facts());
    assert!(
        all.iter()
            .all(|admission| admission.kind != CommandKind::OpenCase)
    );
    // Seven commands on the case, two on each of two needs, two on each of two priorities, three
    // on each of two agreements.
    assert_eq!(all.len(), 7 + 2 * 2 + 2 * 2 + 2 * 3);
}
