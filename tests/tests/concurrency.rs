//! Many clients at once, and several processes on one database: each command is carried out once, and
//! no verdict is wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_tests::{
    Answer, Cast, Client, Engine, Log, SampleCase, Step, World, fresh_key, on_both,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

const MUNICIPALITY: &str = "15083001";

fn contact(topic: &str) -> Value {
    json!({"occurred_on": "2015-01-10", "channel": "call", "participants": [], "topics": [topic]})
}

fn need(statement: &str) -> Value {
    json!({"occurred_on": "2015-01-10", "dimension": "data", "statement": statement,
           "urgency": "low"})
}

fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// A case of the agency that was just opened.
async fn opened(world: &World, agency: &str, municipality: &str) -> SampleCase {
    let cast = Cast::of(world, agency).await;
    let client = world.as_role(agency, Role::Coordinator);
    let steps = [Step::sample(CommandKind::OpenCase, None)];
    SampleCase::after(&client, &cast, municipality, steps).await
}

/// The whole log fits the evidence format, and one stream has this many events.
async fn verified(world: &World, case: &SampleCase, version: i64) {
    let raw = world.raw().await;
    let log = Log::read(&raw).await;
    raw.close().await;
    assert_eq!(log.verify(), Ok(()));
    let id = case.path.rsplit('/').next().unwrap();
    let head = log
        .heads
        .iter()
        .find(|head| head.stream_id.to_string() == id)
        .unwrap();
    assert_eq!(head.version, version);
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// All are the first one's answer again, and exactly one says that it is not a replay.
fn all_the_same(answers: &[Answer]) {
    for answer in answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.bytes, answers[0].bytes);
        for name in ["etag", "location", "content-type"] {
            assert_eq!(answer.header(name), answers[0].header(name), "{name}");
        }
    }
    let replayed = |answer: &&Answer| answer.header("idempotent-replayed") == Some("true");
    assert_eq!(answers.iter().filter(replayed).count(), answers.len() - 1);
}

on_both!(
    async fn one_key_from_many_clients_is_one_event(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let case = opened(&world, "transmit", MUNICIPALITY).await;
        let client = world.as_role("transmit", Role::Advisor);
        let (path, key) = (format!("{}/needs", case.path), fresh_key());
        let send = || {
            client
                .post(&path, &need("einmal"))
                .key(&key)
                .if_match(&tag(1))
                .send()
        };
        all_the_same(&join_all((0..32).map(|_| send())).await);
        verified(&world, &case, 2).await;

        // The same for an opening, which has no version to be refused by.
        let key = fresh_key();
        let cast = Cast::of(&world, "transmit").await;
        let body = SampleCase::unopened(&cast, "15083002").body(CommandKind::OpenCase);
        let client = world.as_role("transmit", Role::Coordinator);
        let open = || {
            client
                .post("/v1/agencies/transmit/cases", &body)
                .key(&key)
                .send()
        };
        all_the_same(&join_all((0..32).map(|_| open())).await);
        verified(&world, &case, 2).await;
    }
);

on_both!(
    async fn of_two_writers_on_one_version_one_is_told_of_the_other(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let mut case = opened(&world, "transmit", MUNICIPALITY).await;
        let (one, other) = (
            world.as_role("transmit", Role::Advisor),
            world.as_role("transmit", Role::Coordinator),
        );
        for round in 0..8 {
            let path = format!("{}/needs", case.path);
            let send = |client: &Client, statement: &str| {
                client
                    .post(&path, &need(statement))
                    .if_match(&tag(case.version))
                    .send()
            };
            let (one, other) = tokio::join!(send(&one, "der eine"), send(&other, "der andere"));
            let (won, lost) = if one.status == 201 {
                (one, other)
            } else {
                (other, one)
            };
            let (won, lost) = (
                won.expect_status(201).json(),
                lost.expect_status(412).json(),
            );
            assert_eq!(lost["code"], "version-stale", "round {round}");
            assert_eq!(lost["current_version"], case.version + 1);
            assert_eq!(lost["events"], won["events"]);
            case.version += 1;
        }
        // Whoever is far behind is told of everything since.
        let path = format!("{}/needs", case.path);
        let late = one
            .post(&path, &need("zu spät"))
            .if_match(&tag(1))
            .send()
            .await;
        let late = late.expect_status(412).json();
        let versions: Vec<_> = late["events"].as_array().unwrap().iter().collect();
        assert_eq!(versions.len(), 8);
        assert_eq!(versions[0]["version"], 2);
        verified(&world, &case, 9).await;
    }
);

on_both!(
    async fn a_lost_answer_is_given_again_though_the_version_moved_on(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let case = opened(&world, "transmit", MUNICIPALITY).await;
        let client = world.as_role("transmit", Role::Advisor);
        let (path, key) = (format!("{}/needs", case.path), fresh_key());
        let send = |statement: &str, version| {
            client
                .post(&path, &need(statement))
                .key(&key)
                .if_match(&tag(version))
                .send()
        };
        let first = send("verloren", 1).await.expect_status(201);
        assert_eq!(first.header("idempotent-replayed"), None);
        for version in 2..6 {
            let other = client
                .post(&path, &need("danach"))
                .if_match(&tag(version))
                .send()
                .await;
            assert_eq!(other.status, 201);
        }
        // Whatever version the retry names, and with none at all: the key tells.
        for version in [1, 2, 6, 99] {
            let again = send("verloren", version).await;
            all_the_same(&[first.clone(), again]);
        }
        let silent = client.post(&path, &need("verloren")).key(&key).send().await;
        all_the_same(&[first.clone(), silent]);
        // A key belongs to its request: not to another body, nor to another address.
        let reused = send("anders", 6).await.expect_status(422).json();
        assert_eq!(reused["code"], "idempotency-key-reused");
        let elsewhere = format!("{}/contacts", case.path);
        let reused = client
            .post(&elsewhere, &contact("anders"))
            .key(&key)
            .if_match("*");
        assert_eq!(reused.send().await.status, 422);
        verified(&world, &case, 6).await;
    }
);

on_both!(
    async fn a_key_is_its_members_alone(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let case = opened(&world, "transmit", MUNICIPALITY).await;
        let elsewhere = opened(&world, "bayern", "09162").await;
        let key = fresh_key();
        let roles = [Role::Advisor, Role::Coordinator];
        for (version, role) in (1..).zip(roles) {
            let client = world.as_role("transmit", role);
            let path = format!("{}/contacts", case.path);
            let request = client.post(&path, &contact("gleich")).key(&key);
            let answer = request
                .if_match(&tag(version))
                .send()
                .await
                .expect_status(201);
            assert_eq!(answer.header("idempotent-replayed"), None, "{role:?}");
        }
        let client = world.as_role("bayern", Role::Advisor);
        let path = format!("{}/contacts", elsewhere.path);
        let answer = client
            .post(&path, &contact("gleich"))
            .key(&key)
            .if_match("*")
            .send()
            .await;
        assert_eq!(
            answer.expect_status(201).header("idempotent-replayed"),
            None
        );
        verified(&world, &case, 3).await;
    }
);

on_both!(
    async fn a_refused_command_leaves_its_key_free(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let case = opened(&world, "transmit", MUNICIPALITY).await;
        let client = world.as_role("transmit", Role::Advisor);
        let (path, key) = (format!("{}/needs", case.path), fresh_key());
        let send = |version| {
            client
                .post(&path, &need("x"))
                .key(&key)
                .if_match(&tag(version))
                .send()
        };
        assert_eq!(send(7).await.status, 412);
        let done = send(1).await.expect_status(201);
        assert_eq!(done.header("idempotent-replayed"), None);
        verified(&world, &case, 2).await;
    }
);

on_both!(
    async fn contacts_commute(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let case = opened(&world, "transmit", MUNICIPALITY).await;
        let client = world.as_role("transmit", Role::Advisor);
        let path = format!("{}/contacts", case.path);
        let send = async |number: usize| {
            client
                .post(&path, &contact(&format!("Nr. {number}")))
                .if_match("*")
                .send()
                .await
        };
        let answers = join_all((0..16).map(send)).await;
        let mut versions: Vec<_> = answers
            .into_iter()
            .map(|one| one.expect_status(201).json()["version"].as_u64())
            .collect();
        versions.sort_unstable();
        assert_eq!(versions, (2..18).map(Some).collect::<Vec<_>>());
        // Nothing else may leave its version unsaid in this way.
        let any = client
            .post(&format!("{}/needs", case.path), &need("x"))
            .if_match("*")
            .send()
            .await;
        assert_eq!(any.status, 428);
        verified(&world, &case, 17).await;
    }
);

on_both!(
    async fn agencies_do_not_wait_for_each_other(engine: Engine) {
        let codes = ["transmit", "bayern", "hessen", "tag-berlin"];
        let world = World::founded(engine, &codes).await;
        let mut cases = Vec::new();
        for (code, key) in codes
            .iter()
            .zip([MUNICIPALITY, "09184", "06411", "11000-01"])
        {
            let cast = Cast::of(&world, code).await;
            let client = world.as_role(code, Role::Coordinator);
            let mut body = SampleCase::unopened(&cast, key).body(CommandKind::OpenCase);
            body["municipality"]["name"] = json!("Ort");
            let opened = client
                .post(&format!("/v1/agencies/{code}/cases"), &body)
                .send()
                .await;
            let opened = opened.expect_status(201);
            cases.push((client, opened.header("location").unwrap().to_owned()));
        }
        let send = async |number: usize| {
            let (client, case) = &cases[number % cases.len()];
            let path = format!("{case}/contacts");
            client
                .post(&path, &contact(&format!("Nr. {number}")))
                .if_match("*")
                .send()
                .await
        };
        let answers = join_all((0..64).map(send)).await;
        assert_eq!(statuses(&answers), vec![201; 64]);
        let raw = world.raw().await;
        let log = Log::read(&raw).await;
        assert_eq!(log.verify(), Ok(()));
        assert_eq!(
            log.heads.iter().filter(|head| head.version == 17).count(),
            4
        );
    }
);

/// Two processes on one database.
struct Pair {
    one: World,
    other: World,
}

impl Pair {
    async fn new(engine: Engine) -> Self {
        let one = World::founded(engine, &["transmit"]).await;
        let other = World::on(Arc::clone(&one.database)).await;
        Self { one, other }
    }

    /// The same member's client at each.
    fn clients(&self, role: Role) -> [Client; 2] {
        [&self.one, &self.other].map(|world| world.as_role("transmit", role))
    }

    async fn stop(self) {
        self.other.halt().await;
        self.one.stop().await;
    }
}

on_both!(
    async fn two_processes_carry_out_every_command_once(engine: Engine) {
        let pair = Pair::new(engine).await;
        let case = opened(&pair.one, "transmit", MUNICIPALITY).await;
        let clients = pair.clients(Role::Advisor);
        let path = format!("{}/contacts", case.path);
        let send = async |number: usize| {
            // Each command is sent to both at once, as a client does that lost patience with one.
            let body = contact(&format!("Nr. {number}"));
            let key = format!("both-{number}");
            let send = |client: &Client| client.post(&path, &body).key(&key).if_match("*").send();
            tokio::join!(send(&clients[0]), send(&clients[1]))
        };
        for (one, other) in join_all((0..48).map(send)).await {
            all_the_same(&[one, other]);
        }
        verified(&pair.one, &case, 49).await;
        pair.stop().await;
    }
);

on_both!(
    async fn two_processes_race_for_versions_and_numbers(engine: Engine) {
        let pair = Pair::new(engine).await;
        let mut case = opened(&pair.one, "transmit", MUNICIPALITY).await;
        let clients = pair.clients(Role::Coordinator);
        for round in 0..12 {
            let path = format!("{}/needs", case.path);
            let send = |client: &Client| {
                client
                    .post(&path, &need("Wettlauf"))
                    .if_match(&tag(case.version))
                    .send()
            };
            let answers = tokio::join!(send(&clients[0]), send(&clients[1]));
            let answers: [Answer; 2] = answers.into();
            assert_eq!(statuses(&answers), [201, 412], "round {round}");
            case.version += 1;
        }
        // One municipality each, and all for the same one: file numbers are dense, R02 holds.
        let cast = Cast::of(&pair.one, "transmit").await;
        let open = async |number: usize| {
            let key = format!("15084{:03}", number.min(16) + 1);
            let body = SampleCase::unopened(&cast, &key).body(CommandKind::OpenCase);
            clients[number % 2]
                .post("/v1/agencies/transmit/cases", &body)
                .send()
                .await
        };
        let answers = join_all((0..24).map(open)).await;
        let (opened, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 201);
        assert_eq!((opened.len(), refused.len()), (17, 7));
        assert!(refused.iter().all(|answer| answer.json()["rule"] == "R02"));
        let number = |answer: &&Answer| {
            answer.json()["events"][0]["data"]["case_number"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let mut numbers: Vec<_> = opened.iter().map(number).collect();
        numbers.sort_unstable();
        let expected: Vec<_> = (2..19)
            .map(|number| format!("TM-2014-{number:04}"))
            .collect();
        assert_eq!(numbers, expected);
        verified(&pair.one, &case, 13).await;
        pair.stop().await;
    }
);

on_both!(
    async fn what_one_process_remembers_never_misleads_it(engine: Engine) {
        let pair = Pair::new(engine).await;
        let cast = Cast::of(&pair.one, "transmit").await;
        let [here, there] = pair.clients(Role::Coordinator);
        let walk = Step::walk();
        let until = |kind| 1 + walk.iter().position(|step| step.kind == kind).unwrap();
        // This process knows the case up to the capture of the need ...
        let known = until(CommandKind::CaptureNeed);
        let steps = walk[..known].to_vec();
        let mut case = SampleCase::after(&here, &cast, MUNICIPALITY, steps).await;
        // ... and the other one plays it on.
        for step in &walk[known..until(CommandKind::AgreePriority)] {
            assert_eq!(case.play(&there, step.clone()).await.status, 201);
        }
        // Not refused wrongly: neither by the version nor by a priority that it does not know.
        let draft = Step::sample(CommandKind::DraftAgreement, Some(sample::AGREEMENT));
        assert_eq!(
            case.play(&here, draft).await.expect_status(201).json()["version"],
            case.version
        );
        // The other one remembers the version before.
        let path = format!("{}/needs", case.path);
        let stale = there
            .post(&path, &need("x"))
            .if_match(&tag(case.version - 1))
            .send()
            .await;
        let stale = stale.expect_status(412).json();
        assert_eq!(stale["current_version"], case.version);
        assert_eq!(stale["events"][0]["type"], "agreement_drafted");
        let signing = Step::sample(CommandKind::SignAgreement, None);
        assert_eq!(case.play(&there, signing).await.status, 201);
        let closing = Step::sample(CommandKind::CloseCase, None);
        assert_eq!(case.play(&there, closing).await.status, 201);
        // Not accepted wrongly: the case is closed, though this process did not see it.
        let path = format!("{}/contacts", case.path);
        let late = here
            .post(&path, &contact("zu spät"))
            .if_match("*")
            .send()
            .await;
        assert_eq!(late.expect_status(409).json()["rule"], "R23");
        let reopening = Step::sample(CommandKind::ReopenCase, None);
        assert_eq!(case.play(&here, reopening).await.status, 201);
        // The other one's memory says closed.
        let now = there
            .post(&path, &contact("wieder offen"))
            .if_match("*")
            .send()
            .await;
        case.version = now.expect_status(201).json()["version"].as_u64().unwrap();

        // A municipality that the other process opened a case for.
        let key = "15083777";
        let opening = || vec![Step::sample(CommandKind::OpenCase, None)];
        SampleCase::after(&there, &cast, key, opening()).await;
        let mut second = SampleCase::unopened(&cast, key);
        let refused = second
            .play(&here, Step::sample(CommandKind::OpenCase, None))
            .await;
        assert_eq!(refused.expect_status(409).json()["rule"], "R02");
        // A member that the other process admitted, at once.
        let sites = vec![cast.site];
        let newcomer = pair
            .other
            .admit("transmit", "neu", Role::Advisor, sites)
            .await;
        let newcomer = newcomer.at(&pair.one.base);
        let first = newcomer
            .post(&path, &contact("erster Tag"))
            .if_match("*")
            .send()
            .await;
        case.version = first.expect_status(201).json()["version"].as_u64().unwrap();
        verified(&pair.one, &case, i64::try_from(case.version).unwrap()).await;
        pair.stop().await;
    }
);

on_both!(
    async fn a_retry_at_another_process_is_the_first_answer(engine: Engine) {
        let pair = Pair::new(engine).await;
        let case = opened(&pair.one, "transmit", MUNICIPALITY).await;
        let [here, there] = pair.clients(Role::Advisor);
        let (path, key) = (format!("{}/needs", case.path), fresh_key());
        let send = |client: &Client| {
            client
                .post(&path, &need("x"))
                .key(&key)
                .if_match(&tag(1))
                .send()
        };
        let first = send(&here).await.expect_status(201);
        all_the_same(&[first.clone(), send(&there).await]);
        all_the_same(&[first, send(&here).await]);
        let other = there
            .post(&path, &need("y"))
            .key(&key)
            .if_match(&tag(2))
            .send()
            .await;
        assert_eq!(other.status, 422);
        verified(&pair.one, &case, 2).await;
        pair.stop().await;
    }
);
