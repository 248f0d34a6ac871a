//! Servers that leak: the real one, whose answers a proxy spoils with what other agencies do.

use std::collections::BTreeSet;
use std::sync::Mutex;

use fallbuch_tests::Seen;

/// What the proxy lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leak {
    /// File numbers come from one counter of all agencies.
    FileNumbers,
    /// A list says how many cases there are, of whoever.
    Totals,
    /// The tag of a state counts everybody's commands.
    Tags,
    /// Who asks for another agency that is there is refused, not told that there is none.
    Existence,
    /// A problem tells how busy the server is.
    ProblemTexts,
}

impl Leak {
    pub(super) const ALL: [Self; 5] = [
        Self::FileNumbers,
        Self::Totals,
        Self::Tags,
        Self::Existence,
        Self::ProblemTexts,
    ];
}

/// The proxy in front of one world.
pub(super) struct Proxy {
    leak: Option<Leak>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    opened: u64,
    commands: u64,
    agencies: BTreeSet<String>,
}

impl Proxy {
    pub(super) fn new(leak: Option<Leak>) -> Self {
        Self {
            leak,
            told: Mutex::default(),
        }
    }

    /// Whether there is a leak at all.
    pub(super) fn leaks(&self) -> bool {
        self.leak.is_some()
    }

    /// Begins anew, as if the server had been started.
    pub(super) fn begin(&self) {
        *self.told.lock().unwrap() = Told::default();
    }

    /// What the client gets of an answer to the agency's request for `path`.
    pub(super) fn pass(&self, agency: &str, path: &str, mut seen: Seen) -> Seen {
        let Some(leak) = self.leak else { return seen };
        let mut told = self.told.lock().unwrap();
        told.agencies.insert(agency.to_owned());
        if seen.status == 201 {
            told.commands += 1;
            told.opened += u64::from(path.ends_with("/cases"));
        }
        match leak {
            Leak::FileNumbers if seen.status == 201 && path.ends_with("/cases") => {
                let number = format!("TM-2014-{:04}", told.opened);
                if let Some(place) = seen.text.find("TM-2014-") {
                    seen.text
                        .replace_range(place..place + number.len(), &number);
                }
            }
            Leak::Totals if seen.status == 200 && path.contains("/cases?") => {
                let total = format!("{{\"total\":{},", told.opened);
                seen.text = seen.text.replacen('{', &total, 1);
            }
            Leak::Tags => {
                for (name, value) in &mut seen.headers {
                    if name == "etag" {
                        *value = format!("{}{value}", told.commands);
                    }
                }
            }
            Leak::Existence if seen.status == 404 => {
                let known = |code: &String| path.contains(&format!("/{code}/"));
                if !path.contains(&format!("/{agency}/")) && told.agencies.iter().any(known) {
                    seen.status = 403;
                }
            }
            Leak::ProblemTexts if seen.status >= 400 => {
                seen.text.push_str(&told.commands.to_string());
            }
            Leak::FileNumbers | Leak::Totals | Leak::Existence | Leak::ProblemTexts => {}
        }
        seen
    }
}
