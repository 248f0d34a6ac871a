//! The plan of one agency: every command, made in memory on the same rules that the store asks later.
//!
//! Invariant: ids of things and streams are the plan's own until the store has made theirs. What is
//! planned is decided by the domain on the states that the plan has so far, so nothing is refused.

use std::collections::BTreeMap;

use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::catalogue::{Catalogue, Municipality};
use fallbuch_domain::offering::OfferingCommand;
use fallbuch_domain::solution::SolutionCommand;
use fallbuch_domain::{Command, Event, Facts, Rejection, Role, State};
use serde_json::Value;
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

use super::dice::Dice;
use super::extent::Outline;
use super::life::{Life, Span};
use super::offers::Offers;

/// The first and the last day of the histories.
pub(super) const BEGIN: Date = date!(2014 - 06 - 01);
pub(super) const END: Date = date!(2024 - 06 - 30);

/// Municipalities whose cases are opened first, so that everybody finds them: Halle (Saale), and
/// those that other ones took over.
const FIRST: [&str; 3] = ["15002", "16056", "03152"];

/// Municipalities that take over from others, or go with them: they get no cases of their own.
const TAKING_OVER: [&str; 3] = ["16063", "03159", "03156"];

/// Something could not be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A rule refuses what was planned.
    #[error("planned for {stream}: {refusal}")]
    Refused {
        /// The planned stream.
        stream: String,
        /// Why.
        refusal: Rejection,
    },
    /// A body is none of its command.
    #[error("planned body: {0}")]
    Body(#[from] serde_json::Error),
    /// The agency has no municipality, site, advisor or coordinator.
    #[error("the agency {0} has nobody to advise, or nobody who does")]
    Nobody(String),
    /// There are too few events for so many cases.
    #[error(transparent)]
    TooFewEvents(#[from] super::extent::TooFewEvents),
    /// Steps wait for each other.
    #[error("{0} steps of the plan wait for each other")]
    Stuck(usize),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// A command to a case, about one of its things or the nil id.
    Case(CommandKind, Uuid, Value),
    /// A command to an offering.
    Offering(OfferingCommand),
    /// A command to a solution.
    Solution(SolutionCommand),
}

/// One command of the plan.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The place of its stream in the plan.
    pub(super) stream: usize,
    /// The day it is entered, which decides the order.
    pub(super) entered_on: Date,
    /// The member that asks.
    pub(super) by: Uuid,
    /// What is asked for.
    pub(super) wish: Wish,
    /// The planned id of what it makes.
    pub(super) made: Option<Uuid>,
    /// The stream that has to have come so far before.
    pub(super) after: Option<(usize, u64)>,
    /// Whether everything that was entered before has to be settled.
    pub(super) alone: bool,
}

/// What the plan of an agency rests on.
pub(super) struct Ground<'a> {
    pub(super) agency: &'a AgencyState,
    pub(super) catalogue: &'a Catalogue,
    pub(super) seed: u64,
    pub(super) advisors: Vec<Uuid>,
    pub(super) coordinator: Uuid,
}

impl<'a> Ground<'a> {
    pub(super) fn of(
        agency: &'a AgencyState,
        catalogue: &'a Catalogue,
        seed: u64,
    ) -> Result<Self, PlanError> {
        let with = |role: Role| {
            let members = agency.members.iter();
            let members = members.filter(move |member| member.roles.contains(&role));
            members.map(|member| member.id)
        };
        let nobody = || PlanError::Nobody(agency.code.clone());
        Ok(Self {
            agency,
            catalogue,
            seed,
            advisors: with(Role::Advisor).collect(),
            coordinator: with(Role::Coordinator).next().ok_or_else(nobody)?,
        })
    }

    pub(super) fn dice(&self, name: &str) -> Dice {
        Dice::of(self.seed, &[&self.agency.code, name])
    }

    /// What the domain makes of a command, on the last day of the histories.
    pub(super) fn decide(
        &self,
        stream: Uuid,
        state: Option<&State>,
        command: &Command,
        streams: BTreeMap<Uuid, State>,
        new_id: Uuid,
    ) -> Result<Vec<Event>, PlanError> {
        let facts = Facts {
            stream,
            today: END,
            agency: Some(self.agency),
            catalogue: self.catalogue,
            holders: BTreeMap::new(),
            counters: BTreeMap::new(),
            streams,
        };
        let decided = command.decide(state, &facts, &mut || new_id);
        let decided = decided.map_err(|refusal| PlanError::Refused {
            stream: format!("{} of {}", command.stream_kind().code(), self.agency.code),
            refusal,
        })?;
        Ok(decided.events)
    }

    /// The municipalities in the order in which they get cases.
    fn municipalities(&self) -> Vec<&'a Municipality> {
        let served = |one: &&Municipality| {
            self.agency.land_codes.contains(&one.land)
                && !TAKING_OVER.contains(&one.key.as_str())
                && one.valid_from.is_none_or(|from| from <= BEGIN)
        };
        let mut all: Vec<_> = self
            .catalogue
            .municipalities_on(None)
            .filter(served)
            .collect();
        self.dice("municipalities").shuffle(&mut all);
        // Stable: the rest stays as chance has it.
        all.sort_by_key(|one| !FIRST.contains(&one.key.as_str()));
        all
    }
}

/// Every command of an agency, in the order in which they are entered.
pub(super) fn plan(ground: &Ground<'_>, outline: &Outline) -> Result<Vec<Step>, PlanError> {
    let count = outline.cases.len();
    let offers = Offers::plan(ground, count as u64)?;
    let mut steps = offers.steps.clone();
    let municipalities = ground.municipalities();
    if municipalities.is_empty() {
        return Err(PlanError::Nobody(ground.agency.code.clone()));
    }
    let mut stream = offers.streams;
    // The stream of the municipality's case before, and how long it is.
    let mut before: BTreeMap<usize, (usize, u64)> = BTreeMap::new();
    for (number, case) in outline.cases.iter().enumerate() {
        let place = number % municipalities.len();
        let Some(municipality) = municipalities.get(place) else {
            continue;
        };
        let slots = (count - place).div_ceil(municipalities.len());
        let mut dice = ground.dice(&format!("case {number}"));
        let span = Span::of(
            municipality,
            number / municipalities.len(),
            slots,
            case,
            &mut dice,
        );
        let life = Life::new(ground, &offers, dice, stream);
        let after = before.insert(place, (stream, case.length));
        steps.extend(life.live(municipality, case, span, after)?);
        stream += 1;
    }
    // Stable: within a day the streams come in their order, and within a stream the commands do.
    steps.sort_by_key(|step| step.entered_on);
    Ok(steps)
}

/// The day so many days later.
pub(super) fn later(day: Date, days: u32) -> Date {
    day.saturating_add(Duration::days(i64::from(days)))
}

/// The number of days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from((to - from).whole_days()).unwrap_or(0)
}
