//! Tables at the command line: importing them, and writing templates of them.

use super::{CliError, open_existing};
use crate::config::{Config, ImportArguments};
use crate::import::{Imported, import, write_template};

/// A report on what was not done, or not all of it.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// For a person to read, on standard output.
    pub text: String,
    /// What the process is to end with.
    pub code: u8,
}

/// Carries it out; the answer is for standard output.
///
/// # Errors
/// If anything is wrong with the tables, the member may not, or the store fails.
pub(super) async fn run(config: &Config, arguments: ImportArguments) -> Result<String, CliError> {
    if let Some((template, language, path)) = arguments.template() {
        let path = write_template(template, language, path)?;
        return Ok(format!("{}\n", path.display()));
    }
    let store = open_existing(config).await?;
    let imported = import(&store, &arguments.order()).await;
    store.shutdown().await;
    let Imported { text, code } = imported?;
    match code {
        0 => Ok(text),
        code => Err(CliError::Unfinished(Unfinished { text, code })),
    }
}
