//! The languages in which labels and sentences are kept.
//!
//! Invariant: codes on the wire are free of language; only texts for people come in these.

use serde::{Deserialize, Serialize};

/// A language of the product; German where the reader asks for nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// German, the language of the record.
    #[default]
    De,
    /// English.
    En,
}

impl Language {
    /// The language tag of RFC 5646: `de` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// The German or the English of a pair of wordings.
    #[must_use]
    pub fn either<'t>(self, (de, en): (&'t str, &'t str)) -> &'t str {
        match self {
            Self::De => de,
            Self::En => en,
        }
    }
}
