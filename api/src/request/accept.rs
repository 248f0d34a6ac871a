//! Which representations a caller takes.

use actix_web::http::header::{ACCEPT, HeaderMap};

use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;

/// 406 unless the caller takes JSON (RFC 9110 §12.5.1).
pub(super) fn acceptable(headers: &HeaderMap) -> Result<(), Problem> {
    let mut ranges = headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .peekable();
    if ranges.peek().is_none() {
        return Ok(());
    }
    let takes_json = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0_f32)
            })
        });
        matches!(media.as_str(), "*/*" | "application/*" | "application/json") && !refused
    };
    if ranges.any(takes_json) {
        Ok(())
    } else {
        Err(Problem::new(ProblemCode::NotAcceptable))
    }
}
