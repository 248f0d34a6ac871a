//! What `allowed-commands` says is what `decide` does, in random histories.
//!
//! Admitted means that a body exists which is accepted; [`satisfying`] builds it. Refused means
//! that whatever the body says, the same rule refuses first.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::UNKNOWN;
use crate::case::{Admission, CaseCommand, CaseState, CommandKind, Target, admissions, sample};
use crate::catalogue::MunicipalityKind;
use crate::facts::{Facts, Key};
use crate::rule::Rule::{
    self, R02, R03, R05, R06, R08, R10, R12, R14, R15, R18, R20, R21, R23, R25,
};
use crate::stream::{Event, State};
use crate::testing::{Given, given, given_case, new_id};

mod bodies;

use bodies::{faulty, satisfying};

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
    let command = sample::command(kind);
    match target {
        Some(id) => command.about(id),
        None => command,
    }
}

/// Bodies of many kinds: the best one where there is one, the sample's, and one with faults.
fn candidates(kind: CommandKind, target: Option<Uuid>) -> Vec<CaseCommand> {
    vec![about(kind, target), faulty(kind, target)]
}

/// Asserts that `admission` is what `decide` does; gives the events of the satisfying body.
fn agrees(
    given: &Given,
    facts: &Facts<'_>,
    admission: &Admission,
    dice: &mut Dice,
) -> Option<Vec<Event>> {
    let state = given.case().unwrap();
    let (kind, target) = (admission.kind, admission.target);
    let Some(refusal) = &admission.refusal else {
        let command = satisfying(state, facts, kind, target, dice);
        let decided = given.when(command.clone()).0;
        return Some(
            decided
                .unwrap_or_else(|no| panic!("{no}: {command:?} on {state:?}"))
                .events,
        );
    };
    for command in candidates(kind, target) {
        let rejection = given
            .when(command)
            .0
            .expect_err("refused whatever the body says");
        assert_eq!(rejection.findings.first(), Some(refusal), "{kind:?}");
    }
    None
}

/// A case somewhere in its life: mostly the sample's, else one that has a successor, or one of a
/// municipality that no programme takes.
fn somewhere(dice: &mut Dice) -> CaseState {
    let history = if dice.roll(6) == 0 {
        sample::succession()[..1].to_vec()
    } else {
        let steps = 1 + dice.roll(sample::WALK.len());
        sample::history()[..steps].to_vec()
    };
    let mut state = given(&history).case().unwrap().clone();
    if dice.roll(6) == 0 {
        state.municipality.kind = MunicipalityKind::LocalMunicipality;
    }
    state
}

/// The agency's other streams: the sample's, and an offering and a solution for each step.
fn streams(step: u64) -> BTreeMap<Uuid, State> {
    let mut streams = sample::streams();
    let (offering, solution) = (&streams[&sample::OFFERING], &streams[&sample::SOLUTION]);
    let more = [
        (new_id(2000 + step), offering.clone()),
        (new_id(3000 + step), solution.clone()),
    ];
    streams.extend(more);
    streams
}

/// The rules that a kind of command can meet whatever its body says, on a case that is opened.
fn refusals(kind: CommandKind) -> &'static [Rule] {
    use CommandKind as Kind;
    match kind {
        Kind::OpenCase | Kind::LinkDocument => &[],
        Kind::RecordContact
        | Kind::RecordInitialMeeting
        | Kind::CaptureNeed
        | Kind::AgreePriority
        | Kind::RecordCouncilResolution
        | Kind::StartAssessment
        | Kind::ProposeModelSolution
        | Kind::RecordQualification
        | Kind::AdviseOnFunding
        | Kind::RecordMilestone
        | Kind::ScheduleFollowUp
        | Kind::AddParticipant
        | Kind::AssignAdvisor
        | Kind::CloseCase => &[R23],
        Kind::ReviseNeed
        | Kind::RevisePriority
        | Kind::DraftAgreement
        | Kind::RedraftAgreement
        | Kind::DiscardAgreementDraft
        | Kind::AmendAgreement
        | Kind::EndAgreement
        | Kind::PlanMeasure
        | Kind::CompleteMeasure
        | Kind::CancelMeasure
        | Kind::ReviewProgress
        | Kind::RescheduleFollowUp
        | Kind::ReassignFollowUp
        | Kind::CompleteFollowUp
        | Kind::CancelFollowUp
        | Kind::ChangeParticipant
        | Kind::UnlinkDocument => &[R21, R23],
        Kind::WithdrawNeed | Kind::DropPriority => &[R14, R21, R23],
        Kind::SignAgreement => &[R05, R21, R23],
        Kind::ExtendAgreement => &[R08, R21, R23],
        Kind::RecordInterview
        | Kind::RateDimension
        | Kind::CompleteAssessment
        | Kind::AbandonAssessment => &[R12, R23],
        Kind::SelectModelSolution
        | Kind::AdaptModelSolution
        | Kind::AdoptModelSolution
        | Kind::RejectModelSolution => &[R15, R23],
        Kind::SubmitFundingApplication => &[R18, R23],
        Kind::RecordFundingDecision | Kind::ChangeFundingPeriod => &[R20, R23],
        Kind::RecordParticipantDeparture => &[R06, R21, R23],
        Kind::SucceedMunicipality => &[R02, R03, R23],
        Kind::PauseCase | Kind::ResumeCase => &[R10, R23],
        Kind::ReopenCase => &[R02, R25],
    }
}

#[test]
fn admissions_are_what_decide_does() {
    let mut dice = Dice(0x5eed_0001);
    let mut met = BTreeSet::new();
    for _ in 0..80 {
        let mut state = somewhere(&mut dice);
        for step in 0..25 {
            let mut given = given_case(state.clone())
                .among(streams(step))
                .making(Some(new_id(1000 + step)));
            if dice.roll(4) == 0 {
                given = given.holder(Key::open_case(&state.municipality.key), UNKNOWN);
            }
            if dice.roll(4) == 0 {
                given = given.holder(Key::open_case("03159"), UNKNOWN);
            }
            let facts = given.facts();
            let all = admissions(&state, &facts);
            let possible: Vec<_> = all
                .iter()
                .filter_map(|admission| {
                    let refusal = admission.refusal.as_ref().map(|found| found.rule);
                    met.insert((admission.kind, refusal));
                    agrees(&given, &facts, admission, &mut dice)
                })
                .collect();
            let next = dice.pick(&possible);
            let state_after = next.iter().fold(Some(State::Case(state)), State::evolve);
            state = state_after.unwrap().as_case().unwrap().clone();
        }
    }
    // The histories went everywhere: each kind was admitted, and refused by each rule it can meet and
    // by no other.
    for kind in CommandKind::ALL {
        let of_kind = met.iter().filter(|(one, _)| one == kind);
        let found: Vec<_> = of_kind.map(|(_, refusal)| *refusal).collect();
        let refused = refusals(*kind).iter().map(|rule| Some(*rule));
        let admitted = (*kind != CommandKind::OpenCase).then_some(None);
        let expected: Vec<_> = admitted.into_iter().chain(refused).collect();
        assert_eq!(found, expected, "{kind:?}");
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
    let on = |target| {
        let kinds = CommandKind::ALL.iter();
        kinds.filter(|kind| kind.target() == target).count()
    };
    assert_eq!(on(Target::NewCase), 1);
    // Those on the case, and each of those on needs, priorities and agreements on each of two.
    let on_two = on(Target::Need) + on(Target::Priority) + on(Target::Agreement);
    assert_eq!(all.len(), on(Target::Case) + 2 * on_two);
}
