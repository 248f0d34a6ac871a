//! What can be wrong with a model, so that a test can show that it would notice.

/// One mistake of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// It has none.
    #[default]
    None,
    /// It does not know this rule.
    Forgets(&'static str),
    /// The initial meeting entered last counts, not the one held last.
    LastEnteredMeeting,
    /// The last initial meeting counts, also for a signing before it.
    MeetingAfterwards,
    /// A priority that an agreement dropped is not reviewed for the days before, either.
    DroppedForGood,
    /// An agreement does not hold on its last day any more.
    LastDayOff,
    /// An agreement that has ended is still in force.
    EndIgnored,
    /// An agreement that has ended was never in force.
    EndedForGood,
    /// Withdrawn needs still stand.
    WithdrawalIgnored,
    /// A rejected model solution cannot be proposed again.
    RejectedForGood,
    /// The day of a deadline is too late.
    DeadlineExcluded,
    /// An assessment rates the dimensions of the command's day, not those of its own beginning.
    NewestDimensions,
    /// What is due today is due in the past.
    TodayIsPast,
}

impl Flaw {
    /// The mistakes that are not about one rule as a whole.
    pub const SUBTLE: &[Self] = &[
        Self::LastEnteredMeeting,
        Self::MeetingAfterwards,
        Self::DroppedForGood,
        Self::LastDayOff,
        Self::EndIgnored,
        Self::EndedForGood,
        Self::WithdrawalIgnored,
        Self::RejectedForGood,
        Self::DeadlineExcluded,
        Self::NewestDimensions,
        Self::TodayIsPast,
    ];

    /// The rules that a command to a case can meet, those that refuse and those that warn.
    pub const RULES: &[&str] = &[
        "R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R13",
        "R14", "R15", "R16", "R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24", "R25", "R26",
        "R27", "R34", "R35", "R39",
    ];
}
