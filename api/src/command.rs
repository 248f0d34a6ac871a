//! From a checked request to the store and back: what every command endpoint does.

use actix_web::HttpResponse;
use fallbuch_domain::Command as DomainCommand;
use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::network::OpenAgency;
use fallbuch_domain::case::CaseCommand;
use fallbuch_persistence::{Expected, Receipt};
use uuid::Uuid;

use crate::answer::done;
use crate::dry_run::validated;
use crate::etag::IfMatch;
use crate::operation::Operation;
use crate::problem::Problem;
use crate::request::{Command, Request};
use crate::security_log;

impl<O: Operation, B> Request<O, Command<B>> {
    /// Opens a case.
    pub(crate) async fn open(
        self,
        make: impl FnOnce(B) -> CaseCommand,
    ) -> Result<HttpResponse, Problem> {
        let home = self.cases();
        self.execute(
            None,
            Expected::New,
            |body| DomainCommand::Case(make(body)),
            |receipt| format!("{home}/{}", receipt.stream),
        )
        .await
    }

    /// Carries out a command to the addressed case.
    pub(crate) async fn on_case(
        self,
        make: impl FnOnce(B) -> CaseCommand,
    ) -> Result<HttpResponse, Problem> {
        let case = self.addressed.case()?;
        let (id, version) = (case.id, case.version);
        let if_match = self.body.if_match.clone();
        let home = self.cases();
        self.execute(
            Some(id),
            expected(if_match, version),
            |body| DomainCommand::Case(make(body)),
            |receipt| format!("{home}/{id}/events/{}", receipt.version),
        )
        .await
    }

    /// Carries out a command to the addressed need, priority or agreement of a case.
    pub(crate) async fn on_target(
        self,
        make: impl FnOnce(Uuid, B) -> CaseCommand,
    ) -> Result<HttpResponse, Problem> {
        let target = self.addressed.target()?;
        self.on_case(|body| make(target, body)).await
    }

    /// Carries out a command to the agency's own stream; `list` is where what it changes is listed.
    pub(crate) async fn on_agency(
        self,
        list: &str,
        make: impl FnOnce(B) -> AgencyCommand,
    ) -> Result<HttpResponse, Problem> {
        let (version, _) = self.addressed.agency()?;
        let if_match = self.body.if_match.clone();
        let agency = self.access.agency();
        let home = list.to_owned();
        self.execute(
            Some(agency),
            expected(if_match, version),
            |body| DomainCommand::Agency(make(body)),
            |_| home,
        )
        .await
    }

    /// Begins an offering or a solution; `list` is where its kind is listed.
    pub(crate) async fn begin(
        self,
        list: &str,
        make: impl FnOnce(B) -> DomainCommand,
    ) -> Result<HttpResponse, Problem> {
        let home = self.below_agency(list);
        let place = |receipt: &Receipt| format!("{home}/{}", receipt.stream);
        self.execute(None, Expected::New, make, place).await
    }

    /// Carries out a command to the addressed offering or solution; `list` is where its kind is listed.
    pub(crate) async fn on_stream(
        self,
        list: &str,
        make: impl FnOnce(B) -> DomainCommand,
    ) -> Result<HttpResponse, Problem> {
        let stream = self.addressed.stream()?;
        let (id, version) = (stream.id, stream.version);
        let expected = expected(self.body.if_match.clone(), version);
        let home = self.below_agency(list);
        let place = |_: &Receipt| format!("{home}/{id}");
        self.execute(Some(id), expected, make, place).await
    }

    fn cases(&self) -> String {
        self.below_agency("cases")
    }

    /// The address of a list of the agency.
    pub(crate) fn below_agency(&self, list: &str) -> String {
        format!("{}/{list}", self.agency())
    }

    /// The address of the agency.
    pub(crate) fn agency(&self) -> String {
        format!("/v1/agencies/{}", self.access.agency_code())
    }

    async fn execute(
        self,
        stream: Option<Uuid>,
        expected: Expected,
        make: impl FnOnce(B) -> DomainCommand,
        location: impl FnOnce(&Receipt) -> String,
    ) -> Result<HttpResponse, Problem> {
        let store = &self.services.store;
        let key = self.body.key(|parts| store.fingerprint(parts));
        let handling = self.body.handling;
        let command = make(self.body.body);
        let of_agency = matches!(command, DomainCommand::Agency(_));
        // `*` names no version; only what means the same on every one may do without.
        let unsaid = expected == Expected::Any && !command.commutes();
        let expected = if unsaid { Expected::Unsaid } else { expected };
        let Some(key) = key else {
            let preview = store.validate(&self.access, stream, expected, command, handling);
            return validated(preview.await?, handling, self.language);
        };
        let receipt = store
            .execute_handling(&self.access, stream, expected, command, key, handling)
            .await?;
        if of_agency && !receipt.replayed {
            let by = self.access.principal().id();
            security_log::rights_changed(self.access.agency_code(), by, O::ID);
        }
        let location = location(&receipt);
        done(receipt, &location, handling, self.language)
    }
}

impl<O: Operation> Request<O, Command<OpenAgency>> {
    /// Opens an agency.
    pub(crate) async fn open_agency(self) -> Result<HttpResponse, Problem> {
        let store = &self.services.store;
        let key = self.body.key(|parts| store.fingerprint(parts));
        let handling = self.body.handling;
        let opening = self.body.body;
        let code = opening.code.clone();
        let Some(key) = key else {
            let preview = store.validate_opening(&self.access, opening, handling);
            return validated(preview.await?, handling, self.language);
        };
        let receipt = store
            .open_agency(&self.access, opening, key, handling)
            .await?;
        if !receipt.replayed {
            security_log::rights_changed(&code, self.access.principal().id(), O::ID);
        }
        let location = format!("/v1/agencies/{code}");
        done(receipt, &location, handling, self.language)
    }
}

/// The version the command was made on: of several the client names, the one the stream is at.
fn expected(if_match: Option<IfMatch>, current: u64) -> Expected {
    match if_match {
        None => Expected::Unsaid,
        Some(IfMatch::Any) => Expected::Any,
        Some(IfMatch::Versions(versions)) if versions.contains(&current) => {
            Expected::Version(current)
        }
        // Tags that are none of ours match no version; the first event is the oldest to tell of.
        Some(IfMatch::Versions(versions)) => {
            Expected::Version(versions.into_iter().max().unwrap_or(0))
        }
    }
}
