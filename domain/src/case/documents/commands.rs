//! Linking and unlinking documents.

use time::macros::date;
use uuid::Uuid;

use super::{DocumentLinked, DocumentUnlinked, MediaType, Sha256};
use crate::case::command::bodies;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::text::Line;

bodies! {
    /// Links a document, by where it is and what it hashes to.
    pub struct LinkDocument on "The day of the document.", reason optional {
        /// Its title.
        pub title: Line,
        /// Its media type.
        pub media_type: MediaType,
        /// The size of its content in bytes.
        #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
        pub size: u64,
        /// The hash of its content.
        pub sha256: Sha256,
        /// Where it is kept, such as a file reference or an address.
        pub r#where: Line,
    }

    /// Unlinks a document.
    pub struct UnlinkDocument on "The day it was unlinked.", reason required {}
}

impl Act for LinkDocument {
    const AFTER_CLOSING: bool = true;
    const COMMUTES: bool = true;

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::DocumentLinked(DocumentLinked {
            document: making.new_id(),
            media_type: self.media_type.clone(),
            sha256: self.sha256.clone(),
            size: self.size,
            title: self.title.clone(),
            r#where: self.r#where.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 04 - 27),
            reason: None,
            title: "Zielvereinbarung, unterzeichnet".into(),
            media_type: MediaType("application/pdf".to_owned()),
            size: 184_320,
            sha256: Sha256(
                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned(),
            ),
            r#where: "Aktenplan 40-15, Band 2".into(),
        }
    }
}

impl Act for UnlinkDocument {
    /// R21.
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let linked = target.is_some_and(|id| state.links(id));
        Findings::unless(linked, || {
            Finding::new(Rule::R21).because(
                "Das Dokument ist nicht mehr verknüpft.",
                "The document is not linked any more.",
            )
        })
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let document = making.target();
        Ok(CaseEvent::DocumentUnlinked(DocumentUnlinked { document }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 05 - 04),
            reason: "Es war die Fassung ohne Anlage.".into(),
        }
    }
}
