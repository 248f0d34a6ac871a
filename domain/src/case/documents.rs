//! Documents: where they are and what they hash to; their content is kept elsewhere.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, name};
use super::topic::Happening;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;

/// A SHA-256 hash (FIPS 180-4): 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(pattern = r"^[0-9a-f]{64}$"))]
pub struct Sha256(pub String);

/// A media type (RFC 6838), such as `application/pdf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        example = "application/pdf",
        pattern = r"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$"
    )
)]
pub struct MediaType(pub String);

wire! {
    /// Data of `document_linked`.
    pub struct DocumentLinked {
        /// The document's id.
        pub document: Uuid,
        /// Its media type.
        pub media_type: MediaType,
        /// The hash of its content.
        pub sha256: Sha256,
        /// The size of its content in bytes.
        pub size: u64,
        /// Its title.
        pub title: Line,
        /// Where it is kept, such as a file reference or an address.
        pub r#where: Line,
    }

    /// Data of `document_unlinked`; the reason stands in the envelope.
    pub struct DocumentUnlinked {
        /// The document.
        pub document: Uuid,
    }

    /// Whether a document counts.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum DocumentStatus {
        /// It is linked.
        Linked,
        /// It was unlinked.
        Unlinked,
    }

    /// A document of the case.
    pub struct Document {
        /// The document's id.
        pub id: Uuid,
        /// The day it was linked.
        pub linked_on: Date,
        /// Its media type.
        pub media_type: MediaType,
        /// The hash of its content.
        pub sha256: Sha256,
        /// The size of its content in bytes.
        pub size: u64,
        /// Whether it counts.
        pub status: DocumentStatus,
        /// Its title.
        pub title: Line,
        /// Where it is kept.
        pub r#where: Line,
    }
}

impl CaseState {
    /// The document with this id.
    #[must_use]
    pub fn document(&self, id: Uuid) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// R21: a document that something refers to is linked to this case.
    pub(super) fn document_is_linked(
        &self,
        document: Option<Uuid>,
        at: &str,
        findings: &mut Findings,
    ) {
        let Some(id) = document else { return };
        findings.require(self.links(id), || {
            Finding::new(Rule::R21).at(at).because(
                "Genannt werden nur Dokumente, die mit diesem Fall verknüpft sind.",
                "Only documents linked to this case can be named.",
            )
        });
    }

    fn links(&self, id: Uuid) -> bool {
        let document = self.document(id);
        document.is_some_and(|document| document.status == DocumentStatus::Linked)
    }
}

impl Happening for DocumentLinked {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::LinkDocument, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.documents.push(Document {
            id: self.document,
            linked_on: occurred_on,
            media_type: self.media_type.clone(),
            sha256: self.sha256.clone(),
            size: self.size,
            status: DocumentStatus::Linked,
            title: self.title.clone(),
            r#where: self.r#where.clone(),
        });
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.document)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let title = name(telling.language, self.title.as_str());
        let (kind, place) = (&self.media_type.0, &self.r#where);
        telling.say(
            &format!("Dokument {title} ({kind}) verknüpft: {place}"),
            &format!("Document {title} ({kind}) linked: {place}"),
        )
    }
}

impl Happening for DocumentUnlinked {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::UnlinkDocument, Some(self.document))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        let mut documents = state.documents.iter_mut();
        if let Some(document) = documents.find(|one| one.id == self.document) {
            document.status = DocumentStatus::Unlinked;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let document = telling.document(self.document);
        telling.say(
            &format!("Verknüpfung des Dokuments {document} aufgehoben"),
            &format!("Document {document} unlinked"),
        )
    }
}

impl Telling<'_> {
    /// The document by its title, or by its id if the state before does not know it.
    pub(super) fn document(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.document(id));
        known.map_or(id.to_string(), |document| {
            name(self.language, document.title.as_str())
        })
    }
}
