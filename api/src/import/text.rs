//! Texts as people write them: how two spellings of a word are told to be the same, and white space.

/// A word without what spellings differ in: case, umlauts, and what stands between its parts. `Eröffnet am` and
/// `eroeffnet_am` are one.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            character if character.is_alphanumeric() => folded.push(character),
            _ if folded.ends_with('_') || folded.is_empty() => {}
            _ => folded.push('_'),
        }
    }
    folded.truncate(folded.trim_end_matches('_').len());
    folded
}

/// A cell's text without white space around it; spaces of other kinds become plain ones.
pub(super) fn trimmed(text: &str) -> String {
    let plain = |character| match character {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => ' ',
        other => other,
    };
    let unseen = |character: &char| !matches!(character, '\u{feff}' | '\u{200b}' | '\r');
    let text: String = text.chars().filter(unseen).map(plain).collect();
    text.trim().to_owned()
}

/// Whether it looks like text that was read in another encoding than it was written in.
pub(super) fn is_garbled(text: &str) -> bool {
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        // An umlaut of two bytes of UTF-8, or a quotation mark of three, each read as a character of its own.
        let second = characters.peek().copied().unwrap_or(' ');
        let is_second = matches!(second, '\u{80}'..='\u{bf}' | '„' | '–' | 'œ' | 'Ÿ');
        let is_umlaut = matches!(character, 'Ã' | 'Â') && is_second;
        let is_quotation = character == 'â' && second == '€';
        // No text has these; DOS writes ü as one of them.
        let is_control = character.is_control() && !matches!(character, '\n' | '\t');
        // Umlauts of DOS (ä, ö) and of the Macintosh (ä, ß, ü), read as those of Windows.
        let is_of_dos =
            matches!(character, '„' | '”') && before.is_alphabetic() && second.is_alphabetic();
        let is_of_macintosh =
            matches!(character, 'Š' | '§' | 'Ÿ') && before.is_alphabetic() && second.is_lowercase();
        if character == '\u{fffd}'
            || is_umlaut
            || is_quotation
            || is_control
            || is_of_dos
            || is_of_macintosh
        {
            return true;
        }
        before = character;
    }
    false
}

/// The parts of a list in one cell, between `separators`, without the empty ones.
pub(super) fn parts(text: &str, separators: &[char]) -> Vec<String> {
    let parts = text.split(separators).map(trimmed);
    parts.filter(|part| !part.is_empty()).collect()
}

/// What a column is called by its letter: A, …, Z, AA, …
pub(super) fn letter(index: usize) -> String {
    let (mut left, mut letters) = (index + 1, Vec::new());
    while left > 0 {
        left -= 1;
        let place = u8::try_from(left % 26).unwrap_or(0);
        letters.push(char::from(b'A' + place));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_word_are_one() {
        for spelling in [
            "Eröffnet am",
            "eroeffnet_am",
            " ERÖFFNET\u{a0}AM* ",
            "eröffnet-am:",
        ] {
            assert_eq!(folded(spelling), "eroeffnet_am", "{spelling}");
        }
        assert_eq!(folded("Straße / Ort"), "strasse_ort");
    }

    #[test]
    fn white_space_of_every_kind_goes() {
        assert_eq!(
            trimmed("\u{feff}\u{a0} Halle\u{a0}(Saale) \r\n"),
            "Halle (Saale)"
        );
        assert_eq!(trimmed(" \u{200b}\t"), "");
    }

    #[test]
    fn umlauts_read_wrongly_are_seen_and_french_is_not() {
        assert!(
            is_garbled("FrÃ¼hfÃ¶rderung") && is_garbled("Schl\u{fffd}ssel") && is_garbled("Â§")
        );
        assert!(!is_garbled("Frühförderung") && !is_garbled("São Tomé à la Ã"));
        for good in [
            "das „Bildungsbüro“, Kreis Šibenik",
            "\"Übergang ”",
            "nach §3, Ÿ",
            "zwei\nZeilen\tund mehr",
        ] {
            assert!(!is_garbled(good), "{good}");
        }
        // As DOS writes `für Väter`, the Macintosh `Väter`, `Größe` and `Bürger`; and what no text has.
        for bad in [
            "f\u{81}r",
            "V„ter",
            "VŠter",
            "Gr\u{f6}§e",
            "BŸrger",
            "a\0b",
            "\u{1b}[2K",
        ] {
            assert!(is_garbled(bad), "{bad:?}");
        }
    }

    #[test]
    fn columns_have_letters() {
        let letters = [0, 25, 26, 51, 52, 701, 702].map(letter);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
