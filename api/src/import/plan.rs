//! From tables to a plan: the cases with their steps in the order in which they can be recorded.
//!
//! Invariant: a step comes after all that it names, and otherwise the steps of a case stand in the order of their days.

use std::collections::{HashMap, HashSet};

use time::Date;

use super::form::{CASE, Form, NUMBER, agreement, case, contact, follow_up, need, priority};
use super::known::Known;
use super::problem::{Place, Problem, Reach, Source};
use super::reader::RowReader;
use super::sheet::Sheet;
use super::step::{Part, Step};
use super::table::Table;
use super::wording;

/// A case with its steps.
#[derive(Debug)]
pub(super) struct Case {
    /// The agency's own reference.
    pub(super) reference: String,
    /// The steps in the order in which they are recorded; the opening is the first.
    pub(super) steps: Vec<Step>,
}

impl Case {
    /// Whether all of its lines could be read.
    pub(super) fn is_read(&self) -> bool {
        self.steps.iter().all(|step| step.wish.is_some())
    }
}

/// What the tables of a run ask for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Where the tables come from.
    pub(super) sources: Vec<Source>,
    /// The cases, in the order of their lines.
    pub(super) cases: Vec<Case>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// How many lines were read.
    pub(super) lines: usize,
    /// How many lines were left out as remarks.
    pub(super) remarks: usize,
}

impl Plan {
    /// Reads tables.
    pub(super) fn of(tables: &[Table], known: &Known<'_>) -> Self {
        let mut plan = Self {
            sources: tables.iter().map(|table| table.source.clone()).collect(),
            ..Self::default()
        };
        let mut sheets = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            sheets.extend(Sheet::of(number, table, &mut plan.problems));
        }
        // The cases first: lines of other forms refer to them.
        sheets.sort_by_key(|sheet| sheet.form);
        let has_cases = sheets.iter().any(|sheet| sheet.form == Form::Cases);
        let mut gathered = Gathered::default();
        for sheet in &sheets {
            plan.remarks += sheet.remarks;
            plan.lines += sheet.rows.len();
            if !sheet.rows.is_empty() {
                let lacks_cases = sheet.form != Form::Cases && !has_cases;
                let whole = lacks_cases.then(wording::no_cases);
                plan.problems.extend(whole.map(|message| Problem {
                    place: Place::table(sheet.table),
                    message,
                    reach: Reach::Table,
                }));
            }
            for row in &sheet.rows {
                let mut reader = RowReader::new(sheet, row, known);
                let steps = read(sheet.form, &mut reader);
                gathered.add(sheet.form, reader, steps, has_cases);
            }
        }
        plan.problems.append(&mut gathered.problems);
        plan.cases = gathered.cases;
        for case in &mut plan.cases {
            plan.problems.extend(unknown_links(case));
            arrange(case, known.today);
        }
        plan
    }
}

fn read(form: Form, row: &mut RowReader<'_>) -> Vec<Step> {
    match form {
        Form::Cases => case::read(row),
        Form::Contacts => contact::read(row),
        Form::Needs => need::read(row),
        Form::Priorities => priority::read(row),
        Form::Agreements => agreement::read(row),
        Form::FollowUps => follow_up::read(row),
    }
}

/// The steps found so far, by their cases.
#[derive(Default)]
struct Gathered {
    cases: Vec<Case>,
    /// The place of each case among them, by its reference.
    known: HashMap<String, usize>,
    /// Where each thing of a case stands, by form, reference and number.
    things: HashMap<(Form, String, String), Place>,
    problems: Vec<Problem>,
}

impl Gathered {
    fn add(&mut self, form: Form, mut row: RowReader<'_>, steps: Vec<Step>, has_cases: bool) {
        let reference = row.peek(&CASE);
        let is_case = form == Form::Cases;
        let number = row.peek(&NUMBER).filter(|_| !is_case).unwrap_or_default();
        let mut keep = true;
        if let Some(reference) = &reference {
            let own = if is_case { &CASE } else { &NUMBER };
            let key = (form, reference.clone(), number.clone());
            let before = self
                .things
                .get(&key)
                .filter(|_| is_case || !number.is_empty());
            if let Some(before) = before {
                row.report(own, wording::duplicate(before, row.table(), is_case));
                keep = false;
            } else {
                self.things.insert(key, row.place(own));
            }
            if is_case && keep {
                self.known.insert(reference.clone(), self.cases.len());
                self.cases.push(Case {
                    reference: reference.clone(),
                    steps: Vec::new(),
                });
            } else if !self.known.contains_key(reference) && has_cases {
                row.report(&CASE, wording::unknown_case());
            }
        }
        let place = reference
            .as_ref()
            .and_then(|reference| self.known.get(reference));
        let case = place.and_then(|place| self.cases.get_mut(*place));
        let reach = match &case {
            Some(case) => Reach::Case(case.reference.clone()),
            None => Reach::Row,
        };
        let problems = row.problems.into_iter();
        self.problems.extend(problems.map(|problem| Problem {
            reach: reach.clone(),
            ..problem
        }));
        if let Some(case) = case.filter(|_| keep || !is_case) {
            let steps = steps.into_iter();
            case.steps
                .extend(steps.map(|step| if keep { step } else { step.doubtful() }));
        }
    }
}

/// What is named in a case and not there. A line whose own number is wrong may be the one that is meant.
fn unknown_links(case: &Case) -> Vec<Problem> {
    let steps = case.steps.iter();
    let there: HashSet<(Form, Option<&String>)> = steps
        .map(|step| (step.part.form(), step.number.as_ref()))
        .collect();
    let is_there = |form: Form, number: &String| {
        there.contains(&(form, Some(number))) || there.contains(&(form, None))
    };
    let links = case.steps.iter().filter_map(|step| step.links.as_ref());
    let unknown = links.filter_map(|links| {
        let numbers = links.numbers.iter();
        let unknown = numbers.filter(|number| !is_there(links.form, number));
        let unknown: Vec<_> = unknown.map(String::as_str).collect();
        (!unknown.is_empty()).then(|| Problem {
            place: links.place.clone(),
            message: wording::unknown_numbers(&unknown),
            reach: Reach::Case(case.reference.clone()),
        })
    });
    unknown.collect()
}

/// Puts the steps of a case into the order in which they can be recorded. A day that is still to come is wrong (R26), and
/// says nothing about the order.
fn arrange(case: &mut Case, today: Date) {
    case.steps.sort_by_key(|step| step.part);
    // What a step names comes before it, whatever the days say: its own day is then that of the latest of them.
    let mut days: HashMap<(Form, String), Date> = HashMap::new();
    let mut steps: Vec<(Date, Step)> = Vec::with_capacity(case.steps.len());
    for step in case.steps.drain(..) {
        let own = step.number.clone().map(|number| (step.part.form(), number));
        let names = step.links.iter().flat_map(|links| {
            let numbers = links.numbers.iter();
            numbers.map(|number| (links.form, number.clone()))
        });
        let before = names.chain(own.clone().filter(|_| step.part == Part::Signing));
        let earliest = before.filter_map(|key| days.get(&key).copied()).max();
        let own_day = step.day.filter(|day| *day <= today);
        let day = own_day.max(earliest).unwrap_or(Date::MIN);
        days.extend(own.map(|own| (own, day)));
        let day = if step.part == Part::Opening {
            Date::MIN
        } else {
            day
        };
        steps.push((day, step));
    }
    // Stable: on one day the parts stay in their order, and within them the lines.
    steps.sort_by_key(|(day, step)| (step.part != Part::Opening, *day, step.part));
    case.steps = steps.into_iter().map(|(_, step)| step).collect();
}
