//! Who is calling: the verified bearer of a token, and nothing about what they may do.
//!
//! A [`VerifiedIdentity`] comes out of [`TokenVerifier::verify`] only. Why a token was refused is
//! for the log; the caller learns that it was.

mod bearer;
mod claims;
mod development_issuer;
mod issuer;
mod jose_header;
mod jwks;
mod key_source;
mod token_verifier;
mod trusted_issuers;

use fallbuch_persistence::Identity;
use time::OffsetDateTime;

pub(crate) use development_issuer::{
    DEVELOPMENT_ISSUER, DevelopmentIssuer, DevelopmentIssuerError,
};
pub(crate) use issuer::MismatchedKey;
pub(crate) use token_verifier::TokenVerifier;
pub use trusted_issuers::{IssuersError, TrustedIssuers};

use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;

/// How long a client is to wait for an issuer that is away, in seconds.
const ISSUER_RETRY_AFTER: u32 = 30;

/// The bearer of a token that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerifiedIdentity {
    issuer: String,
    subject: String,
    expires_at: OffsetDateTime,
}

impl VerifiedIdentity {
    /// Who vouches for the subject.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The bearer, as the issuer names them.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// The identity as the store looks up logins.
    pub(crate) fn as_login(&self) -> Identity {
        Identity {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
        }
    }

    /// When the token ends.
    pub(crate) fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }
}

/// Why a request is not authenticated; for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// There is no `Authorization`.
    #[error("no Authorization header")]
    Missing,
    /// There is more than one `Authorization`.
    #[error("several Authorization headers")]
    Several,
    /// The header is longer than allowed.
    #[error("Authorization header too long")]
    TooLong,
    /// The header is not `Bearer` with one token.
    #[error("not a bearer token")]
    NotBearer,
    /// The token is not three base64url segments of JSON objects without repeated members.
    #[error("not a well-formed token")]
    Malformed,
    /// The token's header carries or lacks what it must not.
    #[error("token header not acceptable")]
    Header,
    /// Nobody is trusted under this `iss`.
    #[error("unknown issuer")]
    UnknownIssuer,
    /// The issuer has no key of this `kid`.
    #[error("unknown key")]
    UnknownKey,
    /// The token's algorithm is not its key's.
    #[error("algorithm is not the key's")]
    Algorithm,
    /// The signature is wrong.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing or of the wrong type.
    #[error("claims missing or of the wrong type")]
    Claims,
    /// The token is meant for somebody else.
    #[error("wrong audience")]
    Audience,
    /// The token has expired.
    #[error("expired")]
    Expired,
    /// The token is not valid yet, or was issued in the future.
    #[error("not valid yet")]
    NotYetValid,
    /// The token lives longer than allowed.
    #[error("lifetime too long")]
    Lifetime,
    /// The issuer's keys cannot be had, so nothing is known of the token.
    #[error("the issuer's keys cannot be had")]
    IssuerAway,
}

impl From<Unauthenticated> for Problem {
    fn from(reason: Unauthenticated) -> Self {
        match reason {
            // A challenge without an error code: nothing was presented (RFC 6750 §3.1).
            Unauthenticated::Missing => Self::unauthenticated("Bearer"),
            Unauthenticated::IssuerAway => {
                Self::retry_later(ProblemCode::Overloaded, ISSUER_RETRY_AFTER)
            }
            Unauthenticated::Several
            | Unauthenticated::TooLong
            | Unauthenticated::NotBearer
            | Unauthenticated::Malformed
            | Unauthenticated::Header
            | Unauthenticated::UnknownIssuer
            | Unauthenticated::UnknownKey
            | Unauthenticated::Algorithm
            | Unauthenticated::Signature
            | Unauthenticated::Claims
            | Unauthenticated::Audience
            | Unauthenticated::Expired
            | Unauthenticated::NotYetValid
            | Unauthenticated::Lifetime => Self::unauthenticated("Bearer error=\"invalid_token\""),
        }
    }
}

#[cfg(test)]
mod tests;
