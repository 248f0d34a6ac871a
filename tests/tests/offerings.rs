//! Offerings and model solutions: streams of an agency of their own, on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_domain::Role;
use fallbuch_tests::{
    Answer, Client, Engine, Offers, Seen, World, check_rebuild, fresh_key, offer_body, on_both,
};
use serde_json::{Value, json};

const OFFERINGS: &str = "/v1/agencies/transmit/offerings";
const SOLUTIONS: &str = "/v1/agencies/transmit/solutions";

/// A body of the samples with other members.
fn body(operation: &str, changes: Value) -> Value {
    let mut body = offer_body(operation).unwrap();
    let changes: serde_json::Map<_, _> = serde_json::from_value(changes).unwrap();
    for (name, value) in changes {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(&name);
        } else {
            body[name] = value;
        }
    }
    body
}

/// An offering at another place than the agency's sites.
fn elsewhere(title: &str) -> Value {
    let changes = json!({"site": null, "place": "Stadthaus", "title": title, "on": "2999-06-01"});
    body("schedule_offering", changes)
}

async fn begin(client: &Client, list: &str, body: &Value) -> String {
    let begun = client.post(list, body).send().await.expect_status(201);
    begun.header("location").unwrap().to_owned()
}

async fn act(client: &Client, path: &str, body: &Value, version: u64) -> Answer {
    let request = client.post(path, body).if_match(&format!("\"{version}\""));
    request.send().await
}

async fn read(client: &Client, path: &str) -> Value {
    client.get(path).send().await.expect_status(200).json()
}

/// The titles in a list.
async fn titles(client: &Client, path: &str) -> Vec<String> {
    let list = read(client, path).await;
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect()
}

on_both!(
    async fn an_offering_is_scheduled_postponed_and_held(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let site = world.site("transmit", "").await;
        let schedule = body(
            "schedule_offering",
            json!({"site": site, "on": "2999-05-20"}),
        );
        let scheduled = advisor.post(OFFERINGS, &schedule).send().await;
        let scheduled = scheduled.expect_status(201);
        let path = scheduled.header("location").unwrap().to_owned();
        let told = scheduled.json();
        assert_eq!(
            (&told["version"], &told["warnings"]),
            (&json!(1), &json!([]))
        );
        let event = &told["events"][0];
        assert_eq!(event["type"], "offering_scheduled");
        assert_eq!(event["stream"]["kind"], "offering");
        let id = event["stream"]["id"].as_str().unwrap();
        assert_eq!(path, format!("{OFFERINGS}/{id}"));

        let seen = advisor.get(&path).send().await.expect_status(200);
        assert!(seen.header("etag").unwrap().starts_with("\"1."));
        let offering = seen.json();
        assert_eq!(offering["offering_id"], id);
        assert_eq!(offering["status"], "scheduled");
        assert_eq!(offering["site"], json!(site));
        assert_eq!(offering["capacity"], 40);
        assert!(offering.get("place").is_none() && offering.get("held_on").is_none());

        // In the past: it is done, and told (R22).
        let postponed = act(
            &advisor,
            &format!("{path}/postponements"),
            &offer_body("postpone_offering").unwrap(),
            1,
        )
        .await
        .expect_status(201);
        assert_eq!(postponed.header("location"), Some(path.as_str()));
        let warning = &postponed.json()["warnings"][0];
        assert_eq!(
            (&warning["rule"], &warning["pointer"]),
            (&json!("R22"), &json!("/on"))
        );
        let moved = read(&advisor, &path).await;
        assert_eq!(moved["place"], "Stadthaus Halle (Saale)");
        assert!(moved.get("site").is_none());

        let holding = offer_body("hold_offering").unwrap();
        act(&advisor, &format!("{path}/holdings"), &holding, 2)
            .await
            .expect_status(201);
        let held = read(&advisor, &path).await;
        assert_eq!(
            (&held["status"], &held["version"]),
            (&json!("held"), &json!(3))
        );
        assert_eq!(held["held_on"], holding["occurred_on"]);
        let cancel = offer_body("cancel_offering").unwrap();
        let refused = act(&advisor, &format!("{path}/cancellations"), &cancel, 3).await;
        assert_eq!(refused.expect_status(409).json()["rule"], "R21");
        let another = advisor.post(OFFERINGS, &schedule).send().await;
        let another = another.expect_status(201);
        let another = another.header("location").unwrap();
        let called_off = act(&advisor, &format!("{another}/cancellations"), &cancel, 1).await;
        called_off.expect_status(201);
        let told = json!({"cancelled_on": cancel["occurred_on"], "reason": cancel["reason"]});
        assert_eq!(read(&advisor, another).await["cancellation"], told);
        // The feed carries it as everything else.
        let feed = read(&advisor, "/v1/agencies/transmit/events?limit=200").await;
        let types = feed["items"].as_array().unwrap().iter();
        let types: Vec<_> = types.map(|event| event["type"].as_str().unwrap()).collect();
        let last = &types[types.len() - 5..types.len() - 2];
        assert_eq!(
            last,
            ["offering_scheduled", "offering_postponed", "offering_held"]
        );
        world.stop().await;
    }
);

on_both!(
    async fn a_solution_is_described_revised_and_withdrawn(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let describe = offer_body("describe_solution").unwrap();
        let path = begin(&advisor, SOLUTIONS, &describe).await;
        let solution = read(&advisor, &path).await;
        assert_eq!(solution["status"], "offered");
        for member in [
            "title",
            "description",
            "origin",
            "donor",
            "dimensions",
            "focus_areas",
        ] {
            assert_eq!(solution[member], describe[member], "{member}");
        }
        let revise = offer_body("revise_solution").unwrap();
        act(&advisor, &format!("{path}/revisions"), &revise, 1)
            .await
            .expect_status(201);
        let revised = read(&advisor, &path).await;
        assert!(revised.get("donor").is_none(), "null clears it");
        assert_eq!(revised["dimensions"], json!(["data", "steering"]));
        assert_eq!(
            revised["focus_areas"], describe["focus_areas"],
            "absent stays"
        );
        let unknown = json!({"occurred_on": "2015-09-07", "changes": {"origin": "nowhere"}});
        let refused = act(&advisor, &format!("{path}/revisions"), &unknown, 2).await;
        let refused = refused.expect_status(409).json();
        assert_eq!(refused["rule"], "R12");
        assert_eq!(refused["errors"][0]["pointer"], "/changes/origin");
        let withdraw = offer_body("withdraw_solution").unwrap();
        let withdrawn = act(&advisor, &format!("{path}/withdrawals"), &withdraw, 2).await;
        assert_eq!(
            withdrawn.expect_status(201).header("location"),
            Some(path.as_str())
        );
        let over = read(&advisor, &path).await;
        assert_eq!(over["status"], "withdrawn");
        let told = json!({"reason": withdraw["reason"], "withdrawn_on": withdraw["occurred_on"]});
        assert_eq!(over["withdrawal"], told);
        let refused = act(&advisor, &format!("{path}/revisions"), &revise, 3).await;
        assert_eq!(refused.expect_status(409).json()["rule"], "R21");
        world.stop().await;
    }
);

on_both!(
    async fn a_command_names_its_version_and_acts_once(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let key = fresh_key();
        let schedule = || advisor.post(OFFERINGS, &elsewhere("Webinar")).key(&key);
        let first = schedule().send().await.expect_status(201);
        let again = schedule().send().await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(
            (again.json(), again.header("location")),
            (first.json(), first.header("location"))
        );
        let other = advisor.post(OFFERINGS, &elsewhere("Anderes")).key(&key);
        other.send().await.expect_status(422);

        let path = first.header("location").unwrap().to_owned();
        let hold = offer_body("hold_offering").unwrap();
        let holdings = format!("{path}/holdings");
        let unversioned = advisor.post(&holdings, &hold).send().await;
        unversioned.expect_status(428);
        // `*` names none: the commands do not mean the same on every version.
        let any = advisor.post(&holdings, &hold).if_match("*").send().await;
        any.expect_status(428);
        act(&advisor, &holdings, &hold, 1).await.expect_status(201);
        let cancel = offer_body("cancel_offering").unwrap();
        let stale = act(&advisor, &format!("{path}/cancellations"), &cancel, 1).await;
        let stale = stale.expect_status(412).json();
        assert_eq!(stale["current_version"], 2);
        let events = stale["events"].as_array().unwrap();
        assert_eq!(
            (events.len(), &events[0]["type"]),
            (1, &json!("offering_held"))
        );
        // Whoever reads the agency is told of them: nothing more is asked than to see the offering.
        let tag = advisor.get(&path).send().await;
        let tag = tag.header("etag").unwrap().to_owned();
        let known = advisor
            .get(&path)
            .header("if-none-match", &tag)
            .send()
            .await;
        assert_eq!(known.status, 304);
        world.stop().await;
    }
);

on_both!(
    async fn lists_come_in_pages_and_by_filters(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let mut paths = Vec::new();
        for title in ["eins", "zwei", "drei", "vier", "fünf"] {
            paths.push(begin(&advisor, OFFERINGS, &elsewhere(title)).await);
        }
        for path in [&paths[0], &paths[3]] {
            let hold = offer_body("hold_offering").unwrap();
            let held = act(&advisor, &format!("{path}/holdings"), &hold, 1).await;
            held.expect_status(201);
        }
        let newest_first = ["fünf", "vier", "drei", "zwei", "eins"];
        assert_eq!(titles(&advisor, OFFERINGS).await, newest_first);
        let (mut paged, mut next) = (Vec::new(), format!("{OFFERINGS}?limit=2"));
        loop {
            let answer = advisor.get(&next).send().await.expect_status(200);
            let page = answer.json();
            paged.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["title"].clone()),
            );
            let Some(cursor) = page["page"]["next"].as_str() else {
                break;
            };
            assert!(answer.header("link").unwrap().contains(cursor));
            next = format!("{OFFERINGS}?limit=2&cursor={cursor}");
        }
        assert_eq!(json!(paged), json!(newest_first));
        let held = format!("{OFFERINGS}?status=held");
        assert_eq!(titles(&advisor, &held).await, ["vier", "eins"]);
        // The page behind one that the filter thinned out.
        let page = read(&advisor, &format!("{held}&limit=1")).await;
        let cursor = page["page"]["next"].as_str().unwrap();
        let behind = format!("{held}&limit=1&cursor={cursor}");
        assert_eq!(titles(&advisor, &behind).await, ["eins"]);
        assert_eq!(read(&advisor, &behind).await["page"]["has_more"], false);
        // It is the same filter however it is written.
        let behind = format!("{OFFERINGS}?cursor={cursor}&status=%68eld");
        assert_eq!(titles(&advisor, &behind).await, ["eins"]);
        let wrong = advisor
            .get(&format!("{OFFERINGS}?status=over"))
            .send()
            .await;
        assert_eq!(
            wrong.expect_status(400).json()["errors"][0]["pointer"],
            "/status"
        );
        // A cursor goes with its list and its filters.
        for wrong in [
            format!("{OFFERINGS}?cursor=Nw"),
            format!("{OFFERINGS}?cursor={cursor}"),
            format!("{OFFERINGS}?status=cancelled&cursor={cursor}"),
            format!("/v1/agencies/transmit/solutions?status=held&cursor={cursor}"),
        ] {
            let refused = advisor.get(&wrong).send().await.expect_status(400).json();
            let mut errors = refused["errors"].as_array().unwrap().iter();
            assert!(errors.any(|one| one["pointer"] == "/cursor"), "{wrong}");
        }

        for (title, origin, dimensions) in [
            ("Bericht", "lernen_vor_ort", json!(["data"])),
            (
                "Beirat",
                "lernende_regionen",
                json!(["participation", "data"]),
            ),
        ] {
            let changes = json!({"title": title, "origin": origin, "dimensions": dimensions});
            begin(&advisor, SOLUTIONS, &body("describe_solution", changes)).await;
        }
        for (filter, expected) in [
            ("", vec!["Beirat", "Bericht"]),
            ("?status=offered", vec!["Beirat", "Bericht"]),
            ("?status=withdrawn", vec![]),
            ("?dimension=participation", vec!["Beirat"]),
            ("?dimension=data&origin=lernen_vor_ort", vec!["Bericht"]),
            ("?focus_area=education_reporting", vec!["Beirat", "Bericht"]),
            ("?focus_area=steering_group", vec![]),
        ] {
            let found = titles(&advisor, &format!("{SOLUTIONS}{filter}")).await;
            assert_eq!(found, expected, "{filter}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn nothing_is_found_under_the_id_of_something_else(engine: Engine) {
        let world = World::demo(engine).await;
        let offers = Offers::of(&world, "transmit").await;
        let foreign = Offers::of(&world, "bayern").await;
        let advisor = world.as_role("transmit", Role::Coordinator);
        let cases = read(&advisor, "/v1/agencies/transmit/cases").await;
        let case = cases["items"][0]["case_id"].as_str().unwrap();
        let agency = read(&advisor, "/v1/agencies/transmit").await;
        let absent = "019f0000-0000-7000-8000-00000000dead";
        let first = advisor.get(&format!("{OFFERINGS}/{absent}")).send().await;
        let first = Seen::of(&first.expect_status(404));
        let home = "/v1/agencies/transmit";
        for place in [
            format!("{OFFERINGS}/{}", offers.solution),
            format!("{OFFERINGS}/{case}"),
            format!("{OFFERINGS}/{}", agency["id"].as_str().unwrap()),
            format!("{OFFERINGS}/{}", foreign.offering),
            format!("{SOLUTIONS}/{}", offers.offering),
            format!("{SOLUTIONS}/{absent}"),
            format!("{SOLUTIONS}/{}", foreign.solution),
            format!("{home}/cases/{}", offers.offering),
            format!("{home}/cases/{}/events", offers.offering),
            format!("{home}/cases/{}/timeline", offers.solution),
        ] {
            let answer = advisor.get(&place).send().await;
            assert_eq!(Seen::of(&answer), first, "{place}");
        }
        let hold = offer_body("hold_offering").unwrap();
        for id in [&offers.solution, &foreign.offering, absent, case] {
            let command = act(&advisor, &format!("{OFFERINGS}/{id}/holdings"), &hold, 1).await;
            assert_eq!(Seen::of(&command), first, "{id}");
        }
        // Each agency has its own alone.
        let own = read(&advisor, OFFERINGS).await;
        assert!(!own.to_string().contains(&foreign.offering));
        // The demo has an offering of its own.
        assert_eq!(own["items"].as_array().unwrap().len(), 3);
        world.stop().await;
    }
);

on_both!(
    async fn whoever_reads_the_agency_sees_them_and_advisors_write(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let offers = Offers::of(&world, "transmit").await;
        let path = format!("{OFFERINGS}/{}", offers.offering);
        let describe = offer_body("describe_solution").unwrap();
        for role in [Role::Reader, Role::AgencyAdmin, Role::Controller] {
            let client = world.as_role("transmit", role);
            assert_eq!(read(&client, &path).await["status"], "held", "{role:?}");
            for (list, sent, permission) in [
                (OFFERINGS, elsewhere("Nein"), "offering:write"),
                (SOLUTIONS, describe.clone(), "solution:write"),
            ] {
                let refused = client.post(list, &sent).send().await.expect_status(403);
                assert_eq!(
                    refused.json()["required_permission"],
                    permission,
                    "{role:?}"
                );
            }
        }
        // At whatever site: they are the agency's.
        let leipzig = world.site("transmit", "Leipzig").await;
        let limited = world.admit("transmit", "leipzig", Role::Advisor, vec![leipzig]);
        let limited = limited.await;
        assert_eq!(read(&limited, &path).await["status"], "held");
        begin(&limited, OFFERINGS, &elsewhere("In Leipzig")).await;
        world.stop().await;
    }
);

on_both!(
    async fn they_follow_from_the_log_also_in_another_shape(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let offers = Offers::of(&world, "transmit").await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let places = [
            format!("{OFFERINGS}/{}", offers.offering),
            format!("{SOLUTIONS}/{}", offers.solution),
            OFFERINGS.to_owned(),
            SOLUTIONS.to_owned(),
        ];
        let mut before = Vec::new();
        for place in &places {
            before.push(read(&advisor, place).await);
        }
        let planned = begin(&advisor, OFFERINGS, &elsewhere("Später")).await;
        let database = world.halt().await;
        check_rebuild(&database).unwrap();
        // As an older version of the software left them.
        let raw = fallbuch_tests::Raw::owner(&database).await;
        raw.run(
            "UPDATE stream_head SET state_schema = 0, state = '{}' \
             WHERE stream_kind IN ('offering', 'solution')",
        )
        .await
        .unwrap();
        raw.close().await;
        let world = World::on(database).await;
        let advisor = world.as_role("transmit", Role::Advisor);
        let hold = offer_body("hold_offering").unwrap();
        let held = act(&advisor, &format!("{planned}/holdings"), &hold, 1).await;
        held.expect_status(201);
        for (place, before) in places.iter().zip(before) {
            let mut now = read(&advisor, place).await;
            if place == OFFERINGS {
                let later = now["items"].as_array_mut().unwrap().remove(0);
                assert_eq!(later["status"], "held");
            }
            assert_eq!(now, before, "{place}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn formats_have_names_in_both_languages(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let reader = world.as_role("transmit", Role::Reader);
        let formats = read(&reader, "/v1/catalogue/formats?valid_on=2015-03-02").await;
        let items = formats["items"].as_array().unwrap();
        let codes: Vec<_> = items
            .iter()
            .map(|item| item["code"].as_str().unwrap())
            .collect();
        let expected = "theme_day education_workshop development_workshop conference webinar visit";
        assert_eq!(codes.join(" "), expected);
        assert_eq!(
            items[0]["name"],
            json!({"de": "Thementag", "en": "Theme day"})
        );
        world.stop().await;
    }
);
