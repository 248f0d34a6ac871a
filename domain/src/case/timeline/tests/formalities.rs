//! Renewals, funding, follow-ups, participants, advisors, successions, documents and pauses.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{sample, tells};
use crate::case::CommandKind as Kind;
use crate::case::event::{
    AdviceOutcome, AdvisorAssigned, AgreementAmended, AgreementEndReason, AgreementEnded,
    AgreementExtended, CaseEvent, CasePaused, DecisionResult, DocumentLinked, DocumentUnlinked,
    Eligibility, EligibilityCriterion, FollowUpCancelled, FollowUpCompleted, FollowUpReassigned,
    FollowUpRescheduled, FundingAdviceGiven, FundingApplicationSubmitted, FundingDecided,
    FundingPeriodChanged, MediaType, MunicipalityReference, MunicipalitySucceeded,
    ParticipantAdded, ParticipantChanged, ParticipantChanges, ParticipantLeft, Sha256,
};
use crate::catalogue::MunicipalityKind;
use crate::change::Change;
use crate::rule::Rule;

const NAMED: &str = "„Lenkungsgruppe Bildung“";
const NAMED_EN: &str = "“Lenkungsgruppe Bildung”";

fn amended(added: &[Uuid], dropped: &[Uuid]) -> CaseEvent {
    CaseEvent::AgreementAmended(AgreementAmended {
        added: added.to_vec(),
        agreement: sample::AGREEMENT,
        document: None,
        dropped: dropped.to_vec(),
        revision: 3,
    })
}

#[test]
fn an_amendment_tells_what_comes_and_what_goes() {
    let of = format!("Zielvereinbarung mit dem Schwerpunkt {NAMED} fortgeschrieben");
    let of_en = format!("Target agreement with the priority {NAMED_EN} amended");
    let other = sample::CASE;
    tells(
        Kind::CloseCase,
        &amended(&[other], &[]),
        &format!("{of}: neuer Schwerpunkt: {other}."),
        &format!("{of_en}: new priority: {other}."),
    );
    tells(
        Kind::CloseCase,
        &amended(&[other, sample::EVENT], &[sample::PRIORITY]),
        &format!(
            "{of}: neue Schwerpunkte: {other} und {}; es entfällt: {NAMED}.",
            sample::EVENT
        ),
        &format!(
            "{of_en}: new priorities: {other} and {}; dropped: {NAMED_EN}.",
            sample::EVENT
        ),
    );
    tells(
        Kind::RecordContact,
        &amended(&[], &[]),
        "Zielvereinbarung fortgeschrieben.",
        "Target agreement amended.",
    );
}

#[test]
fn an_unknown_agreement_is_extended_and_ended_all_the_same() {
    tells(
        Kind::RecordContact,
        &CaseEvent::AgreementExtended(AgreementExtended {
            agreement: sample::AGREEMENT,
            document: None,
            revision: 3,
            signed_on: date!(2017 - 04 - 03),
            valid_until: date!(2018 - 04 - 30),
        }),
        "Zielvereinbarung verlängert bis 30.04.2018, unterzeichnet am 03.04.2017.",
        "Target agreement extended to 30 April 2018, signed on 3 April 2017.",
    );
    let expected = [
        (
            AgreementEndReason::GoalsReached,
            "Ziele erreicht",
            "goals reached",
        ),
        (
            AgreementEndReason::PhaseEnd,
            "Ende der Programmphase",
            "end of the programme’s phase",
        ),
        (
            AgreementEndReason::CancelledByMunicipality,
            "Kündigung durch die Kommune",
            "cancelled by the municipality",
        ),
        (
            AgreementEndReason::CancelledByAgency,
            "Kündigung durch die Agentur",
            "cancelled by the agency",
        ),
    ];
    for (reason, de, en) in expected {
        let ended = CaseEvent::AgreementEnded(AgreementEnded {
            agreement: sample::AGREEMENT,
            reason,
        });
        tells(
            Kind::RecordContact,
            &ended,
            &format!("Zielvereinbarung beendet ({de})."),
            &format!("Target agreement ended ({en})."),
        );
    }
}

#[test]
fn advice_tells_what_decided() {
    let advice = |programme: &str, outcome, decided_by, eligible, rule| {
        CaseEvent::FundingAdviceGiven(FundingAdviceGiven {
            call: None,
            eligibility: Eligibility {
                decided_by,
                eligible,
                rule,
            },
            outcome,
            programme: programme.to_owned(),
        })
    };
    tells(
        Kind::AdviseOnFunding,
        &advice(
            "bildung_integriert",
            AdviceOutcome::Undecided,
            EligibilityCriterion::Deadline,
            false,
            Rule::R19,
        ),
        "Beraten zum Förderprogramm Bildung integriert: die Kommune hat sich noch nicht entschieden. Die Kommune ist nicht antragsberechtigt (maßgeblich: Stichtag, R19).",
        "Advice given on the programme Bildung integriert (Education integrated): the municipality has not decided yet. The municipality is not eligible (decided by: deadline, R19).",
    );
    tells(
        Kind::AdviseOnFunding,
        &advice(
            "lottery",
            AdviceOutcome::NoApplication,
            EligibilityCriterion::Agreement,
            false,
            Rule::R18,
        ),
        "Beraten zum Förderprogramm lottery: die Kommune stellt keinen Antrag. Die Kommune ist nicht antragsberechtigt (maßgeblich: Zielvereinbarung, R18).",
        "Advice given on the programme lottery: the municipality does not apply. The municipality is not eligible (decided by: agreement, R18).",
    );
}

#[test]
fn an_application_may_leave_amounts_out() {
    let submitted_to = |call: &str, amount_cents, own_share_cents| {
        CaseEvent::FundingApplicationSubmitted(FundingApplicationSubmitted {
            agreement: None,
            amount_cents,
            application: sample::APPLICATION,
            call: call.to_owned(),
            own_share_cents,
            programme: "bildung_integriert".to_owned(),
            submitted_on: date!(2015 - 04 - 20),
        })
    };
    let submitted = |amount_cents, own| submitted_to("call_2015_10", amount_cents, own);
    tells(
        Kind::SubmitFundingApplication,
        &submitted_to("call_2017", None, None),
        "Antrag im Programm Bildung integriert, 2. Antragsrunde 2017, am 20.04.2015 gestellt.",
        "Application to the programme Bildung integriert (Education integrated), call 2 of 2017, submitted on 20 April 2015.",
    );
    tells(
        Kind::SubmitFundingApplication,
        &submitted_to("call_x", None, None),
        "Antrag im Programm Bildung integriert, Antragsrunde call_x, am 20.04.2015 gestellt.",
        "Application to the programme Bildung integriert (Education integrated), call call_x, submitted on 20 April 2015.",
    );
    tells(
        Kind::SubmitFundingApplication,
        &submitted(None, None),
        "Antrag im Programm Bildung integriert, Stichtag 31.10.2015, am 20.04.2015 gestellt.",
        "Application to the programme Bildung integriert (Education integrated), call closing on 31 October 2015, submitted on 20 April 2015.",
    );
    tells(
        Kind::SubmitFundingApplication,
        &submitted(None, Some(5_700_000)),
        "Antrag im Programm Bildung integriert, Stichtag 31.10.2015, am 20.04.2015 gestellt: Eigenanteil 57.000,00 €.",
        "Application to the programme Bildung integriert (Education integrated), call closing on 31 October 2015, submitted on 20 April 2015: own share €57,000.00.",
    );
}

fn decided(decision: DecisionResult, posts: Option<u32>, start_on: Option<Date>) -> CaseEvent {
    CaseEvent::FundingDecided(FundingDecided {
        amount_cents: None,
        application: sample::APPLICATION,
        decision,
        end_on: None,
        grant_code: None,
        notice_on: date!(2016 - 02 - 15),
        posts,
        start_on,
    })
}

#[test]
fn a_decision_tells_its_result() {
    tells(
        Kind::RecordContact,
        &decided(DecisionResult::Refused, None, None),
        "Antrag abgelehnt (Bescheid vom 15.02.2016).",
        "Application refused (notice of 15 February 2016).",
    );
    tells(
        Kind::RecordFundingDecision,
        &decided(DecisionResult::Withdrawn, None, None),
        "Antrag im Programm Bildung integriert, Stichtag 31.10.2015, zurückgezogen (am 15.02.2016).",
        "Application to the programme Bildung integriert (Education integrated), call closing on 31 October 2015, withdrawn (on 15 February 2016).",
    );
    tells(
        Kind::RecordContact,
        &decided(
            DecisionResult::Granted,
            Some(1),
            Some(date!(2016 - 04 - 01)),
        ),
        "Antrag bewilligt (Bescheid vom 15.02.2016): Stellen: 1; ab 01.04.2016.",
        "Application granted (notice of 15 February 2016): posts: 1; from 1 April 2016.",
    );
    let changed = FundingPeriodChanged {
        application: sample::APPLICATION,
        end_on: date!(2019 - 06 - 30),
    };
    tells(
        Kind::RecordContact,
        &CaseEvent::FundingPeriodChanged(changed),
        "Bewilligungszeitraum des Antrags geändert: bis 30.06.2019.",
        "Period of the application changed: until 30 June 2019.",
    );
}

#[test]
fn an_unknown_follow_up_is_named_by_its_id() {
    let (follow_up, assignee) = (sample::FOLLOW_UP, sample::COORDINATOR);
    let due_on = date!(2016 - 04 - 19);
    let completed = |outcome: Option<&str>| {
        CaseEvent::FollowUpCompleted(FollowUpCompleted {
            follow_up,
            outcome: outcome.map(Into::into),
        })
    };
    let expected = [
        (
            CaseEvent::FollowUpRescheduled(FollowUpRescheduled { due_on, follow_up }),
            "verlegt: neuer Termin 19.04.2016.".to_owned(),
            "rescheduled: new date 19 April 2016.".to_owned(),
        ),
        (
            CaseEvent::FollowUpReassigned(FollowUpReassigned {
                assignee,
                follow_up,
            }),
            "an ein anderes Mitglied der Agentur übergeben.".into(),
            "handed to another member of the agency.".into(),
        ),
        (completed(None), "erledigt.".into(), "completed.".into()),
        (
            completed(Some("Alles klar.")),
            "erledigt: Alles klar.".into(),
            "completed: Alles klar.".into(),
        ),
        (
            CaseEvent::FollowUpCancelled(FollowUpCancelled { follow_up }),
            "gestrichen.".into(),
            "cancelled.".into(),
        ),
    ];
    for (event, de, en) in expected {
        tells(
            Kind::RecordContact,
            &event,
            &format!("Wiedervorlage {follow_up} {de}"),
            &format!("Follow-up {follow_up} {en}"),
        );
    }
}

#[test]
fn a_follow_up_put_off_to_its_own_day_tells_no_earlier_one() {
    let same = FollowUpRescheduled {
        due_on: date!(2016 - 03 - 15),
        follow_up: sample::FOLLOW_UP,
    };
    tells(
        Kind::RescheduleFollowUp,
        &CaseEvent::FollowUpRescheduled(same),
        "Wiedervorlage „Stand der Geschäftsordnung erfragen“ verlegt: neuer Termin 15.03.2016.",
        "Follow-up “Stand der Geschäftsordnung erfragen” rescheduled: new date 15 March 2016.",
    );
}

#[test]
fn participants_may_belong_to_an_organisation() {
    let added = ParticipantAdded {
        function: "Leitung".into(),
        organisation: Some("Volkshochschule".into()),
        participant: sample::PARTICIPANT,
        valid_from: date!(2015 - 05 - 01),
    };
    tells(
        Kind::AddParticipant,
        &CaseEvent::ParticipantAdded(added),
        "Leitung (Volkshochschule) ist ab 01.05.2015 am Fall beteiligt.",
        "Leitung (Volkshochschule) takes part in the case from 1 May 2015.",
    );
    let changed = |function: Option<&str>, organisation| {
        CaseEvent::ParticipantChanged(ParticipantChanged {
            changes: ParticipantChanges {
                function: function.map(Into::into),
                organisation,
            },
            participant: sample::PARTICIPANT,
        })
    };
    tells(
        Kind::ChangeParticipant,
        &changed(None, Change::Clear),
        "Beteiligung von „Leitung des Bildungsbüros“ geändert: ohne Organisation.",
        "Participation of “Leitung des Bildungsbüros” changed: no organisation.",
    );
    let id = sample::PARTICIPANT;
    tells(
        Kind::RecordContact,
        &changed(Some("Referat"), Change::Keep),
        &format!("Beteiligung von {id} geändert: neue Funktion „Referat“."),
        &format!("Participation of {id} changed: new function “Referat”."),
    );
    let left = ParticipantLeft {
        participant: id,
        valid_to: date!(2016 - 11 - 30),
    };
    tells(
        Kind::RecordContact,
        &CaseEvent::ParticipantLeft(left),
        &format!("{id} war bis 30.11.2016 am Fall beteiligt."),
        &format!("{id} took part in the case until 30 November 2016."),
    );
}

#[test]
fn nobody_reads_ids_of_members_and_successors_have_names() {
    let assigned = |member| {
        CaseEvent::AdvisorAssigned(AdvisorAssigned {
            member,
            valid_from: date!(2016 - 01 - 04),
        })
    };
    tells(
        Kind::RecordContact,
        &assigned(sample::COORDINATOR),
        "Beratung ab 04.01.2016 durch ein anderes Mitglied der Agentur.",
        "Advised by another member of the agency from 4 January 2016.",
    );
    tells(
        Kind::RecordContact,
        &assigned(sample::ADVISOR),
        "Beratung ab 04.01.2016 durch dasselbe Mitglied der Agentur.",
        "Advised by the same member of the agency from 4 January 2016.",
    );
    let kept = FollowUpReassigned {
        assignee: sample::state_before(Kind::ReassignFollowUp).follow_ups[0].assignee,
        follow_up: sample::FOLLOW_UP,
    };
    tells(
        Kind::ReassignFollowUp,
        &CaseEvent::FollowUpReassigned(kept),
        "Wiedervorlage „Stand der Geschäftsordnung erfragen“ bei demselben Mitglied der Agentur belassen.",
        "Follow-up “Stand der Geschäftsordnung erfragen” left with the same member of the agency.",
    );
    let succeeded = MunicipalitySucceeded {
        from: "16056".to_owned(),
        to: MunicipalityReference {
            key: "16063".to_owned(),
            kind: MunicipalityKind::District,
            land: "16".to_owned(),
            name: "Wartburgkreis".to_owned(),
        },
    };
    tells(
        Kind::RecordContact,
        &CaseEvent::MunicipalitySucceeded(succeeded),
        "Nachfolge der Kommune 16056: der Fall gilt nun Wartburgkreis (16063).",
        "Succession of the municipality 16056: the case is now about Wartburgkreis (16063).",
    );
}

#[test]
fn documents_tell_what_and_where_they_are() {
    let document = sample::DOCUMENT;
    let linked = DocumentLinked {
        document,
        media_type: MediaType("text/plain".to_owned()),
        sha256: Sha256("0".repeat(64)),
        size: 1,
        title: "Vermerk „kurz“".into(),
        r#where: "Akte 7".into(),
    };
    tells(
        Kind::RecordContact,
        &CaseEvent::DocumentLinked(linked),
        "Dokument „Vermerk ‚kurz‘“ (text/plain) verknüpft: Akte 7.",
        "Document “Vermerk ‚kurz‘” (text/plain) linked: Akte 7.",
    );
    tells(
        Kind::RecordContact,
        &CaseEvent::DocumentUnlinked(DocumentUnlinked { document }),
        &format!("Verknüpfung des Dokuments {document} aufgehoben."),
        &format!("Document {document} unlinked."),
    );
}

#[test]
fn a_pause_may_have_no_end() {
    tells(
        Kind::PauseCase,
        &CaseEvent::CasePaused(CasePaused { until: None }),
        "Beratungsfall ruht.",
        "Case paused.",
    );
}
