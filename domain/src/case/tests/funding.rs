//! Funding: R06, R12, R18, R19, R20, R23, R26.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::catalogues::{LATER_PROGRAMME, NO_AGREEMENT_REQUIRED};
use super::{
    Scenario, UNKNOWN, accepted, before, closed, command, history_before, refused, warned,
};
use crate::case::CommandKind::{
    AdviseOnFunding, ChangeFundingPeriod, PauseCase, RecordFundingDecision, SignAgreement,
    SubmitFundingApplication,
};
use crate::case::event::{DecisionResult, Eligibility, EligibilityCriterion, FundingDecided};
use crate::case::{CaseCommand, CaseEvent, CommandKind, sample};
use crate::catalogue::MunicipalityKind;
use crate::rule::Rule;
use crate::rule::Rule::{R06, R12, R18, R19, R20, R23, R26};
use crate::stream::EventData;
use crate::testing::{Given, given, given_case, happened};

/// The sample case before a command of this kind, as that of another kind of municipality.
fn of_kind(before: CommandKind, kind: MunicipalityKind) -> Given {
    let mut state = sample::state_before(before);
    state.municipality.kind = kind;
    given_case(state)
}

/// The sample case when its application was decided, not granted.
fn decided(decision: DecisionResult) -> Given {
    let mut history = history_before(RecordFundingDecision);
    history.push(happened(
        date!(2016 - 02 - 18),
        CaseEvent::FundingDecided(FundingDecided {
            amount_cents: None,
            application: sample::APPLICATION,
            decision,
            end_on: None,
            grant_code: None,
            notice_on: date!(2016 - 02 - 15),
            posts: None,
            start_on: None,
        }),
    ));
    given(&history)
}

/// An application on this day that relies on this agreement.
fn submitted(day: Date, agreement: Option<Uuid>) -> CaseCommand {
    command!(SubmitFundingApplication, |body| {
        body.submitted_on = day;
        body.agreement = agreement;
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = advice();
    scenarios.extend(applications());
    scenarios.extend(agreements_behind_applications());
    scenarios.extend(whether_any_application_is_possible());
    scenarios.extend(decisions());
    scenarios.extend(periods());
    scenarios
}

fn advice() -> Vec<Scenario> {
    let ready = || before(AdviseOnFunding);
    let on = |programme: &str, call: Option<&str>| {
        let (programme, call) = (programme.to_owned(), call.map(str::to_owned));
        command!(AdviseOnFunding, |body| {
            body.programme = programme;
            body.call = call;
        })
    };
    vec![
        accepted("advice on a call", ready(), command!(AdviseOnFunding)),
        accepted(
            "advice on a programme",
            ready(),
            on("bildung_integriert", None),
        ),
        accepted(
            "advice to a municipality that cannot apply",
            of_kind(AdviseOnFunding, MunicipalityKind::Borough),
            command!(AdviseOnFunding),
        ),
        refused(
            "advice on no known programme",
            ready(),
            on("lottery", None),
            &[(R12, "/programme")],
        ),
        refused(
            "advice on no known call",
            ready(),
            on("bildung_integriert", Some("call_2014")),
            &[(R12, "/call")],
        ),
        refused(
            "advice on a programme before its first day",
            ready().catalogue(&LATER_PROGRAMME),
            command!(AdviseOnFunding),
            &[(R12, "/programme")],
        ),
        refused(
            "advice tomorrow",
            ready().on(date!(2015 - 09 - 21)),
            command!(AdviseOnFunding),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "advice tomorrow on no known call",
            ready().on(date!(2015 - 09 - 21)),
            on("bildung_integriert", Some("")),
            &[(R26, "/occurred_on"), (R12, "/call")],
        ),
        refused(
            "advice after the closing on no known programme",
            closed(),
            on("", None),
            &[(R23, ""), (R12, "/programme")],
        ),
    ]
}

fn applications() -> Vec<Scenario> {
    let ready = || before(SubmitFundingApplication);
    let call = |code: &str| command!(SubmitFundingApplication, |body| body.call = code.to_owned());
    let (last, next) = (date!(2015 - 10 - 31), date!(2015 - 11 - 01));
    let named = Some(sample::AGREEMENT);
    vec![
        accepted(
            "an application is submitted",
            ready(),
            command!(SubmitFundingApplication),
        ),
        accepted(
            "an application on the call's last day",
            ready(),
            submitted(last, named),
        ),
        warned(
            "an application on the day after",
            ready(),
            submitted(next, named),
            &[R19],
        ),
        accepted(
            "an application to a call without a deadline",
            ready(),
            call("call_2017"),
        ),
        refused(
            "an application to no known programme",
            ready(),
            command!(SubmitFundingApplication, |body| body.programme =
                "lottery".into()),
            &[(R12, "/programme")],
        ),
        refused(
            "an application to no known call",
            ready(),
            call("call_2014"),
            &[(R12, "/call")],
        ),
        refused(
            "an application submitted tomorrow",
            ready().on(date!(2015 - 10 - 29)),
            submitted(date!(2015 - 10 - 30), named),
            &[(R26, "/submitted_on")],
        ),
        refused(
            "an application known tomorrow",
            ready().on(date!(2015 - 10 - 28)),
            command!(SubmitFundingApplication),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "the application of a district",
            of_kind(SubmitFundingApplication, MunicipalityKind::District),
            command!(SubmitFundingApplication),
        ),
    ]
}

fn agreements_behind_applications() -> Vec<Scenario> {
    let ready = || before(SubmitFundingApplication);
    let (first, before_first) = (sample::SIGNED_ON, date!(2015 - 04 - 26));
    let named = Some(sample::AGREEMENT);
    let freely = || before(SignAgreement).catalogue(&NO_AGREEMENT_REQUIRED);
    vec![
        accepted(
            "an application on the agreement's first day",
            ready(),
            submitted(first, named),
        ),
        refused(
            "an application on the day before it",
            ready(),
            submitted(before_first, named),
            &[(R18, "/agreement")],
        ),
        accepted(
            "an application that names no agreement, while one is in force",
            ready(),
            submitted(first, None),
        ),
        refused(
            "an application that names no agreement, before one is in force",
            ready(),
            submitted(before_first, None),
            &[(R18, "/agreement")],
        ),
        warned(
            "a late entry of an application, on the last day before the agreement was ended",
            before(PauseCase),
            submitted(date!(2017 - 05 - 21), named),
            &[R19],
        ),
        refused(
            "an application on the day on which the agreement was ended",
            before(PauseCase),
            submitted(date!(2017 - 05 - 22), named),
            &[(R18, "/agreement")],
        ),
        refused(
            "an application that names a discarded draft",
            ready(),
            submitted(first, Some(sample::OTHER_AGREEMENT)),
            &[(R18, "/agreement")],
        ),
        accepted(
            "an application without an agreement where none is demanded",
            freely(),
            submitted(first, None),
        ),
        refused(
            "an application where none is demanded, but a draft is named",
            freely(),
            submitted(first, named),
            &[(R18, "/agreement")],
        ),
    ]
}

fn whether_any_application_is_possible() -> Vec<Scenario> {
    let by = |kind| of_kind(SubmitFundingApplication, kind);
    vec![
        refused(
            "the application of a local municipality",
            by(MunicipalityKind::LocalMunicipality),
            command!(SubmitFundingApplication),
            &[(R18, ""), (R18, "/programme")],
        ),
        refused(
            "the application of a borough",
            by(MunicipalityKind::Borough),
            command!(SubmitFundingApplication),
            &[(R18, ""), (R18, "/programme")],
        ),
        refused(
            "an application before anything is signed",
            before(SignAgreement),
            command!(SubmitFundingApplication),
            &[(R18, ""), (R18, "/agreement")],
        ),
        refused(
            "an application while no agreement has begun",
            before(SubmitFundingApplication).on(date!(2015 - 04 - 26)),
            command!(SubmitFundingApplication, |body| {
                body.occurred_on = date!(2015 - 04 - 26);
                body.submitted_on = date!(2015 - 04 - 26);
            }),
            &[(R18, ""), (R18, "/agreement")],
        ),
        refused(
            "an application while no programme has begun",
            before(SubmitFundingApplication).catalogue(&LATER_PROGRAMME),
            command!(SubmitFundingApplication),
            &[(R18, ""), (R12, "/programme")],
        ),
    ]
}

fn decisions() -> Vec<Scenario> {
    let ready = || before(RecordFundingDecision);
    let first = date!(2016 - 04 - 01);
    let until = |end_on| command!(RecordFundingDecision, |_target, body| body.end_on = end_on);
    let noticed = |day| command!(RecordFundingDecision, |_target, body| body.notice_on = day);
    vec![
        accepted(
            "an application is granted",
            ready(),
            command!(RecordFundingDecision),
        ),
        accepted(
            "an application is refused",
            ready(),
            command!(RecordFundingDecision, |_target, body| {
                body.decision = DecisionResult::Refused;
                (body.amount_cents, body.posts, body.grant_code) = (None, None, None);
                (body.start_on, body.end_on) = (None, None);
            }),
        ),
        accepted("a grant for a day", ready(), until(Some(first))),
        accepted("a grant without an end", ready(), until(None)),
        refused(
            "a grant that ends before it begins",
            ready(),
            until(first.previous_day()),
            &[(R06, "/end_on")],
        ),
        accepted("a notice of today", ready(), noticed(sample::TODAY)),
        refused(
            "a notice of tomorrow",
            ready(),
            noticed(date!(2017 - 06 - 02)),
            &[(R26, "/notice_on")],
        ),
        refused(
            "what only a grant has stands in a refusal",
            ready(),
            command!(RecordFundingDecision, |_target, body| body.decision =
                DecisionResult::Refused),
            &[
                (R20, "/amount_cents"),
                (R20, "/end_on"),
                (R20, "/grant_code"),
                (R20, "/posts"),
                (R20, "/start_on"),
            ],
        ),
        refused(
            "an application is decided twice",
            before(ChangeFundingPeriod),
            command!(RecordFundingDecision),
            &[(R20, "")],
        ),
        refused(
            "an application is decided that was withdrawn",
            decided(DecisionResult::Withdrawn),
            command!(RecordFundingDecision),
            &[(R20, "")],
        ),
        refused(
            "an application of no case is decided",
            ready(),
            command!(RecordFundingDecision, |target, _body| *target = UNKNOWN),
            &[(R20, "")],
        ),
    ]
}

fn periods() -> Vec<Scenario> {
    let ready = || before(ChangeFundingPeriod);
    let first = date!(2016 - 04 - 01);
    let until = |day| command!(ChangeFundingPeriod, |_target, body| body.end_on = day);
    vec![
        accepted(
            "a grant's period changes",
            ready(),
            command!(ChangeFundingPeriod),
        ),
        accepted("a grant's period shrinks to a day", ready(), until(first)),
        refused(
            "a grant's period would end before it begins",
            ready(),
            until(date!(2016 - 03 - 31)),
            &[(R06, "/end_on")],
        ),
        accepted(
            "the period of a grant that named none",
            decided(DecisionResult::Granted),
            until(date!(2016 - 03 - 31)),
        ),
        refused(
            "the period of an undecided application changes",
            before(RecordFundingDecision),
            command!(ChangeFundingPeriod),
            &[(R20, "")],
        ),
        refused(
            "the period of a refused application changes",
            decided(DecisionResult::Refused),
            command!(ChangeFundingPeriod),
            &[(R20, "")],
        ),
        refused(
            "a grant's period changes tomorrow",
            ready().on(date!(2017 - 02 - 06)),
            command!(ChangeFundingPeriod),
            &[(R26, "/occurred_on")],
        ),
    ]
}

/// What the advice on this call says about who can apply.
fn eligibility(given: &Given, day: Date, call: &str) -> Eligibility {
    let command = command!(AdviseOnFunding, |body| {
        body.occurred_on = day;
        body.call = Some(call.to_owned());
    });
    let decided = given.when(command).0.unwrap();
    let EventData::Case(CaseEvent::FundingAdviceGiven(advice)) = &decided.events[0].data else {
        panic!("advice")
    };
    advice.eligibility.clone()
}

#[test]
fn the_first_criterion_that_fails_decides() {
    use EligibilityCriterion::{Agreement, Deadline, KindOfMunicipality};
    let (last, next) = (date!(2015 - 10 - 31), date!(2015 - 11 - 01));
    let agreed = || before(AdviseOnFunding);
    let unsigned = || before(SignAgreement);
    let borough = || of_kind(SignAgreement, MunicipalityKind::Borough);
    let call = "call_2015_10";
    let expected: [(Given, Date, &str, EligibilityCriterion, bool, Rule); 8] = [
        (agreed(), last, call, KindOfMunicipality, true, R18),
        (agreed(), next, call, Deadline, false, R19),
        (agreed(), next, "call_2017", KindOfMunicipality, true, R18),
        (unsigned(), last, call, Agreement, false, R18),
        (unsigned(), next, call, Deadline, false, R19),
        (
            unsigned().catalogue(&NO_AGREEMENT_REQUIRED),
            last,
            call,
            KindOfMunicipality,
            true,
            R18,
        ),
        (agreed(), date!(2015 - 04 - 26), call, Agreement, false, R18),
        (borough(), next, call, KindOfMunicipality, false, R18),
    ];
    for (given, day, call, decided_by, eligible, rule) in expected {
        let found = eligibility(&given, day, call);
        let expected = Eligibility {
            decided_by,
            eligible,
            rule,
        };
        assert_eq!(found, expected, "{day} {call}");
    }
}
