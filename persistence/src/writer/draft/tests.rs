//! What a decision is told of other streams: as the batch leaves them, as they were read under the same
//! head, and otherwise as they are stored; of this agency alone.

use std::collections::BTreeMap;

use fallbuch_domain::agency::AgencyOpened;
use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::offering::{OfferingCommand, OfferingStatus, sample};
use fallbuch_domain::{Needs, Permission, Role};
use time::macros::date;

use super::*;
use crate::access::{Access, Identity};
use crate::database::{Database, DatabaseUrl};
use crate::evidence::{Sealer, Secret};
use crate::metrics::Metrics;
use crate::migration::{Roles, migrate};
use crate::store::{Options, Store};
use crate::writer::{Expected, IdempotencyKey};

async fn store(folder: &std::path::Path) -> Store {
    let url = DatabaseUrl::sqlite_file(&folder.join("test.sqlite3"));
    migrate(&url, Roles::default()).await.unwrap();
    let options = Options {
        url,
        projector: None,
        connections: None,
        patience: std::time::Duration::from_secs(30),
        insecure_role: false,
        secret: Secret::new(vec![7; 32]).unwrap(),
        origin: "test.local".to_owned(),
        sources: Sources::system(),
        metrics: Metrics::default(),
    };
    Store::open(options).await.unwrap()
}

/// A coordinator of a new agency.
async fn coordinator(store: &Store, code: &str) -> Access {
    let day = date!(2014 - 06 - 01);
    let operator = store.operator();
    let opened = AgencyOpened {
        carrier: "Träger".into(),
        case_prefix: code.to_uppercase(),
        code: code.to_owned(),
        land_codes: vec!["15".to_owned()],
        name: code.into(),
    };
    let access = operator.open_agency(day, opened).await.unwrap();
    let identity = Identity {
        issuer: "issuer".to_owned(),
        subject: code.to_owned(),
    };
    let terms = Terms::of_roles(vec![Role::Coordinator]);
    let admitted = operator.admit_member(&access, day, &identity, terms).await;
    admitted.unwrap();
    let access = store.access(&identity, code, Permission::OfferingWrite);
    access.await.unwrap()
}

async fn scheduled(store: &Store, access: &Access) -> Uuid {
    let mut body = sample::schedule();
    (body.site, body.place) = (None, Some("Stadthaus".into()));
    let command = Command::Offering(OfferingCommand::Schedule(body));
    let key = IdempotencyKey {
        key: "schedule".to_owned(),
        fingerprint: vec![1],
    };
    let done = store.execute(access, None, Expected::New, command, key);
    done.await.unwrap().stream
}

/// What became of the offerings that are known.
fn told(streams: &BTreeMap<Uuid, State>) -> Vec<(Uuid, OfferingStatus)> {
    let status = |state: &State| state.as_offering().unwrap().status;
    let told = streams.iter().map(|(id, state)| (*id, status(state)));
    told.collect()
}

#[tokio::test]
async fn a_decision_knows_other_streams_as_the_batch_leaves_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let access = coordinator(&store, "alpha").await;
    let elsewhere = coordinator(&store, "beta").await;
    let offering = scheduled(&store, &access).await;
    let foreign = scheduled(&store, &elsewhere).await;
    let Database::Sqlite(pool) = store.database().clone() else {
        panic!("SQLite")
    };
    let mut connection = pool.acquire().await.unwrap();
    let session = &mut *connection;
    let lane = session.lane(access.agency(), false).await.unwrap();
    let secret = Secret::new(vec![7; 32]).unwrap();
    let sealer = Sealer::new(&secret, "test.local/alpha".to_owned()).unwrap();
    let mut cache = AgencyCache::new(sealer);
    let needs = Needs {
        streams: vec![offering, foreign, Uuid::max()],
        ..Needs::default()
    };
    let begin = || Draft::new(access.agency(), lane.unwrap());

    // As it is stored; another agency's, and what is nowhere, is absent.
    let mut draft = begin();
    let streams = draft.streams(session, &mut cache, &needs).await.unwrap();
    assert_eq!(told(&streams), [(offering, OfferingStatus::Scheduled)]);
    // What was read for it stays known to the commands that follow.
    assert_eq!(draft.states.keys().collect::<Vec<_>>(), [&offering]);

    let ended = |status| {
        let state = State::Offering(fallbuch_domain::offering::OfferingState {
            status,
            ..sample::state().unwrap()
        });
        Known {
            version: 2,
            state: Arc::new(state),
        }
    };
    // As it was read under the same head, or written by this writer.
    cache.states.put(offering, ended(OfferingStatus::Held));
    let streams = begin().streams(session, &mut cache, &needs).await.unwrap();
    assert_eq!(told(&streams), [(offering, OfferingStatus::Held)]);
    // As a command before it in the same batch leaves it.
    let mut draft = begin();
    let cancelled = ended(OfferingStatus::Cancelled);
    draft.states.insert(offering, cancelled);
    for _ in 0..2 {
        let streams = draft.streams(session, &mut cache, &needs).await.unwrap();
        assert_eq!(told(&streams), [(offering, OfferingStatus::Cancelled)]);
        // Also where nothing of before is known: what is stored is older.
        cache.forget();
    }
    drop(connection);
    store.shutdown().await;
}
