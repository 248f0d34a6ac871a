//! What a caller can compare of two answers.

use crate::client::Answer;

/// Headers that differ from one answer to the next whatever is asked: when it was given, which request it answers, and
/// how many more the caller may send.
const BESIDE: [&str; 4] = ["date", "x-request-id", "ratelimit", "ratelimit-policy"];

/// Everything of an answer that may not differ where two are to be the same: status, headers and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// Names and values of the headers, in the order of both.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub text: String,
}

impl Seen {
    /// What is seen of an answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        let headers = answer.headers.iter();
        let headers = headers.filter(|(name, _)| !BESIDE.contains(&name.as_str()));
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_string(), format!("{value:?}")))
            .collect();
        headers.sort_unstable();
        Self {
            status: answer.status,
            headers,
            text: answer.text(),
        }
    }
}
