//! Failures of the store, as the caller and the log see them.

use std::io;
use std::sync::{Arc, Mutex};

use actix_web::ResponseError as _;
use actix_web::http::header::RETRY_AFTER as RETRY_AFTER_HEADER;
use fallbuch_domain::envelope::UnreadableEvent;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Code and `Retry-After` of what the caller gets, and the log.
fn told(error: StoreError) -> (&'static str, Option<String>, String) {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_ansi(false)
        .finish();
    let problem = tracing::subscriber::with_default(log, || Problem::from(error));
    let response = problem.error_response();
    let after = response.headers().get(RETRY_AFTER_HEADER);
    let after = after.map(|value| value.to_str().unwrap().to_owned());
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    (problem.code().as_str(), after, log)
}

#[test]
fn an_event_of_another_version_is_named_in_the_log_and_asks_to_come_back() {
    let unknown = UnreadableEvent::UnknownType {
        event_type: "case_audited".to_owned(),
        schema: 3,
    };
    let newer = UnreadableEvent::UnknownSchema {
        event_type: "case_opened",
        schema: 4,
        newest: 1,
    };
    for (error, named) in [
        (unknown, "unknown event type case_audited with schema 3"),
        (newer, "unknown schema 4 of event type case_opened"),
    ] {
        let (code, after, log) = told(error.into());
        assert_eq!((code, after.as_deref()), ("stream-unreadable", Some("60")));
        assert!(log.contains("ERROR") && log.contains(named), "{log}");
    }
}

#[test]
fn a_stored_event_that_is_broken_is_an_internal_error() {
    let source = serde_json::from_str::<u8>("x").unwrap_err();
    let (code, after, log) = told(UnreadableEvent::Envelope(source).into());
    assert_eq!((code, after), ("internal", None));
    assert!(
        log.contains("ERROR") && log.contains("not an event"),
        "{log}"
    );
}

#[test]
fn a_database_that_is_away_asks_to_come_back() {
    let (code, after, log) = told(StoreError::Unavailable);
    assert_eq!((code, after.as_deref()), ("overloaded", Some("1")));
    assert!(log.contains("WARN"), "{log}");
}
