//! What of a plan is recorded already: the keys of its steps tell.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use fallbuch_domain::case::CaseEvent;
use fallbuch_domain::{Command, EventData, Key, State};
use fallbuch_persistence::{Access, Earlier, IdempotencyKey, Store, StoreError};
use uuid::Uuid;

use super::plan::{Case, Plan};
use super::problem::{Problem, Reach};
use super::step::{Step, Thing};
use super::wording;

/// How many keys are asked for at a time, and how many events.
const PAGE: usize = 1_000;

/// How often it is looked at the most, and how long it is waited in between.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// How far a case has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The case, once it is opened.
    pub(super) stream: Option<Uuid>,
    /// Its version.
    pub(super) version: u64,
    /// Its state.
    pub(super) state: Option<State>,
    /// Which of its steps are recorded, in their order.
    pub(super) done: Vec<bool>,
    /// The ids of its things.
    pub(super) made: HashMap<Thing, Uuid>,
}

/// The key of a step.
pub(super) fn key(store: &Store, step: &Step) -> IdempotencyKey {
    IdempotencyKey {
        key: step.key(),
        fingerprint: store.fingerprint(&[b"import", step.fingerprinted().as_bytes()]),
    }
}

/// The id of what an event made.
pub(super) fn made(data: &EventData) -> Option<Uuid> {
    let EventData::Case(event) = data else {
        return None;
    };
    if let CaseEvent::NeedCaptured(captured) = event {
        Some(captured.need)
    } else if let CaseEvent::PriorityAgreed(agreed) = event {
        Some(agreed.priority)
    } else if let CaseEvent::AgreementDrafted(drafted) = event {
        Some(drafted.agreement)
    } else {
        None
    }
}

/// What is recorded already, and what is held that the plan asks for.
pub(super) struct Survey {
    /// How far each case has come.
    pub(super) standings: Vec<Standing>,
    /// Who holds what openings ask for.
    pub(super) holders: BTreeMap<Key, Uuid>,
    /// What was recorded with other content, or cannot be seen.
    pub(super) problems: Vec<Problem>,
}

/// Surveys a plan. If the agency's log moves meanwhile, it is looked again: what another import of the same has just
/// recorded is not to be taken for somebody else's.
pub(super) async fn survey(
    store: &Store,
    access: &Access,
    plan: &Plan,
) -> Result<Survey, StoreError> {
    let mut looks = 0;
    loop {
        let position = store.position(access).await?;
        let (standings, problems) = standings(store, access, plan).await?;
        let holders = holders(store, access, plan, &standings).await?;
        looks += 1;
        if looks == LOOKS || store.position(access).await? == position {
            return Ok(Survey {
                standings,
                holders,
                problems,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn standings(
    store: &Store,
    access: &Access,
    plan: &Plan,
) -> Result<(Vec<Standing>, Vec<Problem>), StoreError> {
    let steps = plan.cases.iter().flat_map(|case| &case.steps);
    let keys: Vec<_> = steps.map(|step| key(store, step)).collect();
    let mut earlier = Vec::with_capacity(keys.len());
    for keys in keys.chunks(PAGE) {
        earlier.extend(store.earlier(access, keys).await?);
    }
    let mut earlier = earlier.into_iter();
    let (mut standings, mut problems) = (Vec::with_capacity(plan.cases.len()), Vec::new());
    for case in &plan.cases {
        let earlier: Vec<_> = earlier.by_ref().take(case.steps.len()).collect();
        problems.extend(changed(case, &earlier));
        let standing = standing(store, access, case, &earlier).await?;
        if standing.stream.is_some() && standing.state.is_none() && standing.done.contains(&false) {
            problems.extend(case.steps.first().map(|opening| Problem {
                place: opening.place.clone(),
                message: wording::out_of_sight(),
                reach: Reach::Case(case.reference.clone()),
            }));
        }
        standings.push(standing);
    }
    Ok((standings, problems))
}

fn changed(case: &Case, earlier: &[Option<Earlier>]) -> Vec<Problem> {
    let steps = case.steps.iter().zip(earlier);
    let changed = steps.filter(|(step, earlier)| {
        step.wish.is_some() && earlier.is_some_and(|earlier| !earlier.is_same)
    });
    let problem = |(step, _): (&Step, _)| Problem {
        place: step.place.clone(),
        message: wording::changed(),
        reach: Reach::Case(case.reference.clone()),
    };
    changed.map(problem).collect()
}

async fn standing(
    store: &Store,
    access: &Access,
    case: &Case,
    earlier: &[Option<Earlier>],
) -> Result<Standing, StoreError> {
    let mut standing = Standing {
        stream: earlier
            .first()
            .copied()
            .flatten()
            .map(|opened| opened.stream),
        done: earlier.iter().map(Option::is_some).collect(),
        ..Standing::default()
    };
    let (Some(stream), true) = (standing.stream, standing.done.contains(&false)) else {
        return Ok(standing);
    };
    let Some(read) = store.case(access, stream).await? else {
        return Ok(standing);
    };
    standing.version = read.version;
    standing.state = Some(State::Case(read.state.as_ref().clone()));
    let of_command: HashMap<Uuid, Thing> = case
        .steps
        .iter()
        .zip(earlier)
        .filter_map(|(step, earlier)| Some((earlier.as_ref()?.command, step.thing()?)))
        .collect();
    let mut after = 0;
    loop {
        let page = store.events(access, stream, after, PAGE as u64).await?;
        for body in &page.items {
            let stored = body.read()?;
            after = stored.version;
            let Some(thing) = of_command.get(&stored.command_id) else {
                continue;
            };
            let id = made(&stored.event()?.data);
            standing.made.extend(id.map(|id| (thing.clone(), id)));
        }
        if !page.has_more {
            return Ok(standing);
        }
    }
}

/// Who holds what the openings that are still to come ask for.
async fn holders(
    store: &Store,
    access: &Access,
    plan: &Plan,
    standings: &[Standing],
) -> Result<BTreeMap<Key, Uuid>, StoreError> {
    let unopened = plan.cases.iter().zip(standings);
    let unopened = unopened.filter(|(_, standing)| standing.stream.is_none());
    let openings = unopened.filter_map(|(case, _)| case.steps.first()?.wish.clone()?.command(None));
    let catalogue = store.catalogue();
    let keys = openings.flat_map(|opening| Command::Case(opening).needs(None, catalogue).keys);
    store.holders(access, keys.collect::<Vec<_>>()).await
}
