//! The validator's findings in our own words: no value of the body is repeated.

use jsonschema::JsonType;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::language::Localized;
use crate::violation::{Violation, ViolationCode as Code, member_pointer};

/// The violations one finding stands for: several for unknown members or for the one branch of a
/// choice that was meant.
pub(super) fn violations_of(error: &ValidationError<'_>) -> Vec<Violation> {
    let pointer = error.instance_path().as_str();
    let one = |code, message| vec![Violation::body(pointer, code, message)];
    match error.kind() {
        Kind::Required { property } => vec![missing(pointer, property)],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected
                .iter()
                .map(|name| unknown(pointer, name))
                .collect()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => meant_branch(pointer, context),
        Kind::PropertyNames { error } => violations_of(error),
        Kind::Type { kind } => one(Code::WrongType, wrong_type(kind)),
        Kind::MaxLength { limit } => one(Code::TooLong, at_most(limit, "Zeichen", "characters")),
        Kind::MinLength { limit } => one(Code::TooShort, at_least(limit, "Zeichen", "characters")),
        Kind::MaxItems { limit } => one(Code::TooManyItems, at_most(limit, "Einträge", "entries")),
        Kind::MinItems { limit } => one(Code::TooFewItems, at_least(limit, "Einträge", "entries")),
        Kind::MaxProperties { limit } => {
            one(Code::TooManyItems, at_most(limit, "Felder", "members"))
        }
        Kind::MinProperties { limit } => {
            one(Code::TooFewItems, at_least(limit, "Felder", "members"))
        }
        Kind::AdditionalItems { limit } => {
            one(Code::TooManyItems, at_most(limit, "Einträge", "entries"))
        }
        Kind::Maximum { limit } => one(Code::OutOfRange, bound("höchstens", "at most", limit)),
        Kind::Minimum { limit } => one(Code::OutOfRange, bound("mindestens", "at least", limit)),
        Kind::ExclusiveMaximum { limit } => {
            one(Code::OutOfRange, bound("weniger als", "less than", limit))
        }
        Kind::ExclusiveMinimum { limit } => {
            one(Code::OutOfRange, bound("mehr als", "more than", limit))
        }
        Kind::MultipleOf { multiple_of } => one(
            Code::OutOfRange,
            bound("ein Vielfaches von", "a multiple of", multiple_of),
        ),
        Kind::Pattern { pattern } => one(Code::Pattern, wrong_pattern(pattern)),
        Kind::Format { format } => one(Code::Format, wrong_format(format)),
        Kind::Enum { options } => one(Code::Enum, one_of(options)),
        Kind::Constant { expected_value } => one(
            Code::Enum,
            one_of(&Value::Array(vec![expected_value.as_ref().clone()])),
        ),
        Kind::UniqueItems => one(
            Code::NotUnique,
            Localized::fixed(
                "Kein Eintrag darf doppelt vorkommen.",
                "No entry may occur twice.",
            ),
        ),
        Kind::OneOfMultipleValid { .. } => one(
            Code::NoShapeFits,
            Localized::fixed(
                "Der Wert passt auf mehrere der erlaubten Formen; er muss eindeutig sein.",
                "The value fits several of the allowed shapes; it must be unambiguous.",
            ),
        ),
        Kind::FalseSchema
        | Kind::Not { .. }
        | Kind::Contains
        | Kind::ContentEncoding { .. }
        | Kind::ContentMediaType { .. }
        | Kind::Custom { .. }
        | Kind::FromUtf8 { .. }
        | Kind::UnevaluatedItems { .. }
        | Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::Referencing(_) => one(
            Code::NotAllowed,
            Localized::fixed(
                "Dieser Wert ist hier nicht erlaubt.",
                "This value is not allowed here.",
            ),
        ),
    }
}

/// A choice of shapes failed: what matters are the violations of the shape that was meant. A branch
/// that only null satisfies was not meant where something was sent, nor one whose tag differs.
fn meant_branch(pointer: &str, branches: &[Vec<ValidationError<'static>>]) -> Vec<Violation> {
    let candidates: Vec<_> = branches
        .iter()
        .filter(|errors| !errors.iter().any(|error| rejects_whole(pointer, error)))
        .collect();
    let by_tag: Vec<_> = candidates
        .iter()
        .filter(|errors| !errors.iter().any(|error| differs_in_tag(pointer, error)))
        .collect();
    let meant = match (&by_tag[..], &candidates[..], branches) {
        ([only], _, _) => Some(**only),
        (_, [only], _) => Some(*only),
        (_, [], [only]) => Some(only),
        _ => None,
    };
    if let Some(errors) = meant {
        return errors.iter().flat_map(violations_of).collect();
    }
    if candidates.is_empty()
        && let Some(kinds) = expected_types(branches)
    {
        return vec![Violation::body(
            pointer,
            Code::WrongType,
            named_types(&kinds),
        )];
    }
    vec![Violation::body(
        pointer,
        Code::NoShapeFits,
        Localized::fixed(
            "Der Wert passt auf keine der erlaubten Formen.",
            "The value fits none of the allowed shapes.",
        ),
    )]
}

/// Whether the branch is one for another JSON type altogether.
fn rejects_whole(pointer: &str, error: &ValidationError<'_>) -> bool {
    error.instance_path().as_str() == pointer && matches!(error.kind(), Kind::Type { .. })
}

/// Whether a member directly below fails its constant or its single-valued code list: the tag.
fn differs_in_tag(pointer: &str, error: &ValidationError<'_>) -> bool {
    let is_tag = if let Kind::Enum { options } = error.kind() {
        options.as_array().is_some_and(|options| options.len() == 1)
    } else {
        matches!(error.kind(), Kind::Constant { .. })
    };
    let below = error.instance_path().as_str().strip_prefix(pointer);
    is_tag && below.is_some_and(|below| below.matches('/').count() == 1)
}

fn expected_types(branches: &[Vec<ValidationError<'static>>]) -> Option<Vec<JsonType>> {
    let mut types = Vec::new();
    for error in branches.iter().flatten() {
        let Kind::Type { kind } = error.kind() else {
            return None;
        };
        types.extend(types_of(kind));
    }
    Some(types)
}

fn types_of(kind: &TypeKind) -> Vec<JsonType> {
    match kind {
        TypeKind::Single(single) => vec![*single],
        TypeKind::Multiple(several) => several.iter().collect(),
    }
}

fn missing(pointer: &str, property: &Value) -> Violation {
    let name = property.as_str().unwrap_or_default();
    Violation::body(
        member_pointer(pointer, name),
        Code::Missing,
        Localized::fixed("Das Feld fehlt.", "The member is missing."),
    )
}

fn unknown(pointer: &str, name: &str) -> Violation {
    Violation::body(
        member_pointer(pointer, name),
        Code::Unknown,
        Localized::fixed(
            "Dieses Feld gibt es hier nicht.",
            "There is no such member here.",
        ),
    )
}

fn wrong_type(kind: &TypeKind) -> Localized {
    named_types(&types_of(kind))
}

fn named_types(types: &[JsonType]) -> Localized {
    let names = |pick: fn(JsonType) -> &'static str, or: &str| {
        let mut names: Vec<_> = types.iter().map(|json_type| pick(*json_type)).collect();
        names.dedup();
        names.join(or)
    };
    Localized::made(
        format!("Erwartet wird {}.", names(german_type, " oder ")),
        format!("Expected is {}.", names(english_type, " or ")),
    )
}

fn german_type(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Array => "eine Liste",
        JsonType::Boolean => "true oder false",
        JsonType::Integer => "eine ganze Zahl",
        JsonType::Null => "null",
        JsonType::Number => "eine Zahl",
        JsonType::Object => "ein Objekt",
        JsonType::String => "ein Text",
    }
}

fn english_type(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a text",
    }
}

fn at_most(limit: impl std::fmt::Display, de: &str, en: &str) -> Localized {
    Localized::made(
        format!("Erlaubt sind höchstens {limit} {de}."),
        format!("At most {limit} {en} are allowed."),
    )
}

fn at_least(limit: impl std::fmt::Display, de: &str, en: &str) -> Localized {
    Localized::made(
        format!("Nötig sind mindestens {limit} {de}."),
        format!("At least {limit} {en} are needed."),
    )
}

fn bound(de: &str, en: &str, limit: impl std::fmt::Display) -> Localized {
    Localized::made(
        format!("Der Wert muss {de} {limit} sein."),
        format!("The value must be {en} {limit}."),
    )
}

fn one_of(options: &Value) -> Localized {
    let options: Vec<String> = options
        .as_array()
        .into_iter()
        .flatten()
        .map(|option| {
            option
                .as_str()
                .map_or_else(|| option.to_string(), str::to_owned)
        })
        .collect();
    let options = options.join(", ");
    Localized::made(
        format!("Erlaubt ist: {options}."),
        format!("Allowed is: {options}."),
    )
}

const MEDIA_TYPE: &str =
    "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$";

/// The patterns of the contract in words; one that is not among them is shown.
fn wrong_pattern(pattern: &str) -> Localized {
    let (de, en) = match pattern {
        r"\S" => ("Der Text ist leer.", "The text is blank."),
        r"^[^\r\n]*\S[^\r\n]*$" | r"^[^\u0000-\u001f\u007f]*\S[^\u0000-\u001f\u007f]*$" => (
            "Erwartet wird eine Zeile Text, die nicht leer ist.",
            "A line of text that is not blank is expected.",
        ),
        "^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$" => (
            "Erwartet wird ein amtlicher Schlüssel: 5 oder 8 Ziffern, bei Bezirken 5, ein Bindestrich und 2.",
            "An official key is expected: 5 or 8 digits, for boroughs 5, a hyphen and 2.",
        ),
        "^(0[1-9]|1[0-6])$" => (
            "Erwartet wird die Nummer eines Landes, 01 bis 16.",
            "The number of a Land is expected, 01 to 16.",
        ),
        "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" => (
            "Erwartet wird eine UUID aus 36 Zeichen mit Bindestrichen und Kleinbuchstaben.",
            "A UUID of 36 characters with hyphens and small letters is expected.",
        ),
        "^[A-Z]+$" => (
            "Erwartet werden Großbuchstaben von A bis Z.",
            "Capital letters from A to Z are expected.",
        ),
        "^[a-z0-9]([a-z0-9-]*[a-z0-9])$" | "^[a-z0-9-]+$" => (
            "Erwartet werden Kleinbuchstaben von a bis z und Ziffern, dazwischen auch Bindestriche.",
            "Small letters from a to z and digits are expected, and hyphens between them.",
        ),
        MEDIA_TYPE => (
            "Erwartet wird ein Medientyp wie application/pdf.",
            "A media type such as application/pdf is expected.",
        ),
        "^[0-9a-f]{64}$" => (
            "Erwartet werden 64 Zeichen aus 0 bis 9 und a bis f.",
            "64 characters of 0 to 9 and a to f are expected.",
        ),
        r"^https?://[^\s]+$" => (
            "Erwartet wird eine Adresse, die mit https:// oder http:// beginnt.",
            "An address that begins with https:// or http:// is expected.",
        ),
        other => {
            return Localized::made(
                format!("Der Wert muss dem Muster {other} folgen."),
                format!("The value must follow the pattern {other}."),
            );
        }
    };
    Localized::fixed(de, en)
}

fn wrong_format(format: &str) -> Localized {
    match format {
        "date" => Localized::fixed(
            "Erwartet wird ein Tag des Kalenders als JJJJ-MM-TT.",
            "A day of the calendar as YYYY-MM-DD is expected.",
        ),
        "date-time" => Localized::fixed(
            "Erwartet wird ein Zeitpunkt nach RFC 3339, etwa 2026-05-04T12:00:00Z.",
            "An instant by RFC 3339 such as 2026-05-04T12:00:00Z is expected.",
        ),
        "uuid" => Localized::fixed(
            "Erwartet wird eine UUID aus 36 Zeichen mit Bindestrichen.",
            "A UUID of 36 characters with hyphens is expected.",
        ),
        other => Localized::made(
            format!("Der Wert ist nicht im Format „{other}“."),
            format!("The value is not in the format “{other}”."),
        ),
    }
}
