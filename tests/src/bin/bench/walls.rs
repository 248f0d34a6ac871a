//! What each wall between agencies costs: the same work with it and without it, taking turns on one database.
//!
//! The limit is the work without the wall, so a ratio of 1 is a wall that costs nothing. The first wall, that each
//! statement names its agency, has no price of its own: the key that it looks up begins with it.

use fallbuch_api::demo::login;
use fallbuch_domain::Permission;
use fallbuch_persistence::{Errand, Identity, Store};
use fallbuch_tests::{Engine, World};

use crate::append::{AGENCY, CASES};
use crate::ground::{Cases, Dice, ROLE, Submitter, open_cases};
use crate::load::{Load, ROUNDS, TURN, WARM_UP, run};
use crate::report::{Report, Wanted};

/// How many ask at the same time.
const ASKING: usize = 32;

/// All figures of this module.
pub(crate) async fn measure(report: &mut Report) {
    if !report.wants("wall") {
        return;
    }
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    let mut options = world.database.options();
    options.url = world.database.unwalled();
    options.projector = None;
    options.insecure_role = true;
    let unwalled = Store::open(options).await.expect("the store opens");
    let walled = &world.store;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for store in [walled, &unwalled] {
        let cases = open_cases(store, &[AGENCY], CASES).await;
        run(Submitter::many(store, &cases, ASKING), WARM_UP).await;
    }
    for _ in 0..ROUNDS {
        for (store, rates) in [(walled, &mut with), (&unwalled, &mut without)] {
            let cases = open_cases(store, &[AGENCY], CASES).await;
            let done = run(Submitter::many(store, &cases, ASKING), TURN).await;
            rates.push(done.per_second);
        }
    }
    let wanted = Wanted::Reported;
    report.add("wall.rls.append", "commands/s", &with, &without, wanted);

    let cases = open_cases(walled, &[AGENCY], CASES).await;
    let (mut with, mut without, mut entered) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (store, enters, rates) in [
            (walled, false, &mut with),
            (&unwalled, false, &mut without),
            (walled, true, &mut entered),
        ] {
            let done = run(Looker::many(store, &cases, enters), TURN).await;
            rates.push(done.per_second);
        }
    }
    report.add(
        "wall.rls.read",
        "reads/s",
        &with,
        &without,
        Wanted::Reported,
    );
    report.add(
        "wall.entrance",
        "reads/s",
        &entered,
        &with,
        Wanted::Reported,
    );
    unwalled.shutdown().await;
    world.stop().await;
}

/// Reads cases: by an access that it has, or coming in anew for each.
struct Looker {
    store: Store,
    cases: Cases,
    dice: Dice,
    enters: bool,
    login: Identity,
}

impl Looker {
    fn many(store: &Store, cases: &Cases, enters: bool) -> Vec<Self> {
        let one = || Self {
            store: store.clone(),
            cases: Cases::clone(cases),
            dice: Dice::new(),
            enters,
            login: login(AGENCY, ROLE),
        };
        (0..ASKING).map(|_| one()).collect()
    }
}

impl Load for Looker {
    async fn step(&mut self) {
        let case = self.dice.any(&self.cases);
        let found = if self.enters {
            let errand = Errand {
                operation: "bench",
                permission: Permission::CaseRead,
                case: Some(case.id),
                stream: None,
                needs_state: true,
            };
            let entered = self.store.enter(&self.login, AGENCY, errand).await;
            entered.expect("the coordinator comes in").case
        } else {
            let found = self.store.case(&case.access, case.id).await;
            found.expect("the store answers")
        };
        assert!(found.is_some(), "the case is there");
    }
}
