//! Instants and days.
//!
//! Invariant: an instant has exactly microsecond precision and one spelling,
//! `2015-09-01T08:30:00.000000Z`, so that a stored body reads back byte for byte.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset, Weekday};

/// An instant in UTC with microsecond precision (RFC 3339, always six digits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The instant, cut to whole microseconds; one that UTC's calendar does not reach becomes its
    /// last.
    #[must_use]
    pub fn new(instant: OffsetDateTime) -> Self {
        let utc = instant
            .checked_to_offset(UtcOffset::UTC)
            .unwrap_or(PrimitiveDateTime::MAX.assume_utc());
        let whole = utc.nanosecond() / 1_000 * 1_000;
        Self(utc.replace_nanosecond(whole).unwrap_or(utc))
    }

    /// The instant this many microseconds after 1970-01-01T00:00:00Z; none outside the years the
    /// calendar knows.
    #[must_use]
    pub fn from_unix_microseconds(microseconds: i64) -> Option<Self> {
        let nanoseconds = i128::from(microseconds) * 1_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
            .ok()
            .map(Self)
    }

    /// The instant as microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_microseconds(self) -> i64 {
        let micros = self.0.unix_timestamp_nanos() / 1_000;
        i64::try_from(micros).unwrap_or(i64::MAX)
    }

    /// The instant as the time library's type.
    #[must_use]
    pub fn as_offset(self) -> OffsetDateTime {
        self.0
    }

    /// The calendar day in Berlin at this instant: the "today" of every rule.
    #[must_use]
    pub fn berlin_date(self) -> Date {
        let hours = if summer_time(self.0) { 2 } else { 1 };
        self.0.saturating_add(Duration::hours(hours)).date()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let form = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z"
        );
        let text = self.0.format(form).map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339)
            .map(Self::new)
            .map_err(D::Error::custom)
    }
}

/// Whether Central European Summer Time holds at `instant`: from the last Sunday of March to the
/// last Sunday of October, both at 01:00 UTC (Directive 2000/84/EC, articles 2 and 3).
fn summer_time(instant: OffsetDateTime) -> bool {
    let year = instant.year();
    let change = |month| last_sunday(year, month).map(|day| day.midnight().assume_utc());
    match (change(Month::March), change(Month::October)) {
        (Some(start), Some(end)) => {
            let hour = Duration::hours(1);
            start + hour <= instant && instant < end + hour
        }
        _ => false,
    }
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i32, month: Month) -> Option<Date> {
    let mut day = Date::from_calendar_date(year, month, 31).ok()?;
    while day.weekday() != Weekday::Sunday {
        day = day.previous_day()?;
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn six_digits_always() {
        let whole = Timestamp::new(datetime!(2015-09-01 08:30 UTC));
        assert_eq!(whole.to_string(), "2015-09-01T08:30:00.000000Z");
        let fine = Timestamp::new(datetime!(2015-09-01 08:30:00.123456789 UTC));
        assert_eq!(fine.to_string(), "2015-09-01T08:30:00.123456Z");
        let json = serde_json::to_string(&fine).unwrap();
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), fine);
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_cliff() {
        let text = "\"9999-12-31T23:59:59-01:00\"";
        let last: Timestamp = serde_json::from_str(text).unwrap();
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(last.berlin_date(), date!(9999 - 12 - 31));
    }

    #[test]
    fn berlin_changes_its_day_before_utc_does() {
        let day = |instant| Timestamp::new(instant).berlin_date();
        assert_eq!(
            day(datetime!(2015-01-31 22:59:59 UTC)),
            date!(2015 - 01 - 31)
        );
        assert_eq!(day(datetime!(2015-01-31 23:00 UTC)), date!(2015 - 02 - 01));
        assert_eq!(
            day(datetime!(2015-07-31 21:59:59 UTC)),
            date!(2015 - 07 - 31)
        );
        assert_eq!(day(datetime!(2015-07-31 22:00 UTC)), date!(2015 - 08 - 01));
    }

    #[test]
    fn summer_time_begins_and_ends_at_one_utc() {
        assert!(!summer_time(datetime!(2026-03-29 00:59:59 UTC)));
        assert!(summer_time(datetime!(2026-03-29 01:00 UTC)));
        assert!(summer_time(datetime!(2026-10-25 00:59:59 UTC)));
        assert!(!summer_time(datetime!(2026-10-25 01:00 UTC)));
    }
}
