//! Every check a bearer token has to pass.
//!
//! The library verifies the signature; what it leaves open (types of claims, lifetimes, the clock,
//! header members that smuggle keys) is checked here. Order matters: nothing is decoded before the
//! length is known, and no claim is believed before the signature.
//!
//! A token that was found right is remembered, so that its signature is verified once. Issuers and
//! keys do not change while the server runs; whoever makes them changeable has to forget their tokens.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::header::HeaderValue;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Validation;
use lru::LruCache;
use serde::de::IgnoredAny;
use time::OffsetDateTime;

use super::bearer::bearer_token;
use super::claims::Claims;
use super::issuer::{Issuer, VerificationKey};
use super::jose_header::JoseHeader;
use super::{Unauthenticated, VerifiedIdentity};
use crate::strict_json::is_ambiguous;

/// Verifies tokens of the configured issuers for one audience.
pub(crate) struct TokenVerifier {
    issuers: Vec<Issuer>,
    audience: String,
    /// Tokens whose form and signature were found right, by their SHA-256; their times and their
    /// audience are checked at every use.
    signed: Mutex<LruCache<[u8; 32], Arc<Claims>>>,
}

/// How many tokens are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

impl TokenVerifier {
    /// Trusts these issuers for tokens meant for this audience.
    pub(crate) fn new(issuers: Vec<Issuer>, audience: String) -> Self {
        Self {
            issuers,
            audience,
            signed: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }

    /// Finds out who is calling from all `Authorization` headers of a request.
    pub(crate) fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a HeaderValue>,
        now: OffsetDateTime,
    ) -> Result<VerifiedIdentity, Unauthenticated> {
        self.verify_token(bearer_token(authorization)?, now)
    }

    fn verify_token(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<VerifiedIdentity, Unauthenticated> {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let known = self.signed().get(&hash).cloned();
        let claims = match known {
            Some(claims) => claims,
            None => Arc::new(self.signed_claims(token)?),
        };
        let expires_at = claims.check(&self.audience, now)?;
        let identity = VerifiedIdentity {
            issuer: claims.iss.clone(),
            subject: claims.sub.clone(),
            expires_at,
        };
        self.signed().put(hash, claims);
        Ok(identity)
    }

    fn signed(&self) -> MutexGuard<'_, LruCache<[u8; 32], Arc<Claims>>> {
        self.signed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The claims of a token that is well-formed and signed by its issuer.
    fn signed_claims(&self, token: &str) -> Result<Claims, Unauthenticated> {
        let [header, claims] = decoded(token)?;
        let header = JoseHeader::read(&header)?;
        let claims = Claims::read(&claims)?;
        // The claim only chooses whose key must have signed; it is believed once that key did.
        let issuer = self
            .issuers
            .iter()
            .find(|issuer| issuer.url == claims.iss)
            .ok_or(Unauthenticated::UnknownIssuer)?;
        let key = issuer
            .keys
            .iter()
            .find(|key| key.key_id == header.key_id)
            .ok_or(Unauthenticated::UnknownKey)?;
        if header.algorithm != key.algorithm.name() {
            return Err(Unauthenticated::Algorithm);
        }
        jsonwebtoken::decode::<IgnoredAny>(token, &key.key, &validation(issuer, key))
            .map_err(|_| Unauthenticated::Signature)?;
        Ok(claims)
    }
}

/// What the library is told to check besides the signature: no time, because it would ask the
/// machine's clock, and no audience, which the claims check in strict types.
fn validation(issuer: &Issuer, key: &VerificationKey) -> Validation {
    let mut validation = Validation::new(key.algorithm.as_library());
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.set_issuer(&[&issuer.url]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

/// Decodes header and claims: three segments, none empty, in unpadded canonical base64url, both
/// JSON without repeated members.
fn decoded(token: &str) -> Result<[Vec<u8>; 2], Unauthenticated> {
    let mut segments = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (
        segments.next(),
        segments.next(),
        segments.next(),
        segments.next(),
    ) else {
        return Err(Unauthenticated::Malformed);
    };
    let decode = |segment: &str| {
        URL_SAFE_NO_PAD
            .decode(segment)
            .map_err(|_| Unauthenticated::Malformed)
    };
    let (header, claims) = (decode(header)?, decode(claims)?);
    if decode(signature)?.is_empty() || is_ambiguous(&header) || is_ambiguous(&claims) {
        return Err(Unauthenticated::Malformed);
    }
    Ok([header, claims])
}
