//! The case of Halle (Saale), played over HTTP from the kick-off to the signed agreement and on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_domain::Role;
use fallbuch_tests::{Answer, Client, Engine, World, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

/// The coordinator's client with the case, and every answer and representation so far.
struct Told {
    client: Client,
    case: String,
    answers: Vec<Answer>,
    representations: Vec<Answer>,
}

impl Told {
    async fn begin(world: &World) -> Self {
        let client = world.as_role("transmit", Role::Coordinator);
        let body = json!({
            "occurred_on": "2014-12-01",
            "municipality": {"key": "15002"},
            "site": world.site("transmit", "Halle").await,
            "advisor": world.member("transmit", Role::Advisor).await,
            "origin": "kickoff",
        });
        let answer = client
            .post("/v1/agencies/transmit/cases", &body)
            .send()
            .await;
        let answer = answer.expect_status(201);
        let case = answer.header("location").unwrap().to_owned();
        let mut told = Self {
            client,
            case,
            answers: Vec::new(),
            representations: Vec::new(),
        };
        told.keep(answer).await;
        told
    }

    async fn keep(&mut self, answer: Answer) {
        self.answers.push(answer);
        let read = self.client.get(&self.case).send().await.expect_status(200);
        self.representations.push(read);
    }

    fn state(&self) -> Value {
        self.representations.last().unwrap().json()
    }

    async fn send(&self, path: &str, body: &Value) -> Answer {
        let tag = self.representations.last().unwrap().header("etag").unwrap();
        let request = self.client.post(&format!("{}{path}", self.case), body);
        request.if_match(tag).send().await
    }

    /// A command that is accepted; what it made, if it made something.
    async fn tell(&mut self, path: &str, body: Value) -> Option<Uuid> {
        let before = self.state()["version"].as_u64().unwrap();
        let answer = self.send(path, &body).await.expect_status(201);
        let done = answer.json();
        assert_eq!(done["version"], before + 1);
        assert_eq!(
            answer.header("location").unwrap(),
            format!("{}/events/{}", self.case, before + 1)
        );
        let data = &done["events"][0]["data"];
        let made = ["need", "priority", "agreement"]
            .iter()
            .find_map(|name| data[name].as_str());
        self.keep(answer).await;
        made.map(|id| id.parse().unwrap())
    }

    /// A command that this rule refuses; nothing moves.
    async fn refused(&self, path: &str, body: Value, rule: &str) -> Value {
        let answer = self.send(path, &body).await.expect_status(409);
        let problem = answer.json();
        assert_eq!(problem["rule"], rule, "{problem}");
        let now = self.client.get(&self.case).send().await;
        assert_eq!(now.bytes, self.representations.last().unwrap().bytes);
        problem
    }

    /// From the kick-off to the draft; the draft's id.
    async fn until_the_draft(&mut self) -> Uuid {
        let participants = json!([{"function": "Beigeordnete für Bildung und Soziales"}]);
        self.tell(
            "/contacts",
            json!({"occurred_on": "2014-12-01", "channel": "kickoff_event",
                   "participants": participants, "topics": ["Angebot der Agentur"]}),
        )
        .await;
        assert_eq!(self.state()["stage"], "contact");
        self.tell(
            "/initial-meetings",
            json!({"occurred_on": "2015-01-20", "place": "Stadthaus", "outcome": "interested",
                   "participants": participants, "topics": ["Ausgangslage", "Erwartungen"],
                   "next_step": "Bedarfe aufnehmen"}),
        )
        .await;
        assert_eq!(self.state()["stage"], "exploring");
        let mut needs = Vec::new();
        for (dimension, urgency, statement) in NEEDS {
            let need = json!({"occurred_on": "2015-02-10", "dimension": dimension,
                              "urgency": urgency, "statement": statement});
            needs.extend(self.tell("/needs", need).await);
        }
        assert_eq!(needs.len(), 5);
        let mut priorities = Vec::new();
        for (rank, (focus_area, title, meets)) in (1..).zip(PRIORITIES) {
            let meets: Vec<_> = meets.iter().map(|place| needs[*place]).collect();
            let priority = json!({"occurred_on": "2015-03-10", "focus_area": focus_area,
                                  "title": title, "needs": meets, "rank": rank});
            priorities.extend(self.tell("/priorities", priority).await);
        }
        let draft = json!({"occurred_on": "2015-04-07", "priorities": priorities,
                           "planned_until": "2016-12-31"});
        self.tell("/agreements", draft).await.unwrap()
    }
}

/// One need per dimension.
const NEEDS: [(&str, &str, &str); 5] = [
    (
        "strategy",
        "high",
        "Es fehlt eine Gesamtstrategie für Bildung.",
    ),
    (
        "steering",
        "high",
        "Niemand steuert über die Fachbereiche hinweg.",
    ),
    (
        "cooperation",
        "medium",
        "Ämter und Träger stimmen sich selten ab.",
    ),
    (
        "participation",
        "low",
        "Bürgerinnen und Bürger werden kaum beteiligt.",
    ),
    (
        "data",
        "medium",
        "Daten fließen nicht in Entscheidungen ein.",
    ),
];

/// Focus area, title, and the needs it meets by their place.
const PRIORITIES: [(&str, &str, &[usize]); 2] = [
    ("education_concept", "Bildungskonzept", &[0, 3]),
    ("steering_group", "Lenkungsgruppe", &[1]),
];

fn signing(parties: &[&str]) -> Value {
    let signature = |party: &&str| {
        json!({"party": party, "signed_on": "2015-04-27", "function": match *party {
            "municipality" => "Oberbürgermeister",
            _ => "Leitung der Agentur",
        }})
    };
    let signatures: Vec<_> = parties.iter().map(signature).collect();
    json!({"occurred_on": "2015-04-27", "signatures": signatures, "valid_from": "2015-04-27",
           "valid_until": "2016-12-31", "end_condition": "phase_end"})
}

on_both!(
    async fn from_the_kick_off_to_the_signature(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let mut halle = Told::begin(&world).await;
        assert_eq!(halle.state()["case_number"], "TM-2014-0001");
        assert_eq!(
            halle.state()["municipality"]["name"],
            "Halle (Saale), Stadt"
        );
        let draft = halle.until_the_draft().await;

        // While one party's signature is missing, either one's, R05 refuses.
        let signatures = format!("/agreements/{draft}/signatures");
        for (present, missing) in [("agency", "municipality's"), ("municipality", "agency's")] {
            let problem = halle.refused(&signatures, signing(&[present]), "R05").await;
            assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
            assert_eq!(problem["errors"][0]["pointer"], "/signatures");
            let english = halle.send_in("en", &signatures, &signing(&[present])).await;
            let detail = english.json()["detail"].as_str().unwrap().to_owned();
            assert_eq!(detail, format!("The {missing} signature is missing."));
        }
        assert_eq!(halle.state()["stage"], "exploring");

        halle
            .tell(&signatures, signing(&["municipality", "agency"]))
            .await;
        let state = halle.state();
        assert_eq!(state["stage"], "agreed");
        assert_eq!(state["expired"], true, "the agreement ran until 2016");
        assert_eq!(state["agreements"][0]["status"], "signed");
        assert_eq!(state["needs"].as_array().unwrap().len(), 5);

        // Every past version is what a reader was told when it was the present one.
        for (version, told) in (1..).zip(&halle.representations) {
            let path = format!("{}/versions/{version}", halle.case);
            let then = halle.client.get(&path).send().await.expect_status(200);
            assert_eq!(then.text(), told.text(), "version {version}");
        }
        // The events are what the answers carried.
        let carried: Vec<_> = halle
            .answers
            .iter()
            .map(|answer| answer.json()["events"][0].clone())
            .collect();
        assert_eq!(
            all_items(&halle.client, &halle.case, "events", 3).await,
            carried
        );
        for (version, event) in (1..).zip(&carried) {
            let path = format!("{}/events/{version}", halle.case);
            assert_eq!(halle.client.get(&path).send().await.json(), *event);
        }
        let beyond = format!("{}/versions/{}", halle.case, carried.len() + 1);
        assert_eq!(halle.client.get(&beyond).send().await.status, 404);
    }
);

impl Told {
    async fn send_in(&self, language: &str, path: &str, body: &Value) -> Answer {
        let tag = self.representations.last().unwrap().header("etag").unwrap();
        let request = self.client.post(&format!("{}{path}", self.case), body);
        request
            .if_match(tag)
            .header("accept-language", language)
            .send()
            .await
    }
}

/// Every item of a list, page by page along its links.
async fn all_items(client: &Client, case: &str, list: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(format!("{case}/{list}?limit={limit}"));
    while let Some(path) = next {
        let answer = client.get(&path).send().await.expect_status(200);
        let page = answer.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let link = answer.header("link").map(str::to_owned);
        assert_eq!(page["page"]["has_more"], link.is_some());
        next = link.map(|link| {
            let address = link.strip_prefix('<').unwrap();
            address.split_once('>').unwrap().0.to_owned()
        });
    }
    items
}

on_both!(
    async fn the_timeline_reads_well_in_both_languages(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let mut halle = Told::begin(&world).await;
        let draft = halle.until_the_draft().await;
        let signatures = format!("/agreements/{draft}/signatures");
        halle
            .tell(&signatures, signing(&["municipality", "agency"]))
            .await;
        for (language, expected) in [("de", GERMAN), ("en", ENGLISH)] {
            let path = format!("{}/timeline?limit=100", halle.case);
            let request = halle.client.get(&path).header("accept-language", language);
            let answer = request.send().await.expect_status(200);
            assert_eq!(answer.header("content-language"), Some(language));
            let entries = answer.json()["items"].as_array().unwrap().clone();
            let line = |entry: &Value| {
                let text = |name: &str| entry[name].as_str().unwrap().to_owned();
                format!("{} {}", text("occurred_on"), text("text"))
            };
            let told: Vec<_> = entries.iter().map(line).collect();
            assert_eq!(told.join("\n"), expected);
        }
    }
);

const GERMAN: &str = "\
2014-12-01 Beratungsfall TM-2014-0001 für Halle (Saale), Stadt (15002) eröffnet; Anlass: Auftaktveranstaltung.
2014-12-01 Kontakt bei der Auftaktveranstaltung: Angebot der Agentur. Beteiligt: Beigeordnete für Bildung und Soziales.
2015-01-20 Erstgespräch, Stadthaus: Ausgangslage und Erwartungen. Beteiligt: Beigeordnete für Bildung und Soziales. Ergebnis: die Kommune ist interessiert. Nächster Schritt: Bedarfe aufnehmen.
2015-02-10 Bedarf aufgenommen (Strategie, Dringlichkeit hoch): „Es fehlt eine Gesamtstrategie für Bildung“.
2015-02-10 Bedarf aufgenommen (Steuerung, Dringlichkeit hoch): „Niemand steuert über die Fachbereiche hinweg“.
2015-02-10 Bedarf aufgenommen (Zusammenarbeit, Dringlichkeit mittel): „Ämter und Träger stimmen sich selten ab“.
2015-02-10 Bedarf aufgenommen (Information und Beteiligung der Zielgruppen, Dringlichkeit niedrig): „Bürgerinnen und Bürger werden kaum beteiligt“.
2015-02-10 Bedarf aufgenommen (Datenbasierung, Dringlichkeit mittel): „Daten fließen nicht in Entscheidungen ein“.
2015-03-10 Schwerpunkt 1 vereinbart: „Bildungskonzept“ (Bildungskonzept); Bedarfe: „Es fehlt eine Gesamtstrategie für Bildung“ und „Bürgerinnen und Bürger werden kaum beteiligt“.
2015-03-10 Schwerpunkt 2 vereinbart: „Lenkungsgruppe“ (Lenkungsgruppe Bildung (verwaltungsintern)); Bedarf: „Niemand steuert über die Fachbereiche hinweg“.
2015-04-07 Zielvereinbarung mit den Schwerpunkten „Bildungskonzept“ und „Lenkungsgruppe“ entworfen, vorgesehen bis 31.12.2016.
2015-04-27 Zielvereinbarung unterzeichnet: Kommune (Oberbürgermeister) und Agentur (Leitung der Agentur), gültig vom 27.04.2015 bis 31.12.2016; sie endet auch, sobald die Programmphase endet.";
const ENGLISH: &str = "\
2014-12-01 Case TM-2014-0001 opened for Halle (Saale), Stadt (15002) following the kick-off event.
2014-12-01 Contact at the kick-off event: Angebot der Agentur. Present: Beigeordnete für Bildung und Soziales.
2015-01-20 Initial meeting, Stadthaus: Ausgangslage and Erwartungen. Present: Beigeordnete für Bildung und Soziales. Outcome: the municipality is interested. Next step: Bedarfe aufnehmen.
2015-02-10 Need captured (Strategy, high urgency): “Es fehlt eine Gesamtstrategie für Bildung”.
2015-02-10 Need captured (Steering, high urgency): “Niemand steuert über die Fachbereiche hinweg”.
2015-02-10 Need captured (Cooperation, medium urgency): “Ämter und Träger stimmen sich selten ab”.
2015-02-10 Need captured (Information and participation of the target groups, low urgency): “Bürgerinnen und Bürger werden kaum beteiligt”.
2015-02-10 Need captured (Use of data, medium urgency): “Daten fließen nicht in Entscheidungen ein”.
2015-03-10 Priority 1 agreed: “Bildungskonzept” (Education concept); needs: “Es fehlt eine Gesamtstrategie für Bildung” and “Bürgerinnen und Bürger werden kaum beteiligt”.
2015-03-10 Priority 2 agreed: “Lenkungsgruppe” (Internal steering group for education); need: “Niemand steuert über die Fachbereiche hinweg”.
2015-04-07 Target agreement with the priorities “Bildungskonzept” and “Lenkungsgruppe” drafted, planned until 31 December 2016.
2015-04-27 Target agreement signed: municipality (Oberbürgermeister) and agency (Leitung der Agentur), valid from 27 April 2015 to 31 December 2016; it also ends once the programme’s phase ends.";

on_both!(
    async fn closing_names_what_is_open_and_a_reopening_takes_the_case_up_again(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let mut halle = Told::begin(&world).await;
        let agreement = halle.until_the_draft().await;
        let signatures = format!("/agreements/{agreement}/signatures");
        halle
            .tell(&signatures, signing(&["municipality", "agency"]))
            .await;

        // The agreement runs: closing over it says so.
        let closing = |acknowledge: &[Uuid]| {
            json!({"occurred_on": "2016-06-30", "reason": "phase_end", "summary": "Läuft weiter.",
                   "acknowledge": acknowledge})
        };
        let problem = halle.refused("/closures", closing(&[]), "R24").await;
        assert_eq!(problem["errors"][0]["pointer"], "/acknowledge");
        let problem = halle
            .refused("/closures", closing(&[agreement, Uuid::nil()]), "R24")
            .await;
        assert_eq!(problem["errors"][0]["pointer"], "/acknowledge/1");
        let reopening = json!({"occurred_on": "2017-01-10", "reason": "Die Kommune bittet darum."});
        halle.refused("/reopenings", reopening.clone(), "R25").await;

        halle.tell("/closures", closing(&[agreement])).await;
        assert_eq!(halle.state()["stage"], "closed");
        let contact = json!({"occurred_on": "2016-12-01", "channel": "call",
                             "participants": [], "topics": []});
        halle.refused("/contacts", contact.clone(), "R23").await;
        halle
            .refused("/closures", closing(&[agreement]), "R23")
            .await;
        halle
            .refused(&signatures, signing(&["municipality", "agency"]), "R23")
            .await;

        halle.tell("/reopenings", reopening).await;
        assert_eq!(halle.state()["stage"], "agreed");
        assert_eq!(halle.state().get("closing"), None);
        halle.tell("/contacts", contact).await;
    }
);

on_both!(
    async fn a_municipality_has_one_open_case_and_numbers_follow_the_year(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let halle = Told::begin(&world).await;
        let body = |key: &str, day: &str, site: Uuid, advisor: Uuid| {
            json!({"occurred_on": day, "municipality": {"key": key}, "site": site,
                   "advisor": advisor, "origin": "kickoff"})
        };
        let site = world.site("transmit", "").await;
        let advisor = world.member("transmit", Role::Advisor).await;
        let open = async |key: &str, day: &str| {
            let path = "/v1/agencies/transmit/cases";
            halle
                .client
                .post(path, &body(key, day, site, advisor))
                .send()
                .await
        };
        let second = open("15002", "2015-01-01").await.expect_status(409).json();
        assert_eq!(second["rule"], "R02");
        assert_eq!(second["errors"][0]["pointer"], "/municipality/key");
        for (key, day, number) in [
            ("15003", "2014-12-31", "TM-2014-0002"),
            ("15001", "2015-01-01", "TM-2015-0001"),
            ("14713", "2014-12-02", "TM-2014-0003"),
        ] {
            let opened = open(key, day).await.expect_status(201).json();
            assert_eq!(opened["events"][0]["data"]["case_number"], number);
        }
        // Another agency may advise the same municipality, and is told that it lies elsewhere.
        let site = world.site("bayern", "").await;
        let advisor = world.member("bayern", Role::Advisor).await;
        let munich = world.as_role("bayern", Role::Coordinator);
        let body = body("15002", "2014-12-01", site, advisor);
        let opened = munich.post("/v1/agencies/bayern/cases", &body).send().await;
        let opened = opened.expect_status(201).json();
        assert_eq!(opened["events"][0]["data"]["case_number"], "BY-2014-0001");
        assert_eq!(opened["warnings"][0]["rule"], "R04");
    }
);
