//! Rules of the store that a broken model does not keep.

/// One rule that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    TheVersionBeforeIsGoodEnough,
    AVersionToComeIsGoodEnough,
    AKeyIsEverybodys,
    AKeyFitsAnyRequest,
    ARefusedCommandUsesItsKeyUp,
    TheVersionIsCheckedBeforeTheKey,
    TheVersionIsCheckedBeforeTheRight,
    AReplayForgetsItsWarnings,
    NobodyAsksForTheRight,
    AMemberOfOneSiteRecordsAtAll,
    AStaleCommandIsToldOfWhatItKnew,
    AClosedCaseKeepsItsMunicipality,
    ANumberIsGivenTwice,
    APositionIsLeftOut,
    TimeRunsBackwards,
    AListIgnoresSites,
    AListBeginsWithTheLastOfThePageBefore,
    AFeedRepeatsItsCursor,
    TheInstantItselfIsLeftOut,
    AValidDayEndsAtTheFirstLaterEvent,
}

impl Flaw {
    /// Every flaw there is.
    pub(crate) const ALL: [Self; 20] = [
        Self::TheVersionBeforeIsGoodEnough,
        Self::AVersionToComeIsGoodEnough,
        Self::AKeyIsEverybodys,
        Self::AKeyFitsAnyRequest,
        Self::ARefusedCommandUsesItsKeyUp,
        Self::TheVersionIsCheckedBeforeTheKey,
        Self::TheVersionIsCheckedBeforeTheRight,
        Self::AReplayForgetsItsWarnings,
        Self::NobodyAsksForTheRight,
        Self::AMemberOfOneSiteRecordsAtAll,
        Self::AStaleCommandIsToldOfWhatItKnew,
        Self::AClosedCaseKeepsItsMunicipality,
        Self::ANumberIsGivenTwice,
        Self::APositionIsLeftOut,
        Self::TimeRunsBackwards,
        Self::AListIgnoresSites,
        Self::AListBeginsWithTheLastOfThePageBefore,
        Self::AFeedRepeatsItsCursor,
        Self::TheInstantItselfIsLeftOut,
        Self::AValidDayEndsAtTheFirstLaterEvent,
    ];
}
