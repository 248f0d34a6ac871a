//! The body of a command, read within bounds and held against the contract's own schema.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::BytesMut;
use fallbuch_persistence::{Handling, IdempotencyKey as StoredKey};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NoQuery;
use crate::body_schema::BodySchemas;
use crate::dry_run::{Purpose, without_purpose};
use crate::etag::IfMatch;
use crate::idempotency_key::IdempotencyKey;
use crate::prefer;
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::strict_json::{self, StrictJsonError};
use crate::violation::{Violation, ViolationCode};

/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// What an operation takes beyond its address.
pub(crate) trait Input: Sized + 'static {
    /// Whether it is a command, which is decided on the newest state in any case.
    const IS_COMMAND: bool;

    /// The parameters that go with it, beside the operation's own.
    type Query: super::Query;

    /// Reads it; `query` is none if the query cannot be read. Adds what is wrong to `violations` and is then none.
    ///
    /// # Errors
    /// The problem that is none of single violations: no JSON, too large, another media type.
    async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        query: Option<Self::Query>,
        schemas: &BodySchemas,
        violations: &mut Vec<Violation>,
    ) -> Result<Option<Self>, Problem>;
}

/// Nothing: what a read takes.
impl Input for () {
    const IS_COMMAND: bool = false;

    type Query = NoQuery;

    async fn read(
        _: &HttpRequest,
        _: &mut Payload,
        _: Option<NoQuery>,
        _: &BodySchemas,
        _: &mut Vec<Violation>,
    ) -> Result<Option<Self>, Problem> {
        Ok(Some(()))
    }
}

/// A command's body with the headers that go with it.
pub(crate) struct Command<B> {
    /// The body.
    pub(crate) body: B,
    /// The version the command was made on, as the client says.
    pub(crate) if_match: Option<IfMatch>,
    /// How warnings are handled.
    pub(crate) handling: Handling,
    /// None if the command is only to be validated.
    key: Option<IdempotencyKey>,
    /// Method, path, query and canonical body.
    request: [Vec<u8>; 4],
}

impl<B> Command<B> {
    /// Whether the command is only to be validated.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.key.is_none()
    }

    /// The key as the store keeps it; `fingerprint` is the store's HMAC. None if the command is only to be validated.
    pub(crate) fn key(&self, fingerprint: impl Fn(&[&[u8]]) -> Vec<u8>) -> Option<StoredKey> {
        let key = self.key.as_ref()?;
        let parts: Vec<&[u8]> = self.request.iter().map(Vec::as_slice).collect();
        Some(StoredKey {
            key: key.as_str().to_owned(),
            fingerprint: fingerprint(&parts),
        })
    }

    /// The key of one part of a command that is carried out part by part: of what is `said` about the thing with this
    /// id. No client's own key is like it, as a line break stands in none.
    pub(crate) fn key_of(
        &self,
        (thing, said): (Uuid, &[u8]),
        fingerprint: impl Fn(&[&[u8]]) -> Vec<u8>,
    ) -> Option<StoredKey> {
        let key = self.key.as_ref()?;
        let [method, path, query, _] = &self.request;
        Some(StoredKey {
            key: format!("{}\n{thing}", key.as_str()),
            fingerprint: fingerprint(&[method, path, query, said]),
        })
    }
}

impl<B: DeserializeOwned + ToSchema + 'static> Input for Command<B> {
    const IS_COMMAND: bool = true;

    type Query = Purpose;

    async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        purpose: Option<Purpose>,
        schemas: &BodySchemas,
        violations: &mut Vec<Violation>,
    ) -> Result<Option<Self>, Problem> {
        let headers = request.headers();
        json_is_sent(request)?;
        let key = IdempotencyKey::read(headers);
        let if_match = IfMatch::read(headers).unwrap_or_else(|violation| {
            violations.push(violation);
            None
        });
        let bytes = bytes(payload).await?;
        let (value, found) = match strict_json::read_all(&bytes) {
            Ok(read) => read,
            Err(StrictJsonError::Malformed(violation)) => {
                return Err(Problem::malformed_json(*violation));
            }
            Err(StrictJsonError::Invalid(found)) => (Value::Null, found),
        };
        violations.extend(found);
        if value.is_object() {
            let name: Cow<'static, str> = B::name();
            let found = schemas
                .validate(&name, &value)
                .map_err(|error| Problem::internal(&error))?;
            violations.extend(found);
        }
        let key = match key {
            // A command that is only validated takes a key along and has no use for it.
            Ok(_) if purpose == Some(Purpose::Validate) => None,
            Ok(key) => Some(key),
            Err(missing)
                if purpose != Some(Purpose::Record) && missing.code == ViolationCode::Missing =>
            {
                None
            }
            // With nothing else wrong, a missing key has a code of its own.
            Err(missing) if violations.is_empty() && missing.code == ViolationCode::Missing => {
                return Err(Problem::missing_key(missing));
            }
            Err(violation) => {
                violations.push(violation);
                return Ok(None);
            }
        };
        if !violations.is_empty() {
            return Ok(None);
        }
        let parts = [
            request.method().as_str().as_bytes().to_vec(),
            request.path().as_bytes().to_vec(),
            without_purpose(request.query_string()).into_bytes(),
            canonical(&value).map_err(|error| Problem::internal(&error))?,
        ];
        let body = serde_json::from_value(value).map_err(|error| Problem::internal(&error))?;
        Ok(Some(Self {
            body,
            if_match,
            handling: prefer::handling(headers),
            key,
            request: parts,
        }))
    }
}

/// The value with its members in order: two spellings of one body are one request.
fn canonical(value: &Value) -> Result<Vec<u8>, serde_json::Error> {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|left, right| left.0.cmp(right.0));
                members
                    .into_iter()
                    .map(|(name, value)| (name.clone(), sorted(value)))
                    .collect()
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    serde_json::to_vec(&sorted(value))
}

/// 415 unless the body is said to be JSON in UTF-8 and not encoded (RFC 9110 §8.4).
fn json_is_sent(request: &HttpRequest) -> Result<(), Problem> {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(ProblemCode::UnsupportedMediaType));
    }
    let mut types = request
        .headers()
        .get_all(CONTENT_TYPE)
        .map(|value| value.to_str());
    let (Some(Ok(sent)), None) = (types.next(), types.next()) else {
        return Err(Problem::new(ProblemCode::UnsupportedMediaType));
    };
    let mut parts = sent.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts
        .next()
        .is_some_and(|media| media == "application/json");
    let utf8 =
        parts.all(|parameter| matches!(parameter.as_str(), "charset=utf-8" | "charset=\"utf-8\""));
    if json && utf8 {
        Ok(())
    } else {
        Err(Problem::new(ProblemCode::UnsupportedMediaType))
    }
}

async fn bytes(payload: &mut Payload) -> Result<BytesMut, Problem> {
    let all = async {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(ProblemCode::MalformedJson))?;
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(Problem::new(ProblemCode::PayloadTooLarge));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(BODY_TIMEOUT, all)
        .await
        .unwrap_or_else(|_| Err(Problem::new(ProblemCode::RequestTimeout)))
}
