//! Samples of an agency's events: TransMit with its two sites, one that was closed, and its members.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run.

use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

mod bodies;

pub use bodies::bodies;

use super::{
    AgencyClosed, AgencyEvent, AgencyOpened, AgencyRenamed, AgencyState, AuditEngagementApproved,
    AuditEngagementEnded, AuditEngagementRequested, MemberAdmitted, MemberLeft, MemberRolesChanged,
    PhaseSet, SiteClosed, SiteOpened,
};
use crate::case::sample::{CASE, COMMAND, EVENT, SALT};
use crate::envelope::{Actor, Body, StreamReference};
use crate::rights::{Permission, Role};
use crate::stream::{EventData, StreamKind};
use crate::time::Timestamp;

/// The agency, and its stream.
pub const AGENCY: Uuid = uuid!("014a0325-8c00-7000-8000-00000000a001");
/// The site in Halle (Saale).
pub const SITE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000b001");
/// The site in Leipzig.
pub const OTHER_SITE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000b002");
/// The site in Magdeburg, which was closed.
pub const FORMER_SITE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000b003");
/// A member who advises, limited to the site in Halle.
pub const ADVISOR: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c001");
/// A member who coordinates, not limited to sites.
pub const COORDINATOR: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c002");
/// A program that follows the agency's events.
pub const SERVICE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c003");
/// A member who read, and left.
pub const FORMER: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c004");
/// A member of the network who audits.
pub const AUDITOR: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c0a1");
/// A member of the network who administers it.
pub const NETWORK_ADMIN: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c0a2");
/// The auditor's engagement.
pub const ENGAGEMENT: Uuid = uuid!("014a0325-8c00-7000-8000-00000000e001");
/// The day on which all of it happened.
pub const OPENED_ON: Date = date!(2014 - 06 - 01);

/// The agency's history: every type of event at least once, every optional member present once.
#[must_use]
pub fn history() -> Vec<AgencyEvent> {
    let site = |site, name: &str| {
        AgencyEvent::SiteOpened(SiteOpened {
            name: name.into(),
            site,
        })
    };
    vec![
        AgencyEvent::AgencyOpened(opened()),
        site(SITE, "Halle (Saale)"),
        site(OTHER_SITE, "Leipzig"),
        site(FORMER_SITE, "Magdeburg"),
        admitted(ADVISOR, &[Role::Advisor], Some(vec![SITE])),
        admitted(COORDINATOR, &[Role::Coordinator], None),
        AgencyEvent::MemberAdmitted(MemberAdmitted {
            member: SERVICE,
            permissions: Some(vec![Permission::CaseRead, Permission::EventSubscribe]),
            roles: vec![Role::Service],
            sites: None,
        }),
        admitted(FORMER, &[Role::Reader], None),
        AgencyEvent::MemberRolesChanged(MemberRolesChanged {
            member: COORDINATOR,
            permissions: None,
            roles: vec![Role::Coordinator, Role::AgencyAdmin],
            sites: None,
        }),
        AgencyEvent::MemberLeft(MemberLeft { member: FORMER }),
        AgencyEvent::AuditEngagementRequested(AuditEngagementRequested {
            auditor: AUDITOR,
            cases: Some(vec![CASE]),
            engagement: ENGAGEMENT,
            purpose: "Prüfung der Zielvereinbarung".into(),
            valid_from: OPENED_ON,
            valid_until: date!(2014 - 06 - 30),
        }),
        AgencyEvent::AuditEngagementApproved(AuditEngagementApproved {
            engagement: ENGAGEMENT,
        }),
        AgencyEvent::AuditEngagementEnded(AuditEngagementEnded {
            engagement: ENGAGEMENT,
        }),
        AgencyEvent::AgencyRenamed(AgencyRenamed {
            carrier: Some("Deutsches Jugendinstitut e.V.".into()),
            name: Some(opened().name),
        }),
        AgencyEvent::PhaseSet(PhaseSet {
            from: OPENED_ON,
            phase: "Erste Förderphase".into(),
            until: Some(date!(2017 - 08 - 31)),
        }),
        AgencyEvent::SiteClosed(SiteClosed { site: FORMER_SITE }),
    ]
}

/// The history, and the closing that would end it.
#[must_use]
pub fn life() -> Vec<AgencyEvent> {
    let mut events = history();
    events.push(AgencyEvent::AgencyClosed(AgencyClosed {}));
    events
}

/// One event of every type, with its optional members.
#[must_use]
pub fn events() -> Vec<AgencyEvent> {
    let mut events = life();
    events.dedup_by_key(|event| event.event_type());
    events
}

/// What an opening comes to that names who administers the agency first.
#[must_use]
pub fn opening() -> [AgencyEvent; 2] {
    [
        AgencyEvent::AgencyOpened(opened()),
        admitted(COORDINATOR, &[Role::AgencyAdmin], None),
    ]
}

/// The agency after its history.
#[must_use]
pub fn state() -> AgencyState {
    let mut state = AgencyState::opened(&opened());
    for event in &history() {
        state.apply(event, OPENED_ON);
    }
    state
}

fn admitted(member: Uuid, roles: &[Role], sites: Option<Vec<Uuid>>) -> AgencyEvent {
    AgencyEvent::MemberAdmitted(MemberAdmitted {
        member,
        permissions: None,
        roles: roles.to_vec(),
        sites,
    })
}

/// The whole stored form of an event of the agency, at this place in its stream and its log.
#[must_use]
pub fn stored(data: &EventData, version: u64) -> Body<'_> {
    let (member, role) = match data {
        // The second event of an opening.
        EventData::Agency(AgencyEvent::MemberAdmitted(_)) if version == 2 => {
            (NETWORK_ADMIN, Role::NetworkAdmin)
        }
        EventData::Agency(AgencyEvent::AuditEngagementRequested(asked)) => {
            (asked.auditor, Role::AuditorGeneral)
        }
        EventData::Agency(
            AgencyEvent::AgencyOpened(_)
            | AgencyEvent::AgencyRenamed(_)
            | AgencyEvent::PhaseSet(_)
            | AgencyEvent::AgencyClosed(_),
        ) => (NETWORK_ADMIN, Role::NetworkAdmin),
        EventData::Agency(_)
        | EventData::Case(_)
        | EventData::Offering(_)
        | EventData::Solution(_) => (COORDINATOR, Role::AgencyAdmin),
    };
    Body {
        actor: Actor { member, role },
        causation_id: None,
        command_id: COMMAND,
        correlation_id: COMMAND,
        data,
        id: EVENT,
        occurred_on: OPENED_ON,
        position: version,
        reason: None,
        recorded_at: Timestamp::new(time::macros::datetime!(2015-09-01 08:30 UTC)),
        salt: SALT,
        schema: data.schema(),
        stream: StreamReference {
            id: AGENCY,
            kind: StreamKind::Agency,
        },
        event_type: data.event_type(),
        version,
    }
}

pub(super) fn opened() -> AgencyOpened {
    AgencyOpened {
        carrier: "Deutsches Jugendinstitut e.V. (DJI)".into(),
        case_prefix: "TM".to_owned(),
        code: "transmit".to_owned(),
        land_codes: ["14", "15", "16"].map(str::to_owned).to_vec(),
        name: "Transferagentur Mitteldeutschland für Kommunales Bildungsmanagement (TransMit)"
            .into(),
    }
}
