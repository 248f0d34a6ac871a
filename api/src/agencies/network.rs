//! What the network does with an agency: opens it, renames it, sets its phase, closes it.

use actix_web::{HttpResponse, post};
use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::network::{CloseAgency, OpenAgency, RenameAgency, SetPhase};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Open an agency
///
/// A member of the network opens an agency and names who administers it first: whoever signs in as
/// `administrator.login` is a member of it with the role `agency_admin` and admits everybody else. The two events are
/// the beginning of the agency's own log. Its code is in its addresses for ever and no other agency's (R36).
#[utoipa::path(
    tag = "agencies",
    request_body = OpenAgency,
    responses((status = 201, description = "The agency is open.", body = CommandAnswer))
)]
#[post("/v1/agencies")]
pub(crate) async fn open_agency(
    request: Request<operation::OpenAgency, Command<OpenAgency>>,
) -> Result<HttpResponse, Problem> {
    request.open_agency().await
}

/// Rename an agency
///
/// Its name, its carrier, or both. Its code and the prefix of its file numbers stay.
#[utoipa::path(
    tag = "agencies",
    request_body = RenameAgency,
    responses((status = 201, description = "The agency is renamed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/renamings")]
pub(crate) async fn rename_agency(
    request: Request<operation::RenameAgency, Command<RenameAgency>>,
) -> Result<HttpResponse, Problem> {
    let agency = request.agency();
    request
        .on_agency(&agency, AgencyCommand::RenameAgency)
        .await
}

/// Set the phase of an agency
///
/// In which phase of the initiative it is or will be, in place of what was said before. A phase does not end before it
/// begins (R06).
#[utoipa::path(
    tag = "agencies",
    request_body = SetPhase,
    responses((status = 201, description = "The phase is set.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/phases")]
pub(crate) async fn set_phase(
    request: Request<operation::SetPhase, Command<SetPhase>>,
) -> Result<HttpResponse, Problem> {
    let agency = request.agency();
    request.on_agency(&agency, AgencyCommand::SetPhase).await
}

/// Close an agency
///
/// For ever: every later command to the agency or to one of its cases is refused (R35), except those that say who may
/// read it, which are about members and audit engagements. Whatever was readable stays so. The network itself is not
/// closed (R38).
#[utoipa::path(
    tag = "agencies",
    request_body = CloseAgency,
    responses((status = 201, description = "The agency is closed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/closures")]
pub(crate) async fn close_agency(
    request: Request<operation::CloseAgency, Command<CloseAgency>>,
) -> Result<HttpResponse, Problem> {
    let agency = request.agency();
    request.on_agency(&agency, AgencyCommand::CloseAgency).await
}
