//! Target agreements.

use super::commands::commands;

commands! {
    "agreements";

    /// Draft an agreement
    ///
    /// Drafts a target agreement (Zielvereinbarung) over agreed priorities (R21). The server makes its id
    /// and gives it revision 1.
    on_case draft_agreement DraftAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements"
        "The agreement is drafted.";

    /// Redraft an agreement
    ///
    /// Replaces the draft by a new one with the next revision. Only while it is a draft (R21).
    on_target redraft_agreement RedraftAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/revisions"
        "The agreement is redrafted.";

    /// Discard a draft
    ///
    /// Gives the draft up; it stays visible with its status. Only while it is a draft (R21).
    on_target discard_agreement_draft DiscardAgreementDraft
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/discardings"
        "The draft is discarded.";

    /// Sign an agreement
    ///
    /// Records that the latest revision was signed. Both parties' signatures are needed, an initial
    /// meeting that did not end in a refusal, and at least one agreed priority (R05); the period has an
    /// end (R09) and overlaps no other (R08).
    on_target sign_agreement SignAgreement
        "/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/signatures"
        "The agreement is signed.";
}
