//! Pausing, resuming, closing and reopening.

use super::commands::commands;

commands! {
    "closing";

    /// Pause a case
    ///
    /// Lets an open case rest (R10). Nothing is refused because it rests; its stage says so.
    on_case pause_case PauseCase
        "/v1/agencies/{agency}/cases/{case_id}/pauses"
        "The case is paused.";

    /// Resume a case
    ///
    /// Goes on with a case that rests (R10).
    on_case resume_case ResumeCase
        "/v1/agencies/{agency}/cases/{case_id}/resumptions"
        "The case is resumed.";

    /// Close a case
    ///
    /// Closes the file. Every agreement in force, open follow-up and undecided application has to be
    /// named in `acknowledge` (R24). Afterwards only late documents are recorded (R23); the municipality
    /// is free for a new case.
    on_case close_case CloseCase
        "/v1/agencies/{agency}/cases/{case_id}/closures"
        "The case is closed.";

    /// Reopen a case
    ///
    /// Takes a closed file up again, with a reason (R25), unless the agency has another open case of the
    /// municipality by now (R02).
    on_case reopen_case ReopenCase
        "/v1/agencies/{agency}/cases/{case_id}/reopenings"
        "The case is open again.";
}
