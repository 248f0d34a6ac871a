//! Model solutions in a case.

use super::commands::commands;

commands! {
    "model-solutions";

    /// Propose a model solution
    ///
    /// Proposes one of the agency's solutions that is not withdrawn (R34), for a priority if named. The
    /// donor is another municipality than the recipient (R17). What was rejected may be proposed again;
    /// what is under way may not (R15).
    on_case propose_model_solution ProposeModelSolution
        "/v1/agencies/{agency}/cases/{case_id}/model-solutions"
        "The model solution is proposed.";

    /// Select a model solution
    ///
    /// Selects what was proposed (R15). Before any assessment was completed a warning is given (R16).
    on_target select_model_solution SelectModelSolution
        "/v1/agencies/{agency}/cases/{case_id}/model-solutions/{model_solution_id}/selections"
        "The model solution is selected.";

    /// Adapt a model solution
    ///
    /// Records what was changed about a selected model solution, and why (R15).
    on_target adapt_model_solution AdaptModelSolution
        "/v1/agencies/{agency}/cases/{case_id}/model-solutions/{model_solution_id}/adaptations"
        "The adaptation is recorded.";

    /// Adopt a model solution
    ///
    /// Records that a selected model solution was adopted (R15).
    on_target adopt_model_solution AdoptModelSolution
        "/v1/agencies/{agency}/cases/{case_id}/model-solutions/{model_solution_id}/adoptions"
        "The model solution is adopted.";

    /// Reject a model solution
    ///
    /// Rejects a model solution at any time before its adoption (R15).
    on_target reject_model_solution RejectModelSolution
        "/v1/agencies/{agency}/cases/{case_id}/model-solutions/{model_solution_id}/rejections"
        "The model solution is rejected.";
}
