//! An agency with one site and one coordinator on any [`Subject`], and commands to its cases.

use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{Expected, IdempotencyKey};
use uuid::Uuid;

use crate::setup::{agency, closing, contact, login, opening};
use crate::subject::{Accepted, Order, Reading, Subject, Verdict};

/// The coordinator's desk in an agency.
pub(crate) struct Office<S: Subject> {
    pub(crate) subject: S,
    pub(crate) access: S::Access,
    site: Uuid,
    coordinator: Uuid,
}

impl<S: Subject> Office<S> {
    /// Founds the agency.
    pub(crate) async fn found(subject: S, code: &str) -> Self {
        let operator = subject.open_agency(agency(code)).await;
        subject.open_site(&operator, "Halle").await;
        let login = login(code);
        subject
            .admit_member(&operator, &login, Role::Coordinator, None)
            .await;
        Self::enter(subject, code).await
    }

    /// The same agency through another process.
    pub(crate) async fn elsewhere(&self, code: &str) -> Self {
        Self::enter(self.subject.another().await, code).await
    }

    async fn enter(subject: S, code: &str) -> Self {
        let login = login(code);
        let access = subject.access(&login, code, Permission::CaseOpen).await;
        let access = access.unwrap();
        let agency = subject.agency(&access).await;
        Self {
            subject,
            access,
            site: agency.sites[0].id,
            coordinator: agency.members[0].id,
        }
    }

    pub(crate) async fn open(&self, key: &str, municipality: &str) -> Verdict {
        let opening = opening(self.site, self.coordinator, municipality, None);
        self.execute(None, Expected::New, opening, key).await
    }

    pub(crate) async fn contact(&self, case: Uuid, key: &str) -> Verdict {
        self.execute(Some(case), Expected::Any, contact(), key)
            .await
    }

    pub(crate) async fn close(&self, case: &Accepted, key: &str) -> Verdict {
        let expected = Expected::Version(case.version);
        self.execute(Some(case.stream), expected, closing(), key)
            .await
    }

    /// The newest state of a case that is there.
    pub(crate) async fn case(&self, id: Uuid) -> Reading {
        self.subject.case(&self.access, id).await.unwrap()
    }

    async fn execute(
        &self,
        stream: Option<Uuid>,
        expected: Expected,
        command: CaseCommand,
        key: &str,
    ) -> Verdict {
        let order = Order {
            stream,
            expected,
            command: Command::Case(command),
            key: IdempotencyKey {
                key: key.to_owned(),
                fingerprint: key.as_bytes().to_vec(),
            },
        };
        self.subject.execute(&self.access, order).await
    }
}
