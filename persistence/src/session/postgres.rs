//! PostgreSQL: the append is one statement, so a batch takes one round trip.

use std::collections::{BTreeMap, HashMap};

use fallbuch_domain::Key;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Batch, Generation, HeadColumns, Lane, Recorded, RecordedColumns, Session, StoredHead, found,
    reads, recorded, signed, stated, stored_head, unsigned,
};
use crate::writer::Founding;

/// Moves the lane and stores events and states. Every part joins the row that the lane's UPDATE returns:
/// if the lane has moved, nothing is stored. Rows come out of their columns by subscript: `unnest` of
/// many arrays puts each of them into a store of its own first, which costs more than the inserts.
macro_rules! append {
    ($more:expr) => {
        concat!(
            "
WITH moved AS (
    UPDATE lane SET position = $2, last_recorded_at = $3
    WHERE agency_id = $1 AND position = $4 AND generation = $5
    RETURNING agency_id, generation
), appended AS (
    INSERT INTO event (agency_id, position, stream_id, version, stream_kind, type, schema,
        occurred_on, recorded_at, command_id, fingerprint, event_count, warnings, body_hash, mac, body)
    SELECT moved.agency_id,
        ($6::bigint[])[i], ($7::uuid[])[i], ($8::bigint[])[i], ($9::text[])[i], ($10::text[])[i],
        ($11::integer[])[i], ($12::date[])[i], ($13::bigint[])[i], ($14::uuid[])[i], ($15::bytea[])[i],
        ($16::integer[])[i], ($17::text[])[i], ($18::bytea[])[i], ($19::bytea[])[i], ($20::bytea[])[i]
    FROM moved, generate_subscripts($6::bigint[], 1) AS i
), headed AS (
    INSERT INTO stream_head (agency_id, generation, stream_id, stream_kind, version, last_position,
        recorded_at, state_schema, state, case_number, stage, municipality_key, municipality_name,
        municipality_kind, land, site_id, advisor_id, opened_on, agreed_until)
    SELECT moved.*,
        ($21::uuid[])[i], ($22::text[])[i], ($23::bigint[])[i], ($24::bigint[])[i], ($25::bigint[])[i],
        ($26::integer[])[i], ($27::text[])[i], ($28::text[])[i], ($29::text[])[i], ($30::text[])[i],
        ($31::text[])[i], ($32::text[])[i], ($33::text[])[i], ($34::uuid[])[i], ($35::uuid[])[i],
        ($36::date[])[i], ($37::date[])[i]
    FROM moved, generate_subscripts($21::uuid[], 1) AS i
    ON CONFLICT (agency_id, generation, stream_id) DO UPDATE SET
        version = EXCLUDED.version, last_position = EXCLUDED.last_position,
        recorded_at = EXCLUDED.recorded_at, state_schema = EXCLUDED.state_schema,
        state = EXCLUDED.state, case_number = EXCLUDED.case_number, stage = EXCLUDED.stage,
        municipality_key = EXCLUDED.municipality_key,
        municipality_name = EXCLUDED.municipality_name,
        municipality_kind = EXCLUDED.municipality_kind, land = EXCLUDED.land,
        site_id = EXCLUDED.site_id, advisor_id = EXCLUDED.advisor_id,
        opened_on = EXCLUDED.opened_on, agreed_until = EXCLUDED.agreed_until
)",
            $more,
            " SELECT count(*) FROM moved"
        )
    };
}

/// The append of a batch that has nothing more, neither claims nor follow-ups: most of them.
const APPEND: &str = append!("");

/// Keys that change are found one by one and then by their place in the table: joined, all keys of the
/// agency would be gone through. Nobody else moves them meanwhile, as the lane is locked.
const APPEND_WITH_MORE: &str = append!(
    ", released AS (
    DELETE FROM unique_key WHERE ctid IN (SELECT held.ctid
        FROM moved, unnest($38::text[], $39::text[]) AS gone (kind, key), LATERAL (
            SELECT ctid FROM unique_key WHERE agency_id = moved.agency_id
                AND generation = moved.generation AND kind = gone.kind AND key = gone.key LIMIT 1) AS held)
), taken AS (
    INSERT INTO unique_key (agency_id, generation, kind, key, stream_id)
    SELECT moved.*, new.* FROM moved, unnest($40::text[], $41::text[], $42::uuid[]) AS new
), passed AS (
    UPDATE unique_key SET stream_id = passing.stream_id FROM (SELECT held.ctid, new.stream_id
        FROM moved, unnest($43::text[], $44::text[], $45::uuid[]) AS new (kind, key, stream_id), LATERAL (
            SELECT ctid FROM unique_key WHERE agency_id = moved.agency_id
                AND generation = moved.generation AND kind = new.kind AND key = new.key LIMIT 1) AS held
        ) AS passing WHERE unique_key.ctid = passing.ctid
), counted AS (
    INSERT INTO counter (agency_id, generation, name, value)
    SELECT moved.*, new.* FROM moved, unnest($46::text[], $47::bigint[]) AS new
    ON CONFLICT (agency_id, generation, name) DO UPDATE SET value = EXCLUDED.value
), followed AS (
    INSERT INTO follow_up (agency_id, generation, stream_id, follow_up_id, due_on, status, assignee_id, title)
    SELECT moved.*, new.* FROM moved, unnest($48::uuid[], $49::uuid[], $50::date[], $51::text[], $52::uuid[], $53::text[]) AS new
    ON CONFLICT (agency_id, generation, stream_id, follow_up_id) DO UPDATE SET due_on = EXCLUDED.due_on,
        status = EXCLUDED.status, assignee_id = EXCLUDED.assignee_id, title = EXCLUDED.title
)"
);

/// The table of logins is closed to the application: the function takes the connection's own agency.
async fn reserve(
    connection: &mut PgConnection,
    _: Uuid,
    founding: &Founding,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT reserve_login($1, $2, $3)")
        .bind(&founding.login.issuer)
        .bind(&founding.login.subject)
        .bind(founding.administrator)
        .execute(connection)
        .await?;
    Ok(())
}

impl Session for PgConnection {
    found!(reserve);

    reads!(" FOR UPDATE");

    // Each key is probed by itself, which LIMIT makes sure of: on a table that was never analysed the
    // planner takes a join for cheaper, by a scan of the whole agency.
    async fn heads(
        &mut self,
        rows: Generation,
        streams: &[Uuid],
    ) -> Result<Vec<(Uuid, StoredHead)>, sqlx::Error> {
        let rows: Vec<HeadColumns> = sqlx::query_as(stated(
            "SELECT head.* FROM unnest($3::uuid[]) AS asked (id) CROSS JOIN LATERAL ( \
             SELECT stream_id, version, stream_kind, state_schema, state FROM stream_head \
             WHERE agency_id = $1 AND generation = $2 AND stream_id = asked.id LIMIT 1) AS head",
        ))
        .bind(rows.agency)
        .bind(rows.number)
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
        let rows: Vec<RecordedColumns> = sqlx::query_as(stated("SELECT done.* FROM unnest($2::uuid[]) AS asked (id) CROSS JOIN LATERAL ( \
             SELECT command_id, fingerprint, stream_id, position, event_count, warnings FROM event \
             WHERE agency_id = $1 AND command_id = asked.id AND fingerprint IS NOT NULL LIMIT 1) AS done"))
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
        let follow_ups = || batch.follow_ups.values();
        let more = batch.has_more();
        let sql = if more { APPEND_WITH_MORE } else { APPEND };
        let append = sqlx::query_scalar(stated(sql))
            .bind(batch.agency)
            .bind(signed(to.position))
            .bind(to.last_recorded_at)
            .bind(signed(batch.from.position))
            .bind(batch.from.generation)
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
            .bind(column!(cases(), case => case.and_then(|case| case.agreed_until)));
        if !more {
            let moved: i64 = append.fetch_one(&mut *self).await?;
            return Ok(moved == 1);
        }
        let moved: i64 = append
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
            .bind(column!(batch.follow_ups.keys(), place => place.0))
            .bind(column!(follow_ups(), one => one.id))
            .bind(column!(follow_ups(), one => one.due_on))
            .bind(column!(follow_ups(), one => one.status_code()))
            .bind(column!(follow_ups(), one => one.assignee))
            .bind(column!(follow_ups(), one => one.title.as_str()))
            .fetch_one(&mut *self)
            .await?;
        Ok(moved == 1)
    }
}
