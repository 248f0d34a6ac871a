//! Whom we trust to say who somebody is, and by which keys.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use time::{Duration, OffsetDateTime};
use tokio::sync::OwnedMutexGuard;

use super::key_source::KeySource;

/// How long an issuer is not asked again, however many tokens name keys that are not known.
const COOL_DOWN: Duration = Duration::seconds(30);

/// How long keys are used before they are fetched anew.
const FRESH: Duration = Duration::minutes(10);

/// The algorithms a token may be signed with: public keys only, never a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Whether a token's or a key's `alg` means it.
    pub(super) fn is_named(self, name: &str) -> bool {
        // RFC 9864 §2.2: what "EdDSA" leaves open is the curve, of which we have one.
        name == self.name() || (self == Self::EdDsa && name == "Ed25519")
    }

    /// Its name (RFC 7518 §3.1, RFC 8037 §3.1).
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
pub(crate) struct Issuer {
    /// The `iss` of its tokens.
    pub(super) url: String,
    source: KeySource,
    keys: RwLock<Keys>,
    /// Held by whoever fetches keys: one at a time.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

/// The keys as they were fetched last; a key counts for its own issuer only, even if another has one of the same id.
#[derive(Clone)]
pub(super) struct Keys {
    /// The keys themselves.
    pub(super) all: Arc<[VerificationKey]>,
    /// Counts how often they were fetched: a token that was found right by older ones is looked at again.
    pub(super) generation: u64,
    /// When they were fetched.
    fetched_at: Option<OffsetDateTime>,
    /// When they were asked for last, with or without success.
    asked_at: Option<OffsetDateTime>,
}

impl Issuer {
    /// An issuer whose keys are known and never change.
    pub(crate) fn new(url: String, keys: Vec<VerificationKey>) -> Self {
        Self::with(url, KeySource::Fixed, keys)
    }

    /// An issuer whose keys come from elsewhere, when the first token names one.
    pub(crate) fn from_source(url: String, source: KeySource) -> Self {
        Self::with(url, source, Vec::new())
    }

    fn with(url: String, source: KeySource, keys: Vec<VerificationKey>) -> Self {
        let keys = Keys {
            all: keys.into(),
            generation: 0,
            fetched_at: None,
            asked_at: None,
        };
        Self {
            url,
            source,
            keys: RwLock::new(keys),
            fetching: Arc::default(),
        }
    }

    /// The keys as they are known now.
    pub(super) fn keys(&self) -> Keys {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    /// Which fetch the keys are of.
    pub(super) fn generation(&self) -> u64 {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.generation
    }

    /// Whether no keys of it were ever had.
    pub(super) fn is_unheard(&self) -> bool {
        self.source.can_change() && self.keys().fetched_at.is_none()
    }

    /// Whether the keys are old enough to be fetched anew, without a token that asks for it.
    pub(super) fn is_due(&self, now: OffsetDateTime) -> bool {
        let keys = self.keys();
        let old = keys.fetched_at.is_some_and(|at| now - at >= FRESH);
        self.source.can_change() && old && !asked_lately(&keys, now)
    }

    /// Fetches the keys anew, unless that was tried a moment ago. Keys that the issuer took away count no more; while
    /// it cannot be asked, those of the last time do.
    ///
    /// A task of its own does it: whoever asks may go away, and would take half a fetch along.
    pub(super) async fn fetch(self: &Arc<Self>, now: OffsetDateTime) {
        if !self.source.can_change() {
            return;
        }
        let issuer = Arc::clone(self);
        let fetching = tokio::spawn(async move {
            let turn = Arc::clone(&issuer.fetching).lock_owned().await;
            issuer.fetch_in(turn, now).await;
        });
        if let Err(error) = fetching.await {
            tracing::error!(issuer = %self.url, %error, "fetching an issuer's keys did not end well");
        }
    }

    /// The same beside whatever else goes on, unless somebody is at it.
    pub(super) fn fetch_beside(self: &Arc<Self>, now: OffsetDateTime) {
        if let Ok(turn) = Arc::clone(&self.fetching).try_lock_owned() {
            let issuer = Arc::clone(self);
            tokio::spawn(async move { issuer.fetch_in(turn, now).await });
        }
    }

    async fn fetch_in(&self, _turn: OwnedMutexGuard<()>, now: OffsetDateTime) {
        if asked_lately(&self.keys(), now) {
            return;
        }
        let fetched = self.source.load().await;
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.asked_at = Some(now);
        match fetched {
            Ok(fetched) => {
                tracing::info!(issuer = %self.url, keys = fetched.len(), "an issuer's keys were fetched");
                keys.all = fetched.into();
                keys.generation += 1;
                keys.fetched_at = Some(now);
            }
            Err(error) => {
                tracing::warn!(issuer = %self.url, %error, "an issuer's keys cannot be fetched");
            }
        }
    }
}

fn asked_lately(keys: &Keys, now: OffsetDateTime) -> bool {
    keys.asked_at.is_some_and(|at| (now - at).abs() < COOL_DOWN)
}
