//! Where an issuer's keys come from: made here, a file, or the issuer itself by OpenID Connect Discovery.
//!
//! Invariant: what is fetched is bounded in time and size, comes over TLS unless it is on this machine, follows no
//! redirect, and is believed only from a document that names the very issuer that was configured.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Deserialize;

use super::issuer::VerificationKey;
use super::jwks::{self, NotAKeySet};

/// How long one answer may take, whole.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long a document may be, in bytes.
const LONGEST: usize = 256 * 1024;

/// Where keys come from.
pub(crate) enum KeySource {
    /// The keys are known and never change.
    Fixed,
    /// A JSON Web Key Set in a file, read again when a token names a key that is not known.
    File(PathBuf),
    /// OpenID Connect Discovery 1.0 at the issuer's address.
    Discovery {
        /// The issuer, and the address below which its document is.
        issuer: String,
        /// The client that asks.
        client: Client,
    },
}

/// The keys cannot be had now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysUnavailable {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The issuer cannot be reached, or answers otherwise.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The address is none, or goes elsewhere unencrypted.
    #[error("{0} is no address to fetch keys from: https is needed, or this machine")]
    Address(String),
    /// The document is of another issuer.
    #[error("the document names the issuer {0:?}")]
    OtherIssuer(String),
    /// A document is too long.
    #[error("{0} answers more than {LONGEST} bytes")]
    TooLong(String),
    /// The document cannot be read.
    #[error("the issuer's document: {0}")]
    Document(#[from] serde_json::Error),
    /// The set of keys cannot be read.
    #[error(transparent)]
    KeySet(#[from] NotAKeySet),
}

/// What we read of an issuer's document (OpenID Connect Discovery 1.0 §3).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

impl KeySource {
    /// Discovery at an issuer's own address.
    ///
    /// # Errors
    /// If the address is none to fetch keys from.
    pub(crate) fn discovery(issuer: &str) -> Result<Self, KeysUnavailable> {
        address(issuer)?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .build()?;
        Ok(Self::Discovery {
            issuer: issuer.to_owned(),
            client,
        })
    }

    /// Whether asking again can bring other keys.
    pub(super) fn can_change(&self) -> bool {
        !matches!(self, Self::Fixed)
    }

    /// The keys as they are now.
    pub(super) async fn load(&self) -> Result<Vec<VerificationKey>, KeysUnavailable> {
        let bytes = match self {
            Self::Fixed => return Ok(Vec::new()),
            Self::File(path) => {
                tokio::fs::read(path)
                    .await
                    .map_err(|source| KeysUnavailable::File {
                        path: path.clone(),
                        source,
                    })?
            }
            Self::Discovery { issuer, client } => {
                let place = issuer.trim_end_matches('/');
                let place = format!("{place}/.well-known/openid-configuration");
                let document: Document = serde_json::from_slice(&fetch(client, &place).await?)?;
                if document.issuer != *issuer {
                    return Err(KeysUnavailable::OtherIssuer(document.issuer));
                }
                // Who is elsewhere has no business on this machine.
                let is_elsewhere = address(issuer)?.scheme() == "https";
                if is_elsewhere && address(&document.jwks_uri)?.scheme() != "https" {
                    return Err(KeysUnavailable::Address(document.jwks_uri));
                }
                fetch(client, &document.jwks_uri).await?
            }
        };
        Ok(jwks::read(&bytes)?)
    }
}

async fn fetch(client: &Client, place: &str) -> Result<Vec<u8>, KeysUnavailable> {
    let request = client
        .get(address(place)?)
        .header("accept", "application/json");
    let mut answer = request.send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(KeysUnavailable::TooLong(place.to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The address, if keys may be fetched from it.
fn address(place: &str) -> Result<Url, KeysUnavailable> {
    let refused = || KeysUnavailable::Address(place.to_owned());
    let url = Url::parse(place).map_err(|_| refused())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" if is_bare => Ok(url),
        "http" if is_bare && is_here => Ok(url),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for good in [
            "https://login.example.org/realms/a",
            "http://127.0.0.1:9000",
            "http://[::1]:1/x",
            "http://localhost:8080",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://login.example.org",
            "http://10.0.0.1",
            "ftp://login.example.org",
            "login.example.org",
            "",
            "https://user:word@login.example.org",
            "file:///etc/passwd",
            "http://127.0.0.1.example.org",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
