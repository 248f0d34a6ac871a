//! The store as it should be, in memory: plain vectors behind one mutex, no caches, no batches, no
//! SQL.
//!
//! Invariant: nothing is kept but the log, the answers to keys and the logins. States, lists, unique
//! keys and counters are folded anew from the log whenever they are asked for. Of the product it
//! uses the domain and the types of the store's surface alone, so that it can be held against it.
//!
//! A [`Flaw`] changes one rule of it. Such a model shows that a test can fail.

mod flaw;
mod log;

use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::agency::site::OpenSite;
use fallbuch_domain::agency::{AgencyCommand, AgencyOpened, AgencyState};
use fallbuch_domain::case::CaseRow;
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::{Command, Permission, Role, State};
use fallbuch_persistence::{
    CaseFilter, CaseListItem, Expected, Handling, IdempotencyKey, Identity, Point, Sources,
};
use uuid::Uuid;

use crate::subject::{
    Accepted, FOUNDED, Foreseen, Order, Part, Reading, Refused, Subject, Verdict,
};
pub(crate) use flaw::Flaw;
use log::{Entry, Log, Workshop};

/// One process on the model's data.
pub(crate) struct Model {
    data: Arc<Mutex<Data>>,
    workshop: Workshop,
}

#[derive(Clone, Default)]
struct Data {
    logs: Vec<Log>,
    /// Who is which member of which agency.
    logins: Vec<(Identity, Uuid, Uuid)>,
}

/// A checked caller of the model.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    agency: Uuid,
    /// The nil UUID stands for the machine's owner.
    member: Uuid,
    sites: Option<Vec<Uuid>>,
}

impl Caller {
    fn operator(agency: Uuid) -> Self {
        Self {
            agency,
            member: Uuid::nil(),
            sites: None,
        }
    }

    fn sees(&self, site: Uuid) -> bool {
        let sites = self.sites.as_ref();
        sites.is_none_or(|sites| sites.contains(&site))
    }
}

impl Model {
    /// A model with nothing in it.
    pub(crate) fn new(sources: Sources) -> Self {
        Self::flawed(sources, None)
    }

    /// A model in which one rule does not hold.
    pub(crate) fn flawed(sources: Sources, flaw: Option<Flaw>) -> Self {
        static CATALOGUE: LazyLock<Arc<Catalogue>> =
            LazyLock::new(|| Arc::new(Catalogue::shipped().unwrap()));
        let catalogue = Arc::clone(&CATALOGUE);
        Self {
            data: Arc::default(),
            workshop: Workshop {
                sources,
                catalogue,
                flaw,
            },
        }
    }

    /// A model that goes its own way from here, with other time, ids and salts.
    pub(crate) fn fork(&self, sources: Sources) -> Self {
        Self {
            data: Arc::new(Mutex::new(self.data().clone())),
            workshop: Workshop {
                sources,
                ..self.workshop.clone()
            },
        }
    }

    /// Carries a command out at once.
    pub(crate) fn settle(&self, caller: &Caller, order: &Order) -> Verdict {
        let mut data = self.data();
        let log = data.log_mut(caller.agency);
        log.execute(&self.workshop, caller, order)
    }

    /// Takes over what happened to a fork.
    pub(crate) fn adopt(&self, fork: &Self) {
        let happened = fork.data().clone();
        *self.data() = happened;
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap()
    }

    fn read<T>(&self, caller: &Caller, of: impl FnOnce(&Log) -> T) -> T {
        of(self.data().log(caller.agency))
    }

    fn command(
        &self,
        caller: &Caller,
        expected: Expected,
        key: String,
        command: AgencyCommand,
    ) -> Accepted {
        let fingerprint = key.clone().into_bytes();
        let order = Order {
            stream: Some(caller.agency),
            expected,
            command: Command::Agency(command),
            key: IdempotencyKey { key, fingerprint },
        };
        self.settle(caller, &order).unwrap()
    }
}

impl Data {
    fn log(&self, agency: Uuid) -> &Log {
        self.logs.iter().find(|log| log.agency == agency).unwrap()
    }

    fn log_mut(&mut self, agency: Uuid) -> &mut Log {
        let mut logs = self.logs.iter_mut();
        logs.find(|log| log.agency == agency).unwrap()
    }
}

impl Subject for Model {
    type Access = Caller;

    async fn another(&self) -> Self {
        Self {
            data: Arc::clone(&self.data),
            workshop: self.workshop.clone(),
        }
    }

    async fn open_agency(&self, agency: AgencyOpened) -> Caller {
        let id = self.workshop.sources.ids.id();
        let known = {
            let mut data = self.data();
            let known = data.logs.iter().find(|log| log.code == agency.code);
            let known = known.map(|log| log.agency);
            if known.is_none() {
                data.logs.push(Log::new(id, &agency.code));
            }
            known.unwrap_or(id)
        };
        let caller = Caller::operator(known);
        let key = format!("open-agency/{}", agency.code);
        let command = AgencyCommand::OpenAgency {
            occurred_on: FOUNDED,
            reason: None,
            agency,
            administrator: None,
        };
        self.command(&caller, Expected::New, key, command);
        caller
    }

    async fn open_site(&self, operator: &Caller, name: &str) -> Accepted {
        let command = AgencyCommand::OpenSite(OpenSite {
            occurred_on: FOUNDED,
            reason: None,
            name: name.into(),
        });
        let key = format!("open-site/{name}");
        self.command(operator, Expected::Any, key, command)
    }

    async fn admit_member(
        &self,
        operator: &Caller,
        login: &Identity,
        role: Role,
        sites: Option<Vec<Uuid>>,
    ) -> Uuid {
        let member = self.workshop.sources.ids.id();
        let (member, position) = {
            let mut data = self.data();
            let position = data.log(operator.agency).position();
            let known = data
                .logins
                .iter()
                .find(|(known, agency, _)| known == login && *agency == operator.agency);
            // Nobody leaves here: who has a login is a member.
            if let Some((_, _, member)) = known {
                return *member;
            }
            data.logins.push((login.clone(), operator.agency, member));
            (member, position)
        };
        let command = AgencyCommand::AdmitMember {
            occurred_on: FOUNDED,
            reason: None,
            member,
            terms: Terms::of_roles(vec![role]).limited_to(sites),
        };
        let key = format!("admit-member/{member}/{position}");
        self.command(operator, Expected::Any, key, command);
        member
    }

    async fn access(&self, login: &Identity, code: &str, permission: Permission) -> Option<Caller> {
        let data = self.data();
        let log = data.logs.iter().find(|log| log.code == code)?;
        let mut logins = data.logins.iter();
        let (_, _, member) =
            logins.find(|(known, agency, _)| known == login && *agency == log.agency)?;
        let agency = log.agency_state()?;
        let member = agency.member(*member)?;
        member.role_for(permission)?;
        Some(Caller {
            agency: log.agency,
            member: member.id,
            sites: member.sites.clone(),
        })
    }

    async fn agency(&self, access: &Caller) -> AgencyState {
        self.read(access, Log::agency_state).unwrap()
    }

    async fn execute(&self, access: &Caller, order: Order) -> Verdict {
        self.settle(access, &order)
    }

    async fn validate(
        &self,
        access: &Caller,
        mut order: Order,
        handling: Handling,
    ) -> Result<Foreseen, Refused> {
        // A key that nobody uses: what was carried out before under the command's own does not matter here.
        "validated".clone_into(&mut order.key.key);
        // Carried out in a world that is thrown away.
        let fork = self.fork(self.workshop.sources.clone());
        let accepted = fork.settle(access, &order)?;
        if handling == Handling::Strict && !accepted.warnings.is_empty() {
            return Err(Refused::Warned(accepted.warnings));
        }
        Ok(Foreseen::of(&accepted))
    }

    async fn case(&self, access: &Caller, id: Uuid) -> Option<Reading> {
        let read = self.case_as_of(access, id, Point::Now).await?;
        access.sees(read.state.site).then_some(read)
    }

    async fn case_as_of(&self, access: &Caller, id: Uuid, point: Point) -> Option<Reading> {
        let flaw = self.workshop.flaw;
        let (last, state) = self.read(access, |log| {
            let entries = log.stream(id);
            let (last, state) = match point {
                Point::Now => Log::fold(entries),
                Point::Version(version) => Log::fold(entries.filter(|one| one.version <= version)),
                Point::RecordedAt(at) if flaw == Some(Flaw::TheInstantItselfIsLeftOut) => {
                    Log::fold(entries.filter(|one| one.recorded_at < at))
                }
                Point::RecordedAt(at) => Log::fold(entries.filter(|one| one.recorded_at <= at)),
                Point::ValidOn(day) if flaw == Some(Flaw::AValidDayEndsAtTheFirstLaterEvent) => {
                    Log::fold(entries.take_while(|one| one.event.occurred_on <= day))
                }
                Point::ValidOn(day) => {
                    Log::fold(entries.filter(|one| one.event.occurred_on <= day))
                }
            }?;
            Some(((last.version, last.recorded_at), state))
        })?;
        if matches!(point, Point::Version(version) if version != last.0) {
            return None;
        }
        match state {
            State::Case(state) => Some(Reading {
                version: last.0,
                recorded_at: last.1,
                state,
            }),
            State::Agency(_) | State::Offering(_) | State::Solution(_) => None,
        }
    }

    async fn cases(
        &self,
        access: &Caller,
        filter: &CaseFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Part<CaseListItem> {
        let flaw = self.workshop.flaw;
        let listed = |item: &CaseListItem| {
            let behind = match flaw {
                Some(Flaw::AListBeginsWithTheLastOfThePageBefore) => {
                    before.is_none_or(|before| item.id <= before)
                }
                _ => before.is_none_or(|before| item.id < before),
            };
            behind
                && (flaw == Some(Flaw::AListIgnoresSites) || access.sees(item.site))
                && filter.stage.is_none_or(|stage| item.stage == stage)
                && filter.site.is_none_or(|site| item.site == site)
                && filter.advisor.is_none_or(|one| item.advisor == one)
                && filter
                    .municipality
                    .as_ref()
                    .is_none_or(|key| item.municipality.key == *key)
        };
        let mut items: Vec<_> = self.read(access, |log| {
            let folded = log
                .streams()
                .into_iter()
                .map(|stream| Log::fold(log.stream(stream)));
            folded.flatten().filter_map(list_item).collect()
        });
        items.retain(listed);
        items.sort_by_key(|item: &CaseListItem| std::cmp::Reverse(item.id));
        cut(items, limit)
    }

    async fn events(&self, access: &Caller, stream: Uuid, after: u64, limit: u64) -> Part<String> {
        self.read(access, |log| {
            let later = log.stream(stream).filter(|entry| entry.version > after);
            cut(later.map(|entry| entry.body.clone()).collect(), limit)
        })
    }

    async fn feed(&self, access: &Caller, after: u64, limit: u64) -> Part<String> {
        let repeats = self.workshop.flaw == Some(Flaw::AFeedRepeatsItsCursor);
        let after = after.saturating_sub(u64::from(repeats));
        self.read(access, |log| {
            let later = log.entries.iter().filter(|entry| entry.position > after);
            cut(later.map(|entry| entry.body.clone()).collect(), limit)
        })
    }

    async fn position(&self, access: &Caller) -> u64 {
        self.read(access, Log::position)
    }
}

fn list_item((last, state): (&Entry, State)) -> Option<CaseListItem> {
    let CaseRow {
        case_number,
        stage,
        municipality,
        site,
        advisor,
        opened_on,
        agreed_until,
    } = state.row()?;
    Some(CaseListItem {
        id: last.stream,
        version: last.version,
        recorded_at: last.recorded_at,
        case_number,
        stage,
        municipality,
        site,
        advisor,
        opened_on,
        agreed_until,
    })
}

fn cut<T>(mut items: Vec<T>, limit: u64) -> Part<T> {
    let limit = usize::try_from(limit).unwrap();
    let has_more = items.len() > limit;
    items.truncate(limit);
    (items, has_more)
}
