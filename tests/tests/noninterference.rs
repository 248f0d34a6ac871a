//! Non-interference: whatever eight other agencies do, an agency is told exactly what it is told alone: positions,
//! file numbers, cursors, tags, lists, problem texts, headers, and the bytes of its log.
//!
//! A random [script](script) of nine agencies is played over HTTP in one world of all of them, at once or in turns, and
//! for each agency in a world of its own. Answers are compared whole. Nothing in them is made alike for it: time, ids
//! and salts are [each agency's own](own), keys and request ids are the script's, and all agencies have the same file
//! number prefix, Land and municipalities, so that a counter or a key that they shared would show. Left out are `Date`,
//! `X-Request-Id` and `RateLimit`. What follows the log a moment later is
//! read once it has followed.
//!
//! [Leaking servers](leak) are the broken twins. `FALLBUCH_TEST_SEED` repeats a failure, `PROPTEST_CASES` asks for
//! another number of scripts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "noninterference/leak.rs"]
mod leak;
#[path = "noninterference/own.rs"]
mod own;
#[path = "noninterference/play.rs"]
mod play;
#[path = "noninterference/script.rs"]
mod script;

use std::cell::Cell;
use std::collections::BTreeSet;

use fallbuch_tests::{Dice, Engine};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Runtime;

use leak::Leak;
use play::{Stage, difference, foreign};
use script::{AGENCIES, Script, scripts};

/// How many scripts are played if nobody asks for another number.
const SCRIPTS: u32 = 10;

/// How many acts a script has at the most.
const LONG: usize = 120;

/// The same where a leak is to be found, which takes many plays until the script is shrunk.
const SHORT: usize = 24;

/// How many acts a script has at the most that shows a leak, once it is shrunk.
const SMALL: usize = 4;

/// A world of all agencies, and one of each alone.
struct Theatre {
    runtime: Runtime,
    together: Stage,
    alone: Vec<Stage>,
}

impl Theatre {
    fn new(engine: Engine, leak: Option<Leak>) -> Self {
        let runtime = Runtime::new().unwrap();
        let (together, alone) = runtime.block_on(async {
            let alone = (0..AGENCIES).map(|_| Stage::new(engine, leak));
            let alone = futures_util::future::join_all(alone).await;
            (Stage::new(engine, leak).await, alone)
        });
        Self {
            runtime,
            together,
            alone,
        }
    }

    /// Plays a script both ways; the difference in what is told, if there is one.
    fn compare(&self, script: &Script, number: u32) -> Result<usize, String> {
        // Who does nothing is not there: so a script that shows a leak says who it takes.
        let all: BTreeSet<usize> = script.acts.iter().map(|act| act.by).collect();
        let all: Vec<usize> = all.into_iter().collect();
        let (together, alone) = self.runtime.block_on(async {
            let alone = all.iter().map(async |place| {
                let stage = &self.alone[*place];
                let mut told = stage.play(script, number, &[*place]).await;
                told.remove(0)
            });
            let alone = futures_util::future::join_all(alone);
            let together = self.together.play(script, number, &all);
            futures_util::future::join(together, alone).await
        });
        let mut answers = 0;
        for (place, (together, alone)) in all.into_iter().zip(together.iter().zip(&alone)) {
            if let Some(difference) = difference(together, alone) {
                return Err(format!("agency {place}, {difference}"));
            }
            if let Some(found) = foreign(number, place, together) {
                return Err(format!("agency {place} is told of another: {found}"));
            }
            answers += together.answers.len();
        }
        Ok(answers)
    }

    /// Plays random scripts until one shows a difference; the error names the smallest one that does.
    fn run(&self, seed: u64, length: usize) -> Result<usize, TestError<Script>> {
        let (played, answers) = (Cell::new(0), Cell::new(0));
        let mut config = Config {
            failure_persistence: None,
            max_shrink_iters: 200,
            ..Config::default()
        };
        if std::env::var_os("PROPTEST_CASES").is_none() {
            config.cases = SCRIPTS;
        }
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        TestRunner::new_with_rng(config, random).run(&scripts(length), |script| {
            played.set(played.get() + 1);
            let compared = self.compare(&script, played.get());
            answers.set(answers.get() + compared.map_err(TestCaseError::fail)?);
            Ok(())
        })?;
        Ok(answers.get())
    }

    fn stop(self) {
        self.runtime.block_on(async {
            self.together.stop().await;
            for stage in self.alone {
                stage.stop().await;
            }
        });
    }
}

fn nobody_interferes(engine: Engine) {
    let seed = match std::env::var("FALLBUCH_TEST_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => Dice::fresh_seed(),
    };
    let theatre = Theatre::new(engine, None);
    match theatre.run(seed, LONG) {
        Ok(answers) => assert!(answers > 500, "only {answers} answers were compared"),
        Err(error) => panic!("FALLBUCH_TEST_SEED={seed}\n{error}"),
    }
    theatre.stop();
}

#[test]
fn nobody_interferes_on_sqlite() {
    nobody_interferes(Engine::Sqlite);
}

#[test]
fn nobody_interferes_on_postgres() {
    nobody_interferes(Engine::Postgres);
}

#[test]
fn leaking_servers_are_found_out() {
    for leak in Leak::ALL {
        let theatre = Theatre::new(Engine::Sqlite, Some(leak));
        match theatre.run(1, SHORT) {
            // Small enough to be read: shrinking works.
            Err(TestError::Fail(_, script)) => {
                assert!(script.acts.len() <= SMALL, "{leak:?}: {script:#?}");
            }
            Err(TestError::Abort(reason)) => panic!("{leak:?}: {reason}"),
            Ok(answers) => panic!("{leak:?} is not found in {answers} answers"),
        }
        theatre.stop();
    }
}
