//! The newest state of a case, and the list of cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use fallbuch_domain::case::event::MunicipalityReference;
use fallbuch_domain::case::{Admission, CaseState, CommandKind, Stage, admissions};
use fallbuch_domain::catalogue::MunicipalityKind;
use fallbuch_domain::{Facts, State, StreamKind, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Statement,
};
use time::Date;
use uuid::Uuid;

use super::{Page, Point, instant, unsigned};
use crate::access::Access;
use crate::entity::lane::live_generation;
use crate::entity::stream_head::{self, Column};
use crate::error::StoreError;
use crate::reader::{Head, Newest};
use crate::store::Store;
use crate::tenant::{on_bound, restated, stated};

/// A case as it is now, or was at a version.
#[derive(Clone, Debug)]
pub struct CaseRead {
    /// The case's id.
    pub id: Uuid,
    /// The version of the state.
    pub version: u64,
    /// When the last event of that version was recorded.
    pub recorded_at: Timestamp,
    /// The state.
    pub state: Arc<CaseState>,
}

/// Where a case is in its history, without its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// The case's id.
    pub id: Uuid,
    /// The newest version.
    pub version: u64,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseListItem {
    /// The case's id.
    pub id: Uuid,
    /// The newest version.
    pub version: u64,
    /// When its last event was recorded.
    pub recorded_at: Timestamp,
    /// The file number.
    pub case_number: String,
    /// How far the case has come.
    pub stage: Stage,
    /// The municipality.
    pub municipality: MunicipalityReference,
    /// The site in charge.
    pub site: Uuid,
    /// The member who advises.
    pub advisor: Uuid,
    /// The opening day.
    pub opened_on: Date,
    /// The last day of the last signed agreement.
    pub agreed_until: Option<Date>,
}

/// Which cases a list holds; what is absent does not restrict.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Only cases of this stage.
    pub stage: Option<Stage>,
    /// Only cases of the municipality with this key.
    pub municipality: Option<String>,
    /// Only cases of this site.
    pub site: Option<Uuid>,
    /// Only cases of this advisor.
    pub advisor: Option<Uuid>,
}

impl Store {
    /// The newest state of a case; none if there is no such case for this caller.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn case(&self, access: &Access, id: Uuid) -> Result<Option<CaseRead>, StoreError> {
        let sight = self.reader(access.scope())?.ask(Some(id)).await?;
        self.case_of(access, id, sight.stream).await
    }

    /// The case that a head tells of; none if it is none, or not for this caller.
    pub(crate) async fn case_of(
        &self,
        access: &Access,
        id: Uuid,
        head: Option<Head>,
    ) -> Result<Option<CaseRead>, StoreError> {
        let Some(head) = head else { return Ok(None) };
        let case = match head.state {
            Newest::Case(state) => Some(CaseRead {
                id,
                version: head.version,
                recorded_at: head.recorded_at,
                state,
            }),
            Newest::OtherShape(StreamKind::Case) => self.case_as_of(access, id, Point::Now).await?,
            Newest::Agency(_)
            | Newest::Other(_)
            | Newest::OtherShape(
                StreamKind::Agency | StreamKind::Offering | StreamKind::Solution,
            ) => None,
        };
        Ok(case.filter(|case| access.sees(id, case.state.site)))
    }

    /// The head of a case's history; none if there is no such case for this caller. It reads no state,
    /// so it is there also for a case with events that this version does not know.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn case_head(
        &self,
        access: &Access,
        id: Uuid,
    ) -> Result<Option<CaseHead>, StoreError> {
        const HEAD: &str = "SELECT version, site_id FROM stream_head WHERE agency_id = $1 \
             AND generation = (SELECT generation FROM lane WHERE agency_id = $1) \
             AND stream_id = $2 AND stream_kind = $3";
        let mut bound = self.readers().bound(access.scope()).await?;
        let row: Option<(i64, Option<Uuid>)> = on_bound!(bound, connection => {
            sqlx::query_as(stated(HEAD))
                .bind(access.agency())
                .bind(id)
                .bind(StreamKind::Case.code())
                .fetch_optional(connection)
                .await?
        });
        let Some((version, site)) = row else {
            return Ok(None);
        };
        let site = site.ok_or_else(|| StoreError::Corrupt(format!("list columns of case {id}")))?;
        let version = unsigned(version)?;
        let visible = access.sees(id, site);
        Ok(visible.then_some(CaseHead { id, version }))
    }

    /// A page of the agency's cases, the newest first; `before` is the last id of the page before.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cases(
        &self,
        access: &Access,
        filter: &CaseFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Page<CaseListItem>, StoreError> {
        let mut query = stream_head::Entity::find()
            .filter(Column::AgencyId.eq(access.agency()))
            .filter(Column::Generation.in_subquery(live_generation(access.agency())))
            .filter(Column::StreamKind.eq(StreamKind::Case.code()));
        if let Some(stage) = filter.stage {
            query = query.filter(Column::Stage.eq(stage.code()));
        }
        if let Some(key) = &filter.municipality {
            query = query.filter(Column::MunicipalityKey.eq(key));
        }
        if let Some(site) = filter.site {
            query = query.filter(Column::SiteId.eq(site));
        }
        if let Some(advisor) = filter.advisor {
            query = query.filter(Column::AdvisorId.eq(advisor));
        }
        if let Some(sites) = access.sites() {
            query = query.filter(Column::SiteId.is_in(sites.iter().copied()));
        }
        if let Some(cases) = access.cases() {
            query = query.filter(Column::StreamId.is_in(cases.iter().copied()));
        }
        if let Some(before) = before {
            query = query.filter(Column::StreamId.lt(before));
        }
        let transaction = self.readers().begin_reading(access.scope()).await?;
        let query = query.order_by_desc(Column::StreamId).limit(limit + 1);
        let statement = query.build(transaction.get_database_backend());
        let statement = Statement {
            sql: restated(&statement.sql).into_owned(),
            ..statement
        };
        let rows = stream_head::Entity::find()
            .from_raw_sql(statement)
            .all(&transaction)
            .await?;
        transaction.commit().await?;
        let items = rows
            .into_iter()
            .map(list_item)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, limit))
    }

    /// Every command on every target of a case, and whether it is admitted now.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn admissions(
        &self,
        access: &Access,
        case: &CaseRead,
    ) -> Result<Vec<Admission>, StoreError> {
        let (mut holders, mut streams) = (BTreeMap::new(), BTreeMap::new());
        for kind in CommandKind::ALL {
            let needs = kind.needs(&case.state, self.catalogue());
            for id in needs.streams {
                let stream = self.stream(access, id).await?;
                streams.extend(stream.map(|stream| (id, State::clone(&stream.state))));
            }
            for key in needs.keys {
                if let Some(holder) = self.key_holder(access, &key).await? {
                    holders.insert(key, holder);
                }
            }
        }
        let agency = self.agency(access).await?;
        let facts = Facts {
            stream: case.id,
            today: self.sources().clock.now().berlin_date(),
            agency: Some(&agency),
            catalogue: self.catalogue(),
            holders,
            counters: BTreeMap::new(),
            streams,
        };
        Ok(admissions(&case.state, &facts))
    }
}

fn list_item(row: stream_head::Model) -> Result<CaseListItem, StoreError> {
    let id = row.stream_id;
    let incomplete = || StoreError::Corrupt(format!("list columns of case {id}"));
    let kind = row
        .municipality_kind
        .as_deref()
        .and_then(MunicipalityKind::from_code);
    let municipality = MunicipalityReference {
        key: row.municipality_key.ok_or_else(incomplete)?,
        kind: kind.ok_or_else(incomplete)?,
        land: row.land.ok_or_else(incomplete)?,
        name: row.municipality_name.ok_or_else(incomplete)?,
    };
    let stage = row.stage.as_deref().and_then(Stage::from_code);
    Ok(CaseListItem {
        id,
        version: unsigned(row.version)?,
        recorded_at: instant(row.recorded_at)?,
        case_number: row.case_number.ok_or_else(incomplete)?,
        stage: stage.ok_or_else(incomplete)?,
        municipality,
        site: row.site_id.ok_or_else(incomplete)?,
        advisor: row.advisor_id.ok_or_else(incomplete)?,
        opened_on: row.opened_on.ok_or_else(incomplete)?,
        agreed_until: row.agreed_until,
    })
}
