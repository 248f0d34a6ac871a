//! What a server remembers of a moment ago never stands in a command's way.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_tests::{Cast, Engine, SampleCase, Step, World, on_both};
use serde_json::json;

on_both!(
    async fn what_another_server_just_made_can_be_changed_at_once(engine: Engine) {
        let here = World::founded(engine, &["transmit"]).await;
        let there = World::on(Arc::clone(&here.database)).await;
        let cast = Cast::of(&here, "transmit").await;
        let client = here.as_role("transmit", Role::Coordinator);
        let steps = [Step::sample(CommandKind::OpenCase, None)];
        let case = SampleCase::after(&client, &cast, "15083001", steps).await;
        let other = there.as_role("transmit", Role::Coordinator);
        let need = json!({"occurred_on": "2015-01-10", "dimension": "data", "statement": "Bildungsbericht",
                          "urgency": "low"});
        let contact = json!({"occurred_on": "2015-01-10", "channel": "call", "participants": [],
                             "topics": []});
        let withdrawal = json!({"occurred_on": "2015-01-10", "reason": "erledigt"});
        let mut version = case.version;
        for round in 0..10 {
            // This server knows the case as it is before the other one goes on.
            let path = format!("{}/contacts", case.path);
            let answer = client.post(&path, &contact).if_match("*").send().await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            version += 1;
            let captured = other
                .post(&format!("{}/needs", case.path), &need)
                .if_match(&format!("\"{version}\""))
                .send()
                .await;
            let captured = captured.expect_status(201).json();
            version += 1;
            let id = captured["events"][0]["data"]["need"].as_str().unwrap();
            let path = format!("{}/needs/{id}/withdrawals", case.path);
            // One version, or the newest behind one that is remembered.
            let named = if round % 2 == 0 {
                format!("\"{version}\"")
            } else {
                format!("\"{}\", \"{version}\"", version - 1)
            };
            let answer = client
                .post(&path, &withdrawal)
                .if_match(&named)
                .send()
                .await;
            assert_eq!(answer.status, 201, "round {round}: {}", answer.text());
            version += 1;
        }
        there.halt().await;
        here.stop().await;
    }
);

on_both!(
    async fn a_member_who_was_just_admitted_may_act_at_once(engine: Engine) {
        let here = World::founded(engine, &["transmit"]).await;
        let there = World::on(Arc::clone(&here.database)).await;
        let cast = Cast::of(&here, "transmit").await;
        let client = here.as_role("transmit", Role::Coordinator);
        let steps = [Step::sample(CommandKind::OpenCase, None)];
        let case = SampleCase::after(&client, &cast, "15083001", steps).await;
        let seen = client.get(&case.path).send().await.expect_status(200);
        let site = seen.json()["site"].as_str().unwrap().parse().unwrap();
        let contact = json!({"occurred_on": "2015-01-10", "channel": "call", "participants": [],
                             "topics": []});
        let path = format!("{}/contacts", case.path);
        for round in 0..5 {
            let warm = client.post(&path, &contact).if_match("*").send().await;
            assert_eq!(warm.status, 201, "{}", warm.text());
            let name = format!("late-{round}");
            let member = there
                .admit("transmit", &name, Role::Advisor, vec![site])
                .await
                .at(&here.base);
            let read = member.get(&case.path).send().await;
            let wrote = member.post(&path, &contact).if_match("*").send().await;
            assert_eq!((read.status, wrote.status), (200, 201), "{}", wrote.text());
        }
        there.halt().await;
        here.stop().await;
    }
);
