//! Days as people and spreadsheet programs write them.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime};

use fallbuch_domain::Timestamp;

use crate::language::Localized;

use super::table::workbook::day_of_number;

/// Years before this one are slips of the pen.
const EARLIEST: i32 = 1900;

/// The day a text means: `2015-09-01`, `01.09.2015`, `1.9.2015`, each with a time behind it or none.
///
/// # Errors
/// What is wrong, with what was probably meant; it is never taken for granted.
pub(super) fn day(text: &str) -> Result<Date, Localized> {
    if text.len() > 19
        && let Ok(instant) = OffsetDateTime::parse(text, &Rfc3339)
    {
        // Midnight here is the evening before elsewhere, so the day is not simply the one that is written.
        return Err(unreadable(Some(Timestamp::new(instant).berlin_date())));
    }
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, time.trim()),
        None => (text, ""),
    };
    if !time.is_empty() && !is_clock(time) {
        return Err(unreadable(None));
    }
    if let Ok(day) = Date::parse(date, format_description!("[year]-[month]-[day]")) {
        return if day.year() < EARLIEST {
            Err(unreadable(None))
        } else {
            Ok(day)
        };
    }
    let parts: Vec<&str> = date.split('.').collect();
    if let [day, month, year] = parts.as_slice()
        && let (Ok(day), Ok(month), Ok(number)) = (day.parse(), month.parse(), year.parse::<i32>())
    {
        return match year.len() {
            4 if number < EARLIEST => Err(unreadable(None)),
            4 => calendar(number, month, day).ok_or_else(no_such_day),
            2 => Err(unreadable(calendar(2000 + number, month, day))),
            _ => Err(unreadable(None)),
        };
    }
    let slashed: Vec<&str> = date.split('/').collect();
    if let [first, second, year] = slashed.as_slice()
        && let (Ok(first), Ok(second), Ok(year)) = (first.parse(), second.parse(), year.parse())
        && first > 12
    {
        return Err(unreadable(calendar(year, second, first)));
    }
    // What a spreadsheet program leaves of a day whose column was formatted as a number.
    let number = date.parse().ok().and_then(day_of_number);
    Err(unreadable(number))
}

/// Whether it is a time of day: hours and minutes, seconds or none.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match parts.as_slice() {
        [hours, minutes] => is_number(hours) && is_number(minutes),
        [hours, minutes, seconds] => {
            let whole = seconds.split(['.', ',']).next().unwrap_or_default();
            is_number(hours) && is_number(minutes) && is_number(whole)
        }
        _ => false,
    }
}

fn calendar(year: i32, month: u8, day: u8) -> Option<Date> {
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(year, month, day).ok()
}

/// A day as it is written in German tables.
pub(super) fn german(day: Date) -> String {
    let form = format_description!("[day].[month].[year]");
    day.format(form).unwrap_or_else(|_| day.to_string())
}

fn no_such_day() -> Localized {
    Localized::fixed(
        "Diesen Tag gibt es im Kalender nicht.",
        "There is no such day in the calendar.",
    )
}

fn unreadable(meant: Option<Date>) -> Localized {
    let (german_hint, english_hint) = match meant {
        Some(day) => (
            format!(" Gemeint ist wahrscheinlich {}.", german(day)),
            format!(" Probably {day} is meant."),
        ),
        None => (String::new(), String::new()),
    };
    Localized::made(
        format!("Das ist kein Datum der Form 01.09.2015 oder 2015-09-01.{german_hint}"),
        format!("This is no date like 01.09.2015 or 2015-09-01.{english_hint}"),
    )
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_usual_spellings_are_read() {
        for text in [
            "2015-09-01",
            "01.09.2015",
            "1.9.2015",
            "01.09.2015 00:00",
            "2015-09-01T08:30:00",
        ] {
            assert_eq!(day(text), Ok(date!(2015 - 09 - 01)), "{text}");
        }
    }

    #[test]
    fn the_others_are_named_with_what_was_probably_meant() {
        for text in ["01.09.15", "42248", "42248.0", "2015-08-31T22:00:00Z"] {
            assert_eq!(
                day(text),
                Err(unreadable(Some(date!(2015 - 09 - 01)))),
                "{text}"
            );
        }
        assert_eq!(
            day("25/09/2015"),
            Err(unreadable(Some(date!(2015 - 09 - 25))))
        );
        for text in [
            "09/01/2015",
            "September 2015",
            "17",
            "2015",
            "1.9.",
            "20150901",
            "01.09.2015 02.09.2015",
            "01.09.2015 10",
            "01.09.0215",
            "0215-09-01",
        ] {
            assert_eq!(day(text), Err(unreadable(None)), "{text}");
        }
        for text in ["31.02.2015", "01.13.2015"] {
            assert_eq!(day(text), Err(no_such_day()), "{text}");
        }
    }
}
