//! Values that are fixed at the first start: the origin and the secret that the MACs rest on.
//!
//! Starting with another one would write a log that cannot be proven; so it is refused.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use sea_orm::{DatabaseConnection, EntityTrait};

use crate::database::Database;
use crate::entity::setting;
use crate::error::StoreError;
use crate::evidence::Secret;

/// A value that is fixed at the first start is another one now.
#[derive(Debug, thiserror::Error)]
pub enum SettingChanged {
    /// The origin.
    #[error("this database belongs to the origin {stored:?}; FALLBUCH_ORIGIN says another one")]
    Origin {
        /// The origin of the first start.
        stored: String,
    },
    /// The secret.
    #[error(
        "this database was begun with another secret: give the same one in FALLBUCH_SECRET or \
         FALLBUCH_SECRET_FILE"
    )]
    Secret,
}

/// Fixes origin and secret at the first start, and compares them at every other one.
pub(crate) async fn fix(
    database: &Database,
    queries: &DatabaseConnection,
    origin: &str,
    secret: &Secret,
) -> Result<(), StoreError> {
    let stored = fixed(database, queries, "origin", origin).await?;
    if stored != origin {
        return Err(SettingChanged::Origin { stored }.into());
    }
    let key = secret.key("fallbuch secret check")?;
    let check = STANDARD.encode(hmac::sign(&key, b"fallbuch").as_ref());
    if fixed(database, queries, "secret_check", &check).await? != check {
        return Err(SettingChanged::Secret.into());
    }
    Ok(())
}

/// The value of the first start, which is `value` if this is the first.
async fn fixed(
    database: &Database,
    queries: &DatabaseConnection,
    name: &str,
    value: &str,
) -> Result<String, StoreError> {
    const INSERT: &str =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    database
        .run(INSERT, vec![name.into(), value.into()])
        .await?;
    let row = setting::Entity::find_by_id(name).one(queries).await?;
    row.map(|row| row.value)
        .ok_or_else(|| StoreError::Corrupt(format!("setting {name} is missing")))
}
