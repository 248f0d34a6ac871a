//! Halle (Saale): from the kick-off in Leipzig on 1 December 2014 to the signed agreement.

use fallbuch_domain::case::command::{
    AgreePriority, CaptureNeed, DraftAgreement, MunicipalityKey, OpenCase, RecordContact,
    RecordInitialMeeting, SignAgreement,
};
use fallbuch_domain::case::event::{Channel, Participant, Party};
use fallbuch_domain::case::{
    CaseCommand, EndCondition, MeetingOutcome, Origin, Signature, Urgency,
};
use fallbuch_domain::text::{Line, Prose};
use fallbuch_domain::{Command, EventData, Permission, Role};
use fallbuch_persistence::{Access, Expected, IdempotencyKey, Receipt, Store};
use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{DemoError, member};

const KICKOFF: Date = date!(2014 - 12 - 01);
const INITIAL_MEETING: Date = date!(2015 - 01 - 22);
const NEEDS: Date = date!(2015 - 02 - 19);
const PRIORITIES: Date = date!(2015 - 03 - 12);
const DRAFT: Date = date!(2015 - 04 - 08);
const SIGNED: Date = date!(2015 - 05 - 06);
const AGREED_UNTIL: Date = date!(2016 - 12 - 31);

/// One need per quality dimension.
const STATEMENTS: [(&str, Urgency, &str); 5] = [
    (
        "strategy",
        Urgency::High,
        "Für die Bildung in der Stadt fehlt ein Gesamtkonzept, an dem sich die Ämter ausrichten.",
    ),
    (
        "steering",
        Urgency::High,
        "Es gibt keine Stelle, die Bildungsthemen über die Fachbereiche hinweg steuert.",
    ),
    (
        "cooperation",
        Urgency::Medium,
        "Fachbereiche und freie Träger stimmen ihre Angebote nur anlassbezogen ab.",
    ),
    (
        "participation",
        Urgency::Medium,
        "Bürgerinnen und Bürger finden Beratungsangebote zur Bildung schwer und werden selten beteiligt.",
    ),
    (
        "data",
        Urgency::High,
        "Bildungsdaten liegen verstreut vor und fließen kaum in Entscheidungen des Stadtrats ein.",
    ),
];

/// The priorities: focus area, title, and the needs they meet by their place above.
const AGREED: [(&str, &str, &[usize]); 4] = [
    (
        "education_concept",
        "Bildungskonzept „Bildungsstadt Halle“",
        &[0],
    ),
    (
        "steering_group",
        "Verwaltungsinterne Lenkungsgruppe Bildung",
        &[1, 2],
    ),
    (
        "education_reporting",
        "Weiterentwicklung der Bildungs- und Sozialberichterstattung",
        &[4],
    ),
    (
        "advice_landscape",
        "Konzept für die Beratungslandschaft",
        &[3],
    ),
];

/// Somebody of the agency who enters the case's history.
struct Clerk<'a> {
    store: &'a Store,
    access: Access,
}

impl Clerk<'_> {
    /// Carries one command out; `key` makes that telling the story again changes nothing.
    async fn enter(
        &self,
        case: Option<&Receipt>,
        key: &str,
        command: CaseCommand,
    ) -> Result<Receipt, DemoError> {
        let expected = case.map_or(Expected::New, |case| Expected::Version(case.version));
        let key = IdempotencyKey {
            key: format!("demo/halle/{key}"),
            fingerprint: self.store.fingerprint(&[b"demo", key.as_bytes()]),
        };
        let (stream, command) = (case.map(|case| case.stream), Command::Case(command));
        Ok(self
            .store
            .execute(&self.access, stream, expected, command, key)
            .await?)
    }
}

/// Tells the history up to the signature.
pub(super) async fn tell(store: &Store) -> Result<(), DemoError> {
    let clerk = |role, permission| async move {
        Ok::<_, DemoError>(Clerk {
            store,
            access: member(store, role, permission).await?,
        })
    };
    let coordinator = clerk(Role::Coordinator, Permission::CaseOpen).await?;
    let advisor = clerk(Role::Advisor, Permission::CaseRecord).await?;
    let case = open(&coordinator, &advisor).await?;
    let case = talk(&advisor, case).await?;
    let (case, needs) = capture(&advisor, case).await?;
    let (case, priorities) = agree(&advisor, case, &needs).await?;
    sign(&coordinator, case, priorities).await
}

async fn open(coordinator: &Clerk<'_>, advisor: &Clerk<'_>) -> Result<Receipt, DemoError> {
    let agency = coordinator.store.agency(&coordinator.access).await?;
    let site = agency
        .sites
        .iter()
        .find(|site| site.name.as_str().starts_with("Halle"))
        .ok_or(DemoError::NoSite)?;
    let command = OpenCase {
        occurred_on: KICKOFF,
        reason: None,
        municipality: MunicipalityKey {
            key: "15002".to_owned(),
            name: None,
        },
        site: site.id,
        advisor: advisor.access.principal().id(),
        origin: Origin::Kickoff,
    };
    coordinator
        .enter(None, "open", CaseCommand::OpenCase(command))
        .await
}

async fn talk(advisor: &Clerk<'_>, case: Receipt) -> Result<Receipt, DemoError> {
    let contact = RecordContact {
        occurred_on: KICKOFF,
        reason: None,
        channel: Channel::KickoffEvent,
        participants: participants(&["Beigeordneter für Bildung und Soziales"]),
        topics: lines(&[
            "Datenbasiertes kommunales Bildungsmanagement",
            "Angebot der Agentur",
        ]),
    };
    let case = advisor
        .enter(Some(&case), "contact", CaseCommand::RecordContact(contact))
        .await?;
    let meeting = RecordInitialMeeting {
        occurred_on: INITIAL_MEETING,
        reason: example(),
        place: Line::from("Stadtverwaltung Halle (Saale)"),
        participants: participants(&[
            "Beigeordneter für Bildung und Soziales",
            "Leiterin des Fachbereichs Bildung",
        ]),
        topics: lines(&["Ausgangslage", "Erwartungen an die Beratung"]),
        outcome: MeetingOutcome::Interested,
        next_step: Some(Line::from(
            "Bedarfe in den fünf Qualitätsdimensionen aufnehmen",
        )),
    };
    advisor
        .enter(
            Some(&case),
            "meeting",
            CaseCommand::RecordInitialMeeting(meeting),
        )
        .await
}

async fn capture(
    advisor: &Clerk<'_>,
    mut case: Receipt,
) -> Result<(Receipt, Vec<Uuid>), DemoError> {
    let mut needs = Vec::new();
    for (dimension, urgency, statement) in STATEMENTS {
        let need = CaptureNeed {
            occurred_on: NEEDS,
            reason: example(),
            dimension: dimension.to_owned(),
            statement: Prose::from(statement),
            urgency,
            evidence: None,
        };
        let key = format!("need/{dimension}");
        case = advisor
            .enter(Some(&case), &key, CaseCommand::CaptureNeed(need))
            .await?;
        needs.extend(made(&case)?);
    }
    Ok((case, needs))
}

async fn agree(
    advisor: &Clerk<'_>,
    mut case: Receipt,
    needs: &[Uuid],
) -> Result<(Receipt, Vec<Uuid>), DemoError> {
    let mut priorities = Vec::new();
    for (rank, (focus_area, title, meets)) in (1..).zip(AGREED) {
        let priority = AgreePriority {
            occurred_on: PRIORITIES,
            reason: example(),
            focus_area: Some(focus_area.to_owned()),
            title: Line::from(title),
            needs: meets
                .iter()
                .filter_map(|place| needs.get(*place).copied())
                .collect(),
            rank,
            target_on: None,
        };
        let key = format!("priority/{focus_area}");
        case = advisor
            .enter(Some(&case), &key, CaseCommand::AgreePriority(priority))
            .await?;
        priorities.extend(made(&case)?);
    }
    Ok((case, priorities))
}

async fn sign(
    coordinator: &Clerk<'_>,
    case: Receipt,
    priorities: Vec<Uuid>,
) -> Result<(), DemoError> {
    let draft = DraftAgreement {
        occurred_on: DRAFT,
        reason: example(),
        priorities,
        planned_until: Some(AGREED_UNTIL),
        document: None,
    };
    let case = coordinator
        .enter(Some(&case), "draft", CaseCommand::DraftAgreement(draft))
        .await?;
    let signature = |party, function| Signature {
        function: Line::from(function),
        party,
        signed_on: SIGNED,
    };
    let signing = SignAgreement {
        occurred_on: SIGNED,
        reason: example(),
        signatures: vec![
            signature(Party::Municipality, "Oberbürgermeister"),
            signature(Party::Agency, "Leitung der Agentur"),
        ],
        valid_from: SIGNED,
        valid_until: Some(AGREED_UNTIL),
        end_condition: Some(EndCondition::PhaseEnd),
        document: None,
    };
    if let Some(agreement) = made(&case)? {
        let command = CaseCommand::SignAgreement(agreement, signing.clone());
        coordinator.enter(Some(&case), "sign", command).await?;
    }
    Ok(())
}

/// The id of the thing that the command made.
fn made(receipt: &Receipt) -> Result<Option<Uuid>, DemoError> {
    let Some(body) = receipt.events.first() else {
        return Ok(None);
    };
    let event = body
        .read()?
        .event()
        .map_err(fallbuch_persistence::StoreError::from)?;
    Ok(match event.data {
        EventData::Case(event) => event.made(),
        EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
    })
}

fn participants(functions: &[&str]) -> Vec<Participant> {
    functions
        .iter()
        .map(|function| Participant {
            function: Line::from(*function),
        })
        .collect()
}

fn lines(texts: &[&str]) -> Vec<Line> {
    texts.iter().map(|text| Line::from(*text)).collect()
}

/// Says that the public record names no date.
#[expect(clippy::unnecessary_wraps, reason = "the commands' reason is optional")]
fn example() -> Option<Prose> {
    Some(Prose::from(
        "Beispiel (example), der Tag ist öffentlich nicht belegt",
    ))
}
