//! Next year's districts in the database: whole or not at all, and from their day on.

use std::collections::BTreeMap;

use fallbuch_domain::catalogue::{
    Catalogue, DistrictFile, ListedDistrict, MunicipalityKind, Renewal, RenewalFault,
};
use fallbuch_persistence::{ImportError, import_districts};
use time::Date;
use time::macros::date;

use crate::setup::{Database, Engine, Raw, on_both};

const DAY: Date = date!(2025 - 12 - 31);

/// The shipped districts as a file of this day.
fn shipped(day: Date) -> DistrictFile {
    let catalogue = Catalogue::shipped().unwrap();
    let listed = catalogue.municipalities_on(Some(day));
    let listed = listed.filter(|one| one.kind != MunicipalityKind::Borough);
    let districts = listed.map(|one| {
        let (name, kind) = (one.name.clone(), one.kind);
        (one.key.clone(), ListedDistrict { name, kind })
    });
    DistrictFile {
        day,
        districts: districts.collect(),
    }
}

/// The same without Salzwedel, which is in a new district, and with Halle by another name.
fn eventful() -> DistrictFile {
    let mut file = shipped(DAY);
    file.districts.remove("15081").unwrap();
    let new = ListedDistrict {
        name: "Altmark".to_owned(),
        kind: MunicipalityKind::District,
    };
    file.districts.insert("15999".to_owned(), new);
    "Halle".clone_into(&mut file.districts.get_mut("15002").unwrap().name);
    file
}

fn successors() -> BTreeMap<String, Option<String>> {
    BTreeMap::from([("15081".to_owned(), Some("15999".to_owned()))])
}

async fn import(
    database: &Database,
    file: &DistrictFile,
    dry_run: bool,
) -> Result<Renewal, ImportError> {
    import_districts(&database.unwalled(), file, &successors(), DAY, dry_run).await
}

/// The code lists as the next server reads them.
async fn read(database: &Database) -> Catalogue {
    let store = database.open().await;
    let catalogue = store.catalogue().clone();
    store.shutdown().await;
    catalogue
}

on_both! {
    async fn the_present_list_changes_nothing(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let rows = "SELECT COUNT(*) FROM catalogue";
        let (before, count) = (read(&database).await, raw.numbers(rows).await);
        for day in [date!(2023 - 11 - 30), DAY] {
            let none = BTreeMap::new();
            let renewal =
                import_districts(&database.unwalled(), &shipped(day), &none, DAY, false).await;
            assert!(renewal.unwrap().is_empty());
        }
        assert_eq!(read(&database).await, before);
        assert_eq!(raw.numbers(rows).await, count);
    }
}

on_both! {
    async fn a_newer_list_is_known_from_its_day_on(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let before = read(&database).await;
        let dry = import(&database, &eventful(), true).await.unwrap();
        assert_eq!(dry.changes.len(), 3);
        assert_eq!(read(&database).await, before);

        let renewal = import(&database, &eventful(), false).await.unwrap();
        assert_eq!(renewal, dry);
        let after = read(&database).await;
        let last = DAY.previous_day().unwrap();
        let name = |key: &str, day| after.municipality(key, day).and_then(|one| one.name);
        assert_eq!(name("15002", last).unwrap(), "Halle (Saale), Stadt");
        assert_eq!(name("15002", DAY).unwrap(), "Halle");
        assert!(name("15081", last).is_some() && name("15081", DAY).is_none());
        assert!(name("15999", last).is_none() && name("15999", DAY).is_some());
        let mut all = after.municipalities_on(None);
        let gone = all.find(|one| one.key == "15081").unwrap();
        assert_eq!(gone.valid_to, Some(last));
        assert_eq!(gone.successor.as_deref(), Some("15999"));

        // Neither the same list nor a migration changes anything again.
        assert!(import(&database, &eventful(), false).await.unwrap().is_empty());
        fallbuch_persistence::migrate(&database.unwalled(), fallbuch_persistence::Roles::default())
            .await
            .unwrap();
        assert_eq!(read(&database).await, after);
    }
}

on_both! {
    async fn what_cannot_be_taken_over_leaves_everything_as_it_was(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let before = read(&database).await;
        let older = import(&database, &shipped(date!(2021 - 06 - 30)), false).await;
        assert!(matches!(older, Err(ImportError::Renewal(RenewalFault::Older { .. }))), "{older:?}");
        let standing = import(&database, &shipped(DAY), false).await;
        assert!(
            matches!(standing, Err(ImportError::Renewal(RenewalFault::UnknownSuccessor { .. }))),
            "{standing:?}"
        );
        // A day to come, and a key that ended without a word about who took over.
        let yesterday = DAY.previous_day().unwrap();
        let url = database.unwalled();
        let future = import_districts(&url, &eventful(), &successors(), yesterday, false).await;
        assert!(matches!(future, Err(ImportError::Renewal(RenewalFault::Future { .. }))), "{future:?}");
        let unsaid = import_districts(&url, &eventful(), &BTreeMap::new(), DAY, false).await;
        let Err(ImportError::Renewal(RenewalFault::Unanswered(keys))) = unsaid else {
            panic!("{unsaid:?}")
        };
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["15081"]);
        let dry = import_districts(&url, &eventful(), &BTreeMap::new(), DAY, true).await;
        assert_eq!(dry.unwrap().unanswered, keys);
        // In the middle of an import the database says no.
        match &mut raw {
            Raw::Sqlite(_) => raw.run(
                "CREATE TRIGGER no BEFORE INSERT ON catalogue WHEN new.code = '15999' \
                 BEGIN SELECT RAISE(ABORT, 'no'); END",
            ),
            Raw::Postgres(_) => raw.run(
                "ALTER TABLE catalogue ADD CONSTRAINT no CHECK (code <> '15999')",
            ),
        }
        .await
        .unwrap();
        let refused = import(&database, &eventful(), false).await;
        assert!(matches!(refused, Err(ImportError::Database(_))), "{refused:?}");
        assert_eq!(read(&database).await, before);
    }
}

on_both! {
    async fn imports_at_once_are_one_after_the_other(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let file = eventful();
        let all = (0..4).map(|_| import(&database, &file, false));
        let all = futures_util::future::join_all(all).await;
        let changed = all.into_iter().filter(|one| !one.as_ref().unwrap().is_empty());
        assert_eq!(changed.count(), 1);
    }
}

on_both! {
    async fn the_application_itself_may_not_import(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let imported =
            import_districts(database.application(), &eventful(), &successors(), DAY, false).await;
        match engine {
            Engine::Sqlite => assert!(imported.is_ok(), "{imported:?}"),
            Engine::Postgres => {
                assert!(matches!(imported, Err(ImportError::Database(_))), "{imported:?}");
            }
        }
    }
}
