//! The binary `fallbuch`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use fallbuch_api::{CliError, CommandLine, Unfinished};
use tracing_subscriber::EnvFilter;

/// Most of what a request allocates lives as long as the request: this allocator gives and takes it back at
/// about half the price of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    // The log goes to standard error: standard output is for what was asked for.
    let filter = EnvFilter::try_from_env("FALLBUCH_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::env::var("FALLBUCH_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        let colours = std::io::stderr().is_terminal();
        log.with_target(false).with_ansi(colours).init();
    }
    match fallbuch_api::run(line).await {
        Ok(text) => match std::io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(CliError::Unfinished(Unfinished { text, code })) => {
            let told = std::io::stdout().write_all(text.as_bytes());
            told.map_or(ExitCode::FAILURE, |()| code.into())
        }
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
