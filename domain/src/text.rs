//! Bounded texts of the record.
//!
//! Business text about a municipality is official record and stands in clear in the log for ever;
//! nothing here is meant for personal data.

use serde::{Deserialize, Serialize};

/// One line of at most 200 characters, not blank. Official record: no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")
)]
pub struct Line(pub String);

/// Prose of at most 4,000 characters, not blank. Official record: no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(min_length = 1, max_length = 4000, pattern = r"\S")
)]
pub struct Prose(pub String);

macro_rules! text {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether nothing but white space is in it.
            #[must_use]
            pub fn is_blank(&self) -> bool {
                self.0.trim().is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(Line);
text!(Prose);

/// The schema of a list of codes of the catalogue, each of them once.
#[cfg(feature = "openapi")]
pub(crate) fn codes() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(64));
    ArrayBuilder::new()
        .items(code)
        .max_items(Some(50))
        .unique_items(true)
        .build()
}
