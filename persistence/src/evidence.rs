//! What makes the log provable: body hash, entry, and the MAC under the application's secret.
//!
//! ```text
//! entry = "fallbuch/v1\n" stream_uuid "\n" version "\n" base64(SHA-256(body)) "\n"
//! mac   = HMAC-SHA-256(HKDF-SHA-256(secret, empty salt, "fallbuch mac " origin), origin "\n" position "\n" entry)
//! ```
//! Invariant: these formats never change; what is written today must verify for ever.

use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// The application's secret, at least 32 bytes. Never shown.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The shortest secret that is accepted, in bytes.
    pub const MIN_LENGTH: usize = 32;

    /// A secret of at least [`Self::MIN_LENGTH`] bytes; none if it is shorter.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= Self::MIN_LENGTH).then_some(Self(bytes))
    }

    /// An HMAC key for one purpose (HKDF-SHA-256, RFC 5869).
    pub(crate) fn key(&self, purpose: &str) -> Result<hmac::Key, KeyDerivation> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
        let info = [purpose.as_bytes()];
        let mut bytes = [0; 32];
        salt.extract(&self.0)
            .expand(&info, hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut bytes))
            .map_err(|_| KeyDerivation)?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key could not be derived from the secret.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a key could not be derived from the secret")]
pub struct KeyDerivation;

/// The hash and the MAC of one agency's events.
pub(crate) struct Sealer {
    origin: String,
    key: hmac::Key,
}

/// An event's evidence columns.
pub(crate) struct Evidence {
    pub(crate) body_hash: Vec<u8>,
    pub(crate) mac: Vec<u8>,
}

impl Sealer {
    /// For the agency with this origin (`<FALLBUCH_ORIGIN>/<agency code>`).
    pub(crate) fn new(secret: &Secret, origin: String) -> Result<Self, KeyDerivation> {
        let key = secret.key(&format!("fallbuch mac {origin}"))?;
        Ok(Self { origin, key })
    }

    /// The evidence of the event at `position`, which is `version` of `stream`.
    pub(crate) fn seal(&self, position: u64, stream: Uuid, version: u64, body: &[u8]) -> Evidence {
        let body_hash = digest::digest(&digest::SHA256, body).as_ref().to_vec();
        let entry = entry(stream, version, &body_hash);
        let tagged = format!("{}\n{position}\n{entry}", self.origin);
        let mac = hmac::sign(&self.key, tagged.as_bytes()).as_ref().to_vec();
        Evidence { body_hash, mac }
    }
}

/// The permanent entry of an event in its agency's Merkle log.
fn entry(stream: Uuid, version: u64, body_hash: &[u8]) -> String {
    format!(
        "fallbuch/v1\n{stream}\n{version}\n{}\n",
        STANDARD.encode(body_hash)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    const STREAM: Uuid = uuid!("0192a000-0000-7000-8000-000000000001");

    fn sealer(origin: &str) -> Sealer {
        Sealer::new(&Secret::new(vec![7; 32]).unwrap(), origin.to_owned()).unwrap()
    }

    #[test]
    fn an_entry_has_exactly_this_form() {
        let hash = digest::digest(&digest::SHA256, b"{}");
        let expected = "fallbuch/v1\n0192a000-0000-7000-8000-000000000001\n3\n\
                        RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=\n";
        assert_eq!(entry(STREAM, 3, hash.as_ref()), expected);
    }

    #[test]
    fn a_mac_binds_origin_position_stream_version_and_body() {
        let seal = |origin: &str, position, version, body: &[u8]| {
            sealer(origin).seal(position, STREAM, version, body).mac
        };
        let mac = seal("fallbuch.local/transmit", 4, 3, b"{}");
        assert_eq!(mac, seal("fallbuch.local/transmit", 4, 3, b"{}"));
        assert_ne!(mac, seal("fallbuch.local/bayern", 4, 3, b"{}"));
        assert_ne!(mac, seal("fallbuch.local/transmit", 5, 3, b"{}"));
        assert_ne!(mac, seal("fallbuch.local/transmit", 4, 4, b"{}"));
        assert_ne!(mac, seal("fallbuch.local/transmit", 4, 3, b"{ }"));
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        assert!(Secret::new(vec![0; 31]).is_none());
        assert_eq!(
            format!("{:?}", Secret::new(vec![65; 32]).unwrap()),
            "Secret(…)"
        );
    }
}
