//! One thing that is wrong with a request, named so that a program can point at it.
//!
//! A violation never repeats the value it complains about: requests carry personal data, and
//! answers end up in logs and tickets.

use fallbuch_domain::{Finding, Rule};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::language::{Language, Localized};

/// How many violations one answer lists; a hostile body could otherwise make an answer many times
/// its own size.
pub(crate) const MAX_VIOLATIONS: usize = 100;

/// The part of the request a violation is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestPart {
    /// The JSON body.
    Body,
    /// A segment of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// A header field.
    Header,
}

/// What is wrong, as a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ViolationCode {
    /// A required member is not there.
    Missing,
    /// A member the contract does not know.
    Unknown,
    /// A value of another JSON type.
    WrongType,
    /// A text longer than allowed.
    TooLong,
    /// A text shorter than allowed.
    TooShort,
    /// A text that does not follow its pattern.
    Pattern,
    /// A text that is no such date, instant, id or address.
    Format,
    /// A value outside its code list.
    Enum,
    /// A number outside its bounds.
    OutOfRange,
    /// A number with a fraction or an exponent.
    NotAnInteger,
    /// A list or object with too many entries.
    TooManyItems,
    /// A list or object with too few entries.
    TooFewItems,
    /// A list that holds an entry twice.
    NotUnique,
    /// A value that fits none of its allowed shapes.
    NoShapeFits,
    /// A value the contract excludes here.
    NotAllowed,
    /// A member named twice in one object.
    DuplicateKey,
    /// The character U+0000.
    NulCharacter,
    /// Objects and lists nested too deeply.
    TooDeep,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Text that is not JSON.
    Syntax,
    /// A header field or parameter that cannot be read.
    Malformed,
    /// A rule of the domain refuses; `rule` says which.
    RuleRefused,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Where in that part, as a JSON pointer (RFC 6901); of a missing or unknown member, the member
    /// itself. Header fields and parameters count as members of one object: `/If-Match`, `/limit`.
    pub(crate) pointer: Option<String>,
    /// The part of the request.
    pub(crate) part: RequestPart,
    /// What is wrong.
    pub(crate) code: ViolationCode,
    /// The same as a sentence.
    pub(crate) message: Localized,
    /// The rule of the domain, where one refuses.
    pub(crate) rule: Option<Rule>,
    /// The thing of the case that the rule speaks of, where the body does not name it.
    pub(crate) concerns: Option<Uuid>,
}

impl Violation {
    /// A violation in the body at a JSON pointer.
    pub(crate) fn body(
        pointer: impl Into<String>,
        code: ViolationCode,
        message: Localized,
    ) -> Self {
        Self {
            pointer: Some(pointer.into()),
            part: RequestPart::Body,
            code,
            message,
            rule: None,
            concerns: None,
        }
    }

    /// A rule of the domain that refuses the command, at the member it is about.
    pub(crate) fn of_rule(finding: &Finding) -> Self {
        let sentence = |language| finding.message(language).to_owned();
        Self {
            pointer: finding.pointer.clone(),
            part: RequestPart::Body,
            code: ViolationCode::RuleRefused,
            message: Localized::made(sentence(Language::De), sentence(Language::En)),
            rule: Some(finding.rule),
            concerns: finding.concerns,
        }
    }

    /// A violation of one named header field, path segment or query parameter.
    pub(crate) fn named(
        part: RequestPart,
        name: &str,
        code: ViolationCode,
        message: Localized,
    ) -> Self {
        Self {
            pointer: Some(member_pointer("", name)),
            part,
            code,
            message,
            rule: None,
            concerns: None,
        }
    }

    /// The violation as the answer writes it.
    pub(crate) fn to_body(&self, language: Language) -> ViolationBody {
        ViolationBody {
            pointer: self.pointer.clone(),
            part: self.part,
            code: self.code,
            message: self.message.text(language).to_owned(),
            rule: self.rule,
            concerns: self.concerns,
        }
    }
}

/// One thing that is wrong with the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Violation)]
pub(crate) struct ViolationBody {
    /// Where, as a JSON pointer (RFC 6901, without `#`) into the named part; a missing or unknown
    /// member is named itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/occurred_on")]
    pub(crate) pointer: Option<String>,
    /// The part of the request.
    #[serde(rename = "in")]
    pub(crate) part: RequestPart,
    /// What is wrong; does not depend on the language.
    pub(crate) code: ViolationCode,
    /// The same as a sentence, in the language of the answer.
    pub(crate) message: String,
    /// The rule of the domain, where one refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
    /// The thing of the case that stands against the command, where the body does not name it: what
    /// `acknowledge` has to name (R24), the agreement that a period overlaps with (R08), or what refers
    /// to the command's target (R14).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) concerns: Option<Uuid>,
}

/// Appends a member's name to a JSON pointer, escaped (RFC 6901 §3).
pub(crate) fn member_pointer(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
