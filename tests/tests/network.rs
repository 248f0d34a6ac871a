//! The invented network: what is told follows from the seed, and telling it again changes nothing.
//!
//! All 40,000 events are stored once, the rest of the tests takes small extents; all of them on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use fallbuch_api::demo::network::{self, Extent};
use fallbuch_domain::Role;
use fallbuch_domain::catalogue::shipped_agencies;

use fallbuch_tests::{Engine, Positions, Projected, Rebuilt, World, on_both};
use serde_json::Value;

/// Two agencies, with the municipalities that others took over.
fn small(seed: u64) -> Extent {
    let mut agencies = shipped_agencies().unwrap();
    agencies.retain(|agency| ["niedersachsen", "transmit"].contains(&agency.code.as_str()));
    Extent {
        agencies,
        cases: 8,
        events: 900,
        seed,
    }
}

async fn told(engine: Engine, extent: &Extent) -> World {
    let world = World::empty(engine).await;
    let heard = AtomicU64::new(0);
    let tell = |events| {
        heard.fetch_add(events, Ordering::Relaxed);
    };
    network::seed(&world.store, extent, &tell).await.unwrap();
    assert_eq!(heard.into_inner(), extent.events);
    world
}

/// Each agency's log without what is the store's own; ids go by their first place in the log.
async fn log(world: &World) -> BTreeMap<String, Vec<Value>> {
    let raw = world.raw().await;
    let mut logs: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut ids: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for event in raw.events().await {
        let mut body: Value = serde_json::from_slice(&event.body).unwrap();
        let members = body.as_object_mut().unwrap();
        for own in ["id", "recorded_at", "salt", "command_id", "correlation_id"] {
            assert!(members.remove(own).is_some(), "{own}");
        }
        members.remove("agency");
        rename(&mut body, ids.entry(event.code.clone()).or_default());
        logs.entry(event.code).or_default().push(body);
    }
    raw.close().await;
    logs
}

fn rename(value: &mut Value, ids: &mut BTreeMap<String, usize>) {
    match value {
        Value::String(text) if uuid::Uuid::parse_str(text).is_ok() && text.contains('-') => {
            let place = ids.len();
            *text = format!("#{}", ids.entry(text.clone()).or_insert(place));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, ids)),
        Value::Object(members) => members.values_mut().for_each(|one| rename(one, ids)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

on_both!(
    async fn the_same_seed_tells_the_same_in_the_same_order(engine: Engine) {
        let (one, other) = (told(engine, &small(7)).await, told(engine, &small(7)).await);
        let (first, second) = (log(&one).await, log(&other).await);
        for (agency, events) in &first {
            for (position, (event, same)) in events.iter().zip(&second[agency]).enumerate() {
                assert_eq!(event, same, "{agency} {position}");
            }
        }
        assert_eq!(first, second);
        let changed = told(engine, &small(8)).await;
        assert_ne!(first, log(&changed).await);
        for world in [one, other, changed] {
            world.stop().await;
        }
    }
);

on_both!(
    async fn the_counts_are_exact_and_everything_is_told_by_members(engine: Engine) {
        let extent = small(Extent::SEED);
        let world = told(engine, &extent).await;
        let raw = world.raw().await;
        let events = raw.number("SELECT COUNT(*) FROM event").await;
        assert_eq!(u64::try_from(events).unwrap(), extent.events);
        let cases = "SELECT COUNT(*) FROM stream_head WHERE stream_kind = 'case'";
        assert_eq!(
            u64::try_from(raw.number(cases).await).unwrap(),
            extent.cases
        );
        let records = raw.events().await;
        raw.close().await;
        let types: BTreeSet<_> = records.iter().map(|event| &event.event_type).collect();
        assert!(
            types.iter().any(|one| *one == "municipality_succeeded"),
            "{types:?}"
        );
        for event in &records {
            let body: Value = serde_json::from_slice(&event.body).unwrap();
            let of_agency = event.stream_kind == "agency";
            assert_eq!(body["actor"]["role"] == "operator", of_agency, "{body}");
        }

        // What was told is read like anything else, and every case knows what may be done next.
        let client = world.as_role("transmit", Role::Coordinator);
        let list = client.get("/v1/agencies/transmit/cases?municipality=15002");
        let list = list.send().await.expect_status(200).json();
        let id = list["items"][0]["case_id"].as_str().unwrap();
        let case = format!("/v1/agencies/transmit/cases/{id}");
        for part in ["timeline", "allowed-commands", "events"] {
            let path = format!("{case}/{part}");
            client.get(&path).send().await.expect_status(200);
        }
        world.stop().await;
    }
);

on_both!(
    async fn the_whole_network_follows_from_its_log(engine: Engine) {
        let extent = Extent::network(Extent::SEED).unwrap();
        assert_eq!(
            (extent.agencies.len(), extent.cases, extent.events),
            (9, 220, 40_000)
        );
        let world = told(engine, &extent).await;
        let raw = world.raw().await;
        let events = raw.events().await;
        assert_eq!(events.len(), 40_000);
        let mut rebuilt = Rebuilt::default();
        rebuilt.follow(&events).unwrap();
        let projected = Projected::read(&raw, &Positions::new()).await;
        let waiting = projected
            .follow_ups
            .values()
            .filter(|one| one.waits())
            .count();
        assert!(waiting > 100, "{waiting} were left open in closed cases");
        rebuilt.compare(&projected).unwrap();
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn a_run_that_was_broken_off_goes_on_without_duplicates(engine: Engine) {
        let extent = small(Extent::SEED);
        let world = World::empty(engine).await;
        let broken = {
            let heard = AtomicU64::new(0);
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let stop = std::sync::Mutex::new(Some(stop));
            let tell = |events| {
                if heard.fetch_add(events, Ordering::Relaxed) > 300
                    && let Some(stop) = stop.lock().unwrap().take()
                {
                    stop.send(()).unwrap();
                }
            };
            tokio::select! {
                done = network::seed(&world.store, &extent, &tell) => done.is_ok(),
                _ = stopped => false,
            }
        };
        assert!(!broken, "it was broken off");
        let raw = world.raw().await;
        let count = "SELECT COUNT(*) FROM event";
        let left = u64::try_from(raw.number(count).await).unwrap();
        assert!(300 < left && left < extent.events, "{left}");
        network::seed(&world.store, &extent, &|_| ()).await.unwrap();
        let events = u64::try_from(raw.number(count).await).unwrap();
        assert_eq!(events, extent.events);

        // And once more, when there is nothing left to tell.
        let before = raw.contents().await;
        network::seed(&world.store, &extent, &|_| ()).await.unwrap();
        assert_eq!(raw.contents().await, before);
        raw.close().await;

        // As if it had never been broken off.
        let whole = told(engine, &extent).await;
        assert_eq!(log(&world).await, log(&whole).await);
        world.stop().await;
        whole.stop().await;
    }
);
