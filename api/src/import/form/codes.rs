//! Codes of fixed lists, with the words that stand for them in tables.

use crate::import::text::folded;

/// A code and the words for it.
#[derive(Debug)]
pub(crate) struct Code {
    /// The code on the wire.
    pub(crate) wire: &'static str,
    /// German words, the usual one first.
    pub(crate) words: &'static [&'static str],
}

/// The code that a word stands for.
pub(crate) fn wire(codes: &'static [Code], word: &str) -> Option<&'static str> {
    let word = folded(word);
    let means = |code: &&Code| {
        let mut words = code.words.iter().chain([&code.wire]);
        words.any(|known| folded(known) == word)
    };
    codes.iter().find(means).map(|code| code.wire)
}

const fn code(wire: &'static str, words: &'static [&'static str]) -> Code {
    Code { wire, words }
}

/// How a case came about.
pub(crate) static ORIGINS: &[Code] = &[
    code("kickoff", &["Auftaktveranstaltung", "Auftakt"]),
    code("request", &["Anfrage", "Anfrage der Kommune"]),
    code("approach", &["Ansprache", "Ansprache durch die Agentur"]),
];

/// The code of an initial meeting among the kinds of contacts.
pub(crate) const INITIAL_MEETING: &str = "initial_meeting";

/// How agency and municipality were in contact.
pub(crate) static CHANNELS: &[Code] = &[
    code("kickoff_event", &["Auftaktveranstaltung", "Auftakt"]),
    code(
        "call",
        &[
            "Telefon",
            "Telefonat",
            "Anruf",
            "Videogespräch",
            "Videokonferenz",
        ],
    ),
    code("mail", &["E-Mail", "Brief", "Post", "Schreiben"]),
    code("visit", &["Besuch", "Ortstermin"]),
    code("meeting", &["Besprechung", "Treffen", "Sitzung", "Termin"]),
    code(INITIAL_MEETING, &["Erstgespräch"]),
];

/// What an initial meeting came to.
pub(crate) static OUTCOMES: &[Code] = &[
    code("interested", &["interessiert", "Interesse"]),
    code("undecided", &["unentschieden", "unentschlossen", "offen"]),
    code("declined", &["abgelehnt", "Absage", "kein Interesse"]),
];

/// How pressing a need is.
pub(crate) static URGENCIES: &[Code] = &[
    code("low", &["niedrig", "gering"]),
    code("medium", &["mittel"]),
    code("high", &["hoch", "dringend"]),
];

/// What ends an agreement besides its date.
pub(crate) static END_CONDITIONS: &[Code] = &[
    code("goals_reached", &["Ziele erreicht", "Zielerreichung"]),
    code("phase_end", &["Ende der Förderphase", "Phasenende"]),
];
