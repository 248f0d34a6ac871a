//! What `allowed-commands` says is what the server then does: for every command on every target, in
//! every state of a case's life, for three roles.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, Target, sample};
use fallbuch_tests::{Answer, Cast, Client, Engine, SampleCase, Step, World, list_of, on_both};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many states are looked at at a time.
const AT_A_TIME: usize = 6;

/// The lives of which every state is looked at: all of the sample's walk, and the ends of others.
fn lives() -> Vec<Vec<Step>> {
    let walk = Step::walk();
    let until = |kind: CommandKind| {
        let place = walk.iter().position(|step| step.kind == kind).unwrap();
        walk[..=place].to_vec()
    };
    let plan = || {
        vec![
            Step::sample(CommandKind::OpenCase, None),
            Step::sample(CommandKind::AgreePriority, Some(sample::PRIORITY))
                .with(json!({"needs": []})),
            Step::sample(CommandKind::DraftAgreement, Some(sample::AGREEMENT)),
        ]
    };
    let declined =
        Step::sample(CommandKind::RecordInitialMeeting, None).with(json!({"outcome": "declined"}));
    let dropped = Step::sample(CommandKind::DropPriority, None).about(sample::PRIORITY);
    let second = Step::sample(CommandKind::DraftAgreement, Some(sample::OTHER_AGREEMENT));
    let mut lives: Vec<_> = (1..=walk.len()).map(|end| walk[..end].to_vec()).collect();
    // A draft before any initial meeting, and after one that was declined.
    lives.push(plan());
    lives.push([plan(), vec![declined]].concat());
    // A draft whose only priority was dropped; two priorities, only the other one left.
    lives.push([until(CommandKind::DraftAgreement), vec![dropped]].concat());
    // A second draft while the first one is signed.
    let signed: Vec<_> = until(CommandKind::SignAgreement)
        .into_iter()
        .filter(|step| step.target != Some(sample::OTHER_AGREEMENT))
        .filter(|step| step.made != Some(sample::OTHER_AGREEMENT))
        .collect();
    lives.push([signed.clone(), vec![second]].concat());
    lives
}

/// A key of eight digits that nobody had.
fn municipality() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    // Three districts of Sachsen-Anhalt with 999 imaginary Gemeinden each.
    format!(
        "{}{:03}",
        ["15083", "15084", "15085"][(number / 999) as usize],
        number % 999 + 1
    )
}

/// What the agency has and no case refers to: a solution, and an offering that was held.
struct Spare {
    solution: Uuid,
    offering: Uuid,
}

/// A world with those who play in it.
struct Theatre {
    world: World,
    cast: Cast,
    coordinator: Client,
    spare: Spare,
}

impl Theatre {
    async fn new(engine: Engine) -> Self {
        let world = World::founded(engine, &["transmit"]).await;
        let cast = Cast::of(&world, "transmit").await;
        let coordinator = world.as_role("transmit", Role::Coordinator);
        let mut stock = SampleCase::unopened(&cast, sample::MUNICIPALITY);
        for kind in [
            CommandKind::ProposeModelSolution,
            CommandKind::RecordQualification,
        ] {
            stock.provide(&coordinator, kind).await;
        }
        let spare = Spare {
            solution: stock.real(sample::SOLUTION),
            offering: stock.real(sample::OFFERING),
        };
        Self {
            world,
            cast,
            coordinator,
            spare,
        }
    }

    /// A copy of the state of its own.
    async fn copy(&self, life: &[Step]) -> SampleCase {
        let steps = life.iter().cloned();
        SampleCase::after(&self.coordinator, &self.cast, &municipality(), steps).await
    }

    async fn read(&self, path: &str, role: Role) -> Value {
        let client = self.world.as_role("transmit", role);
        client.get(path).send().await.expect_status(200).json()
    }
}

/// One line of `allowed-commands`.
#[derive(Clone, Debug)]
struct Said {
    kind: CommandKind,
    target: Option<Uuid>,
    item: Value,
}

impl Said {
    fn new(item: &Value) -> Self {
        let operation = item["command"].as_str().unwrap();
        let mut kinds = CommandKind::ALL.iter();
        let kind = kinds.find(|kind| kind.operation() == operation);
        Self {
            kind: *kind.unwrap(),
            target: item["target"].as_str().map(|id| id.parse().unwrap()),
            item: item.clone(),
        }
    }

    fn allowed(&self) -> bool {
        self.item["allowed"].as_bool().unwrap()
    }

    /// Asks what would come of it, with a body that is as good as can be.
    async fn ask(
        &self,
        client: &Client,
        case: &SampleCase,
        state: &Value,
        spare: &Spare,
    ) -> Answer {
        let body = satisfying(self, case.body(self.kind), state, spare);
        let request = client.post(&case.address(self.kind, self.target), &body);
        let request = request.query("validate_only=true");
        request
            .if_match(&format!("\"{}\"", case.version))
            .send()
            .await
    }

    /// That the server does what was said.
    fn hold_against(&self, answer: &Answer, role: Role) {
        let problem = answer.json();
        let context = format!("{role:?} {:?}: {problem}", self.item);
        if self.allowed() {
            assert_eq!(answer.status, 200, "{context}");
            return;
        }
        let permission = &self.item["required_permission"];
        if permission.is_null() {
            assert_eq!(answer.status, 409, "{context}");
            assert_eq!(problem["rule"], self.item["rule"], "{context}");
            assert_eq!(problem["detail"], self.item["message"], "{context}");
        } else {
            assert_eq!(answer.status, 403, "{context}");
            assert_eq!(problem["required_permission"], *permission, "{context}");
            assert_eq!(self.item["rule"], Value::Null, "{context}");
        }
    }
}

/// The ids of the things of a list that have this status.
fn with_status(state: &Value, list: &str, status: &str) -> Vec<Value> {
    let things = state[list].as_array().unwrap().iter();
    things
        .filter(|thing| thing["status"] == status)
        .map(|thing| thing["id"].clone())
        .collect()
}

/// The sample's body made to fit the state, so that only what no body can mend refuses it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the sample's body fits, unless an arm mends it"
)]
fn satisfying(one: &Said, mut body: Value, state: &Value, spare: &Spare) -> Value {
    let keep = |ids: &mut Value, known: &[Value]| {
        ids.as_array_mut().unwrap().retain(|id| known.contains(id));
    };
    let agreed = with_status(state, "priorities", "agreed");
    let open_needs = with_status(state, "needs", "open");
    // Documents are no matter of this test.
    for name in ["document", "minutes"] {
        body.as_object_mut().unwrap().remove(name);
    }
    let agreement = || {
        let mut agreements = state["agreements"].as_array().unwrap().iter();
        agreements.find(|agreement| agreement["id"] == json!(one.target))
    };
    match one.kind {
        CommandKind::AgreePriority | CommandKind::CompleteAssessment => {
            keep(&mut body["needs"], &open_needs);
        }
        CommandKind::RevisePriority => keep(&mut body["changes"]["needs"], &open_needs),
        CommandKind::DraftAgreement | CommandKind::RedraftAgreement if !agreed.is_empty() => {
            body["priorities"] = json!(agreed);
        }
        CommandKind::PlanMeasure if !agreed.is_empty() => body["priority"] = agreed[0].clone(),
        CommandKind::ProposeModelSolution => {
            body["solution"] = json!(spare.solution);
            body.as_object_mut().unwrap().remove("priority");
        }
        CommandKind::RecordQualification => body["offering"] = json!(spare.offering),
        CommandKind::SignAgreement => {
            body["valid_from"] = json!("2019-05-01");
            body["valid_until"] = json!("2019-12-31");
        }
        CommandKind::ExtendAgreement => body["valid_until"] = json!("2019-12-31"),
        CommandKind::AmendAgreement => {
            let named = agreement().map(|one| one["priorities"].as_array().unwrap().clone());
            let named = named.unwrap_or_default();
            let mut addable = agreed;
            addable.retain(|id| !named.contains(id));
            if addable.is_empty() {
                body["dropped"] = json!(named.last().as_slice());
            }
            body["added"] = json!(addable);
        }
        CommandKind::CloseCase => {
            let undecided = state["funding_applications"].as_array().unwrap().iter();
            let undecided = undecided.filter(|one| one["decision"].is_null());
            let mut open: Vec<_> = undecided.map(|one| one["id"].clone()).collect();
            open.extend(with_status(state, "agreements", "signed"));
            open.extend(with_status(state, "follow_ups", "open"));
            body["acknowledge"] = json!(open);
        }
        _ => {}
    }
    body
}

/// Every command on every target that the case has, worked out from its representation.
fn expected(state: &Value) -> BTreeSet<(&'static str, Option<Uuid>)> {
    let ids = |list: &str| -> Vec<Option<Uuid>> {
        let things = state[list].as_array().unwrap().iter();
        things
            .map(|thing| Some(thing["id"].as_str().unwrap().parse().unwrap()))
            .collect()
    };
    let mut all = BTreeSet::new();
    for kind in CommandKind::ALL {
        let target = kind.target();
        let targets = if target == Target::NewCase {
            Vec::new()
        } else if target == Target::Case {
            vec![None]
        } else {
            ids(list_of(target))
        };
        all.extend(targets.into_iter().map(|target| (kind.operation(), target)));
    }
    all
}

/// Holds what is said in the state at the end of `life` against what the server does; how many
/// commands were allowed and how many refused.
async fn hold(theatre: &Theatre, (number, life): (usize, &Vec<Step>)) -> (usize, usize) {
    // What a role may not is not a matter of the state: now and then is enough.
    let roles: &[_] = if number.is_multiple_of(8) {
        &[Role::Coordinator, Role::Advisor, Role::Reader]
    } else {
        &[Role::Coordinator]
    };
    let case = theatre.copy(life).await;
    let state = theatre.read(&case.path, Role::Reader).await;
    let (mut allowed, mut refused) = (0, 0);
    for role in roles {
        let client = theatre.world.as_role("transmit", *role);
        let said = theatre
            .read(&format!("{}/allowed-commands", case.path), *role)
            .await;
        let said: Vec<_> = said["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(Said::new)
            .collect();
        let listed: BTreeSet<_> = said
            .iter()
            .map(|one| (one.kind.operation(), one.target))
            .collect();
        assert_eq!((listed.len(), listed), (said.len(), expected(&state)));
        for one in said {
            let answer = one.ask(&client, &case, &state, &theatre.spare).await;
            one.hold_against(&answer, *role);
            if one.allowed() {
                allowed += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert_eq!(
        theatre.read(&case.path, Role::Reader).await,
        state,
        "a question left something"
    );
    (allowed, refused)
}

on_both!(
    async fn what_is_said_is_what_is_done(engine: Engine) {
        let theatre = Theatre::new(engine).await;
        let lives = lives();
        let counts = futures_util::stream::iter(lives.iter().enumerate())
            .map(|life| hold(&theatre, life))
            .buffer_unordered(AT_A_TIME)
            .collect::<Vec<_>>()
            .await;
        let allowed: usize = counts.iter().map(|(allowed, _)| allowed).sum();
        let refused: usize = counts.iter().map(|(_, refused)| refused).sum();
        assert!(
            allowed > 1_000 && refused > 1_000,
            "{allowed} allowed, {refused} refused"
        );
    }
);

on_both!(
    async fn a_closed_case_is_not_reopened_while_the_municipality_has_another(engine: Engine) {
        let theatre = Theatre::new(engine).await;
        let walk = Step::walk();
        let place = walk
            .iter()
            .position(|step| step.kind == CommandKind::CloseCase)
            .unwrap();
        let key = municipality();
        let (client, cast) = (&theatre.coordinator, &theatre.cast);
        let closed = SampleCase::after(client, cast, &key, walk[..=place].to_vec()).await;
        let reopening = async || {
            let path = format!("{}/allowed-commands", closed.path);
            let said = theatre.read(&path, Role::Coordinator).await;
            let mut said = said["items"].as_array().unwrap().iter().map(Said::new);
            said.find(|one| one.kind == CommandKind::ReopenCase)
                .unwrap()
        };
        assert!(reopening().await.allowed());

        let opening = vec![Step::sample(CommandKind::OpenCase, None)];
        SampleCase::after(client, cast, &key, opening).await;
        let said = reopening().await;
        assert_eq!(said.item["rule"], "R02");
        let state = theatre.read(&closed.path, Role::Coordinator).await;
        let answer = said.ask(client, &closed, &state, &theatre.spare).await;
        said.hold_against(&answer, Role::Coordinator);
    }
);

on_both!(
    async fn a_succeeded_case_is_the_only_open_one_of_both_municipalities(engine: Engine) {
        let theatre = Theatre::new(engine).await;
        let (client, cast) = (&theatre.coordinator, &theatre.cast);
        let life = [CommandKind::OpenCase, CommandKind::SucceedMunicipality];
        let life = life.map(|kind| Step::sample(kind, None)).to_vec();
        let mut case = SampleCase::after(client, cast, "03152", life).await;
        let another = async |key| {
            let opening = Step::sample(CommandKind::OpenCase, None);
            let another = SampleCase::unopened(cast, key);
            another.request(client, &opening).send().await
        };
        // The successor's key had not begun on the sample's opening day: both rules refuse.
        for key in ["03152", "03159"] {
            let refused = another(key).await.expect_status(409).json();
            assert_eq!(refused["rule"], "R02", "{refused}");
        }
        let state = theatre.read(&case.path, Role::Coordinator).await;
        assert_eq!(state["municipality"]["key"], "03159");
        assert_eq!(state["former_municipalities"][0]["key"], "03152");

        let closing = Step::sample(CommandKind::CloseCase, None).with(json!({"acknowledge": []}));
        case.play(client, closing).await.expect_status(201);
        another("03152").await.expect_status(201);
        let reopening = Step::sample(CommandKind::ReopenCase, None);
        let refused = case.play(client, reopening).await.expect_status(409);
        assert_eq!(refused.json()["rule"], "R02");
    }
);

on_both!(
    async fn what_stands_against_a_command_is_named_by_its_id(engine: Engine) {
        let theatre = Theatre::new(engine).await;
        let mut life = Step::walk();
        let place = life
            .iter()
            .position(|step| step.kind == CommandKind::ScheduleFollowUp);
        life.truncate(place.unwrap() + 1);
        let mut case = theatre.copy(&life).await;
        let agreement = case.real(sample::AGREEMENT).to_string();
        let path = format!("{}/allowed-commands", case.path);
        let said = theatre.read(&path, Role::Coordinator).await;
        let priority = json!(case.real(sample::PRIORITY));
        let mut items = said["items"].as_array().unwrap().iter();
        let dropping =
            items.find(|item| item["command"] == "drop_priority" && item["target"] == priority);
        let dropping = dropping.unwrap();
        assert_eq!(
            (&dropping["rule"], &dropping["concerns"]),
            (&json!("R14"), &json!(agreement))
        );

        let close = |acknowledge: &Value| {
            Step::sample(CommandKind::CloseCase, None).with(json!({
                "occurred_on": "2016-03-01", "acknowledge": acknowledge,
            }))
        };
        let client = &theatre.coordinator;
        let refused = case.play(client, close(&json!([]))).await;
        let refused = refused.expect_status(409).json();
        let violations = refused["errors"].as_array().unwrap().iter();
        let open: Vec<_> = violations.map(|one| one["concerns"].clone()).collect();
        assert!(
            open.contains(&json!(agreement)) && open.len() > 1,
            "{refused}"
        );
        let closed = case.play(client, close(&json!(open))).await;
        closed.expect_status(201);
    }
);

on_both!(
    async fn the_reason_is_said_in_the_callers_language(engine: Engine) {
        let theatre = Theatre::new(engine).await;
        let case = theatre.copy(&Step::walk()[..1]).await;
        let path = format!("{}/allowed-commands", case.path);
        for (language, sentence) in [
            ("de", "Der Fall ist nicht abgeschlossen."),
            ("en", "The case is not closed."),
        ] {
            let request = theatre
                .coordinator
                .get(&path)
                .header("accept-language", language);
            let answer = request.send().await.expect_status(200);
            assert_eq!(answer.header("content-language"), Some(language));
            let items = answer.json()["items"].as_array().unwrap().clone();
            let reopening = items
                .iter()
                .find(|item| item["command"] == "reopen_case")
                .unwrap();
            assert_eq!(reopening["message"], sentence);
        }
    }
);
