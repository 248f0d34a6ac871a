//! What the clients were told, and whether the database says the same.

use std::collections::{HashMap, HashSet};

use fallbuch_tests::{Answer, EventRecord, Positions, Projected, Raw, Rebuilt, Verified};
use uuid::Uuid;

/// What clients were told of their commands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    acknowledged: Vec<(Uuid, Answer)>,
    refused: Vec<Uuid>,
}

impl Ledger {
    /// The command is done, says the answer.
    pub(crate) fn acknowledge(&mut self, command: Uuid, answer: Answer) {
        self.acknowledged.push((command, answer));
    }

    /// The command is not done.
    pub(crate) fn refuse(&mut self, command: Uuid) {
        self.refused.push(command);
    }

    /// Takes over what another client was told.
    pub(crate) fn take(&mut self, other: &mut Self) {
        self.acknowledged.append(&mut other.acknowledged);
        self.refused.append(&mut other.refused);
    }

    /// What was said of the last command that is done.
    pub(crate) fn last(&self) -> Answer {
        self.acknowledged.last().unwrap().1.clone()
    }

    /// How many commands are done.
    pub(crate) fn done(&self) -> usize {
        self.acknowledged.len()
    }

    /// Holds the events of a log that came since the last look against what the clients were told.
    pub(crate) fn compare(&self, events: &[EventRecord]) -> Result<(), String> {
        let mut stored: HashMap<Uuid, Vec<&EventRecord>> = HashMap::new();
        let mut firsts = HashSet::new();
        for event in events {
            let id = event.command_id;
            if event.fingerprint.is_some() && !firsts.insert(id) {
                return Err(format!("{id}: carried out twice"));
            }
            stored.entry(id).or_default().push(event);
        }
        for (id, answer) in &self.acknowledged {
            let events = stored.remove(id);
            let events = events.ok_or_else(|| format!("{id}: acknowledged, not in the log"))?;
            if !firsts.contains(id) {
                return Err(format!("{id}: its key is not in the log"));
            }
            let told = answer.json();
            if told["events"].as_array().map(Vec::len) != Some(events.len()) {
                return Err(format!("{id}: other events were told than are in the log"));
            }
            // The answer holds the events as the very bytes that are stored.
            let holds = |event: &EventRecord| {
                let mut windows = answer.bytes.windows(event.body.len());
                windows.any(|part| part == event.body)
            };
            if !events.iter().all(|event| holds(event)) {
                return Err(format!("{id}: another event was told than is in the log"));
            }
        }
        if let Some(id) = self.refused.iter().find(|id| stored.contains_key(id)) {
            return Err(format!("{id}: refused, and in the log"));
        }
        match stored.keys().next() {
            Some(id) => Err(format!("{id}: in the log, and nobody asked for it")),
            None => Ok(()),
        }
    }
}

/// Where the lane, the number of events and the last position are not the same.
const GAPS: &str = "SELECT COUNT(*) FROM lane WHERE position <> \
    (SELECT COUNT(*) FROM event WHERE event.agency_id = lane.agency_id) OR position <> \
    (SELECT COALESCE(MAX(event.position), 0) FROM event WHERE event.agency_id = lane.agency_id)";

/// Looks at a database again and again: at all counts, and at everything that is new.
#[derive(Clone, Debug, Default)]
pub(crate) struct Auditor {
    positions: Positions,
    verified: Verified,
    rebuilt: Rebuilt,
}

impl Auditor {
    /// An auditor who takes for granted who asked for what is there.
    pub(crate) async fn beginning(raw: &Raw) -> Result<Self, String> {
        let mut auditor = Self::default();
        auditor.audit(raw, None).await?;
        Ok(auditor)
    }

    /// Whether the database is whole, and says of its new events what the clients were told.
    pub(crate) async fn look(&mut self, raw: &Raw, told: &Ledger) -> Result<(), String> {
        self.audit(raw, Some(told)).await
    }

    async fn audit(&mut self, raw: &Raw, told: Option<&Ledger>) -> Result<(), String> {
        let lanes = raw.agencies().await;
        let mut events = Vec::new();
        for lane in &lanes {
            let after = self.positions.get(&lane.agency_id).copied().unwrap_or(0);
            events.extend(raw.events_after(lane.agency_id, after).await);
        }
        if let Some(told) = told {
            told.compare(&events)?;
        }
        if raw.number(GAPS).await != 0 {
            return Err("positions are not dense".to_owned());
        }
        self.verified.follow(&events)?;
        self.rebuilt.follow(&events)?;
        let projected = Projected::read(raw, &self.positions).await;
        self.rebuilt.compare(&projected)?;
        for lane in &lanes {
            self.verified.ends_at(&lane.code, lane.position)?;
            self.positions.insert(lane.agency_id, lane.position);
        }
        Ok(())
    }
}
