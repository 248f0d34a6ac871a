//! The ground a figure stands on: agencies with open cases, and contacts to write to them.
//!
//! Invariant: a case takes [`CONTACTS`] contacts at the most, so that streams stay of natural size.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use fallbuch_api::demo::login;
use fallbuch_domain::case::command::{MunicipalityKey, OpenCase, RecordContact};
use fallbuch_domain::case::event::{Channel, Participant};
use fallbuch_domain::case::{CaseCommand, Origin};
use fallbuch_domain::catalogue::MunicipalityKind;
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{Access, Expected, IdempotencyKey, Store};
use futures_util::{StreamExt as _, stream};
use time::macros::date;
use uuid::Uuid;

use crate::load::Load;

/// How many contacts a case takes.
pub(crate) const CONTACTS: u32 = 49;

/// How many cases are being opened at a time.
const AT_ONCE: usize = 100;

/// The member that acts.
pub(crate) const ROLE: Role = Role::Coordinator;

/// A case to write to.
pub(crate) struct Case {
    pub(crate) access: Access,
    pub(crate) id: Uuid,
    contacts: AtomicU32,
}

/// Cases in the order they were opened, of each agency as many.
pub(crate) type Cases = Arc<Vec<Case>>;

/// The access of an agency's coordinator.
pub(crate) async fn access(store: &Store, agency: &str) -> Access {
    let login = login(agency, ROLE);
    let access = store.access(&login, agency, Permission::CaseOpen).await;
    access.expect("the coordinator has access")
}

/// Opens `count` cases, spread over `agencies`; each call opens other ones.
pub(crate) async fn open_cases(store: &Store, agencies: &[&str], count: usize) -> Cases {
    let mut accesses = Vec::new();
    for agency in agencies {
        accesses.push(access(store, agency).await);
    }
    let opening = accesses
        .iter()
        .cycle()
        .take(count)
        .map(|access| open(store, access.clone()));
    let opened = stream::iter(opening).buffer_unordered(AT_ONCE);
    Arc::new(opened.collect().await)
}

async fn open(store: &Store, access: Access) -> Case {
    static OPENED: AtomicU64 = AtomicU64::new(0);
    let number = OPENED.fetch_add(1, Ordering::Relaxed);
    let agency = store.agency(&access).await.expect("the agency is there");
    let site = agency.sites.first().expect("it has a site").id;
    let advisor = agency.members.first().expect("it has a member").id;
    let body = OpenCase {
        occurred_on: date!(2015 - 01 - 05),
        reason: None,
        municipality: municipality(store, number),
        site,
        advisor,
        origin: Origin::Kickoff,
    };
    let command = Command::Case(CaseCommand::OpenCase(body));
    let key = key(store, "open", number);
    let opened = store.execute(&access, None, Expected::New, command, key);
    Case {
        id: opened.await.expect("the case is opened").stream,
        access,
        contacts: AtomicU32::new(0),
    }
}

/// One of the many municipalities inside districts, another one for each number. The key that ends
/// in 000 is the district's own.
fn municipality(store: &Store, number: u64) -> MunicipalityKey {
    let today = store.sources().clock.now().berlin_date();
    let districts: Vec<_> = store
        .catalogue()
        .municipalities_on(Some(today))
        .filter(|one| one.kind == MunicipalityKind::District && one.valid_from.is_none())
        .collect();
    let place = usize::try_from(number / 999).expect("a place in the list");
    let inside = number % 999 + 1;
    let district = districts.get(place).expect("there are districts enough");
    MunicipalityKey {
        key: format!("{}{inside:03}", district.key),
        name: Some("Musterdorf".into()),
    }
}

/// A contact of usual length.
pub(crate) fn contact() -> RecordContact {
    RecordContact {
        occurred_on: date!(2015 - 02 - 03),
        reason: None,
        channel: Channel::Meeting,
        participants: vec![
            Participant {
                function: "Dezernentin für Bildung und Soziales".into(),
            },
            Participant {
                function: "Fachbereichsleiter Schule".into(),
            },
        ],
        topics: vec![
            "Leistungen der Agentur".into(),
            "Termin für ein Erstgespräch".into(),
        ],
    }
}

/// A number that nothing else of this run has.
pub(crate) fn fresh() -> u64 {
    static MADE: AtomicU64 = AtomicU64::new(0);
    MADE.fetch_add(1, Ordering::Relaxed)
}

fn key(store: &Store, what: &str, number: u64) -> IdempotencyKey {
    let key = format!("{what}-{number}");
    let fingerprint = store.fingerprint(&[b"POST", key.as_bytes()]);
    IdempotencyKey { key, fingerprint }
}

/// Writes contacts to random cases, straight to the store.
pub(crate) struct Submitter {
    pub(crate) store: Store,
    pub(crate) cases: Cases,
    pub(crate) dice: Dice,
}

impl Submitter {
    /// So many of them on the same cases.
    pub(crate) fn many(store: &Store, cases: &Cases, count: usize) -> Vec<Self> {
        let one = || Self {
            store: store.clone(),
            cases: Arc::clone(cases),
            dice: Dice::new(),
        };
        (0..count).map(|_| one()).collect()
    }
}

impl Load for Submitter {
    async fn step(&mut self) {
        let case = self.dice.with_room(&self.cases);
        record(&self.store, &case.access, case.id).await;
    }
}

/// Records one contact.
pub(crate) async fn record(store: &Store, access: &Access, case: Uuid) {
    let command = Command::Case(CaseCommand::RecordContact(contact()));
    let key = key(store, "contact", fresh());
    let done = store.execute(access, Some(case), Expected::Any, command, key);
    done.await.expect("the contact is recorded");
}

/// A small generator of random numbers (xorshift64): fast and the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    /// One that differs from every other of this run.
    pub(crate) fn new() -> Self {
        Self((fresh() + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Any of the cases.
    pub(crate) fn any<'a>(&mut self, cases: &'a [Case]) -> &'a Case {
        let count = u64::try_from(cases.len()).expect("a count");
        let place = usize::try_from(self.throw() % count).expect("less than the count");
        &cases[place]
    }

    /// Any of the cases that take another contact; the contact is counted.
    pub(crate) fn with_room<'a>(&mut self, cases: &'a [Case]) -> &'a Case {
        loop {
            let case = self.any(cases);
            if case.contacts.fetch_add(1, Ordering::Relaxed) < CONTACTS {
                return case;
            }
        }
    }
}
