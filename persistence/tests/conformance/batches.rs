//! Commands that wait together: each gets the verdict it would get alone.

use fallbuch_domain::Rule;
use fallbuch_persistence::CommandError;
use futures_util::future::join_all;

use crate::office::Office;
use crate::setup::{Agency, Database, Engine, on_both};
use crate::subject::{Refused, Subject, on_all};

on_all! {
    async fn the_same_command_many_times_acts_once(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let case = office.open("open", "15002").await.unwrap();
        let before = office.subject.position(&office.access).await;
        let same = (0..64).map(|_| office.contact(case.stream, "the same"));
        let receipts: Vec<_> = join_all(same).await.into_iter().map(Result::unwrap).collect();
        assert!(receipts.iter().all(|receipt| receipt.events == receipts[0].events));
        assert!(receipts.iter().all(|receipt| receipt.version == 2));
        assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
        assert_eq!(office.subject.position(&office.access).await, before + 1);
    }
}

on_all! {
    async fn one_of_many_openings_for_a_municipality_wins(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let keys: Vec<_> = (0..24).map(|number| format!("open/{number}")).collect();
        let verdicts = join_all(keys.iter().map(|key| office.open(key, "15002"))).await;
        let (opened, refused): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(Result::is_ok);
        assert_eq!((opened.len(), refused.len()), (1, 23));
        for verdict in refused {
            let Err(Refused::Rules(findings)) = verdict else { panic!("{verdict:?}") };
            assert_eq!(findings[0].rule, Rule::R02);
        }
    }
}

on_all! {
    async fn file_numbers_are_dense_however_cases_come(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let districts = ["15001", "15002", "15003", "15081", "15082", "15083", "15084", "15085"];
        let openings = districts.iter().map(|district| office.open(district, district));
        let mut numbers = Vec::new();
        for opened in join_all(openings).await {
            numbers.push(office.case(opened.unwrap().stream).await.state.case_number);
        }
        numbers.sort();
        let expected: Vec<_> = (1..=8).map(|number| format!("TM-2015-{number:04}")).collect();
        assert_eq!(numbers, expected);
    }
}

on_both! {
    async fn a_bad_command_does_not_hurt_its_neighbours(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        let case = agency.open("open", "15002").await.unwrap().stream;
        // The contract keeps U+0000 out; a column of PostgreSQL cannot hold it.
        let bad = agency.opening("15081135", Some("Alt\u{0}mark"));
        let bad = agency.execute(None, fallbuch_persistence::Expected::New, bad, "bad");
        let keys: Vec<_> = (0..40).map(|number| format!("contact/{number}")).collect();
        let good = join_all(keys.iter().map(|key| agency.contact(case, key)));
        let (bad, good) = futures_util::future::join(bad, good).await;
        assert!(good.iter().all(Result::is_ok));
        match engine {
            Engine::Postgres => assert!(matches!(bad, Err(CommandError::Store(_))), "{bad:?}"),
            Engine::Sqlite => assert!(bad.is_ok()),
        }
        let contacts = raw.numbers("SELECT COUNT(*) FROM event WHERE type = 'contact_recorded'");
        assert_eq!(contacts.await, [40]);
    }
}

on_both! {
    async fn a_municipality_passes_from_case_to_case(engine: Engine) {
        let (database, mut raw) = Database::new(engine).await;
        let agency = Agency::found(&database.open().await, "transmit").await;
        let busy = agency.open("busy", "15001").await.unwrap().stream;
        let mut case = agency.open("open/0", "15002").await.unwrap();
        for round in 1..=10 {
            // While the writer is busy with the contacts, closing and opening wait side by side, so
            // that one flush takes the key from one case and gives it to the other.
            let keys: Vec<_> = (0..40).map(|number| format!("contact/{round}/{number}")).collect();
            let contacts = join_all(keys.iter().map(|key| agency.contact(busy, key)));
            let (close, open) = (format!("close/{round}"), format!("open/{round}"));
            let (close, open) = (agency.close(&case, &close), agency.open(&open, "15002"));
            let (_, closed, opened) = futures_util::future::join3(contacts, close, open).await;
            closed.unwrap();
            let opened = opened.unwrap();
            assert_eq!(raw.numbers("SELECT COUNT(*) FROM unique_key").await, [2]);
            let held_by_closed = raw.numbers(
                "SELECT COUNT(*) FROM unique_key k JOIN stream_head h ON h.stream_id = k.stream_id \
                 WHERE h.stage = 'closed'",
            );
            assert_eq!(held_by_closed.await, [0]);
            case = opened;
        }
        let refused = agency.open("one too many", "15002").await;
        assert!(matches!(refused, Err(CommandError::Refused(_))));
        agency.close(&case, "the last one").await.unwrap();
        assert_eq!(raw.numbers("SELECT COUNT(*) FROM unique_key").await, [1]);
    }
}

on_all! {
    async fn a_retry_is_answered_though_its_own_effects_would_refuse_it(subject: impl Subject) {
        let office = Office::found(subject, "transmit").await;
        let case = office.open("open", "15002").await.unwrap();
        let closed = office.close(&case, "close").await.unwrap();
        let again = office.close(&case, "close").await.unwrap();
        assert!(again.replayed && !closed.replayed);
        assert_eq!(again.events, closed.events);
        assert!(office.open("open", "15002").await.unwrap().replayed);
        let other = office.close(&case, "another key").await;
        assert!(matches!(other, Err(Refused::Stale { current_version: 2, .. })), "{other:?}");
    }
}

on_all! {
    async fn a_refusal_never_comes_from_a_stale_cache(subject: impl Subject) {
        let first = Office::found(subject, "transmit").await;
        let second = first.elsewhere("transmit").await;
        let mut case = first.open("open", "15002").await.unwrap();
        for round in 0..5 {
            // The second process knows the case; then the first one moves it on.
            second.contact(case.stream, &format!("second/{round}")).await.unwrap();
            case = first.contact(case.stream, &format!("first/{round}")).await.unwrap();
            // Its cache says that this version is yet to come.
            case = second.close(&case, &format!("close/{round}")).await.unwrap();
            let closed = first.contact(case.stream, &format!("late/{round}")).await;
            assert!(matches!(closed, Err(Refused::Rules(_))), "{closed:?}");
            case = first.open(&format!("open/{round}"), "15002").await.unwrap();
        }
    }
}

on_all! {
    async fn several_processes_on_one_database_agree(subject: impl Subject) {
        let first = Office::found(subject, "transmit").await;
        let second = first.elsewhere("transmit").await;
        let case = first.open("open", "15002").await.unwrap().stream;
        let keys: Vec<_> = (0..120).map(|number| format!("contact/{number}")).collect();
        let contacts = keys.iter().enumerate().map(|(number, key)| {
            let office = if number % 2 == 0 { &first } else { &second };
            office.contact(case, key)
        });
        let mut versions = vec![1];
        for receipt in join_all(contacts).await {
            versions.push(receipt.unwrap().version);
        }
        // What the other process carried out is known by its key here.
        let replayed = second.contact(case, "contact/0").await.unwrap();
        assert!(replayed.replayed);
        versions.sort_unstable();
        assert_eq!(versions, (1..=121).collect::<Vec<u64>>());
        let (events, more) = second.subject.events(&second.access, case, 0, 200).await;
        assert_eq!((events.len(), more), (121, false));
        assert_eq!(second.case(case).await, first.case(case).await);
    }
}
