//! Whether a log is what the evidence format says, worked out past the product: canonical bodies,
//! their hashes, MACs from the secret by hand, dense positions and versions, heads that fit.

use std::collections::HashMap;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;

use crate::database::{ORIGIN, SECRET};
use crate::raw::{EventRecord, HeadRecord, Raw};

/// All of a store that its log is made of or follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Every event of every agency, by code and position.
    pub events: Vec<EventRecord>,
    /// The newest state of every stream.
    pub heads: Vec<HeadRecord>,
    /// The head of every agency's log, by code.
    pub lanes: Vec<(String, i64)>,
}

impl Log {
    /// What is in the database now.
    pub async fn read(raw: &Raw) -> Self {
        let (events, heads, lanes) = raw.contents().await;
        Self {
            events,
            heads,
            lanes,
        }
    }

    /// Holds the whole log against the format.
    ///
    /// # Errors
    /// The first thing that does not fit, as a sentence.
    pub fn verify(&self) -> Result<(), String> {
        let mut verified = Verified::default();
        verified.follow(&self.events)?;
        for (code, head) in &self.lanes {
            verified.ends_at(code, *head)?;
        }
        let heads: HashMap<_, _> = self
            .heads
            .iter()
            .map(|head| (head.stream_id, (head.version, head.last_position)))
            .collect();
        if heads == verified.versions {
            Ok(())
        } else {
            Err("the newest states are not at the log's versions".to_owned())
        }
    }
}

/// How far a log was held against the format: a log that grows is verified piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Of each agency, by code: its last position and instant.
    positions: HashMap<String, (i64, i64)>,
    /// Of each stream: its last version and that event's position.
    versions: HashMap<Uuid, (i64, i64)>,
}

impl Verified {
    /// Holds the events that follow against the format, and against those before them.
    ///
    /// # Errors
    /// The first thing that does not fit, as a sentence.
    pub fn follow(&mut self, events: &[EventRecord]) -> Result<(), String> {
        for event in events {
            let at = format!("{} {}", event.code, event.position);
            let (position, recorded_at) = self.positions.entry(event.code.clone()).or_default();
            if event.position != *position + 1 {
                return Err(format!("{at}: follows position {position}"));
            }
            if event.recorded_at < *recorded_at {
                return Err(format!("{at}: recorded before the one before it"));
            }
            (*position, *recorded_at) = (event.position, event.recorded_at);
            let (version, last_position) = self.versions.entry(event.stream_id).or_default();
            if event.version != *version + 1 {
                return Err(format!("{at}: follows version {version} of its stream"));
            }
            (*version, *last_position) = (event.version, event.position);
            evidence(event).map_err(|error| format!("{at}: {error}"))?;
        }
        Ok(())
    }

    /// Holds an agency's lane against where its log has ended.
    ///
    /// # Errors
    /// If it is elsewhere.
    pub fn ends_at(&self, code: &str, head: i64) -> Result<(), String> {
        let reached = self.position(code);
        if reached == head {
            Ok(())
        } else {
            Err(format!("{code}: lane at {head}, log at {reached}"))
        }
    }

    /// The agency's last position so far.
    #[must_use]
    pub fn position(&self, code: &str) -> i64 {
        self.positions
            .get(code)
            .map_or(0, |(position, _)| *position)
    }
}

/// Body, hash and MAC of one event.
fn evidence(event: &EventRecord) -> Result<(), String> {
    let hash = digest::digest(&digest::SHA256, &event.body);
    require(hash.as_ref() == event.body_hash, "another body hash")?;
    let body: Value = serde_json::from_slice(&event.body).map_err(|error| error.to_string())?;
    let canonical = serde_json_canonicalizer::to_vec(&body).map_err(|error| error.to_string())?;
    require(canonical == event.body, "the body is not canonical")?;
    members(event, &body)?;
    let entry = format!(
        "fallbuch/v1\n{}\n{}\n{}\n",
        event.stream_id,
        event.version,
        STANDARD.encode(hash)
    );
    let origin = format!("{ORIGIN}/{}", event.code);
    let tagged = format!("{origin}\n{}\n{entry}", event.position);
    let key = derived(&format!("fallbuch mac {origin}"));
    require(hmac(&key, tagged.as_bytes()) == event.mac, "another MAC")
}

/// The body's members against the columns, and against the list of the format.
fn members(event: &EventRecord, body: &Value) -> Result<(), String> {
    const NEEDED: [&str; 13] = [
        "actor",
        "command_id",
        "correlation_id",
        "data",
        "id",
        "occurred_on",
        "position",
        "recorded_at",
        "salt",
        "schema",
        "stream",
        "type",
        "version",
    ];
    const OPTIONAL: [&str; 3] = ["causation_id", "reason", "subjects"];
    let object = body.as_object().ok_or("no object")?;
    for name in NEEDED {
        require(object.contains_key(name), &format!("no {name}"))?;
    }
    for (name, value) in object {
        let known = NEEDED.contains(&name.as_str()) || OPTIONAL.contains(&name.as_str());
        require(known && !value.is_null(), &format!("{name} in the body"))?;
    }
    let columns = [
        ("position", Value::from(event.position)),
        ("version", Value::from(event.version)),
        ("type", Value::from(event.event_type.clone())),
        ("command_id", Value::from(event.command_id.to_string())),
    ];
    for (name, value) in columns {
        require(
            object[name] == value,
            &format!("another {name} in the column"),
        )?;
    }
    let stream = &object["stream"];
    let same = stream["id"] == event.stream_id.to_string() && stream["kind"] == event.stream_kind;
    require(same, "another stream in the column")?;
    let recorded_at = object["recorded_at"].as_str().unwrap_or_default();
    require(
        recorded_at.len() == "2015-09-01T08:30:00.000000Z".len() && recorded_at.ends_with('Z'),
        "recorded_at has not six digits",
    )?;
    let salt = URL_SAFE_NO_PAD.decode(object["salt"].as_str().unwrap_or_default());
    require(salt.is_ok_and(|salt| salt.len() == 16), "no 128-bit salt")
}

/// HKDF-SHA-256 (RFC 5869) by its two steps: an empty salt is 32 zero bytes, one block is 32 bytes.
fn derived(info: &str) -> Vec<u8> {
    let extracted = hmac(&[0; 32], &SECRET);
    hmac(&extracted, &[info.as_bytes(), &[1]].concat())
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message).as_ref().to_vec()
}

fn require(holds: bool, error: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(error.to_owned()) }
}
