//! The header `Prefer` (RFC 7240): whether warnings are to refuse a command.
//!
//! A preference is a wish: what is unknown here or cannot be read is ignored and never an error.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use fallbuch_persistence::Handling;

/// The one preference known here.
const HANDLING: &str = "handling";

/// The header that says which preference was kept to, with its value.
pub(crate) fn applied() -> (HeaderName, HeaderValue) {
    (
        HeaderName::from_static("preference-applied"),
        HeaderValue::from_static("handling=strict"),
    )
}

/// How the caller wants warnings handled: by the first `handling` of all lines, leniently if there is none or it says
/// anything but `strict`.
pub(crate) fn handling(headers: &HeaderMap) -> Handling {
    let lines = headers.get_all("prefer");
    let mut wishes = lines.flat_map(|line| parts(line.as_bytes(), b',').into_iter());
    let wish = wishes.find_map(|member| {
        let (name, value) = preference(member)?;
        name.eq_ignore_ascii_case(HANDLING).then_some(value)
    });
    match wish {
        // The values are literals of the grammar, whose case does not count (RFC 5234 §2.3).
        Some(value) if value.eq_ignore_ascii_case(b"strict") => Handling::Strict,
        Some(_) | None => Handling::Lenient,
    }
}

/// Name and value of one preference without its parameters; the value is empty where there is none, which is the same
/// (§2). None if it cannot be read.
fn preference(member: &[u8]) -> Option<(&str, Vec<u8>)> {
    let head = parts(member, b';').into_iter().next()?;
    let (name, value) = match head.iter().position(|byte| *byte == b'=') {
        Some(at) => (&head[..at], trimmed(&head[at + 1..])),
        None => (head, &[][..]),
    };
    let name = token(trimmed(name))?;
    let value = match value {
        [] => Vec::new(),
        [b'"', rest @ ..] => unquoted(rest)?,
        value => token(value)?.as_bytes().to_vec(),
    };
    Some((name, value))
}

/// What stands between separators outside of quotes.
fn parts(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted && *byte == b'\\' {
            escaped = true;
        } else if *byte == b'"' {
            quoted = !quoted;
        } else if *byte == separator && !quoted {
            parts.push(&text[from..at]);
            from = at + 1;
        }
    }
    parts.push(&text[from..]);
    parts
}

fn trimmed(text: &[u8]) -> &[u8] {
    let outside = |byte: &u8| !matches!(byte, b' ' | b'\t');
    match (
        text.iter().position(outside),
        text.iter().rposition(outside),
    ) {
        (Some(first), Some(last)) => &text[first..=last],
        _ => &[],
    }
}

/// The text if it is a token (RFC 9110 §5.6.2).
fn token(text: &[u8]) -> Option<&str> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let text = (!text.is_empty() && text.iter().all(is_token)).then_some(text)?;
    std::str::from_utf8(text).ok()
}

/// What a quoted string says whose opening quote is off already; none if it does not end with the text.
fn unquoted(rest: &[u8]) -> Option<Vec<u8>> {
    let (mut said, mut bytes) = (Vec::new(), rest.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return bytes.next().is_none().then_some(said),
            b'\\' => said.push(*bytes.next()?),
            byte => said.push(*byte),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handled(lines: &[&str]) -> Handling {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(HeaderName::from_static("prefer"), value);
        }
        handling(&headers)
    }

    #[test]
    fn strictness_is_found_however_it_is_written() {
        for lines in [
            &["handling=strict"][..],
            &["HANDLING=Strict"],
            &["handling = strict"],
            &["\t handling=strict ; a ; b=\"c\" "],
            &["handling=\"strict\""],
            &["handling=\"st\\rict\""],
            &["respond-async, wait=10, handling=strict"],
            &[",, handling=strict,,"],
            &["wait=10", "handling=strict"],
            &["x=\"handling=lenient, \\\" handling=lenient\", handling=strict"],
            &["return=minimal; handling=lenient, handling=strict"],
        ] {
            assert_eq!(handled(lines), Handling::Strict, "{lines:?}");
        }
    }

    #[test]
    fn everything_else_is_lenient() {
        for lines in [
            &[][..],
            &[""],
            &["handling"],
            &["handling="],
            &["handling=\"\""],
            &["handling=lenient"],
            &["handling=stricter"],
            &["strict"],
            &["return=minimal; handling=strict"],
            &["x=\"handling=strict\""],
            &["x=\", handling=strict"],
            &["xhandling=strict"],
        ] {
            assert_eq!(handled(lines), Handling::Lenient, "{lines:?}");
        }
    }

    #[test]
    fn the_first_of_several_counts() {
        assert_eq!(
            handled(&["handling=lenient, handling=strict"]),
            Handling::Lenient
        );
        assert_eq!(
            handled(&["handling=strict", "handling=lenient"]),
            Handling::Strict
        );
        // Another value is a wish as well, though nobody knows it.
        assert_eq!(
            handled(&["handling=odd, handling=strict"]),
            Handling::Lenient
        );
    }

    #[test]
    fn what_cannot_be_read_is_no_preference() {
        for unreadable in [
            "handling=st rict",
            "handling=\"strict\"x",
            "handling=str\u{e4}ng",
            "=strict",
            "hand ling=lenient",
        ] {
            assert_eq!(handled(&[unreadable]), Handling::Lenient, "{unreadable}");
            let followed = format!("{unreadable}, handling=strict");
            assert_eq!(handled(&[&followed]), Handling::Strict, "{followed}");
        }
    }
}
