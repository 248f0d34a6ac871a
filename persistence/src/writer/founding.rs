//! The opening of an agency: its code, its lane, its administrator's login and its first events in one transaction.
//!
//! Invariant: an opening that is refused, or fails, leaves nothing: not the code, not the login.

use fallbuch_domain::Rejection;
use fallbuch_domain::agency::network::code_taken;
use sqlx::Connection;
use uuid::Uuid;

use super::draft::Draft;
use super::lookup::Lookup;
use super::{Intent, Submission, Verdict, Writer};
use crate::access::Identity;
use crate::database::Database;
use crate::error::StoreError;
use crate::metrics::FlushPath;
use crate::session::Session;
use crate::tenant::bound;

/// What is stored of a new agency beside its events.
#[derive(Clone, Debug)]
pub(crate) struct Founding {
    /// Its code.
    pub(crate) code: String,
    /// Who administers it first.
    pub(crate) login: Identity,
    /// The member that this login is to be.
    pub(crate) administrator: Uuid,
}

impl Writer {
    /// Settles the command that opens the agency, and ends.
    pub(crate) async fn found(mut self, founding: Founding, submission: Submission) {
        let settled = self.settle_founding(&founding, &submission).await;
        let verdict = settled.unwrap_or_else(|error| {
            let agency = submission.access.agency();
            tracing::error!(%agency, %error, "an agency could not be opened");
            Err(error.into())
        });
        self.workshop.metrics.count(&submission.intent, &verdict);
        submission.answer(verdict);
    }

    async fn settle_founding(
        &mut self,
        founding: &Founding,
        submission: &Submission,
    ) -> Result<Verdict, StoreError> {
        let access = &submission.access;
        self.know(access)?;
        let flush = self.workshop.metrics.begin_flush(FlushPath::Single);
        let draft = match self.workshop.database.clone() {
            Database::Postgres(pool) => {
                let mut connection = bound(&pool, access.scope()).await?;
                let mut transaction = connection.begin().await?;
                let draft = self
                    .founded(&mut *transaction, founding, submission)
                    .await?;
                if is_kept(draft.as_ref(), submission) {
                    transaction.commit().await?;
                } else {
                    transaction.rollback().await?;
                }
                draft
            }
            Database::Sqlite(pool) => {
                let mut connection = pool.acquire().await?;
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                let draft = self
                    .founded(&mut *transaction, founding, submission)
                    .await?;
                if is_kept(draft.as_ref(), submission) {
                    transaction.commit().await?;
                } else {
                    transaction.rollback().await?;
                }
                draft
            }
        };
        flush.settled();
        let Some(draft) = draft else {
            return Ok(Err(Rejection::by(code_taken()).into()));
        };
        let verdict = self.keep(access.agency(), draft).pop();
        verdict.ok_or(StoreError::Stopped)
    }

    /// What is to be stored; none if another agency has the code. One that is there by this command already is answered
    /// as the first time, by the command's key.
    async fn founded<S: Session>(
        &mut self,
        session: &mut S,
        founding: &Founding,
        submission: &Submission,
    ) -> Result<Option<Draft>, StoreError> {
        let agency = submission.access.agency();
        if !session.found(agency, founding).await? {
            return Ok(None);
        }
        let alone = std::slice::from_ref(submission);
        let draft = self
            .decide_and_append(session, agency, alone, Lookup::OfAll)
            .await?;
        match draft {
            Some(draft) => Ok(Some(draft)),
            None => Err(StoreError::Corrupt(format!("agency {agency} has no lane"))),
        }
    }
}

/// Whether the agency is to be there: the command is accepted, and not only validated.
fn is_kept(draft: Option<&Draft>, submission: &Submission) -> bool {
    let accepted = draft.is_some_and(|draft| draft.verdicts.iter().all(Result::is_ok));
    accepted && matches!(submission.intent, Intent::Record(_))
}
