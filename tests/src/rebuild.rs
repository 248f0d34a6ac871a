//! A second opinion on everything that follows from the log: states, list rows, unique keys and
//! counters folded from the events by the domain alone, and held against what the store keeps.

use std::collections::{BTreeMap, HashMap};

use fallbuch_domain::case::{CaseRow, FollowUpRow};
use fallbuch_domain::envelope::StoredEvent;
use fallbuch_domain::{Claim, State};
use sqlx::FromRow;
use time::Date;
use uuid::Uuid;

use crate::raw::{EventRecord, Raw};

/// Of each agency: how far its log was looked at.
pub type Positions = HashMap<Uuid, i64>;

/// The row of a stream's newest state, whole.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ProjectedHead {
    /// The agency.
    pub agency_id: Uuid,
    /// The stream.
    pub stream_id: Uuid,
    /// The kind of stream.
    pub stream_kind: String,
    /// Its newest version.
    pub version: i64,
    /// The place of its newest event in the agency's log.
    pub last_position: i64,
    /// When that was recorded, in microseconds since 1970.
    pub recorded_at: i64,
    /// The version of the state's shape.
    pub state_schema: i32,
    /// The state.
    pub state: String,
    /// The columns of the case list.
    #[sqlx(flatten)]
    pub list: ListColumns,
}

/// The columns of the case list; none of them for other streams.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct ListColumns {
    case_number: Option<String>,
    stage: Option<String>,
    municipality_key: Option<String>,
    municipality_name: Option<String>,
    municipality_kind: Option<String>,
    land: Option<String>,
    site_id: Option<Uuid>,
    advisor_id: Option<Uuid>,
    opened_on: Option<Date>,
    agreed_until: Option<Date>,
}

impl From<CaseRow> for ListColumns {
    fn from(row: CaseRow) -> Self {
        Self {
            case_number: Some(row.case_number),
            stage: Some(row.stage.code().to_owned()),
            municipality_key: Some(row.municipality.key),
            municipality_name: Some(row.municipality.name.as_str().to_owned()),
            municipality_kind: Some(row.municipality.kind.code().to_owned()),
            land: Some(row.municipality.land),
            site_id: Some(row.site),
            advisor_id: Some(row.advisor),
            opened_on: Some(row.opened_on),
            agreed_until: row.agreed_until,
        }
    }
}

/// The row of a follow-up.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ListedFollowUp {
    due_on: Date,
    status: String,
    assignee_id: Uuid,
    title: String,
}

impl ListedFollowUp {
    /// Whether it was left open in a case that is closed.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.status == "waiting"
    }
}

impl From<FollowUpRow> for ListedFollowUp {
    fn from(row: FollowUpRow) -> Self {
        Self {
            due_on: row.due_on,
            status: row.status_code().to_owned(),
            assignee_id: row.assignee,
            title: row.title.0,
        }
    }
}

/// The rows of follow-ups by agency, case and id.
pub(crate) type FollowUps = BTreeMap<(Uuid, Uuid, Uuid), ListedFollowUp>;

/// What the store keeps beside the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projected {
    /// Of each agency: after which position the rows of streams were read.
    pub after: Positions,
    /// The rows of streams that have events after that.
    pub heads: Vec<ProjectedHead>,
    /// How many streams there are.
    pub streams: i64,
    /// The rows of follow-ups.
    pub follow_ups: FollowUps,
    /// Who holds which key: by agency, kind and key.
    pub keys: BTreeMap<(Uuid, String, String), Uuid>,
    /// The counters: by agency and name.
    pub counters: BTreeMap<(Uuid, String), i64>,
}

impl Projected {
    /// What is there now; of the rows of streams those with events after `positions`.
    pub async fn read(raw: &Raw, positions: &Positions) -> Self {
        let mut heads = Vec::new();
        for lane in raw.agencies().await {
            let after = positions.get(&lane.agency_id).copied().unwrap_or(0);
            heads.extend(raw.projected_after(lane.agency_id, after).await);
        }
        let keys = raw.unique_keys().await.into_iter();
        let counters = raw.counters().await.into_iter();
        Self {
            after: positions.clone(),
            heads,
            streams: raw.number("SELECT COUNT(*) FROM stream_head").await,
            follow_ups: raw.follow_ups().await,
            keys: keys
                .map(|(agency, kind, key, stream)| ((agency, kind, key), stream))
                .collect(),
            counters: counters
                .map(|(agency, name, value)| ((agency, name), value))
                .collect(),
        }
    }
}

/// A stream as it was folded.
#[derive(Clone, Debug)]
struct Folded {
    version: i64,
    last_position: i64,
    recorded_at: i64,
    state: Option<State>,
}

/// What follows from the events so far.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    streams: HashMap<(Uuid, Uuid), Folded>,
    keys: BTreeMap<(Uuid, String, String), Uuid>,
    counters: BTreeMap<(Uuid, String), i64>,
}

impl Rebuilt {
    /// Takes the events that follow, of each agency in their order.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn follow(&mut self, events: &[EventRecord]) -> Result<(), String> {
        for event in events {
            let at = |error| format!("{} {}: {error}", event.code, event.position);
            let stored = StoredEvent::from_bytes(&event.body).map_err(at)?;
            let happened = stored.event().map_err(at)?;
            let folded = self
                .streams
                .entry((event.agency_id, event.stream_id))
                .or_insert(Folded {
                    version: 0,
                    last_position: 0,
                    recorded_at: 0,
                    state: None,
                });
            let claims = State::claims(folded.state.as_ref(), &happened);
            *folded = Folded {
                version: event.version,
                last_position: event.position,
                recorded_at: event.recorded_at,
                state: State::evolve(folded.state.take(), &happened),
            };
            self.claim(event, claims);
        }
        Ok(())
    }

    fn claim(&mut self, event: &EventRecord, claims: Vec<Claim>) {
        let agency = event.agency_id;
        for claim in claims {
            match claim {
                Claim::Take(key) => {
                    let key = (agency, key.kind.to_owned(), key.value);
                    self.keys.insert(key, event.stream_id);
                }
                Claim::Release(key) => {
                    self.keys.remove(&(agency, key.kind.to_owned(), key.value));
                }
                Claim::Count { counter, value } => {
                    let value = i64::try_from(value).expect("a counter is no larger");
                    self.counters.insert((agency, counter), value);
                }
            }
        }
    }

    /// Holds what the store keeps against what follows from the events.
    ///
    /// # Errors
    /// The first thing that differs, as a sentence.
    pub fn compare(&self, projected: &Projected) -> Result<(), String> {
        let streams = i64::try_from(self.streams.len()).expect("a count");
        if projected.streams != streams {
            let (kept, folded) = (projected.streams, streams);
            return Err(format!("{kept} streams are kept, {folded} follow"));
        }
        let moved = |(agency, folded): (&Uuid, &Folded)| {
            folded.last_position > projected.after.get(agency).copied().unwrap_or(0)
        };
        let streams = self.streams.iter();
        let moved = streams.filter(|((agency, _), folded)| moved((agency, folded)));
        let (kept, folded) = (projected.heads.len(), moved.count());
        if kept != folded {
            return Err(format!("{kept} streams have moved, {folded} follow"));
        }
        for kept in &projected.heads {
            let stream = kept.stream_id;
            let follows = self.head(kept.agency_id, stream)?;
            if *kept != follows {
                return Err(format!("{stream}: kept {kept:?}, follows {follows:?}"));
            }
        }
        let listed = self.follow_ups();
        if projected.follow_ups != listed {
            let kept = &projected.follow_ups;
            return Err(format!("follow-ups: kept {kept:?}, follow {listed:?}"));
        }
        if projected.keys != self.keys {
            return Err("other unique keys are held than follow".to_owned());
        }
        if projected.counters != self.counters {
            let (kept, follow) = (&projected.counters, &self.counters);
            return Err(format!("counters: kept {kept:?}, follow {follow:?}"));
        }
        Ok(())
    }

    fn follow_ups(&self) -> FollowUps {
        let streams = self.streams.iter();
        let rows = streams.flat_map(|((agency, stream), folded)| {
            let state = folded.state.as_ref();
            let rows = state.map_or(Vec::new(), |state| state.follow_ups_since(None));
            rows.into_iter()
                .map(|row| ((*agency, *stream, row.id), row.into()))
        });
        rows.collect()
    }

    fn head(&self, agency: Uuid, stream: Uuid) -> Result<ProjectedHead, String> {
        let folded = self.streams.get(&(agency, stream));
        let folded = folded.ok_or_else(|| format!("{stream}: no event is of it"))?;
        let state = folded.state.as_ref();
        let state = state.ok_or_else(|| format!("{stream}: its events leave no state"))?;
        Ok(ProjectedHead {
            agency_id: agency,
            stream_id: stream,
            stream_kind: state.kind().code().to_owned(),
            version: folded.version,
            last_position: folded.last_position,
            recorded_at: folded.recorded_at,
            state_schema: i32::try_from(State::schema(state.kind())).expect("a small number"),
            state: serde_json::to_string(state).expect("a state is JSON"),
            list: state.row().map(ListColumns::from).unwrap_or_default(),
        })
    }
}
