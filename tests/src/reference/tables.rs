//! The code lists as rows of text.

use std::collections::BTreeMap;

use serde_json::Value;

use super::text;

/// One version of one code.
#[derive(Clone, Debug)]
pub struct Row {
    /// The list: `dimension`, `focus_area`, `format`, `programme` or `municipality`.
    pub list: &'static str,
    /// The code.
    pub code: String,
    /// The version.
    pub version: u64,
    /// The first valid day; empty if it always was.
    pub from: String,
    /// The last valid day; empty if none is known.
    pub to: String,
    /// Whatever else the list says.
    pub body: Value,
}

impl Row {
    fn holds_on(&self, day: &str) -> bool {
        self.from.as_str() <= day && (self.to.is_empty() || day <= self.to.as_str())
    }
}

/// A municipality as a key names it on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// `district`, `independent_city`, `borough` or `local_municipality`.
    pub kind: String,
    /// The Land's code.
    pub land: String,
    /// Whether the list has its name.
    pub named: bool,
}

/// All rows, by list.
#[derive(Clone, Debug, Default)]
pub struct Tables(BTreeMap<&'static str, Vec<Row>>);

const FILES: [(&str, &str); 5] = [
    (
        "dimension",
        include_str!("../../../domain/data/dimensions.json"),
    ),
    (
        "focus_area",
        include_str!("../../../domain/data/focus_areas.json"),
    ),
    ("format", include_str!("../../../domain/data/formats.json")),
    (
        "programme",
        include_str!("../../../domain/data/programmes.json"),
    ),
    (
        "municipality",
        include_str!("../../../domain/data/municipalities.json"),
    ),
];

impl Tables {
    /// The lists that the product ships.
    ///
    /// # Panics
    /// If a file is no list.
    #[must_use]
    pub fn shipped() -> Self {
        let mut tables = Self::default();
        for (list, file) in FILES {
            let file: Value = serde_json::from_str(file).expect("JSON");
            for entry in file["entries"].as_array().expect("a list") {
                tables.add(Row {
                    list,
                    code: text(entry, "code").to_owned(),
                    version: file["version"].as_u64().expect("a version"),
                    from: text(entry, "valid_from").to_owned(),
                    to: text(entry, "valid_to").to_owned(),
                    body: entry.clone(),
                });
            }
        }
        tables
    }

    /// Adds a row.
    pub fn add(&mut self, row: Row) {
        self.0.entry(row.list).or_default().push(row);
    }

    /// The rows of a list, to be changed.
    pub fn rows_of(&mut self, list: &str) -> impl Iterator<Item = &mut Row> {
        self.0.get_mut(list).into_iter().flatten()
    }

    pub(super) fn rows(&self, list: &str) -> impl Iterator<Item = &Row> {
        self.0.get(list).into_iter().flatten()
    }

    /// The codes of a list, in all their versions.
    pub fn codes(&self, list: &str) -> impl Iterator<Item = &str> {
        self.rows(list).map(|row| row.code.as_str())
    }

    /// What a code means on a day: the highest version that is valid then.
    #[must_use]
    pub fn valid(&self, list: &str, code: &str, day: &str) -> Option<&Row> {
        let valid = self
            .rows(list)
            .filter(|row| row.code == code && row.holds_on(day));
        valid.max_by_key(|row| row.version)
    }

    /// The newest version of the dimensions on a day.
    pub(super) fn dimensions_version(&self, day: &str) -> Option<u64> {
        let valid = self.rows("dimension").filter(|row| row.holds_on(day));
        valid.map(|row| row.version).max()
    }

    /// The dimensions of one version.
    pub(super) fn dimensions_of(&self, version: u64) -> impl Iterator<Item = &str> {
        let rows = self
            .rows("dimension")
            .filter(move |row| row.version == version);
        rows.map(|row| row.code.as_str())
    }

    /// The municipality with this key on a day. Eight digits name a Gemeinde of a district; `…000`
    /// would be the district itself.
    #[must_use]
    pub fn municipality(&self, key: &str, day: &str) -> Option<Municipality> {
        let gemeinde = key.len() == 8 && !key.contains('-');
        let listed = if gemeinde { key.get(..5)? } else { key };
        let row = self.valid("municipality", listed, day)?;
        let of_district = text(&row.body, "kind") == "district" && !key.ends_with("000");
        if gemeinde && !of_district {
            return None;
        }
        let kind = if gemeinde {
            "local_municipality"
        } else {
            text(&row.body, "kind")
        };
        Some(Municipality {
            kind: kind.to_owned(),
            land: text(&row.body, "land").to_owned(),
            named: !gemeinde,
        })
    }

    /// How the key begins that took over from another: with all of it, or with the district of a Gemeinde.
    #[must_use]
    pub fn successor(&self, key: &str) -> Option<&str> {
        let listed = if key.len() == 8 && !key.contains('-') {
            key.get(..5)?
        } else {
            key
        };
        let mut rows = self.rows("municipality").filter(|row| row.code == listed);
        rows.find_map(|row| row.body["successor"].as_str())
    }
}
