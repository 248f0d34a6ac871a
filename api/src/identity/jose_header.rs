//! The header of a token (RFC 7515 §4), read before anything in it is believed.

use serde::Deserialize;
use serde_json::{Map, Value};

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

/// Members that bring a key along, demand something, or say that the claims are to be read in another way. None may
/// stand there, whatever it holds.
const REFUSED: [&str; 10] = [
    "crit", "jku", "jwk", "x5c", "x5u", "b64", "cty", "enc", "epk", "zip",
];

/// The members we look at.
#[derive(Deserialize)]
struct Members {
    alg: String,
    kid: String,
    typ: String,
    #[serde(flatten)]
    others: Map<String, Value>,
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
        let is_plain = !REFUSED
            .iter()
            .any(|name| members.others.contains_key(*name));
        let is_token = ["JWT", "at+jwt", "application/at+jwt"]
            .iter()
            .any(|known| members.typ.eq_ignore_ascii_case(known));
        if !is_plain || !is_token || !is_plain_key_id(&members.kid) {
            return Err(Unauthenticated::Header);
        }
        Ok(Self {
            key_id: members.kid,
            algorithm: members.alg,
        })
    }
}
