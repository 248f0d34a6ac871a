//! What was measured: as a table for people and as `summary.json` for programs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::Serialize;

/// What a figure's ratio to its limit should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// More is better, and this is the least.
    AtLeast(f64),
    /// Less is better, and this is the most.
    AtMost(f64),
    /// Only told.
    Reported,
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) limit: Option<f64>,
    pub(crate) ratio: Option<f64>,
    #[serde(skip)]
    wanted: Wanted,
}

/// The figures of one run.
pub(crate) struct Report {
    asked: Vec<String>,
    figures: Vec<Figure>,
}

impl Report {
    /// A report of the figures whose names begin with one of `asked`; of all if that is empty.
    pub(crate) fn of(asked: Vec<String>) -> Self {
        Self {
            asked,
            figures: Vec::new(),
        }
    }

    /// Whether a figure is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|asked| name.starts_with(asked))
    }

    /// Adds the median of the values and, where there is one, of the limits they took turns with.
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        unit: &'static str,
        values: &[f64],
        limits: &[f64],
        wanted: Wanted,
    ) {
        let value = median(values);
        let limit = (!limits.is_empty()).then(|| median(limits));
        let ratio = limit.map(|limit| value / limit);
        let figure = Figure {
            name,
            value,
            unit,
            limit,
            ratio,
            wanted,
        };
        // A run takes minutes: each figure is told as soon as it is there.
        let _closed_pipe = io::stderr().write_all(figure.line().as_bytes());
        self.figures.push(figure);
    }

    /// Prints the table and writes the summary.
    pub(crate) fn finish(&self) -> io::Result<()> {
        let mut table = format!(
            "{:<24} {:>12} {:>12} {:<12} {:>6}  wanted\n",
            "figure", "value", "limit", "unit", "ratio"
        );
        for figure in &self.figures {
            table += &figure.line();
        }
        io::stdout().write_all(table.as_bytes())?;
        let path = summary()?;
        let text = serde_json::to_string_pretty(&self.figures)?;
        std::fs::write(path, text + "\n")
    }
}

impl Figure {
    fn line(&self) -> String {
        let limit = self.limit.map(|limit| format!("{limit:.1}"));
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}"));
        let wanted = match (self.wanted, self.ratio) {
            (Wanted::Reported, _) | (_, None) => "reported".to_owned(),
            (Wanted::AtLeast(least), Some(ratio)) => verdict("≥", least, ratio >= least),
            (Wanted::AtMost(most), Some(ratio)) => verdict("≤", most, ratio <= most),
        };
        format!(
            "{:<24} {:>12.1} {:>12} {:<12} {:>6}  {wanted}\n",
            self.name,
            self.value,
            limit.unwrap_or_default(),
            self.unit,
            ratio.unwrap_or_default(),
        )
    }
}

fn verdict(sign: &str, wanted: f64, met: bool) -> String {
    let missed = if met { "" } else { "  missed" };
    format!("{sign} {wanted:.2}{missed}")
}

/// `target/bench/summary.json`, beside the folder this program was built into.
fn summary() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).map(PathBuf::from);
    let folder = target.unwrap_or_default().join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join("summary.json"))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
