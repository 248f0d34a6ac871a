//! What has to be: for each operation what it asks for and what it reaches, for each role what it may do. Written down
//! by hand, so that neither the contract nor the product's own table can change without this one.

/// What an operation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What is open to everybody.
    Public,
    /// What anybody with a valid token may see.
    Anyone,
    /// The agency; who is limited to sites gets what belongs to them.
    Agency,
    /// The whole agency: not for who is limited to sites.
    AllSites,
    /// A case, or a thing in it.
    Case,
    /// The network: what it does for all agencies together.
    Network,
}

/// A row of the table: the operation, the permission it asks for (empty: none), and what it reaches.
pub(crate) type Row = (&'static str, &'static str, Reach);

use Reach::{Agency, AllSites, Anyone, Case, Network, Public};

/// Every operation of the contract.
pub(crate) const OPERATIONS: &[Row] = &[
    ("check_liveness", "", Public),
    ("check_readiness", "", Public),
    ("who_am_i", "", Anyone),
    ("list_agencies", "", Anyone),
    ("list_municipalities", "", Anyone),
    ("list_dimensions", "", Anyone),
    ("list_focus_areas", "", Anyone),
    ("list_programmes", "", Anyone),
    ("list_origins", "", Anyone),
    ("list_formats", "", Anyone),
    ("read_agency", "agency:read", Agency),
    ("open_agency", "network:admin", Network),
    ("rename_agency", "network:admin", Agency),
    ("set_phase", "network:admin", Agency),
    ("close_agency", "network:admin", Agency),
    ("list_sites", "agency:read", Agency),
    ("open_site", "agency:admin", AllSites),
    ("close_site", "agency:admin", AllSites),
    ("list_members", "agency:read", Agency),
    ("admit_member", "agency:admin", AllSites),
    ("change_member_roles", "agency:admin", AllSites),
    ("record_departure", "agency:admin", AllSites),
    ("list_own_audit_engagements", "", Anyone),
    ("list_audit_engagements", "audit:read", AllSites),
    ("request_audit_engagement", "audit:request", Agency),
    ("approve_audit_engagement", "agency:admin", AllSites),
    ("end_audit_engagement", "agency:admin", AllSites),
    ("read_access_log", "audit:read", AllSites),
    ("read_feed", "event:subscribe", AllSites),
    ("read_activity", "report:read", AllSites),
    ("list_offerings", "agency:read", Agency),
    ("read_offering", "agency:read", Agency),
    ("schedule_offering", "offering:write", Agency),
    ("postpone_offering", "offering:write", Agency),
    ("hold_offering", "offering:write", Agency),
    ("cancel_offering", "offering:write", Agency),
    ("record_attendances", "offering:write", Agency),
    ("list_solutions", "agency:read", Agency),
    ("read_solution", "agency:read", Agency),
    ("describe_solution", "solution:write", Agency),
    ("revise_solution", "solution:write", Agency),
    ("withdraw_solution", "solution:write", Agency),
    ("list_cases", "case:read", Agency),
    ("list_follow_ups", "case:read", Agency),
    ("open_case", "case:open", Agency),
    ("read_case", "case:read", Case),
    ("list_allowed_commands", "case:read", Case),
    ("read_timeline", "case:read", Case),
    ("list_events", "case:history", Case),
    ("read_event", "case:history", Case),
    ("read_version", "case:history", Case),
    ("record_contact", "case:record", Case),
    ("record_initial_meeting", "case:record", Case),
    ("capture_need", "case:record", Case),
    ("revise_need", "case:record", Case),
    ("withdraw_need", "case:record", Case),
    ("agree_priority", "case:record", Case),
    ("revise_priority", "case:record", Case),
    ("drop_priority", "case:record", Case),
    ("draft_agreement", "agreement:write", Case),
    ("redraft_agreement", "agreement:write", Case),
    ("discard_agreement_draft", "agreement:write", Case),
    ("sign_agreement", "agreement:sign", Case),
    ("amend_agreement", "agreement:sign", Case),
    ("extend_agreement", "agreement:sign", Case),
    ("end_agreement", "agreement:sign", Case),
    ("record_council_resolution", "case:record", Case),
    ("start_assessment", "case:record", Case),
    ("record_interview", "case:record", Case),
    ("rate_dimension", "case:record", Case),
    ("complete_assessment", "case:record", Case),
    ("abandon_assessment", "case:record", Case),
    ("propose_model_solution", "case:record", Case),
    ("select_model_solution", "case:record", Case),
    ("adapt_model_solution", "case:record", Case),
    ("adopt_model_solution", "case:record", Case),
    ("reject_model_solution", "case:record", Case),
    ("plan_measure", "case:record", Case),
    ("complete_measure", "case:record", Case),
    ("cancel_measure", "case:record", Case),
    ("record_qualification", "case:record", Case),
    ("advise_on_funding", "case:record", Case),
    ("submit_funding_application", "case:record", Case),
    ("record_funding_decision", "case:record", Case),
    ("change_funding_period", "case:record", Case),
    ("record_milestone", "case:record", Case),
    ("review_progress", "case:record", Case),
    ("schedule_follow_up", "case:record", Case),
    ("reschedule_follow_up", "case:record", Case),
    ("reassign_follow_up", "case:record", Case),
    ("complete_follow_up", "case:record", Case),
    ("cancel_follow_up", "case:record", Case),
    ("add_participant", "case:assign", Case),
    ("change_participant", "case:assign", Case),
    ("record_participant_departure", "case:assign", Case),
    ("assign_advisor", "case:assign", Case),
    ("succeed_municipality", "case:assign", Case),
    ("link_document", "case:record", Case),
    ("unlink_document", "case:record", Case),
    ("pause_case", "case:close", Case),
    ("resume_case", "case:close", Case),
    ("close_case", "case:close", Case),
    ("reopen_case", "case:reopen", Case),
];

/// What each role may do, of what operations ask for.
pub(crate) const ROLES: &[(&str, &[&str])] = &[
    ("reader", &["agency:read", "case:read"]),
    (
        "advisor",
        &[
            "agency:read",
            "case:read",
            "case:history",
            "case:record",
            "event:subscribe",
            "report:read",
            "offering:write",
            "solution:write",
        ],
    ),
    (
        "coordinator",
        &[
            "agency:read",
            "case:read",
            "case:history",
            "case:record",
            "event:subscribe",
            "report:read",
            "offering:write",
            "solution:write",
            "case:open",
            "agreement:write",
            "agreement:sign",
            "case:assign",
            "case:close",
            "case:reopen",
        ],
    ),
    (
        "agency_admin",
        &["agency:read", "agency:admin", "audit:read"],
    ),
    (
        "privacy_officer",
        &["agency:read", "case:read", "audit:read"],
    ),
    (
        "controller",
        &[
            "agency:read",
            "case:read",
            "case:history",
            "report:read",
            "audit:read",
        ],
    ),
    // What the demo's service account was admitted with.
    ("service", &["case:read", "event:subscribe"]),
    // Of the network, in an agency.
    ("network_admin", &["network:admin"]),
    ("network_reporter", &[]),
    ("auditor_general", &["audit:request"]),
    // By an engagement in force.
    (
        "auditor",
        &[
            "audit:request",
            "agency:read",
            "case:read",
            "case:history",
            "report:read",
            "audit:read",
        ],
    ),
];

/// What `role` may do.
pub(crate) fn permissions(role: &str) -> &'static [&'static str] {
    let row = ROLES.iter().find(|(one, _)| *one == role);
    row.unwrap_or_else(|| panic!("the role {role} has no row"))
        .1
}
