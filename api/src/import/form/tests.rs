//! That the forms are what they say they are.

use fallbuch_domain::case::event::{Channel, EndCondition};
use fallbuch_domain::case::{MeetingOutcome, Origin, Urgency};
use serde::de::DeserializeOwned;

use super::codes::{CHANNELS, END_CONDITIONS, INITIAL_MEETING, ORIGINS, OUTCOMES, URGENCIES};
use super::*;

#[test]
fn a_header_means_one_column_of_its_form() {
    for form in Form::ALL {
        for column in form.columns() {
            let names = column.synonyms.iter().chain([&column.name, &column.german]);
            for name in names {
                let mut meant = form.columns().iter().filter(|one| one.is_called(name));
                assert!(
                    meant.next().is_some_and(|one| one.is(column)),
                    "{form:?} {name}"
                );
                assert!(meant.next().is_none(), "{form:?} {name}");
            }
        }
    }
}

#[test]
fn a_form_is_known_by_its_names_and_no_other() {
    for form in Form::ALL {
        for name in [
            form.code(),
            form.title(Language::De),
            form.title(Language::En),
        ] {
            assert_eq!(Form::named(name), Some(form), "{name}");
            assert_eq!(
                Form::named(&format!("02 {name} 2015")),
                Some(form),
                "{name}"
            );
        }
    }
    for name in ["Tabelle1", "Bedarfserfassung", "Unfälle"] {
        assert_eq!(Form::named(name), None, "{name}");
    }
}

fn codes_are_those_of<T: DeserializeOwned>(codes: &[Code]) {
    for code in codes.iter().filter(|code| code.wire != INITIAL_MEETING) {
        let value = serde_json::Value::from(code.wire);
        assert!(serde_json::from_value::<T>(value).is_ok(), "{}", code.wire);
    }
}

#[test]
fn codes_are_those_of_the_domain() {
    codes_are_those_of::<Origin>(ORIGINS);
    codes_are_those_of::<Channel>(CHANNELS);
    codes_are_those_of::<MeetingOutcome>(OUTCOMES);
    codes_are_those_of::<Urgency>(URGENCIES);
    codes_are_those_of::<EndCondition>(END_CONDITIONS);
}

#[test]
fn a_word_means_one_code() {
    for list in [ORIGINS, CHANNELS, OUTCOMES, URGENCIES, END_CONDITIONS] {
        for code in list {
            for word in code.words.iter().chain([&code.wire]) {
                assert_eq!(codes::wire(list, word), Some(code.wire), "{word}");
            }
        }
    }
}
