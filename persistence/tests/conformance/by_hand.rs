//! Another process, by hand: a connection of the application that appends on its own.
//!
//! It is of a version to come: its events are of a type that nobody here knows, each in a stream of
//! its own. They have to pass through every feed all the same.

use std::time::Duration;

use fallbuch_persistence::DatabaseUrl;
use sqlx::ConnectOptions as _;

use crate::setup::{Agency, DAY, Database, Raw};

/// A connection past the walls: what a process writes that is not ours.
pub(crate) async fn connect(database: &Database) -> Raw {
    match &database.unwalled() {
        DatabaseUrl::Sqlite(options) => {
            let options = options
                .as_ref()
                .clone()
                .busy_timeout(Duration::from_mins(1));
            Raw::Sqlite(options.connect().await.unwrap())
        }
        DatabaseUrl::Postgres(options) => Raw::Postgres(options.connect().await.unwrap()),
    }
}

/// Begins a transaction, moves the agency's lane in it and inserts the event; everything is held until
/// the transaction ends.
pub(crate) async fn begin_append(process: &mut Raw, agency: &Agency) {
    const MOVE: &str =
        "UPDATE lane SET position = position + 1 WHERE agency_id = $1 RETURNING position";
    const INSERT: &str = "INSERT INTO event (agency_id, position, stream_id, version, stream_kind, \
         type, schema, occurred_on, recorded_at, command_id, body_hash, mac, body) \
         SELECT agency_id, position, $2, 1, 'case', 'of_tomorrow', 1, $3, last_recorded_at, $2, $4, $4, \
         $5 FROM lane WHERE agency_id = $1";
    macro_rules! append {
        ($connection:expr) => {{
            let id = agency.access.agency();
            let moved = sqlx::query_scalar(MOVE)
                .bind(id)
                .fetch_one(&mut *$connection)
                .await;
            let position: i64 = moved.unwrap();
            let stream = agency.store.sources().ids.id();
            let body = format!("{{\"command_id\":\"{stream}\",\"position\":{position}}}");
            let insert = sqlx::query(INSERT).bind(id).bind(stream).bind(DAY);
            let insert = insert.bind(vec![0_u8; 32]).bind(body.into_bytes());
            insert
                .execute(&mut *$connection)
                .await
                .unwrap()
                .rows_affected()
        }};
    }
    let begin = match process {
        Raw::Sqlite(_) => "BEGIN IMMEDIATE",
        Raw::Postgres(_) => "BEGIN",
    };
    process.run(begin).await.unwrap();
    let inserted = match process {
        Raw::Sqlite(connection) => append!(connection),
        Raw::Postgres(connection) => append!(connection),
    };
    assert_eq!(inserted, 1);
}
