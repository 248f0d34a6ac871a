//! Needs.

use super::commands::commands;

commands! {
    "needs";

    /// Capture a need
    ///
    /// Takes up a need of the municipality in one of the quality dimensions. The server makes its id; it
    /// stands in the answer's event.
    on_case capture_need CaptureNeed
        "/v1/agencies/{agency}/cases/{case_id}/needs"
        "The need is captured.";

    /// Revise a need
    ///
    /// Changes the members named in `changes`; absent ones stay, `null` clears an optional one. Only
    /// while the need stands (R21).
    on_target revise_need ReviseNeed
        "/v1/agencies/{agency}/cases/{case_id}/needs/{need_id}/revisions"
        "The need is revised.";

    /// Withdraw a need
    ///
    /// The need does not stand any more; it stays visible with its status. Only while it stands (R21).
    on_target withdraw_need WithdrawNeed
        "/v1/agencies/{agency}/cases/{case_id}/needs/{need_id}/withdrawals"
        "The need is withdrawn.";
}
