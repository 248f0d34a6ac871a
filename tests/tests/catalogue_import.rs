//! Next year's official list of districts at the command line, on both databases: a file as it is published, made of
//! the catalogue that is there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fallbuch_domain::Role;
use fallbuch_domain::catalogue::{Catalogue, MunicipalityKind};
use fallbuch_tests::{Database, Engine, World, fallbuch, on_both};
use time::macros::date;

/// Key, and name with what it is, as the file says it.
type Districts = BTreeMap<String, (String, &'static str)>;

/// What there is on the shipped list's day.
fn shipped() -> Districts {
    let catalogue = Catalogue::shipped().unwrap();
    let listed = catalogue.municipalities_on(Some(date!(2023 - 11 - 30)));
    let kind = |kind| match kind {
        MunicipalityKind::IndependentCity => Some("41"),
        MunicipalityKind::District => Some("44"),
        // The file knows no boroughs, and local municipalities by records of another kind.
        MunicipalityKind::Borough | MunicipalityKind::LocalMunicipality => None,
    };
    listed
        .filter_map(|one| Some((one.key.clone(), (one.name.clone(), kind(one.kind)?))))
        .collect()
}

/// The file, in ISO-8859-15, with records of Länder, associations and local municipalities around the districts.
fn file(districts: &Districts, day: &str) -> Vec<u8> {
    let mut text = String::new();
    let mut record = |head: String| writeln!(text, "{head:<220}\r").unwrap();
    for (key, (name, kind)) in districts {
        record(format!("10{day}{:<12}Land", &key[..2]));
        record(format!("40{day}{key:<12}{name:<50}{:<50}{kind}", "Sitz"));
        record(format!("50{day}{key}   1001Verband"));
        record(format!("60{day}{key}0001001Gemeinde"));
    }
    let byte = |one: char| u8::try_from(u32::from(one)).unwrap();
    text.chars().map(byte).collect()
}

fn save(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("GV100AD_31122025.txt");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Imports the file; whether it went well, and what was said.
fn import(database: &Database, file: &Path, more: &[&str]) -> (bool, String) {
    let mut arguments = vec!["catalogue", "import", file.to_str().unwrap()];
    arguments.extend(more);
    let mut command = fallbuch(database, &arguments);
    if let Some(owner) = database.owner_address() {
        command.env("FALLBUCH_OWNER_DATABASE_URL", owner);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

on_both!(
    async fn next_years_list_is_taken_over_once(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let database = &world.database;
        let folder = tempfile::tempdir().unwrap();
        let mut districts = shipped();
        let present = save(folder.path(), &file(&districts, "20251231"));
        let (fine, said) = import(database, &present, &[]);
        assert!(fine, "{said}");
        assert_eq!(
            said,
            "400 districts and independent cities on 2025-12-31.\nNothing changes.\n"
        );

        districts.remove("15081").unwrap();
        districts.insert("15999".to_owned(), ("Altmark".to_owned(), "44"));
        "Halle an der Saale".clone_into(&mut districts.get_mut("15002").unwrap().0);
        let next = save(folder.path(), &file(&districts, "20251231"));
        let successor = ["--successor", "15081=15999"];
        let told = "400 districts and independent cities on 2025-12-31.\n\
                    15002 changed: Halle an der Saale (independent_city), before Halle (Saale), Stadt (independent_city)\n\
                    15081 ended: Altmarkkreis Salzwedel (district), succeeded by 15999\n\
                    15999 began: Altmark (district)\n";
        let dry = import(database, &next, &["--dry-run", successor[0], successor[1]]);
        assert_eq!(dry, (true, format!("{told}Dry run: nothing was stored.\n")));
        let done = import(database, &next, &successor);
        let restart = "Stored. Servers read the code lists at their start: restart every server.\n";
        assert_eq!(done, (true, format!("{told}{restart}")));
        let (fine, said) = import(database, &next, &successor);
        assert!(fine && said.ends_with("Nothing changes.\n"), "{said}");

        // This server knows the list it was started with, the next one the new one.
        let name = async |world: &World, day: &str| {
            let client = world.as_role("transmit", Role::Reader);
            let path = format!("/v1/catalogue/municipalities?valid_on={day}");
            let all = client.get(&path).send().await.expect_status(200).json();
            let mut items = all["items"].as_array().unwrap().iter();
            let found = items.find(|one| one["key"] == "15002").unwrap()["name"].clone();
            found.as_str().unwrap().to_owned()
        };
        assert_eq!(name(&world, "2025-12-31").await, "Halle (Saale), Stadt");
        let restarted = World::on(world.halt().await).await;
        assert_eq!(name(&restarted, "2025-12-30").await, "Halle (Saale), Stadt");
        assert_eq!(name(&restarted, "2025-12-31").await, "Halle an der Saale");
        restarted.stop().await;
    }
);

on_both!(
    async fn a_bad_file_is_told_by_line_and_column_and_stores_nothing(engine: Engine) {
        let world = World::empty(engine).await;
        let database: &Database = &world.database;
        let folder = tempfile::tempdir().unwrap();
        let mut districts = shipped();
        districts.remove("15081").unwrap();
        districts.get_mut("01001").unwrap().1 = "99";
        let bad = save(folder.path(), &file(&districts, "20251231"));
        let (fine, said) = import(database, &bad, &[]);
        assert!(!fine && said.contains("line 2, column 123"), "{said}");
        districts.get_mut("01001").unwrap().1 = "41";
        let other_day = String::from_utf8_lossy(&file(&districts, "20251231"))
            .replacen("4020251231", "4020251230", 3)
            .replacen("4020251230", "4020251231", 2);
        let bad = save(folder.path(), other_day.as_bytes());
        let (fine, said) = import(database, &bad, &[]);
        assert!(!fine && said.contains("line 10, column 3"), "{said}");
        let half = file(&districts, "20251231");
        let half = save(folder.path(), &half[..half.len() / 2 / 222 * 222]);
        let (fine, said) = import(database, &half, &[]);
        assert!(!fine && said.contains("not whole"), "{said}");

        let good = save(folder.path(), &file(&districts, "20251231"));
        for (key, said) in [("15002", "15002 has not ended"), ("1508", "five digits")] {
            let (fine, told) = import(database, &good, &["--ended-without-successor", key]);
            assert!(!fine && told.contains(said), "{told}");
        }
        let both = [
            "--successor",
            "15081=15002",
            "--ended-without-successor",
            "15081",
        ];
        let (fine, said) = import(database, &good, &both);
        assert!(
            !fine && said.contains("15081 is given the successor 15002 and to have none"),
            "{said}"
        );
        for wrong in ["15002=15003", "15081=15081", "15081", "15081=00000"] {
            let (fine, said) = import(database, &good, &["--successor", wrong]);
            assert!(!fine, "{wrong}: {said}");
        }
        let twice = ["--successor", "15081=15002", "--successor", "15081=15003"];
        let (fine, said) = import(database, &good, &twice);
        assert!(!fine && said.contains("two successors"), "{said}");
        let (fine, said) = import(database, &folder.path().join("absent"), &[]);
        assert!(!fine && said.contains("absent"), "{said}");
        // After all of this the whole change is still to be made.
        let (fine, said) = import(database, &good, &["--dry-run"]);
        assert!(fine && said.contains("15081 ended"), "{said}");
        if matches!(engine, Engine::Postgres) {
            let path = good.to_str().unwrap();
            let arguments = ["catalogue", "import", path];
            let output = fallbuch(database, &arguments).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("FALLBUCH_OWNER_DATABASE_URL"), "{said}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn a_file_that_was_cut_off_ends_no_district_unasked(engine: Engine) {
        let world = World::empty(engine).await;
        let database: &Database = &world.database;
        let folder = tempfile::tempdir().unwrap();
        let whole = file(&shipped(), "20251231");
        let at = |record: &str| {
            let mut places = whole.windows(record.len());
            places.position(|bytes| bytes == record.as_bytes()).unwrap()
        };
        // Within a record, behind the record of a district, and behind the one of an association.
        for (bytes, said) in [
            (
                at("402025123116074") + 100,
                "column 101: the file ends within this line",
            ),
            (
                at("502025123116074"),
                "no local municipalities (records 60) of 16074",
            ),
            (at("602025123116074"), "of 16074, 16074 1001"),
        ] {
            let cut = save(folder.path(), &whole[..bytes]);
            let (fine, told) = import(database, &cut, &[]);
            assert!(!fine && told.contains(said), "{told}");
        }
        // Between two districts nothing shows it: whoever imports it is asked.
        let cut = save(folder.path(), &whole[..at("402025123116074") - 222]);
        let (fine, told) = import(database, &cut, &["--dry-run"]);
        assert!(
            fine && told.contains("16077 ended: Altenburger Land (district), no successor given"),
            "{told}"
        );
        let mut said = vec!["--successor", "16074=16073"];
        for key in ["16075", "16076", "16077"] {
            assert!(
                told.contains(&format!("--ended-without-successor {key}\n")),
                "{told}"
            );
            let (fine, told) = import(database, &cut, &said);
            assert!(
                !fine && told.contains(&format!("--successor {key}=NEW")),
                "{told}"
            );
            assert!(!told.contains("16074"), "{told}");
            said.extend(["--ended-without-successor", key]);
        }
        let (fine, told) = import(database, &save(folder.path(), &whole), &[]);
        assert!(fine && told.ends_with("Nothing changes.\n"), "{told}");
        // It may be so all the same.
        let cut = save(folder.path(), &whole[..at("402025123116074") - 222]);
        let (fine, told) = import(database, &cut, &said);
        assert!(
            fine && told
                .contains("16075 ended: Saale-Orla-Kreis (district), without a successor\n"),
            "{told}"
        );
        assert!(
            told.contains("16074 ended: Saale-Holzland-Kreis (district), succeeded by 16073\n"),
            "{told}"
        );
        let (fine, told) = import(database, &cut, &said);
        assert!(fine && told.ends_with("Nothing changes.\n"), "{told}");
        world.stop().await;
    }
);

on_both!(
    async fn a_list_of_a_day_to_come_locks_nobody_out(engine: Engine) {
        let world = World::empty(engine).await;
        let database: &Database = &world.database;
        let folder = tempfile::tempdir().unwrap();
        let mut districts = shipped();
        "Halle".clone_into(&mut districts.get_mut("15002").unwrap().0);
        let future = save(folder.path(), &file(&districts, "20991231"));
        for more in [&["--dry-run"][..], &[]] {
            let (fine, said) = import(database, &future, more);
            assert!(
                !fine && said.contains("the file is about 2099-12-31, and today is 20"),
                "{said}"
            );
        }
        // With the end of file that DOS writes.
        let mut bytes = file(&districts, "20251231");
        bytes.push(0x1a);
        let (fine, said) = import(database, &save(folder.path(), &bytes), &[]);
        assert!(fine && said.contains("Stored"), "{said}");
        // What cannot be seen is told by its place and stands in no answer.
        let bytes = file(&districts, "20251231").into_iter().map(char::from);
        let text: String = bytes.collect();
        let text = text.replacen("Halle ", "Ha\u{202e}le ", 1);
        let (fine, said) = import(
            database,
            &save(folder.path(), text.as_bytes()),
            &["--dry-run"],
        );
        assert!(
            !fine && said.contains("column 25: a character that cannot be seen"),
            "{said}"
        );
        assert!(!said.contains('\u{202e}'), "{said}");
        world.stop().await;
    }
);
