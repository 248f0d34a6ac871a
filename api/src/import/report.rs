//! What came of an import, for the person who asked for it.

use std::fmt::Write as _;

use super::problem::{Place, Problem, Source};
use crate::language::{Language, Localized};

/// Nothing is left to do.
pub(crate) const DONE: u8 = 0;
/// Something is wrong with the tables; nothing was recorded.
pub(crate) const FAULTY: u8 = 3;
/// The sound cases are recorded, or some of them; others are not.
pub(crate) const PARTLY: u8 = 4;

/// How many hints are told one by one.
const HINTS: usize = 20;

/// What came of an import.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Where the tables come from.
    pub(super) sources: Vec<Source>,
    /// How many lines were read, and how many were left out as remarks.
    pub(super) lines: (usize, usize),
    /// How many cases there are, and how many of them are sound.
    pub(super) cases: (usize, usize),
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// What is worth a look.
    pub(super) hints: Vec<(Place, Localized)>,
    /// How many steps are to be recorded, were, and were there already.
    pub(super) steps: Steps,
    /// What stopped cases midway.
    pub(super) stops: Vec<Problem>,
    /// Whether nothing was to be recorded.
    pub(super) is_dry: bool,
    /// Whether sound cases were to be recorded beside faulty ones.
    pub(super) skips_faulty: bool,
    /// Whether a table as a whole is faulty.
    pub(super) is_blocked: bool,
}

/// Steps counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Steps {
    /// Of sound cases, not recorded yet.
    pub(super) open: usize,
    /// Recorded by this run.
    pub(super) recorded: usize,
    /// Recorded before.
    pub(super) there: usize,
}

impl Report {
    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        let goes_on = self.skips_faulty && !self.is_blocked;
        if !self.stops.is_empty() || (goes_on && !self.problems.is_empty() && !self.is_dry) {
            PARTLY
        } else if self.problems.is_empty() {
            DONE
        } else {
            FAULTY
        }
    }

    /// The whole in words.
    pub(super) fn text(&self, language: Language) -> String {
        let mut text = String::new();
        let german = language == Language::De;
        let mut say = |german_line: String, english_line: String| {
            text.push_str(if german { &german_line } else { &english_line });
            text.push('\n');
        };
        let (lines, remarks) = self.lines;
        let (cases, sound) = self.cases;
        let tables = self.sources.len();
        say(
            format!(
                "Gelesen: {lines} Zeilen in {tables} Tabellen, {cases} Fälle; {remarks} Zeilen mit # übergangen."
            ),
            format!(
                "Read: {lines} lines in {tables} tables, {cases} cases; {remarks} lines with # left out."
            ),
        );
        let mut problems: Vec<_> = self.problems.iter().collect();
        problems.sort_by(|left, right| left.place.cmp(&right.place));
        // One cell can break one rule in more ways than one, and be named for it once.
        problems.dedup_by(|right, left| left.place == right.place && left.message == right.message);
        let many = problems.len();
        if many > 0 {
            say(
                format!("\n{}:", counted(many, "Problem", "Probleme")),
                format!("\n{}:", counted(many, "problem", "problems")),
            );
        }
        let listed = |text: &mut String, place: &Place, message: &Localized| {
            let place = place.name(&self.sources, language);
            // Writing to a string does not fail.
            let _infallible = writeln!(text, "{place}: {}", message.text(language));
        };
        for problem in problems {
            listed(&mut text, &problem.place, &problem.message);
        }
        if !self.hints.is_empty() {
            text.push_str(if german {
                "\nHinweise, die nichts aufhalten:\n"
            } else {
                "\nHints, which hold nothing up:\n"
            });
        }
        for (place, message) in self.hints.iter().take(HINTS) {
            listed(&mut text, place, message);
        }
        let more = self.hints.len().saturating_sub(HINTS);
        if more > 0 {
            let _infallible = match language {
                Language::De => writeln!(text, "… und {more} weitere"),
                Language::En => writeln!(text, "… and {more} more"),
            };
        }
        if !self.stops.is_empty() {
            text.push_str(if german {
                "\nUnterwegs aufgehalten:\n"
            } else {
                "\nHeld up on the way:\n"
            });
        }
        for stop in &self.stops {
            listed(&mut text, &stop.place, &stop.message);
        }
        text.push('\n');
        text.push_str(&self.outcome(german, (cases, sound)));
        text.push('\n');
        text.replace(is_unseen, "\u{fffd}")
    }

    fn outcome(&self, german: bool, (cases, sound): (usize, usize)) -> String {
        let Steps {
            open,
            recorded,
            there,
        } = self.steps;
        let faulty = !self.problems.is_empty();
        let nothing = self.is_dry || (faulty && (!self.skips_faulty || self.is_blocked));
        if nothing && german {
            let mut text = format!(
                "Nichts wurde eingetragen. {sound} von {cases} Fällen sind in Ordnung: {open} Einträge stehen aus, {there} sind schon da."
            );
            if self.is_blocked {
                text.push_str(" Solange etwas eine ganze Tabelle betrifft, wird auch mit --skip-faulty nichts eingetragen.");
            } else if faulty && !self.skips_faulty {
                text.push_str(
                    " Mit --skip-faulty werden die Fälle eingetragen, die in Ordnung sind.",
                );
            }
            text
        } else if nothing {
            let mut text = format!(
                "Nothing was recorded. {sound} of {cases} cases are sound: {open} entries are to be recorded, {there} are there already."
            );
            if self.is_blocked {
                text.push_str(" As long as something is wrong with a whole table, nothing is recorded with --skip-faulty either.");
            } else if faulty && !self.skips_faulty {
                text.push_str(" With --skip-faulty the sound cases are recorded.");
            }
            text
        } else if german {
            let mut text = format!("{recorded} eingetragen, {there} schon da.");
            if faulty {
                let _infallible = write!(
                    text,
                    " {sound} von {cases} Fällen waren in Ordnung, die übrigen sind nicht eingetragen."
                );
            }
            if !self.stops.is_empty() {
                let _infallible = write!(
                    text,
                    " {} wurden unterwegs aufgehalten und sind bis dahin eingetragen; ein weiterer Lauf mit denselben Tabellen fährt dort fort.",
                    counted(self.stops.len(), "Fall", "Fälle")
                );
            }
            text
        } else {
            let mut text = format!("{recorded} recorded, {there} already there.");
            if faulty {
                let _infallible = write!(
                    text,
                    " {sound} of {cases} cases were sound, the others are not recorded."
                );
            }
            if !self.stops.is_empty() {
                let _infallible = write!(
                    text,
                    " Held up on the way and recorded up to there: {}; another run with the same tables goes on from there.",
                    counted(self.stops.len(), "case", "cases")
                );
            }
            text
        }
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What a terminal would obey and not show: tables come from anybody.
fn is_unseen(character: char) -> bool {
    let steers_writing = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    steers_writing || character.is_control() && character != '\n'
}

#[cfg(test)]
mod tests {
    use super::super::problem::Reach;
    use super::*;

    #[test]
    fn cases_that_were_held_up_are_told_plainly() {
        let stop = Problem {
            place: Place::table(0),
            message: Localized::fixed("Jemand anderes.", "Somebody else."),
            reach: Reach::Case("A".to_owned()),
        };
        let report = Report {
            stops: vec![stop],
            steps: Steps {
                open: 7,
                recorded: 3,
                there: 1,
            },
            ..Report::default()
        };
        assert_eq!(report.code(), PARTLY);
        let text = report.text(Language::En);
        assert!(text.contains("Somebody else."), "{text}");
        assert!(text.contains("3 recorded, 1 already there."), "{text}");
        assert!(text.contains("goes on from there"), "{text}");
    }
}
