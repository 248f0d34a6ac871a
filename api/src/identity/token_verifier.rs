//! Every check a bearer token has to pass.
//!
//! The library verifies the signature; everything else (types of claims, lifetimes, the clock,
//! header members that smuggle keys) is checked here. Order matters: nothing is decoded before the
//! length is known, and no claim is believed before the signature.
//!
//! A token that was found right is remembered, so that its signature is verified once, as long as its issuer's keys
//! are those it was verified by. A token that names a key that is not known lets the issuer's keys be fetched, at most
//! once in a while; nobody else waits for it.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::header::HeaderValue;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lru::LruCache;
use time::OffsetDateTime;

use super::bearer::bearer_token;
use super::claims::Claims;
use super::issuer::{Issuer, VerificationKey};
use super::jose_header::JoseHeader;
use super::{Unauthenticated, VerifiedIdentity};
use crate::strict_json::is_ambiguous;

/// Verifies tokens of the configured issuers for one audience.
pub(crate) struct TokenVerifier {
    issuers: Vec<Arc<Issuer>>,
    audience: String,
    /// Tokens whose form and signature were found right, by their SHA-256; their times and their
    /// audience are checked at every use.
    signed: Mutex<LruCache<[u8; 32], Arc<Signed>>>,
}

/// A token that is well-formed and signed by its issuer.
struct Signed {
    claims: Claims,
    issuer: Arc<Issuer>,
    /// By which of the issuer's keys it was verified.
    generation: u64,
}

/// How many tokens are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

impl TokenVerifier {
    /// Trusts these issuers for tokens meant for this audience.
    pub(crate) fn new(issuers: Vec<Issuer>, audience: String) -> Self {
        Self {
            issuers: issuers.into_iter().map(Arc::new).collect(),
            audience,
            signed: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }

    /// Finds out who is calling from all `Authorization` headers of a request.
    pub(crate) async fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a HeaderValue>,
        now: OffsetDateTime,
    ) -> Result<VerifiedIdentity, Unauthenticated> {
        let token = bearer_token(authorization)?;
        match self.verify_token(token, now) {
            Err(Unauthenticated::UnknownKey) => {
                let issuer = self.issuer_of(&claimed(token)?.1)?;
                issuer.fetch(now).await;
                match self.verify_token(token, now) {
                    // Nothing is known of the token while nothing is known of its issuer.
                    Err(Unauthenticated::UnknownKey) if issuer.is_unheard() => {
                        Err(Unauthenticated::IssuerAway)
                    }
                    outcome => outcome,
                }
            }
            outcome => outcome,
        }
    }

    /// The same by the keys that are known already.
    #[cfg(test)]
    pub(super) fn verify_known<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a HeaderValue>,
        now: OffsetDateTime,
    ) -> Result<VerifiedIdentity, Unauthenticated> {
        self.verify_token(bearer_token(authorization)?, now)
    }

    pub(super) fn verify_token(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<VerifiedIdentity, Unauthenticated> {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let known = self.signed().get(&hash).cloned();
        let known = known.filter(|signed| signed.generation == signed.issuer.generation());
        let signed = match known {
            Some(signed) => signed,
            None => Arc::new(self.signed_by_issuer(token)?),
        };
        let expires_at = signed.claims.check(&self.audience, now)?;
        if signed.issuer.is_due(now) {
            signed.issuer.fetch_beside(now);
        }
        let identity = VerifiedIdentity {
            issuer: signed.claims.iss.clone(),
            subject: signed.claims.sub.clone(),
            expires_at,
        };
        self.signed().put(hash, signed);
        Ok(identity)
    }

    fn signed(&self) -> MutexGuard<'_, LruCache<[u8; 32], Arc<Signed>>> {
        self.signed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The issuer that the claims name. The claim only chooses whose key must have signed; it is believed once that key
    /// did.
    fn issuer_of(&self, claims: &Claims) -> Result<Arc<Issuer>, Unauthenticated> {
        let mut issuers = self.issuers.iter();
        let issuer = issuers.find(|issuer| issuer.url == claims.iss);
        issuer.cloned().ok_or(Unauthenticated::UnknownIssuer)
    }

    /// A token that is well-formed and signed by its issuer.
    fn signed_by_issuer(&self, token: &str) -> Result<Signed, Unauthenticated> {
        let (header, claims) = claimed(token)?;
        let issuer = self.issuer_of(&claims)?;
        let keys = issuer.keys();
        let mut known = keys.all.iter();
        let key = known
            .find(|key| key.key_id == header.key_id)
            .ok_or(Unauthenticated::UnknownKey)?;
        if !key.algorithm.is_named(&header.algorithm) {
            return Err(Unauthenticated::Algorithm);
        }
        if !is_signed(token, key) {
            return Err(Unauthenticated::Signature);
        }
        Ok(Signed {
            claims,
            issuer,
            generation: keys.generation,
        })
    }
}

/// What a token says of itself; nothing of it is believed yet.
fn claimed(token: &str) -> Result<(JoseHeader, Claims), Unauthenticated> {
    let [header, claims] = decoded(token)?;
    Ok((JoseHeader::read(&header)?, Claims::read(&claims)?))
}

/// Whether this key signed the token. The algorithm is the key's: the library would take it from the header, where it
/// does not know every name.
fn is_signed(token: &str, key: &VerificationKey) -> bool {
    token.rsplit_once('.').is_some_and(|(message, signature)| {
        let algorithm = key.algorithm.as_library();
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.key, algorithm)
            .is_ok_and(|right| right)
    })
}

/// Decodes header and claims: three segments, none empty, in unpadded canonical base64url, both
/// objects of JSON without repeated members.
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
    // A list of the right values would be read as an object.
    let is_object = |json: &[u8]| json.trim_ascii_start().starts_with(b"{") && !is_ambiguous(json);
    if decode(signature)?.is_empty() || !is_object(&header) || !is_object(&claims) {
        return Err(Unauthenticated::Malformed);
    }
    Ok([header, claims])
}
