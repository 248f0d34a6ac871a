//! Random lives of cases over HTTP, in every agency at once: before each command `allowed-commands` is
//! asked, and what then happens is what it said and what the reference model says.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and shows what it met"
)]

use std::collections::BTreeSet;

use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::catalogue::{ShippedAgency, shipped_agencies};
use fallbuch_tests::reference::{
    Ask, Flaw, Model, Solution, Surroundings, Tables, Tally, Verdict, Wisher, operation, shown,
};
use fallbuch_tests::{Answer, Client, Dice, Engine, Offers, World, command_path, on_both};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

/// How many commands a life has.
const STEPS: usize = 120;

/// How careless wishes are, of a hundred.
const CARELESS: u64 = 5;

/// How many lives are lived at a time.
const AT_A_TIME: usize = 3;

/// Whose cases they are: a city, a district that ended, a Gemeinde, a borough, a district.
const KEYS: &[&str] = &["15002", "03152", "15084030", "11000-01", "15084"];

/// A municipality of which another case is open all the time.
const TAKEN: &str = "15091";

struct Life {
    agency: String,
    client: Client,
    dice: Dice,
    around: Surroundings,
    model: Model,
    path: String,
    version: u64,
    met: Tally,
}

fn opening(key: &str, around: &Surroundings) -> Ask {
    let (site, advisor) = (around.sites.first(), around.members.first());
    let body = json!({
        "occurred_on": "2015-03-02", "municipality": {"key": key, "name": "Eine Gemeinde"},
        "site": site, "advisor": advisor, "origin": "request",
    });
    Ask {
        operation: operation("open_case").name,
        target: None,
        body,
    }
}

fn rules(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| one["rule"].as_str().unwrap().to_owned())
        .collect()
}

/// What an answer says.
fn verdict(answer: &Answer, ask: &Ask) -> Verdict {
    let said = answer.json();
    match answer.status {
        201 => Verdict {
            warned: rules(&said["warnings"]),
            ..Verdict::default()
        },
        409 => Verdict {
            refused: rules(&said["errors"]),
            ..Verdict::default()
        },
        other => panic!("{other} {said} to {ask:?}"),
    }
}

impl Life {
    async fn new(
        world: &World,
        agency: &ShippedAgency,
        mut dice: Dice,
        lot: (usize, String),
    ) -> Self {
        let (number, today) = lot;
        let code = agency.code.as_str();
        let client = world.as_role(code, Role::Coordinator);
        let mut around = surroundings(world, agency, today).await;
        let other = opening(TAKEN, &around);
        let cases = format!("/v1/agencies/{code}/cases");
        client
            .post(&cases, &other.body)
            .send()
            .await
            .expect_status(201);
        around.taken.insert(TAKEN.to_owned());
        let mut life = Self {
            agency: format!("/v1/agencies/{code}"),
            client,
            dice: dice.another(),
            around,
            model: Model::with(Flaw::None),
            path: String::new(),
            version: 0,
            met: Tally::default(),
        };
        life.send(&opening(TAKEN, &life.around)).await;
        life.send(&opening(KEYS[number % KEYS.len()], &life.around))
            .await;
        life
    }

    async fn step(&mut self) {
        let mut wisher = Wisher::new(&mut self.dice, &self.model, &self.around, CARELESS);
        let ask = wisher.any();
        let another = ask.operation == "open_case";
        // The contract keeps a blank reason from the rules.
        if another || ask.body["reason"] == " " {
            return;
        }
        let path = format!("{}/allowed-commands", self.path);
        let said = self.read(&path).await;
        let mut items = said["items"].as_array().unwrap().iter();
        let item = items
            .find(|item| item["command"] == ask.operation && item["target"] == json!(ask.target))
            .unwrap_or_else(|| panic!("{ask:?} is not among {said}"));
        let told = self.send(&ask).await;
        if told.accepted() {
            assert_eq!(item["allowed"], true, "{ask:?}");
            let case = self.read(&self.path).await;
            assert_eq!(shown(&case, &case["stage"]), self.model.view(), "{ask:?}");
        } else if item["allowed"] == false {
            let rule = item["rule"].as_str().unwrap();
            assert!(
                told.refused.contains(rule),
                "{item}, yet {told:?} to {ask:?}"
            );
        }
    }

    /// Sends a command, which has to go as the model has it go.
    async fn send(&mut self, ask: &Ask) -> Verdict {
        let opens = ask.operation == "open_case";
        let request = if opens {
            self.client
                .post(&format!("{}/cases", self.agency), &ask.body)
        } else {
            let mut kinds = CommandKind::ALL.iter();
            let kind = kinds
                .find(|kind| kind.operation() == ask.operation)
                .unwrap();
            let target = ask.target.as_ref().map(|id| id.parse().unwrap());
            let path = format!("{}{}", self.path, command_path(*kind, target));
            let version = format!("\"{}\"", self.version);
            self.client.post(&path, &ask.body).if_match(&version)
        };
        let answer = request.send().await;
        let told = verdict(&answer, ask);
        let model = self.model.verdict(ask, &self.around);
        assert_eq!(
            told,
            model,
            "server and model on {ask:?} of {:#}",
            self.model.view()
        );
        self.met.count(ask.operation, &told);
        if told.accepted() {
            let done = answer.json();
            self.version = done["version"].as_u64().unwrap();
            if opens {
                answer
                    .header("location")
                    .unwrap()
                    .clone_into(&mut self.path);
            }
            let makes = operation(ask.operation).makes.0;
            let made = done["events"][0]["data"][makes].as_str();
            self.model.accept(ask, made, &self.around);
        }
        told
    }

    async fn read(&self, path: &str) -> Value {
        self.client.get(path).send().await.expect_status(200).json()
    }
}

/// The agency's side of the model: what it offers, and who belongs to it.
async fn surroundings(world: &World, agency: &ShippedAgency, today: String) -> Surroundings {
    let code = agency.code.as_str();
    let offers = Offers::of(world, code).await;
    let begun = |operation: &str| {
        let answers = offers.answers.iter().filter(|(id, _)| *id == operation);
        let ids = answers.map(|(_, answer)| answer.json()["events"][0]["stream"]["id"].clone());
        ids.map(|id| id.as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    let client = world.as_role(code, Role::Coordinator);
    let mut solutions = std::collections::BTreeMap::new();
    for id in begun("describe_solution") {
        let path = format!("/v1/agencies/{code}/solutions/{id}");
        let solution = client.get(&path).send().await.expect_status(200).json();
        let donor = solution["donor"].as_str().map(str::to_owned);
        let withdrawn = id != offers.solution;
        solutions.insert(id, Solution { withdrawn, donor });
    }
    let offerings = begun("schedule_offering").into_iter();
    let status = |id: &String| {
        if *id == offers.offering {
            "held"
        } else {
            "cancelled"
        }
    };
    let held = offers.answers.iter().find(|(id, _)| *id == "hold_offering");
    let held = held.unwrap().1.json();
    let held_on = held["events"][0]["occurred_on"]
        .as_str()
        .unwrap()
        .to_owned();
    let members = [Role::Advisor, Role::Coordinator];
    let members =
        futures_util::future::join_all(members.map(|role| world.member(code, role))).await;
    Surroundings {
        today,
        closed: false,
        sites: [world.site(code, "").await.to_string()].into(),
        members: members
            .into_iter()
            .map(|member| member.to_string())
            .collect(),
        land_codes: agency.land_codes.iter().cloned().collect(),
        taken: BTreeSet::new(),
        offerings: offerings
            .map(|id| {
                let status = status(&id);
                (id, status)
            })
            .collect(),
        held_on: [(offers.offering.clone(), held_on)].into(),
        solutions,
        tables: Tables::shipped(),
    }
}

on_both!(
    async fn the_server_and_the_reference_model_tell_the_same(engine: Engine) {
        let asked = std::env::var("FALLBUCH_TEST_SEED");
        let seed = asked.map_or_else(|_| Dice::fresh_seed(), |seed| seed.parse().unwrap());
        println!("FALLBUCH_TEST_SEED={seed} repeats the dice");
        let mut dice = Dice::new(seed);
        let agencies = shipped_agencies().unwrap();
        let codes: Vec<&str> = agencies.iter().map(|agency| agency.code.as_str()).collect();
        let (world, clock) = World::clocked(engine).await;
        // Half an hour past midnight in Berlin, when UTC's day is still the one before; and every life
        // ends on the day on which it begins.
        clock.later(clock.until_midnight() + 1_800);
        let today = clock.today().to_string();
        for code in &codes {
            world.found(code).await;
        }
        let lives = agencies.iter().enumerate().map(|(number, agency)| {
            let (world, dice, lot) = (&world, dice.another(), (number, today.clone()));
            async move {
                let mut life = Life::new(world, agency, dice, lot).await;
                for _ in 0..STEPS {
                    life.step().await;
                }
                life.met
            }
        });
        let lives: Vec<_> = lives.collect();
        let lives = futures_util::stream::iter(lives).buffer_unordered(AT_A_TIME);
        let mut met = Tally::default();
        for life in lives.collect::<Vec<_>>().await {
            met.add(&life);
        }
        println!("{engine:?}\n{met}");
        let (accepted, refused) = met.totals();
        assert!(
            accepted > 250 && refused > 120,
            "{accepted} accepted, {refused} refused"
        );
    }
);
