//! What tables refer to: the agency's sites and members, and the code lists.

use fallbuch_domain::Language;
use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::catalogue::{Catalogue, Text};
use time::Date;
use uuid::Uuid;

use super::text::folded;
use crate::language::Localized;

/// What tables of an agency can refer to.
pub(super) struct Known<'a> {
    /// The agency.
    pub(super) agency: &'a AgencyState,
    /// The code lists.
    pub(super) catalogue: &'a Catalogue,
    /// The day in Berlin.
    pub(super) today: Date,
    /// The logins of the agency's members.
    pub(super) logins: &'a [(String, Uuid)],
}

impl Known<'_> {
    /// The open site with this name or id.
    pub(super) fn site(&self, text: &str) -> Result<Uuid, Localized> {
        let id: Option<Uuid> = text.parse().ok();
        let name = folded(text);
        let mut sites = self.agency.open_sites();
        let found = sites.find(|site| id == Some(site.id) || folded(site.name.as_str()) == name);
        found.map(|site| site.id).ok_or_else(|| {
            let sites = self.agency.open_sites().map(|site| site.name.as_str());
            unknown(("Standort", "site"), &sites.collect::<Vec<_>>().join("; "))
        })
    }

    /// The member with this login or id.
    pub(super) fn member(&self, text: &str) -> Result<Uuid, Localized> {
        let by_id = text
            .parse()
            .ok()
            .filter(|id| self.agency.member(*id).is_some());
        let mut logins = self.logins.iter();
        let by_login = || {
            logins
                .find(|(login, _)| login == text)
                .map(|(_, member)| *member)
        };
        by_id.or_else(by_login).ok_or_else(|| {
            Localized::fixed(
                "Kein Mitglied der Agentur hat diese Kennung; „fallbuch member list“ zeigt die Mitglieder.",
                "No member of the agency has this login or id; `fallbuch member list` shows the members.",
            )
        })
    }

    /// The code of the quality dimension with this code or name.
    pub(super) fn dimension(&self, text: &str) -> Result<String, Localized> {
        let all = self.catalogue.dimensions_on(None);
        let all = all.into_iter().map(|one| (one.code.as_str(), &one.name));
        named(text, all, ("Qualitätsdimension", "quality dimension"))
    }

    /// The code of the focus area with this code or name.
    pub(super) fn focus_area(&self, text: &str) -> Result<String, Localized> {
        let all = self.catalogue.focus_areas_on(None);
        let all = all.into_iter().map(|one| (one.code.as_str(), &one.name));
        named(text, all, ("Handlungsfeld", "focus area"))
    }

    /// The listed municipality whose key this would be with its leading zero, with its name.
    pub(super) fn with_leading_zero(&self, digits: &str) -> Option<(String, Option<String>)> {
        let key = format!("0{digits}");
        let all = self.catalogue.municipalities_on(None);
        let district = key.get(..5)?;
        let found = all.into_iter().find(|one| one.key == district)?;
        let name = (key == district).then(|| found.name.clone());
        matches!(key.len(), 5 | 8).then_some((key, name))
    }
}

fn named<'a>(
    text: &str,
    all: impl Iterator<Item = (&'a str, &'a Text)>,
    what: (&str, &str),
) -> Result<String, Localized> {
    let word = folded(text);
    let mut names = Vec::new();
    for (code, name) in all {
        let spellings = [code, name.get(Language::De), name.get(Language::En)];
        if spellings.iter().any(|spelling| folded(spelling) == word) {
            return Ok(code.to_owned());
        }
        names.push(name.get(Language::De));
    }
    names.dedup();
    Err(unknown(what, &names.join("; ")))
}

/// That something is in no list.
fn unknown((german, english): (&str, &str), names: &str) -> Localized {
    Localized::made(
        format!("{german} unbekannt. Bekannt sind: {names}."),
        format!("Unknown {english}. Known are: {names}."),
    )
}
