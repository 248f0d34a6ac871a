//! The language of sentences meant for people, negotiated once per request.
//!
//! Codes never depend on it; German answers whenever nothing better is asked for.

use std::borrow::Cow;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
pub(crate) use fallbuch_domain::Language;

/// The language a primary subtag stands for, if it is one of ours.
pub(crate) fn from_tag(tag: &str) -> Option<Language> {
    let primary = tag.split('-').next().unwrap_or(tag);
    [Language::De, Language::En]
        .into_iter()
        .find(|language| primary.eq_ignore_ascii_case(language.tag()))
}

/// A sentence in every language the API speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Localized {
    /// The German sentence.
    pub(crate) de: Cow<'static, str>,
    /// The English sentence.
    pub(crate) en: Cow<'static, str>,
}

impl Localized {
    /// A sentence known when the program was built.
    pub(crate) const fn fixed(de: &'static str, en: &'static str) -> Self {
        Self {
            de: Cow::Borrowed(de),
            en: Cow::Borrowed(en),
        }
    }

    /// A sentence put together for this answer.
    pub(crate) fn made(de: String, en: String) -> Self {
        Self {
            de: Cow::Owned(de),
            en: Cow::Owned(en),
        }
    }

    /// The sentence in one language.
    pub(crate) fn text(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// Chooses the language by `Accept-Language` (RFC 9110 §12.5.4): the highest quality wins, among
/// equals the one named first, and German where nothing fits. Parts that cannot be read are ignored.
pub(crate) fn negotiate(headers: &HeaderMap) -> Language {
    let ranges: Vec<(&str, u16)> = headers
        .get_all(ACCEPT_LANGUAGE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(language_range)
        .collect();
    let named = |language| {
        ranges
            .iter()
            .any(|(tag, _)| from_tag(tag) == Some(language))
    };

    let mut best: Option<(Language, u16)> = None;
    for (tag, quality) in &ranges {
        let language = if *tag == "*" {
            // The wildcard stands for what no other range names.
            [Language::De, Language::En]
                .into_iter()
                .find(|language| !named(*language))
        } else {
            from_tag(tag)
        };
        if let Some(language) = language
            && *quality > best.map_or(0, |(_, quality)| quality)
        {
            best = Some((language, *quality));
        }
    }
    best.map_or(Language::default(), |(language, _)| language)
}

/// Reads one range such as `en-GB;q=0.8` into its tag and its quality in thousandths.
fn language_range(range: &str) -> Option<(&str, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let quality = match parts.next() {
        None => 1000,
        Some(weight) => thousandths(
            weight
                .strip_prefix(['q', 'Q'])?
                .trim_start()
                .strip_prefix('=')?
                .trim(),
        )?,
    };
    parts.next().is_none().then_some((tag, quality))
}

/// Reads a quality value (RFC 9110 §12.4.2) without floating point.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn negotiated(lines: &[&str]) -> Language {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_LANGUAGE, HeaderValue::from_str(line).unwrap());
        }
        negotiate(&headers)
    }

    #[test]
    fn quality_decides_then_order_then_german() {
        for (lines, expected) in [
            (&[][..], Language::De),
            (&["en"], Language::En),
            (&["EN-gb, de;q=0.9"], Language::En),
            (&["en;q=0.8, de;q=0.9"], Language::De),
            (&["en;q=0.899, de;q=0.9"], Language::De),
            (&["en, de"], Language::En),
            (&["de, en"], Language::De),
            (&["fr, en;q=0.5"], Language::En),
            (&["fr"], Language::De),
            (&["*"], Language::De),
            (&["de;q=0, *"], Language::En),
            (&["de;q=0"], Language::De),
            (&["en;q=0, *;q=0.1"], Language::De),
            (&["fr;q=1", "en;q=0.2"], Language::En),
            (&["english"], Language::De),
        ] {
            assert_eq!(negotiated(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn unreadable_parts_are_ignored() {
        for line in [
            "en;q=2",
            "en;q=0.12345",
            "en;q=",
            "en;x=1",
            ";;,",
            "en;q=0.5;q=1",
            "en;q=-1",
        ] {
            assert_eq!(negotiated(&[line]), Language::De, "{line}");
        }
        assert_eq!(negotiated(&["en;q=2, en;q=0.1"]), Language::En);
    }
}
