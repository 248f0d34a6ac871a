//! A client that says one request at a time on a connection it keeps: next to nothing, so that the
//! server is measured and not the client.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection of HTTP/1.1.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        stream.set_nodelay(true).expect("a socket of TCP");
        Self {
            stream,
            answer: Vec::with_capacity(8_192),
        }
    }

    /// So many connections to one server.
    pub(crate) async fn many(address: SocketAddr, count: usize) -> Vec<Self> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Self::to(address).await);
        }
        connections
    }

    /// Sends a request and reads the whole answer, which must have this status.
    pub(crate) async fn ask(&mut self, request: &str, status: &str) {
        let sent = self.stream.write_all(request.as_bytes()).await;
        sent.expect("the server takes requests");
        self.answer.clear();
        let mut length = None;
        while length.is_none_or(|length| self.answer.len() < length) {
            let read = self.stream.read_buf(&mut self.answer).await;
            assert!(read.expect("the server answers") > 0, "connection closed");
            length = length.or_else(|| whole(&self.answer));
        }
        let line = self.answer.get(9..12);
        assert!(
            line == Some(status.as_bytes()),
            "{}",
            String::from_utf8_lossy(&self.answer)
        );
    }
}

/// How long the whole answer is, once its head is there.
fn whole(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse::<usize>().ok())?
    });
    Some(end + 4 + length.unwrap_or(0))
}
