//! What a command's latency must not depend on: the length of its case, and other agencies.

use std::time::{Duration, Instant};

use fallbuch_tests::{Engine, World};

use crate::append::{AGENCY, CASES};
use crate::ground::{Case, Submitter, open_cases, record};
use crate::load::{Load, ROUNDS, TURN, WARM_UP, percentile, run};
use crate::replay::{EVENTS, fill};
use crate::report::{Report, Wanted};

/// The agency that floods.
const FLOODING: &str = "bayern";

/// How many submitters flood.
const FLOOD: usize = 64;

/// How long the quiet agency pauses between its commands.
const PAUSE: Duration = Duration::from_millis(2);

/// How many commands make one median.
const COMMANDS: usize = 200;

/// How many events a short case begins with.
const SHORT: usize = 10;

/// All figures of this module.
pub(crate) async fn measure(report: &mut Report) {
    if report.wants("growth.case") {
        growth(report).await;
    }
    if report.wants("fairness") {
        fairness(report).await;
    }
}

async fn growth(report: &mut Report) {
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    let cases = open_cases(&world.store, &[AGENCY], ROUNDS + 1).await;
    let (long, short) = cases.split_first().expect("cases");
    fill(&world.store, long, EVENTS - 1).await;
    let (mut values, mut limits) = (Vec::new(), Vec::new());
    for short in short {
        fill(&world.store, short, SHORT - 1).await;
        let (mut of_short, mut of_long) = (Vec::new(), Vec::new());
        for _ in 0..COMMANDS {
            of_short.push(one(&world, short).await);
            of_long.push(one(&world, long).await);
        }
        of_short.sort_unstable();
        of_long.sort_unstable();
        limits.push(percentile(&of_short, 0.5));
        values.push(percentile(&of_long, 0.5));
    }
    let wanted = Wanted::AtMost(1.2);
    report.add("growth.case", "ms", &values, &limits, wanted);
    world.stop().await;
}

async fn one(world: &World, case: &Case) -> Duration {
    let began = Instant::now();
    record(&world.store, &case.access, case.id).await;
    began.elapsed()
}

/// Writes now and then.
struct Quiet(Submitter);

impl Load for Quiet {
    async fn step(&mut self) {
        self.0.step().await;
    }

    async fn pause(&mut self) {
        tokio::time::sleep(PAUSE).await;
    }
}

async fn fairness(report: &mut Report) {
    let world = World::founded(Engine::Postgres, &[AGENCY, FLOODING]).await;
    let (mut values, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let quiet = open_cases(&world.store, &[AGENCY], CASES / 10).await;
        let flooded = open_cases(&world.store, &[FLOODING], CASES * 2).await;
        let quiet = || {
            let one = Submitter::many(&world.store, &quiet, 1);
            one.into_iter().map(Quiet).collect::<Vec<_>>()
        };
        run(quiet(), WARM_UP).await;
        limits.push(run(quiet(), TURN).await.percentile(0.99));
        let flood = run(Submitter::many(&world.store, &flooded, FLOOD), TURN);
        let (_, beside) = tokio::join!(flood, run(quiet(), TURN));
        values.push(beside.percentile(0.99));
    }
    report.add("fairness", "ms", &values, &limits, Wanted::AtMost(3.0));
    world.stop().await;
}
