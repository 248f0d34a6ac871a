//! The token out of `Authorization: Bearer …` (RFC 6750 §2.1).

use actix_web::http::header::HeaderValue;

use super::Unauthenticated;

/// How long the header may be, in bytes; checked before anything is read.
const MAX_LENGTH: usize = 8 * 1024;

/// Reads the one token of the one header.
pub(super) fn bearer_token<'a>(
    headers: impl IntoIterator<Item = &'a HeaderValue>,
) -> Result<&'a str, Unauthenticated> {
    let mut headers = headers.into_iter();
    let header = headers.next().ok_or(Unauthenticated::Missing)?;
    if headers.next().is_some() {
        return Err(Unauthenticated::Several);
    }
    if header.len() > MAX_LENGTH {
        return Err(Unauthenticated::TooLong);
    }
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|header| header.split_once(' '))
        .ok_or(Unauthenticated::NotBearer)?;
    let token = token.trim_start_matches(' ');
    let one_word = !token.is_empty()
        && token
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b',');
    if scheme.eq_ignore_ascii_case("Bearer") && one_word {
        Ok(token)
    } else {
        Err(Unauthenticated::NotBearer)
    }
}
