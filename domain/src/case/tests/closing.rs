//! Closing and reopening: R02, R23, R24, R25, R27.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, closed, command, refused, signed, warned};
use crate::case::{CommandKind, sample};
use crate::facts::Key;
use crate::rule::Rule::{R02, R23, R24, R25, R26, R27};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn scenarios() -> Vec<Scenario> {
    let halle = || Key::open_case(sample::MUNICIPALITY);
    let mut scenarios = vec![
        accepted(
            "a case is closed over its agreement",
            signed(),
            command!(CloseCase),
        ),
        accepted(
            "a case without an agreement is closed",
            before(CommandKind::DraftAgreement),
            command!(CloseCase, |body| body.acknowledge.clear()),
        ),
        refused(
            "the agreement is not named on its last day",
            signed(),
            command!(CloseCase, |body| body.acknowledge.clear()),
            &[(R24, "/acknowledge")],
        ),
        accepted(
            "the agreement need not be named on the day after its last",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2017 - 05 - 01);
            }),
        ),
        refused(
            "the agreement is not named on its first day",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2015 - 04 - 27);
            }),
            &[(R24, "/acknowledge")],
        ),
        refused(
            "what is named is not open, and what is open is not named",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge = vec![sample::OTHER_AGREEMENT, UNKNOWN];
            }),
            &[
                (R24, "/acknowledge"),
                (R24, "/acknowledge/0"),
                (R24, "/acknowledge/1"),
            ],
        ),
        refused(
            "a case is closed tomorrow",
            signed().on(date!(2017 - 04 - 29)),
            command!(CloseCase),
            &[(R26, "/occurred_on")],
        ),
        warned(
            "a case is closed before its opening day",
            before(CommandKind::DraftAgreement),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2014 - 11 - 30);
            }),
            &[R27],
        ),
        accepted("a closed case is reopened", closed(), command!(ReopenCase)),
        refused(
            "an open case is reopened",
            signed(),
            command!(ReopenCase),
            &[(R25, "")],
        ),
        refused(
            "an open case is reopened without a reason",
            signed(),
            command!(ReopenCase, |body| body.reason = " ".into()),
            &[(R25, ""), (R25, "/reason")],
        ),
        refused(
            "a closed case is reopened without a reason",
            closed(),
            command!(ReopenCase, |body| body.reason = "\n".into()),
            &[(R25, "/reason")],
        ),
        refused(
            "a closed case is reopened while another one is open",
            closed().holder(halle(), UNKNOWN),
            command!(ReopenCase),
            &[(R02, "")],
        ),
        accepted(
            "a closed case is reopened while it holds the key itself",
            closed().holder(halle(), sample::CASE),
            command!(ReopenCase),
        ),
    ];
    let late = CommandKind::ALL
        .iter()
        .filter(|kind| !matches!(kind, CommandKind::OpenCase | CommandKind::ReopenCase));
    let after = |kind: &CommandKind| {
        let name = "something happens after the closing";
        refused(name, closed(), sample::command(*kind), &[(R23, "")])
    };
    scenarios.extend(late.map(after));
    scenarios
}
