//! Carries a plan out: as many commands at a time as do not wait for each other, always in the same order.
//!
//! Invariants: what is sent together depends on the plan alone, never on who was quicker, so the same plan
//! comes to the same log; and every command has a key of its own, so that a broken-off run can be repeated.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fallbuch_domain::{Command, EventData};
use fallbuch_persistence::{Access, Expected, IdempotencyKey, Receipt, Store, StoreError};
use futures_util::future::try_join_all;
use serde_json::Value;
use uuid::Uuid;

use super::plan::{PlanError, Step, Wish};
use crate::demo::DemoError;

/// How far ahead it is looked for commands that do not wait.
const AHEAD: usize = 96;

/// Sends the steps of one agency.
pub(super) struct Sender<'a> {
    pub(super) store: &'a Store,
    /// The members that ask.
    pub(super) accesses: BTreeMap<Uuid, Access>,
    pub(super) seed: u64,
    /// Is told how many commands were carried out.
    pub(super) told: &'a (dyn Fn(u64) + Sync),
}

/// A stream of the plan as it is in the store.
#[derive(Clone, Copy, Default)]
struct Stream {
    /// Its id, once it is there.
    id: Option<Uuid>,
    /// How many of its commands were sent.
    sent: u64,
}

/// How far a plan was carried out.
struct Carried {
    streams: BTreeMap<usize, Stream>,
    /// The store's ids of planned things; none yet for what is still to be made.
    ids: BTreeMap<Uuid, Option<Uuid>>,
}

impl Sender<'_> {
    /// Sends everything, in the order of the plan.
    pub(super) async fn send(&self, steps: Vec<Step>) -> Result<(), DemoError> {
        let planned = steps.iter().filter_map(|step| step.made);
        let mut carried = Carried {
            streams: BTreeMap::new(),
            ids: planned.map(|id| (id, None)).collect(),
        };
        let mut waiting = VecDeque::from(steps);
        while !waiting.is_empty() {
            let batch = carried.next(&mut waiting);
            if batch.is_empty() {
                return Err(PlanError::Stuck(waiting.len()).into());
            }
            let mut sent = Vec::with_capacity(batch.len());
            for (step, version) in &batch {
                sent.push(self.enter(&carried, step, *version)?);
            }
            // They are asked in this order, and a queue keeps it.
            let receipts = try_join_all(sent).await?;
            for ((step, _), receipt) in batch.iter().zip(&receipts) {
                carried.learn(step, receipt)?;
            }
            (self.told)(batch.len() as u64);
        }
        Ok(())
    }

    fn enter(
        &self,
        carried: &Carried,
        step: &Step,
        version: u64,
    ) -> Result<impl Future<Output = Result<Receipt, DemoError>> + use<'_>, DemoError> {
        let stream = carried.streams.get(&step.stream).and_then(|one| one.id);
        let command = carried.command(&step.wish)?;
        let access = self.accesses.get(&step.by);
        let access = access.ok_or_else(|| PlanError::Nobody(step.by.to_string()))?;
        let key = format!("demo/network/{}/{}/{version}", self.seed, step.stream);
        let expected = match version {
            0 => Expected::New,
            version => Expected::Version(version),
        };
        let key = IdempotencyKey {
            fingerprint: self.store.fingerprint(&[b"demo", key.as_bytes()]),
            key,
        };
        Ok(async move {
            let done = self.store.execute(access, stream, expected, command, key);
            Ok(done.await?)
        })
    }
}

impl Carried {
    /// Takes the steps that can go now, each with the version that its stream has then.
    fn next(&mut self, waiting: &mut VecDeque<Step>) -> Vec<(Step, u64)> {
        let (mut batch, mut kept) = (Vec::new(), Vec::new());
        let mut held_up = BTreeSet::new();
        let ahead = waiting.len().min(AHEAD);
        for step in waiting.drain(..ahead) {
            if !held_up.contains(&step.stream) && self.can_go(&step, kept.is_empty()) {
                let stream = self.streams.entry(step.stream).or_default();
                let version = stream.sent;
                stream.sent += 1;
                batch.push((step, version));
            } else {
                // What follows in the same stream waits as well.
                held_up.insert(step.stream);
                kept.push(step);
            }
        }
        for step in kept.into_iter().rev() {
            waiting.push_front(step);
        }
        batch
    }

    fn can_go(&self, step: &Step, first: bool) -> bool {
        let stream = self.streams.get(&step.stream).copied().unwrap_or_default();
        let is_there = stream.sent == 0 || stream.id.is_some();
        let others = step.after.is_none_or(|(other, version)| {
            let other = self.streams.get(&other);
            other.is_some_and(|other| other.sent >= version)
        });
        is_there && others && (first || !step.alone) && self.knows(&step.wish)
    }

    /// Whether the store has made everything that is named.
    fn knows(&self, wish: &Wish) -> bool {
        let unknown = |id: &Uuid| self.ids.get(id).is_some_and(Option::is_none);
        match wish {
            Wish::Case(_, target, body) => !unknown(target) && !names(body, &unknown),
            Wish::Offering(_) | Wish::Solution(_) => true,
        }
    }

    /// The command with the store's ids.
    fn command(&self, wish: &Wish) -> Result<Command, PlanError> {
        Ok(match wish {
            Wish::Case(kind, target, body) => {
                let target = self.id(*target).unwrap_or(*target);
                let mut body = body.clone();
                self.rename(&mut body);
                Command::Case(kind.command(target, body)?)
            }
            Wish::Offering(command) => Command::Offering(command.clone()),
            Wish::Solution(command) => Command::Solution(command.clone()),
        })
    }

    fn id(&self, planned: Uuid) -> Option<Uuid> {
        self.ids.get(&planned).copied().flatten()
    }

    fn rename(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let id = Uuid::parse_str(text).ok().and_then(|id| self.id(id));
                if let Some(id) = id {
                    *text = id.to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Value::Object(members) => members.values_mut().for_each(|one| self.rename(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Learns what the store made.
    fn learn(&mut self, step: &Step, receipt: &Receipt) -> Result<(), DemoError> {
        let stream = self.streams.entry(step.stream).or_default();
        stream.id = Some(receipt.stream);
        let Some(planned) = step.made else {
            return Ok(());
        };
        let real = match &step.wish {
            Wish::Case(..) => made(receipt)?,
            Wish::Offering(_) | Wish::Solution(_) => Some(receipt.stream),
        };
        self.ids.insert(planned, real);
        Ok(())
    }
}

/// The id of the thing that a command to a case made.
fn made(receipt: &Receipt) -> Result<Option<Uuid>, DemoError> {
    for body in &receipt.events {
        let event = body.read()?.event().map_err(StoreError::from)?;
        let made = match event.data {
            EventData::Case(data) => data.made(),
            EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
        };
        if made.is_some() {
            return Ok(made);
        }
    }
    Ok(None)
}

/// Whether an id that is `looked_for` stands in the value.
fn names(value: &Value, looked_for: &impl Fn(&Uuid) -> bool) -> bool {
    match value {
        Value::String(text) => Uuid::parse_str(text).is_ok_and(|id| looked_for(&id)),
        Value::Array(items) => items.iter().any(|item| names(item, looked_for)),
        Value::Object(members) => members.values().any(|one| names(one, looked_for)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
