//! Assessments: R11, R12, R13, R21, R23, R26.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::catalogues::OTHER_DIMENSIONS;
use super::{
    Scenario, UNKNOWN, accepted, before, closed, command, history_before, refused, warned,
};
use crate::case::CommandKind::{
    AbandonAssessment, CompleteAssessment, PauseCase, ProposeModelSolution, RateDimension,
    RecordContact, RecordInterview, StartAssessment,
};
use crate::case::event::{AssessmentStarted, DimensionRated};
use crate::case::{CaseCommand, CaseEvent, sample};
use crate::language::Language;
use crate::rule::Rule::{R11, R12, R13, R21, R23, R26};
use crate::stream::{Event, EventData};
use crate::testing::{Given, given, happened};

/// The sample case when one assessment is completed and the other abandoned.
fn all_over() -> Given {
    before(ProposeModelSolution)
}

fn rated(assessment: Uuid, dimension: &str) -> Event {
    let rated = DimensionRated {
        assessment,
        dimension: dimension.to_owned(),
        evidence: Vec::new(),
        level: 3,
        rationale: "Gespräche.".into(),
    };
    happened(date!(2015 - 10 - 20), CaseEvent::DimensionRated(rated))
}

/// The sample case before its assessment is completed, with ratings of these dimensions, too.
fn also_rated(dimensions: &[&str]) -> Given {
    let mut history = history_before(CompleteAssessment);
    let more = dimensions.iter();
    history.extend(more.map(|dimension| rated(sample::ASSESSMENT, dimension)));
    given(&history)
}

/// The sample case with an assessment that rates the second version of the dimensions.
fn of_second_version() -> Vec<Event> {
    let mut history = history_before(StartAssessment);
    history.push(happened(
        date!(2016 - 01 - 01),
        CaseEvent::AssessmentStarted(AssessmentStarted {
            assessment: UNKNOWN,
            catalogue_version: 2,
            methods: Vec::new(),
        }),
    ));
    history
}

fn rate(assessment: Uuid, dimension: &str) -> CaseCommand {
    command!(RateDimension, |target, body| {
        *target = assessment;
        body.dimension = dimension.to_owned();
    })
}

fn complete_second() -> CaseCommand {
    command!(CompleteAssessment, |target, body| {
        *target = UNKNOWN;
        body.occurred_on = date!(2016 - 03 - 01);
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = starts();
    scenarios.extend(interviews());
    scenarios.extend(ratings());
    scenarios.extend(completions());
    scenarios.extend(abandonments());
    scenarios.extend(versions());
    scenarios
}

fn starts() -> Vec<Scenario> {
    let early = || command!(StartAssessment).on(date!(2014 - 05 - 31));
    vec![
        accepted(
            "an assessment begins",
            before(StartAssessment),
            command!(StartAssessment),
        ),
        accepted(
            "an assessment begins after the agreement's end",
            before(PauseCase),
            command!(StartAssessment),
        ),
        accepted(
            "an assessment begins beside another",
            before(RecordInterview),
            command!(StartAssessment),
        ),
        accepted(
            "an assessment begins on the day of the signing",
            before(StartAssessment),
            command!(StartAssessment, |body| body.occurred_on = sample::SIGNED_ON),
        ),
        warned(
            "an assessment began before the signing, as is entered late",
            before(StartAssessment),
            command!(StartAssessment, |body| body.occurred_on =
                sample::SIGNED_ON.previous_day().unwrap()),
            &[R11],
        ),
        warned(
            "an assessment begins before anything is signed",
            before(RecordContact),
            command!(StartAssessment),
            &[R11],
        ),
        refused(
            "an assessment begins tomorrow",
            before(StartAssessment).on(date!(2015 - 08 - 31)),
            command!(StartAssessment),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "an assessment begins when no dimensions were valid",
            before(StartAssessment).catalogue(&OTHER_DIMENSIONS),
            early(),
            &[(R12, "")],
        ),
        refused(
            "an assessment begins tomorrow, when no dimensions are valid",
            before(StartAssessment)
                .catalogue(&OTHER_DIMENSIONS)
                .on(date!(2014 - 05 - 30)),
            early(),
            &[(R26, "/occurred_on"), (R12, "")],
        ),
        refused(
            "an assessment begins after the closing, when no dimensions were valid",
            closed().catalogue(&OTHER_DIMENSIONS),
            early(),
            &[(R23, ""), (R12, "")],
        ),
    ]
}

fn interviews() -> Vec<Scenario> {
    let ready = || before(RecordInterview);
    let with = |minutes| command!(RecordInterview, |_target, body| body.minutes = minutes);
    let of = |assessment| command!(RecordInterview, |target, _body| *target = assessment);
    vec![
        accepted(
            "an interview with minutes",
            ready(),
            with(Some(sample::DOCUMENT)),
        ),
        accepted("an interview without minutes", ready(), with(None)),
        refused(
            "an interview whose minutes were unlinked",
            ready(),
            with(Some(sample::OTHER_DOCUMENT)),
            &[(R21, "/minutes")],
        ),
        refused(
            "an interview of a completed assessment",
            all_over(),
            of(sample::ASSESSMENT),
            &[(R12, "")],
        ),
        refused(
            "an interview of an abandoned assessment",
            all_over(),
            of(sample::OTHER_ASSESSMENT),
            &[(R12, "")],
        ),
        refused(
            "an interview of no assessment",
            ready(),
            of(UNKNOWN),
            &[(R12, "")],
        ),
        refused(
            "an interview tomorrow",
            ready().on(date!(2015 - 09 - 14)),
            command!(RecordInterview),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn ratings() -> Vec<Scenario> {
    let ready = || before(RateDimension);
    vec![
        accepted("a dimension is rated", ready(), command!(RateDimension)),
        accepted(
            "a dimension is rated anew",
            before(CompleteAssessment),
            command!(RateDimension),
        ),
        refused(
            "no known dimension is rated",
            ready(),
            rate(sample::ASSESSMENT, "weather"),
            &[(R12, "/dimension")],
        ),
        refused(
            "a dimension is rated in a completed assessment",
            all_over(),
            rate(sample::ASSESSMENT, "data"),
            &[(R12, "")],
        ),
        refused(
            "a dimension is rated in an abandoned assessment",
            all_over(),
            rate(sample::OTHER_ASSESSMENT, "data"),
            &[(R12, "")],
        ),
        refused(
            "a dimension is rated in no assessment",
            ready(),
            rate(UNKNOWN, "data"),
            &[(R12, ""), (R12, "/dimension")],
        ),
        refused(
            "a dimension is rated tomorrow",
            ready().on(date!(2015 - 10 - 05)),
            command!(RateDimension),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn completions() -> Vec<Scenario> {
    let whole = || also_rated(&["strategy", "steering", "cooperation", "participation"]);
    let with = |needs: &[Uuid]| {
        let needs = needs.to_vec();
        command!(CompleteAssessment, |_target, body| body.needs = needs)
    };
    let presented = |day| {
        command!(CompleteAssessment, |_target, body| body.presented_on =
            Some(day))
    };
    let (today, tomorrow): (Date, Date) = (sample::TODAY, date!(2017 - 06 - 02));
    vec![
        accepted(
            "an assessment is completed",
            whole(),
            command!(CompleteAssessment),
        ),
        accepted("an assessment without needs", whole(), with(&[])),
        warned(
            "an assessment is completed with one dimension rated",
            before(CompleteAssessment),
            command!(CompleteAssessment),
            &[R13],
        ),
        warned(
            "an assessment is completed with one dimension missing",
            also_rated(&["strategy", "steering", "cooperation"]),
            command!(CompleteAssessment),
            &[R13],
        ),
        refused(
            "an assessment's needs were withdrawn, or are unknown",
            whole(),
            with(&[sample::OTHER_NEED, sample::NEED, UNKNOWN]),
            &[(R21, "/needs/0"), (R21, "/needs/2")],
        ),
        accepted("results are presented today", whole(), presented(today)),
        refused(
            "results are presented tomorrow",
            whole(),
            presented(tomorrow),
            &[(R26, "/presented_on")],
        ),
        refused(
            "an assessment is completed twice",
            all_over(),
            command!(CompleteAssessment),
            &[(R12, "")],
        ),
        refused(
            "an abandoned assessment is completed",
            all_over(),
            command!(CompleteAssessment, |target, _body| *target =
                sample::OTHER_ASSESSMENT),
            &[(R12, "")],
        ),
    ]
}

fn abandonments() -> Vec<Scenario> {
    vec![
        accepted(
            "an assessment is abandoned",
            before(AbandonAssessment),
            command!(AbandonAssessment),
        ),
        refused(
            "an assessment is abandoned twice",
            all_over(),
            command!(AbandonAssessment),
            &[(R12, "")],
        ),
        refused(
            "a completed assessment is abandoned",
            all_over(),
            command!(AbandonAssessment, |target, _body| *target =
                sample::ASSESSMENT),
            &[(R12, "")],
        ),
        refused(
            "an assessment is abandoned tomorrow",
            before(AbandonAssessment).on(date!(2016 - 02 - 01)),
            command!(AbandonAssessment),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn versions() -> Vec<Scenario> {
    let later = date!(2016 - 03 - 01);
    let first = || before(RateDimension).catalogue(&OTHER_DIMENSIONS);
    let second = || given(&of_second_version()).catalogue(&OTHER_DIMENSIONS);
    let second_rated = || {
        let mut history = of_second_version();
        let codes = [
            "strategy",
            "steering",
            "cooperation",
            "participation",
            "digital",
        ];
        history.extend(codes.map(|code| rated(UNKNOWN, code)));
        given(&history).catalogue(&OTHER_DIMENSIONS)
    };
    vec![
        accepted(
            "an assessment keeps its dimensions after their last day",
            first(),
            rate(sample::ASSESSMENT, "data").on(later),
        ),
        refused(
            "an assessment rates a dimension that came later",
            first(),
            rate(sample::ASSESSMENT, "digital").on(later),
            &[(R12, "/dimension")],
        ),
        accepted(
            "a later assessment rates the new dimension",
            second(),
            rate(UNKNOWN, "digital").on(later),
        ),
        refused(
            "a later assessment rates a dimension that is gone",
            second(),
            rate(UNKNOWN, "data").on(later),
            &[(R12, "/dimension")],
        ),
        accepted(
            "a later assessment is completed with all of its dimensions",
            second_rated(),
            complete_second(),
        ),
        warned(
            "an assessment is completed after its dimensions' last day, one missing",
            also_rated(&["strategy", "steering", "cooperation"]).catalogue(&OTHER_DIMENSIONS),
            command!(CompleteAssessment).on(later),
            &[R13],
        ),
    ]
}

#[test]
fn an_assessment_takes_the_dimensions_of_its_first_day() {
    let expected = [(date!(2015 - 12 - 31), 1), (date!(2016 - 01 - 01), 2)];
    for (day, version) in expected {
        let ready = before(StartAssessment).catalogue(&OTHER_DIMENSIONS);
        let decided = ready.when(command!(StartAssessment).on(day)).0.unwrap();
        let EventData::Case(CaseEvent::AssessmentStarted(started)) = &decided.events[0].data else {
            panic!("an assessment")
        };
        assert_eq!(started.catalogue_version, version, "{day}");
    }
}

#[test]
fn what_is_not_rated_is_named_in_the_version_of_the_assessment() {
    let unrated = |given: Given, command: CaseCommand, language| {
        let decided = given.when(command).0.unwrap();
        decided.warnings[0].message(language).to_owned()
    };
    let shipped = before(CompleteAssessment);
    assert_eq!(
        unrated(shipped, command!(CompleteAssessment), Language::De),
        "Nicht eingeschätzt: Zusammenarbeit, Information und Beteiligung der Zielgruppen, Steuerung und Strategie.",
    );
    let one_missing = also_rated(&["strategy", "steering", "cooperation"]);
    assert_eq!(
        unrated(one_missing, command!(CompleteAssessment), Language::En),
        "Not rated: Information and participation of the target groups.",
    );
    let mut second = of_second_version();
    second.extend(["strategy", "steering", "cooperation"].map(|code| rated(UNKNOWN, code)));
    let second = given(&second).catalogue(&OTHER_DIMENSIONS);
    assert_eq!(
        unrated(second, complete_second(), Language::En),
        "Not rated: Digitalisation and Information and participation of the target groups.",
    );
}
