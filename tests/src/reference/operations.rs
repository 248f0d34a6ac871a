//! The commands to a case by operation id: what each is about, what it makes, what becomes of it.

/// One command to a case.
#[derive(Debug)]
pub struct Operation {
    /// Its id in the contract.
    pub name: &'static str,
    /// The kind of thing it is about; empty for the case as a whole.
    pub about: &'static str,
    /// The kind of thing it makes and the status that thing begins with; empty if none.
    pub makes: (&'static str, &'static str),
    /// The status of what it is about afterwards; empty if that stays.
    pub leaves: &'static str,
    /// The statuses in which what it is about takes it; empty if the kind has no say.
    pub takes: &'static [&'static str],
    /// The rule that refuses it otherwise.
    pub rule: &'static str,
}

/// The command with this id.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn operation(name: &str) -> &'static Operation {
    let mut all = Operation::ALL.iter();
    let found = all.find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no operation {name}"))
}

const fn plain(name: &'static str) -> Operation {
    makes(name, "", "")
}

const fn makes(name: &'static str, kind: &'static str, status: &'static str) -> Operation {
    Operation {
        name,
        about: "",
        makes: (kind, status),
        leaves: "",
        takes: &[],
        rule: "",
    }
}

const fn about(
    kind: &'static str,
    takes: &'static [&'static str],
    rule: &'static str,
    name: &'static str,
    leaves: &'static str,
) -> Operation {
    Operation {
        name,
        about: kind,
        makes: ("", ""),
        leaves,
        takes,
        rule,
    }
}

impl Operation {
    /// All of them.
    pub const ALL: &[Self] = &[
        plain("open_case"),
        plain("record_contact"),
        plain("record_initial_meeting"),
        makes("capture_need", "need", "open"),
        about("need", &["open"], "R21", "revise_need", ""),
        about("need", &["open"], "R21", "withdraw_need", "withdrawn"),
        makes("agree_priority", "priority", "agreed"),
        about("priority", &["agreed"], "R21", "revise_priority", ""),
        about("priority", &["agreed"], "R21", "drop_priority", "dropped"),
        makes("draft_agreement", "agreement", "draft"),
        about("agreement", &["draft"], "R21", "redraft_agreement", ""),
        about(
            "agreement",
            &["draft"],
            "R21",
            "discard_agreement_draft",
            "discarded",
        ),
        about("agreement", &["draft"], "R21", "sign_agreement", "signed"),
        about("agreement", &["signed"], "R21", "amend_agreement", ""),
        about("agreement", &["signed"], "R21", "extend_agreement", ""),
        about("agreement", &["signed"], "R21", "end_agreement", "ended"),
        plain("record_council_resolution"),
        makes("start_assessment", "assessment", "running"),
        about("assessment", &["running"], "R12", "record_interview", ""),
        about("assessment", &["running"], "R12", "rate_dimension", ""),
        about(
            "assessment",
            &["running"],
            "R12",
            "complete_assessment",
            "completed",
        ),
        about(
            "assessment",
            &["running"],
            "R12",
            "abandon_assessment",
            "abandoned",
        ),
        makes("propose_model_solution", "model_solution", "proposed"),
        about(
            "model_solution",
            &["proposed"],
            "R15",
            "select_model_solution",
            "selected",
        ),
        about(
            "model_solution",
            &["selected"],
            "R15",
            "adapt_model_solution",
            "",
        ),
        about(
            "model_solution",
            &["selected"],
            "R15",
            "adopt_model_solution",
            "adopted",
        ),
        about(
            "model_solution",
            &["proposed", "selected"],
            "R15",
            "reject_model_solution",
            "rejected",
        ),
        makes("plan_measure", "measure", "planned"),
        about(
            "measure",
            &["planned"],
            "R21",
            "complete_measure",
            "completed",
        ),
        about(
            "measure",
            &["planned"],
            "R21",
            "cancel_measure",
            "cancelled",
        ),
        plain("record_qualification"),
        plain("advise_on_funding"),
        makes("submit_funding_application", "application", "undecided"),
        // What becomes of it is in the body.
        about(
            "application",
            &["undecided"],
            "R20",
            "record_funding_decision",
            "",
        ),
        about(
            "application",
            &["granted"],
            "R20",
            "change_funding_period",
            "",
        ),
        plain("record_milestone"),
        plain("review_progress"),
        makes("schedule_follow_up", "follow_up", "open"),
        about("follow_up", &["open"], "R21", "reschedule_follow_up", ""),
        about("follow_up", &["open"], "R21", "reassign_follow_up", ""),
        about(
            "follow_up",
            &["open"],
            "R21",
            "complete_follow_up",
            "completed",
        ),
        about(
            "follow_up",
            &["open"],
            "R21",
            "cancel_follow_up",
            "cancelled",
        ),
        makes("add_participant", "participant", "present"),
        about("participant", &["present"], "R21", "change_participant", ""),
        about(
            "participant",
            &["present"],
            "R21",
            "record_participant_departure",
            "left",
        ),
        plain("assign_advisor"),
        plain("succeed_municipality"),
        makes("link_document", "document", "linked"),
        about(
            "document",
            &["linked"],
            "R21",
            "unlink_document",
            "unlinked",
        ),
        plain("pause_case"),
        plain("resume_case"),
        plain("close_case"),
        plain("reopen_case"),
    ];
}
