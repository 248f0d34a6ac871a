//! The code lists as they lie in the database.

pub(crate) mod import;

use fallbuch_domain::catalogue::{Catalogue, Entry, EntryKind};
use sea_orm::{DatabaseConnection, EntityTrait};

use crate::entity::catalogue;
use crate::error::StoreError;

/// Reads all code lists; they are small and do not change while a server runs.
pub(crate) async fn load(queries: &DatabaseConnection) -> Result<Catalogue, StoreError> {
    let rows = catalogue::Entity::find().all(queries).await?;
    let entries = rows
        .into_iter()
        .map(stored)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Catalogue::from_entries(entries)?)
}

/// The entry that a row holds.
fn stored(row: catalogue::Model) -> Result<Entry, StoreError> {
    let unreadable = |what: &str| {
        StoreError::Corrupt(format!("catalogue entry {} {}: {what}", row.kind, row.code))
    };
    Ok(Entry {
        kind: row
            .kind
            .parse::<EntryKind>()
            .map_err(|_| unreadable("its kind"))?,
        version: u32::try_from(row.version).map_err(|_| unreadable("its version"))?,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        body: serde_json::from_str(&row.body)?,
        code: row.code,
    })
}
