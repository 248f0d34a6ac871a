//! Commands of every kind on the things that a case has, sound and unsound ones.
//!
//! Invariant: the same wish on the same case is the same command.

use fallbuch_domain::case::command::MunicipalityKey;
use fallbuch_domain::case::{CaseCommand, CaseState, CommandKind, MeetingOutcome, Target, sample};
use fallbuch_domain::text::{Line, Prose};
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

/// What somebody wants.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) kind: CommandKind,
    /// Which of the things, codes and texts there are.
    pub(super) pick: u8,
    pub(super) twist: Twist,
}

/// What is peculiar about a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    Plain,
    /// It happened before the case was opened.
    Early,
    /// It lies in the future.
    Future,
    /// Something in its body does not hold.
    Odd,
}

/// Who and what there is in the agency.
#[derive(Clone, Debug, Default)]
pub(super) struct Staff {
    pub(super) sites: Vec<Uuid>,
    pub(super) members: Vec<Uuid>,
}

/// Texts that a careless writer or reader of bodies would get wrong.
const TEXTS: [&str; 4] = [
    "Es fehlt eine Gesamtstrategie.",
    "„Zeile“ \"eins\"\nZeile zwei \\ \u{1}\u{7f}",
    "Größe < 3 & é ≠ e\u{301}, 😀",
    "/ \u{2028} \t ende",
];

/// An id that no thing has.
pub(super) const NOTHING: Uuid = Uuid::from_u128(0x0192_a000_0000_7000_8000_0000_0000_0bad);

impl Wish {
    pub(super) fn plain(kind: CommandKind) -> Self {
        Self {
            kind,
            pick: 0,
            twist: Twist::Plain,
        }
    }

    /// The command, on a case that may not be there.
    #[expect(clippy::too_many_lines, reason = "one arm per kind of command")]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a kind without an arm of its own is the sample's on things that there are"
    )]
    pub(super) fn command(&self, state: Option<&CaseState>, staff: &Staff) -> CaseCommand {
        let mut command = sample::command(self.kind);
        let (odd, pick) = (self.twist == Twist::Odd, usize::from(self.pick));
        let needs = ids(state, |state| {
            state.needs.iter().map(|one| one.id).collect()
        });
        let priorities = ids(state, |state| {
            state.priorities.iter().map(|one| one.id).collect()
        });
        let agreements = ids(state, |state| {
            state.agreements.iter().map(|one| one.id).collect()
        });
        let text = TEXTS[pick % TEXTS.len()];
        let code = |codes: [&str; 2]| codes[pick % 2].to_owned();
        match &mut command {
            CaseCommand::OpenCase(body) => {
                self.day(&mut body.occurred_on);
                body.site = staff.sites[pick / 16 % staff.sites.len()];
                body.advisor = staff.members[pick % staff.members.len()];
                body.municipality = self.municipality();
                if odd && pick % 3 == 1 {
                    body.site = NOTHING;
                }
            }
            CaseCommand::RecordContact(body) => {
                self.day(&mut body.occurred_on);
                body.topics.truncate(pick % 3);
                body.reason = odd.then(|| Prose::from(text));
            }
            CaseCommand::RecordInitialMeeting(body) => {
                self.day(&mut body.occurred_on);
                body.outcome = if odd {
                    MeetingOutcome::Declined
                } else {
                    body.outcome
                };
            }
            CaseCommand::CaptureNeed(body) => {
                self.day(&mut body.occurred_on);
                body.dimension = if odd {
                    "none".to_owned()
                } else {
                    code(["strategy", "data"])
                };
                body.statement = Prose::from(text);
            }
            CaseCommand::ReviseNeed(need, body) => {
                self.day(&mut body.occurred_on);
                *need = self.one_of(&needs);
                body.changes.statement = Some(Prose::from(text));
                if odd {
                    body.changes.dimension = Some("none".to_owned());
                }
            }
            CaseCommand::WithdrawNeed(need, body) => {
                self.day(&mut body.occurred_on);
                *need = self.one_of(&needs);
            }
            CaseCommand::AgreePriority(body) => {
                self.day(&mut body.occurred_on);
                body.needs = needs.iter().take(pick % 3).copied().collect();
                body.title = Line::from(text.lines().next().unwrap_or_default());
                if odd {
                    body.focus_area = Some("none".to_owned());
                }
            }
            CaseCommand::RevisePriority(priority, body) => {
                self.day(&mut body.occurred_on);
                *priority = self.one_of(&priorities);
                body.changes.needs = Some(needs.iter().take(pick % 3).copied().collect());
                body.changes.rank = Some(u32::from(self.pick));
            }
            CaseCommand::DropPriority(priority, body) => {
                self.day(&mut body.occurred_on);
                *priority = self.one_of(&priorities);
            }
            CaseCommand::DraftAgreement(body) => {
                self.day(&mut body.occurred_on);
                body.priorities = self.named(&priorities);
            }
            CaseCommand::RedraftAgreement(agreement, body) => {
                self.day(&mut body.occurred_on);
                *agreement = self.one_of(&agreements);
                body.priorities = self.named(&priorities);
            }
            CaseCommand::DiscardAgreementDraft(agreement, body) => {
                self.day(&mut body.occurred_on);
                *agreement = self.one_of(&agreements);
            }
            CaseCommand::SignAgreement(agreement, body) => {
                self.day(&mut body.occurred_on);
                *agreement = self.one_of(&agreements);
                let until = body.valid_from + Duration::days(300);
                body.valid_from += Duration::days(100 * i64::from(self.pick % 4));
                body.valid_until = Some(until + Duration::days(100 * i64::from(self.pick % 4)));
                match pick % 3 {
                    0 if odd => body.valid_until = None,
                    1 if odd => drop(body.signatures.pop()),
                    2 if odd => body.valid_until = Some(date!(2001 - 01 - 01)),
                    _ => {}
                }
            }
            CaseCommand::CloseCase(body) => {
                self.day(&mut body.occurred_on);
                let signed = |state: &CaseState| {
                    state
                        .signed_agreements()
                        .map(|(one, _)| one.id)
                        .collect::<Vec<_>>()
                };
                body.acknowledge = if odd {
                    vec![NOTHING]
                } else {
                    ids(state, signed)
                };
                body.summary = Prose::from(text);
            }
            CaseCommand::ReopenCase(body) => {
                self.day(&mut body.occurred_on);
                body.reason = Prose::from(if odd { "\t" } else { text });
            }
            other => return self.transposed(other, state, staff),
        }
        command
    }

    /// The sample's command on things that the case has.
    fn transposed(
        &self,
        sample: &CaseCommand,
        state: Option<&CaseState>,
        staff: &Staff,
    ) -> CaseCommand {
        let things = |target| {
            let all = state.map(|state| state.targets(target)).unwrap_or_default();
            all.into_iter().flatten().collect::<Vec<_>>()
        };
        let mut body = sample.body().unwrap();
        let mut day = sample.occurred_on();
        self.day(&mut day);
        body["occurred_on"] = serde_json::to_value(day).unwrap();
        let mut text = body.to_string();
        let member = staff.members[usize::from(self.pick) % staff.members.len()];
        let odd = self.twist == Twist::Odd;
        let real = |things: Vec<Uuid>| {
            if odd { NOTHING } else { self.one_of(&things) }
        };
        for (id, real) in [
            (sample::ADVISOR, if odd { NOTHING } else { member }),
            (sample::NEED, real(things(Target::Need))),
            (sample::PRIORITY, real(things(Target::Priority))),
            (sample::THIRD_PRIORITY, real(things(Target::Priority))),
            (sample::AGREEMENT, real(things(Target::Agreement))),
            (sample::DOCUMENT, real(things(Target::Document))),
        ] {
            text = text.replace(&id.to_string(), &real.to_string());
        }
        let target = self.one_of(&things(self.kind.target()));
        let body = serde_json::from_str(&text).unwrap();
        self.kind.command(target, body).unwrap()
    }

    fn day(&self, day: &mut Date) {
        match self.twist {
            Twist::Plain | Twist::Odd => {}
            Twist::Early => *day = date!(2014 - 09 - 30),
            Twist::Future => *day = date!(2999 - 12 - 31),
        }
    }

    fn municipality(&self) -> MunicipalityKey {
        let (keys, name) = (
            ["15002", "09162", "15002", "15081135", "15002", "09162"],
            "Klötze",
        );
        let key = keys[usize::from(self.pick) % keys.len()];
        let unknown = self.twist == Twist::Odd && self.pick.is_multiple_of(3);
        let key = if unknown { "99999" } else { key };
        let nameless = self.twist == Twist::Odd && self.pick % 3 == 2;
        MunicipalityKey {
            key: key.to_owned(),
            name: (key.len() == 8 && !nameless).then(|| Line::from(name)),
        }
    }

    /// One of the things, at times one that is not there.
    fn one_of(&self, things: &[Uuid]) -> Uuid {
        let pick = usize::from(self.pick) % (3 * things.len() + 1);
        if pick == 3 * things.len() {
            return NOTHING;
        }
        things[pick % things.len()]
    }

    fn named(&self, priorities: &[Uuid]) -> Vec<Uuid> {
        match self.twist {
            Twist::Odd => Vec::new(),
            Twist::Plain | Twist::Early | Twist::Future => vec![self.one_of(priorities)],
        }
    }
}

fn ids(state: Option<&CaseState>, of: impl FnOnce(&CaseState) -> Vec<Uuid>) -> Vec<Uuid> {
    state.map(of).unwrap_or_default()
}
