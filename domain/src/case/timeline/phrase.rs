//! The parts of sentences: days, quotations, lists, singular and plural, endings.

use time::Date;

use crate::language::Language;
use crate::text::Line;

/// How many characters of a text stand where the text only names a thing.
const NAME_LENGTH: usize = 80;

/// The German or the English wording.
pub(in crate::case) fn either<'a>(language: Language, de: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::De => de,
        Language::En => en,
    }
}

/// A day as it is written in prose: `27.04.2015`, `27 April 2015`.
pub(in crate::case) fn day(language: Language, day: Date) -> String {
    let (year, month, number) = (day.year(), day.month(), day.day());
    match language {
        Language::De => format!("{number:02}.{:02}.{year:04}", u8::from(month)),
        Language::En => format!("{number} {month} {year}"),
    }
}

/// An amount of money as it is written in prose: `229.000,00 €`, `€229,000.00`.
pub(in crate::case) fn euros(language: Language, cents: u64) -> String {
    let (whole, rest) = ((cents / 100).to_string(), cents % 100);
    let (group, point) = match language {
        Language::De => ('.', ','),
        Language::En => (',', '.'),
    };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    match language {
        Language::De => format!("{grouped}{point}{rest:02} €"),
        Language::En => format!("€{grouped}{point}{rest:02}"),
    }
}

/// A text in quotation marks, without the full stop that would double the sentence's own.
pub(in crate::case) fn quote(language: Language, text: &str) -> String {
    let inner = inner_quotes(bare(&one_line(text)));
    match language {
        Language::De => format!("„{inner}“"),
        Language::En => format!("“{inner}”"),
    }
}

/// The beginning of a text in quotation marks, long enough to recognise what it names.
pub(in crate::case) fn name(language: Language, text: &str) -> String {
    quote(language, &shortened(&one_line(text)))
}

/// One, two and more things as prose lists them: `a`, `a und b`, `a, b und c`.
pub(in crate::case) fn list(language: Language, items: &[String]) -> String {
    let and = either(language, " und ", " and ");
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}

/// Texts that members entered as a list; semicolons keep apart what has an "and" of its own.
pub(in crate::case) fn enumeration(language: Language, texts: &[Line]) -> String {
    let clauses: Vec<_> = texts.iter().map(|text| clause(text.as_str())).collect();
    let joined = |clause: &String| {
        [",", ";", " und ", " and "]
            .iter()
            .any(|sign| clause.contains(sign))
    };
    if clauses.iter().any(joined) {
        clauses.join("; ")
    } else {
        list(language, &clauses)
    }
}

/// The singular for one thing, the plural for any other count.
pub(in crate::case) fn by_count<'a>(count: usize, one: &'a str, more: &'a str) -> &'a str {
    if count == 1 { one } else { more }
}

/// A text as it stands inside a sentence: on one line, without its own full stop.
pub(in crate::case) fn clause(text: &str) -> String {
    bare(&one_line(text)).to_owned()
}

/// The text closed as a sentence, unless it closes itself.
pub(in crate::case) fn sentence(text: &str) -> String {
    let closed = text.ends_with(['.', '!', '?', '…']);
    if closed {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Abbreviations at whose end a full stop belongs to the word.
const ABBREVIATIONS: [&str; 6] = ["V.", "usw.", "etc.", "ff.", "Nr.", "Abs."];

fn bare(text: &str) -> &str {
    let last = text.rsplit(' ').next().unwrap_or(text);
    if ABBREVIATIONS.contains(&last) {
        return text;
    }
    // Neither is one of several in a word, such as that of `e.V.` or of an ellipsis.
    text.strip_suffix('.')
        .filter(|_| !last.trim_end_matches('.').contains('.') && !last.ends_with(".."))
        .unwrap_or(text)
}

/// Quotation marks inside a quotation are single ones.
fn inner_quotes(text: &str) -> String {
    let single = |mark| match mark {
        '„' => '‚',
        '“' => '‘',
        '”' => '’',
        other => other,
    };
    text.chars().map(single).collect()
}

fn shortened(text: &str) -> String {
    let Some((cut, _)) = text.char_indices().nth(NAME_LENGTH) else {
        return text.to_owned();
    };
    let head = &text[..cut];
    let word_end = head.rfind(' ').unwrap_or(cut);
    format!(
        "{} …",
        head[..word_end].trim_end_matches([',', ';', ':', '.'])
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn days_are_written_as_people_do() {
        let first = date!(2015 - 04 - 07);
        assert_eq!(day(Language::De, first), "07.04.2015");
        assert_eq!(day(Language::En, first), "7 April 2015");
    }

    #[test]
    fn amounts_are_grouped_as_people_write_them() {
        assert_eq!(euros(Language::De, 22_900_000), "229.000,00 €");
        assert_eq!(euros(Language::En, 5), "€0.05");
        assert_eq!(euros(Language::En, 123_456_789), "€1,234,567.89");
        assert_eq!(euros(Language::De, 99_999), "999,99 €");
    }

    #[test]
    fn lists_have_one_and() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(Language::De, &items), "a, b und c");
        assert_eq!(list(Language::En, &items[..2]), "a and b");
        assert_eq!(list(Language::De, &items[..1]), "a");
        assert_eq!(list(Language::De, &[]), "");
    }

    #[test]
    fn an_and_of_its_own_calls_for_semicolons() {
        let both = |first: &str| enumeration(Language::De, &[first.into(), "Referent.".into()]);
        assert_eq!(both("Dezernentin"), "Dezernentin und Referent");
        assert_eq!(
            both("Amt für Bildung und Soziales"),
            "Amt für Bildung und Soziales; Referent"
        );
    }

    #[test]
    fn quotations_nest_and_lose_their_full_stop() {
        assert_eq!(quote(Language::De, "Konzept „Stadt“."), "„Konzept ‚Stadt‘“");
        assert_eq!(
            quote(Language::En, "Concept “City”\n now?"),
            "“Concept ‘City’ now?”"
        );
        assert_eq!(
            quote(Language::De, "und so weiter..."),
            "„und so weiter...“"
        );
    }

    #[test]
    fn an_abbreviation_keeps_its_full_stop() {
        for text in [
            "Jugendinstitut e.V.",
            "Jugendinstitut e. V.",
            "Schulen, Horte usw.",
        ] {
            assert_eq!(clause(text), text);
        }
        assert_eq!(clause("Es ist fertig."), "Es ist fertig");
    }

    #[test]
    fn a_name_ends_with_a_word() {
        let long = "Bildung, ".repeat(12);
        let short = name(Language::De, &long);
        assert!(short.ends_with("Bildung …“"), "{short}");
        assert!(short.chars().count() <= NAME_LENGTH + 4, "{short}");
        let exact = "x".repeat(NAME_LENGTH);
        assert_eq!(name(Language::De, &exact), format!("„{exact}“"));
    }
}
