//! Parameters of the query, each named if it is wrong, unknown or given twice.

use std::fmt::Display;
use std::str::FromStr;

use actix_web::{HttpRequest, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use fallbuch_domain::Timestamp;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::language::Localized;
use crate::violation::{RequestPart, Violation, ViolationCode};

/// The parameters an operation knows.
pub(crate) trait Query: Sized + 'static {
    /// Takes them; what is wrong is noted in `parameters`.
    fn take(parameters: &mut Parameters) -> Self;
}

/// No parameters.
pub(crate) struct NoQuery;

/// The parameters of an operation beside those that all of its kind take.
impl<Own: Query, Common: Query> Query for (Own, Common) {
    fn take(parameters: &mut Parameters) -> Self {
        (Own::take(parameters), Common::take(parameters))
    }
}

impl Query for NoQuery {
    fn take(_: &mut Parameters) -> Self {
        Self
    }
}

/// Parameters that say which page of a list is asked for, not which list.
const OF_THE_PAGE: [&str; 3] = ["after", "cursor", "limit"];

/// The parameters as sent, and what is wrong with them.
pub(crate) struct Parameters {
    sent: Vec<(String, String)>,
    request: HttpRequest,
    violations: Vec<Violation>,
}

/// Reads all parameters of the query.
pub(super) fn read<Q: Query>(request: &HttpRequest, violations: &mut Vec<Violation>) -> Option<Q> {
    let Some(sent) = pairs(request.query_string()) else {
        let message = Localized::fixed(
            "Die Parameter sind nicht lesbar.",
            "The query cannot be read.",
        );
        violations.push(Violation::named(
            RequestPart::Query,
            "",
            ViolationCode::Malformed,
            message,
        ));
        return None;
    };
    let mut parameters = Parameters {
        sent,
        request: request.clone(),
        violations: Vec::new(),
    };
    let taken = Q::take(&mut parameters);
    let unknown = parameters.sent.iter().map(|(name, _)| {
        let message = Localized::fixed(
            "Dieser Parameter ist unbekannt oder doppelt.",
            "This parameter is unknown or given twice.",
        );
        Violation::named(RequestPart::Query, name, ViolationCode::Unknown, message)
    });
    violations.extend(unknown);
    violations.append(&mut parameters.violations);
    Some(taken)
}

/// Names and values of a query, decoded.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = web::Query::<Vec<_>>::from_query(query).ok()?;
    Some(pairs.into_inner())
}

impl Parameters {
    /// Whether a parameter was sent and not taken yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.sent.iter().any(|(sent, _)| sent == name)
    }

    /// What tells a list from all others: its address and its filters, in whatever order they were sent.
    fn list(&self) -> String {
        // It was read before, or there would be no parameters.
        let mut filters = pairs(self.request.query_string()).unwrap_or_default();
        filters.retain(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()));
        filters.sort_unstable();
        let list = format!("{}{filters:?}", self.request.path());
        let hash = digest(&SHA256, list.as_bytes());
        URL_SAFE_NO_PAD.encode(hash.as_ref().get(..6).unwrap_or_default())
    }

    /// The text of a parameter, if it was sent; U+0000, which one of the databases cannot compare
    /// with, is a violation.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let index = self.sent.iter().position(|(sent, _)| sent == name)?;
        let text = self.sent.remove(index).1;
        if text.contains('\0') {
            self.violations.push(Violation::named(
                RequestPart::Query,
                name,
                ViolationCode::NulCharacter,
                Localized::fixed(
                    "Das Zeichen U+0000 ist nicht erlaubt.",
                    "The character U+0000 is not allowed.",
                ),
            ));
            return None;
        }
        Some(text)
    }

    /// The value of a parameter; one that `read` does not take is a violation.
    pub(crate) fn value<T>(
        &mut self,
        name: &str,
        message: Localized,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = read(&text);
        if value.is_none() {
            self.violations.push(Violation::named(
                RequestPart::Query,
                name,
                ViolationCode::Malformed,
                message,
            ));
        }
        value
    }

    /// Notes that a parameter does not go with another one.
    pub(crate) fn refuse(&mut self, name: &str, message: Localized) {
        self.violations.push(Violation::named(
            RequestPart::Query,
            name,
            ViolationCode::NotAllowed,
            message,
        ));
    }

    /// A parameter whose type reads itself.
    pub(crate) fn parsed<T: FromStr>(&mut self, name: &str, message: Localized) -> Option<T> {
        self.value(name, message, |text| text.parse().ok())
    }
}

/// Which page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    /// How many items at the most.
    pub(crate) limit: u64,
    /// What the cursor says, opaque to the client.
    pub(crate) cursor: Option<String>,
    /// Stands for the list: a cursor of another one is refused.
    list: String,
}

impl Paging {
    const DEFAULT: u64 = 50;
    const MAX: u64 = 200;

    /// What the cursor stands for, read by `read`; none without one.
    pub(crate) fn place<T>(
        &self,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Violation> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let malformed = || {
            Violation::named(
                RequestPart::Query,
                "cursor",
                ViolationCode::Malformed,
                bad_cursor(),
            )
        };
        read(cursor).map(Some).ok_or_else(malformed)
    }

    /// The number that the cursor stands for; 0 without one.
    pub(crate) fn number(&self) -> Result<u64, Violation> {
        let number = self.place(|cursor| cursor.parse().ok())?;
        Ok(number.unwrap_or(0))
    }

    /// The id that the cursor stands for; none without one.
    pub(crate) fn id(&self) -> Result<Option<Uuid>, Violation> {
        self.place(|cursor| Uuid::try_parse(cursor).ok())
    }

    /// The cursor that continues this list behind `position`.
    pub(crate) fn cursor_after(&self, position: impl Display) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{position}", self.list))
    }
}

impl Query for Paging {
    fn take(parameters: &mut Parameters) -> Self {
        let limit = parameters.value(
            "limit",
            Localized::fixed(
                "Erwartet wird eine ganze Zahl von 1 bis 200.",
                "A whole number from 1 to 200 is expected.",
            ),
            |text| counted(text).filter(|limit| *limit <= Self::MAX),
        );
        let list = parameters.list();
        let cursor = parameters.value("cursor", bad_cursor(), |text| {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (of, position) = text.split_once('.')?;
            (of == list).then(|| position.to_owned())
        });
        Self {
            limit: limit.unwrap_or(Self::DEFAULT),
            cursor,
            list,
        }
    }
}

/// What is said of a cursor that was not handed out by this list.
fn bad_cursor() -> Localized {
    Localized::fixed(
        "Der Cursor stammt nicht aus einer Antwort dieser Liste.",
        "The cursor is not from an answer of this list.",
    )
}

/// A day in the only spelling, such as `2015-09-01`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let form = format_description!("[year]-[month]-[day]");
    Date::parse(text, form).ok()
}

/// A whole number from 1 in its only spelling: no sign, no leading zero.
pub(crate) fn counted(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number > 0 && number.to_string() == text).then_some(number)
}

/// The instant that a parameter names (RFC 3339).
pub(crate) fn instant(parameters: &mut Parameters, name: &'static str) -> Option<Timestamp> {
    let expected = Localized::fixed(
        "Erwartet wird ein Zeitpunkt wie 2015-09-01T08:30:00Z.",
        "An instant such as 2015-09-01T08:30:00Z is expected.",
    );
    parameters.value(name, expected, |text| {
        let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        // The last hours of the year 9999 may lie behind it in UTC.
        Some(Timestamp::new(instant.checked_to_offset(UtcOffset::UTC)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(counted("1"), Some(1));
        assert_eq!(counted("200"), Some(200));
        for other in ["", "0", "01", "+5", " 5", "5.0", "-1"] {
            assert_eq!(counted(other), None, "{other:?}");
        }
    }
}
