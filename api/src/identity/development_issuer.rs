//! The built-in issuer for local runs: an Ed25519 key made on first start.
//!
//! Whoever can read its key file can be anybody, so the file is the owner's alone, and the server
//! trusts this issuer on the loopback interface only unless it is told otherwise.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::issuer::{Issuer, MismatchedKey, SigningAlgorithm, VerificationKey};
use super::token_verifier::TokenVerifier;
use crate::private_file;

/// The `iss` of its tokens.
pub(crate) const DEVELOPMENT_ISSUER: &str = "urn:fallbuch:development-issuer";

/// The name of the key file in the data directory (PKCS #8, DER).
const KEY_FILE: &str = "development-issuer.pk8";

/// Why the development issuer is not available.
#[derive(Debug, thiserror::Error)]
pub enum DevelopmentIssuerError {
    /// The key file could not be read or made.
    #[error("the key file {path} is not usable")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Others than the owner may read or write the key file.
    #[error("the key file {0} must be readable by its owner only (mode 0600)")]
    Exposed(PathBuf),
    /// The file holds no Ed25519 key.
    #[error("the key file {0} holds no Ed25519 key in PKCS #8")]
    NotAKey(PathBuf),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The key and its algorithm do not fit.
    #[error(transparent)]
    Mismatch(#[from] MismatchedKey),
    /// A token just signed did not verify.
    #[error("the self-test of token signing failed")]
    SelfTest(#[source] super::Unauthenticated),
}

/// Signs tokens with the key of the data directory.
pub(crate) struct DevelopmentIssuer {
    signing_key: EncodingKey,
    public_key: Vec<u8>,
    key_id: String,
}

#[derive(Serialize)]
struct SignedClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl DevelopmentIssuer {
    /// Opens the key of a data directory, making it on first use, and proves that signing and
    /// verifying work. Processes that start at once agree on one key.
    pub(crate) fn open(
        data_directory: &Path,
        now: OffsetDateTime,
    ) -> Result<Self, DevelopmentIssuerError> {
        let path = data_directory.join(KEY_FILE);
        let at_path = |source| DevelopmentIssuerError::File {
            path: path.clone(),
            source,
        };
        let key = private_file::read_or_make(&path, || {
            let pair = Ed25519KeyPair::generate().map_err(io::Error::other)?;
            let document = pair.to_pkcs8().map_err(io::Error::other)?;
            Ok(document.as_ref().to_vec())
        })
        .map_err(at_path)?;
        let mode = fs::metadata(&path).map_err(at_path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(DevelopmentIssuerError::Exposed(path));
        }
        let pair =
            Ed25519KeyPair::from_pkcs8(&key).map_err(|_| DevelopmentIssuerError::NotAKey(path))?;
        let public_key = pair.public_key().as_ref().to_vec();
        let issuer = Self {
            signing_key: EncodingKey::from_ed_der(&key),
            key_id: key_id(&public_key),
            public_key,
        };
        issuer.self_test(now)?;
        Ok(issuer)
    }

    /// What a verifier needs to trust this issuer.
    pub(crate) fn issuer(&self) -> Result<Issuer, MismatchedKey> {
        let key = VerificationKey::new(
            self.key_id.clone(),
            SigningAlgorithm::EdDsa,
            DecodingKey::from_ed_der(&self.public_key),
        )?;
        Ok(Issuer::new(DEVELOPMENT_ISSUER.to_owned(), vec![key]))
    }

    /// Signs a token for a subject. The verifier refuses lifetimes above 24 hours.
    pub(crate) fn sign(
        &self,
        subject: &str,
        audience: &str,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<String, DevelopmentIssuerError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key_id.clone());
        let claims = SignedClaims {
            iss: DEVELOPMENT_ISSUER,
            sub: subject,
            aud: audience,
            iat: now.unix_timestamp(),
            exp: (now + lifetime).unix_timestamp(),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.signing_key)?)
    }

    /// The token library compiles without cryptography and fails at first use: better now than at
    /// the first request.
    fn self_test(&self, now: OffsetDateTime) -> Result<(), DevelopmentIssuerError> {
        let audience = "urn:fallbuch:self-test";
        let token = self.sign("self-test", audience, now, Duration::minutes(1))?;
        let verifier = TokenVerifier::new(vec![self.issuer()?], audience.to_owned());
        verifier
            .verify_token(&token, now)
            .map(|_| ())
            .map_err(DevelopmentIssuerError::SelfTest)
    }
}

/// The id of a key: the hash of its public half.
fn key_id(public_key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, public_key))
}

#[cfg(test)]
mod tests;
