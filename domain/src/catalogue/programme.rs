//! Funding programmes with their calls.
//!
//! Invariant: deadlines belong to a call and eligibility to the programme's data, never to code.

use serde::{Deserialize, Serialize};
use time::Date;

use super::codes::Text;
use super::entry::{Entry, EntryFault};
use super::iso_date;
use super::municipality::MunicipalityKind;

/// A funding programme on which agencies advise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Programme {
    /// The code that events carry.
    #[cfg_attr(feature = "openapi", schema(example = "bildung_integriert"))]
    pub code: String,
    /// The version of this code: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub version: u32,
    /// The name for people.
    pub name: Text,
    /// The kinds of municipality that may apply.
    pub eligible_kinds: Vec<MunicipalityKind>,
    /// How long a grant runs, in months.
    #[cfg_attr(feature = "openapi", schema(example = 36, minimum = 1))]
    pub duration_months: u32,
    /// The posts a grant pays at most, all purposes together.
    #[cfg_attr(feature = "openapi", schema(example = 2))]
    pub max_posts: u32,
    /// The posts by purpose.
    pub posts: Vec<FundedPost>,
    /// What is funded beside posts.
    pub further_costs: Vec<FundedCost>,
    /// Whether an application needs an agreement with an agency, in force on the day it is
    /// submitted (rule R18).
    pub agreement_required: bool,
    /// The calls in the order of time.
    pub calls: Vec<Call>,
    /// The first valid day; absent if the source names none.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_from: Option<Date>,
    /// The last valid day; absent if the source names none.
    #[serde(with = "iso_date::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub valid_to: Option<Date>,
}

/// Posts of one purpose that a programme pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FundedPost {
    /// The purpose's code, unique in its programme.
    #[cfg_attr(feature = "openapi", schema(example = "education_monitoring"))]
    pub code: String,
    /// The purpose for people.
    pub name: Text,
    /// How many posts of this purpose are paid at most.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub max: u32,
}

/// Something other than a post that a programme pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FundedCost {
    /// The code, unique in its programme.
    #[cfg_attr(feature = "openapi", schema(example = "travel"))]
    pub code: String,
    /// The name for people.
    pub name: Text,
}

/// One call for applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProgrammeCall))]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The call's code, unique in its programme.
    #[cfg_attr(feature = "openapi", schema(example = "call_2015_04"))]
    pub code: String,
    /// The round of the programme to which it belongs: 1, 2, …
    #[cfg_attr(feature = "openapi", schema(example = 1, minimum = 1))]
    pub round: u32,
    /// The calendar year of the call.
    #[cfg_attr(feature = "openapi", schema(example = 2015))]
    pub year: u16,
    /// The last day for applications (rule R19); absent if the source names none.
    #[serde(
        default,
        with = "iso_date::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub deadline: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: Text,
    eligible_kinds: Vec<MunicipalityKind>,
    duration_months: u32,
    max_posts: u32,
    posts: Vec<FundedPost>,
    further_costs: Vec<FundedCost>,
    agreement_required: bool,
    calls: Vec<Call>,
}

impl Programme {
    pub(super) fn from_entry(entry: &Entry) -> Result<Self, EntryFault> {
        let body: Body = entry.parse_body()?;
        Ok(Self {
            code: entry.code.clone(),
            version: entry.version,
            name: body.name,
            eligible_kinds: body.eligible_kinds,
            duration_months: body.duration_months,
            max_posts: body.max_posts,
            posts: body.posts,
            further_costs: body.further_costs,
            agreement_required: body.agreement_required,
            calls: body.calls,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
        })
    }
}
