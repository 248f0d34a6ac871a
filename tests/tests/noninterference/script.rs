//! What nine agencies ask for, without a single id: what is meant depends on what the agency itself did before.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// How many agencies there are.
pub(super) const AGENCIES: usize = 9;

/// A day of nine agencies.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Whether they all ask at once, each one thing after the other, or wait for each other in the script's order.
    pub(super) at_once: bool,
    pub(super) acts: Vec<Act>,
}

/// One request of one agency.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// Which agency.
    pub(super) by: usize,
    pub(super) deed: Deed,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// A case is opened for the agency's next municipality; all agencies have the same ones in the same order.
    Open,
    /// The next thing happens in one of the agency's cases.
    Go(usize, Manner),
    /// The last command once more, as a whole.
    Repeat,
    /// Something is read.
    Read(usize, Sight),
    /// Something of another agency is asked for: so many places further.
    Foreign(usize, Sight),
    /// A command to a case of another agency.
    Intrude(usize),
    /// Somebody else is admitted.
    Admit,
    /// An offering is scheduled.
    Schedule,
    /// A solution is described.
    Describe,
}

/// How well a command is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    Right,
    /// On a version that is gone.
    Stale,
    Unversioned,
    /// A member of the body is missing.
    Malformed,
    /// It happened before the case was opened.
    Early,
    /// By somebody who may not.
    ByReader,
    /// For a municipality that has a case.
    Taken,
    Dry,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sight {
    Case,
    CaseBefore,
    /// A page of two, and the page behind it.
    Cases,
    Timeline,
    Events,
    Event,
    Version,
    Commands,
    Feed,
    Agency,
    Sites,
    Members,
    Me,
    Agencies,
    Offerings,
    Solutions,
}

const SIGHTS: [Sight; 16] = [
    Sight::Case,
    Sight::CaseBefore,
    Sight::Cases,
    Sight::Timeline,
    Sight::Events,
    Sight::Event,
    Sight::Version,
    Sight::Commands,
    Sight::Feed,
    Sight::Agency,
    Sight::Sites,
    Sight::Members,
    Sight::Me,
    Sight::Agencies,
    Sight::Offerings,
    Sight::Solutions,
];

/// Scripts of every kind, of fewer acts than `length`.
pub(super) fn scripts(length: usize) -> impl Strategy<Value = Script> {
    let act = (0..AGENCIES, deeds()).prop_map(|(by, deed)| Act { by, deed });
    (any::<bool>(), vec(act, 1..length)).prop_map(|(at_once, acts)| Script { at_once, acts })
}

fn deeds() -> impl Strategy<Value = Deed> {
    let manner = prop_oneof![
        8 => Just(Manner::Right),
        1 => Just(Manner::Stale),
        1 => Just(Manner::Unversioned),
        1 => Just(Manner::Malformed),
        1 => Just(Manner::Early),
        1 => Just(Manner::ByReader),
        1 => Just(Manner::Taken),
        1 => Just(Manner::Dry),
    ];
    prop_oneof![
        4 => Just(Deed::Open),
        8 => (0_usize..3, manner).prop_map(|(case, manner)| Deed::Go(case, manner)),
        1 => Just(Deed::Repeat),
        6 => (0_usize..3, select(&SIGHTS[..])).prop_map(|(case, sight)| Deed::Read(case, sight)),
        2 => (1..AGENCIES, select(&SIGHTS[..])).prop_map(|(far, sight)| Deed::Foreign(far, sight)),
        1 => (1..AGENCIES).prop_map(Deed::Intrude),
        1 => Just(Deed::Admit),
        2 => Just(Deed::Schedule),
        2 => Just(Deed::Describe),
    ]
}
