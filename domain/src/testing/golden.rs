//! Golden files: the data of every shape that was ever released, as they were written then.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::envelope::UnreadableEvent;

/// A wire name with the version of a shape.
type Shape = (&'static str, u32);

/// What is wrong with the golden files of an event enum: a readable shape without a file, a file
/// without a readable shape, one that cannot be read, or one that is not lifted to the shape that
/// `present` names.
pub(crate) fn deviations(
    directory: &Path,
    (present, readable): (&[Shape], &[Shape]),
    read: impl Fn(&str, u32, &str) -> Result<Shape, UnreadableEvent>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut unmet = files(directory);
    for (event_type, schema) in readable {
        let path = directory.join(format!("{event_type}.{schema}.json"));
        unmet.remove(&path);
        let name = path.display();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                found.push(format!(
                    "{name}: {error}; FALLBUCH_WRITE_GOLDEN=1 writes the present shape"
                ));
                continue;
            }
        };
        match read(event_type, *schema, text.trim_end()) {
            Ok(shape) if shape.0 == *event_type && present.contains(&shape) => {}
            Ok(shape) => found.push(format!("{name}: read as {shape:?}")),
            Err(error) => found.push(format!("{name}: {error}")),
        }
    }
    let unmet = unmet.iter();
    found.extend(unmet.map(|path| format!("{}: of no readable shape", path.display())));
    found
}

/// Every file of a folder.
pub(crate) fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
