//! PostgreSQL: the append is one statement, so a batch takes one round trip.

use std::collections::{BTreeMap, HashMap};

use fallbuch_domain::Key;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Batch, HeadColumns, Lane, Recorded, RecordedColumns, Session, StoredHead, reads, recorded,
    signed, stored_head, unsigned,
};

/// Every part joins the row that the lane's UPDATE returns: if the lane has moved, nothing is stored.
const APPEND: &str = "
WITH moved AS (
    UPDATE lane SET position = $2, last_recorded_at = $3
    WHERE agency_id = $1 AND position = $4
    RETURNING agency_id
), appended AS (
    INSERT INTO event (agency_id, position, stream_id, version, stream_kind, type, schema,
        occurred_on, recorded_at, command_id, fingerprint, event_count, warnings, body_hash, mac, body)
    SELECT moved.agency_id, new.* FROM moved, unnest($5::bigint[], $6::uuid[], $7::bigint[],
        $8::text[], $9::text[], $10::integer[], $11::date[], $12::bigint[], $13::uuid[],
        $14::bytea[], $15::integer[], $16::text[], $17::bytea[], $18::bytea[], $19::bytea[]) AS new
), headed AS (
    INSERT INTO stream_head (agency_id, stream_id, stream_kind, version, last_position, recorded_at,
        state_schema, state, case_number, stage, municipality_key, municipality_name,
        municipality_kind, land, site_id, advisor_id, opened_on, agreed_until)
    SELECT moved.agency_id, new.* FROM moved, unnest($20::uuid[], $21::text[], $22::bigint[],
        $23::bigint[], $24::bigint[], $25::integer[], $26::text[], $27::text[], $28::text[],
        $29::text[], $30::text[], $31::text[], $32::text[], $33::uuid[], $34::uuid[], $35::date[],
        $36::date[]) AS new
    ON CONFLICT (agency_id, stream_id) DO UPDATE SET
        version = EXCLUDED.version, last_position = EXCLUDED.last_position,
        recorded_at = EXCLUDED.recorded_at, state_schema = EXCLUDED.state_schema,
        state = EXCLUDED.state, case_number = EXCLUDED.case_number, stage = EXCLUDED.stage,
        municipality_key = EXCLUDED.municipality_key,
        municipality_name = EXCLUDED.municipality_name,
        municipality_kind = EXCLUDED.municipality_kind, land = EXCLUDED.land,
        site_id = EXCLUDED.site_id, advisor_id = EXCLUDED.advisor_id,
        opened_on = EXCLUDED.opened_on, agreed_until = EXCLUDED.agreed_until
), released AS (
    DELETE FROM unique_key AS held USING moved, unnest($37::text[], $38::text[]) AS gone (kind, key)
    WHERE held.agency_id = moved.agency_id AND held.kind = gone.kind AND held.key = gone.key
), taken AS (
    INSERT INTO unique_key (agency_id, kind, key, stream_id)
    SELECT moved.agency_id, new.* FROM moved, unnest($39::text[], $40::text[], $41::uuid[]) AS new
), passed AS (
    UPDATE unique_key AS held SET stream_id = new.stream_id
    FROM moved, unnest($42::text[], $43::text[], $44::uuid[]) AS new (kind, key, stream_id)
    WHERE held.agency_id = moved.agency_id AND held.kind = new.kind AND held.key = new.key
), counted AS (
    INSERT INTO counter (agency_id, name, value)
    SELECT moved.agency_id, new.* FROM moved, unnest($45::text[], $46::bigint[]) AS new
    ON CONFLICT (agency_id, name) DO UPDATE SET value = EXCLUDED.value
)
SELECT count(*) FROM moved";

impl Session for PgConnection {
    reads!(" FOR UPDATE");

    // Each key is probed by itself: `= ANY` on a table that was never analysed picks an index on the
    // agency alone.
    async fn heads(
        &mut self,
        agency: Uuid,
        streams: &[Uuid],
    ) -> Result<Vec<(Uuid, StoredHead)>, sqlx::Error> {
        let rows: Vec<HeadColumns> = sqlx::query_as(
            "SELECT head.* FROM unnest($2::uuid[]) AS asked (id) CROSS JOIN LATERAL ( \
             SELECT stream_id, version, stream_kind, state_schema, state FROM stream_head \
             WHERE agency_id = $1 AND stream_id = asked.id) AS head",
        )
        .bind(agency)
        .bind(streams)
        .fetch_all(&mut *self)
        .await?;
        rows.into_iter().map(stored_head).collect()
    }

    async fn recorded(
        &mut self,
        agency: Uuid,
        commands: &[Uuid],
    ) -> Result<HashMap<Uuid, Recorded>, sqlx::Error> {
        let rows: Vec<RecordedColumns> = sqlx::query_as(
            "SELECT done.* FROM unnest($2::uuid[]) AS asked (id) CROSS JOIN LATERAL ( \
             SELECT command_id, fingerprint, stream_id, position, event_count, warnings FROM event \
             WHERE agency_id = $1 AND command_id = asked.id AND fingerprint IS NOT NULL) AS done",
        )
        .bind(agency)
        .bind(commands)
        .fetch_all(&mut *self)
        .await?;
        rows.into_iter().map(recorded).collect()
    }

    async fn append(&mut self, batch: &Batch) -> Result<bool, sqlx::Error> {
        macro_rules! column {
            ($rows:expr, $row:ident => $value:expr) => {
                $rows.map(|$row| $value).collect::<Vec<_>>()
            };
        }
        let events = || batch.events.iter();
        let records = || events().map(|event| event.record.as_ref());
        let heads = || batch.heads.values();
        let cases = || heads().map(|head| head.case.as_ref());
        let places = || cases().map(|case| case.map(|case| &case.municipality));
        let to = batch.to();
        let moved: i64 = sqlx::query_scalar(APPEND)
            .bind(batch.agency)
            .bind(signed(to.position))
            .bind(to.last_recorded_at)
            .bind(signed(batch.from.position))
            .bind(column!(events(), event => event.position))
            .bind(column!(events(), event => event.stream))
            .bind(column!(events(), event => event.version))
            .bind(column!(events(), event => event.stream_kind))
            .bind(column!(events(), event => event.event_type))
            .bind(column!(events(), event => event.schema))
            .bind(column!(events(), event => event.occurred_on))
            .bind(column!(events(), event => event.recorded_at))
            .bind(column!(events(), event => event.command))
            .bind(column!(records(), record => record.map(|record| record.fingerprint.as_slice())))
            .bind(column!(records(), record => record.map(|record| record.event_count)))
            .bind(
                column!(records(), record => record.and_then(|record| record.warnings.as_deref())),
            )
            .bind(column!(events(), event => event.body_hash.as_slice()))
            .bind(column!(events(), event => event.mac.as_slice()))
            .bind(column!(events(), event => event.body.as_slice()))
            .bind(column!(batch.heads.keys(), stream => *stream))
            .bind(column!(heads(), head => head.stream_kind))
            .bind(column!(heads(), head => head.version))
            .bind(column!(heads(), head => head.last_position))
            .bind(column!(heads(), head => head.recorded_at))
            .bind(column!(heads(), head => head.state_schema))
            .bind(column!(heads(), head => head.state.as_str()))
            .bind(column!(cases(), case => case.map(|case| case.case_number.as_str())))
            .bind(column!(cases(), case => case.map(|case| case.stage.code())))
            .bind(column!(places(), place => place.map(|place| place.key.as_str())))
            .bind(column!(places(), place => place.map(|place| place.name.as_str())))
            .bind(column!(places(), place => place.map(|place| place.kind.code())))
            .bind(column!(places(), place => place.map(|place| place.land.as_str())))
            .bind(column!(cases(), case => case.map(|case| case.site)))
            .bind(column!(cases(), case => case.map(|case| case.advisor)))
            .bind(column!(cases(), case => case.map(|case| case.opened_on)))
            .bind(column!(cases(), case => case.and_then(|case| case.agreed_until)))
            .bind(column!(batch.released(), key => key.kind))
            .bind(column!(batch.released(), key => key.value.as_str()))
            .bind(column!(batch.taken(), taken => taken.0.kind))
            .bind(column!(batch.taken(), taken => taken.0.value.as_str()))
            .bind(column!(batch.taken(), taken => taken.1))
            .bind(column!(batch.passed(), passed => passed.0.kind))
            .bind(column!(batch.passed(), passed => passed.0.value.as_str()))
            .bind(column!(batch.passed(), passed => passed.1))
            .bind(column!(batch.counters.keys(), name => name.as_str()))
            .bind(column!(batch.counters.values(), value => *value))
            .fetch_one(&mut *self)
            .await?;
        Ok(moved == 1)
    }
}
