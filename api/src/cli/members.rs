//! Members at the command line, as the machine's owner: how the first administrator of an agency comes in.

use std::fmt::Write as _;

use fallbuch_domain::agency::NETWORK;
use fallbuch_domain::agency::command::Terms;
use fallbuch_persistence::{Access, CommandError, Identity, Operator, Store};

use super::CliError;
use crate::config::{LoginArguments, MemberAction};
use crate::security_log;

/// Carries it out; the answer is for standard output.
///
/// # Errors
/// If there is no such agency or member, rules refuse, or the store fails.
pub(super) async fn run(store: &Store, action: MemberAction) -> Result<String, CliError> {
    let operator = store.operator();
    let today = store.sources().clock.now().berlin_date();
    match action {
        MemberAction::Admit {
            login,
            roles,
            sites,
            permissions,
        } => {
            // The network is opened by its first member.
            if login.agency == NETWORK && operator.agency(NETWORK).await?.is_none() {
                operator.open_network(today).await?;
            }
            let agency = agency(&operator, &login.agency).await?;
            let terms = Terms {
                roles,
                sites: (!sites.is_empty()).then_some(sites),
                permissions: (!permissions.is_empty()).then_some(permissions),
            };
            let identity = identity(&login);
            let before = store.position(&agency).await?;
            let admitted = operator.admit_member(&agency, today, &identity, terms);
            let member = admitted.await?;
            if store.position(&agency).await? > before {
                security_log::rights_changed(&login.agency, uuid::Uuid::nil(), "member admit");
            }
            Ok(format!(
                "{} is the member {member} of {}.\n",
                login.subject, login.agency
            ))
        }
        MemberAction::Leave { login } => {
            let agency = agency(&operator, &login.agency).await?;
            let identity = identity(&login);
            let ended = operator.end_membership(&agency, today, &identity);
            let stranger = || CliError::Stranger(login.subject.clone(), login.agency.clone());
            let member = ended.await?.ok_or_else(stranger)?;
            security_log::rights_changed(&login.agency, uuid::Uuid::nil(), "member leave");
            Ok(format!("The member {member} left {}.\n", login.agency))
        }
        MemberAction::List { agency: code } => {
            let access = agency(&operator, &code).await?;
            let agency = store.agency(&access).await.map_err(CommandError::from)?;
            let mut text = String::new();
            for member in &agency.members {
                let roles: Vec<_> = member.roles.iter().map(|role| role.code()).collect();
                // Writing to a string does not fail.
                let _infallible = write!(text, "{} {}", member.id, roles.join(","));
                for permission in member.named_permissions.iter().flatten() {
                    let _infallible = write!(text, " {}", permission.code());
                }
                for site in member.sites.iter().flatten() {
                    let _infallible = write!(text, " at {site}");
                }
                text.push('\n');
            }
            Ok(text)
        }
    }
}

async fn agency(operator: &Operator, code: &str) -> Result<Access, CliError> {
    let access = operator.agency(code).await?;
    access.ok_or_else(|| CliError::NoAgency(code.to_owned()))
}

fn identity(login: &LoginArguments) -> Identity {
    Identity {
        issuer: login.issuer.clone(),
        subject: login.subject.clone(),
    }
}
