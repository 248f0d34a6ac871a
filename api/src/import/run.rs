//! Sends a plan: many cases at once, the steps of each one after the other.
//!
//! Invariant: cases are opened in the order of their lines, so their file numbers follow it, and at most [`AT_ONCE`]
//! cases are half told if the run ends before its time.

use fallbuch_domain::Command;
use fallbuch_persistence::{Access, CommandError, Expected, Store, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::judge::{linked, sentence};
use super::plan::Case;
use super::problem::{Problem, Reach};
use super::step::Step;
use super::survey::{Standing, key, made};
use crate::language::Localized;

/// How many cases are told at once.
const AT_ONCE: usize = 64;

/// A case on its way.
pub(super) struct Telling<'a> {
    /// The case.
    pub(super) case: &'a Case,
    /// How far it has come.
    pub(super) standing: Standing,
    /// How many of its steps this run has recorded.
    pub(super) recorded: usize,
    /// How many of them somebody else recorded meanwhile, by an import of the same.
    pub(super) found: usize,
    /// What stopped it.
    pub(super) stop: Option<Problem>,
}

/// Who tells.
pub(super) struct Teller<'a> {
    store: &'a Store,
    access: &'a Access,
    progress: ProgressBar,
}

impl<'a> Teller<'a> {
    /// Somebody who tells so many steps; on a terminal one sees how far it is.
    pub(super) fn new(store: &'a Store, access: &'a Access, steps: usize) -> Self {
        let is_seen = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let target = if is_seen {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let progress = ProgressBar::with_draw_target(Some(steps as u64), target);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
        Self {
            store,
            access,
            progress: match style {
                Ok(style) => progress.with_style(style),
                Err(_) => progress,
            },
        }
    }

    /// Tells the cases.
    pub(super) async fn tell(&self, tellings: &mut [Telling<'_>]) {
        for some in tellings.chunks_mut(AT_ONCE) {
            // In the order of their lines: the first look at each of them puts it into the writer's line.
            let opened = stream::iter(some.iter_mut().map(|one| self.advance(one, 1)));
            opened.buffered(AT_ONCE).collect::<()>().await;
            let told = stream::iter(some.iter_mut().map(|one| self.advance(one, usize::MAX)));
            told.buffer_unordered(AT_ONCE).collect::<()>().await;
        }
        self.progress.finish_and_clear();
    }

    /// Tells a case up to a step, as far as nothing stops it.
    async fn advance(&self, telling: &mut Telling<'_>, until: usize) {
        for (place, step) in telling.case.steps.iter().enumerate().take(until) {
            let is_done = telling.standing.done.get(place).copied().unwrap_or(true);
            if is_done || telling.stop.is_some() {
                continue;
            }
            match self.step(step, &mut telling.standing).await {
                Ok(is_new) => {
                    telling.recorded += usize::from(is_new);
                    telling.found += usize::from(!is_new);
                    if let Some(done) = telling.standing.done.get_mut(place) {
                        *done = true;
                    }
                    self.progress.inc(1);
                }
                Err((pointer, message)) => {
                    telling.stop = Some(Problem {
                        place: step.place_of(pointer.as_deref()),
                        message,
                        reach: Reach::Case(telling.case.reference.clone()),
                    });
                }
            }
        }
    }

    /// Sends a step; whether it was recorded by that.
    async fn step(
        &self,
        step: &Step,
        standing: &mut Standing,
    ) -> Result<bool, (Option<String>, Localized)> {
        let ids = linked(step, &standing.made);
        let about = step
            .thing()
            .and_then(|thing| standing.made.get(&thing).copied());
        let wish = step.wish.clone().map(|wish| wish.linked(ids));
        // Judged before: what a step rests on is recorded, or the case was stopped there.
        let command = wish
            .and_then(|wish| wish.command(about))
            .ok_or_else(|| (None, unfounded()))?;
        let expected = match standing.stream {
            Some(_) => Expected::Version(standing.version),
            None => Expected::New,
        };
        let (stream, command) = (standing.stream, Command::Case(command));
        let key = key(self.store, step);
        let sent = self
            .store
            .execute(self.access, stream, expected, command, key)
            .await;
        let receipt = sent.map_err(stopped)?;
        standing.stream = Some(receipt.stream);
        standing.version = receipt.version;
        for body in &receipt.events {
            let read = body.read().and_then(|stored| Ok(stored.event()?));
            let event = read.map_err(|error| stopped(error.into()))?;
            standing.made.extend(step.thing().zip(made(&event.data)));
        }
        Ok(!receipt.replayed)
    }
}

/// What stopped a case, and the member of the body if one alone did.
fn stopped(error: CommandError) -> (Option<String>, Localized) {
    match error {
        CommandError::Refused(rejection) => match rejection.findings.first() {
            Some(finding) => (finding.pointer.clone(), sentence(finding)),
            None => (None, failed(&rejection)),
        },
        CommandError::Stale { .. } => (
            None,
            Localized::fixed(
                "Jemand anderes hat den Fall gerade eben geändert.",
                "Somebody else has changed the case just now.",
            ),
        ),
        error @ (CommandError::VersionRequired
        | CommandError::Warned(_)
        | CommandError::KeyReused
        | CommandError::Forbidden(_)
        | CommandError::NotFound
        | CommandError::Overloaded
        | CommandError::Store(_)) => (None, failed(&error)),
    }
}

fn failed(error: &dyn std::error::Error) -> Localized {
    Localized::made(
        format!("Das Eintragen ist gescheitert: {error}."),
        format!("Recording it failed: {error}."),
    )
}

fn unfounded() -> Localized {
    let error = StoreError::Corrupt("a step without what it rests on".to_owned());
    failed(&error)
}
