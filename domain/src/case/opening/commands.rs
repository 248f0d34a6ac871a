//! Opening a case.

use time::Date;
use uuid::Uuid;

use super::{
    CaseOpened, MunicipalityReference, Origin, counter, surroundings, unknown_municipality,
};
use crate::case::command::{CommandKind, bodies};
use crate::case::event::wire;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState, rules, sample};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Key, Needs};
use crate::rule::{Finding, Rejection, Rule};
use crate::text::Line;

wire! {
    /// The municipality of a new case.
    #[serde(deny_unknown_fields)]
    pub struct MunicipalityKey {
        /// District key (five digits), Gemeinde key (eight) or Berlin borough (`11000-01`).
        #[cfg_attr(feature = "openapi", schema(pattern = r"^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$", example = "15002"))]
        pub key: String,
        /// The name; needed for a Gemeinde only, whose names are in no list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<Line>,
    }
}

bodies! {
    /// Opens a case.
    pub struct OpenCase on "The opening day; its year stands in the file number.", reason optional {
        /// The municipality.
        pub municipality: MunicipalityKey,
        /// The site in charge.
        pub site: Uuid,
        /// The member who advises.
        pub advisor: Uuid,
        /// How the case came about.
        pub origin: Origin,
    }
}

impl Act for OpenCase {
    fn needs(&self, _state: Option<&CaseState>, _catalogue: &Catalogue) -> Needs {
        Needs {
            keys: vec![Key::open_case(&self.municipality.key)],
            counters: vec![counter(self.occurred_on)],
            ..Needs::default()
        }
    }

    /// The opening event, or everything that is wrong where the municipality is not known.
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let facts = making.facts;
        let municipality = reference(&self.municipality, self.occurred_on, facts);
        let prefix = facts.agency.map(|agency| agency.case_prefix.clone());
        match (municipality, prefix) {
            (Ok(municipality), Some(prefix)) => {
                let number = facts.next(&counter(self.occurred_on));
                Ok(CaseEvent::CaseOpened(CaseOpened {
                    advisor: self.advisor,
                    case_number: format!("{prefix}-{:04}-{number:04}", self.occurred_on.year()),
                    municipality,
                    origin: self.origin,
                    site: self.site,
                }))
            }
            (municipality, _) => {
                let kind = CommandKind::OpenCase;
                let mut findings = rules::admission(making.state, kind, None, facts);
                let day = self.occurred_on;
                findings.extend(facts.not_in_the_future(day, "/occurred_on"));
                let key = &self.municipality.key;
                findings.extend(surroundings(key, self.site, self.advisor, facts));
                findings.extend(municipality.err());
                Err(Rejection { findings })
            }
        }
    }

    fn sample() -> Self {
        Self {
            occurred_on: sample::OPENED_ON,
            reason: None,
            municipality: MunicipalityKey {
                key: sample::MUNICIPALITY.to_owned(),
                name: None,
            },
            site: sample::SITE,
            advisor: sample::ADVISOR,
            origin: Origin::Kickoff,
        }
    }
}

/// The municipality that is asked for, as it was on that day.
pub(in crate::case) fn reference(
    asked: &MunicipalityKey,
    on: Date,
    facts: &Facts<'_>,
) -> Result<MunicipalityReference, Finding> {
    let Some(found) = facts.catalogue.municipality(&asked.key, on) else {
        return Err(unknown_municipality("/municipality/key"));
    };
    let entered = asked.name.as_ref().map(|name| name.as_str().to_owned());
    let Some(name) = found.name.or(entered) else {
        return Err(Finding::new(Rule::R03).at("/municipality/name").because(
            "Gemeindenamen stehen in keinem Verzeichnis; zu einem achtstelligen Schlüssel gehört der Name.",
            "Gemeinde names are in no list; an eight-digit key needs the name.",
        ));
    };
    Ok(MunicipalityReference {
        key: asked.key.clone(),
        kind: found.kind,
        land: found.land,
        name,
    })
}
