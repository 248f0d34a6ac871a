//! Municipalities: the clients of the agencies, identified by key and never by name.
//!
//! Invariant: a key is text of ASCII digits whose first two are its Land's code.

use serde::{Deserialize, Serialize};
use time::Date;

use super::entry::{Entry, EntryFault};
use super::iso_date;

/// What a municipality is; programmes say which kinds are eligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MunicipalityKind {
    /// A Landkreis, Kreis or Regionalverband.
    District,
    /// A kreisfreie Stadt or a Stadtkreis.
    IndependentCity,
    /// A Bezirk of Berlin.
    Borough,
    /// A Gemeinde inside a district, with a key of eight digits.
    LocalMunicipality,
}

impl MunicipalityKind {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::IndependentCity => "independent_city",
            Self::Borough => "borough",
            Self::LocalMunicipality => "local_municipality",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::District,
            Self::IndependentCity,
            Self::Borough,
            Self::LocalMunicipality,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

/// A municipality of the catalogue with its validity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Municipality {
    /// The district key of five digits, or a borough's sub-key; text, leading zeros count.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "15002", pattern = r"^\d{5}(-\d{2})?$")
    )]
    pub key: String,
    /// The official name; it does not identify, some names belong to a district and to a city.
    #[cfg_attr(feature = "openapi", schema(example = "Halle (Saale), Stadt"))]
    pub name: String,
    /// What it is.
    pub kind: MunicipalityKind,
    /// The Land's code, the first two digits of the key.
    #[cfg_attr(feature = "openapi", schema(example = "15", pattern = r"^\d{2}$"))]
    pub land: String,
    /// The first day on which the key is valid; absent if it was before the initiative began.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last day on which the key is valid; absent if it has not ended.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
    /// The key that took over when this one ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "03159"))]
    pub successor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    kind: MunicipalityKind,
    land: String,
    successor: Option<String>,
}

impl Municipality {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let Body {
            name,
            kind,
            land,
            successor,
        } = entry.parse_body()?;
        let key = &entry.code;
        let well_formed = match kind {
            MunicipalityKind::District | MunicipalityKind::IndependentCity => is_digits(key, 5),
            MunicipalityKind::Borough => is_borough_key(key),
            // Local municipalities are not listed; see `Catalogue::municipality`.
            MunicipalityKind::LocalMunicipality => false,
        };
        if !well_formed {
            return Err(EntryFault::MalformedKey);
        }
        if key.get(..2) != Some(land.as_str()) {
            return Err(EntryFault::ForeignLand(land));
        }
        Ok(Self {
            key: key.clone(),
            name,
            kind,
            land,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            successor,
        })
    }
}

/// A municipality as a key names it on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MunicipalityOn {
    /// The key as it was asked for.
    pub key: String,
    /// The official name; none for a local municipality, whose name is entered by the user.
    pub name: Option<String>,
    /// What it is.
    pub kind: MunicipalityKind,
    /// The Land's code, the first two digits of the key.
    pub land: String,
}

impl MunicipalityOn {
    pub(super) fn listed(municipality: &Municipality) -> Self {
        Self {
            key: municipality.key.clone(),
            name: Some(municipality.name.clone()),
            kind: municipality.kind,
            land: municipality.land.clone(),
        }
    }

    pub(super) fn local(key: &str, district: &Municipality) -> Self {
        Self {
            key: key.to_owned(),
            name: None,
            kind: MunicipalityKind::LocalMunicipality,
            land: district.land.clone(),
        }
    }
}

/// The district part of a local municipality's key; none if the key is not of eight digits or its
/// local part is 000.
pub(super) fn district_of_local(key: &str) -> Option<&str> {
    let local = is_digits(key, 8) && !key.ends_with("000");
    if local { key.get(..5) } else { None }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_borough_key(key: &str) -> bool {
    key.split_once('-')
        .is_some_and(|(city, borough)| is_digits(city, 5) && is_digits(borough, 2))
}
