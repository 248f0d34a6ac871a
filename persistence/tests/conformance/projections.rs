//! What follows from the log: kept up to it, stopped by what it cannot apply, rebuilt without a pause.

use std::time::Duration;

use fallbuch_persistence::{Following, Operator, Rebuildable, Store};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::setup::{Agency, Database, Engine, Raw, on_both};

/// What the projection counts, in the words of the log itself.
const WRONG_COUNTS: &str = "SELECT COUNT(*) FROM (
    SELECT agency_id, type, COUNT(*) AS count FROM event GROUP BY agency_id, type EXCEPT
    SELECT a.agency_id, a.type, CAST(SUM(a.count) AS BIGINT) FROM activity a JOIN projection p
    ON p.agency_id = a.agency_id AND p.generation = a.generation AND p.name = 'activity' AND p.live
    GROUP BY a.agency_id, a.type) AS difference";

async fn wrong_counts(raw: &mut Raw) -> i64 {
    raw.numbers(WRONG_COUNTS).await[0]
}

/// Waits until every projection has followed every log to its end, or stopped.
async fn settled(store: &Store) -> Vec<Following> {
    for _ in 0..200 {
        let following = store.following().await.unwrap();
        let settled = |one: &Following| one.lag == 0 || one.stopped_at.is_some();
        if !following.is_empty() && following.iter().all(settled) {
            return following;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "the projections do not follow: {:?}",
        store.following().await
    );
}

async fn contacts(agency: &Agency, case: Uuid, name: &str, count: usize) {
    let keys: Vec<_> = (0..count)
        .map(|number| format!("{name}/{number}"))
        .collect();
    for receipt in join_all(keys.iter().map(|key| agency.contact(case, key))).await {
        receipt.unwrap();
    }
}

fn named(name: &str) -> Rebuildable {
    Rebuildable::named(name).unwrap()
}

async fn differences(operator: &Operator, agency: &Agency) -> Vec<String> {
    let mut differences = Vec::new();
    for what in Rebuildable::all() {
        differences.extend(
            operator
                .check(&agency.access, what)
                .await
                .unwrap()
                .differences,
        );
    }
    differences
}

on_both! {
    async fn several_workers_count_each_event_once(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let stores = [database.open().await, database.open().await, database.open().await];
        let agency = Agency::found(&stores[0], "transmit").await;
        let other = Agency::found(&stores[0], "bayern").await;
        for store in &stores {
            store.follow();
        }
        let case = agency.open("open", "15002").await.unwrap().stream;
        let elsewhere = other.open("open", "15002").await.unwrap().stream;
        for round in 0..6 {
            contacts(&agency, case, &format!("round {round}"), 60).await;
            contacts(&other, elsewhere, &format!("round {round}"), 7).await;
        }
        let following = settled(&stores[1]).await;
        assert!(following.iter().all(|one| one.stopped_at.is_none()), "{following:?}");
        assert_eq!(wrong_counts(&mut raw).await, 0);
        let activity = agency.store.activity(&agency.access, (None, None)).await.unwrap();
        assert_eq!(activity.position, agency.store.position(&agency.access).await.unwrap());
        let contacts = activity.counts.iter().find(|one| one.event_type == "contact_recorded");
        assert_eq!(contacts.unwrap().count, 360);
        for store in stores {
            store.shutdown().await;
        }
    }
}

on_both! {
    async fn a_projection_stops_at_what_it_cannot_apply_and_skips_nothing(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let store = database.open().await;
        let agency = Agency::found(&store, "transmit").await;
        let other = Agency::found(&store, "bayern").await;
        let case = agency.open("open", "15002").await.unwrap();
        let stumbling: &[&str] = match engine {
            Engine::Postgres => &[
                "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'stumbled'; END $$",
                "CREATE TRIGGER stumble BEFORE INSERT ON activity FOR EACH ROW \
                 WHEN (NEW.type = 'case_closed') EXECUTE FUNCTION stumble()",
            ],
            Engine::Sqlite => &[
                "CREATE TRIGGER stumble BEFORE INSERT ON activity WHEN NEW.type = 'case_closed' \
                 BEGIN SELECT RAISE(ABORT, 'stumbled'); END",
            ],
        };
        for statement in stumbling {
            raw.run(statement).await.unwrap();
        }
        store.follow();
        let case = agency.contact(case.stream, "before").await.unwrap();
        let closed = agency.close(&case, "close").await.unwrap();
        let after = agency.open("again", "15002").await.unwrap().stream;
        contacts(&agency, after, "after", 3).await;
        let elsewhere = other.open("open", "15002").await.unwrap().stream;
        contacts(&other, elsewhere, "elsewhere", 3).await;

        let following = settled(&store).await;
        let of = |code: &str| following.iter().find(|one| one.agency == code).unwrap();
        let event = closed.events[0].read().unwrap();
        let stopped = of("transmit").stopped_at.clone().unwrap();
        assert_eq!((stopped.position, stopped.event), (event.position, Some(event.id)));
        assert_eq!(of("transmit").lag, 5, "the closing, the opening and three contacts");
        assert_eq!(of("bayern").lag, 0, "another agency goes on");
        // Every event before it counts, none from it on.
        let counted = "SELECT CAST(SUM(count) AS BIGINT) FROM activity JOIN agency \
                       USING (agency_id) WHERE code = 'transmit'";
        assert_eq!(raw.numbers(counted).await, [i64::try_from(event.position).unwrap() - 1]);

        // A rebuild stops at the same event and leaves what counts as it is.
        let operator = store.operator();
        let refused = operator.rebuild(&agency.access, named("activity")).await.unwrap_err();
        let place = format!("position {}", event.position);
        assert!(refused.to_string().contains(&place), "{refused}");
        assert_eq!(settled(&store).await, following);

        raw.run(match engine {
            Engine::Postgres => "DROP TRIGGER stumble ON activity",
            Engine::Sqlite => "DROP TRIGGER stumble",
        }).await.unwrap();
        operator.rebuild(&agency.access, named("activity")).await.unwrap();
        assert!(settled(&store).await.iter().all(|one| one.lag == 0 && one.stopped_at.is_none()));
        assert_eq!(wrong_counts(&mut raw).await, 0);
        contacts(&agency, after, "mended", 3).await;
        assert!(settled(&store).await.iter().all(|one| one.lag == 0));
        assert_eq!(wrong_counts(&mut raw).await, 0);
        store.shutdown().await;
    }
}

on_both! {
    async fn a_check_tells_what_does_not_follow_and_a_rebuild_mends_it(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let store = database.open().await;
        let agency = Agency::found(&store, "transmit").await;
        let other = Agency::found(&store, "bayern").await;
        store.follow();
        let mut opened = Vec::new();
        for district in ["15001", "15002", "15003"] {
            opened.push(agency.open(district, district).await.unwrap());
        }
        let closed = agency.close(&opened[2], "close").await.unwrap();
        contacts(&agency, opened[0].stream, "contact", 5).await;
        contacts(&other, other.open("open", "15001").await.unwrap().stream, "contact", 5).await;
        let ended = other.open("ended", "15002").await.unwrap();
        other.close(&ended, "close").await.unwrap();
        settled(&store).await;
        let operator = store.operator();
        assert_eq!(differences(&operator, &agency).await, [""; 0]);

        for (damage, table) in [
            ("UPDATE stream_head SET state = '{}' WHERE stage = 'contact'", "stream_head"),
            ("UPDATE stream_head SET stage = 'agreed' WHERE stage = 'closed'", "stream_head"),
            ("UPDATE unique_key SET key = '15099' WHERE key = '15001'", "unique_key"),
            ("DELETE FROM unique_key WHERE key = '15001'", "unique_key"),
            ("UPDATE counter SET value = value + 1", "counter"),
            ("UPDATE activity SET count = count + 1 WHERE type = 'case_opened'", "activity"),
            ("DELETE FROM activity WHERE type = 'case_opened'", "activity"),
        ] {
            raw.run(damage).await.unwrap();
            let found = differences(&operator, &agency).await;
            assert!(matches!(&found[..], [one] if one.starts_with(table)), "{damage}: {found:?}");
            for what in Rebuildable::all() {
                operator.rebuild(&agency.access, what).await.unwrap();
            }
            assert_eq!(differences(&operator, &agency).await, [""; 0], "{damage}");
            // The damage reached both agencies; a rebuild of one leaves the other alone.
            assert_ne!(differences(&operator, &other).await, [""; 0], "{damage}");
            for what in Rebuildable::all() {
                operator.rebuild(&other.access, what).await.unwrap();
            }
        }
        // What counted before is gone, and the next command builds on the new rows.
        let generations = "SELECT COUNT(DISTINCT generation) FROM stream_head GROUP BY agency_id";
        assert_eq!(raw.numbers(generations).await, [1, 1]);
        let idle = "SELECT COUNT(*) FROM stream_head h JOIN lane l ON l.agency_id = h.agency_id \
                    WHERE h.generation <> l.generation";
        assert_eq!(raw.numbers(idle).await, [0]);
        let case = agency.store.case(&agency.access, opened[0].stream).await.unwrap().unwrap();
        assert_eq!((case.version, case.state.contacts), (6, 5));
        let again = agency.open("15003 again", "15003").await.unwrap();
        assert_eq!(agency.contact(again.stream, "again").await.unwrap().version, 2);
        assert!(agency.close(&closed, "twice").await.is_err(), "closed is closed");
        assert_eq!(differences(&operator, &agency).await, [""; 0]);
        store.shutdown().await;
    }
}

on_both! {
    async fn a_rebuild_stops_nobody_and_misses_nothing(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let (store, elsewhere) = (database.open().await, database.open().await);
        let agency = Agency::found(&store, "transmit").await;
        let second = Agency::enter(&elsewhere, "transmit").await;
        store.follow();
        let districts = ["15001", "15002", "15003", "15081", "15082", "15083", "15084", "15085"];
        let mut cases = Vec::new();
        for district in districts {
            cases.push(agency.open(district, district).await.unwrap());
        }
        let rebuilding = async {
            for _ in 0..4 {
                for what in Rebuildable::all() {
                    store.operator().rebuild(&agency.access, what).await.unwrap();
                }
            }
        };
        let writing = join_all(cases.iter().enumerate().map(|(number, case)| {
            let agency = if number % 2 == 0 { &agency } else { &second };
            async move {
                let mut case = case.clone();
                for round in 0..12 {
                    let name = format!("{number}/{round}");
                    contacts(agency, case.stream, &name, 8).await;
                    let seen = agency.store.case(&agency.access, case.stream).await.unwrap();
                    case.version = seen.unwrap().version;
                    let closed = agency.close(&case, &format!("close {name}")).await.unwrap();
                    assert_eq!(closed.version, case.version + 1);
                    case = agency.open(&format!("open {name}"), districts[number]).await.unwrap();
                }
            }
        }));
        tokio::join!(rebuilding, writing);
        settled(&store).await;
        assert_eq!(differences(&store.operator(), &agency).await, [""; 0]);
        assert_eq!(wrong_counts(&mut raw).await, 0);
        assert_eq!(raw.numbers("SELECT COUNT(*) FROM unique_key").await, [8]);
        store.shutdown().await;
        elsewhere.shutdown().await;
    }
}

on_both! {
    async fn of_two_rebuilds_the_later_one_counts(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let store = database.open().await;
        let agency = Agency::found(&store, "transmit").await;
        store.follow();
        let case = agency.open("open", "15002").await.unwrap().stream;
        contacts(&agency, case, "contact", 50).await;
        let operator = store.operator();
        for what in Rebuildable::all() {
            let rebuilds = (0..6).map(|_| operator.rebuild(&agency.access, what));
            let outcomes = join_all(rebuilds).await;
            assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
            for error in outcomes.into_iter().filter_map(Result::err) {
                assert!(error.to_string().contains("another rebuild"), "{error}");
            }
        }
        settled(&store).await;
        assert_eq!(differences(&operator, &agency).await, [""; 0]);
        assert_eq!(raw.numbers("SELECT COUNT(*) FROM projection").await, [1]);
        store.shutdown().await;
    }
}
