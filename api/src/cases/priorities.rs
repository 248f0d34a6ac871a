//! Priorities.

use super::commands::commands;

commands! {
    "priorities";

    /// Agree a priority
    ///
    /// Records a priority that agency and municipality agreed, from a focus area of the catalogue or of
    /// its own. It refers only to standing needs of this case (R14).
    on_case agree_priority AgreePriority
        "/v1/agencies/{agency}/cases/{case_id}/priorities"
        "The priority is agreed.";

    /// Revise a priority
    ///
    /// Changes the members named in `changes`; absent ones stay, `null` clears an optional one. Only
    /// while the priority is agreed (R21).
    on_target revise_priority RevisePriority
        "/v1/agencies/{agency}/cases/{case_id}/priorities/{priority_id}/revisions"
        "The priority is revised.";

    /// Drop a priority
    ///
    /// Gives the priority up; it stays visible with its status. One that a signed agreement names is
    /// dropped only by amending the agreement (R14).
    on_target drop_priority DropPriority
        "/v1/agencies/{agency}/cases/{case_id}/priorities/{priority_id}/droppings"
        "The priority is dropped.";
}
