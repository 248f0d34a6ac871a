//! Commands that were on their way side by side: is there an order in which the model gives each the
//! verdict it got, and that ends in the log there is?
//!
//! A process settles in the order in which it was asked; between processes any order may be. What
//! was accepted stands in the log, so only the place of refusals and replays is searched for.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_domain::agency::AgencyEvent;
use fallbuch_domain::case::CaseEvent;
use fallbuch_domain::envelope::StoredEvent;
use fallbuch_domain::offering::OfferingEvent;
use fallbuch_domain::solution::SolutionEvent;
use fallbuch_domain::{EventData, Timestamp};
use fallbuch_persistence::Sources;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

use super::numbered::Repeated;
use super::play::Sent;
use crate::model::{Caller, Model};
use crate::subject::Verdict;

/// What was sent, and what came of it.
pub(super) struct Attempt<'a> {
    pub(super) sent: &'a [Sent],
    pub(super) callers: &'a [Caller],
    pub(super) verdicts: &'a [Verdict],
    pub(super) now: Timestamp,
}

impl Attempt<'_> {
    /// The model after an order that explains the verdicts and the bodies they left; none if there is
    /// no such order.
    pub(super) fn explain(&self, model: &Model, bodies: &[String]) -> Option<Model> {
        let queue = |process| {
            let sent = self.sent.iter().enumerate();
            let here = sent.filter(|(_, sent)| sent.process == process);
            here.map(|(index, _)| index).collect::<Vec<_>>()
        };
        let (one, other) = (queue(0), queue(1));
        self.search(model, [&one, &other], bodies)
    }

    fn search(&self, model: &Model, queues: [&[usize]; 2], bodies: &[String]) -> Option<Model> {
        let sources = self.sources(bodies.first());
        if queues.iter().all(|queue| queue.is_empty()) {
            return bodies.is_empty().then(|| model.fork(sources));
        }
        for process in 0..2 {
            let Some((first, rest)) = queues[process].split_first() else {
                continue;
            };
            let sent = &self.sent[*first];
            let next = model.fork(sources.clone());
            let verdict = next.settle(&self.callers[sent.member], &sent.order);
            if verdict != self.verdicts[*first] {
                continue;
            }
            let new = verdict.map_or(0, |accepted| {
                if accepted.replayed {
                    0
                } else {
                    accepted.events.len()
                }
            });
            let Some(bodies) = bodies.get(new..) else {
                continue;
            };
            let mut queues = queues;
            queues[process] = rest;
            let found = self.search(&next, queues, bodies);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The sources that make this body again.
    fn sources(&self, body: Option<&String>) -> Sources {
        let (thing, event, salt) = body.map_or((Uuid::nil(), Uuid::nil(), [0; 16]), drawn);
        let repeated = Arc::new(Repeated {
            now: self.now,
            thing,
            event,
            salt,
            salted: Mutex::new(false),
        });
        Sources {
            clock: repeated.clone(),
            ids: repeated,
        }
    }
}

/// The stream that an event belongs to.
pub(super) fn stream_of(body: &str) -> Uuid {
    StoredEvent::from_bytes(body.as_bytes()).unwrap().stream.id
}

/// The id of what an event makes, its own, and its salt.
fn drawn(body: &String) -> (Uuid, Uuid, [u8; 16]) {
    let stored = StoredEvent::from_bytes(body.as_bytes()).unwrap();
    let thing = match stored.event().unwrap().data {
        EventData::Case(CaseEvent::CaseOpened(_)) => stored.stream.id,
        EventData::Case(event) => event.made().unwrap_or_default(),
        EventData::Agency(event) => match event {
            AgencyEvent::SiteOpened(opened) => opened.site,
            AgencyEvent::AgencyOpened(_)
            | AgencyEvent::MemberAdmitted(_)
            | AgencyEvent::MemberRolesChanged(_)
            | AgencyEvent::MemberLeft(_)
            | AgencyEvent::AuditEngagementRequested(_)
            | AgencyEvent::AuditEngagementApproved(_)
            | AgencyEvent::AuditEngagementEnded(_)
            | AgencyEvent::AgencyRenamed(_)
            | AgencyEvent::PhaseSet(_)
            | AgencyEvent::SiteClosed(_)
            | AgencyEvent::AgencyClosed(_) => Uuid::nil(),
        },
        EventData::Offering(event) => match event {
            OfferingEvent::OfferingScheduled(_) => stored.stream.id,
            OfferingEvent::OfferingPostponed(_)
            | OfferingEvent::OfferingHeld(_)
            | OfferingEvent::OfferingCancelled(_) => Uuid::nil(),
        },
        EventData::Solution(event) => match event {
            SolutionEvent::SolutionDescribed(_) => stored.stream.id,
            SolutionEvent::SolutionRevised(_) | SolutionEvent::SolutionWithdrawn(_) => Uuid::nil(),
        },
    };
    let whole: Value = serde_json::from_str(body).unwrap();
    let salt = URL_SAFE_NO_PAD.decode(whole["salt"].as_str().unwrap());
    (thing, stored.id, salt.unwrap().try_into().unwrap())
}
