//! Offerings and solutions: streams of their own, held to what every stream is held to.

use fallbuch_domain::offering::{OfferingCommand, sample as offering};
use fallbuch_domain::solution::{SolutionCommand, sample as solution};
use fallbuch_domain::{Command, Rule, StreamKind};
use fallbuch_persistence::{Expected, IdempotencyKey};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::office::Office;
use crate::setup::{Agency, Database, Engine, on_both};
use crate::subject::{Accepted, Order, Refused, Subject, Verdict, on_all};

async fn execute<S: Subject>(
    office: &Office<S>,
    on: Option<(Uuid, Expected)>,
    command: impl Into<Wish>,
    key: &str,
) -> Verdict {
    let (stream, expected) = match on {
        None => (None, Expected::New),
        Some((stream, expected)) => (Some(stream), expected),
    };
    let order = Order {
        stream,
        expected,
        command: command.into().0,
        key: IdempotencyKey {
            key: key.to_owned(),
            fingerprint: key.as_bytes().to_vec(),
        },
    };
    office.subject.execute(&office.access, order).await
}

/// A command to either of them.
struct Wish(Command);

impl From<OfferingCommand> for Wish {
    fn from(command: OfferingCommand) -> Self {
        Self(Command::Offering(command))
    }
}

impl From<SolutionCommand> for Wish {
    fn from(command: SolutionCommand) -> Self {
        Self(Command::Solution(command))
    }
}

async fn schedule<S: Subject>(office: &Office<S>, key: &str) -> Accepted {
    let mut body = offering::schedule();
    (body.site, body.place) = (None, Some("Stadthaus".into()));
    let scheduled = execute(office, None, OfferingCommand::Schedule(body), key).await;
    scheduled.unwrap()
}

fn hold() -> OfferingCommand {
    OfferingCommand::Hold(offering::hold())
}

on_all! {
    async fn of_many_who_end_an_offering_on_one_version_one_wins(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let offering = schedule(&office, "schedule").await;
        let on = Some((offering.stream, Expected::Version(1)));
        let keys: Vec<_> = (0..24).map(|number| format!("end/{number}")).collect();
        let ends = keys.iter().enumerate().map(|(number, key)| {
            let cancel = OfferingCommand::Cancel(offering::cancel());
            let end = if number % 2 == 0 { hold() } else { cancel };
            execute(&office, on, end, key)
        });
        let (won, lost): (Vec<_>, Vec<_>) = join_all(ends).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 23));
        let won = won.into_iter().next().unwrap().unwrap();
        assert_eq!((won.stream, won.version), (offering.stream, 2));
        for verdict in lost {
            // Whoever was late is told of the event that was first.
            let Err(Refused::Stale { current_version, events }) = verdict else { panic!("{verdict:?}") };
            assert_eq!((current_version, &events), (2, &won.events));
        }
        let again = execute(&office, Some((offering.stream, Expected::Version(2))), hold(), "late");
        let Err(Refused::Rules(findings)) = again.await else { panic!("it is over") };
        assert_eq!(findings[0].rule, Rule::R21);
        let (events, more) = office.subject.events(&office.access, offering.stream, 0, 9).await;
        assert_eq!((events, more), ([offering.events, won.events].concat(), false));
    }
}

on_all! {
    async fn a_stream_takes_commands_of_its_own_kind_alone(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let offering = schedule(&office, "schedule").await;
        let describe = SolutionCommand::Describe(solution::describe());
        let solution = execute(&office, None, describe, "describe").await.unwrap();
        let case = office.open("open", "15002").await.unwrap();
        let agency = office.subject.agency(&office.access).await.code;
        assert_eq!(agency, "transmit");
        let revise = || SolutionCommand::Revise(solution::revise());
        for (number, stream) in [offering.stream, case.stream, Uuid::max()].into_iter().enumerate() {
            let on = Some((stream, Expected::Version(1)));
            let key = format!("revise/{number}");
            assert_eq!(execute(&office, on, revise(), &key).await, Err(Refused::NotFound));
        }
        for (number, stream) in [solution.stream, case.stream].into_iter().enumerate() {
            let on = Some((stream, Expected::Version(1)));
            let key = format!("hold/{number}");
            assert_eq!(execute(&office, on, hold(), &key).await, Err(Refused::NotFound));
        }
        for stream in [offering.stream, solution.stream] {
            assert_eq!(office.subject.case(&office.access, stream).await, None);
            assert_eq!(office.contact(stream, &format!("contact/{stream}")).await, Err(Refused::NotFound));
        }
        // `*` and no version are refused alike: no command to them means the same on every version.
        let unsaid = Some((solution.stream, Expected::Unsaid));
        assert_eq!(execute(&office, unsaid, revise(), "unsaid").await, Err(Refused::VersionRequired));
        let named = Some((solution.stream, Expected::Version(1)));
        let revised = execute(&office, named, revise(), "revise").await.unwrap();
        // Sent again it is answered again, though the version has moved on.
        let again = execute(&office, named, revise(), "revise").await.unwrap();
        assert_eq!((again.replayed, again.events), (true, revised.events));
    }
}

on_both! {
    async fn a_list_of_streams_never_holds_cases(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        agency.open("open", "15002").await.unwrap();
        // Cases belong to sites, and this list knows of none.
        let listed = agency.store.streams(&agency.access, StreamKind::Case, None, 9, |_| true).await;
        let listed = listed.unwrap();
        assert_eq!((listed.items.len(), listed.has_more), (0, false));
        let home = agency.store.stream(&agency.access, agency.access.agency()).await.unwrap();
        assert!(home.is_none(), "nor is the agency one");
    }
}
