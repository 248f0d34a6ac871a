//! A body of every command to an agency.

use time::macros::date;

use super::{OPENED_ON, SITE, opened};
use crate::agency::AgencyOpened;
use crate::agency::command::{AdmitMember, ChangeMemberRoles, Login, RecordDeparture};
use crate::agency::engagement::{
    ApproveAuditEngagement, EndAuditEngagement, RequestAuditEngagement,
};
use crate::agency::network::{
    AgencyChanges, CloseAgency, FirstAdministrator, LandCode, OpenAgency, RenameAgency, SetPhase,
};
use crate::agency::site::{CloseSite, OpenSite};
use crate::case::sample::CASE;
use crate::rights::Role;

/// An operation, and its body.
type Body = (&'static str, serde_json::Value);

/// A body of every command that clients send, by its operation, with its optional members.
///
/// # Errors
/// If one cannot be written as JSON.
pub fn bodies() -> Result<Vec<Body>, serde_json::Error> {
    let admit = AdmitMember {
        occurred_on: OPENED_ON,
        reason: Some("Verstärkung des Länderteams".into()),
        login: login(),
        roles: vec![Role::Advisor],
        sites: Some(vec![SITE]),
        permissions: None,
    };
    let change = ChangeMemberRoles {
        occurred_on: OPENED_ON,
        reason: None,
        roles: vec![Role::Coordinator, Role::AgencyAdmin],
        sites: None,
        permissions: None,
    };
    let depart = RecordDeparture {
        occurred_on: OPENED_ON,
        reason: None,
    };
    let ask = RequestAuditEngagement {
        occurred_on: OPENED_ON,
        reason: None,
        purpose: "Prüfung der Zielvereinbarung".into(),
        cases: Some(vec![CASE]),
        valid_from: OPENED_ON,
        valid_until: date!(2014 - 06 - 30),
    };
    let approve = ApproveAuditEngagement {
        occurred_on: OPENED_ON,
        reason: None,
    };
    let open_site = OpenSite {
        occurred_on: OPENED_ON,
        reason: None,
        name: "Magdeburg".into(),
    };
    let close_site = CloseSite {
        occurred_on: OPENED_ON,
        reason: Some("Umzug nach Halle".into()),
    };
    let end = EndAuditEngagement {
        occurred_on: OPENED_ON,
        reason: Some("Die Prüfung ist abgeschlossen.".into()),
    };
    let mut bodies = of_network()?;
    bodies.extend([
        ("open_site", serde_json::to_value(open_site)?),
        ("close_site", serde_json::to_value(close_site)?),
        ("request_audit_engagement", serde_json::to_value(ask)?),
        ("approve_audit_engagement", serde_json::to_value(approve)?),
        ("end_audit_engagement", serde_json::to_value(end)?),
        ("admit_member", serde_json::to_value(admit)?),
        ("change_member_roles", serde_json::to_value(change)?),
        ("record_departure", serde_json::to_value(depart)?),
    ]);
    Ok(bodies)
}

/// Those that the network sends.
fn of_network() -> Result<Vec<Body>, serde_json::Error> {
    let AgencyOpened {
        carrier,
        case_prefix,
        code,
        land_codes,
        name,
    } = opened();
    let open = OpenAgency {
        occurred_on: OPENED_ON,
        reason: Some("Beginn der Transferinitiative".into()),
        code,
        name: name.clone(),
        carrier,
        land_codes: land_codes.into_iter().map(LandCode).collect(),
        case_prefix,
        administrator: FirstAdministrator { login: login() },
    };
    let rename = RenameAgency {
        occurred_on: OPENED_ON,
        reason: None,
        changes: AgencyChanges {
            carrier: Some("Deutsches Jugendinstitut e.V.".into()),
            name: Some(name),
        },
    };
    let set_phase = SetPhase {
        occurred_on: OPENED_ON,
        reason: None,
        phase: "Erste Förderphase".into(),
        from: OPENED_ON,
        until: Some(date!(2017 - 08 - 31)),
    };
    let close = CloseAgency {
        occurred_on: OPENED_ON,
        reason: Some("Ende der Förderung".into()),
    };
    Ok(vec![
        ("open_agency", serde_json::to_value(open)?),
        ("rename_agency", serde_json::to_value(rename)?),
        ("set_phase", serde_json::to_value(set_phase)?),
        ("close_agency", serde_json::to_value(close)?),
    ])
}

fn login() -> Login {
    Login {
        issuer: "https://login.example.org".to_owned(),
        subject: "248289761001".to_owned(),
    }
}
