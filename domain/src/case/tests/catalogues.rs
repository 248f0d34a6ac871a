//! Catalogues other than the shipped one.

use std::sync::LazyLock;

use serde_json::json;
use time::macros::date;

use crate::catalogue::{Catalogue, Entry, EntryKind};

/// Since 2016 another version of the quality dimensions is valid: `data` is gone, `digital` is new;
/// before June 2014 none was.
pub(super) static OTHER_DIMENSIONS: LazyLock<Catalogue> = LazyLock::new(|| {
    let (mut entries, first): (Vec<_>, Vec<_>) = Catalogue::shipped_entries()
        .unwrap()
        .into_iter()
        .partition(|entry| entry.kind != EntryKind::Dimension);
    for entry in first {
        if entry.code == "strategy" {
            let mut digital = second_version(entry.clone());
            digital.code = "digital".to_owned();
            digital.body["name"] = json!({"de": "Digitalisierung", "en": "Digitalisation"});
            entries.push(digital);
        }
        if entry.code != "data" {
            entries.push(second_version(entry.clone()));
        }
        entries.push(Entry {
            valid_from: Some(date!(2014 - 06 - 01)),
            valid_to: Some(date!(2015 - 12 - 31)),
            ..entry
        });
    }
    Catalogue::from_entries(entries).unwrap()
});

/// The programme takes applications without an agreement.
pub(super) static NO_AGREEMENT_REQUIRED: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut entries = Catalogue::shipped_entries().unwrap();
    for entry in &mut entries {
        if entry.kind == EntryKind::Programme {
            entry.body["agreement_required"] = json!(false);
        }
    }
    Catalogue::from_entries(entries).unwrap()
});

/// The programme begins on 2 June 2017.
pub(super) static LATER_PROGRAMME: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut entries = Catalogue::shipped_entries().unwrap();
    for entry in &mut entries {
        if entry.kind == EntryKind::Programme {
            entry.valid_from = Some(date!(2017 - 06 - 02));
        }
    }
    Catalogue::from_entries(entries).unwrap()
});

fn second_version(entry: Entry) -> Entry {
    Entry {
        version: 2,
        valid_from: Some(date!(2016 - 01 - 01)),
        ..entry
    }
}
