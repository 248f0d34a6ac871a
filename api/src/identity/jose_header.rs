//! The header of a token (RFC 7515 §4), read before anything in it is believed.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Unauthenticated;

/// How long a `kid` may be, in bytes.
const MAX_KEY_ID: usize = 128;

/// What a token says about its signature.
#[derive(Debug)]
pub(super) struct JoseHeader {
    /// The id of the key, printable and at most 128 bytes.
    pub(super) key_id: String,
    /// The name of the algorithm.
    pub(super) algorithm: String,
}

/// The members we look at. The last four bring a key or a demand along and are refused whatever
/// they hold.
#[derive(Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether its own member stands there"
)]
struct Members {
    alg: String,
    kid: String,
    typ: String,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    jku: bool,
    #[serde(default, deserialize_with = "present")]
    x5u: bool,
    #[serde(default, deserialize_with = "present")]
    jwk: bool,
}

/// A member that stands there counts, even if it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Whether a key's id is printable and not too long.
pub(super) fn is_plain_key_id(key_id: &str) -> bool {
    (1..=MAX_KEY_ID).contains(&key_id.len()) && key_id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl JoseHeader {
    /// Reads a decoded header.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unauthenticated> {
        let members: Members =
            serde_json::from_slice(bytes).map_err(|_| Unauthenticated::Header)?;
        let brings_key_or_demand = members.crit || members.jku || members.x5u || members.jwk;
        let is_token = ["JWT", "at+jwt", "application/at+jwt"]
            .iter()
            .any(|known| members.typ.eq_ignore_ascii_case(known));
        if brings_key_or_demand || !is_token || !is_plain_key_id(&members.kid) {
            return Err(Unauthenticated::Header);
        }
        Ok(Self {
            key_id: members.kid,
            algorithm: members.alg,
        })
    }
}
