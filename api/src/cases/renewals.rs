//! Amendments, extensions and endings of agreements.

use super::commands::commands;

commands! {
    "agreements";

    /// Amend an agreement
    ///
    /// Records that agreed priorities came into a signed agreement or went out of it; at least one
    /// agreed priority stays (R21). What went out may be dropped afterwards (R14). The amendment is the
    /// next revision.
    on_target amend_agreement AmendAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/amendments"
        "The agreement is amended.";

    /// Extend an agreement
    ///
    /// Records that a signed agreement holds longer: to a later day than before (R06), overlapping no
    /// other agreement (R08). An extension of an agreement that had run out is accepted with a warning
    /// (R08).
    on_target extend_agreement ExtendAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/extensions"
        "The agreement is extended.";

    /// End an agreement
    ///
    /// Records that a signed agreement ended, and why. It stays visible with its terms; the stage falls
    /// back if no other agreement is signed.
    on_target end_agreement EndAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/endings"
        "The agreement has ended.";
}
