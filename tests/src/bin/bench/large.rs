//! Long logs: rebuilding everything that follows from them, and what they cost a command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fallbuch_persistence::{DatabaseUrl, Rebuildable};
use fallbuch_tests::{Engine, World};
use futures_util::TryStreamExt as _;
use sqlx::{Connection as _, PgConnection};

use crate::append::AGENCY;
use crate::ground::{CONTACTS, Case, Submitter, access, open_cases, record};
use crate::load::{Load as _, ROUNDS, percentile, rate};
use crate::report::{Report, Wanted};

/// How many events the log of `rebuild` has, and that of the large figures.
const EVENTS: usize = 200_000;
const MILLION: usize = 1_000_000;

/// How many events the log has that `growth.append` compares with.
const SHORT: usize = 10_000;

/// How many submitters fill a log.
const AT_ONCE: usize = 64;

/// How many commands make one median.
const COMMANDS: usize = 400;

/// The most any transaction may take while a million events are replayed, in milliseconds.
const LONGEST: f64 = 1_000.0;

/// How often it is looked how long transactions are.
const LOOK: Duration = Duration::from_millis(5);

/// The figure that every run measures.
pub(crate) async fn measure(report: &mut Report) {
    if report.wants("rebuild") {
        let world = World::founded(Engine::Postgres, &[AGENCY]).await;
        grow(&world, EVENTS).await;
        rebuild(report, "rebuild", &world, ROUNDS).await;
        world.stop().await;
    }
}

/// The figures that take long: a log of a million events.
pub(crate) async fn measure_large(report: &mut Report) {
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    grow(&world, SHORT).await;
    let short = command(&world).await;
    grow(&world, MILLION - SHORT).await;
    let long = command(&world).await;
    report.add(
        "growth.append",
        "ms",
        &[long],
        &[short],
        Wanted::AtMost(1.2),
    );
    replay(report, &world).await;
    rebuild(report, "rebuild.1m", &world, 1).await;
    world.stop().await;
}

/// Writes about so many events: cases with as many contacts as they take.
async fn grow(world: &World, events: usize) {
    let contacts = usize::try_from(CONTACTS).expect("a count");
    let cases = open_cases(&world.store, &[AGENCY], events / (contacts + 1)).await;
    let share = cases.len().div_ceil(AT_ONCE);
    let work = (0..AT_ONCE).map(|place| {
        let (cases, store) = (Arc::clone(&cases), world.store.clone());
        tokio::spawn(async move {
            for case in cases.iter().skip(place * share).take(share) {
                for _ in 0..contacts {
                    record(&store, &case.access, case.id).await;
                }
            }
        })
    });
    for done in futures_util::future::join_all(work).await {
        done.expect("the log grows");
    }
}

/// The median time of one contact on a new case, in milliseconds.
async fn command(world: &World) -> f64 {
    let mut medians = Vec::new();
    for _ in 0..ROUNDS {
        let cases = open_cases(&world.store, &[AGENCY], COMMANDS / 40).await;
        let mut submitter = Submitter::many(&world.store, &cases, 1);
        let one = submitter.first_mut().expect("one submitter");
        let mut times = Vec::with_capacity(COMMANDS);
        for _ in 0..COMMANDS {
            let began = Instant::now();
            one.step().await;
            times.push(began.elapsed());
        }
        times.sort_unstable();
        medians.push(percentile(&times, 0.5));
    }
    medians.sort_by(f64::total_cmp);
    medians.get(ROUNDS / 2).copied().expect("a median")
}

async fn connection(world: &World) -> PgConnection {
    let DatabaseUrl::Postgres(options) = world.database.unwalled() else {
        panic!("the limit needs PostgreSQL");
    };
    let connection = PgConnection::connect_with(&options).await;
    connection.expect("the database answers")
}

/// Everything that follows from the log, against reading the same rows raw.
async fn rebuild(report: &mut Report, name: &'static str, world: &World, rounds: usize) {
    let mut raw = connection(world).await;
    let access = access(&world.store, AGENCY).await;
    let operator = world.store.operator();
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let began = Instant::now();
        let rows = sqlx::query_scalar::<_, Vec<u8>>(
            "SELECT body FROM event WHERE agency_id = $1 ORDER BY position",
        )
        .bind(access.agency())
        .fetch(&mut raw)
        .try_fold(0_usize, |count, _| std::future::ready(Ok(count + 1)));
        let events = rows.await.expect("the rows are read");
        limits.push(rate(events, began.elapsed()));
        let began = Instant::now();
        for what in Rebuildable::all() {
            let rebuilt = operator.rebuild(&access, what).await;
            let rebuilt = rebuilt.expect("it is rebuilt").events;
            assert_eq!(usize::try_from(rebuilt).ok(), Some(events), "all of it");
        }
        rates.push(rate(events, began.elapsed()));
    }
    report.add(name, "events/s", &rates, &limits, Wanted::AtLeast(0.25));
    raw.close().await.expect("the connection closes");
}

/// A million events read by the feed while others write: how long any transaction was open.
async fn replay(report: &mut Report, world: &World) {
    let mut raw = connection(world).await;
    let access = access(&world.store, AGENCY).await;
    let over = Arc::new(AtomicBool::new(false));
    let watch = {
        let over = Arc::clone(&over);
        async move {
            let mut longest = 0.0_f64;
            while !over.load(Ordering::Relaxed) {
                let open: Option<f64> = sqlx::query_scalar(
                    "SELECT MAX(EXTRACT(EPOCH FROM clock_timestamp() - xact_start))::float8 * 1000 \
                     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .fetch_one(&mut raw)
                .await
                .expect("the database tells");
                longest = longest.max(open.unwrap_or(0.0));
                tokio::time::sleep(LOOK).await;
            }
            raw.close().await.expect("the connection closes");
            longest
        }
    };
    let write = async {
        let cases = open_cases(&world.store, &[AGENCY], 200).await;
        let mut written = cases.iter().cycle();
        while !over.load(Ordering::Relaxed) {
            let case: &Case = written.next().expect("cases");
            record(&world.store, &case.access, case.id).await;
        }
    };
    let read = async {
        let (began, mut position) = (Instant::now(), 0_u64);
        loop {
            let page = world.store.feed(&access, position, 1_000).await;
            let page = page.expect("a page");
            position += page.items.len() as u64;
            if !page.has_more || usize::try_from(position).is_ok_and(|read| read >= MILLION) {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
        rate(MILLION, began.elapsed())
    };
    let (longest, (), replayed) = tokio::join!(watch, write, read);
    let limit = [LONGEST];
    let reported = Wanted::Reported;
    report.add("replay.1m", "events/s", &[replayed], &[], reported);
    report.add(
        "replay.longest",
        "ms",
        &[longest],
        &limit,
        Wanted::AtMost(1.0),
    );
}
