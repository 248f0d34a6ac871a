//! What the compose file starts, started without containers: its roles by its script, its schema by its owner, its
//! server with its environment, and its health check.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use fallbuch_tests::{Cluster, binary};

/// What `.env` would hold.
const GIVEN: [(&str, &str); 5] = [
    ("POSTGRES_PASSWORD", "0a"),
    ("FALLBUCH_OWNER_PASSWORD", "0b"),
    ("FALLBUCH_APP_PASSWORD", "0c"),
    ("FALLBUCH_PROJECTOR_PASSWORD", "0d"),
    ("FALLBUCH_SECRET", "00112233445566778899aabbccddeeff"),
];

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The environment that the compose file gives a service: this file keeps to two blanks a level.
fn environment(compose: &str, service: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let (mut at, mut inside) = (String::new(), false);
    for line in compose
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        let depth = line.len() - line.trim_start().len();
        match (depth, line.trim()) {
            (2, name) => {
                name.trim_end_matches(':').clone_into(&mut at);
                inside = false;
            }
            (4, name) => inside = name == "environment:" && at == service,
            (6, pair) if inside => {
                let (name, value) = pair.split_once(": ").unwrap();
                found.insert(name.to_owned(), filled_in(value.trim_matches('"')));
            }
            _ => {}
        }
    }
    found
}

/// `${NAME:?why}` as compose would read it.
fn filled_in(value: &str) -> String {
    let mut text = value.to_owned();
    for (name, given) in GIVEN {
        if let Some(begin) = text.find(&format!("${{{name}:?")) {
            let end = begin + text[begin..].find('}').unwrap();
            text.replace_range(begin..=end, given);
        }
    }
    assert!(!text.contains("${"), "nothing is given for {text}");
    text
}

/// Programs of this project with an environment of their own, and nothing of ours.
struct Shop {
    environment: BTreeMap<String, String>,
}

impl Shop {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).env_clear().envs(&self.environment);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

fn succeeded(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

/// Ends with the value.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let killed = self.0.kill().and_then(|()| self.0.wait());
        assert!(killed.is_ok() || std::thread::panicking(), "{killed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_compose_starts_comes_up_and_is_healthy() {
    let cluster = Cluster::bare().await;
    let compose = file("docker-compose.yml");
    let address = cluster.listens_at();
    let (host, port) = address.split_once(':').unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", cluster.programs().display());

    // The image's superuser, then the script as the image runs it, once.
    let mut made = Command::new("bash");
    made.arg(root().join("docker/create-roles.sh"))
        .envs(environment(&compose, "postgres"))
        .env("PATH", path)
        .envs([("PGHOST", host), ("PGPORT", port)])
        .envs([("POSTGRES_USER", "postgres"), ("POSTGRES_DB", "postgres")]);
    succeeded(&made.output().unwrap());

    let data = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap().port();
    drop(listener);
    let of = |service: &str| {
        let mut environment = environment(&compose, service);
        for value in environment.values_mut() {
            *value = value
                .replace("postgres:5432", &address)
                .replace(":8080", &format!(":{free}"));
        }
        let folder = data.path().display().to_string();
        environment.insert("FALLBUCH_DATA_DIR".to_owned(), folder);
        Shop { environment }
    };
    let api = of("api");
    assert!(
        !api.run(&["demo"]).status.success(),
        "nothing is migrated yet"
    );
    assert!(succeeded(&of("migrate").run(&["migrate"])).contains("up to date"));
    let guide = succeeded(&api.run(&["demo"]));
    assert!(guide.contains("export TOKEN="), "{guide}");
    assert!(!api.run(&["health"]).status.success(), "nobody serves yet");

    // The insecure issuer is named in the file, and without it the server does not start on this address.
    let mut secure = of("api");
    assert_eq!(
        secure
            .environment
            .remove("FALLBUCH_INSECURE_DEV_ISSUER")
            .as_deref(),
        Some("true")
    );
    let refused = secure.run(&["serve"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("FALLBUCH_ISSUERS_FILE"));

    let mut serve = api.command(&["serve"]);
    let serve = serve.stdout(Stdio::null()).stderr(Stdio::null());
    let served = Served(serve.spawn().unwrap());
    let began = Instant::now();
    while !api.run(&["health"]).status.success() {
        assert!(began.elapsed() < Duration::from_secs(30), "never healthy");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let shown = succeeded(&api.run(&["config", "show"]));
    for (_, secret) in GIVEN.iter().filter(|(name, _)| *name == "FALLBUCH_SECRET") {
        assert!(!shown.contains(secret), "{shown}");
    }
    drop(served);
}

#[test]
fn the_image_runs_as_nobody_special_and_asks_after_its_health() {
    let image = file("Dockerfile");
    let last = image.rfind("\nFROM ").unwrap();
    let stage = &image[last..];
    for line in [
        "USER fallbuch",
        "CMD [\"fallbuch\", \"health\"]",
        "CMD [\"serve\"]",
    ] {
        assert!(stage.contains(line), "{line}");
    }
    assert!(!stage.contains("cargo"), "the last stage holds no compiler");
    let compose = file("docker-compose.yml");
    let ports: Vec<_> = compose
        .lines()
        .filter(|line| line.contains(":8080:8080"))
        .collect();
    assert!(
        ports
            .iter()
            .all(|line| line.contains("127.0.0.1:8080:8080")),
        "{ports:?}"
    );
}
