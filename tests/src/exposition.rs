//! Metrics as a strict reader of the OpenMetrics text format 1.0 takes them: what is not in the format
//! is an error, never skipped.

use std::collections::{BTreeMap, BTreeSet};

/// Every sample of an exposition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition(BTreeMap<Series, f64>);

/// What a sample is of: a name and labels with their values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// The name of the sample.
    pub name: String,
    /// The labels, by name.
    pub labels: BTreeMap<String, String>,
}

/// A family of metrics while its lines are read.
struct Family {
    name: String,
    kind: Option<String>,
    unit: Option<String>,
    help: Option<String>,
    samples: Vec<(Series, f64)>,
}

/// The samples of one histogram.
#[derive(Default)]
struct Parts {
    /// Upper bounds with what lies below them.
    buckets: Vec<(f64, f64)>,
    sums: usize,
    count: Option<f64>,
}

impl Exposition {
    /// Reads an exposition.
    ///
    /// # Errors
    /// The first line that breaks the format, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.strip_suffix("# EOF\n").ok_or("no # EOF at the end")?;
        if !lines.is_empty() && !lines.ends_with('\n') {
            return Err("the last line does not end".to_owned());
        }
        let (mut names, mut all) = (BTreeSet::new(), BTreeMap::new());
        let mut family: Option<Family> = None;
        for line in lines.lines() {
            let at = |error: String| format!("{line}: {error}");
            if let Some(metadata) = line.strip_prefix("# ") {
                let mut words = metadata.splitn(3, ' ');
                let (Some(kind), Some(name), Some(value)) =
                    (words.next(), words.next(), words.next())
                else {
                    return Err(at("no metadata".to_owned()));
                };
                if family.as_ref().is_none_or(|family| family.name != name) {
                    close(family.take(), &mut all).map_err(at)?;
                    if !names.insert(name.to_owned()) {
                        return Err(at("a family twice".to_owned()));
                    }
                    family = Some(Family::named(name).map_err(at)?);
                }
                if let Some(family) = &mut family {
                    family.describe(kind, value).map_err(at)?;
                }
            } else {
                let family = family.as_mut().ok_or_else(|| at("no family".to_owned()))?;
                family.samples.push(sample(line).map_err(at)?);
            }
        }
        close(family, &mut all)?;
        Ok(Self(all))
    }

    /// The value of a sample, none if it is not there.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.0.get(&Series::new(name, labels)).copied()
    }

    /// The sum over all samples of this name.
    #[must_use]
    pub fn sum(&self, name: &str) -> f64 {
        let samples = self.0.iter();
        let of_name = samples.filter(|(series, _)| series.name == name);
        of_name.map(|(_, value)| value).sum()
    }

    /// Every sample.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.0.keys()
    }

    /// By how much each sample of this name has changed since `before`; those that have not are left
    /// out.
    #[must_use]
    pub fn changes(&self, before: &Self, name: &str) -> BTreeMap<Series, f64> {
        let samples = self.0.iter().filter(|(series, _)| series.name == name);
        let changes = samples.map(|(series, value)| {
            let before = before.0.get(series).copied().unwrap_or_default();
            (series.clone(), value - before)
        });
        changes.filter(|(_, change)| *change != 0.0).collect()
    }
}

impl Series {
    /// A series by its name and labels.
    #[must_use]
    pub fn new(name: &str, labels: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            name: name.to_owned(),
            labels: labels.iter().map(owned).collect(),
        }
    }
}

impl Family {
    fn named(name: &str) -> Result<Self, String> {
        is_name(name).then_some(()).ok_or("a bad name")?;
        Ok(Self {
            name: name.to_owned(),
            kind: None,
            unit: None,
            help: None,
            samples: Vec::new(),
        })
    }

    fn describe(&mut self, kind: &str, value: &str) -> Result<(), String> {
        let place = match kind {
            "TYPE" => &mut self.kind,
            "UNIT" => &mut self.unit,
            "HELP" => &mut self.help,
            _ => return Err("metadata of no known kind".to_owned()),
        };
        if !self.samples.is_empty() || place.replace(value.to_owned()).is_some() {
            return Err("metadata twice or after samples".to_owned());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let suffixes: &[&str] = match self.kind.as_deref() {
            Some("counter") => &["_total"],
            Some("gauge") => &[""],
            Some("info") => &["_info"],
            Some("histogram") => &["_bucket", "_sum", "_count"],
            _ => return Err("a type that is not used here".to_owned()),
        };
        if self.help.as_deref().is_none_or(str::is_empty) {
            return Err("no help".to_owned());
        }
        let unit = self.unit.iter().all(|unit| {
            let rest = self.name.strip_suffix(unit.as_str());
            rest.is_some_and(|rest| rest.ends_with('_'))
        });
        if !unit || self.name.ends_with("_total") {
            return Err("a name that does not fit".to_owned());
        }
        for (series, value) in &self.samples {
            let suffix = series.name.strip_prefix(self.name.as_str());
            if !suffix.is_some_and(|suffix| suffixes.contains(&suffix)) {
                return Err(format!("{} is not of the family", series.name));
            }
            if self.kind.as_deref() != Some("gauge") && (value.is_nan() || *value < 0.0) {
                return Err(format!("{}: {value}", series.name));
            }
        }
        if self.kind.as_deref() == Some("histogram") {
            self.check_buckets()?;
        }
        Ok(())
    }

    /// Buckets rise to the count, which stands under `+Inf`; a sum and a count are there.
    fn check_buckets(&self) -> Result<(), String> {
        let mut histograms: BTreeMap<_, Parts> = BTreeMap::new();
        for (series, value) in &self.samples {
            let mut labels = series.labels.clone();
            let bound = labels.remove("le");
            let parts = histograms.entry(labels).or_default();
            match (series.name.strip_prefix(self.name.as_str()), bound) {
                (Some("_bucket"), Some(bound)) => parts.buckets.push((number(&bound)?, *value)),
                (Some("_sum"), None) => parts.sums += 1,
                (Some("_count"), None) => parts.count = Some(*value),
                _ => return Err(format!("{}: a label `le` too many or too few", series.name)),
            }
        }
        for (labels, parts) in histograms {
            let rising = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
            let last = parts.buckets.last().copied();
            let whole = parts
                .count
                .is_some_and(|count| last == Some((f64::INFINITY, count)));
            if !whole || parts.sums != 1 || !parts.buckets.windows(2).all(rising) {
                return Err(format!("{} {labels:?}: not a histogram", self.name));
            }
        }
        Ok(())
    }
}

fn close(family: Option<Family>, all: &mut BTreeMap<Series, f64>) -> Result<(), String> {
    let Some(family) = family else { return Ok(()) };
    let name = family.name.clone();
    family.check().map_err(|error| format!("{name}: {error}"))?;
    for (series, value) in family.samples {
        if all.insert(series.clone(), value).is_some() {
            return Err(format!("{series:?} twice"));
        }
    }
    Ok(())
}

fn sample(line: &str) -> Result<(Series, f64), String> {
    let (series, value) = line.rsplit_once(' ').ok_or("no value")?;
    let (name, labels) = match series.split_once('{') {
        None => (series, BTreeMap::new()),
        Some((name, rest)) => (name, labels(rest)?),
    };
    is_name(name).then_some(()).ok_or("a bad name")?;
    let name = name.to_owned();
    Ok((Series { name, labels }, number(value)?))
}

/// What stands behind `{`, up to and with `}`.
fn labels(mut rest: &str) -> Result<BTreeMap<String, String>, String> {
    let mut labels = BTreeMap::new();
    loop {
        let (name, quoted) = rest.split_once("=\"").ok_or("a label without value")?;
        is_name(name).then_some(()).ok_or("a bad label")?;
        let (mut value, mut characters) = (String::new(), quoted.chars());
        loop {
            match characters.next() {
                Some('"') => break,
                Some('\\') => match characters.next() {
                    Some('n') => value.push('\n'),
                    Some(escaped @ ('"' | '\\')) => value.push(escaped),
                    _ => return Err("a bad escape".to_owned()),
                },
                Some(character) => value.push(character),
                None => return Err("a label that does not end".to_owned()),
            }
        }
        if labels.insert(name.to_owned(), value).is_some() {
            return Err("a label twice".to_owned());
        }
        rest = characters.as_str();
        if rest == "}" {
            return Ok(labels);
        }
        rest = rest.strip_prefix(',').ok_or("no comma between labels")?;
    }
}

fn number(text: &str) -> Result<f64, String> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            text.parse().map_err(|_| format!("{text} is no number"))
        }
        _ => Err(format!("{text} is no number")),
    }
}

/// A name of a metric or label, without the colons that are for recorded rules.
fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
    name.bytes().all(word) && name.starts_with(|first: char| first.is_ascii_lowercase())
}
