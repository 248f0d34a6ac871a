//! Offerings and solutions: the newest state of one, and the lists of them.
//!
//! They are the agency's own and belong to no case, so whoever may see the agency may see them, at
//! whatever site. An agency has hundreds of them and not millions: a list takes the states as they are
//! stored and leaves out what its filter does not want.

use std::sync::Arc;

use fallbuch_domain::{State, StreamKind, Timestamp};
use uuid::Uuid;

use super::{Page, Point, instant, unsigned};
use crate::access::Access;
use crate::error::StoreError;
use crate::reader::{Head, Newest};
use crate::session::signed;
use crate::store::Store;
use crate::tenant::{on_bound, stated};

/// How many rows a list reads at a time once the first ones, as many as asked for, are not enough.
const ROWS: u64 = 200;

/// An offering or a solution as it is now.
#[derive(Clone, Debug)]
pub struct StreamRead {
    /// The stream's id.
    pub id: Uuid,
    /// The version of the state.
    pub version: u64,
    /// When its last event was recorded.
    pub recorded_at: Timestamp,
    /// The state.
    pub state: Arc<State>,
}

impl StreamRead {
    /// What a head tells without the log; none if it tells of another kind, or in another shape.
    pub(crate) fn remembered(id: Uuid, head: &Head) -> Option<Self> {
        let Newest::Other(state) = &head.state else {
            return None;
        };
        Some(Self {
            id,
            version: head.version,
            recorded_at: head.recorded_at,
            state: Arc::clone(state),
        })
    }
}

/// A row of a list: stream, version, instant, schema and text of its state.
type Row = (Uuid, i64, i64, i32, String);

impl Store {
    /// The offering or solution with this id as it is now; none if the agency has none such.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn stream(
        &self,
        access: &Access,
        id: Uuid,
    ) -> Result<Option<StreamRead>, StoreError> {
        let sight = self.reader(access.scope())?.ask(Some(id)).await?;
        self.stream_of(access, id, sight.stream).await
    }

    /// The offering or solution that a head tells of; none if it is none.
    pub(crate) async fn stream_of(
        &self,
        access: &Access,
        id: Uuid,
        head: Option<Head>,
    ) -> Result<Option<StreamRead>, StoreError> {
        let Some(head) = head else { return Ok(None) };
        match head.state {
            Newest::Other(_) => Ok(StreamRead::remembered(id, &head)),
            Newest::OtherShape(StreamKind::Offering | StreamKind::Solution) => {
                self.stream_from_log(access, id).await
            }
            Newest::Agency(_)
            | Newest::Case(_)
            | Newest::OtherShape(StreamKind::Agency | StreamKind::Case) => Ok(None),
        }
    }

    async fn stream_from_log(
        &self,
        access: &Access,
        id: Uuid,
    ) -> Result<Option<StreamRead>, StoreError> {
        let folded = self.fold(access.scope(), id, Point::Now).await?;
        Ok(folded.map(|folded| StreamRead {
            id,
            version: folded.version,
            recorded_at: folded.recorded_at,
            state: Arc::new(folded.state),
        }))
    }

    /// A page of the agency's offerings or solutions, the newest first: those whose state is `wanted`.
    /// `before` is the last id of the page before. Cases are in no such list, whatever kind is asked for:
    /// theirs knows of sites.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn streams(
        &self,
        access: &Access,
        kind: StreamKind,
        before: Option<Uuid>,
        limit: u64,
        wanted: impl Fn(&State) -> bool,
    ) -> Result<Page<StreamRead>, StoreError> {
        let (mut found, mut before) = (Vec::new(), before.unwrap_or(Uuid::max()));
        let mut take = limit + 1;
        loop {
            let rows = self.rows_before(access, (kind, before), take).await?;
            let last = (rows.len() as u64) < take;
            for row in rows {
                before = row.0;
                let read = self.listed(access, kind, row).await?;
                found.extend(read.filter(|read| wanted(&read.state)));
                if found.len() as u64 > limit {
                    return Ok(Page::cut(found, limit));
                }
            }
            if last {
                return Ok(Page::cut(found, limit));
            }
            take = ROWS;
        }
    }

    async fn rows_before(
        &self,
        access: &Access,
        (kind, before): (StreamKind, Uuid),
        take: u64,
    ) -> Result<Vec<Row>, StoreError> {
        const LIST: &str = "SELECT stream_id, version, recorded_at, state_schema, state \
             FROM stream_head WHERE agency_id = $1 \
             AND generation = (SELECT generation FROM lane WHERE agency_id = $1) \
             AND stream_kind <> 'case' AND stream_kind = $2 AND stream_id < $3 \
             ORDER BY stream_id DESC LIMIT $4";
        let mut bound = self.readers().bound(access.scope()).await?;
        Ok(on_bound!(bound, connection => {
            sqlx::query_as(stated(LIST))
                .bind(access.agency())
                .bind(kind.code())
                .bind(before)
                .bind(signed(take))
                .fetch_all(connection)
                .await?
        }))
    }

    /// What a row tells; a state in the shape of another version of the software comes from the log.
    async fn listed(
        &self,
        access: &Access,
        kind: StreamKind,
        (id, version, recorded_at, schema, state): Row,
    ) -> Result<Option<StreamRead>, StoreError> {
        if u32::try_from(schema).ok() != Some(State::schema(kind)) {
            return self.stream_from_log(access, id).await;
        }
        Ok(Some(StreamRead {
            id,
            version: unsigned(version)?,
            recorded_at: instant(recorded_at)?,
            state: Arc::new(State::from_stored(kind, &state)?),
        }))
    }
}
