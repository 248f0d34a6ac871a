//! A real OpenID provider in a process of its own: `tests/openid-provider/provider.mjs`, run by Node.js.
//!
//! Invariant: it does not outlive the test. A value that is dropped kills it; if the test's process ends without that,
//! the provider sees the end of its standard input.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// How long a start may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// What to do if it does not start.
const HINT: &str = "the OpenID provider does not start; `make test` installs Node.js and its packages, \
                    `npm ci --prefix tests/openid-provider` the packages alone";

/// What the provider says of itself.
#[derive(Deserialize)]
struct Said {
    issuer: String,
    client: String,
    secret: String,
}

/// A provider on this machine, as long as the value lives.
pub(crate) struct Provider {
    said: Said,
    options: &'static [&'static str],
    child: Child,
    http: reqwest::Client,
}

impl Provider {
    /// One whose keys say which algorithm they are for.
    pub(crate) fn start() -> Self {
        Self::at("0", &[])
    }

    /// One whose keys leave that open as far as they may.
    pub(crate) fn start_unnamed() -> Self {
        Self::at("0", &["unnamed"])
    }

    /// Ends it, and starts it at the same address with other keys.
    pub(crate) fn restart(mut self) -> Self {
        self.stop();
        let (_, port) = self.said.issuer.rsplit_once(':').unwrap();
        Self::at(port, self.options)
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its address, which is its `iss`.
    pub(crate) fn issuer(&self) -> &str {
        &self.said.issuer
    }

    /// The one client it knows, which is the `sub` of its tokens.
    pub(crate) fn client(&self) -> &str {
        &self.said.client
    }

    /// A token for the client, meant for this audience and signed so.
    pub(crate) async fn token(&self, audience: &str, algorithm: &str) -> String {
        let resource = format!("&resource=urn:example:{audience}:{algorithm}");
        self.granted(&resource).await
    }

    /// A token that means something to the provider alone.
    pub(crate) async fn opaque_token(&self) -> String {
        self.granted("").await
    }

    async fn granted(&self, resource: &str) -> String {
        let document = format!("{}/.well-known/openid-configuration", self.said.issuer);
        let document: Value = answer(self.http.get(document)).await;
        let request = self
            .http
            .post(document["token_endpoint"].as_str().unwrap())
            .basic_auth(&self.said.client, Some(&self.said.secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=client_credentials{resource}"));
        let granted = answer(request).await;
        granted["access_token"].as_str().unwrap().to_owned()
    }

    fn at(port: &str, options: &'static [&'static str]) -> Self {
        let mut errors = tempfile::tempfile().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openid-provider");
        let program = node();
        let child = Command::new(&program)
            .arg(folder.join("provider.mjs"))
            .arg(port)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().unwrap())
            .spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{HINT}\n{}: {error}", program.display()));
        let said = first_line(&mut child);
        let Ok(said) = serde_json::from_str(&said) else {
            // It may have ended by itself.
            let _ended = child.kill().and_then(|()| child.wait());
            panic!("{HINT}\n{said}{}", written(&mut errors));
        };
        Self {
            said,
            options,
            child,
            http: reqwest::Client::new(),
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have been stopped already; then there is nothing left to kill.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Node.js as `make` finds it: what was fetched for this project alone goes before the machine's own.
fn node() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/node");
    if fetched.exists() {
        fetched
    } else {
        PathBuf::from("node")
    }
}

/// What it says first; empty if it ends or takes too long.
fn first_line(child: &mut Child) -> String {
    let output = child.stdout.take().unwrap();
    let (say, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        if BufReader::new(output).read_line(&mut line).is_ok() {
            // Nobody listens any more once the time is up.
            let _heard = say.send(line);
        }
    });
    hear.recv_timeout(PATIENCE).unwrap_or_default()
}

fn written(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}
