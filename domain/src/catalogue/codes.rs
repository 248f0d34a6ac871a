//! The plain code lists: quality dimensions, focus areas, origins of model solutions, formats of
//! offerings.
//!
//! Invariant: lists are data, never enums: later publications use other sets.

use serde::{Deserialize, Serialize};
use time::Date;

use super::entry::{Entry, EntryFault};
use super::iso_date;
use crate::language::Language;

/// A text in every language of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LocalizedText))]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The German text.
    pub de: String,
    /// The English text.
    pub en: String,
}

impl Text {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// A quality dimension of municipal education management, by which needs are ordered and rated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dimension {
    /// The code that events carry.
    #[cfg_attr(feature = "openapi", schema(example = "strategy"))]
    pub code: String,
    /// The version of this code: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub version: u32,
    /// The place in the list, counted from 1, as the source orders it.
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub rank: u32,
    /// The name for people.
    pub name: Text,
    /// The question that leads the conversation about this dimension.
    pub guiding_question: Text,
    /// The first valid day; absent if valid before the initiative began.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last valid day; absent if no end is known.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DimensionBody {
    rank: u32,
    name: Text,
    guiding_question: Text,
}

impl Dimension {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let DimensionBody {
            rank,
            name,
            guiding_question,
        } = entry.parse_body()?;
        Ok(Self {
            code: entry.code.clone(),
            version: entry.version,
            rank,
            name,
            guiding_question,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
        })
    }
}

/// A focus area from which priorities of a target agreement are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FocusArea {
    /// The code that events carry.
    #[cfg_attr(feature = "openapi", schema(example = "education_concept"))]
    pub code: String,
    /// The version of this code: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub version: u32,
    /// The place in the list, counted from 1, as the source orders it.
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub rank: u32,
    /// The name for people.
    pub name: Text,
    /// The first valid day; absent if valid before the initiative began.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last valid day; absent if no end is known.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FocusAreaBody {
    rank: u32,
    name: Text,
}

impl FocusArea {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let FocusAreaBody { rank, name } = entry.parse_body()?;
        Ok(Self {
            code: entry.code.clone(),
            version: entry.version,
            rank,
            name,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
        })
    }
}

/// A federal programme whose results are passed on as model solutions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SolutionOrigin))]
pub struct Origin {
    /// The code that events carry.
    #[cfg_attr(feature = "openapi", schema(example = "lernen_vor_ort"))]
    pub code: String,
    /// The version of this code: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub version: u32,
    /// The name for people.
    pub name: Text,
    /// The calendar year in which the programme began.
    #[cfg_attr(feature = "openapi", schema(example = 2009))]
    pub first_year: u16,
    /// The calendar year in which the programme ended.
    #[cfg_attr(feature = "openapi", schema(example = 2014))]
    pub last_year: u16,
    /// The first valid day of the code, not of the programme; absent if valid before the
    /// initiative began.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last valid day of the code, not of the programme; absent if no end is known.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginBody {
    name: Text,
    first_year: u16,
    last_year: u16,
}

impl Origin {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let OriginBody {
            name,
            first_year,
            last_year,
        } = entry.parse_body()?;
        Ok(Self {
            code: entry.code.clone(),
            version: entry.version,
            name,
            first_year,
            last_year,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
        })
    }
}

/// A format in which agencies offer qualification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OfferingFormat))]
pub struct Format {
    /// The code that events carry.
    #[cfg_attr(feature = "openapi", schema(example = "theme_day"))]
    pub code: String,
    /// The version of this code: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub version: u32,
    /// The place in the list, counted from 1.
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub rank: u32,
    /// The name for people.
    pub name: Text,
    /// The first valid day; absent if valid before the initiative began.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last valid day; absent if no end is known.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormatBody {
    rank: u32,
    name: Text,
}

impl Format {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let FormatBody { rank, name } = entry.parse_body()?;
        Ok(Self {
            code: entry.code.clone(),
            version: entry.version,
            rank,
            name,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
        })
    }
}
