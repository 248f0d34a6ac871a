//! The templates: what they show as an example is what is read.

use std::path::Path;

use fallbuch_tests::{Engine, World, fallbuch};

use super::{AGENCY, import, position};

const FORMS: [&str; 6] = [
    "cases",
    "contacts",
    "needs",
    "priorities",
    "agreements",
    "follow_ups",
];

/// Writes a template of a form into a file.
fn template(world: &World, form: &str, path: &Path, language: &str) -> bool {
    let options = ["import", "--template", form, "--language", language];
    let mut command = fallbuch(&world.database, &options);
    command.arg(path).output().unwrap().status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_template_shows_is_what_is_read() {
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    let before = position(&world).await;
    for language in ["de", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let mut filled = Vec::new();
        for form in FORMS {
            let path = folder.path().join(format!("{form}.csv"));
            assert!(template(&world, form, &path, language), "{form}");
            assert!(
                !template(&world, form, &path, language),
                "{form} is not written over"
            );
            // As it is, it says nothing.
            let told = import(&world.database, std::slice::from_ref(&path), &["--dry-run"]);
            told.ended(0, "Nichts wurde eingetragen. 0 von 0");
            let text = std::fs::read_to_string(&path).unwrap();
            let [headers, _, example] = text.lines().collect::<Vec<_>>()[..] else {
                panic!("{text}");
            };
            let example = example.strip_prefix("# ").expect("a remark");
            std::fs::write(&path, format!("{headers}\r\n{example}\r\n")).unwrap();
            filled.push(path);
        }
        let told = import(&world.database, &filled, &["--dry-run"]);
        told.ended(
            0,
            "Nichts wurde eingetragen. 1 von 1 Fällen sind in Ordnung: 7 Einträge",
        );

        let workbook = folder.path().join("all.xlsx");
        assert!(template(&world, "workbook", &workbook, language));
        import(&world.database, &[workbook], &["--dry-run"])
            .ended(0, "Nichts wurde eingetragen. 0 von 0");
    }
    assert_eq!(position(&world).await, before);
    world.stop().await;
}
