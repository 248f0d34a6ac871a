//! A field of a revision: left alone, set, or cleared.
//!
//! On the wire an absent member leaves the field alone, `null` clears it, a value sets it
//! (RFC 7396's reading of `null`). Only fields that may be empty are of this type; the others are
//! a plain `Option`, for which `null` is refused.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a revision does to an optional field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field stays as it is (the member is absent).
    #[default]
    Keep,
    /// The field gets this value.
    Set(T),
    /// The field becomes empty (`null` on the wire).
    Clear,
}

impl<T> Change<T> {
    /// Whether the field stays as it is.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value that is set, if one is.
    #[must_use]
    pub fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T: Clone> Change<T> {
    /// Carries the change out on `field`.
    pub fn apply(&self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Set(value) => *field = Some(value.clone()),
            Self::Clear => *field = None,
        }
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.set().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Sets `field` if a value was sent.
pub(crate) fn replace<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

/// The schema of a code of the catalogue that `null` clears.
#[cfg(feature = "openapi")]
pub(crate) fn clearable_code() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    or_null(
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(64)),
    )
}

/// The pattern of a municipality's key: a district's, a Gemeinde's or a borough's.
#[cfg(feature = "openapi")]
const MUNICIPALITY_KEY: &str = r"^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$";

/// The schema of a municipality's key that `null` clears.
#[cfg(feature = "openapi")]
pub(crate) fn clearable_municipality_key() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    or_null(
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(MUNICIPALITY_KEY)),
    )
}

/// The schema of a list of at most 20 lines that `null` clears.
#[cfg(feature = "openapi")]
pub(crate) fn clearable_evidence() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::ArrayBuilder;
    let line = <crate::text::Line as utoipa::PartialSchema>::schema();
    or_null(ArrayBuilder::new().items(line).max_items(Some(20)))
}

/// The schema of a line that `null` clears.
#[cfg(feature = "openapi")]
pub(crate) fn clearable_line() -> utoipa::openapi::schema::Schema {
    or_null(<crate::text::Line as utoipa::PartialSchema>::schema())
}

/// The schema of a day that `null` clears.
#[cfg(feature = "openapi")]
pub(crate) fn clearable_date() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
    let format = SchemaFormat::KnownFormat(KnownFormat::Date);
    or_null(
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format)),
    )
}

#[cfg(feature = "openapi")]
fn or_null(
    schema: impl Into<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
) -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
    let null = ObjectBuilder::new().schema_type(Type::Null);
    let either = AnyOfBuilder::new().item(schema).item(null);
    Schema::AnyOf(
        either
            .description(Some("The new value; `null` clears it."))
            .build(),
    )
}
