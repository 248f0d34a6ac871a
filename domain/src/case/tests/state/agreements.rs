//! What becomes of a signed agreement, and what is recorded beside it.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::super::{UNKNOWN, draft};
use super::{before, fold};
use crate::case::event::{
    AgreementAmended, AgreementEndReason, AgreementExtended, Attainment, AttainmentLevel,
    ProgressReviewed,
};
use crate::case::{AgreementEnd, AgreementStatus, CaseEvent, CaseState, CommandKind, sample};
use crate::testing::happened;

fn evolved(state: &CaseState, event: &CaseEvent, day: Date) -> CaseState {
    CaseState::evolve(Some(state.clone()), event, day).unwrap()
}

#[test]
fn an_amendment_changes_what_is_named_and_keeps_the_document() {
    let extended = before(CommandKind::AmendAgreement);
    let old = extended.agreement(sample::AGREEMENT).unwrap();
    assert_eq!((old.revision, old.document), (3, Some(sample::DOCUMENT)));
    assert_eq!(old.priorities, [sample::PRIORITY]);
    let amended = |document| {
        let event = CaseEvent::AgreementAmended(AgreementAmended {
            added: vec![sample::THIRD_PRIORITY],
            agreement: sample::AGREEMENT,
            document,
            dropped: vec![sample::PRIORITY],
            revision: 4,
        });
        let state = evolved(&extended, &event, date!(2015 - 11 - 03));
        state.agreement(sample::AGREEMENT).unwrap().clone()
    };
    let new = amended(None);
    assert_eq!((new.revision, new.document), (4, Some(sample::DOCUMENT)));
    assert_eq!(new.priorities, [sample::THIRD_PRIORITY]);
    assert_eq!(
        (new.status, &new.signed),
        (AgreementStatus::Signed, &old.signed)
    );
    assert_eq!(amended(Some(UNKNOWN)).document, Some(UNKNOWN));
}

#[test]
fn an_extension_moves_the_last_day_alone() {
    let signed = before(CommandKind::ExtendAgreement);
    assert_eq!(signed.agreed_until(), Some(sample::VALID_UNTIL));
    let event = CaseEvent::AgreementExtended(AgreementExtended {
        agreement: sample::AGREEMENT,
        document: None,
        revision: 3,
        signed_on: date!(2017 - 04 - 03),
        valid_until: date!(2018 - 04 - 30),
    });
    let extended = evolved(&signed, &event, date!(2017 - 04 - 03));
    let (old, new) = (
        signed.agreement(sample::AGREEMENT).unwrap(),
        extended.agreement(sample::AGREEMENT).unwrap(),
    );
    let (before, after) = (old.signed.clone().unwrap(), new.signed.clone().unwrap());
    assert_eq!(after.valid_until, Some(date!(2018 - 04 - 30)));
    assert_eq!(
        (after.valid_from, after.signed_on, after.signatures),
        (before.valid_from, before.signed_on, before.signatures)
    );
    assert_eq!((new.revision, new.document), (3, old.document));
    assert_eq!(extended.agreed_until(), Some(date!(2018 - 04 - 30)));
    assert_eq!(extended.row().agreed_until, Some(date!(2018 - 04 - 30)));
}

#[test]
fn an_ended_agreement_keeps_its_terms_and_counts_no_more() {
    let ended = before(CommandKind::PauseCase);
    let agreement = ended.agreement(sample::AGREEMENT).unwrap();
    assert_eq!(agreement.status, AgreementStatus::Ended);
    assert_eq!(
        agreement.end,
        Some(AgreementEnd {
            ended_on: date!(2017 - 05 - 22),
            reason: AgreementEndReason::GoalsReached,
        })
    );
    assert!(agreement.signed.is_some());
    assert_eq!(ended.signed_agreements().count(), 0);
    assert_eq!(
        (ended.agreed_until(), ended.row().agreed_until),
        (None, None)
    );
}

fn reviewed(agreement: Uuid, level: AttainmentLevel) -> CaseEvent {
    CaseEvent::ProgressReviewed(ProgressReviewed {
        agreement,
        attainment: vec![Attainment {
            level,
            priority: sample::PRIORITY,
            remark: None,
        }],
        next_steps: Vec::new(),
    })
}

#[test]
fn a_late_review_does_not_outrank_a_later_one() {
    let last = before(CommandKind::EndAgreement);
    let held_on = date!(2016 - 11 - 29);
    assert_eq!(last.progress_reviews[0].reviewed_on, held_on);
    let level = |day| {
        let event = reviewed(sample::AGREEMENT, AttainmentLevel::Attained);
        let state = evolved(&last, &event, day);
        assert_eq!(state.progress_reviews.len(), 1);
        state.progress_reviews[0].attainment[0].level
    };
    assert_eq!(level(date!(2016 - 11 - 28)), AttainmentLevel::Partly);
    assert_eq!(
        level(held_on),
        AttainmentLevel::Attained,
        "the same day, entered later"
    );
    assert_eq!(level(date!(2016 - 11 - 30)), AttainmentLevel::Attained);
}

#[test]
fn each_agreement_has_its_latest_review() {
    let mut history = super::history_before(CommandKind::EndAgreement);
    history.push(draft(UNKNOWN));
    let day = date!(2016 - 11 - 01);
    history.push(happened(
        day,
        reviewed(UNKNOWN, AttainmentLevel::NotStarted),
    ));
    let reviews = fold(&history).progress_reviews;
    let of: Vec<_> = reviews
        .iter()
        .map(|one| (one.agreement, one.reviewed_on))
        .collect();
    assert_eq!(
        of,
        [(sample::AGREEMENT, date!(2016 - 11 - 29)), (UNKNOWN, day)]
    );
}
