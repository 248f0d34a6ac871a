//! The claims of a token (RFC 7519 §4.1), in strict types and by our own clock.

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::Unauthenticated;

/// How far the clocks of issuer and server may be apart.
pub(super) const LEEWAY: Duration = Duration::seconds(30);

/// How long a token may live.
pub(super) const MAX_LIFETIME: Duration = Duration::hours(24);

/// How long a subject may be, in bytes (OpenID Connect Core §2).
const MAX_SUBJECT: usize = 255;

/// The claims every token must have. A wrong type, `null` included, is an error.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// An optional claim that, where it stands, must be of its type: not even null is let through.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

impl Claims {
    /// Reads decoded claims.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unauthenticated> {
        let claims: Self = serde_json::from_slice(bytes).map_err(|_| Unauthenticated::Claims)?;
        let subject_is_plain = (1..=MAX_SUBJECT).contains(&claims.sub.len())
            && !claims.sub.chars().any(char::is_control);
        if subject_is_plain {
            Ok(claims)
        } else {
            Err(Unauthenticated::Claims)
        }
    }

    /// Checks audience and times; returns when the token ends.
    pub(super) fn check(
        &self,
        audience: &str,
        now: OffsetDateTime,
    ) -> Result<OffsetDateTime, Unauthenticated> {
        let is_meant = match &self.aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        };
        if !is_meant {
            return Err(Unauthenticated::Audience);
        }
        let expires_at = instant(self.exp)?;
        let issued_at = instant(self.iat)?;
        if expires_at <= issued_at || expires_at - issued_at > MAX_LIFETIME {
            return Err(Unauthenticated::Lifetime);
        }
        if now - expires_at >= LEEWAY {
            return Err(Unauthenticated::Expired);
        }
        let not_before = self.nbf.map_or(Ok(issued_at), instant)?;
        if issued_at - now > LEEWAY || not_before - now > LEEWAY {
            return Err(Unauthenticated::NotYetValid);
        }
        Ok(expires_at)
    }
}

fn instant(seconds: i64) -> Result<OffsetDateTime, Unauthenticated> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Unauthenticated::Claims)
}
