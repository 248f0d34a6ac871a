//! A second account of a case's rules, to hold the product against.
//!
//! It was written from what the rules and the bodies' documentation say, shares no code with the
//! domain and is naive on purpose: commands are JSON, days are text, things are a map from id to a
//! status in words, and what a rule asks of the past is looked up in the list of accepted commands.
//! [`Model::verdict`] says which rules refuse a command and which only warn.
//!
//! Where several rules are touched, all that refuse are named, with these conventions, which the rules
//! themselves leave open:
//! - Warnings go with an accepted command only.
//! - A closed agency says so (R35) and nothing else.
//! - A closed case says so (R23) instead of what is wrong with the thing that the command is about.
//! - What a name would mean is not judged while the name means nothing: of an unknown solution only
//!   that it is unknown (R34), of an unknown programme only that (R12).
//! - An agreement without a usable last day holds on its first one when periods are compared (R08).
//! - Nothing is judged about a thing that the case never had; addresses of such are answered before.

mod flaw;
mod judge;
mod model;
mod operations;
mod surroundings;
mod tables;
mod tally;
mod wish;

use std::collections::BTreeSet;

use serde_json::Value;

pub use flaw::Flaw;
pub use model::{Model, Thing, shown};
pub use operations::{Operation, operation};
pub use surroundings::{Solution, Surroundings};
pub use tables::{Row, Tables};
pub use tally::Tally;
pub use wish::Wisher;

/// A command as it is sent.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The operation's id in the contract.
    pub operation: &'static str,
    /// The id of what it is about; none for the case as a whole.
    pub target: Option<String>,
    /// Its body.
    pub body: Value,
}

/// The ids of the rules that a command touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Those that refuse it; none if it is accepted.
    pub refused: BTreeSet<String>,
    /// Those that only warn.
    pub warned: BTreeSet<String>,
}

impl Verdict {
    /// Whether the command is accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.refused.is_empty()
    }
}

/// The text of a member; empty if there is none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The texts of a member that is a list.
fn texts<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    let list = value[name].as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// The day so many days after another.
///
/// # Panics
/// If `day` is no day.
#[must_use]
pub fn days_after(day: &str, count: i32) -> String {
    let mut parts = day
        .split('-')
        .map(|part| part.parse::<u16>().expect("a number"));
    let mut part = || parts.next().expect("year, month, day");
    let (year, month, of_month) = (part(), part(), part());
    let month = u8::try_from(month)
        .ok()
        .and_then(|month| time::Month::try_from(month).ok());
    let of_month = u8::try_from(of_month).expect("a day of a month");
    let date = time::Date::from_calendar_date(i32::from(year), month.expect("a month"), of_month);
    let julian = date.expect("a day").to_julian_day() + count;
    let date = time::Date::from_julian_day(julian).expect("a day");
    format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}
