//! Random lives of an agency: the product on both databases has to do what the model does, byte for
//! byte.
//!
//! A [`Script`](script::Script) says what members ask for, without a single id. It is
//! [played](play::play) on a subject and on a model of its own side by side. Time, ids and salts
//! come from [`Numbered`](numbered::Numbered): the same step gives the same ones, however often it
//! is decided. What was sent side by side settles in an order that is [read](together) from the log.
//!
//! The test on the databases prints its seed; `FALLBUCH_TEST_SEED` repeats it. `PROPTEST_CASES` asks
//! for another number of scripts.

mod numbered;
mod play;
mod script;
mod together;
mod view;
mod wish;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use fallbuch_domain::case::CommandKind;
use fallbuch_domain::{Rule, Timestamp};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use time::macros::datetime;
use tokio::runtime::{self, Runtime};

use crate::model::{Flaw, Model};
use crate::product::Product;
use crate::setup::{Engine, system};
use crate::subject::{Refused, Subject};
use numbered::Numbered;
use play::{Ground, Told, play};
use script::{Script, scripts};

/// How many scripts a test plays if nobody asks for another number.
const SCRIPTS: u32 = 80;

/// How many steps a script has at the most that shows a flaw, once it is shrunk from up to 28.
const SMALL: usize = 12;

/// When every script begins.
fn start() -> Timestamp {
    Timestamp::new(datetime!(2018-03-01 08:30 UTC))
}

fn runner(seed: u64) -> TestRunner {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = SCRIPTS;
    }
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(config, random)
}

/// Plays scripts until one fails; the error names the smallest one that does.
fn run(
    seed: u64,
    with: impl Fn(&Script, u32) -> Result<(), String>,
) -> Result<(), TestError<Script>> {
    let played = AtomicU32::new(0);
    runner(seed).run(&scripts(), |script| {
        let number = played.fetch_add(1, Ordering::Relaxed);
        with(&script, number).map_err(TestCaseError::fail)
    })
}

async fn ground<S: Subject>(first: S, numbered: std::sync::Arc<Numbered>) -> Ground<S> {
    let second = first.another().await;
    Ground {
        processes: [first, second],
        numbered,
    }
}

async fn product(engine: Engine) -> Ground<Product> {
    let numbered = Numbered::new(start());
    ground(Product::new(engine, numbered.sources()).await, numbered).await
}

/// Plays on a model that has a flaw, or none.
async fn play_on_model(flaw: Option<Flaw>, script: &Script, number: u32) -> Result<Told, String> {
    let numbered = Numbered::new(start());
    let model = Model::flawed(numbered.sources(), flaw);
    play(&ground(model, numbered).await, script, number).await
}

fn single_thread() -> Runtime {
    runtime::Builder::new_current_thread().build().unwrap()
}

#[test]
fn both_databases_do_what_the_model_does() {
    let seed = match std::env::var("FALLBUCH_TEST_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => u64::from_be_bytes(system().ids.salt()[..8].try_into().unwrap()),
    };
    eprintln!("FALLBUCH_TEST_SEED={seed}");
    let runtime = Runtime::new().unwrap();
    let databases = async {
        (
            product(Engine::Sqlite).await,
            product(Engine::Postgres).await,
        )
    };
    let (sqlite, postgres) = runtime.block_on(databases);
    let outcome = run(seed, |script, number| {
        let sqlite = play(&sqlite, script, number);
        let postgres = play(&postgres, script, number);
        let both = async { futures_util::future::join(sqlite, postgres).await };
        let (sqlite, postgres) = runtime.block_on(both);
        let sqlite = sqlite.map_err(|error| format!("SQLite: {error}"))?;
        let postgres = postgres.map_err(|error| format!("PostgreSQL: {error}"))?;
        // Side by side the databases may settle in different orders.
        if script.is_one_by_one() && sqlite.log != postgres.log {
            return Err("the databases hold different logs".to_owned());
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("FALLBUCH_TEST_SEED={seed}\n{error}");
    }
}

#[test]
fn a_broken_model_is_told_apart() {
    let runtime = single_thread();
    for flaw in Flaw::ALL {
        let outcome = run(1, |script, number| {
            let played = runtime.block_on(play_on_model(Some(flaw), script, number));
            played.map(|_| ())
        });
        match outcome {
            Err(TestError::Fail(_, script)) => {
                // Small enough to be read: shrinking works.
                assert!(script.steps.len() <= SMALL, "{flaw:?}: {script:#?}");
            }
            Err(TestError::Abort(reason)) => panic!("{flaw:?}: {reason}"),
            Ok(()) => panic!("{flaw:?} is not told apart"),
        }
    }
}

#[test]
fn a_sound_model_is_not_told_apart() {
    let runtime = single_thread();
    let outcome = run(2, |script, number| {
        let played = runtime.block_on(play_on_model(None, script, number));
        played.map(|_| ())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Without this the other tests could hold because hardly anything happens in them.
#[test]
fn scripts_reach_every_command_and_every_verdict() {
    let runtime = single_thread();
    let reached = std::cell::RefCell::new((BTreeSet::new(), BTreeSet::new(), BTreeSet::new()));
    let play = |script: &Script, number| {
        let told = runtime.block_on(play_on_model(None, script, number))?;
        let (asked, kinds, verdicts) = &mut *reached.borrow_mut();
        for (kind, verdict) in &told.verdicts {
            asked.insert(kind.operation());
            match verdict {
                Ok(accepted) => {
                    kinds.insert(kind.operation());
                    let replayed = if accepted.replayed {
                        "replayed"
                    } else {
                        "accepted"
                    };
                    verdicts.insert(replayed.to_owned());
                    let warnings = accepted.warnings.iter();
                    verdicts.extend(warnings.map(|one| format!("warned by {}", one.rule.id())));
                }
                Err(Refused::Rules(findings)) => {
                    let refused = |rule: Rule| format!("refused by {}", rule.id());
                    verdicts.extend(findings.iter().map(|finding| refused(finding.rule)));
                }
                Err(other) => {
                    let name = format!("{other:?}");
                    let end = name.find([' ', '(']).unwrap_or(name.len());
                    verdicts.insert(name[..end].to_owned());
                }
            }
        }
        Ok(())
    };
    let outcome = (3..8).try_for_each(|seed| run(seed, play));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let (asked, kinds, verdicts) = reached.into_inner();
    assert_eq!(asked.len(), CommandKind::ALL.len(), "{asked:?}");
    // The others are the end of chains that dice throw rarely, or take what the agency does not have
    // here; to the store they are like any other.
    assert!(kinds.len() >= 25, "{kinds:?}");
    let expected = [
        "Forbidden",
        "KeyReused",
        "NotFound",
        "Stale",
        "VersionRequired",
        "accepted",
        "refused by R01",
        "refused by R02",
        "refused by R03",
        "refused by R05",
        "refused by R06",
        "refused by R08",
        "refused by R09",
        "refused by R12",
        "refused by R14",
        "refused by R21",
        "refused by R23",
        "refused by R24",
        "refused by R25",
        "refused by R26",
        "replayed",
        "warned by R04",
        "warned by R27",
    ];
    for name in expected {
        assert!(verdicts.contains(name), "{name} is in none of {verdicts:?}");
    }
}
