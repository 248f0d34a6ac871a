//! What a log has to be under concurrency, told as scenarios over a trait that only tests know.
//!
//! The product passes all of them, on its own code. So does a miniature of its protocol in raw SQL;
//! each twin of the miniature that is broken in one way is caught by the scenario that says so.

mod gate;
mod product;
mod scenarios;
mod twins;

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) use gate::Gate;
pub(crate) use product::Onlooker;
pub(crate) use scenarios::Scenario;

/// The name of an event, and the key of the command that makes it.
pub(crate) type Mark = &'static str;

/// What a process is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    /// An event that is always welcome.
    Append(Mark),
    /// The one thing there is; refused while somebody holds it.
    Claim(Mark),
    /// Gives the thing back.
    Release(Mark),
}

impl Request {
    pub(crate) fn mark(self) -> Mark {
        match self {
            Self::Append(mark) | Self::Claim(mark) | Self::Release(mark) => mark,
        }
    }
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Acknowledged, with the position it says it has.
    Accepted(u64),
    Refused,
    /// The transaction was rolled back.
    Failed,
}

/// Where an append is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It knows its position and has written no row.
    PositionTaken,
    /// Everything is written and nothing committed.
    Written,
}

/// How a held append ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    RollBack,
}

/// An append in the middle of its transaction, or behind somebody who is in the middle of theirs.
pub(crate) struct Held {
    end: oneshot::Sender<End>,
    verdict: JoinHandle<Verdict>,
}

impl Held {
    /// Lets it commit as soon as it can.
    pub(crate) fn commit(self) -> JoinHandle<Verdict> {
        self.end.send(End::Commit).unwrap();
        self.verdict
    }

    /// Rolls its transaction back; tells what came of the request, as the product tries again by itself.
    pub(crate) async fn roll_back(self) -> Verdict {
        self.end.send(End::RollBack).unwrap();
        self.verdict.await.unwrap()
    }
}

/// An event of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) mark: String,
}

/// A log that several processes write and anybody follows.
pub(crate) trait Protocol: Send + Sync + 'static {
    /// Where a consumer is.
    type Cursor: Send;

    /// Lets the process `node` carry out a request.
    fn ask(&self, node: usize, request: Request) -> impl Future<Output = Verdict> + Send;

    /// The same, held at `step`; returns once it is there or waits for somebody else.
    fn hold(&self, node: usize, request: Request, step: Step) -> impl Future<Output = Held> + Send;

    /// How many wait for somebody else now.
    fn waiting(&self) -> impl Future<Output = usize> + Send;

    /// A consumer that has seen everything up to a position.
    fn cursor(&self, after: u64) -> impl Future<Output = Self::Cursor> + Send;

    /// One round of a consumer: what is there after its cursor.
    fn read(&self, cursor: &mut Self::Cursor) -> impl Future<Output = Vec<Entry>> + Send;

    /// The position of the newest event, as the log says.
    fn head(&self) -> impl Future<Output = u64> + Send;

    /// All rows, as somebody sees them who looks past the protocol.
    fn log(&self) -> impl Future<Output = Vec<Entry>> + Send;
}

/// Lets a request go, and returns once it is settled or waits for somebody else.
pub(crate) async fn start<P: Protocol>(
    protocol: &Arc<P>,
    node: usize,
    request: Request,
) -> JoinHandle<Verdict> {
    let before = protocol.waiting().await;
    let asked = Arc::clone(protocol);
    let asked = tokio::spawn(async move { asked.ask(node, request).await });
    still(protocol.as_ref(), before, || asked.is_finished()).await;
    asked
}

/// Returns once `settled` says so, or more than `before` wait for somebody else.
pub(crate) async fn still<P: Protocol>(
    protocol: &P,
    before: usize,
    settled: impl Fn() -> bool + Send,
) {
    let begun = Instant::now();
    while !settled() && protocol.waiting().await <= before {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "neither settled nor waiting"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What was wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A consumer went past an event that it never got.
    Skipped(String),
    /// A consumer got an event twice, or it stands in the log twice.
    Twice(String),
    /// A consumer got an event before one that stands before it in the log.
    OutOfOrder(String),
    /// A consumer does not arrive at the head.
    Stuck { seen: usize, of: usize },
    /// No event has this position, and there are later ones.
    Gap(u64),
    /// Two events have this position.
    Doubled(u64),
    /// The head is not the position of the newest event.
    WrongHead(u64),
    /// Acknowledged, and not in the log at the position that was told.
    Lost(Mark),
    /// Refused or rolled back, and in the log.
    Ghost(Mark),
    /// Accepted where it had to be refused, or the other way.
    Untrue { mark: Mark, said: Verdict },
}

impl Fault {
    /// The kind of fault alone.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Skipped(_) => "skipped",
            Self::Twice(_) => "twice",
            Self::OutOfOrder(_) => "out of order",
            Self::Stuck { .. } => "stuck",
            Self::Gap(_) => "gap",
            Self::Doubled(_) => "doubled",
            Self::WrongHead(_) => "wrong head",
            Self::Lost(_) => "lost",
            Self::Ghost(_) => "ghost",
            Self::Untrue { .. } => "untrue",
        }
    }
}

/// A summary that is shown whether tests pass or fail: the harness keeps back what is printed.
pub(crate) fn report(summary: &str) {
    let line = format!("{summary}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
