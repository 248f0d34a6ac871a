//! What only the machine's owner does: founding agencies, and saying which login is which member.

use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::agency::site::OpenSite;
use fallbuch_domain::agency::{AgencyCommand, AgencyOpened, NETWORK};
use fallbuch_domain::text::Line;
use fallbuch_domain::{Command, Role};
use sea_orm::{EntityTrait, PaginatorTrait};
use time::Date;
use uuid::Uuid;

use crate::access::{Access, Identity};
use crate::directory;
use crate::entity::{agency, setting};
use crate::error::{CommandError, StoreError};
use crate::store::Store;
use crate::tenant::{Scope, on_bound};
use crate::writer::{Expected, IdempotencyKey, Receipt};

/// The machine's owner at the command line. Its commands go the same way as any client's and
/// stand in the log with the nil member and the role `operator`; it sees no case.
#[derive(Clone)]
pub struct Operator {
    store: Store,
}

/// The setting that says that the store is being filled.
const FILLING: &str = "filling";

impl Store {
    /// The store as the machine's owner uses it; for the command line only.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator {
            store: self.clone(),
        }
    }
}

impl Operator {
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Every agency, in the order of their codes, as the operator reaches them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn agencies(&self) -> Result<Vec<Access>, StoreError> {
        let agencies = directory::agencies(self.store.queries()).await?;
        let agencies = agencies.into_iter();
        Ok(agencies
            .map(|one| Access::operator(Scope::of(one.agency_id), one.code))
            .collect())
    }

    /// Whether there is nothing in the store yet but what an interrupted [`Self::fill`] left.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn is_to_be_filled(&self) -> Result<bool, StoreError> {
        let queries = self.store.queries();
        Ok(agency::Entity::find().count(queries).await? == 0
            || setting::Entity::find_by_id(FILLING)
                .one(queries)
                .await?
                .is_some())
    }

    /// Fills the store by `with`, which can be asked again: if it is interrupted, the store still
    /// counts as one that is to be filled.
    ///
    /// # Errors
    /// That of `with`, or if the store fails.
    pub async fn fill<E: From<StoreError>>(
        &self,
        with: impl Future<Output = Result<(), E>>,
    ) -> Result<(), E> {
        const BEGIN: &str =
            "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        const END: &str = "DELETE FROM setting WHERE name = $1";
        let database = self.store.database();
        let begun = database
            .run(BEGIN, vec![FILLING.into(), "begun".into()])
            .await;
        begun.map_err(StoreError::from)?;
        with.await?;
        let ended = database.run(END, vec![FILLING.into()]).await;
        Ok(ended.map_err(StoreError::from)?)
    }

    /// Opens an agency; asking again with the same code is answered by the first time's agency.
    ///
    /// # Errors
    /// The verdict, if rules refuse it.
    pub async fn open_agency(
        &self,
        occurred_on: Date,
        agency: AgencyOpened,
    ) -> Result<Access, CommandError> {
        let id = self.lane(&agency.code).await?;
        let access = Access::operator(Scope::of(id), agency.code.clone());
        let key = format!("open-agency/{}", agency.code);
        let command = AgencyCommand::OpenAgency {
            occurred_on,
            reason: None,
            agency,
            administrator: None,
        };
        self.execute(&access, Expected::New, command, key).await?;
        Ok(access)
    }

    /// Opens the pseudo-agency of the network, whose members open agencies, read aggregates or audit; asking again is
    /// answered by the first time's.
    ///
    /// # Errors
    /// The verdict, if rules refuse it.
    pub async fn open_network(&self, occurred_on: Date) -> Result<Access, CommandError> {
        let network = AgencyOpened {
            carrier: "Netzwerkbüro".into(),
            case_prefix: "NW".to_owned(),
            code: NETWORK.to_owned(),
            land_codes: Vec::new(),
            name: "Netzwerk der Transferagenturen".into(),
        };
        self.open_agency(occurred_on, network).await
    }

    /// The agency with this code, as the operator reaches it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn agency(&self, code: &str) -> Result<Option<Access>, StoreError> {
        let agency = directory::agency_named(self.store.queries(), code).await?;
        Ok(agency.map(|one| Access::operator(Scope::of(one.agency_id), one.code)))
    }

    /// Opens a site.
    ///
    /// # Errors
    /// The verdict, if rules refuse it.
    pub async fn open_site(
        &self,
        agency: &Access,
        occurred_on: Date,
        name: &str,
    ) -> Result<Receipt, CommandError> {
        let key = format!("open-site/{name}");
        let command = AgencyCommand::OpenSite(OpenSite {
            occurred_on,
            reason: None,
            name: Line::from(name),
        });
        self.execute(agency, Expected::Any, command, key).await
    }

    /// Admits a member and lets a login be that member; asking again for the same login is answered by
    /// the first time's member.
    ///
    /// # Errors
    /// The verdict, if rules refuse it.
    pub async fn admit_member(
        &self,
        agency: &Access,
        occurred_on: Date,
        login: &Identity,
        terms: Terms,
    ) -> Result<Uuid, CommandError> {
        let member = self.store.sources().of(agency.agency()).ids.id();
        let member =
            directory::reserve(self.store.database(), agency.scope(), login, member).await?;
        let state = self.store.agency(agency).await?;
        // Asked again while it is a member it is answered by the first time; who left is admitted anew.
        if state.member(member).is_some() {
            return Ok(member);
        }
        let key = format!(
            "admit-member/{member}/{}",
            self.store.position(agency).await?
        );
        let command = AgencyCommand::AdmitMember {
            occurred_on,
            reason: None,
            member,
            terms,
        };
        self.execute(agency, Expected::Any, command, key).await?;
        Ok(member)
    }

    /// Ends a membership; whose it is is told by the login. None if there is no such member.
    ///
    /// # Errors
    /// The verdict, if rules refuse it.
    pub async fn end_membership(
        &self,
        agency: &Access,
        occurred_on: Date,
        login: &Identity,
    ) -> Result<Option<Uuid>, CommandError> {
        let logins = directory::logins(self.store.readers(), login).await;
        let logins = logins.map_err(StoreError::from)?;
        let found = logins.into_iter().find(|(one, _)| *one == agency.agency());
        let state = self.store.agency(agency).await?;
        let Some((_, member)) = found.filter(|(_, member)| state.member(*member).is_some()) else {
            return Ok(None);
        };
        // Who comes back can leave again: the key is of this time alone.
        let key = format!(
            "end-membership/{member}/{}",
            self.store.position(agency).await?
        );
        let command = AgencyCommand::RecordDeparture {
            occurred_on,
            reason: None,
            member,
        };
        self.execute(agency, Expected::Any, command, key).await?;
        Ok(Some(member))
    }

    /// The subjects of `issuer` that are members of the agency with `role`, the first admitted first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn subjects(
        &self,
        agency: &Access,
        issuer: &str,
        role: Role,
    ) -> Result<Vec<String>, StoreError> {
        let state = self.store.agency(agency).await?;
        let logins = directory::subjects(self.store.readers(), agency.scope(), issuer).await?;
        let with_role = state
            .members
            .iter()
            .filter(|member| member.roles.contains(&role));
        let subjects = with_role.filter_map(|member| {
            let (subject, _) = logins.iter().find(|(_, login)| *login == member.id)?;
            Some(subject.clone())
        });
        Ok(subjects.collect())
    }

    /// The logins of `issuer` with the members that they are today, in the order of the subjects.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn logins(
        &self,
        agency: &Access,
        issuer: &str,
    ) -> Result<Vec<(String, Uuid)>, StoreError> {
        let state = self.store.agency(agency).await?;
        let mut logins = directory::subjects(self.store.readers(), agency.scope(), issuer).await?;
        logins.retain(|(_, member)| state.member(*member).is_some());
        Ok(logins)
    }

    /// A member's own access, for whoever has the machine and enters something in its name: with the member's rights
    /// and no others. None if there is no such member.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn in_the_name_of(
        &self,
        agency: &Access,
        member: Uuid,
    ) -> Result<Option<Access>, StoreError> {
        let state = self.store.agency(agency).await?;
        let member = state.member(member);
        Ok(member.map(|member| Access::member(agency.scope(), &state, member)))
    }

    async fn execute(
        &self,
        access: &Access,
        expected: Expected,
        command: AgencyCommand,
        key: String,
    ) -> Result<Receipt, CommandError> {
        let fingerprint = self.store.fingerprint(&[b"operator", key.as_bytes()]);
        let key = IdempotencyKey { key, fingerprint };
        let command = Command::Agency(command);
        self.store
            .execute(access, Some(access.agency()), expected, command, key)
            .await
    }

    /// The agency with this code and its lane, made if there is none yet.
    async fn lane(&self, code: &str) -> Result<Uuid, StoreError> {
        const AGENCY: &str =
            "INSERT INTO agency (agency_id, code) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
        const LANE: &str = "INSERT INTO lane (agency_id) VALUES ($1) ON CONFLICT DO NOTHING";
        let (database, id) = (self.store.database(), self.store.sources().ids.id());
        database.run(AGENCY, vec![id.into(), code.into()]).await?;
        let agency = self.agency(code).await?;
        let agency = agency.ok_or_else(|| StoreError::Corrupt(format!("no agency {code}")))?;
        let mut bound = database.bound(agency.scope()).await?;
        on_bound!(bound, connection => {
            sqlx::query(LANE).bind(agency.agency()).execute(connection).await?;
        });
        Ok(agency.agency())
    }
}
