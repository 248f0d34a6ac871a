//! Whole sentences for every type of event in both languages.

use std::path::Path;

use time::macros::date;

use super::super::event::{
    AgreementDraftDiscarded, AgreementDrafted, AgreementSigned, CaseClosed, CaseEvent, Channel,
    ClosingReason, ContactRecorded, EndCondition, InitialMeetingHeld, MeetingOutcome, NeedChanges,
    NeedRevised, NeedWithdrawn, Origin, Party, PriorityAgreed, PriorityChanges, PriorityDropped,
    PriorityRevised, Signature,
};
use super::super::{CaseState, CommandKind, sample};
use super::sentence;
use crate::catalogue::Catalogue;
use crate::change::Change;
use crate::language::Language;
use crate::stream::EventData;

mod formalities;
mod progress;

/// The event's sentence after the sample case's first steps, up to `kind`, on 27 April 2015.
fn told(kind: CommandKind, event: &CaseEvent, language: Language) -> String {
    let catalogue = Catalogue::shipped().unwrap();
    let before = sample::state_before(kind);
    sentence(
        Some(&before),
        event,
        date!(2015 - 04 - 27),
        None,
        language,
        &catalogue,
    )
}

#[track_caller]
fn tells(kind: CommandKind, event: &CaseEvent, de: &str, en: &str) {
    assert_eq!(told(kind, event, Language::De), de);
    assert_eq!(told(kind, event, Language::En), en);
}

fn history(language: Language) -> String {
    let catalogue = Catalogue::shipped().unwrap();
    let mut state = None;
    let mut sentences = Vec::new();
    for event in sample::history().into_iter().chain(sample::succession()) {
        if event.data.event_type() == "case_opened" {
            state = None;
        }
        let EventData::Case(data) = &event.data else {
            panic!("an event of a case")
        };
        let (day, reason) = (event.occurred_on, event.reason.as_ref());
        sentences.push(sentence(
            state.as_ref(),
            data,
            day,
            reason,
            language,
            &catalogue,
        ));
        state = CaseState::evolve(state, data, day);
    }
    sentences.join("\n") + "\n"
}

/// Holds the sample histories against the file of this name; with `FALLBUCH_WRITE_GOLDEN` writes it,
/// for people to read what changed.
fn reads(language: Language, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/case/timeline");
    let (path, told) = (path.join(name), history(language));
    if std::env::var_os("FALLBUCH_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(path).unwrap());
}

#[test]
fn the_sample_histories_read_in_german() {
    reads(Language::De, "history.de.txt");
}

#[test]
fn the_sample_histories_read_in_english() {
    reads(Language::En, "history.en.txt");
}

#[test]
fn a_case_is_opened_for_one_of_three_reasons() {
    let sentence = |origin| {
        let mut opened = sample::events().swap_remove(0);
        if let CaseEvent::CaseOpened(opened) = &mut opened {
            opened.origin = origin;
        }
        opened
    };
    tells(
        CommandKind::OpenCase,
        &sentence(Origin::Request),
        "Beratungsfall TM-2014-0001 für Halle (Saale), Stadt (15002) eröffnet; Anlass: Anfrage der Kommune.",
        "Case TM-2014-0001 opened for Halle (Saale), Stadt (15002) at the municipality’s request.",
    );
    tells(
        CommandKind::OpenCase,
        &sentence(Origin::Approach),
        "Beratungsfall TM-2014-0001 für Halle (Saale), Stadt (15002) eröffnet; Anlass: Initiative der Agentur.",
        "Case TM-2014-0001 opened for Halle (Saale), Stadt (15002) on the agency’s initiative.",
    );
}

#[test]
fn contacts_name_their_channel() {
    let contact = |channel| {
        let (participants, topics) = (Vec::new(), Vec::new());
        CaseEvent::ContactRecorded(ContactRecorded {
            channel,
            participants,
            topics,
        })
    };
    let expected = [
        (
            Channel::Call,
            "Kontakt per Telefon oder Video.",
            "Contact by telephone or video call.",
        ),
        (
            Channel::Mail,
            "Kontakt per Brief oder E-Mail.",
            "Contact by letter or e-mail.",
        ),
        (
            Channel::Visit,
            "Kontakt bei einem Besuch.",
            "Contact on a visit.",
        ),
        (
            Channel::Meeting,
            "Kontakt in einer Besprechung.",
            "Contact in a meeting.",
        ),
    ];
    for (channel, de, en) in expected {
        tells(CommandKind::RecordContact, &contact(channel), de, en);
    }
}

#[test]
fn a_topic_may_end_its_sentence_itself() {
    let contact = CaseEvent::ContactRecorded(ContactRecorded {
        channel: Channel::Call,
        participants: Vec::new(),
        topics: vec!["Wer lädt ein?".into()],
    });
    let de = "Kontakt per Telefon oder Video: Wer lädt ein?";
    let en = "Contact by telephone or video call: Wer lädt ein?";
    tells(CommandKind::RecordContact, &contact, de, en);
}

#[test]
fn initial_meetings_tell_their_outcome() {
    let held = |outcome| {
        CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
            next_step: None,
            outcome,
            participants: Vec::new(),
            place: "Rathaus".into(),
            topics: Vec::new(),
        })
    };
    tells(
        CommandKind::RecordInitialMeeting,
        &held(MeetingOutcome::Undecided),
        "Erstgespräch, Rathaus. Ergebnis: die Kommune hat sich noch nicht entschieden.",
        "Initial meeting, Rathaus. Outcome: the municipality has not decided yet.",
    );
    tells(
        CommandKind::RecordInitialMeeting,
        &held(MeetingOutcome::Declined),
        "Erstgespräch, Rathaus. Ergebnis: die Kommune hat abgesagt.",
        "Initial meeting, Rathaus. Outcome: the municipality has declined.",
    );
}

#[test]
fn a_revised_need_names_what_changed_and_nothing_else() {
    let revised = |changes| {
        CaseEvent::NeedRevised(NeedRevised {
            changes,
            need: sample::NEED,
        })
    };
    let nothing = NeedChanges {
        dimension: None,
        evidence: Change::Keep,
        statement: None,
        urgency: None,
    };
    tells(
        CommandKind::ReviseNeed,
        &revised(nothing.clone()),
        "Bedarf „Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung“ geändert.",
        "Need “Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung” revised.",
    );
    let same = NeedChanges {
        dimension: Some("strategy".to_owned()),
        evidence: Change::Clear,
        ..nothing
    };
    tells(
        CommandKind::ReviseNeed,
        &revised(same),
        "Bedarf „Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung“ geändert: Dimension Strategie; ohne Belege.",
        "Need “Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung” revised: dimension Strategy; no evidence.",
    );
}

#[test]
fn what_the_state_does_not_know_is_named_by_its_id() {
    let id = sample::CASE;
    let withdrawn = CaseEvent::NeedWithdrawn(NeedWithdrawn { need: id });
    tells(
        CommandKind::RecordContact,
        &withdrawn,
        &format!("Bedarf {id} zurückgezogen."),
        &format!("Need {id} withdrawn."),
    );
    let dropped = CaseEvent::PriorityDropped(PriorityDropped { priority: id });
    tells(
        CommandKind::RecordContact,
        &dropped,
        &format!("Schwerpunkt {id} aufgegeben."),
        &format!("Priority {id} dropped."),
    );
    let discarded = CaseEvent::AgreementDraftDiscarded(AgreementDraftDiscarded { agreement: id });
    tells(
        CommandKind::RecordContact,
        &discarded,
        "Entwurf der Zielvereinbarung verworfen.",
        "Draft of the target agreement discarded.",
    );
}

#[test]
fn a_priority_of_its_own_has_a_title_alone() {
    let agreed = PriorityAgreed {
        focus_area: None,
        needs: Vec::new(),
        priority: sample::PRIORITY,
        rank: 3,
        target_on: None,
        title: "Bildungsbüro".into(),
    };
    tells(
        CommandKind::AgreePriority,
        &CaseEvent::PriorityAgreed(agreed.clone()),
        "Schwerpunkt 3 vereinbart: „Bildungsbüro“.",
        "Priority 3 agreed: “Bildungsbüro”.",
    );
    let two = PriorityAgreed {
        needs: vec![sample::NEED, sample::OTHER_NEED],
        ..agreed
    };
    tells(
        CommandKind::WithdrawNeed,
        &CaseEvent::PriorityAgreed(two),
        "Schwerpunkt 3 vereinbart: „Bildungsbüro“; Bedarfe: „Bildung wird nicht ressortübergreifend gesteuert“ und „Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung“.",
        "Priority 3 agreed: “Bildungsbüro”; needs: “Bildung wird nicht ressortübergreifend gesteuert” and “Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung”.",
    );
}

#[test]
fn a_priority_loses_what_null_clears() {
    let changes = PriorityChanges {
        focus_area: Change::Clear,
        needs: Some(Vec::new()),
        rank: None,
        target_on: Change::Clear,
        title: None,
    };
    let revised = PriorityRevised {
        changes,
        priority: sample::PRIORITY,
    };
    tells(
        CommandKind::RevisePriority,
        &CaseEvent::PriorityRevised(revised),
        "Schwerpunkt „Bildungskonzept ‚Bildungsstadt Halle‘“ geändert: ohne Handlungsfeld; ohne Zieltermin; ohne Bedarfe.",
        "Priority “Bildungskonzept ‚Bildungsstadt Halle‘” revised: no focus area; no target date; no needs.",
    );
}

#[test]
fn drafts_count_their_priorities() {
    let drafted = CaseEvent::AgreementDrafted(AgreementDrafted {
        agreement: sample::AGREEMENT,
        document: None,
        planned_until: None,
        priorities: vec![sample::PRIORITY, sample::OTHER_PRIORITY],
        revision: 3,
    });
    tells(
        CommandKind::DropPriority,
        &drafted,
        "Zielvereinbarung mit den Schwerpunkten „Lenkungsgruppe Bildung“ und „Bildungskonzept ‚Bildungsstadt Halle‘“ neu gefasst (3. Entwurf).",
        "Target agreement with the priorities “Lenkungsgruppe Bildung” and “Bildungskonzept ‚Bildungsstadt Halle‘” redrafted (draft 3).",
    );
}

#[test]
fn a_signing_orders_the_parties_and_dates_the_odd_signature() {
    let by = |party, function: &str, signed_on| Signature {
        function: function.into(),
        party,
        signed_on,
    };
    let (day, before) = (date!(2015 - 04 - 27), date!(2015 - 04 - 20));
    let signed = |valid_until, end_condition, signatures| {
        CaseEvent::AgreementSigned(AgreementSigned {
            agreement: sample::AGREEMENT,
            document: None,
            end_condition,
            revision: 2,
            signatures,
            valid_from: day,
            valid_until,
        })
    };
    let both = vec![
        by(Party::Agency, "Leitung", day),
        by(Party::Municipality, "Oberbürgermeister", day),
    ];
    tells(
        CommandKind::SignAgreement,
        &signed(Some(date!(2016 - 12 - 31)), None, both),
        "Zielvereinbarung unterzeichnet: Kommune (Oberbürgermeister) und Agentur (Leitung), gültig vom 27.04.2015 bis 31.12.2016.",
        "Target agreement signed: municipality (Oberbürgermeister) and agency (Leitung), valid from 27 April 2015 to 31 December 2016.",
    );
    let many = vec![
        by(Party::Third, "Vorsitz der Stiftung", day),
        by(Party::Municipality, "Landrat", before),
        by(Party::Agency, "Leitung", day),
        by(Party::Municipality, "Dezernentin", day),
    ];
    tells(
        CommandKind::SignAgreement,
        &signed(None, Some(EndCondition::PhaseEnd), many),
        "Zielvereinbarung unterzeichnet: Kommune (Landrat am 20.04.2015 und Dezernentin), Agentur (Leitung) und Dritte (Vorsitz der Stiftung), gültig ab 27.04.2015; sie endet auch, sobald die Programmphase endet.",
        "Target agreement signed: municipality (Landrat on 20 April 2015 and Dezernentin), agency (Leitung) and third party (Vorsitz der Stiftung), valid from 27 April 2015; it also ends once the programme’s phase ends.",
    );
}

#[test]
fn a_closing_says_why_and_what_stays_open() {
    let closed = |reason, acknowledged| {
        CaseEvent::CaseClosed(CaseClosed {
            acknowledged,
            reason,
            summary: "Fertig.".into(),
        })
    };
    tells(
        CommandKind::CloseCase,
        &closed(ClosingReason::Completed, Vec::new()),
        "Beratungsfall abgeschlossen (Beratung vollendet): Fertig.",
        "Case closed (advice completed): Fertig.",
    );
    tells(
        CommandKind::CloseCase,
        &closed(
            ClosingReason::NoInterest,
            vec![sample::AGREEMENT, sample::OTHER_AGREEMENT],
        ),
        "Beratungsfall abgeschlossen (kein Interesse der Kommune): Fertig. Dabei bleiben 2 Punkte offen.",
        "Case closed (no interest on the municipality’s part): Fertig. 2 items are left open.",
    );
    tells(
        CommandKind::CloseCase,
        &closed(ClosingReason::OpenedInError, Vec::new()),
        "Beratungsfall abgeschlossen (irrtümlich eröffnet): Fertig.",
        "Case closed (opened in error): Fertig.",
    );
}
