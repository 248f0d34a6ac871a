//! `fallbuch import`: agencies' own tables as input.
//!
//! Invariants:
//! - Nothing is guessed: a cell is read as what it plainly says, or it is named with its line and column.
//! - A case is imported whole or not at all. Before anything of it is sent, the domain has decided all of it.
//! - What was imported is imported once: the key of each command is made of the line's own reference and number.
//!
//! The way of a table: [`table`] reads cells, [`sheet`] finds the form and its columns, [`form`] and [`reader`] make
//! [`step`]s of lines, [`plan`] puts them into the order of their cases, [`judge`] asks the domain about them, [`run`]
//! sends them, and [`report`] tells what came of it.

mod day;
#[cfg(test)]
mod docs;
pub(crate) mod form;
mod judge;
mod known;
mod number;
mod plan;
mod problem;
mod reader;
mod report;
mod run;
mod sheet;
mod step;
mod survey;
mod table;
mod template;
mod text;
mod wording;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use fallbuch_domain::{Language, Permission};
use fallbuch_persistence::{Access, Store, StoreError};

use self::judge::{Judge, JudgeError};
use self::known::Known;
use self::plan::{Case, Plan};
use self::problem::Reach;
use self::report::{Report, Steps};
use self::run::{Teller, Telling};
use self::step::Part;
use self::survey::{Standing, Survey, survey};
use crate::body_schema::{BodySchemaError, BodySchemas};
use crate::openapi::{ContractError, document};

pub(crate) use self::template::{Template, TemplateError, write_template};

/// What is to be imported, and how.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The agency's code.
    pub(crate) agency: String,
    /// The login or id of the member in whose name it is recorded.
    pub(crate) member: String,
    /// The identity provider of logins.
    pub(crate) issuer: String,
    /// The files.
    pub(crate) files: Vec<PathBuf>,
    /// Record nothing.
    pub(crate) is_dry: bool,
    /// Record the sound cases, also if others are faulty.
    pub(crate) skips_faulty: bool,
    /// The language of the report.
    pub(crate) language: Language,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    /// The report.
    pub(crate) text: String,
    /// The exit code.
    pub(crate) code: u8,
}

/// Why there was no import.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// There is no such agency.
    #[error("there is no agency {0:?}")]
    NoAgency(String),
    /// There is no such member.
    #[error("{0:?} is neither the login nor the id of a member of {1:?}")]
    Stranger(String, String),
    /// The member may not do all of it.
    #[error("the member has not the permissions {0}")]
    Forbidden(String),
    /// The store failed; what was recorded before is told by another run.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The contract cannot be made.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Its schemas cannot be used.
    #[error(transparent)]
    Schemas(#[from] BodySchemaError),
    /// A body cannot be held against it.
    #[error("{0}")]
    Judge(String),
}

impl From<JudgeError> for TablesError {
    fn from(error: JudgeError) -> Self {
        Self::Judge(error.to_string())
    }
}

/// Imports tables.
///
/// # Errors
/// If nobody could say what is wrong with the tables: the member may not, or the store fails.
pub(crate) async fn import(store: &Store, order: &Order) -> Result<Imported, TablesError> {
    let operator = store.operator();
    let no_agency = || TablesError::NoAgency(order.agency.clone());
    let agency = operator
        .agency(&order.agency)
        .await?
        .ok_or_else(no_agency)?;
    let state = store.agency(&agency).await?;
    let logins = operator.logins(&agency, &order.issuer).await?;
    let known = Known {
        agency: &state,
        catalogue: store.catalogue(),
        today: store.sources().clock.now().berlin_date(),
        logins: &logins,
    };
    let stranger = || TablesError::Stranger(order.member.clone(), order.agency.clone());
    let member = known.member(&order.member).map_err(|_| stranger())?;
    let access = operator
        .in_the_name_of(&agency, member)
        .await?
        .ok_or_else(stranger)?;
    let files = order.files.iter();
    let tables: Vec<_> = files.flat_map(|file| table::tables(file)).collect();
    let mut plan = Plan::of(&tables, &known);
    permitted(&access, &plan)?;
    let Survey {
        standings,
        holders,
        problems,
    } = survey(store, &access, &plan).await?;
    plan.problems.extend(problems);
    let schemas = BodySchemas::from_openapi(&document()?)?;
    let ids = &store.sources().ids;
    let mut judge = Judge {
        access: &access,
        agency: &state,
        catalogue: store.catalogue(),
        schemas: &schemas,
        today: known.today,
        holders,
        planned: HashMap::new(),
        new_id: &mut || ids.id(),
    };
    let mut hints = Vec::new();
    for (case, standing) in plan.cases.iter().zip(&standings) {
        let judgement = judge.judge(case, standing)?;
        if judgement.problems.is_empty() && case.is_read() {
            hints.extend(judgement.hints);
        }
        plan.problems.extend(judgement.problems);
    }
    let mut report = summary(order, &mut plan, standings.iter());
    report.hints = hints;
    let is_held_up = !report.problems.is_empty() && (!order.skips_faulty || report.is_blocked);
    if !order.is_dry && !is_held_up {
        let tellings = sound(&report, &plan.cases, standings);
        record(store, &access, &mut report, tellings).await;
    }
    Ok(Imported {
        text: report.text(order.language),
        code: report.code(),
    })
}

/// That the member may do all that the plan asks for.
fn permitted(access: &Access, plan: &Plan) -> Result<(), TablesError> {
    let steps = plan.cases.iter().flat_map(|case| &case.steps);
    let parts: HashSet<Part> = steps.map(|step| step.part).collect();
    let mut missing: Vec<Permission> = parts
        .into_iter()
        .map(|part| part.kind().permission())
        .collect();
    missing.retain(|permission| !access.may(*permission));
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let codes: Vec<_> = missing.iter().map(|permission| permission.code()).collect();
    Err(TablesError::Forbidden(codes.join(", ")))
}

/// What can be said before anything is recorded.
fn summary<'a>(
    order: &Order,
    plan: &mut Plan,
    standings: impl Iterator<Item = &'a Standing>,
) -> Report {
    let problems = std::mem::take(&mut plan.problems);
    let faulty = faulty(&problems);
    let mut steps = Steps::default();
    let mut sound = 0;
    for (case, standing) in plan.cases.iter().zip(standings) {
        let there = standing.done.iter().filter(|done| **done).count();
        steps.there += there;
        if !faulty.contains(&case.reference) && case.is_read() {
            sound += 1;
            steps.open += standing.done.len() - there;
        }
    }
    Report {
        sources: std::mem::take(&mut plan.sources),
        lines: (plan.lines, plan.remarks),
        cases: (plan.cases.len(), sound),
        is_blocked: problems.iter().any(|problem| problem.reach == Reach::Table),
        problems,
        steps,
        is_dry: order.is_dry,
        skips_faulty: order.skips_faulty,
        ..Report::default()
    }
}

/// The references of the cases that something is wrong with.
fn faulty(problems: &[problem::Problem]) -> HashSet<String> {
    let references = |problem: &problem::Problem| match &problem.reach {
        Reach::Case(reference) => vec![reference.clone()],
        Reach::Cases(references) => references.to_vec(),
        Reach::Row | Reach::Table => Vec::new(),
    };
    problems.iter().flat_map(references).collect()
}

/// The cases that nothing is wrong with.
fn sound<'a>(report: &Report, cases: &'a [Case], standings: Vec<Standing>) -> Vec<Telling<'a>> {
    let faulty = faulty(&report.problems);
    let all = cases.iter().zip(standings);
    let sound = all.filter(|(case, _)| !faulty.contains(&case.reference));
    sound
        .map(|(case, standing)| Telling {
            case,
            standing,
            recorded: 0,
            found: 0,
            stop: None,
        })
        .collect()
}

async fn record(
    store: &Store,
    access: &Access,
    report: &mut Report,
    mut tellings: Vec<Telling<'_>>,
) {
    let teller = Teller::new(store, access, report.steps.open);
    teller.tell(&mut tellings).await;
    report.steps.recorded = tellings.iter().map(|telling| telling.recorded).sum();
    report.steps.there += tellings.iter().map(|telling| telling.found).sum::<usize>();
    report.stops = tellings
        .into_iter()
        .filter_map(|telling| telling.stop)
        .collect();
}
