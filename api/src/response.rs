//! Changing an answer on its way out, whether it is still an error or already a response.

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderValue, VARY};
use actix_web::{Error, HttpResponse};

/// Applies a change to the answer. An error becomes a response only behind all middleware, so the
/// change is handed to it.
pub(crate) fn map_response<B: MessageBody + 'static>(
    outcome: Result<ServiceResponse<B>, Error>,
    change: impl Fn(HttpResponse) -> HttpResponse + 'static,
) -> Result<ServiceResponse, Error> {
    match outcome {
        Ok(response) => {
            let (request, response) = response.into_parts();
            Ok(ServiceResponse::new(
                request,
                change(response.map_into_boxed_body()),
            ))
        }
        Err(mut error) => {
            error.add_response_mapper(change);
            Err(error)
        }
    }
}

/// Adds a field name to `Vary`, unless it is there already.
pub(crate) fn vary_by(headers: &mut HeaderMap, name: &str) {
    let mut listed: Vec<String> = headers
        .get_all(VARY)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|field| field.trim().to_owned())
        .collect();
    if !listed
        .iter()
        .any(|field| field.eq_ignore_ascii_case(name) || field == "*")
    {
        listed.push(name.to_owned());
    }
    if let Ok(value) = HeaderValue::from_str(&listed.join(", ")) {
        headers.insert(VARY, value);
    }
}
