//! Folding a long stream, against reading the same rows raw.

use std::time::Instant;

use fallbuch_persistence::{DatabaseUrl, Point, Store};
use fallbuch_tests::{Engine, World};
use sqlx::{Connection as _, PgConnection};

use crate::append::AGENCY;
use crate::ground::{Case, open_cases, record};
use crate::load::{ROUNDS, rate};
use crate::report::{Report, Wanted};

/// How many events the stream has.
pub(crate) const EVENTS: usize = 10_000;

/// How many contacts wait at a time while the stream is written.
const AT_ONCE: usize = 200;

/// `replay.10k`.
pub(crate) async fn measure(report: &mut Report) {
    const NAME: &str = "replay.10k";
    if !report.wants(NAME) {
        return;
    }
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    let cases = open_cases(&world.store, &[AGENCY], 1).await;
    let case = cases.first().expect("one case");
    fill(&world.store, case, EVENTS - 1).await;
    let DatabaseUrl::Postgres(options) = world.database.unwalled() else {
        panic!("the limit needs PostgreSQL");
    };
    let mut connection = PgConnection::connect_with(&options)
        .await
        .expect("the database answers");
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS * 3 {
        let began = Instant::now();
        let rows: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT body FROM event WHERE agency_id = $1 AND stream_id = $2 ORDER BY version",
        )
        .bind(case.access.agency())
        .bind(case.id)
        .fetch_all(&mut connection)
        .await
        .expect("the rows are read");
        limits.push(rate(rows.len(), began.elapsed()));
        let began = Instant::now();
        let version = u64::try_from(EVENTS).expect("a count");
        let at = Point::Version(version);
        let folded = world.store.case_as_of(&case.access, case.id, at).await;
        let folded = folded.expect("the stream is folded").expect("the case");
        rates.push(rate(EVENTS, began.elapsed()));
        assert_eq!(folded.version, version, "the whole stream was folded");
    }
    report.add(NAME, "events/s", &rates, &limits, Wanted::AtLeast(0.5));
    // A database with a connection to it cannot be removed.
    connection.close().await.expect("the connection closes");
    world.stop().await;
}

/// Records so many contacts on one case.
pub(crate) async fn fill(store: &Store, case: &Case, contacts: usize) {
    let mut left = contacts;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let (access, id) = (&case.access, case.id);
        let waiting = (0..now).map(|_| record(store, access, id));
        futures_util::future::join_all(waiting).await;
        left -= now;
    }
}
