//! The binary with and without a second listener.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fallbuch_tests::exposition::Exposition;

/// Where the API listens, on a port that is free.
const API: &str = "127.0.0.1:0";

/// Where the metrics are told: the address tells the two listeners apart.
const METRICS: &str = "127.0.0.2:0";

/// A process that ends with the value.
struct Running {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

impl Running {
    fn serve(bind: &str, metrics: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary());
        command
            .arg("serve")
            .env("FALLBUCH_DATA_DIR", folder.path())
            .env("FALLBUCH_BIND", bind)
            .env("FALLBUCH_LOG", "warn")
            .env_remove("FALLBUCH_DATABASE_URL")
            .env_remove("FALLBUCH_METRICS_BIND")
            .stderr(Stdio::piped());
        if let Some(metrics) = metrics {
            command.env("FALLBUCH_METRICS_BIND", metrics);
        }
        let process = command.spawn().unwrap();
        Self {
            process,
            _folder: folder,
        }
    }

    /// The addresses this process listens on, as the system's tables tell.
    fn listeners(&self) -> BTreeSet<SocketAddr> {
        let own = format!("/proc/{}", self.process.id());
        let descriptors = std::fs::read_dir(format!("{own}/fd")).unwrap();
        let links = descriptors.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        let sockets: BTreeSet<_> = links
            .map(|link| link.to_string_lossy().into_owned())
            .collect();
        let mut listeners = BTreeSet::new();
        for table in ["tcp", "tcp6"] {
            let table = std::fs::read_to_string(format!("{own}/net/{table}")).unwrap();
            for line in table.lines().skip(1) {
                let columns: Vec<_> = line.split_whitespace().collect();
                let listens = columns[3] == "0A";
                if listens && sockets.contains(&format!("socket:[{}]", columns[9])) {
                    listeners.insert(address(columns[1]));
                }
            }
        }
        listeners
    }

    /// The listener with this address, once the server takes requests.
    fn listener(&self, ip: Ipv4Addr) -> SocketAddr {
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            let found = self.listeners().into_iter().find(|found| found.ip() == ip);
            if let Some(found) = found {
                return found;
            }
            assert!(Instant::now() < patience, "nobody listens on {ip}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where the API is served, once it is.
    fn api(&self) -> SocketAddr {
        let api = self.listener(Ipv4Addr::LOCALHOST);
        assert!(get(api, "/health/ready").starts_with("HTTP/1.1 200"));
        api
    }

    /// Ends it as a service manager does: whether it ended well, and what it said on the way.
    fn terminate(mut self) -> (bool, String) {
        let id = self.process.id().to_string();
        let signalled = Command::new("kill").arg(id).status();
        assert!(signalled.unwrap().success());
        self.end()
    }

    fn end(&mut self) -> (bool, String) {
        let mut said = String::new();
        let mut stderr = self.process.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (self.process.wait().unwrap().success(), said)
    }
}

/// An address as the system's tables write it.
fn address(text: &str) -> SocketAddr {
    let (ip, port) = text.split_once(':').unwrap();
    let port = u16::from_str_radix(port, 16).unwrap();
    match u32::from_str_radix(ip, 16) {
        Ok(ip) => (Ipv4Addr::from(ip.to_ne_bytes()), port).into(),
        Err(_) => (Ipv6Addr::UNSPECIFIED, port).into(),
    }
}

fn binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let path = this.ancestors().nth(2).unwrap().join("fallbuch");
    assert!(path.exists(), "run `cargo build --bin fallbuch` first");
    path
}

/// The answer to a GET, head and all.
fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn without_configuration_there_is_one_listener_and_nothing_to_scrape() {
    let server = Running::serve(API, None);
    let api = server.api();
    assert!(get(api, "/metrics").starts_with("HTTP/1.1 404"));
    assert_eq!(server.listeners(), BTreeSet::from([api]));
    assert_eq!(server.terminate(), (true, String::new()));
}

#[test]
fn a_second_listener_tells_the_metrics_and_stops_with_the_first() {
    let server = Running::serve(API, Some(METRICS));
    let api = server.api();
    let metrics = server.listener(Ipv4Addr::new(127, 0, 0, 2));
    let answer = get(metrics, "/metrics");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let exposition = Exposition::parse(body).unwrap();
    let ready = exposition.sum("fallbuch_http_requests_total");
    assert_eq!(ready.to_string(), "1");
    assert!(get(api, "/metrics").starts_with("HTTP/1.1 404"));
    assert_eq!(server.listeners(), BTreeSet::from([api, metrics]));
    assert_eq!(server.terminate(), (true, String::new()));
    assert!(TcpStream::connect(metrics).is_err() && TcpStream::connect(api).is_err());
}

#[test]
fn telling_beyond_this_machine_is_warned_of() {
    let server = Running::serve(API, Some("0.0.0.0:0"));
    let metrics = server.listener(Ipv4Addr::UNSPECIFIED);
    assert!(get(metrics, "/metrics").starts_with("HTTP/1.1 200"));
    let _api = server.api();
    let (ended_well, said) = server.terminate();
    let warned = said.contains("metrics are told to whoever reaches");
    assert!(ended_well && warned && said.lines().count() == 1, "{said}");
}

#[test]
fn the_address_of_the_api_is_refused() {
    let mut server = Running::serve("127.0.0.1:8080", Some("127.0.0.1:8080"));
    let (ended_well, said) = server.end();
    assert!(
        !ended_well && said.contains("FALLBUCH_METRICS_BIND"),
        "{said}"
    );
}
