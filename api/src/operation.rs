//! Every operation of the API with its permission: the one table behind the extractor, the contract's
//! security scopes and the request log.
//!
//! Invariant: an operation's id is the name of its handler and the operationId of the contract. What
//! a command to a case asks for is the domain's to say.

use std::marker::PhantomData;

use fallbuch_domain::Permission;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::case::command::CommandBody;

/// An operation, as a type that a handler's extractor is made for.
pub(crate) trait Operation: 'static {
    /// The operationId.
    const ID: &'static str;
    /// The permission in the addressed agency; none where any token will do.
    const PERMISSION: Option<Permission>;
    /// A permission that it asks for beside that one, for what it does elsewhere.
    const ALSO: Option<Permission> = None;
    /// Whether it needs the present state of the case it addresses, or only its history.
    const NEEDS_STATE: bool;
}

/// The operation of a command to a case: what the domain says of the kind of command.
pub(crate) struct CaseOperation<B>(PhantomData<B>);

impl<B: CommandBody + 'static> Operation for CaseOperation<B> {
    const ID: &'static str = B::KIND.operation();
    const PERMISSION: Option<Permission> = Some(B::KIND.permission());
    const NEEDS_STATE: bool = true;
}

/// Every operation that asks for a token, with its permission.
pub(crate) fn operations() -> impl Iterator<Item = (&'static str, Option<Permission>)> {
    let of_cases = CommandKind::ALL.iter();
    let of_cases = of_cases.map(|kind| (kind.operation(), Some(kind.permission())));
    LISTED.iter().copied().chain(of_cases)
}

macro_rules! operations {
    ($( $name:ident = $id:literal $($permission:ident)? $(and $also:ident)? $(, $history:ident)?; )+) => {
        $(
            #[doc = concat!("The operation `", $id, "`.")]
            pub(crate) struct $name;

            impl Operation for $name {
                const ID: &'static str = $id;
                const PERMISSION: Option<Permission> = operations!(@ $($permission)?);
                const ALSO: Option<Permission> = operations!(@ $($also)?);
                const NEEDS_STATE: bool = operations!(@state $($history)?);
            }
        )+

        /// Those of this list.
        const LISTED: &[(&str, Option<Permission>)] = &[$( ($name::ID, $name::PERMISSION), )+];
    };
    (@state history) => { false };
    (@state) => { true };
    (@ $permission:ident) => { Some(Permission::$permission) };
    (@) => { None };
}

// `history` behind an operation: it needs no state of the case, so it answers also for one whose state
// cannot be read.
operations! {
    WhoAmI = "who_am_i";
    ListAgencies = "list_agencies";
    ListOwnAuditEngagements = "list_own_audit_engagements";
    ListMunicipalities = "list_municipalities";
    ListDimensions = "list_dimensions";
    ListFocusAreas = "list_focus_areas";
    ListProgrammes = "list_programmes";
    ListOrigins = "list_origins";
    ListFormats = "list_formats";
    ReadAgency = "read_agency" AgencyRead;
    OpenAgency = "open_agency" NetworkAdmin;
    RenameAgency = "rename_agency" NetworkAdmin;
    SetPhase = "set_phase" NetworkAdmin;
    CloseAgency = "close_agency" NetworkAdmin;
    ListSites = "list_sites" AgencyRead;
    OpenSite = "open_site" AgencyAdmin;
    CloseSite = "close_site" AgencyAdmin;
    ListMembers = "list_members" AgencyRead;
    AdmitMember = "admit_member" AgencyAdmin;
    ChangeMemberRoles = "change_member_roles" AgencyAdmin;
    RecordDeparture = "record_departure" AgencyAdmin;
    ListAuditEngagements = "list_audit_engagements" AuditRead;
    RequestAuditEngagement = "request_audit_engagement" AuditRequest;
    ApproveAuditEngagement = "approve_audit_engagement" AgencyAdmin;
    EndAuditEngagement = "end_audit_engagement" AgencyAdmin;
    ReadAccessLog = "read_access_log" AuditRead;
    ReadFeed = "read_feed" EventSubscribe;
    ReadActivity = "read_activity" ReportRead;
    ListOfferings = "list_offerings" AgencyRead;
    ReadOffering = "read_offering" AgencyRead;
    ScheduleOffering = "schedule_offering" OfferingWrite;
    PostponeOffering = "postpone_offering" OfferingWrite;
    HoldOffering = "hold_offering" OfferingWrite;
    CancelOffering = "cancel_offering" OfferingWrite;
    RecordAttendances = "record_attendances" OfferingWrite and CaseRecord;
    ListSolutions = "list_solutions" AgencyRead;
    ReadSolution = "read_solution" AgencyRead;
    DescribeSolution = "describe_solution" SolutionWrite;
    ReviseSolution = "revise_solution" SolutionWrite;
    WithdrawSolution = "withdraw_solution" SolutionWrite;
    ListFollowUps = "list_follow_ups" CaseRead;
    ListCases = "list_cases" CaseRead;
    ReadCase = "read_case" CaseRead;
    ListAllowedCommands = "list_allowed_commands" CaseRead;
    ReadTimeline = "read_timeline" CaseRead, history;
    ListEvents = "list_events" CaseHistory, history;
    ReadEvent = "read_event" CaseHistory, history;
    ReadVersion = "read_version" CaseHistory, history;
}

#[cfg(test)]
mod tests {
    use fallbuch_domain::offering::OfferingCommand;
    use fallbuch_domain::solution::SolutionCommand;

    use super::operations;

    #[test]
    fn every_command_to_an_offering_or_a_solution_has_one_too() {
        let of_offerings = OfferingCommand::OPERATIONS.iter();
        let of_offerings = of_offerings.map(|id| (*id, Some(OfferingCommand::PERMISSION)));
        let of_solutions = SolutionCommand::OPERATIONS.iter();
        let of_solutions = of_solutions.map(|id| (*id, Some(SolutionCommand::PERMISSION)));
        for expected in of_offerings.chain(of_solutions) {
            assert!(operations().any(|one| one == expected), "{expected:?}");
        }
    }

    #[test]
    fn every_operation_is_in_the_contract_and_no_other_is() {
        let document = crate::openapi::document().unwrap();
        let items = document["paths"].as_object().unwrap().values();
        let described = items.flat_map(|item| item.as_object().unwrap().values());
        let mut described: Vec<_> = described
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        let mut known: Vec<_> = operations().map(|(id, _)| id).collect();
        known.extend(["check_liveness", "check_readiness"]);
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
    }
}
