//! Assessments, model solutions, measures, offerings and what is put on record.

use time::Date;
use time::macros::date;

use super::{sample, tells};
use crate::case::CommandKind as Kind;
use crate::case::event::{
    AssessmentAbandoned, AssessmentCompleted, AssessmentMethod, AssessmentStarted, Attainment,
    AttainmentLevel, Attendees, CaseEvent, CouncilResolutionRecorded, DimensionRated,
    InterviewHeld, MeasureCancelled, MeasureCompleted, MeasurePlanned, MilestoneKind,
    MilestoneReached, ModelSolutionAdapted, ModelSolutionAdopted, ModelSolutionProposed,
    ModelSolutionRejected, ModelSolutionSelected, ProgressReviewed, QualificationAttended,
    ResolutionResult,
};

#[test]
fn an_assessment_names_its_methods() {
    let started = |methods: &[AssessmentMethod]| {
        CaseEvent::AssessmentStarted(AssessmentStarted {
            assessment: sample::ASSESSMENT,
            catalogue_version: 1,
            methods: methods.to_vec(),
        })
    };
    tells(
        Kind::StartAssessment,
        &started(&[]),
        "Bedarfserfassung begonnen.",
        "Assessment started.",
    );
    tells(
        Kind::StartAssessment,
        &started(&[
            AssessmentMethod::Survey,
            AssessmentMethod::Workshop,
            AssessmentMethod::Data,
        ]),
        "Bedarfserfassung begonnen (Befragung, Werkstatt und Daten).",
        "Assessment started (survey, workshop and data).",
    );
}

#[test]
fn an_interview_may_have_minutes() {
    let held = |minutes| {
        CaseEvent::InterviewHeld(InterviewHeld {
            assessment: sample::ASSESSMENT,
            function: "Leitung des Jugendamts.".into(),
            minutes,
        })
    };
    tells(
        Kind::RecordInterview,
        &held(None),
        "Gespräch zur Bedarfserfassung geführt: Leitung des Jugendamts.",
        "Interview for the assessment held: Leitung des Jugendamts.",
    );
    tells(
        Kind::RecordInterview,
        &held(Some(sample::DOCUMENT)),
        "Gespräch zur Bedarfserfassung geführt: Leitung des Jugendamts, Protokoll „Zielvereinbarung, unterzeichnet“.",
        "Interview for the assessment held: Leitung des Jugendamts, minutes “Zielvereinbarung, unterzeichnet”.",
    );
    let id = sample::DOCUMENT;
    tells(
        Kind::RecordContact,
        &held(Some(id)),
        &format!("Gespräch zur Bedarfserfassung geführt: Leitung des Jugendamts, Protokoll {id}."),
        &format!("Interview for the assessment held: Leitung des Jugendamts, minutes {id}."),
    );
}

#[test]
fn a_rating_shows_its_evidence() {
    let rated = |dimension: &str, evidence: &[&str]| {
        CaseEvent::DimensionRated(DimensionRated {
            assessment: sample::ASSESSMENT,
            dimension: dimension.to_owned(),
            evidence: sample::lines(evidence),
            level: 0,
            rationale: "Nichts da.".into(),
        })
    };
    tells(
        Kind::RateDimension,
        &rated("strategy", &[]),
        "Dimension Strategie eingeschätzt auf Stufe 0 von 4: Nichts da.",
        "Dimension Strategy rated at level 0 of 4: Nichts da.",
    );
    tells(
        Kind::RateDimension,
        &rated("strategy", &["Haushaltsplan", "Organigramm"]),
        "Dimension Strategie eingeschätzt auf Stufe 0 von 4: Nichts da. Belege: Haushaltsplan und Organigramm.",
        "Dimension Strategy rated at level 0 of 4: Nichts da. Evidence: Haushaltsplan and Organigramm.",
    );
    // Without its assessment it is not known which version of the list it is from.
    tells(
        Kind::RecordContact,
        &rated("strategy", &["Haushaltsplan"]),
        "Dimension strategy eingeschätzt auf Stufe 0 von 4: Nichts da. Beleg: Haushaltsplan.",
        "Dimension strategy rated at level 0 of 4: Nichts da. Evidence: Haushaltsplan.",
    );
}

#[test]
fn an_assessment_ends_with_needs_or_without() {
    let completed = |needs: &[_], presented_on: Option<Date>| {
        CaseEvent::AssessmentCompleted(AssessmentCompleted {
            assessment: sample::ASSESSMENT,
            needs: needs.to_vec(),
            presented_on,
            summary: "Es fehlt an Steuerung.".into(),
        })
    };
    tells(
        Kind::CompleteAssessment,
        &completed(&[], None),
        "Bedarfserfassung abgeschlossen: Es fehlt an Steuerung.",
        "Assessment completed: Es fehlt an Steuerung.",
    );
    tells(
        Kind::CompleteAssessment,
        &completed(&[sample::NEED, sample::CASE], Some(date!(2015 - 04 - 20))),
        &format!(
            "Bedarfserfassung abgeschlossen: Es fehlt an Steuerung. Bedarfe: „Bildung wird nicht ressortübergreifend gesteuert“ und {}. Vorgestellt am 20.04.2015.",
            sample::CASE
        ),
        &format!(
            "Assessment completed: Es fehlt an Steuerung. Needs: “Bildung wird nicht ressortübergreifend gesteuert” and {}. Presented on 20 April 2015.",
            sample::CASE
        ),
    );
    tells(
        Kind::AbandonAssessment,
        &CaseEvent::AssessmentAbandoned(AssessmentAbandoned {
            assessment: sample::ASSESSMENT,
        }),
        "Bedarfserfassung abgebrochen.",
        "Assessment abandoned.",
    );
}

#[test]
fn a_proposal_may_have_a_donor_and_a_priority() {
    let proposed = |donor: Option<&str>, priority| {
        CaseEvent::ModelSolutionProposed(ModelSolutionProposed {
            donor: donor.map(str::to_owned),
            priority,
            solution: sample::SOLUTION,
            title: "Bildungsbericht".into(),
        })
    };
    tells(
        Kind::ProposeModelSolution,
        &proposed(None, None),
        "Modelllösung „Bildungsbericht“ vorgeschlagen.",
        "Model solution “Bildungsbericht” proposed.",
    );
    tells(
        Kind::ProposeModelSolution,
        &proposed(Some("14713"), Some(sample::PRIORITY)),
        "Modelllösung „Bildungsbericht“ zum Schwerpunkt „Lenkungsgruppe Bildung“ vorgeschlagen; Transfergeber: Leipzig, Stadt (14713).",
        "Model solution “Bildungsbericht” for the priority “Lenkungsgruppe Bildung” proposed; donor: Leipzig, Stadt (14713).",
    );
    tells(
        Kind::ProposeModelSolution,
        &proposed(Some("15084590"), None),
        "Modelllösung „Bildungsbericht“ vorgeschlagen; Transfergeber: 15084590.",
        "Model solution “Bildungsbericht” proposed; donor: 15084590.",
    );
}

#[test]
fn an_unknown_model_solution_is_named_by_its_id() {
    let solution = sample::SOLUTION;
    let steps = [
        (
            CaseEvent::ModelSolutionSelected(ModelSolutionSelected { solution }),
            "ausgewählt.",
            "selected.",
        ),
        (
            CaseEvent::ModelSolutionAdapted(ModelSolutionAdapted {
                adaptation: "Kürzer.".into(),
                solution,
            }),
            "angepasst: Kürzer.",
            "adapted: Kürzer.",
        ),
        (
            CaseEvent::ModelSolutionAdopted(ModelSolutionAdopted { solution }),
            "übernommen.",
            "adopted.",
        ),
        (
            CaseEvent::ModelSolutionRejected(ModelSolutionRejected { solution }),
            "verworfen.",
            "rejected.",
        ),
    ];
    for (event, de, en) in steps {
        tells(
            Kind::RecordContact,
            &event,
            &format!("Modelllösung {solution} {de}"),
            &format!("Model solution {solution} {en}"),
        );
    }
}

#[test]
fn unknown_measures_and_priorities_are_named_by_their_ids() {
    let (measure, priority) = (sample::MEASURE, sample::PRIORITY);
    tells(
        Kind::RecordContact,
        &CaseEvent::MeasurePlanned(MeasurePlanned {
            due_on: date!(2016 - 06 - 30),
            format: None,
            measure,
            priority,
            title: "Werkstatt".into(),
        }),
        &format!("Maßnahme „Werkstatt“ zum Schwerpunkt {priority} geplant bis 30.06.2016."),
        &format!("Measure “Werkstatt” for the priority {priority} planned, due by 30 June 2016."),
    );
    tells(
        Kind::RecordContact,
        &CaseEvent::MeasureCompleted(MeasureCompleted {
            measure,
            outcome: "Gelungen!".into(),
        }),
        &format!("Maßnahme {measure} abgeschlossen: Gelungen!"),
        &format!("Measure {measure} completed: Gelungen!"),
    );
    tells(
        Kind::RecordContact,
        &CaseEvent::MeasureCancelled(MeasureCancelled { measure }),
        &format!("Maßnahme {measure} aufgegeben."),
        &format!("Measure {measure} cancelled."),
    );
}

#[test]
fn an_offering_is_attended_by_somebody_or_nobody_in_particular() {
    let attended = |functions: &[(&str, u32)], feedback: Option<&str>| {
        let of = |(function, count): &(&str, u32)| Attendees {
            count: *count,
            function: (*function).into(),
        };
        CaseEvent::QualificationAttended(QualificationAttended {
            feedback: feedback.map(Into::into),
            offering: sample::OFFERING,
            participants: functions.iter().map(of).collect(),
            title: "Thementag".into(),
        })
    };
    tells(
        Kind::RecordQualification,
        &attended(&[], None),
        "An der Qualifizierung „Thementag“ teilgenommen.",
        "Offering “Thementag” attended.",
    );
    tells(
        Kind::RecordQualification,
        &attended(&[("Amtsleitung", 1)], None),
        "An der Qualifizierung „Thementag“ teilgenommen. Beteiligt: 1 × Amtsleitung.",
        "Offering “Thementag” attended. Present: 1 × Amtsleitung.",
    );
    tells(
        Kind::RecordQualification,
        &attended(&[], Some("Mehr davon!")),
        "An der Qualifizierung „Thementag“ teilgenommen. Rückmeldung: Mehr davon!",
        "Offering “Thementag” attended. Feedback: Mehr davon!",
    );
}

#[test]
fn resolutions_tell_their_result() {
    let resolved = |result, reference: Option<&str>| {
        CaseEvent::CouncilResolutionRecorded(CouncilResolutionRecorded {
            body: "Kreistag".into(),
            reference: reference.map(Into::into),
            result,
            subject: "Bildungsbericht".into(),
        })
    };
    let expected = [
        (ResolutionResult::Decided, "beschließt", "decides"),
        (ResolutionResult::Noted, "nimmt zur Kenntnis", "takes note"),
        (ResolutionResult::Rejected, "lehnt ab", "rejects"),
    ];
    for (result, de, en) in expected {
        tells(
            Kind::RecordContact,
            &resolved(result, None),
            &format!("Kreistag {de}: „Bildungsbericht“."),
            &format!("Kreistag {en}: “Bildungsbericht”."),
        );
    }
    tells(
        Kind::RecordContact,
        &resolved(ResolutionResult::Noted, Some("Vorlage 7")),
        "Kreistag nimmt zur Kenntnis: „Bildungsbericht“ (Vorlage 7).",
        "Kreistag takes note: “Bildungsbericht” (Vorlage 7).",
    );
}

#[test]
fn milestones_tell_their_kind() {
    let expected = [
        (MilestoneKind::Report, "Bildungsbericht", "education report"),
        (MilestoneKind::Office, "Bildungsbüro", "education office"),
        (
            MilestoneKind::SteeringGroup,
            "Lenkungsgruppe",
            "steering group",
        ),
        (MilestoneKind::Board, "Bildungsbeirat", "advisory board"),
        (MilestoneKind::Strategy, "Strategie", "strategy"),
        (MilestoneKind::Other, "Sonstiges", "other"),
    ];
    for (kind, de, en) in expected {
        let reached = CaseEvent::MilestoneReached(MilestoneReached {
            kind,
            public_url: None,
            title: "Geschafft".into(),
        });
        tells(
            Kind::RecordContact,
            &reached,
            &format!("Meilenstein erreicht ({de}): „Geschafft“."),
            &format!("Milestone reached ({en}): “Geschafft”."),
        );
    }
}

#[test]
fn a_review_tells_how_far_each_priority_is() {
    let of = |level, remark: Option<&str>| Attainment {
        level,
        priority: sample::PRIORITY,
        remark: remark.map(Into::into),
    };
    let reviewed = |attainment, next_steps: &[&str]| {
        CaseEvent::ProgressReviewed(ProgressReviewed {
            agreement: sample::AGREEMENT,
            attainment,
            next_steps: sample::lines(next_steps),
        })
    };
    let levels = vec![
        of(AttainmentLevel::NotStarted, None),
        of(AttainmentLevel::UnderWay, Some("Es geht.")),
        of(AttainmentLevel::Attained, None),
    ];
    tells(
        Kind::CloseCase,
        &reviewed(levels, &[]),
        "Bilanz der Zielvereinbarung mit dem Schwerpunkt „Lenkungsgruppe Bildung“ gezogen: „Lenkungsgruppe Bildung“ noch nicht begonnen; „Lenkungsgruppe Bildung“ in Arbeit (Es geht); „Lenkungsgruppe Bildung“ erreicht.",
        "Progress of the target agreement with the priority “Lenkungsgruppe Bildung” reviewed: “Lenkungsgruppe Bildung” not started; “Lenkungsgruppe Bildung” under way (Es geht); “Lenkungsgruppe Bildung” attained.",
    );
    let (id, partly) = (sample::PRIORITY, vec![of(AttainmentLevel::Partly, None)]);
    tells(
        Kind::RecordContact,
        &reviewed(partly, &["Satzung", "Beirat"]),
        &format!(
            "Bilanz der Zielvereinbarung gezogen: {id} teilweise erreicht. Nächste Schritte: Satzung und Beirat."
        ),
        &format!(
            "Progress of the target agreement reviewed: {id} partly attained. Next steps: Satzung and Beirat."
        ),
    );
}
