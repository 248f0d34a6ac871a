//! An issuer's published keys (JSON Web Key Set, RFC 7517), of which we take those that can sign tokens for us.
//!
//! Invariant: a key comes with the one algorithm it verifies. Secrets, keys for encryption, short RSA keys and keys
//! whose id is not theirs alone never become one.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use super::issuer::{SigningAlgorithm, VerificationKey};
use super::jose_header::is_plain_key_id;

/// The shortest RSA modulus, in bits (NIST SP 800-131A).
const SHORTEST: usize = 2_048;

/// The longest, in bits: verifying gets slow.
const LONGEST: usize = 8_192;

/// How many keys of a set are looked at.
const KEYS: usize = 64;

/// The set cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("no JSON Web Key Set: {0}")]
pub(crate) struct NotAKeySet(#[from] serde_json::Error);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// The members that we look at (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
#[derive(Deserialize)]
struct PublishedKey {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    #[serde(rename = "key_ops")]
    operations: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a set that we take; what is left out and why goes to the log.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<VerificationKey>, NotAKeySet> {
    let set: KeySet = serde_json::from_slice(bytes)?;
    let mut keys = Vec::new();
    let mut ids: HashMap<String, usize> = HashMap::new();
    for id in set.keys.iter().filter_map(|key| key["kid"].as_str()) {
        *ids.entry(id.to_owned()).or_default() += 1;
    }
    for key in set.keys.into_iter().take(KEYS) {
        let key: PublishedKey = match serde_json::from_value(key) {
            Ok(key) => key,
            Err(error) => {
                tracing::warn!(%error, "a published key cannot be read and is left out");
                continue;
            }
        };
        match key.verification() {
            Ok(key) => keys.push(key),
            Err(reason) => {
                tracing::info!(kid = %key.kid.escape_debug(), reason, "a published key is left out");
            }
        }
    }
    keys.retain(|key| {
        let is_alone = ids.get(&key.key_id) == Some(&1);
        if !is_alone {
            tracing::warn!(kid = %key.key_id, "several published keys have this id, none is taken");
        }
        is_alone
    });
    Ok(keys)
}

impl PublishedKey {
    /// The key with its algorithm, or why we do not take it.
    fn verification(&self) -> Result<VerificationKey, &'static str> {
        if !is_plain_key_id(&self.kid) {
            return Err("its id is not printable or too long");
        }
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err("it is not for signatures");
        }
        let verifies = |operations: &Vec<String>| operations.iter().any(|one| one == "verify");
        if !self.operations.as_ref().is_none_or(verifies) {
            return Err("it is not for verifying");
        }
        let (algorithm, key) = match (self.kty.as_str(), self.alg.as_deref()) {
            ("RSA", None | Some("RS256")) => (SigningAlgorithm::Rs256, self.rsa()?),
            ("RSA", Some("PS256")) => (SigningAlgorithm::Ps256, self.rsa()?),
            ("EC", None | Some("ES256")) => (SigningAlgorithm::Es256, self.p256()?),
            ("OKP", None | Some("EdDSA" | "Ed25519")) => (SigningAlgorithm::EdDsa, self.ed25519()?),
            ("RSA" | "EC" | "OKP", Some(_)) => return Err("its algorithm is none of ours"),
            _ => return Err("it is of no kind that signs tokens for us"),
        };
        VerificationKey::new(self.kid.clone(), algorithm, key)
            .map_err(|_| "it does not fit its algorithm")
    }

    fn rsa(&self) -> Result<DecodingKey, &'static str> {
        let (modulus, exponent) = (self.n.as_deref(), self.e.as_deref());
        let (Some(modulus), Some(exponent)) = (modulus, exponent) else {
            return Err("its modulus or exponent is missing");
        };
        let bytes = URL_SAFE_NO_PAD
            .decode(modulus)
            .map_err(|_| "its modulus is not base64url")?;
        let leading = bytes.iter().take_while(|byte| **byte == 0).count();
        let first = bytes
            .get(leading)
            .map_or(8, |byte| byte.leading_zeros() as usize);
        let bits = ((bytes.len() - leading) * 8).saturating_sub(first);
        if !(SHORTEST..=LONGEST).contains(&bits) {
            return Err("its modulus is too short or too long");
        }
        DecodingKey::from_rsa_components(modulus, exponent).map_err(|_| "it is no RSA key")
    }

    fn p256(&self) -> Result<DecodingKey, &'static str> {
        match (self.crv.as_deref(), &self.x, &self.y) {
            (Some("P-256"), Some(x), Some(y)) => {
                DecodingKey::from_ec_components(x, y).map_err(|_| "it is no point of P-256")
            }
            _ => Err("it is not of the curve P-256"),
        }
    }

    fn ed25519(&self) -> Result<DecodingKey, &'static str> {
        match (self.crv.as_deref(), &self.x) {
            (Some("Ed25519"), Some(x)) => {
                DecodingKey::from_ed_components(x).map_err(|_| "it is no Ed25519 key")
            }
            _ => Err("it is not of the curve Ed25519"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn taken(key: &Value) -> Vec<String> {
        let set = json!({"keys": [key]}).to_string();
        let keys = read(set.as_bytes()).unwrap();
        keys.into_iter()
            .map(|key| format!("{} {}", key.key_id, key.algorithm.name()))
            .collect()
    }

    fn ed25519(changes: &Value) -> Value {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X});
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    }

    #[test]
    fn a_key_is_taken_for_the_one_thing_it_is_for() {
        for (changes, expected) in [
            (json!({}), &["k EdDSA"][..]),
            (
                json!({"use": "sig", "alg": "EdDSA", "key_ops": ["verify"], "x5t": 1}),
                &["k EdDSA"],
            ),
            (json!({"alg": "Ed25519"}), &["k EdDSA"]),
            (json!({"use": "enc"}), &[]),
            (json!({"key_ops": ["encrypt"]}), &[]),
            (json!({"key_ops": []}), &[]),
            (json!({"alg": "HS256"}), &[]),
            (json!({"alg": "RS256"}), &[]),
            (json!({"kty": "oct", "k": X}), &[]),
            (json!({"kty": "oct", "alg": "EdDSA", "k": X}), &[]),
            (json!({"kty": "EC"}), &[]),
            (json!({"crv": "X25519"}), &[]),
            (json!({"kid": "a\nb"}), &[]),
            (json!({"kid": "x".repeat(129)}), &[]),
            (json!({"kid": 1}), &[]),
            (json!({"x": "AA="}), &[]),
        ] {
            assert_eq!(taken(&ed25519(&changes)), expected, "{changes}");
        }
    }

    #[test]
    fn an_rsa_key_is_long_enough_and_has_one_padding() {
        let modulus =
            |bytes: usize| URL_SAFE_NO_PAD.encode([&[0xc1], &vec![0x11; bytes - 1][..]].concat());
        let key = |bytes: usize, alg: Value| json!({"kty": "RSA", "kid": "r", "e": "AQAB", "n": modulus(bytes), "alg": alg});
        assert_eq!(taken(&key(256, Value::Null)), ["r RS256"]);
        assert_eq!(taken(&key(256, json!("PS256"))), ["r PS256"]);
        assert!(taken(&key(255, json!("RS256"))).is_empty());
        assert!(taken(&key(1025, json!("RS256"))).is_empty());
        assert!(taken(&key(256, json!("RS512"))).is_empty());
        // Zeros in front make no key longer.
        let padded = URL_SAFE_NO_PAD.encode([&[0; 128][..], &[0xc1; 128]].concat());
        assert!(taken(&json!({"kty": "RSA", "kid": "r", "e": "AQAB", "n": padded})).is_empty());
    }

    #[test]
    fn of_keys_with_one_id_none_is_taken() {
        let (one, other) = (ed25519(&json!({})), ed25519(&json!({"kid": "other"})));
        let set = json!({"keys": [one, one, other, 7, {"kty": "oct", "kid": "s", "k": "AA"}]})
            .to_string();
        let keys = read(set.as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].key_id, "other");
        // One that cannot be read, or that stands too far behind to be looked at, has its id all the same.
        let key = ed25519(&json!({}));
        let unreadable = json!({"keys": [key, {"kty": 7, "kid": "k"}]}).to_string();
        assert!(read(unreadable.as_bytes()).unwrap().is_empty());
        let mut many = vec![key.clone()];
        many.resize(KEYS, ed25519(&json!({"kid": "x"})));
        many.push(key);
        let many = json!({"keys": many}).to_string();
        assert!(read(many.as_bytes()).unwrap().is_empty());
        assert!(read(b"[]").is_err() && read(b"{\"keys\": {}}").is_err());
    }
}
