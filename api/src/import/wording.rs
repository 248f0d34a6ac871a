//! What is wrong with a cell, in words.

use time::Date;

use super::day::german;
use super::form::codes::Code;
use super::problem::Place;
use crate::language::Localized;

pub(super) fn missing() -> Localized {
    Localized::fixed("Die Angabe fehlt.", "This has to be filled in.")
}

pub(super) fn stray() -> Localized {
    Localized::fixed(
        "Hier steht etwas in einer Spalte ohne Überschrift.",
        "Something stands here in a column without a header.",
    )
}

pub(super) fn fault(fault: &str) -> Localized {
    Localized::made(
        format!("Hier steht kein Wert, sondern ein Fehler oder eine Uhrzeit ({fault})."),
        format!("There is no value here but an error or a time ({fault})."),
    )
}

pub(super) fn garbled() -> Localized {
    Localized::fixed(
        "Umlaute oder Sonderzeichen sind beim Speichern verloren gegangen; bitte aus der Urdatei neu als „CSV UTF-8“ speichern.",
        "Umlauts or special characters were lost in saving; please save the original anew as \"CSV UTF-8\".",
    )
}

pub(super) fn no_key() -> Localized {
    Localized::fixed(
        "Das ist kein amtlicher Schlüssel: Er hat fünf Ziffern, die einer Gemeinde acht, der eines Bezirks fünf, einen Strich und zwei.",
        "This is no official key: it has five digits, that of a Gemeinde eight, that of a borough five, a dash and two.",
    )
}

/// A number where a text belongs, or none that means a day.
pub(super) fn number(number: f64) -> Localized {
    let shown = number.to_string();
    let comma = shown.replace('.', ",");
    let (german_hint, english_hint) = if shown.contains('.') {
        let names = comma.split(',').collect::<Vec<_>>();
        (
            format!(" Gemeint ist vielleicht „{}“.", names.join(", ")),
            format!(" Perhaps \"{}\" is meant.", names.join(", ")),
        )
    } else {
        (String::new(), String::new())
    };
    Localized::made(
        format!(
            "Hier hat die Tabellenkalkulation eine Zahl ({comma}) daraus gemacht; bitte die Spalte als Text formatieren und neu eintragen.{german_hint}"
        ),
        format!(
            "The spreadsheet program has made a number ({shown}) of it; please format the column as text and enter it anew.{english_hint}"
        ),
    )
}

pub(super) fn day_for_text(day: Date) -> Localized {
    Localized::made(
        format!(
            "Hier hat die Tabellenkalkulation ein Datum ({}) daraus gemacht; bitte die Spalte als Text formatieren und neu eintragen.",
            german(day)
        ),
        format!(
            "The spreadsheet program has made a date ({day}) of it; please format the column as text and enter it anew."
        ),
    )
}

pub(super) fn long_reference() -> Localized {
    Localized::fixed(
        "Ein Aktenzeichen oder eine Nummer hat eine Zeile und höchstens 100 Zeichen.",
        "A reference or number has one line and 100 characters at the most.",
    )
}

pub(super) fn separator_in_number() -> Localized {
    Localized::fixed(
        "Eine Nummer enthält kein Komma, kein Semikolon und keinen senkrechten Strich: damit werden Nummern voneinander getrennt.",
        "A number has no comma, semicolon or vertical bar in it: these separate numbers.",
    )
}

pub(super) fn named_twice() -> Localized {
    Localized::fixed(
        "Dieselbe Nummer ist zweimal genannt.",
        "The same number is named twice.",
    )
}

pub(super) fn line_break() -> Localized {
    Localized::fixed(
        "Hier steht nur eine Zeile; bitte den Zeilenumbruch entfernen.",
        "There is one line only here; please remove the line break.",
    )
}

pub(super) fn too_long(length: usize, limit: usize) -> Localized {
    Localized::made(
        format!("Der Text hat {length} Zeichen, erlaubt sind {limit}."),
        format!("The text has {length} characters, {limit} are allowed."),
    )
}

pub(super) fn no_whole_number() -> Localized {
    Localized::fixed("Das ist keine ganze Zahl.", "This is no whole number.")
}

/// A key that is one digit short.
pub(super) fn lost_zero(meant: Option<(String, Option<String>)>) -> Localized {
    let (german_hint, english_hint) = match meant {
        Some((key, name)) => {
            let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
            (
                format!(" Gemeint ist wahrscheinlich {key}{name}."),
                format!(" Probably {key}{name} is meant."),
            )
        }
        None => (String::new(), String::new()),
    };
    Localized::made(
        format!(
            "Dem Schlüssel fehlt eine Ziffer, wohl die führende Null; bitte die Spalte als Text formatieren und neu eintragen.{german_hint}"
        ),
        format!(
            "The key is one digit short, probably by its leading zero; please format the column as text and enter it anew.{english_hint}"
        ),
    )
}

pub(super) fn unknown_code(list: &[Code]) -> Localized {
    let words = list
        .iter()
        .map(|code| code.words.first().copied().unwrap_or(code.wire));
    let codes = list.iter().map(|code| code.wire);
    Localized::made(
        format!(
            "Diese Angabe ist nicht bekannt. Bekannt sind: {}.",
            words.collect::<Vec<_>>().join(", ")
        ),
        format!(
            "This is not known. Known are: {}.",
            codes.collect::<Vec<_>>().join(", ")
        ),
    )
}

/// A reference or number that was in use before, in this table or another one.
pub(super) fn duplicate(before: &Place, table: usize, is_case: bool) -> Localized {
    let line = before.line.unwrap_or(0);
    let (german, english) = if is_case {
        ("Dieses Aktenzeichen", "This reference")
    } else {
        ("Diese Nummer des Falls", "This number of the case")
    };
    let (in_german, in_english) = if before.table == table {
        ("dieser", "this")
    } else {
        ("einer anderen", "another")
    };
    Localized::made(
        format!("{german} steht schon in Zeile {line} {in_german} Tabelle."),
        format!("{english} stands in line {line} of {in_english} table already."),
    )
}

pub(super) fn unknown_case() -> Localized {
    Localized::fixed(
        "Einen Fall mit diesem Aktenzeichen enthält keine der Tabellen.",
        "No case with this reference is in any of the tables.",
    )
}

pub(super) fn no_cases() -> Localized {
    Localized::fixed(
        "Die Tabelle der Fälle fehlt, auf die sich diese hier bezieht; bitte alle Tabellen in einem Lauf angeben.",
        "The table of cases is missing that this one refers to; please name all tables in one run.",
    )
}

/// Things that another one names and that are not there.
pub(super) fn unknown_numbers(numbers: &[&str]) -> Localized {
    let numbers = numbers.join(", ");
    Localized::made(
        format!("In diesem Fall gibt es nicht: {numbers}."),
        format!("This case does not have: {numbers}."),
    )
}

/// Two cases for one municipality.
pub(super) fn same_municipality(rival: &str) -> Localized {
    Localized::made(
        format!(
            "Der Fall {rival} ist für dieselbe Kommune; je Agentur und Kommune ist höchstens ein Beratungsfall offen. (R02)"
        ),
        format!(
            "The case {rival} is for the same municipality; an agency has at most one open case per municipality. (R02)"
        ),
    )
}

pub(super) fn changed() -> Localized {
    Localized::fixed(
        "Die Zeile ist schon eingetragen, mit anderem Inhalt. Eingetragenes wird in Fallbuch selbst geändert, nicht durch einen weiteren Import.",
        "The line is recorded already, with other content. What is recorded is changed in Fallbuch itself, not by another import.",
    )
}

pub(super) fn out_of_sight() -> Localized {
    Localized::fixed(
        "Dieser Fall ist eingetragen, doch das Mitglied, in dessen Namen eingetragen wird, sieht ihn nicht.",
        "This case is recorded, but the member in whose name it is recorded does not see it.",
    )
}
