//! The page on security names tests: each of them is there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The tests that a page names: in the last column of its table, in backticks.
fn named(page: &str) -> BTreeSet<&str> {
    let rows = page.lines().filter(|line| line.starts_with("| API"));
    let cells = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

fn missing<'a>(page: &'a str, text: &str) -> Vec<&'a str> {
    let is_there = |name: &&str| text.contains(&format!("fn {name}("));
    named(page)
        .into_iter()
        .filter(|name| !is_there(name))
        .collect()
}

#[test]
fn every_test_named_on_the_page_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let mut text = String::new();
    for folder in ["api", "domain", "persistence", "tests"] {
        sources(&root.join(folder), &mut text);
    }
    assert_eq!(missing(&page, &text), Vec::<&str>::new());
    assert_eq!(
        page.lines()
            .filter(|line| line.starts_with("| API"))
            .count(),
        10
    );
    assert!(named(&page).len() > 25, "{}", named(&page).len());
}

#[test]
fn one_that_is_not_there_is_noticed() {
    let page = "| API1 | walls | `one`, `two` |";
    assert_eq!(missing(page, "fn one() {}"), ["two"]);
}
