//! What one flush stores: events, the streams' new states, keys, counters and the lane's move.

use std::collections::BTreeMap;

use fallbuch_domain::case::{CaseRow, FollowUpRow};
use fallbuch_domain::{Claim, Key, State};
use time::Date;
use uuid::Uuid;

use super::{Generation, Lane, signed};

/// What the first event of a command keeps for the day the client asks again.
#[derive(Clone, Debug)]
pub(crate) struct CommandRecord {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) event_count: i32,
    pub(crate) warnings: Option<String>,
}

/// A row of the log.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) stream: Uuid,
    pub(crate) version: i64,
    pub(crate) stream_kind: &'static str,
    pub(crate) event_type: &'static str,
    pub(crate) schema: i32,
    pub(crate) occurred_on: Date,
    pub(crate) recorded_at: i64,
    pub(crate) command: Uuid,
    pub(crate) record: Option<CommandRecord>,
    pub(crate) body_hash: Vec<u8>,
    pub(crate) mac: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// A stream's newest state.
#[derive(Clone, Debug)]
pub(crate) struct HeadRow {
    pub(crate) stream_kind: &'static str,
    pub(crate) version: i64,
    pub(crate) last_position: i64,
    pub(crate) recorded_at: i64,
    pub(crate) state_schema: i32,
    pub(crate) state: String,
    pub(crate) case: Option<CaseRow>,
}

impl HeadRow {
    /// The row of a state after its stream's event `version`, which has this place in the log.
    pub(crate) fn of(
        state: &State,
        version: u64,
        last_position: u64,
        recorded_at: i64,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            stream_kind: state.kind().code(),
            version: signed(version),
            last_position: signed(last_position),
            recorded_at,
            state_schema: i32::try_from(State::schema(state.kind())).unwrap_or(i32::MAX),
            state: serde_json::to_string(state)?,
            case: state.row(),
        })
    }
}

/// Everything one flush stores for one agency, on top of a known head.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) agency: Uuid,
    /// Where the lane has to be.
    pub(crate) from: Lane,
    pub(crate) events: Vec<EventRow>,
    pub(crate) heads: BTreeMap<Uuid, HeadRow>,
    /// The follow-ups that are new or changed, by case and id.
    pub(crate) follow_ups: BTreeMap<(Uuid, Uuid), FollowUpRow>,
    /// What becomes of each unique key that the batch touches.
    pub(crate) keys: BTreeMap<Key, KeyChange>,
    pub(crate) counters: BTreeMap<String, i64>,
}

impl Batch {
    pub(crate) fn new(agency: Uuid, from: Lane) -> Self {
        Self {
            agency,
            from,
            events: Vec::new(),
            heads: BTreeMap::new(),
            follow_ups: BTreeMap::new(),
            keys: BTreeMap::new(),
            counters: BTreeMap::new(),
        }
    }

    /// The states, keys and counters it changes.
    pub(crate) fn rows(&self) -> Generation {
        Generation {
            agency: self.agency,
            number: self.from.generation,
        }
    }

    /// Where the lane stands after the batch.
    pub(crate) fn to(&self) -> Lane {
        let last = self.events.last();
        Lane {
            position: self.from.position + self.events.len() as u64,
            generation: self.from.generation,
            last_recorded_at: last.map_or(self.from.last_recorded_at, |event| event.recorded_at),
        }
    }

    /// Adds what an event of `stream` claims.
    pub(crate) fn claim(&mut self, stream: Uuid, claims: Vec<Claim>) {
        for claim in claims {
            match claim {
                Claim::Take(key) => {
                    let change = self.keys.entry(key).or_insert(KeyChange::of(false));
                    change.holder = Some(stream);
                }
                Claim::Release(key) => {
                    let change = self.keys.entry(key).or_insert(KeyChange::of(true));
                    change.holder = None;
                }
                Claim::Count { counter, value } => {
                    self.counters.insert(counter, signed(value));
                }
            }
        }
    }

    /// Adds what became of the follow-ups of `stream`.
    pub(crate) fn follow(&mut self, stream: Uuid, before: Option<&State>, after: &State) {
        let changed = after.follow_ups_since(before).into_iter();
        self.follow_ups
            .extend(changed.map(|one| ((stream, one.id), one)));
    }

    /// Whether it touches more than the log and the states: unique keys, counters or follow-ups.
    pub(crate) fn has_more(&self) -> bool {
        !self.keys.is_empty() || !self.counters.is_empty() || !self.follow_ups.is_empty()
    }

    /// The keys that nobody holds any more.
    pub(crate) fn released(&self) -> impl Iterator<Item = &Key> {
        let gone = self
            .keys
            .iter()
            .filter(|(_, change)| change.held && change.holder.is_none());
        gone.map(|(key, _)| key)
    }

    /// The keys that were free and have a holder now.
    pub(crate) fn taken(&self) -> impl Iterator<Item = (&Key, Uuid)> {
        self.now_held(false)
    }

    /// The keys that went from one holder to another.
    pub(crate) fn passed(&self) -> impl Iterator<Item = (&Key, Uuid)> {
        self.now_held(true)
    }

    fn now_held(&self, before: bool) -> impl Iterator<Item = (&Key, Uuid)> {
        let changes = self
            .keys
            .iter()
            .filter(move |(_, change)| change.held == before);
        changes.filter_map(|(key, change)| Some((key, change.holder?)))
    }
}

/// What becomes of a unique key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyChange {
    /// Whether a stream held it before the batch.
    held: bool,
    /// The stream that holds it after the batch.
    pub(crate) holder: Option<Uuid>,
}

impl KeyChange {
    fn of(held: bool) -> Self {
        Self { held, holder: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn after(claims: Vec<(Uuid, Claim)>) -> Batch {
        let mut batch = Batch::new(
            Uuid::nil(),
            Lane {
                position: 0,
                last_recorded_at: 0,
                generation: 1,
            },
        );
        for (stream, claim) in claims {
            batch.claim(stream, vec![claim]);
        }
        batch
    }

    fn key() -> Key {
        Key::open_case("15002")
    }

    #[test]
    fn what_becomes_of_a_key_is_told_by_its_first_and_last_claim() {
        let taken = after(vec![(A, Claim::Take(key()))]);
        assert_eq!(taken.taken().collect::<Vec<_>>(), [(&key(), A)]);
        assert_eq!((taken.released().count(), taken.passed().count()), (0, 0));

        let released = after(vec![(A, Claim::Release(key()))]);
        assert_eq!(released.released().collect::<Vec<_>>(), [&key()]);
        assert_eq!(
            (released.taken().count(), released.passed().count()),
            (0, 0)
        );

        let passed = after(vec![(A, Claim::Release(key())), (B, Claim::Take(key()))]);
        assert_eq!(passed.passed().collect::<Vec<_>>(), [(&key(), B)]);
        assert_eq!((passed.taken().count(), passed.released().count()), (0, 0));

        let gone = after(vec![(A, Claim::Take(key())), (A, Claim::Release(key()))]);
        let changes = (
            gone.taken().count(),
            gone.released().count(),
            gone.passed().count(),
        );
        assert_eq!(changes, (0, 0, 0), "nobody held it, nobody holds it");
    }
}
