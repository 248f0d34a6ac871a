//! Documents of a case.

use super::commands::commands;

commands! {
    "documents";

    /// Link a document
    ///
    /// Links a document by where it is kept and what it hashes to (SHA-256); its content stays where it
    /// is. Late documents are accepted after the closing, too (R23).
    on_case link_document LinkDocument
        "/v1/agencies/{agency}/cases/{case_id}/documents"
        "The document is linked.";

    /// Unlink a document
    ///
    /// Says that a linked document does not count any more; it stays visible with its status (R21).
    on_target unlink_document UnlinkDocument
        "/v1/agencies/{agency}/cases/{case_id}/documents/{document_id}/unlinkings"
        "The document is unlinked.";
}
