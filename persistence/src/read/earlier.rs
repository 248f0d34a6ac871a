//! What whoever sends many commands looks at before: which of them were carried out already, and who holds the keys
//! that the others ask about.
//!
//! Invariant: nothing here decides. What is seen can be another thing a moment later; the writer looks again.

use std::collections::BTreeMap;

use fallbuch_domain::Key;
use uuid::Uuid;

use crate::access::Access;
use crate::error::StoreError;
use crate::session::Session as _;
use crate::store::Store;
use crate::tenant::on_bound;
use crate::writer::IdempotencyKey;

/// A command that was carried out before under the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The command's id, which its events carry.
    pub command: Uuid,
    /// The stream it went to.
    pub stream: Uuid,
    /// Whether it was the same command; otherwise its key would be refused.
    pub is_same: bool,
}

impl Store {
    /// What became of commands with these keys before, in their order; none for one that was never carried out.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn earlier(
        &self,
        access: &Access,
        keys: &[IdempotencyKey],
    ) -> Result<Vec<Option<Earlier>>, StoreError> {
        let commands: Vec<Uuid> = keys.iter().map(|key| key.command_id(access)).collect();
        let mut bound = self.readers().bound(access.scope()).await?;
        let recorded = on_bound!(bound, connection => {
            connection.recorded(access.agency(), &commands).await?
        });
        let found = commands.iter().zip(keys).map(|(command, key)| {
            let recorded = recorded.get(command)?;
            Some(Earlier {
                command: *command,
                stream: recorded.stream,
                is_same: recorded.fingerprint == key.fingerprint,
            })
        });
        Ok(found.collect())
    }

    /// The streams that hold these keys, as far as one does.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn holders(
        &self,
        access: &Access,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<BTreeMap<Key, Uuid>, StoreError> {
        let mut holders = BTreeMap::new();
        for key in keys {
            if let Some(holder) = self.key_holder(access, &key).await? {
                holders.insert(key, holder);
            }
        }
        Ok(holders)
    }
}
