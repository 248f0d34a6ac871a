//! The agency's follow-ups across its cases: what is due next.
//!
//! The rows of `follow_up` are written with the events that change them, in the same append, as those of `stream_head`
//! are: whoever scheduled a follow-up finds it in the very next answer, and both are rebuilt together. What the list
//! says of a case (its number, municipality, site and version) is not repeated there but taken from its row, so a
//! succession changes no row of a follow-up.
//!
//! A follow-up of a closed case is not to be done: one that was left open waits (`FollowUpRow::status`) and is in no
//! list until the case is reopened. Closing and reopening write that down, so that a page costs what it holds: the
//! ones left open are the oldest, and a question that passed over them would read all of them before its first row.
//!
//! Rejected: rows that follow the log (`projection/worker.rs`), because a list would lag by up to a quarter of a second
//! behind the command that its reader has just sent, or would have to wait for the checkpoint; and reading the states
//! of all cases at each question.

use fallbuch_domain::case::FollowUpStatus;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use time::Date;
use uuid::Uuid;

use super::{Page, unsigned};
use crate::access::Access;
use crate::error::StoreError;
use crate::session::signed;
use crate::store::Store;
use crate::tenant::restated;

/// Which follow-ups a list holds; what is absent does not restrict.
#[derive(Clone, Debug)]
pub struct FollowUpFilter {
    /// How far they have come.
    pub status: FollowUpStatus,
    /// Only those of this member.
    pub assignee: Option<Uuid>,
    /// Only those of this case.
    pub case: Option<Uuid>,
    /// Only those due on this day or later.
    pub due_from: Option<Date>,
    /// Only those due before this day.
    pub due_before: Option<Date>,
}

/// A follow-up in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpListItem {
    /// The follow-up's id.
    pub id: Uuid,
    /// What it is about.
    pub title: String,
    /// When it is due.
    pub due_on: Date,
    /// The member who has to come back to it.
    pub assignee: Uuid,
    /// How far it has come.
    pub status: FollowUpStatus,
    /// The case.
    pub case: Uuid,
    /// The case's newest version.
    pub case_version: u64,
    /// The case's file number.
    pub case_number: String,
    /// The key of the case's municipality.
    pub municipality_key: String,
    /// The name of the case's municipality.
    pub municipality_name: String,
    /// The site in charge of the case.
    pub site: Uuid,
}

/// Each row with the row of its case.
const LIST: &str = "SELECT follow_up.follow_up_id, follow_up.title, follow_up.due_on, follow_up.assignee_id, \
     follow_up.status, follow_up.stream_id, head.version, head.case_number, head.municipality_key, \
     head.municipality_name, head.site_id FROM follow_up JOIN stream_head AS head \
     ON head.agency_id = follow_up.agency_id AND head.generation = follow_up.generation \
     AND head.stream_id = follow_up.stream_id WHERE follow_up.agency_id = $1 \
     AND follow_up.generation = (SELECT generation FROM lane WHERE agency_id = $1) AND follow_up.status = $2";

/// A list's question: its text, and what stands for each of its parameters.
struct Question {
    sql: String,
    values: Vec<Value>,
}

impl Question {
    fn of(access: &Access, filter: &FollowUpFilter) -> Self {
        let mut question = Self {
            sql: LIST.to_owned(),
            values: vec![access.agency().into(), filter.status.code().into()],
        };
        if let Some(assignee) = filter.assignee {
            question.and("follow_up.assignee_id = ", assignee);
        }
        if let Some(case) = filter.case {
            question.and("follow_up.stream_id = ", case);
        }
        if let Some(from) = filter.due_from {
            question.and("follow_up.due_on >= ", from);
        }
        if let Some(before) = filter.due_before {
            question.and("follow_up.due_on < ", before);
        }
        if let Some(sites) = access.sites() {
            question.and_one_of("head.site_id", sites);
        }
        if let Some(cases) = access.cases() {
            question.and_one_of("follow_up.stream_id", cases);
        }
        question
    }

    /// A parameter with this value.
    fn parameter(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    fn and(&mut self, comparison: &str, value: impl Into<Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(comparison);
        self.parameter(value);
    }

    /// Of nothing at all, nothing is one.
    fn and_one_of(&mut self, column: &str, ids: &[Uuid]) {
        self.sql.push_str(" AND (1 = 0");
        for id in ids {
            self.sql.push_str(" OR ");
            self.sql.push_str(column);
            self.sql.push_str(" = ");
            self.parameter(*id);
        }
        self.sql.push(')');
    }

    fn behind(&mut self, (due_on, id): (Date, Uuid)) {
        self.sql
            .push_str(" AND (follow_up.due_on, follow_up.follow_up_id) > (");
        self.parameter(due_on);
        self.sql.push_str(", ");
        self.parameter(id);
        self.sql.push(')');
    }

    fn first(&mut self, limit: u64) {
        self.sql
            .push_str(" ORDER BY follow_up.due_on, follow_up.follow_up_id LIMIT ");
        self.parameter(signed(limit));
    }
}

impl Store {
    /// A page of the follow-ups of the cases that the caller sees, those due first in front; `after` is the day and id
    /// of the last one of the page before.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn follow_ups(
        &self,
        access: &Access,
        filter: &FollowUpFilter,
        after: Option<(Date, Uuid)>,
        limit: u64,
    ) -> Result<Page<FollowUpListItem>, StoreError> {
        let mut question = Question::of(access, filter);
        if let Some(after) = after {
            question.behind(after);
        }
        question.first(limit + 1);
        let transaction = self.readers().begin_reading(access.scope()).await?;
        let statement = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            restated(&question.sql),
            question.values,
        );
        let rows = transaction.query_all_raw(statement).await?;
        transaction.commit().await?;
        let items = rows.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, limit))
    }
}

fn item(row: &QueryResult) -> Result<FollowUpListItem, StoreError> {
    let id: Uuid = row.try_get("", "follow_up_id")?;
    let status: String = row.try_get("", "status")?;
    let status = FollowUpStatus::from_code(&status)
        .ok_or_else(|| StoreError::Corrupt(format!("status of follow-up {id}")))?;
    Ok(FollowUpListItem {
        id,
        title: row.try_get("", "title")?,
        due_on: row.try_get("", "due_on")?,
        assignee: row.try_get("", "assignee_id")?,
        status,
        case: row.try_get("", "stream_id")?,
        case_version: unsigned(row.try_get("", "version")?)?,
        case_number: row.try_get("", "case_number")?,
        municipality_key: row.try_get("", "municipality_key")?,
        municipality_name: row.try_get("", "municipality_name")?,
        site: row.try_get("", "site_id")?,
    })
}
