//! Whom we trust to say who somebody is, and by which keys.

use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};

/// The algorithms a token may be signed with: public keys only, never a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "the built-in issuer needs one, others bring their own"
    )
)]
pub(crate) enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// The name in a token's `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The same for the library.
    pub(super) fn as_library(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// A public key with the one algorithm it is used for.
#[derive(Clone)]
pub(crate) struct VerificationKey {
    /// The id tokens name it by.
    pub(super) key_id: String,
    /// The only algorithm it verifies.
    pub(super) algorithm: SigningAlgorithm,
    /// The key itself.
    pub(super) key: DecodingKey,
}

/// A key was given an algorithm of another family, an HMAC secret included.
#[derive(Debug, thiserror::Error)]
#[error("the key {key_id} is not one for {algorithm:?}")]
pub struct MismatchedKey {
    key_id: String,
    algorithm: SigningAlgorithm,
}

impl VerificationKey {
    /// Ties a key to its algorithm.
    pub(crate) fn new(
        key_id: String,
        algorithm: SigningAlgorithm,
        key: DecodingKey,
    ) -> Result<Self, MismatchedKey> {
        let family = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => AlgorithmFamily::Rsa,
            SigningAlgorithm::Es256 => AlgorithmFamily::Ec,
            SigningAlgorithm::EdDsa => AlgorithmFamily::Ed,
        };
        if key.family() == family {
            Ok(Self {
                key_id,
                algorithm,
                key,
            })
        } else {
            Err(MismatchedKey { key_id, algorithm })
        }
    }
}

/// An issuer and the keys it signs with.
#[derive(Clone)]
pub(crate) struct Issuer {
    /// The `iss` of its tokens.
    pub(super) url: String,
    /// Its keys; a key counts for this issuer only, even if another has one of the same id.
    pub(super) keys: Vec<VerificationKey>,
}

impl Issuer {
    /// An issuer with its keys.
    pub(crate) fn new(url: String, keys: Vec<VerificationKey>) -> Self {
        Self { url, keys }
    }
}
