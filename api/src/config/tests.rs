use clap::Parser as _;

use super::*;

fn config(bind: &str, metrics: &[&str]) -> Config {
    let line = ["fallbuch", "serve", "--bind", bind];
    CommandLine::parse_from(line.iter().chain(metrics)).config
}

#[test]
fn metrics_are_told_nowhere_by_default() {
    let config = config("127.0.0.1:8080", &[]);
    assert_eq!(config.metrics_address().unwrap(), None);
}

#[test]
fn metrics_have_an_address_of_their_own() {
    for (bind, metrics) in [
        ("127.0.0.1:8080", "127.0.0.1:9090"),
        ("127.0.0.1:8080", "127.0.0.2:8080"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("[::1]:8080", "127.0.0.1:8080"),
    ] {
        let address = config(bind, &["--metrics-bind", metrics]).metrics_address();
        assert_eq!(address.unwrap(), Some(metrics.parse().unwrap()));
    }
    for (bind, metrics) in [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("0.0.0.0:8080", "127.0.0.1:8080"),
        ("127.0.0.1:8080", "0.0.0.0:8080"),
        ("[::]:8080", "0.0.0.0:8080"),
    ] {
        let address = config(bind, &["--metrics-bind", metrics]).metrics_address();
        let error = address.unwrap_err().to_string();
        assert!(error.contains("FALLBUCH_METRICS_BIND"), "{error}");
    }
}

fn shown(line: &[&str]) -> String {
    let line = ["fallbuch", "config", "show"].iter().chain(line);
    show(line.map(std::ffi::OsString::from)).unwrap()
}

#[test]
fn the_effective_configuration_is_shown_without_its_secrets() {
    let secret = "0123456789abcdef0123456789abcdef";
    let url = "postgres://somebody:hidden@db.example.org:5432/fallbuch";
    let text = shown(&[
        "--secret",
        secret,
        "--database-url",
        url,
        "--rate-limit",
        "9",
    ]);
    for line in [
        "FALLBUCH_SECRET=[set, not shown] (command line)",
        "FALLBUCH_DATABASE_URL=[PostgreSQL, fallbuch on db.example.org:5432] (command line)",
        "FALLBUCH_RATE_LIMIT=\"9\" (command line)",
        "FALLBUCH_STATEMENT_TIMEOUT=\"30\" (default)",
        "FALLBUCH_OWNER_DATABASE_URL=not set (default)",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    for hidden in [secret, "hidden", "somebody"] {
        assert!(!text.contains(hidden), "{text}");
    }
    // What cannot be read as an address is not shown either.
    assert!(!shown(&["--database-url", "hidden"]).contains("hidden"));
}

#[test]
fn every_setting_that_can_hold_a_secret_is_hidden_and_can_come_from_a_file() {
    use clap::{Args as _, Command};
    let command = Config::augment_args(Command::new("settings"));
    let ids: Vec<_> = command
        .get_arguments()
        .map(|one| one.get_id().to_string())
        .collect();
    for setting in command.get_arguments() {
        let id = setting.get_id().as_str();
        let holds = id.ends_with("_url") || id == "secret";
        assert_eq!(setting.is_hide_env_values_set(), holds, "{id}");
        assert!(!holds || ids.contains(&format!("{id}_file")), "{id}");
    }
}

#[test]
fn a_database_is_found_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://a:b@c/d\n").unwrap();
    let mut config = config("127.0.0.1:8080", &[]);
    config.database_url_file = Some(path);
    assert_eq!(
        config.database().unwrap().to_string(),
        "PostgreSQL, d on c:5432"
    );
    config.projector_database_url_file = Some(folder.path().join("nothing"));
    assert!(
        config
            .projector_database()
            .unwrap_err()
            .to_string()
            .contains("nothing")
    );
}

#[test]
fn a_contact_is_an_address_on_one_line() {
    assert!(super::contact("mailto:security@example.org").is_ok());
    assert!(super::contact("security@example.org").is_err());
    assert!(super::contact("https://a\nExpires: never").is_err());
}
