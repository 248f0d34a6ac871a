//! Whole numbers as people and spreadsheet programs write them.

use super::wording;
use crate::language::Localized;

/// A whole number as somebody wrote it.
pub(super) fn plain(number: f64) -> Option<String> {
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    is_whole.then(|| format!("{number:.0}"))
}

/// A whole number as it is written in German: `3`, `3.`, `3,0`, `1.000`; in `3.0` the point can only be a decimal one.
pub(super) fn whole(text: &str, is_german: bool) -> Result<u32, Localized> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let (integer, fraction) = text.split_once(',').unwrap_or((text, ""));
    let groups: Vec<&str> = integer.split('.').collect();
    let is_grouped = is_german
        && groups.len() > 1
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.len() == 3);
    let (integer, fraction) = match groups.as_slice() {
        _ if is_grouped => (groups.concat(), fraction),
        [integer] => ((*integer).to_owned(), fraction),
        [integer, decimals] if fraction.is_empty() => ((*integer).to_owned(), *decimals),
        _ => return Err(wording::no_whole_number()),
    };
    let is_whole = fraction.bytes().all(|digit| digit == b'0');
    let number = integer.parse().ok().filter(|_| is_whole);
    number.ok_or_else(wording::no_whole_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_as_they_are_written_in_german() {
        for (text, number) in [
            ("3", 3),
            ("3.", 3),
            ("3,0", 3),
            ("3.0", 3),
            ("1.000", 1_000),
            ("12.345,00", 12_345),
        ] {
            assert_eq!(whole(text, true), Ok(number), "{text}");
        }
        for text in [
            "3,5",
            "3.5",
            "eins",
            "-1",
            "",
            "1,000,000",
            "1.00.0",
            "1234.567",
        ] {
            assert!(whole(text, true).is_err(), "{text}");
        }
        assert_eq!(whole("3", false), Ok(3));
        assert!(
            whole("1.125", false).is_err(),
            "a number of a workbook has no groups"
        );
    }
}
