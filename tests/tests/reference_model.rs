//! Random lives of a case against a second account of the rules: at every step the domain refuses and
//! warns by the very rules by which the reference model does, the case stands as the model has it, and
//! what `allowed-commands` would have said is what happens.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and shows what it met"
)]

#[path = "reference_model/domain.rs"]
mod domain;
#[path = "reference_model/scenery.rs"]
mod scenery;

use fallbuch_tests::Dice;
use fallbuch_tests::reference::{Flaw, Tally};

use domain::Life;
use scenery::Scenery;

/// How many commands a life has.
const STEPS: usize = 70;

fn seed() -> u64 {
    let asked = std::env::var("FALLBUCH_TEST_SEED");
    let seed = asked.map_or_else(|_| Dice::fresh_seed(), |seed| seed.parse().unwrap());
    println!("FALLBUCH_TEST_SEED={seed} repeats the dice");
    seed
}

fn lives() -> u64 {
    let asked = std::env::var("FALLBUCH_LIVES");
    asked.map_or(1_000, |lives| lives.parse().unwrap())
}

/// A life that a model tells differently.
struct Noticed {
    life: u64,
    why: String,
}

/// So many lives, until one is told differently by a model with this flaw; what they met.
fn play(seed: u64, lives: u64, flaw: &Flaw) -> Result<Tally, Noticed> {
    let scenery = Scenery::new();
    let mut dice = Dice::new(seed);
    let mut met = Tally::default();
    for number in 0..lives {
        let mut life = Life::new(&scenery, dice.another(), flaw.clone());
        for step in 0..STEPS {
            life.step().map_err(|why| Noticed {
                life: number,
                why: format!("life {number}, step {step}: {why}"),
            })?;
        }
        met.add(&life.met);
    }
    Ok(met)
}

#[test]
fn the_domain_and_the_reference_model_tell_the_same() {
    let met =
        play(seed(), lives(), &Flaw::None).unwrap_or_else(|noticed| panic!("{}", noticed.why));
    println!("{met}");
    let missing = met.missing();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

#[test]
fn a_broken_model_is_told_apart() {
    let seed = seed();
    let forgetful = Flaw::RULES.iter().map(|rule| Flaw::Forgets(rule));
    let mut longest = 0;
    for flaw in forgetful.chain(Flaw::SUBTLE.iter().cloned()) {
        // Most are noticed in the first few lives; a rare one may take its time.
        let Err(noticed) = play(seed, lives() * 4, &flaw) else {
            panic!("{flaw:?} was not noticed");
        };
        println!(
            "{flaw:?}: {}",
            noticed.why.lines().next().unwrap_or_default()
        );
        longest = longest.max(noticed.life);
    }
    // It was the flaw that was noticed: without one nothing is.
    assert!(play(seed, longest + 1, &Flaw::None).is_ok());
}
