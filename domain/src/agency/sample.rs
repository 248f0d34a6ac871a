//! Samples of an agency's events: TransMit with its two sites and two members.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run.

use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

use super::{AgencyEvent, AgencyOpened, AgencyState, MemberAdmitted, SiteOpened};
use crate::rights::Role;

/// The agency, and its stream.
pub const AGENCY: Uuid = uuid!("014a0325-8c00-7000-8000-00000000a001");
/// The site in Halle (Saale).
pub const SITE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000b001");
/// The site in Leipzig.
pub const OTHER_SITE: Uuid = uuid!("014a0325-8c00-7000-8000-00000000b002");
/// A member who advises, limited to the site in Halle.
pub const ADVISOR: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c001");
/// A member who coordinates, not limited to sites.
pub const COORDINATOR: Uuid = uuid!("014a0325-8c00-7000-8000-00000000c002");
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
        AgencyEvent::MemberAdmitted(MemberAdmitted {
            member: ADVISOR,
            roles: vec![Role::Advisor],
            sites: Some(vec![SITE]),
        }),
        AgencyEvent::MemberAdmitted(MemberAdmitted {
            member: COORDINATOR,
            roles: vec![Role::Coordinator],
            sites: None,
        }),
    ]
}

/// One event of every type, with its optional members.
#[must_use]
pub fn events() -> Vec<AgencyEvent> {
    let mut events = history();
    events.dedup_by_key(|event| event.event_type());
    events
}

/// The agency after its history.
#[must_use]
pub fn state() -> AgencyState {
    let mut state = AgencyState::opened(&opened());
    for event in &history() {
        state.apply(event);
    }
    state
}

fn opened() -> AgencyOpened {
    AgencyOpened {
        carrier: "Deutsches Jugendinstitut e.V. (DJI)".into(),
        case_prefix: "TM".to_owned(),
        code: "transmit".to_owned(),
        land_codes: ["14", "15", "16"].map(str::to_owned).to_vec(),
        name: "Transferagentur Mitteldeutschland für Kommunales Bildungsmanagement (TransMit)"
            .into(),
    }
}
