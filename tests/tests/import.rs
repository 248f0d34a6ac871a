//! `fallbuch import`: an agency's own tables, as files of text and as a workbook, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "import/damage.rs"]
mod damage;
#[path = "import/faults.rs"]
mod faults;
#[path = "import/office.rs"]
mod office;
#[path = "import/story.rs"]
mod story;
#[path = "import/templates.rs"]
mod templates;

use std::path::PathBuf;

use fallbuch_domain::Role;
use fallbuch_tests::{Database, Engine, World, check_rebuild, fallbuch, on_both};
use serde_json::json;
use tempfile::TempDir;

use faults::{Kind, forty};
use office::{AGENCY, AGREEMENTS, CASES, CONTACTS, FALLS, NEEDS, Office, PRIORITIES, commands};
use story::{Clerk, held};

/// What a run said, and how it ended.
struct Told {
    text: String,
    code: i32,
}

/// Imports files as the coordinator.
fn import(database: &Database, files: &[PathBuf], options: &[&str]) -> Told {
    let coordinator = fallbuch_api::demo::login(AGENCY, Role::Coordinator).subject;
    let mut command = fallbuch(
        database,
        &["import", "--agency", AGENCY, "--as", &coordinator],
    );
    let output = command.args(options).args(files).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Told {
        text: text + &error,
        code: output.status.code().expect("it ends by itself"),
    }
}

impl Told {
    /// The places of the problems, without the headers, in the order of the report.
    fn places(&self) -> Vec<String> {
        let problems = self
            .text
            .split("\n\n")
            .find(|part| part.contains(" Problem"));
        let lines = problems.unwrap_or_default().lines().skip(1);
        let place = |line: &str| {
            let (place, _) = line.split_once(": ").expect("a place and a sentence");
            let (before, column) = place.split_once(", Spalte ").unwrap_or((place, ""));
            let letter = column.split(' ').next().unwrap_or_default();
            format!("{before}, Spalte {letter}")
        };
        lines.map(place).collect()
    }

    /// The last line.
    fn outcome(&self) -> &str {
        self.text.trim_end().lines().last().unwrap_or_default()
    }

    #[track_caller]
    fn ended(&self, code: i32, outcome: &str) {
        assert_eq!(self.code, code, "{}", self.text);
        assert!(self.outcome().starts_with(outcome), "{}", self.text);
    }
}

async fn position(world: &World) -> u64 {
    let access = world
        .store
        .operator()
        .agency(AGENCY)
        .await
        .unwrap()
        .unwrap();
    world.store.position(&access).await.unwrap()
}

/// Writes the tables as files of that kind.
fn files(office: &Office, kind: Kind, folder: &TempDir) -> Vec<PathBuf> {
    match kind {
        Kind::Texts => office.texts(folder.path()),
        Kind::Workbook => office.workbook(folder.path()),
    }
}

on_both!(
    async fn forty_faults_are_named_and_nothing_else_is(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let before = position(&world).await;
        for kind in [Kind::Texts, Kind::Workbook] {
            let folder = tempfile::tempdir().unwrap();
            let planted = forty(kind);
            let files = files(&planted.office, kind, &folder);
            for options in [&["--dry-run"][..], &[]] {
                let told = import(&world.database, &files, options);
                let (mut named, mut expected) = (told.places(), planted.places.clone());
                named.sort_unstable();
                expected.sort_unstable();
                assert_eq!(named, expected, "{kind:?}\n{}", told.text);
                let sound = CASES - planted.cases;
                told.ended(
                    3,
                    &format!(
                        "Nichts wurde eingetragen. {sound} von {CASES} Fällen sind in Ordnung"
                    ),
                );
                assert_eq!(position(&world).await, before);
            }
        }
        world.stop().await;
    }
);

on_both!(
    async fn tables_are_imported_once_and_as_if_entered_over_http(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let (folder, before) = (tempfile::tempdir().unwrap(), position(&world).await);
        let office = Office::sound();
        let (texts, workbook) = (office.texts(folder.path()), office.workbook(folder.path()));
        let all = commands();
        import(&world.database, &texts, &["--dry-run"])
            .ended(0, "Nichts wurde eingetragen. 200 von 200");
        assert_eq!(position(&world).await, before);
        import(&world.database, &texts, &[]).ended(0, &format!("{all} eingetragen, 0 schon da."));
        let after = position(&world).await;
        assert_eq!(after, before + all as u64);
        // The same again, and the same in a file of another kind.
        for files in [&texts, &workbook] {
            import(&world.database, files, &[])
                .ended(0, &format!("0 eingetragen, {all} schon da."));
            import(&world.database, files, &["--dry-run", "--language", "en"]).ended(
                0,
                "Nothing was recorded. 200 of 200 cases are sound: 0 entries",
            );
        }
        assert_eq!(position(&world).await, after);
        check_rebuild(&world.database).unwrap();

        let by_hand = World::founded(engine, &[AGENCY]).await;
        let clerk = Clerk::of(&by_hand).await;
        for case in office::cases() {
            clerk.enter(&case).await;
        }
        let (imported, entered) = (held(&world.store).await, held(&by_hand.store).await);
        assert_eq!(imported.len(), CASES);
        for (imported, entered) in imported.iter().zip(&entered) {
            assert_eq!(imported, entered);
        }
        by_hand.stop().await;
        world.stop().await;
    }
);

on_both!(
    async fn sound_cases_go_in_beside_faulty_ones_if_asked_and_the_rest_follows(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let (folder, before) = (tempfile::tempdir().unwrap(), position(&world).await);
        let planted = forty(Kind::Workbook);
        let faulty = planted.office.workbook(folder.path());
        let told = import(&world.database, &faulty, &["--skip-faulty"]);
        assert_eq!(told.code, 4, "{}", told.text);
        assert_eq!(told.places().len(), 40);
        assert_eq!(held(&world.store).await.len(), CASES - planted.cases);
        let sound = Office::sound().workbook(folder.path());
        let told = import(&world.database, &sound, &[]);
        assert_eq!(told.code, 0, "{}", told.text);
        assert_eq!(position(&world).await, before + commands() as u64);
        assert_eq!(held(&world.store).await.len(), CASES);

        // A table as a whole that is wrong holds everything up.
        let mut office = Office::sound();
        office.tables[NEEDS].lines[0][5] = "Eile".into();
        let files = office.workbook(folder.path());
        let told = import(&world.database, &files, &["--skip-faulty"]);
        let header = |column| Office::place(NEEDS, 1, column, true);
        let missing = header(5).replace("Spalte F", "Spalte „dringlichkeit“");
        assert_eq!(told.code, 3, "{}", told.text);
        assert!(
            told.text.contains(&header(5)) && told.text.contains(&missing),
            "{}",
            told.text
        );
        assert_eq!(told.places().len(), 2, "{}", told.text);
        world.stop().await;
    }
);

on_both!(
    async fn a_line_that_was_changed_is_named_and_one_that_was_added_goes_in(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let folder = tempfile::tempdir().unwrap();
        let mut office = Office::sound();
        for table in &mut office.tables {
            table.lines.truncate(21);
        }
        // Cases and contacts of twenty or ten cases; then the rest.
        let files = office.texts(folder.path());
        let told = import(&world.database, &files[..=CONTACTS], &[]);
        told.ended(0, "40 eingetragen, 0 schon da.");
        let before = position(&world).await;
        let told = import(&world.database, &files, &["--dry-run"]);
        // Ten cases have neither needs, which their priorities name, nor an initial meeting, which five signings need.
        assert_eq!(told.code, 3, "{}", told.text);
        assert_eq!(told.places().len(), 15, "{}", told.text);
        for table in [PRIORITIES, AGREEMENTS] {
            office.tables[table].lines.truncate(11);
        }
        let files = office.texts(folder.path());
        import(&world.database, &files, &[]).ended(0, "45 eingetragen, 40 schon da.");
        assert_eq!(position(&world).await, before + 45);
        check_rebuild(&world.database).unwrap();

        let before = position(&world).await;
        let mut changed = office.clone();
        // Another word for the same is no change, another thing is.
        changed.tables[FALLS].lines[3][6] = "Ansprache".into();
        changed.tables[FALLS].lines[4][6] = "Anfrage".into();
        changed.tables[NEEDS].lines[5][4] = "Etwas anderes".into();
        changed.tables[AGREEMENTS].lines[7][8] = "Zeugin".into();
        let files = changed.texts(folder.path());
        let told = import(&world.database, &files, &[]);
        let places = [(FALLS, 5, 0), (NEEDS, 6, 1), (AGREEMENTS, 8, 5)];
        let places = places.map(|(table, line, column)| Office::place(table, line, column, false));
        assert_eq!(told.places(), places, "{}", told.text);
        told.ended(3, "Nichts wurde eingetragen. 17 von 20 Fällen");
        assert_eq!(position(&world).await, before);
        world.stop().await;
    }
);

on_both!(
    async fn what_is_recorded_otherwise_and_who_may_not_is_told(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let folder = tempfile::tempdir().unwrap();
        let clerk = world.as_role(AGENCY, Role::Coordinator);
        let key = &office::cases()[2].key;
        let open = json!({"occurred_on": "2015-01-01", "municipality": {"key": key}, "origin": "request",
            "site": world.site(AGENCY, "Halle").await, "advisor": world.member(AGENCY, Role::Advisor).await});
        let path = format!("/v1/agencies/{AGENCY}/cases");
        clerk.post(&path, &open).send().await.expect_status(201);
        let before = position(&world).await;
        let files = Office::sound().texts(folder.path());
        let told = import(&world.database, &files, &[]);
        assert_eq!(
            told.places(),
            [Office::place(FALLS, 4, 2, false)],
            "{}",
            told.text
        );
        assert!(told.text.contains("(R02)"), "{}", told.text);

        let advisor = fallbuch_api::demo::login(AGENCY, Role::Advisor).subject;
        let told = import(&world.database, &files, &["--as", &advisor]);
        assert_eq!(told.code, 2, "one member only: {}", told.text);
        let mut command = fallbuch(
            &world.database,
            &["import", "--agency", AGENCY, "--as", &advisor],
        );
        let output = command.args(&files).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            error.contains("case:open, agreement:write, agreement:sign"),
            "{error}"
        );

        // A file that is not there, one that says nothing, and one that is none of the tables.
        let missing = folder.path().join("bedarfe.csv");
        let (empty, other) = (
            folder.path().join("empty.csv"),
            folder.path().join("other.csv"),
        );
        std::fs::write(&empty, "").unwrap();
        std::fs::write(&other, "Name;Telefon\r\nx;y\r\n").unwrap();
        let told = import(&world.database, &[missing, empty, other], &[]);
        assert_eq!(told.code, 3);
        assert_eq!(told.places().len(), 3, "{}", told.text);
        assert_eq!(position(&world).await, before);
        world.stop().await;
    }
);

on_both!(
    async fn two_imports_of_the_same_at_once_record_it_once(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let (folder, before) = (tempfile::tempdir().unwrap(), position(&world).await);
        let files = Office::sound().texts(folder.path());
        let (database, all) = (world.database.clone(), commands());
        let both = [0, 1].map(|_| {
            let (database, files) = (database.clone(), files.clone());
            std::thread::spawn(move || import(&database, &files, &[]))
        });
        let mut recorded = 0;
        for told in both.map(|one| one.join().unwrap()) {
            assert_eq!(told.code, 0, "{}", told.text);
            let numbers = told
                .outcome()
                .split(' ')
                .filter_map(|word| word.parse::<usize>().ok());
            let numbers: Vec<_> = numbers.collect();
            assert_eq!(numbers.iter().sum::<usize>(), all, "{}", told.text);
            recorded += numbers[0];
        }
        assert_eq!(recorded, all);
        assert_eq!(position(&world).await, before + all as u64);
        assert_eq!(held(&world.store).await.len(), CASES);
        world.stop().await;
    }
);

#[tokio::test]
async fn a_mistyped_folder_is_not_filled_with_an_empty_database() {
    let database = Database::bare(Engine::Sqlite).await;
    let folder = database.data_dir().join("mistyped");
    let order = ["import", "--agency", AGENCY, "--as", "x", "cases.csv"];
    let token = ["token", "--agency", AGENCY, "--role", "advisor"];
    for arguments in [&order[..], &["rebuild", "heads"], &token] {
        let mut command = fallbuch(&database, arguments);
        command.env("FALLBUCH_DATA_DIR", &folder);
        command.env_remove("FALLBUCH_DATABASE_URL");
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(error.contains("there is no database at "), "{error}");
        assert!(!folder.exists(), "{arguments:?}");
    }
}
