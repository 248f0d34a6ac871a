//! One key per data directory, for its owner alone.

use std::os::unix::fs::PermissionsExt as _;
use std::{fs, thread};

use actix_web::http::header::HeaderValue;
use time::macros::datetime;

use super::super::Unauthenticated;
use super::*;

const NOW: OffsetDateTime = datetime!(2026-05-04 12:00 UTC);
const AUDIENCE: &str = "fallbuch";

#[test]
fn the_key_is_made_once_and_for_the_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let tokens: Vec<String> = thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    DevelopmentIssuer::open(&data, NOW)
                        .unwrap()
                        .sign("s", AUDIENCE, NOW, Duration::HOUR)
                        .unwrap()
                })
            })
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    // Ed25519 is deterministic: the same key signs the same token.
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    let names: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["development-issuer.pk8"]);
    let mode = fs::metadata(data.join("development-issuer.pk8"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let issuer = DevelopmentIssuer::open(&data, NOW).unwrap();
    let verifier = TokenVerifier::new(vec![issuer.issuer().unwrap()], AUDIENCE.to_owned());
    let line = HeaderValue::from_str(&format!("Bearer {}", tokens[0])).unwrap();
    let identity = verifier.verify_known([&line], NOW).unwrap();
    assert_eq!(
        (identity.issuer(), identity.subject()),
        (DEVELOPMENT_ISSUER, "s")
    );
    assert_eq!(
        verifier.verify_known([&line], NOW + Duration::hours(2)),
        Err(Unauthenticated::Expired)
    );
}

#[test]
fn exposed_and_broken_key_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("development-issuer.pk8");
    fs::write(&path, b"no key").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        DevelopmentIssuer::open(directory.path(), NOW),
        Err(DevelopmentIssuerError::Exposed(_))
    ));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(
        DevelopmentIssuer::open(directory.path(), NOW),
        Err(DevelopmentIssuerError::NotAKey(_))
    ));
}
