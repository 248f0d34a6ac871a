//! Every operation of the API with its permission: the one table behind the extractor, the contract's
//! security scopes and the request log.
//!
//! Invariant: an operation's id is the name of its handler and the operationId of the contract. What
//! a command asks for is the domain's to say; a test holds the two together.

use fallbuch_domain::Permission;

/// An operation, as a type that a handler's extractor is made for.
pub(crate) trait Operation: 'static {
    /// The operationId.
    const ID: &'static str;
    /// The permission in the addressed agency; none where any token will do.
    const PERMISSION: Option<Permission>;
    /// Whether it needs the present state of the case it addresses, or only its history.
    const NEEDS_STATE: bool;
}

macro_rules! operations {
    ($( $name:ident = $id:literal $($permission:ident)? $(, $history:ident)?; )+) => {
        $(
            #[doc = concat!("The operation `", $id, "`.")]
            pub(crate) struct $name;

            impl Operation for $name {
                const ID: &'static str = $id;
                const PERMISSION: Option<Permission> = operations!(@ $($permission)?);
                const NEEDS_STATE: bool = operations!(@state $($history)?);
            }
        )+

        /// Every operation that asks for a token.
        pub(crate) const OPERATIONS: &[(&str, Option<Permission>)] =
            &[$( ($name::ID, $name::PERMISSION), )+];
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
    ListCases = "list_cases" CaseRead;
    ReadCase = "read_case" CaseRead;
    ListAllowedCommands = "list_allowed_commands" CaseRead;
    ReadTimeline = "read_timeline" CaseRead, history;
    ListEvents = "list_events" CaseHistory, history;
    ReadEvent = "read_event" CaseHistory, history;
    ReadVersion = "read_version" CaseHistory, history;
    OpenCase = "open_case" CaseOpen;
    RecordContact = "record_contact" CaseRecord;
    RecordInitialMeeting = "record_initial_meeting" CaseRecord;
    CaptureNeed = "capture_need" CaseRecord;
    ReviseNeed = "revise_need" CaseRecord;
    WithdrawNeed = "withdraw_need" CaseRecord;
    AgreePriority = "agree_priority" CaseRecord;
    RevisePriority = "revise_priority" CaseRecord;
    DropPriority = "drop_priority" CaseRecord;
    DraftAgreement = "draft_agreement" AgreementWrite;
    RedraftAgreement = "redraft_agreement" AgreementWrite;
    DiscardAgreementDraft = "discard_agreement_draft" AgreementWrite;
    SignAgreement = "sign_agreement" AgreementSign;
    CloseCase = "close_case" CaseClose;
    ReopenCase = "reopen_case" CaseReopen;
}

#[cfg(test)]
mod tests {
    use fallbuch_domain::case::CommandKind;

    use super::*;

    #[test]
    fn every_command_has_an_operation_with_its_permission() {
        for kind in CommandKind::ALL {
            let found = OPERATIONS.iter().find(|(id, _)| *id == kind.operation());
            assert_eq!(
                found.map(|(_, permission)| *permission),
                Some(Some(kind.permission())),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn every_operation_is_in_the_contract_and_no_other_is() {
        let document = crate::openapi::document().unwrap();
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        let mut described: Vec<_> = operations
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        let mut known: Vec<_> = OPERATIONS.iter().map(|(id, _)| *id).collect();
        known.extend(["check_liveness", "check_readiness"]);
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
    }
}
