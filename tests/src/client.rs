//! A client over HTTP that says no more than it is told to.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

/// Somebody who calls the server, with or without a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A request that was not sent yet.
#[derive(Clone, Debug)]
pub struct Pending {
    http: reqwest::Client,
    url: String,
    method: Method,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Client {
    pub(crate) fn new(http: reqwest::Client, base: String) -> Self {
        Self {
            http,
            base,
            token: None,
        }
    }

    /// The same client with this bearer token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client at another server.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// Where the server is, such as `http://127.0.0.1:40001`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same client with connections of its own.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            http: reqwest::Client::new(),
            ..self.clone()
        }
    }

    /// A GET of `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Pending {
        self.request(Method::GET, path)
    }

    /// A POST of `body` to `path`, with an Idempotency-Key that was never used.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Pending {
        let bytes = serde_json::to_vec(body).expect("a value is JSON");
        self.request(Method::POST, path)
            .key(&fresh_key())
            .raw_body(bytes, "application/json")
    }

    /// A request of any method; the caller adds the rest.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Pending {
        let pending = Pending {
            http: self.http.clone(),
            url: format!("{}{path}", self.base),
            method,
            headers: Vec::new(),
            body: None,
        };
        match &self.token {
            Some(token) => pending.header("authorization", &format!("Bearer {token}")),
            None => pending,
        }
    }
}

impl Pending {
    /// The version the command is made on, as the header says it: `"7"`, `*`.
    #[must_use]
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    /// The Idempotency-Key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// A header, in place of one of the same name.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.without_header(name).further_header(name, value)
    }

    /// A header of any bytes, beside those of the same name.
    #[must_use]
    pub fn further_header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The request without this header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// The request with this at the end of its query.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.url
            .push(if self.url.contains('?') { '&' } else { '?' });
        self.url.push_str(query);
        self
    }

    /// A body of any kind; an empty content type sends none.
    #[must_use]
    pub fn raw_body(mut self, bytes: impl Into<Vec<u8>>, content_type: &str) -> Self {
        self.body = Some(bytes.into());
        if content_type.is_empty() {
            self.without_header(CONTENT_TYPE.as_str())
        } else {
            self.header(CONTENT_TYPE.as_str(), content_type)
        }
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the server answers")
    }

    /// Sends it to a server that may be gone before it has answered.
    ///
    /// # Errors
    /// If no whole answer came back; whether the request was carried out is not known then.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        Ok(Answer {
            status,
            headers,
            bytes: bytes.to_vec(),
        })
    }
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.bytes);
        parsed.unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer itself if it has this status; the test fails with the whole body otherwise.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the check alone can be enough"
    )]
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// A key that no other request of this run has.
#[must_use]
pub fn fresh_key() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("test-key-{}", MADE.fetch_add(1, Ordering::Relaxed))
}
