//! Plays a script on a subject and on the model, and compares everything that can be seen.

use std::sync::Arc;

use fallbuch_domain::case::CommandKind;
use fallbuch_domain::{Command, Permission, Role, Timestamp};
use fallbuch_persistence::{Expected, Handling, IdempotencyKey, Identity};
use futures_util::future::{join, join_all};
use uuid::Uuid;

use super::numbered::Numbered;
use super::script::{Call, Case, Key, Said, Script, Step, WALK};
use super::wish::{NOTHING, Staff, Wish};
use super::{start, together, view};
use crate::model::{Caller, Model};
use crate::setup::agency;
use crate::subject::{Order, Subject, Verdict};

/// Who the members are; the last one is limited to the second site.
const ROLES: [Role; 4] = [
    Role::Coordinator,
    Role::Advisor,
    Role::Reader,
    Role::Coordinator,
];

/// Two processes on one subject, and what gives them time and ids.
pub(super) struct Ground<S> {
    pub(super) processes: [S; 2],
    pub(super) numbered: Arc<Numbered>,
}

/// What happened in a play.
pub(super) struct Told {
    pub(super) verdicts: Vec<(CommandKind, Verdict)>,
    /// The whole log, body by body.
    pub(super) log: Vec<String>,
}

/// A command that a member sends to a process.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) process: usize,
    pub(super) member: usize,
    kind: CommandKind,
    pub(super) order: Order,
}

struct Play<'a, S: Subject> {
    ground: &'a Ground<S>,
    accesses: Vec<S::Access>,
    oracle: Ground<Model>,
    callers: Vec<Caller>,
    script: u32,
    step: u32,
    now: Timestamp,
    agency: Uuid,
    staff: Staff,
    /// The cases, in the order of their opening.
    cases: Vec<Uuid>,
    sent: Vec<Sent>,
    verdicts: Vec<(CommandKind, Verdict)>,
}

/// Plays a script in an agency of its own; the error tells where subject and model differ.
pub(super) async fn play<S: Subject>(
    ground: &Ground<S>,
    script: &Script,
    number: u32,
) -> Result<Told, String> {
    let mut play = Play::begin(ground, number).await?;
    for kind in &WALK[..script.walk] {
        let call = Call {
            process: 0,
            member: 0,
            case: Case::There(0),
            wish: Wish::plain(*kind),
            expected: Said::Right,
            key: Key::Fresh,
        };
        play.alone(1, &call).await?;
    }
    for step in &script.steps {
        match step {
            Step::Alone { tick, call } => play.alone(*tick, call).await?,
            Step::Together(calls) => play.together(calls).await?,
        }
    }
    play.end().await
}

impl<'a, S: Subject> Play<'a, S> {
    /// Founds the agency on both.
    async fn begin(ground: &'a Ground<S>, script: u32) -> Result<Self, String> {
        let numbered = Numbered::new(start());
        let oracle = Model::new(numbered.sources());
        let second = oracle.another().await;
        let mut play = Self {
            ground,
            accesses: Vec::new(),
            oracle: Ground {
                processes: [oracle, second],
                numbered,
            },
            callers: Vec::new(),
            script,
            step: 0,
            now: start(),
            agency: Uuid::nil(),
            staff: Staff::default(),
            cases: Vec::new(),
            sent: Vec::new(),
            verdicts: Vec::new(),
        };
        play.found().await?;
        Ok(play)
    }

    async fn found(&mut self) -> Result<(), String> {
        let code = format!("agency-{}", self.script);
        let (subject, oracle) = (&self.ground.processes[0], &self.oracle.processes[0]);
        self.begin_step(1, false);
        let (theirs, ours) = (
            subject.open_agency(agency(&code)).await,
            oracle.open_agency(agency(&code)).await,
        );
        self.step += 1;
        for name in ["Halle", "Leipzig"] {
            self.begin_step(1, false);
            let opened = subject.open_site(&theirs, name).await;
            same("a site", &opened, &oracle.open_site(&ours, name).await)?;
            self.step += 1;
        }
        let sites = oracle.agency(&ours).await.sites;
        self.staff.sites = sites.iter().map(|site| site.id).collect();
        for (number, role) in ROLES.into_iter().enumerate() {
            self.begin_step(1, false);
            let login = Identity {
                issuer: "urn:test".to_owned(),
                subject: format!("{number}@{code}"),
            };
            let limit = (number == 3).then(|| vec![self.staff.sites[1]]);
            let member = subject.admit_member(&theirs, &login, role, limit.clone());
            let member = member.await;
            same(
                "a member",
                &member,
                &oracle.admit_member(&ours, &login, role, limit).await,
            )?;
            self.staff.members.push(member);
            let access = subject.access(&login, &code, Permission::CaseRead).await;
            let caller = oracle.access(&login, &code, Permission::CaseRead).await;
            self.accesses
                .push(access.ok_or("no access to the subject")?);
            self.callers.push(caller.ok_or("no access to the model")?);
            self.step += 1;
        }
        let log = oracle.feed(&ours, 0, 1).await.0;
        self.agency = together::stream_of(&log[0]);
        Ok(())
    }

    /// Gives both the same time and ids for the step.
    fn begin_step(&self, tick: i64, together: bool) -> Timestamp {
        let micros = self.now.unix_microseconds() + tick * 1_000_000;
        let now = Timestamp::from_unix_microseconds(micros).unwrap();
        for numbered in [&self.ground.numbered, &self.oracle.numbered] {
            numbered.begin(self.script, self.step, now, together);
        }
        now
    }

    async fn alone(&mut self, tick: i64, call: &Call) -> Result<(), String> {
        self.now = self.begin_step(tick, false);
        let sent = self.resolve(call).await;
        let Sent {
            process,
            member,
            order,
            ..
        } = sent.clone();
        let subject = &self.ground.processes[process];
        for handling in [Handling::Lenient, Handling::Strict] {
            let foreseen = subject.validate(&self.accesses[member], order.clone(), handling);
            let oracle = &self.oracle.processes[process];
            same(
                &format!("step {} validated, {handling:?}, {sent:?}", self.step),
                &foreseen.await,
                &oracle
                    .validate(&self.callers[member], order.clone(), handling)
                    .await,
            )?;
        }
        let theirs = subject.execute(&self.accesses[member], order.clone());
        let theirs = theirs.await;
        let ours = self.oracle.processes[process].settle(&self.callers[member], &order);
        same(&format!("step {}, {sent:?}", self.step), &theirs, &ours)?;
        self.note(&sent, theirs);
        Ok(())
    }

    /// Sends commands side by side, and finds an order in which the model gives the same verdicts.
    async fn together(&mut self, calls: &[Call]) -> Result<(), String> {
        self.now = self.begin_step(1, true);
        let mut sent = Vec::with_capacity(calls.len());
        for call in calls {
            sent.push(self.resolve(call).await);
        }
        let [one, _] = &self.ground.processes;
        let before = one.position(&self.accesses[0]).await;
        let executed = sent.iter().map(
            |Sent {
                 process,
                 member,
                 order,
                 ..
             }| {
                self.ground.processes[*process].execute(&self.accesses[*member], order.clone())
            },
        );
        // Between them the same commands are only validated; that none of it stays is seen in the log.
        let validated = sent.iter().map(|sent| {
            let access = &self.accesses[sent.member];
            self.ground.processes[sent.process].validate(
                access,
                sent.order.clone(),
                Handling::Lenient,
            )
        });
        let (verdicts, _) = join(join_all(executed), join_all(validated)).await;
        let (bodies, _) = one.feed(&self.accesses[0], before, 100).await;
        let attempt = together::Attempt {
            sent: &sent,
            callers: &self.callers,
            verdicts: &verdicts,
            now: self.now,
        };
        let Some(settled) = attempt.explain(&self.oracle.processes[0], &bodies) else {
            return Err(format!(
                "step {}: no order explains {verdicts:#?}\nof {sent:#?}\nwith {bodies:#?}",
                self.step
            ));
        };
        self.oracle.processes[0].adopt(&settled);
        for (sent, verdict) in sent.iter().zip(verdicts) {
            self.note(sent, verdict);
        }
        Ok(())
    }

    fn note(&mut self, sent: &Sent, verdict: Verdict) {
        if let Ok(accepted) = &verdict
            && sent.kind == CommandKind::OpenCase
            && !self.cases.contains(&accepted.stream)
        {
            self.cases.push(accepted.stream);
        }
        self.verdicts.push((sent.kind, verdict));
        self.step += 1;
    }

    /// The command that is meant by a call, as things stand.
    async fn resolve(&mut self, call: &Call) -> Sent {
        let count = self.sent.len().max(1);
        let earlier = |back: usize| self.sent.iter().rev().nth(back % count);
        if let Key::Again(back) = call.key
            && let Some(earlier) = earlier(back)
        {
            let process = call.process;
            return Sent {
                process,
                ..earlier.clone()
            };
        }
        let key = match call.key {
            Key::Of(back) => earlier(back).map(|earlier| earlier.order.key.key.clone()),
            Key::Fresh | Key::Again(_) => None,
        };
        let key = key.unwrap_or_else(|| format!("key/{}", self.sent.len()));
        let id = match call.case {
            Case::There(number) => self.cases.get(number % self.cases.len().max(1)).copied(),
            Case::Agency => Some(self.agency),
            Case::Unknown => None,
        };
        let id = id.unwrap_or(NOTHING);
        let case = self.oracle.processes[0].case(&self.callers[0], id).await;
        let version = case.as_ref().map_or(0, |case| case.version);
        let opens = call.wish.kind == CommandKind::OpenCase;
        let (stream, expected) = match call.expected {
            Said::Right if opens => (None, Expected::New),
            Said::Right => (Some(id), Expected::Version(version)),
            Said::Behind(by) => (Some(id), Expected::Version(version.saturating_sub(by))),
            Said::Ahead => (Some(id), Expected::Version(version + 1)),
            Said::Any => (Some(id), Expected::Any),
            Said::Unsaid => (Some(id), Expected::Unsaid),
            Said::New => (Some(id), Expected::New),
        };
        let state = case.as_ref().map(|case| &case.state);
        let command = call.wish.command(state, &self.staff);
        let fingerprint = format!("{stream:?} {command:?}").into_bytes();
        let sent = Sent {
            process: call.process,
            member: call.member,
            kind: call.wish.kind,
            order: Order {
                stream,
                expected,
                command: Command::Case(command),
                key: IdempotencyKey { key, fingerprint },
            },
        };
        self.sent.push(sent.clone());
        sent
    }

    /// Compares all that can be read in the end.
    async fn end(self) -> Result<Told, String> {
        let [oracle, _] = &self.oracle.processes;
        let (log, _) = oracle.feed(&self.callers[0], 0, 10_000).await;
        let sights = view::Sights::of(&log, self.cases);
        let process = &self.ground.processes[self.script as usize % 2];
        let theirs = view::view(process, &self.accesses, &sights).await;
        let ours = view::view(oracle, &self.callers, &sights).await;
        for ((what, theirs), (_, ours)) in theirs.iter().zip(&ours) {
            same(what, theirs, ours)?;
        }
        same("the number of sights", &theirs.len(), &ours.len())?;
        Ok(Told {
            verdicts: self.verdicts,
            log,
        })
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, theirs: &T, ours: &T) -> Result<(), String> {
    if theirs == ours {
        Ok(())
    } else {
        Err(format!("{what}\nsubject: {theirs:#?}\nmodel: {ours:#?}"))
    }
}
