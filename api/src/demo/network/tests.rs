//! The plans in memory: that the domain accepts them, that they are as long as they should be, and that
//! chance repeats itself.

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_domain::Role;
use fallbuch_domain::agency::site::SiteOpened;
use fallbuch_domain::agency::{AgencyEvent, AgencyOpened, AgencyState, MemberAdmitted};
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::catalogue::{Catalogue, ShippedAgency};
use fallbuch_domain::text::Line;
use uuid::Uuid;

use super::extent::{Extent, MORE_ADVISORS};
use super::offers;
use super::plan::{BEGIN, END, Ground, Step, Wish, plan};

/// The agency as `found` leaves it; ids count up.
fn founded(agency: &ShippedAgency) -> AgencyState {
    let mut number = 0;
    let mut id = || {
        number += 1;
        Uuid::from_u128(number)
    };
    let mut events = vec![AgencyEvent::AgencyOpened(AgencyOpened {
        carrier: Line(agency.carrier.clone()),
        case_prefix: agency.case_prefix.clone(),
        code: agency.code.clone(),
        land_codes: agency.land_codes.clone(),
        name: Line(agency.name.clone()),
    })];
    let sites = agency.sites.iter().map(|site| {
        AgencyEvent::SiteOpened(SiteOpened {
            name: Line(site.clone()),
            site: id(),
        })
    });
    events.extend(sites);
    let more = (0..MORE_ADVISORS).map(|_| &Role::Advisor);
    events.extend(Role::OF_AGENCIES.iter().chain(more).map(|role| {
        AgencyEvent::MemberAdmitted(MemberAdmitted {
            member: id(),
            permissions: None,
            roles: vec![*role],
            sites: None,
        })
    }));
    let state = events.iter().fold(None, |state, event| {
        AgencyState::evolve(state, event, BEGIN)
    });
    state.unwrap()
}

/// The plans of all agencies, by their codes.
fn plans(extent: &Extent) -> BTreeMap<String, Vec<Step>> {
    let catalogue = Catalogue::shipped().unwrap();
    let outlines = extent.outlines().unwrap();
    let plans = outlines.iter().map(|outline| {
        let agency = founded(&outline.agency);
        let ground = Ground::of(&agency, &catalogue, extent.seed).unwrap();
        let steps = plan(&ground, outline).unwrap();
        let count = outline.cases.len() as u64;
        let cases: u64 = outline.cases.iter().map(|case| case.length).sum();
        assert_eq!(steps.len() as u64, cases + offers::events(count));
        (outline.agency.code.clone(), steps)
    });
    plans.collect()
}

fn kinds(plans: &BTreeMap<String, Vec<Step>>) -> BTreeMap<CommandKind, usize> {
    let mut kinds = BTreeMap::new();
    for step in plans.values().flatten() {
        if let Wish::Case(kind, ..) = &step.wish {
            *kinds.entry(*kind).or_default() += 1;
        }
    }
    kinds
}

#[test]
fn the_network_is_accepted_and_holds_every_kind_of_command() {
    let plans = plans(&Extent::network(Extent::SEED).unwrap());
    let kinds = kinds(&plans);
    let missing: Vec<_> = CommandKind::ALL
        .iter()
        .filter(|kind| !kinds.contains_key(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {kinds:#?}");
    // Göttingen and Eisenach.
    assert_eq!(kinds[&CommandKind::SucceedMunicipality], 2);
    let contacts = kinds[&CommandKind::RecordContact];
    assert!(contacts * 2 < 40_000, "{contacts} contacts");
    for step in plans.values().flatten() {
        assert!((BEGIN..=END).contains(&step.entered_on), "{step:?}");
    }
}

#[test]
fn other_seeds_are_accepted_as_well_and_tell_something_else() {
    let first = format!("{:?}", plans(&Extent::network(1).unwrap()));
    let again = format!("{:?}", plans(&Extent::network(1).unwrap()));
    let other = format!("{:?}", plans(&Extent::network(2).unwrap()));
    assert!(first == again, "the same seed, the same plan");
    assert!(first != other, "another seed, another plan");
}

#[test]
fn a_municipality_has_one_case_after_the_other() {
    let plans = plans(&Extent::network(Extent::SEED).unwrap());
    let steps = &plans["tag-adapter"];
    let waiting: BTreeSet<_> = steps
        .iter()
        .filter(|step| matches!(&step.wish, Wish::Case(CommandKind::OpenCase, ..)))
        .filter_map(|step| step.after)
        .map(|(stream, _)| stream)
        .collect();
    let closed: BTreeSet<_> = steps
        .iter()
        .filter(|step| matches!(&step.wish, Wish::Case(CommandKind::CloseCase, ..)))
        .map(|step| step.stream)
        .collect();
    assert!(waiting.len() > 10 && waiting.is_subset(&closed));
}
