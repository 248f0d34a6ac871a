//! Statements with one of their agencies left out: what a programmer could forget, tried for every statement in turn.
//!
//! In tests a statement on agencies' rows passes through [`stated`] on its way to the database. What is changed is
//! changed for one thread alone, so other tests go on.

use std::cell::RefCell;
use std::collections::BTreeSet;

/// One comparison with an agency, left out of one statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mutation {
    /// The statement as it should be.
    pub(crate) statement: String,
    /// Which of its comparisons.
    pub(crate) place: usize,
}

#[derive(Default)]
struct Thread {
    seen: BTreeSet<String>,
    active: Option<Mutation>,
}

thread_local! {
    static THREAD: RefCell<Thread> = RefCell::default();
}

/// The statement as it goes to the database.
pub(crate) fn stated(statement: &str) -> String {
    THREAD.with_borrow_mut(|thread| {
        thread.seen.insert(statement.to_owned());
        match &thread.active {
            Some(mutation) if mutation.statement == statement => mutation.mutated(),
            Some(_) | None => statement.to_owned(),
        }
    })
}

/// Runs with `mutation` from now on, on this thread.
pub(crate) fn activate(mutation: Option<Mutation>) {
    THREAD.with_borrow_mut(|thread| thread.active = mutation);
}

/// Every mutation of the statements that this thread has sent so far.
pub(crate) fn seen() -> Vec<Mutation> {
    THREAD.with_borrow(|thread| {
        let of = |statement: &String| {
            let places = 0..comparisons(statement).len();
            let statement = statement.clone();
            places.map(move |place| Mutation {
                statement: statement.clone(),
                place,
            })
        };
        thread.seen.iter().flat_map(of).collect()
    })
}

impl Mutation {
    /// The statement without the comparison; what it was compared with stays, as SQLite counts what is bound.
    pub(crate) fn mutated(&self) -> String {
        let (from, to, operand) = comparisons(&self.statement)[self.place];
        let parameter = operand.starts_with(['$', '?']);
        let instead = if parameter {
            format!("{operand} IS NOT NULL")
        } else {
            "TRUE".to_owned()
        };
        let (before, after) = (&self.statement[..from], &self.statement[to..]);
        format!("{before}{instead}{after}")
    }
}

/// Where a column `agency_id` is compared for equality, from the column to the end of what it is compared with.
fn comparisons(statement: &str) -> Vec<(usize, usize, &str)> {
    const COLUMN: &str = "agency_id";
    let mut found = Vec::new();
    for (at, _) in statement.match_indices(COLUMN) {
        let behind = statement[at + COLUMN.len()..].trim_start_matches('"');
        let Some(operand) = behind.trim_start().strip_prefix('=') else {
            continue;
        };
        let operand = operand.trim_start();
        let end = operand.find([' ', ')', ',', '\n']).unwrap_or(operand.len());
        let operand = &operand[..end];
        let is_of_name = |one: char| one.is_ascii_alphanumeric() || "_.\"".contains(one);
        let from = statement[..at].trim_end_matches(is_of_name).len();
        let to = operand.as_ptr() as usize - statement.as_ptr() as usize + operand.len();
        found.push((from, to, operand));
    }
    found
}

#[test]
fn a_comparison_is_found_and_left_out_wherever_it_stands() {
    for (statement, expected) in [
        (
            "SELECT a FROM t WHERE agency_id = $1 AND b = $2",
            "SELECT a FROM t WHERE $1 IS NOT NULL AND b = $2",
        ),
        (
            "… WHERE \"t\".\"agency_id\" = ? AND …",
            "… WHERE ? IS NOT NULL AND …",
        ),
        ("… ON h.agency_id = lane.agency_id)", "… ON TRUE)"),
    ] {
        let mutation = Mutation {
            statement: statement.to_owned(),
            place: 0,
        };
        assert_eq!(mutation.mutated(), expected);
        assert_eq!(comparisons(statement).len(), 1);
    }
    assert!(comparisons("INSERT INTO t (agency_id, b) VALUES ($1, $2)").is_empty());
}
