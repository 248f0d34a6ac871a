//! What members ask for, in words that mean something on any data: the second case, the version
//! before, the key of an earlier command.

use fallbuch_domain::case::CommandKind;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::wish::{Twist, Wish};

/// The kinds of commands that lead a case through its life, each possible after the ones before it.
pub(super) const WALK: [CommandKind; 9] = [
    CommandKind::OpenCase,
    CommandKind::RecordContact,
    CommandKind::RecordInitialMeeting,
    CommandKind::CaptureNeed,
    CommandKind::AgreePriority,
    CommandKind::DraftAgreement,
    CommandKind::SignAgreement,
    CommandKind::CloseCase,
    CommandKind::ReopenCase,
];

/// A life of an agency.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// How far the first case is led before the rest begins.
    pub(super) walk: usize,
    pub(super) steps: Vec<Step>,
}

impl Script {
    /// Whether nothing happens side by side, so that the order of the log is known beforehand.
    pub(super) fn is_one_by_one(&self) -> bool {
        let alone = |step: &Step| matches!(step, Step::Alone { .. });
        self.steps.iter().all(alone)
    }
}

/// One command, or several at once.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Alone {
        /// By how many seconds the clock has moved.
        tick: i64,
        call: Call,
    },
    Together(Vec<Call>),
}

/// One command of a member to one process.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) process: usize,
    pub(super) member: usize,
    pub(super) case: Case,
    pub(super) wish: Wish,
    pub(super) expected: Said,
    pub(super) key: Key,
}

/// Which case is meant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Case {
    /// One of the cases there are.
    There(usize),
    /// The agency's own stream.
    Agency,
    /// None that there is.
    Unknown,
}

/// What is said about the version.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Right,
    Behind(u64),
    Ahead,
    Any,
    Unsaid,
    New,
}

/// Under which key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    /// One that was never used.
    Fresh,
    /// The key of an earlier command, whoever sent it; 0 is the one before.
    Of(usize),
    /// An earlier command as a whole once more, perhaps at the other process.
    Again(usize),
}

/// Scripts of every kind.
pub(super) fn scripts() -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        6 => (ticks(), calls(keys())).prop_map(|(tick, call)| Step::Alone { tick, call }),
        1 => vec(crowding(), 3..9).prop_map(Step::Together),
    ];
    // Most can happen to a case that has a draft.
    let walk = prop_oneof![2 => 0..=WALK.len(), 1 => 5_usize..7];
    (walk, vec(step, 1..28)).prop_map(|(walk, steps)| Script { walk, steps })
}

/// Mostly on; at times still, back, or over midnight.
fn ticks() -> impl Strategy<Value = i64> {
    select(vec![1, 1, 1, 7, 0, 0, -90, 86_400])
}

/// Commands that get into each other's way: mostly at one process, often of one key.
fn crowding() -> impl Strategy<Value = Call> {
    let keys = prop_oneof![
        3 => Just(Key::Fresh),
        1 => (0_usize..3).prop_map(Key::Of),
        1 => (0_usize..3).prop_map(Key::Again),
    ];
    let process = select(vec![0_usize, 0, 0, 1]);
    (process, calls(keys)).prop_map(|(process, call)| Call { process, ..call })
}

/// Mostly a fresh one.
fn keys() -> impl Strategy<Value = Key> {
    prop_oneof![
        10 => Just(Key::Fresh),
        1 => (0_usize..12).prop_map(Key::Of),
        3 => (0_usize..12).prop_map(Key::Again),
    ]
}

fn calls(keys: impl Strategy<Value = Key>) -> impl Strategy<Value = Call> {
    let case = prop_oneof![
        20 => (0_usize..3).prop_map(Case::There),
        1 => Just(Case::Agency),
        1 => Just(Case::Unknown),
    ];
    let expected = prop_oneof![
        16 => Just(Said::Right),
        2 => (1_u64..4).prop_map(Said::Behind),
        1 => Just(Said::Ahead),
        3 => Just(Said::Any),
        1 => Just(Said::Unsaid),
        1 => Just(Said::New),
    ];
    // Mostly the coordinator, who has every right.
    let member = select(vec![0_usize, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3]);
    (0_usize..2, member, case, wishes(), expected, keys).prop_map(
        |(process, member, case, wish, expected, key)| Call {
            process,
            member,
            case,
            wish,
            expected,
            key,
        },
    )
}

fn wishes() -> impl Strategy<Value = Wish> {
    let twist = prop_oneof![
        10 => Just(Twist::Plain),
        2 => Just(Twist::Early),
        1 => Just(Twist::Future),
        3 => Just(Twist::Odd),
    ];
    // Cases come and go more often than in life, so that they get into each other's way.
    let often = [
        CommandKind::OpenCase,
        CommandKind::OpenCase,
        CommandKind::CloseCase,
        CommandKind::ReopenCase,
        CommandKind::RedraftAgreement,
        CommandKind::DiscardAgreementDraft,
        CommandKind::SignAgreement,
    ];
    // So do the kinds that all others build on.
    let kinds = select([CommandKind::ALL, &often, &often, &WALK, &WALK, &WALK].concat());
    (kinds, any::<u8>(), twist).prop_map(|(kind, pick, twist)| Wish { kind, pick, twist })
}
