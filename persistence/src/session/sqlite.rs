//! SQLite: always inside `BEGIN IMMEDIATE`, so nobody else writes meanwhile.

use std::collections::{BTreeMap, HashMap};

use fallbuch_domain::Key;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::{
    Batch, Generation, HeadColumns, Lane, Recorded, RecordedColumns, Session, StoredHead, found,
    reads, recorded, signed, stated, stored_head, unsigned,
};
use crate::writer::Founding;

async fn reserve(
    connection: &mut SqliteConnection,
    agency: Uuid,
    founding: &Founding,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO login (issuer, subject, agency_id, member_id) VALUES ($1, $2, $3, $4)",
    )
    .bind(&founding.login.issuer)
    .bind(&founding.login.subject)
    .bind(agency)
    .bind(founding.administrator)
    .execute(connection)
    .await?;
    Ok(())
}

impl Session for SqliteConnection {
    found!(reserve);

    // The transaction holds the file's only write lock already.
    reads!("");

    async fn heads(
        &mut self,
        rows: Generation,
        streams: &[Uuid],
    ) -> Result<Vec<(Uuid, StoredHead)>, sqlx::Error> {
        let mut heads = Vec::with_capacity(streams.len());
        for stream in streams {
            let row: Option<HeadColumns> = sqlx::query_as(stated(
                "SELECT stream_id, version, stream_kind, state_schema, state FROM stream_head \
                 WHERE agency_id = $1 AND generation = $2 AND stream_id = $3",
            ))
            .bind(rows.agency)
            .bind(rows.number)
            .bind(*stream)
            .fetch_optional(&mut *self)
            .await?;
            heads.extend(row.map(stored_head).transpose()?);
        }
        Ok(heads)
    }

    async fn recorded(
        &mut self,
        agency: Uuid,
        commands: &[Uuid],
    ) -> Result<HashMap<Uuid, Recorded>, sqlx::Error> {
        let mut done = HashMap::new();
        for command in commands {
            let row: Option<RecordedColumns> = sqlx::query_as(stated(
                "SELECT command_id, fingerprint, stream_id, position, event_count, warnings \
                 FROM event WHERE agency_id = $1 AND command_id = $2 AND fingerprint IS NOT NULL",
            ))
            .bind(agency)
            .bind(*command)
            .fetch_optional(&mut *self)
            .await?;
            done.extend(row.map(recorded).transpose()?);
        }
        Ok(done)
    }

    async fn append(&mut self, batch: &Batch) -> Result<bool, sqlx::Error> {
        let to = batch.to();
        let moved = sqlx::query(stated(
            "UPDATE lane SET position = $2, last_recorded_at = $3 \
             WHERE agency_id = $1 AND position = $4 AND generation = $5",
        ))
        .bind(batch.agency)
        .bind(signed(to.position))
        .bind(to.last_recorded_at)
        .bind(signed(batch.from.position))
        .bind(batch.from.generation)
        .execute(&mut *self)
        .await?;
        if moved.rows_affected() != 1 {
            return Ok(false);
        }
        events(self, batch).await?;
        heads(self, batch).await?;
        follow_ups(self, batch).await?;
        keys_and_counters(self, batch).await?;
        Ok(true)
    }
}

/// How many rows one statement stores at the most; far below what SQLite bounds parameters to. Each number
/// of rows is a statement that is prepared once and kept: every further one is a walk to SQLite's thread.
const ROWS: usize = 64;

async fn events(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    for piece in batch.events.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO event (agency_id, position, stream_id, version, stream_kind, type, schema, \
             occurred_on, recorded_at, command_id, fingerprint, event_count, warnings, body_hash, \
             mac, body) ",
        );
        insert.push_values(piece, |mut row, event| {
            let record = event.record.as_ref();
            row.push_bind(batch.agency)
                .push_bind(event.position)
                .push_bind(event.stream)
                .push_bind(event.version)
                .push_bind(event.stream_kind)
                .push_bind(event.event_type)
                .push_bind(event.schema)
                .push_bind(event.occurred_on)
                .push_bind(event.recorded_at)
                .push_bind(event.command)
                .push_bind(record.map(|record| record.fingerprint.clone()))
                .push_bind(record.map(|record| record.event_count))
                .push_bind(record.and_then(|record| record.warnings.clone()))
                .push_bind(event.body_hash.clone())
                .push_bind(event.mac.clone())
                .push_bind(event.body.clone());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn heads(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    let heads: Vec<_> = batch.heads.iter().collect();
    for piece in heads.chunks(ROWS) {
        let mut upsert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO stream_head (agency_id, generation, stream_id, stream_kind, version, last_position, \
             recorded_at, state_schema, state, case_number, stage, municipality_key, \
             municipality_name, municipality_kind, land, site_id, advisor_id, opened_on, \
             agreed_until) ",
        );
        upsert.push_values(piece, |mut row, (stream, head)| {
            let case = head.case.as_ref();
            let place = case.map(|case| &case.municipality);
            row.push_bind(batch.agency)
                .push_bind(batch.from.generation)
                .push_bind(**stream)
                .push_bind(head.stream_kind)
                .push_bind(head.version)
                .push_bind(head.last_position)
                .push_bind(head.recorded_at)
                .push_bind(head.state_schema)
                .push_bind(head.state.clone())
                .push_bind(case.map(|case| case.case_number.clone()))
                .push_bind(case.map(|case| case.stage.code()))
                .push_bind(place.map(|place| place.key.clone()))
                .push_bind(place.map(|place| place.name.clone()))
                .push_bind(place.map(|place| place.kind.code()))
                .push_bind(place.map(|place| place.land.clone()))
                .push_bind(case.map(|case| case.site))
                .push_bind(case.map(|case| case.advisor))
                .push_bind(case.map(|case| case.opened_on))
                .push_bind(case.and_then(|case| case.agreed_until));
        });
        upsert.push(
            " ON CONFLICT (agency_id, generation, stream_id) DO UPDATE SET \
             version = excluded.version, last_position = excluded.last_position, \
             recorded_at = excluded.recorded_at, state_schema = excluded.state_schema, \
             state = excluded.state, case_number = excluded.case_number, stage = excluded.stage, \
             municipality_key = excluded.municipality_key, \
             municipality_name = excluded.municipality_name, \
             municipality_kind = excluded.municipality_kind, land = excluded.land, \
             site_id = excluded.site_id, advisor_id = excluded.advisor_id, \
             opened_on = excluded.opened_on, agreed_until = excluded.agreed_until",
        );
        upsert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn follow_ups(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    for ((stream, id), one) in &batch.follow_ups {
        sqlx::query(stated(
            "INSERT INTO follow_up (agency_id, generation, stream_id, follow_up_id, due_on, status, assignee_id, title) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (agency_id, generation, stream_id, follow_up_id) DO UPDATE SET due_on = excluded.due_on, \
             status = excluded.status, assignee_id = excluded.assignee_id, title = excluded.title",
        ))
        .bind(batch.agency)
        .bind(batch.from.generation)
        .bind(*stream)
        .bind(*id)
        .bind(one.due_on)
        .bind(one.status_code())
        .bind(one.assignee)
        .bind(one.title.0.clone())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn keys_and_counters(
    connection: &mut SqliteConnection,
    batch: &Batch,
) -> Result<(), sqlx::Error> {
    for key in batch.released() {
        sqlx::query(stated(
            "DELETE FROM unique_key \
             WHERE agency_id = $1 AND generation = $2 AND kind = $3 AND key = $4",
        ))
        .bind(batch.agency)
        .bind(batch.from.generation)
        .bind(key.kind)
        .bind(key.value.clone())
        .execute(&mut *connection)
        .await?;
    }
    for (key, stream) in batch.taken() {
        sqlx::query(stated(
            "INSERT INTO unique_key (agency_id, generation, kind, key, stream_id) \
             VALUES ($1, $2, $3, $4, $5)",
        ))
        .bind(batch.agency)
        .bind(batch.from.generation)
        .bind(key.kind)
        .bind(key.value.clone())
        .bind(stream)
        .execute(&mut *connection)
        .await?;
    }
    for (key, stream) in batch.passed() {
        sqlx::query(stated(
            "UPDATE unique_key SET stream_id = $5 \
             WHERE agency_id = $1 AND generation = $2 AND kind = $3 AND key = $4",
        ))
        .bind(batch.agency)
        .bind(batch.from.generation)
        .bind(key.kind)
        .bind(key.value.clone())
        .bind(stream)
        .execute(&mut *connection)
        .await?;
    }
    for (name, value) in &batch.counters {
        sqlx::query(stated(
            "INSERT INTO counter (agency_id, generation, name, value) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (agency_id, generation, name) DO UPDATE SET value = excluded.value",
        ))
        .bind(batch.agency)
        .bind(batch.from.generation)
        .bind(name.clone())
        .bind(*value)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
