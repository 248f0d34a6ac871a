//! The opening of a case: the municipality as it was that day, and the file number.

use time::Date;
use uuid::Uuid;

use super::command::CommandKind;
use super::event::wire;
use super::rules::current_member;
use super::timeline::Telling;
use super::topic::{Circumstances, Happening};
use super::{CaseState, Key};
use crate::catalogue::MunicipalityKind;
use crate::facts::{Claim, Facts};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};

pub(super) mod commands;

wire! {
    /// The municipality as it was on the opening day.
    pub struct MunicipalityReference {
        /// District key (five digits), Gemeinde key (eight) or Berlin borough (`11000-01`).
        pub key: String,
        /// Its kind.
        pub kind: MunicipalityKind,
        /// The Land's two-digit code.
        pub land: String,
        /// Its official name; for a Gemeinde the name that was entered.
        pub name: String,
    }

    /// How the case came about.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Origin {
        /// At the agency's kick-off event.
        Kickoff,
        /// The municipality asked.
        Request,
        /// The agency approached the municipality.
        Approach,
    }

    /// Data of `case_opened`.
    pub struct CaseOpened {
        /// The member who advises.
        pub advisor: Uuid,
        /// The file number, unique in the agency, such as `TM-2014-0007`.
        pub case_number: String,
        /// The municipality as it was on the opening day.
        pub municipality: MunicipalityReference,
        /// How the case came about.
        pub origin: Origin,
        /// The agency's site in charge.
        pub site: Uuid,
    }
}

impl Happening for CaseOpened {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::OpenCase, None)
    }

    fn apply(&self, _state: &mut CaseState, _occurred_on: Date) {
        // Opening is first; a second one changes nothing (R01 refuses it).
    }

    fn claims(&self, _before: Option<&CaseState>) -> Vec<Claim> {
        let counted =
            counted(&self.case_number).map(|(counter, value)| Claim::Count { counter, value });
        let taken = Claim::Take(Key::open_case(&self.municipality.key));
        std::iter::once(taken).chain(counted).collect()
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (number, municipality) = (&self.case_number, &self.municipality);
        let origin = self.origin.word(telling.language);
        let of = format!("{} ({})", municipality.name, municipality.key);
        telling.say(
            &format!("Beratungsfall {number} für {of} eröffnet; Anlass: {origin}"),
            &format!("Case {number} opened for {of} {origin}"),
        )
    }
}

/// The counter of the year's file numbers.
fn counter(occurred_on: Date) -> String {
    format!("case_number/{:04}", occurred_on.year())
}

/// The counter and the value that a file number stands for.
fn counted(case_number: &str) -> Option<(String, u64)> {
    let mut parts = case_number.rsplit('-');
    let value = parts.next()?.parse().ok()?;
    Some((format!("case_number/{}", parts.next()?), value))
}

/// R02, R03 and R04 for a case with its municipality.
pub(super) fn check_opened(opened: &CaseOpened, on: &Circumstances<'_>, findings: &mut Findings) {
    let municipality = &opened.municipality;
    let (site, advisor) = (opened.site, opened.advisor);
    findings
        .refusals
        .extend(surroundings(&municipality.key, site, advisor, on.facts));
    let catalogue = on.facts.catalogue;
    let known = catalogue.municipality(&municipality.key, on.occurred_on);
    findings.require(known.is_some(), || {
        unknown_municipality("/municipality/key")
    });
    outside_the_laender(&municipality.land, on.facts, findings);
}

/// R04.
pub(super) fn outside_the_laender(land: &String, facts: &Facts<'_>, findings: &mut Findings) {
    let served = facts.agency.map_or(&[][..], |agency| &agency.land_codes);
    findings.warn(!served.contains(land), || {
        Finding::new(Rule::R04).at("/municipality/key")
    });
}

/// R02, and R03 for site and advisor: what holds whether or not the key names a municipality.
fn surroundings(municipality: &str, site: Uuid, advisor: Uuid, facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    let open_elsewhere = no_other_open_case(municipality, facts);
    findings
        .refusals
        .extend(open_elsewhere.map(|finding| finding.at("/municipality/key")));
    let open = facts
        .agency
        .is_some_and(|agency| agency.site(site).is_some());
    findings.require(open, || {
        Finding::new(Rule::R03).at("/site").because(
            "Der Standort gehört nicht zu den offenen Standorten der Agentur.",
            "The site is none of the agency's open sites.",
        )
    });
    findings
        .refusals
        .extend(current_member(advisor, facts, "/advisor"));
    findings.refusals
}

impl CaseState {
    /// The keys that no other open case has while this one is open (R02): those of the municipalities that
    /// were succeeded, and its own.
    pub(super) fn open_case_keys(&self) -> impl Iterator<Item = Key> {
        let former = self.former_municipalities.iter();
        let all = former.chain([&self.municipality]);
        all.map(|one| Key::open_case(&one.key))
    }
}

/// R02.
pub(super) fn no_other_open_case(municipality: &str, facts: &Facts<'_>) -> Option<Finding> {
    facts
        .other_holder(&Key::open_case(municipality))
        .map(|_| Finding::new(Rule::R02))
}

/// R03 for the municipality.
pub(super) fn unknown_municipality(at: &str) -> Finding {
    Finding::new(Rule::R03).at(at).because(
        "Der Schlüssel benennt an diesem Tag keine Kommune.",
        "The key names no municipality on that day.",
    )
}

impl Origin {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Kickoff => ("Auftaktveranstaltung", "following the kick-off event"),
            Self::Request => ("Anfrage der Kommune", "at the municipality’s request"),
            Self::Approach => ("Initiative der Agentur", "on the agency’s initiative"),
        })
    }
}
