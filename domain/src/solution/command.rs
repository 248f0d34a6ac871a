//! What may be asked of a solution: the bodies as clients send them.

use time::Date;

use super::SolutionChanges;
use crate::case::event::wire;
use crate::rights::Permission;
use crate::text::{Line, Prose};

wire! {
    /// Describes a model solution.
    #[serde(deny_unknown_fields)]
    pub struct DescribeSolution {
        /// The day it was taken up; the codes have to be valid then (R12).
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Its title.
        pub title: Line,
        /// What it is and what it needs.
        pub description: Prose,
        /// Code of the programme it comes from, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "lernen_vor_ort"))]
        pub origin: String,
        /// Key of the municipality that gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(pattern = r"^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$", example = "15002"))]
        pub donor: Option<String>,
        /// Codes of the quality dimensions it serves, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::text::codes))]
        pub dimensions: Vec<String>,
        /// Codes of the focus areas it serves, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::text::codes))]
        pub focus_areas: Vec<String>,
    }

    /// Describes a model solution differently.
    #[serde(deny_unknown_fields)]
    pub struct ReviseSolution {
        /// The day of the revision; the codes in it have to be valid then (R12).
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The new values, at least one.
        pub changes: SolutionChanges,
    }

    /// Ends the offer of a model solution.
    #[serde(deny_unknown_fields)]
    pub struct WithdrawSolution {
        /// The day of the withdrawal.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }
}

/// A command to a solution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its body, documented there")]
pub enum SolutionCommand {
    Describe(DescribeSolution),
    Revise(ReviseSolution),
    Withdraw(WithdrawSolution),
}

impl SolutionCommand {
    /// The permission that each of them asks for.
    pub const PERMISSION: Permission = Permission::SolutionWrite;

    /// The operationIds in the contract.
    pub const OPERATIONS: &[&str] = &["describe_solution", "revise_solution", "withdraw_solution"];
}
