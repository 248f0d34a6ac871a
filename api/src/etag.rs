//! Entity tags: `"<version>.<representation>"`.
//!
//! The version is what a writer builds on, the representation what a cache compares; `If-Match`
//! looks at the version only, `If-None-Match` at the whole tag.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use aws_lc_rs::digest::{SHA256, digest};

use crate::language::Localized;
use crate::problem::malformed_header;
use crate::violation::Violation;

/// The strong entity tag of one representation of a stream's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag {
    version: u64,
    representation: String,
}

impl EntityTag {
    /// The tag of these body bytes at this version.
    pub(crate) fn of(version: u64, body: &[u8]) -> Self {
        let hash = digest(&SHA256, body);
        let first = hash.as_ref().iter().take(4);
        let number = first.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        let representation = format!("{number:08x}");
        Self {
            version,
            representation,
        }
    }

    /// The value of the header `ETag`.
    pub(crate) fn header_value(&self) -> HeaderValue {
        // Digits, a dot and hexadecimal digits are always a valid header value.
        HeaderValue::from_str(&self.to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }

    /// Whether `If-None-Match` says the caller has this representation already, so that a read
    /// answers 304 (RFC 9110 §13.1.2, weak comparison).
    pub(crate) fn is_known_to(&self, headers: &HeaderMap) -> Result<bool, Violation> {
        Ok(match Condition::read(headers, &IF_NONE_MATCH)? {
            None => false,
            Some(Condition::Any) => true,
            Some(Condition::Tags(tags)) => {
                let own = self.to_string();
                tags.iter().any(|tag| own.trim_matches('"') == tag.opaque)
            }
        })
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}.{}\"", self.version, self.representation)
    }
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// `*`: whatever the version is.
    Any,
    /// One of these versions; none where only weak or unknown tags were sent, which match nothing.
    Versions(Vec<u64>),
}

impl IfMatch {
    /// Reads the header `If-Match` (RFC 9110 §13.1.1); `None` where it was not sent.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Self>, Violation> {
        Ok(
            Condition::read(headers, &IF_MATCH)?.map(|condition| match condition {
                Condition::Any => Self::Any,
                Condition::Tags(tags) => {
                    Self::Versions(tags.iter().filter_map(Tag::version).collect())
                }
            }),
        )
    }
}

/// One entity tag as sent.
struct Tag {
    weak: bool,
    opaque: String,
}

impl Tag {
    /// The version a strong tag of ours names, with or without its representation.
    fn version(&self) -> Option<u64> {
        if self.weak {
            return None;
        }
        let version = match self.opaque.split_once('.') {
            None => self.opaque.as_str(),
            Some((_, "")) => return None,
            Some((version, _)) => version,
        };
        let canonical = version.bytes().all(|byte| byte.is_ascii_digit())
            && (version == "0" || !version.starts_with('0'));
        version.parse().ok().filter(|_| canonical)
    }
}

enum Condition {
    Any,
    Tags(Vec<Tag>),
}

impl Condition {
    fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Violation> {
        let lines: Vec<&HeaderValue> = headers.get_all(name).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::new();
        for line in lines {
            text.push(line.to_str().map_err(|_| unreadable(name))?);
        }
        let text = text.join(",");
        if text.trim() == "*" {
            return Ok(Some(Self::Any));
        }
        tags(&text)
            .map(Self::Tags)
            .map(Some)
            .ok_or_else(|| unreadable(name))
    }
}

/// Reads a list of entity tags (RFC 9110 §8.8.3); commas may stand inside the quotes, and empty
/// list elements are passed over (§5.6.1.2).
fn tags(text: &str) -> Option<Vec<Tag>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!found.is_empty()).then_some(found);
        }
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !opaque.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let after = after.trim_start_matches([' ', '\t']);
        if !(after.is_empty() || after.starts_with(',')) {
            return None;
        }
        found.push(Tag {
            weak,
            opaque: opaque.to_owned(),
        });
        rest = after;
    }
}

fn unreadable(name: &HeaderName) -> Violation {
    let name = if *name == IF_MATCH {
        "If-Match"
    } else {
        "If-None-Match"
    };
    malformed_header(
        name,
        Localized::fixed(
            "Erwartet wird „*“ oder eine Liste von ETags in Anführungszeichen, etwa \"7\".",
            "“*” or a list of quoted entity tags such as \"7\" is expected.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::ViolationCode;

    fn headers(name: &HeaderName, lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    #[test]
    fn a_tag_names_version_and_representation() {
        let tag = EntityTag::of(7, b"{}");
        assert_eq!(tag.header_value(), "\"7.44136fa3\"");
        assert_ne!(EntityTag::of(7, b"{ }"), tag);
    }

    #[test]
    fn if_match_compares_the_version_part() {
        for (lines, expected) in [
            (&[][..], None),
            (&["*"], Some(IfMatch::Any)),
            (&["\"7\""], Some(IfMatch::Versions(vec![7]))),
            (&["\"7.44136fa3\""], Some(IfMatch::Versions(vec![7]))),
            (&["\"7\", \"9.x\""], Some(IfMatch::Versions(vec![7, 9]))),
            (
                &["\"7\"", ", \"8\" ,,"],
                Some(IfMatch::Versions(vec![7, 8])),
            ),
            (&["W/\"7\""], Some(IfMatch::Versions(vec![]))),
            (&["W/\"7\", \"8\""], Some(IfMatch::Versions(vec![8]))),
            (&["\"abc,d\""], Some(IfMatch::Versions(vec![]))),
            (
                &["\"07\", \"7.\", \"+7\", \"-7\", \"\", \"99999999999999999999\""],
                Some(IfMatch::Versions(vec![])),
            ),
        ] {
            assert_eq!(
                IfMatch::read(&headers(&IF_MATCH, lines)).unwrap(),
                expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn unreadable_conditions_are_violations() {
        for line in [
            "7",
            "",
            ",",
            "\"7",
            "7\"",
            "*, \"7\"",
            "\"7\" \"8\"",
            "w/\"7\"",
            "\"a b\"",
        ] {
            let violation = IfMatch::read(&headers(&IF_MATCH, &[line])).unwrap_err();
            assert_eq!(violation.code, ViolationCode::Malformed, "{line}");
            assert_eq!(violation.pointer.as_deref(), Some("/If-Match"));
        }
    }

    #[test]
    fn if_none_match_compares_the_whole_tag_weakly() {
        let tag = EntityTag::of(7, b"{}");
        for (lines, expected) in [
            (&[][..], false),
            (&["*"], true),
            (&["\"7.44136fa3\""], true),
            (&["W/\"7.44136fa3\""], true),
            (&["\"1\", \"7.44136fa3\""], true),
            (&["\"7\""], false),
            (&["\"7.00000000\""], false),
        ] {
            assert_eq!(
                tag.is_known_to(&headers(&IF_NONE_MATCH, lines)).unwrap(),
                expected,
                "{lines:?}"
            );
        }
        assert!(tag.is_known_to(&headers(&IF_NONE_MATCH, &["7"])).is_err());
    }
}
