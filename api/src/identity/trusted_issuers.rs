//! The issuers that an operator trusts, as a file says.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::issuer::Issuer;
use super::key_source::KeySource;
use crate::strict_json::is_ambiguous;

/// How many issuers one server trusts.
const MOST: usize = 32;

/// Issuers to trust, checked as far as that is possible without asking them.
#[derive(Clone, Debug, Default)]
pub struct TrustedIssuers(Vec<TrustedIssuer>);

/// One issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustedIssuer {
    /// The `iss` of its tokens, exactly; without `jwks_file` also where its discovery document is.
    issuer: String,
    /// A file with its keys (JSON Web Key Set), for issuers that publish none.
    jwks_file: Option<PathBuf>,
}

/// The file of issuers cannot be used; every reason is named.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {}", .reasons.join("; "))]
pub struct IssuersError {
    path: PathBuf,
    reasons: Vec<String>,
}

impl TrustedIssuers {
    /// Reads the file: a list of `{"issuer": …, "jwks_file"?: …}`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path) -> Result<Self, IssuersError> {
        let fail = |reasons| IssuersError {
            path: path.to_owned(),
            reasons,
        };
        let bytes = std::fs::read(path).map_err(|error| fail(vec![error.to_string()]))?;
        if is_ambiguous(&bytes) {
            return Err(fail(vec![
                "it is no JSON, or a member stands twice".to_owned(),
            ]));
        }
        let issuers: Vec<TrustedIssuer> =
            serde_json::from_slice(&bytes).map_err(|error| fail(vec![error.to_string()]))?;
        let reasons = Self::reasons(&issuers);
        if reasons.is_empty() {
            Ok(Self(issuers))
        } else {
            Err(fail(reasons))
        }
    }

    fn reasons(issuers: &[TrustedIssuer]) -> Vec<String> {
        let mut reasons = Vec::new();
        if issuers.is_empty() || issuers.len() > MOST {
            reasons.push(format!(
                "it names {} issuers, 1 to {MOST} are expected",
                issuers.len()
            ));
        }
        for (index, one) in issuers.iter().enumerate() {
            let name = &one.issuer;
            if issuers[..index].iter().any(|other| other.issuer == *name) {
                reasons.push(format!("{name} stands twice"));
            }
            if name == super::DEVELOPMENT_ISSUER || name.is_empty() {
                reasons.push(format!("{name:?} is no issuer to trust"));
            }
            match &one.jwks_file {
                Some(file) => {
                    if let Err(error) = std::fs::metadata(file) {
                        reasons.push(format!("{}: {error}", file.display()));
                    }
                }
                None => {
                    if let Err(error) = KeySource::discovery(name) {
                        reasons.push(error.to_string());
                    }
                }
            }
        }
        reasons
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The issuers, whose keys are fetched when they are needed.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = Issuer> {
        self.0.iter().filter_map(|one| {
            let source = match &one.jwks_file {
                Some(file) => KeySource::File(file.clone()),
                // It was tried when the file was read.
                None => KeySource::discovery(&one.issuer)
                    .inspect_err(|error| {
                        tracing::error!(issuer = %one.issuer, %error, "an issuer is left out");
                    })
                    .ok()?,
            };
            Some(Issuer::from_source(one.issuer.clone(), source))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<TrustedIssuers, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuers.json");
        std::fs::write(&path, text).unwrap();
        TrustedIssuers::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_of_issuers_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.json");
        std::fs::write(&keys, "{}").unwrap();
        let text = serde_json::json!([
            {"issuer": "https://login.example.org/realms/a"},
            {"issuer": "urn:example:machine", "jwks_file": keys},
        ]);
        let issuers = read(&text.to_string()).unwrap();
        assert_eq!(issuers.issuers().count(), 2);
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let error = read(
            r#"[{"issuer": "http://login.example.org"}, {"issuer": "http://login.example.org"},
                {"issuer": "urn:fallbuch:development-issuer"}, {"issuer": "x", "jwks_file": "/nowhere/at/all"}]"#,
        );
        let error = error.unwrap_err();
        for part in [
            "https is needed",
            "stands twice",
            "no issuer to trust",
            "/nowhere/at/all",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
        for text in [
            "",
            "[]",
            "{}",
            r#"[{"issuer": "https://a", "issuer": "https://b"}]"#,
            r#"[{"issuer": "https://a", "keys": 1}]"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
