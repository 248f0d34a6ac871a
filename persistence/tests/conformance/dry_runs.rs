//! Commands that are only validated: the verdict they would meet, and nothing of them stays.

use fallbuch_domain::{Command, Rule};
use fallbuch_persistence::{CommandError, Expected, Handling, Preview};
use futures_util::future::{join, join_all, join4};
use uuid::Uuid;

use crate::setup::{Agency, Database, Engine, Raw, contact, on_both};

/// Every table that a command could leave something in, counted.
async fn rows(raw: &mut Raw) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM event",
        "SELECT COUNT(*) FROM stream_head",
        "SELECT COUNT(*) FROM unique_key",
        "SELECT COUNT(*) FROM login",
        "SELECT COUNT(*) FROM setting",
        "SELECT value FROM counter ORDER BY agency_id, name",
        "SELECT position FROM lane ORDER BY agency_id",
        "SELECT last_recorded_at FROM lane ORDER BY agency_id",
    ] {
        counts.extend(raw.numbers(sql).await);
    }
    counts
}

async fn opening(agency: &Agency, municipality: &str) -> Result<Preview, CommandError> {
    let command = Command::Case(agency.opening(municipality, None));
    let (store, access) = (&agency.store, &agency.access);
    store
        .validate(access, None, Expected::New, command, Handling::Lenient)
        .await
}

async fn contacting(agency: &Agency, case: Uuid) -> Result<Preview, CommandError> {
    let command = Command::Case(contact());
    let (store, access) = (&agency.store, &agency.access);
    store
        .validate(
            access,
            Some(case),
            Expected::Any,
            command,
            Handling::Lenient,
        )
        .await
}

fn rules(refused: &Result<Preview, CommandError>) -> Vec<Rule> {
    match refused {
        Err(CommandError::Refused(rejection)) => {
            rejection.findings.iter().map(|one| one.rule).collect()
        }
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn nothing_of_a_validated_command_is_stored(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        let case = agency.open("open", "15002").await.unwrap().stream;
        let before = rows(&mut raw).await;
        for _ in 0..3 {
            let preview = opening(&agency, "15001").await.unwrap();
            assert_eq!((preview.version, preview.events.len()), (1, 1));
            // The next file number, each time anew.
            assert!(preview.events[0].get().contains("TM-2015-0002"));
            assert_eq!(contacting(&agency, case).await.unwrap().version, 2);
            assert_eq!(rules(&opening(&agency, "15002").await), [Rule::R02]);
        }
        assert_eq!(rows(&mut raw).await, before);
    }
}

on_both! {
    async fn it_sees_what_stands_before_it_in_its_batch_and_is_seen_by_nobody(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        let busy = agency.open("busy", "15001").await.unwrap().stream;
        let keys: Vec<_> = (0..40).map(|number| format!("contact/{number}")).collect();
        let contacts = join_all(keys.iter().map(|key| agency.contact(busy, key)));
        // They wait in this order while the writer is busy with the contacts.
        let commands = async {
            let first = opening(&agency, "15002");
            let second = opening(&agency, "15002");
            let opened = agency.open("open", "15002");
            let third = opening(&agency, "15002");
            join4(first, second, opened, third).await
        };
        let (contacts, (first, second, opened, third)) = join(contacts, commands).await;
        assert!(contacts.iter().all(Result::is_ok));
        assert_eq!((first.unwrap().version, second.unwrap().version), (1, 1));
        assert_eq!(opened.unwrap().version, 1);
        assert_eq!(rules(&third), [Rule::R02]);
    }
}

on_both! {
    async fn it_is_never_told_what_then_fails_to_commit(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        let busy = agency.open("busy", "15001").await.unwrap().stream;
        // The contract keeps U+0000 out; a column of PostgreSQL cannot hold it, and the flush fails.
        let bad = agency.opening("15081135", Some("Alt\u{0}mark"));
        let bad = agency.execute(None, Expected::New, bad, "bad");
        let keys: Vec<_> = (0..40).map(|number| format!("contact/{number}")).collect();
        let contacts = join_all(keys.iter().map(|key| agency.contact(busy, key)));
        let validated = async {
            let good = Command::Case(agency.opening("15081135", Some("Altmark")));
            let (store, access) = (&agency.store, &agency.access);
            let lenient = Handling::Lenient;
            store.validate(access, None, Expected::New, good, lenient).await
        };
        let (_, (bad, validated)) = join(contacts, join(bad, validated)).await;
        match engine {
            Engine::Postgres => {
                assert!(matches!(bad, Err(CommandError::Store(_))), "{bad:?}");
                assert_eq!(validated.unwrap().version, 1);
            }
            Engine::Sqlite => {
                assert!(bad.is_ok(), "{bad:?}");
                assert_eq!(rules(&validated), [Rule::R02]);
            }
        }
    }
}

on_both! {
    async fn it_is_decided_on_the_newest_state_whichever_process_wrote_it(engine: Engine) {
        let (database, _raw) = Database::new(engine).await;
        let first = Agency::found(&database.open().await, "transmit").await;
        let second = Agency::enter(&database.open().await, "transmit").await;
        let mut case = first.open("open", "15002").await.unwrap();
        for round in 0..5 {
            case = first.contact(case.stream, &format!("contact/{round}")).await.unwrap();
            // The first process knows the case open, the second one closes it.
            assert_eq!(contacting(&first, case.stream).await.unwrap().version, case.version + 1);
            second.close(&case, &format!("close/{round}")).await.unwrap();
            assert_eq!(rules(&contacting(&first, case.stream).await), [Rule::R23]);
            assert_eq!(opening(&first, "15002").await.unwrap().version, 1);
            case = second.open(&format!("open/{round}"), "15002").await.unwrap();
            assert_eq!(rules(&opening(&first, "15002").await), [Rule::R02]);
        }
    }
}

on_both! {
    async fn strictness_refuses_what_would_be_warned_of_and_nothing_else(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        // Munich lies outside the agency's Länder.
        let open = async |municipality: &str, key: &str, handling| {
            let command = Command::Case(agency.opening(municipality, None));
            let fingerprint = agency.store.fingerprint(&[key.as_bytes()]);
            let key = fallbuch_persistence::IdempotencyKey { key: key.to_owned(), fingerprint };
            let (store, access) = (&agency.store, &agency.access);
            store.execute_handling(access, None, Expected::New, command, key, handling).await
        };
        let before = rows(&mut raw).await;
        let refused = open("09162", "munich", Handling::Strict).await;
        match &refused {
            Err(CommandError::Warned(findings)) => assert_eq!(findings[0].rule, Rule::R04),
            other => panic!("{other:?}"),
        }
        assert_eq!(rows(&mut raw).await, before);
        assert!(open("15002", "halle", Handling::Strict).await.unwrap().warnings.is_empty());
        // The refused key was not used up; what is carried out under it is answered strictly as well.
        let lenient = open("09162", "munich", Handling::Lenient).await.unwrap();
        assert_eq!(lenient.warnings[0].rule, Rule::R04);
        let again = open("09162", "munich", Handling::Strict).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.warnings, lenient.warnings);
        assert_eq!(again.events[0].as_bytes(), lenient.events[0].as_bytes());
    }
}
