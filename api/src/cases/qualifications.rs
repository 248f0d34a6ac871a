//! Qualifications.

use super::commands::commands;

commands! {
    "qualifications";

    /// Record a qualification
    ///
    /// Records that the municipality attended an offering of the agency that was held, once per case
    /// (R34). Participants are counted by function. For many cases at once there is
    /// `record_attendances`.
    on_case record_qualification RecordQualification
        "/v1/agencies/{agency}/cases/{case_id}/qualifications"
        "The attendance is recorded.";
}
