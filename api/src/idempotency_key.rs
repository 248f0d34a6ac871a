//! The key that makes sending a command twice act once.

use actix_web::http::header::HeaderMap;

use crate::language::Localized;
use crate::violation::{RequestPart, Violation, ViolationCode};

/// The name of the header field.
const NAME: &str = "Idempotency-Key";

/// How long a key may be, in bytes.
const MAX_LENGTH: usize = 255;

/// A key as sent, without the quotes it may stand in: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header; missing and malformed are violations of different codes.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Violation> {
        let mut lines = headers.get_all("idempotency-key");
        let Some(line) = lines.next() else {
            return Err(violation(ViolationCode::Missing));
        };
        let key = line
            .to_str()
            .ok()
            .filter(|_| lines.next().is_none())
            .and_then(unquoted)
            .filter(|key| (1..=MAX_LENGTH).contains(&key.len()))
            .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
        match key {
            Some(key) => Ok(Self(key.to_owned())),
            None => Err(violation(ViolationCode::Malformed)),
        }
    }

    /// The key as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn violation(code: ViolationCode) -> Violation {
    Violation::named(
        RequestPart::Header,
        NAME,
        code,
        Localized::fixed(
            "Erwartet wird ein einziger Wert aus 1 bis 255 sichtbaren ASCII-Zeichen.",
            "A single value of 1 to 255 visible ASCII characters is expected.",
        ),
    )
}

/// Takes off a pair of quotes; a quote on one side only is an error.
fn unquoted(value: &str) -> Option<&str> {
    let value = value.trim_matches([' ', '\t']);
    match (value.strip_prefix('"'), value.ends_with('"')) {
        (None, false) => Some(value),
        (Some(rest), true) => rest.strip_suffix('"'),
        (None, true) | (Some(_), false) => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(lines: &[&[u8]]) -> Result<String, ViolationCode> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static("idempotency-key"),
                HeaderValue::from_bytes(line).unwrap(),
            );
        }
        IdempotencyKey::read(&headers)
            .map(|key| key.as_str().to_owned())
            .map_err(|violation| violation.code)
    }

    #[test]
    fn quotes_are_not_part_of_the_key() {
        assert_eq!(read(&[b"a-1"]), Ok("a-1".to_owned()));
        assert_eq!(read(&[b"\"a-1\""]), Ok("a-1".to_owned()));
        assert_eq!(read(&[&[b'x'; 255]]), Ok("x".repeat(255)));
    }

    #[test]
    fn missing_and_malformed_keys_are_told_apart() {
        assert_eq!(read(&[]), Err(ViolationCode::Missing));
        let long = [b'x'; 256];
        for lines in [
            &[&b""[..]][..],
            &[b"\"\""],
            &[b"\""],
            &[b"\"a"],
            &[b"a\""],
            &[b"a b"],
            &[b"\xc3\xa4"],
            &[b"a", b"a"],
            &[&long],
        ] {
            assert_eq!(read(lines), Err(ViolationCode::Malformed), "{lines:?}");
        }
    }
}
