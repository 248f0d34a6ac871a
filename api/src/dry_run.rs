//! Commands that are only validated (`?validate_only=true`, AIP-163): the parameter and the answer.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use fallbuch_domain::envelope::{Actor, StreamReference};
use fallbuch_persistence::{Handling, Preview};
use serde::Serialize;
use serde_json::value::RawValue;
use time::Date;
use utoipa::ToSchema;

use crate::answer::{Warning, in_language};
use crate::language::{Language, Localized};
use crate::prefer;
use crate::problem::Problem;
use crate::request::{Parameters, Query};

/// The name of the parameter.
const NAME: &str = "validate_only";

/// What every command takes in its query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be carried out.
    Record,
    /// Only to be validated.
    Validate,
    /// Not readable; a violation says so.
    Unreadable,
}

impl Query for Purpose {
    fn take(parameters: &mut Parameters) -> Self {
        if !parameters.has(NAME) {
            return Self::Record;
        }
        let expected = Localized::fixed(
            "Erwartet wird true oder false.",
            "Either true or false is expected.",
        );
        let purpose = parameters.value(NAME, expected, |text| match text {
            "true" => Some(Self::Validate),
            "false" => Some(Self::Record),
            _ => None,
        });
        purpose.unwrap_or(Self::Unreadable)
    }
}

/// The query without the parameter: said or not, `false` is the same request.
pub(crate) fn without_purpose(query: &str) -> String {
    let pairs = query.split('&');
    let others: Vec<_> = pairs
        .filter(|pair| pair.split('=').next() != Some(NAME))
        .collect();
    others.join("&")
}

/// What a command would come to if it were carried out now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValidationAnswer {
    /// The version the stream would have.
    #[schema(minimum = 1)]
    version: u64,
    /// The events it would record, oldest first.
    #[schema(value_type = Vec<ProspectiveEvent>)]
    events: Vec<Box<RawValue>>,
    /// What is noticed without being refused.
    warnings: Vec<Warning>,
}

/// The members that only a recorded event has.
pub(crate) const ONLY_RECORDED: [&str; 6] = [
    "command_id",
    "correlation_id",
    "id",
    "position",
    "recorded_at",
    "salt",
];

/// An event as a command would record it now: a recorded one without `id`, `position`, `salt`, `recorded_at`,
/// `command_id` and `correlation_id`, which only a recorded event has.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "events pass through as the writer tells them; this describes them"
)]
pub(crate) struct ProspectiveEvent {
    /// Who would act.
    actor: Actor,
    /// The event's own data; its members depend on `type` and `schema`. Types may be added.
    #[schema(value_type = Object)]
    data: (),
    /// The day it happened in the world.
    occurred_on: Date,
    /// Why, in the words of the actor.
    reason: Option<String>,
    /// The version of the shape of `data`.
    #[schema(minimum = 1)]
    schema: u32,
    /// The stream; the id of a case that is not open yet is an example.
    stream: StreamReference,
    /// The event's type, such as `need_captured`. Types may be added.
    #[schema(example = "need_captured")]
    r#type: String,
    /// The place in the stream that it would have now.
    #[schema(minimum = 1)]
    version: u64,
}

/// 200: nothing refuses the command, and nothing of it was stored.
pub(crate) fn validated(
    preview: Preview,
    handling: Handling,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let warnings = preview.warnings.iter();
    let answer = ValidationAnswer {
        version: preview.version,
        warnings: warnings.map(|one| Warning::of(one, language)).collect(),
        events: preview.events,
    };
    let bytes = serde_json::to_vec(&answer).map_err(|error| Problem::internal(&error))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "application/json"));
    if handling == Handling::Strict {
        response.insert_header(prefer::applied());
    }
    Ok(in_language(response.body(bytes), language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn said_or_not_false_is_the_same_request() {
        assert_eq!(without_purpose(""), "");
        assert_eq!(without_purpose("validate_only=false"), "");
        assert_eq!(without_purpose("a=1&validate_only=false&b=2"), "a=1&b=2");
        assert_eq!(
            without_purpose("not_validate_only=1&validate_only_x"),
            "not_validate_only=1&validate_only_x"
        );
    }
}
