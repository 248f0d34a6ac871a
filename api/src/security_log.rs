//! What whoever watches over the service has to know: sign-ins that failed, refusals, limits reached, and changes of
//! rights. One line each, with the target `fallbuch::security`, tied to the request by its id.
//!
//! Nothing of a payload, a token or a path is in it. What a caller chose, its subject, is written with its control
//! characters escaped, so that no line can be forged.

use std::net::IpAddr;

use fallbuch_persistence::Identity;
use uuid::Uuid;

use crate::identity::Unauthenticated;

macro_rules! security {
    ($($told:tt)*) => { tracing::warn!(target: "fallbuch::security", $($told)*) };
}

/// A token was refused. That none was sent is no failure.
pub(crate) fn sign_in_failed(client: Option<IpAddr>, reason: Unauthenticated) {
    if reason != Unauthenticated::Missing {
        security!(event = "sign_in_failed", client = ?client, %reason, "sign-in failed");
    }
}

/// Somebody asked for an agency that is not there for them.
pub(crate) fn unknown_agency(client: Option<IpAddr>, who: &Identity, operation: &str) {
    let (issuer, subject) = (&who.issuer, &who.subject);
    security!(event = "unknown_agency", client = ?client, ?issuer, ?subject, operation, "no such agency for this caller");
}

/// Somebody lacks a permission.
pub(crate) fn permission_missing(
    client: Option<IpAddr>,
    who: &Identity,
    operation: &str,
    permission: &str,
) {
    let (issuer, subject) = (&who.issuer, &who.subject);
    security!(event = "permission_missing", client = ?client, ?issuer, ?subject, operation, permission, "permission missing");
}

/// Somebody asks too often.
pub(crate) fn limit_reached(client: Option<IpAddr>, who: &Identity, operation: &str) {
    let (issuer, subject) = (&who.issuer, &who.subject);
    security!(event = "limit_reached", client = ?client, ?issuer, ?subject, operation, "too many requests");
}

/// Somebody's rights in an agency were changed, by the member named or at the command line.
pub(crate) fn rights_changed(agency: &str, by: Uuid, operation: &str) {
    security!(event = "rights_changed", agency, %by, operation, "rights changed");
}
