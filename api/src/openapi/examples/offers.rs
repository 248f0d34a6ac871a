//! Examples of offerings and model solutions.

use fallbuch_domain::offering::sample as offering;
use fallbuch_domain::solution::sample as solution;
use fallbuch_domain::{State, Timestamp};
use fallbuch_persistence::StreamRead;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{ContractError, Examples, recorded};
use crate::contract::{OfferingView, SolutionView};

/// Adds them all.
pub(super) fn add(examples: &mut Examples) -> Result<(), ContractError> {
    for (operation, body, event) in offering::bodies() {
        // An offering is held or cancelled, not one after the other.
        let version = match operation {
            "schedule_offering" => 1,
            "postpone_offering" => 2,
            _ => 3,
        };
        let stored = recorded(serde_json::to_value(offering::stored(&event, version))?);
        examples.command(operation, body, version, &stored);
    }
    for (version, (operation, body, event)) in (1..).zip(solution::bodies()) {
        let stored = recorded(serde_json::to_value(solution::stored(&event, version))?);
        examples.command(operation, body, version, &stored);
    }
    let read = |id, version, state: Option<State>| {
        state.map(|state| StreamRead {
            id,
            version,
            recorded_at: Timestamp::new(datetime!(2015-09-01 08:30 UTC)),
            state: state.into(),
        })
    };
    let held = read(
        offering::OFFERING,
        3,
        offering::state().map(State::Offering),
    );
    let held = serde_json::to_value(held.as_ref().and_then(OfferingView::of))?;
    examples.one_and_list(("read_offering", "list_offerings"), held);
    let offered = read(
        solution::SOLUTION,
        2,
        solution::state().map(State::Solution),
    );
    let offered = serde_json::to_value(offered.as_ref().and_then(SolutionView::of))?;
    examples.one_and_list(("read_solution", "list_solutions"), offered);
    Ok(())
}

impl Examples {
    fn command(&mut self, operation: &str, body: Value, version: u64, event: &Value) {
        let answer = json!({"version": version, "events": [event], "warnings": []});
        self.requests.insert(operation.to_owned(), body);
        self.responses.insert(operation.to_owned(), answer);
    }

    fn one_and_list(&mut self, (read, list): (&str, &str), one: Value) {
        let page = json!({"items": [one], "page": {"has_more": false}});
        self.responses.insert(list.to_owned(), page);
        self.responses.insert(read.to_owned(), one);
    }
}
