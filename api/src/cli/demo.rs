//! Filling an empty database, and how to begin with it.

use std::fmt::Write as _;

use fallbuch_domain::Role;
use fallbuch_persistence::Store;
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, base_of, open, token_for};
use crate::config::{Config, DemoSize};
use crate::demo::network::{self, Extent};
use crate::demo::{self, DemoError};

/// Fills the database if it is empty; the text for standard output says how to begin.
pub(super) async fn run(config: &Config, size: DemoSize, seed: u64) -> Result<String, CliError> {
    config.make_data_dir()?;
    let store = open(config).await?;
    let done = fill(config, &store, size, seed).await;
    store.shutdown().await;
    done
}

async fn fill(
    config: &Config,
    store: &Store,
    size: DemoSize,
    seed: u64,
) -> Result<String, CliError> {
    let operator = store.operator();
    let seeded = operator.is_to_be_filled().await?;
    if seeded {
        match size {
            DemoSize::Small => operator.fill(demo::seed(store)).await?,
            DemoSize::Network => operator.fill(tell_network(store, seed)).await?,
        }
    }
    let token = token_for(config, store, demo::AGENCY, Role::Coordinator).await?;
    let state = match (seeded, size) {
        (false, _) => "The database has data already; nothing was added.",
        (true, DemoSize::Small) => {
            "Nine agencies, their sites and members, and seven cases after public history are in the database."
        }
        (true, DemoSize::Network) => {
            "Nine agencies with 220 cases and 40,000 events of ten years, all of it invented, are in the database."
        }
    };
    let mut text = String::new();
    write_guide(&mut text, state, &base_of(config), &token);
    Ok(text)
}

/// The network's histories, with a bar on a terminal.
async fn tell_network(store: &Store, seed: u64) -> Result<(), DemoError> {
    let extent = Extent::network(seed)?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(extent.events);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} events, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let told = network::seed(store, &extent, &|events| bar.inc(events)).await;
    bar.finish_and_clear();
    told
}

fn write_guide(text: &mut String, state: &str, base: &str, token: &str) {
    let cases = format!("{base}/v1/agencies/{}/cases", demo::AGENCY);
    // Writing to a string does not fail.
    let _infallible = write!(
        text,
        "{state}\n\n\
         Documentation  {base}/docs/\n\
         Contract       {base}/openapi.json\n\
         Health         {base}/health/ready\n\n\
         A token of the coordinator of {agency}, valid for twelve hours:\n\n\
         export TOKEN={token}\n\n\
         Three requests to begin with:\n\n\
         curl -s -H \"Authorization: Bearer $TOKEN\" {base}/v1/me\n\n\
         curl -s -H \"Authorization: Bearer $TOKEN\" '{cases}?municipality=15002'\n\n\
         curl -s -H \"Authorization: Bearer $TOKEN\" -H 'Accept-Language: en' \\\n  \
         \"$(curl -s -H \"Authorization: Bearer $TOKEN\" '{cases}?municipality=15002' \\\n  \
         | sed 's|.*\"case_id\":\"\\([^\"]*\\)\".*|{cases}/\\1/timeline|')\"\n",
        agency = demo::AGENCY,
    );
}
