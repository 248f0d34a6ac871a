//! The first wall, statement by statement: what an agency reads and does is the same whether another agency is there or
//! not, and leaving one comparison with the agency out of any statement is noticed.
//!
//! Both agencies have the same ids of members, sites, cases and events, the same file numbers, keys and dates: nothing
//! but the agency tells their rows apart. SQLite, as nothing stands behind the statements there.

mod scene;

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt as _;

use super::mutation;
use crate::database::DatabaseUrl;
use crate::migration::{Roles, migrate};
use scene::{Scene, agency, rows};

/// After which time a play does not end any more; it takes a fraction of a second.
const ENDLESS: std::time::Duration = std::time::Duration::from_secs(5);

/// What each agency saw and has.
type Played = [(String, Vec<String>); 2];

/// Agencies in this order, on a new database.
async fn played(template: &Path, order: &[usize]) -> Played {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.sqlite3");
    std::fs::copy(template.join("test.sqlite3"), file).unwrap();
    let scene = Scene::open(folder.path(), order).await;
    let [first, second] = scene.play().await;
    let rows = async |whose| rows(folder.path(), agency(whose)).await;
    [(first, rows(0).await), (second, rows(1).await)]
}

/// Why a mutation that nobody noticed is none that lets anything through.
fn is_harmless(mutated: &str) -> Option<&'static str> {
    let sweeps = mutated.starts_with("DELETE FROM ") && mutated.contains("LIMIT 1000");
    if sweeps && mutated.contains(" WHERE $1 IS NOT NULL AND generation NOT IN") {
        return Some("equivalent: what is removed is the agency's by the outer comparison");
    }
    if mutated.starts_with("INSERT INTO projection")
        && mutated.contains("FROM lane WHERE $1 IS NOT NULL")
    {
        return Some("equivalent: another agency's projection begins a moment early");
    }
    if mutated.contains("DISTINCT stream_id FROM event WHERE $1 IS NOT NULL") {
        return Some("equivalent: more streams of the agency are folded anew than changed");
    }
    if mutated.starts_with("SELECT COUNT(*) AS count FROM (SELECT ") {
        return Some("not told apart here: it counts differences for the machine's owner alone");
    }
    if mutated.starts_with("SELECT position FROM projection WHERE $1 IS NOT NULL AND generation") {
        return Some("not tried: it tells of a second rebuild, and there is one at a time here");
    }
    if mutated.contains("FROM event WHERE $1 IS NOT NULL AND command_id = $2") {
        return Some("equivalent: a command's id is made of its agency's");
    }
    None
}

#[tokio::test]
async fn leaving_the_agency_out_of_any_statement_is_noticed() {
    let template = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&template.path().join("test.sqlite3"));
    migrate(&url, Roles::default()).await.unwrap();
    let [first, _] = played(template.path(), &[0]).await;
    let [_, second] = played(template.path(), &[1]).await;
    let alone = [first, second];
    for order in [[0, 1], [1, 0]] {
        let together = played(template.path(), &order).await;
        for (alone, together) in alone.iter().zip(&together) {
            for (alone, together) in alone.0.lines().zip(together.0.lines()) {
                assert_eq!(
                    alone, together,
                    "what an agency saw, in the order {order:?}"
                );
            }
            assert_eq!(
                alone.1, together.1,
                "what an agency has, in the order {order:?}"
            );
            assert_eq!(alone.0.len(), together.0.len());
        }
    }

    let mutations = mutation::seen();
    assert!(mutations.len() > 70, "{}", mutations.len());
    let mut unnoticed = Vec::new();
    for mutation in mutations {
        let mutated = mutation.mutated();
        mutation::activate(Some(mutation));
        let mut caught = None;
        for order in [[0, 1], [1, 0]] {
            // What it breaks may panic: that is noticing, too.
            let play = AssertUnwindSafe(played(template.path(), &order)).catch_unwind();
            caught = match tokio::time::timeout(ENDLESS, play).await {
                Err(_) => Some("it does not end"),
                Ok(Err(_)) => Some("it failed"),
                Ok(Ok(together)) if together != alone => {
                    Some("an agency saw or has something else")
                }
                Ok(Ok(_)) => continue,
            };
            break;
        }
        mutation::activate(None);
        match caught.or_else(|| is_harmless(&mutated)) {
            Some(caught) => println!("tried {mutated}\n  caught: {caught}"),
            None => unnoticed.push(mutated),
        }
    }
    let unnoticed = unnoticed.join("\n");
    assert!(unnoticed.is_empty(), "not noticed:\n{unnoticed}");
}

/// Where a scope is made, by the source.
fn makers(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() && !name.ends_with("/tests") {
            makers(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !name.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains("Scope::of(") {
                found.push(name.rsplit("/src/").next().unwrap().to_owned());
            }
        }
    }
}

#[test]
fn scopes_are_made_where_callers_are_checked_and_nowhere_else() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    makers(&source, &mut found);
    found.sort_unstable();
    let known = [
        "onboarding.rs",
        "projection/worker.rs",
        "store/entrance.rs",
        "store/network.rs",
    ];
    assert_eq!(found, known);
}
