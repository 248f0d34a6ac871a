//! Whether requests that overlapped have an order: one in which each answer is what a single case,
//! served one request after the other, would have given.
//!
//! The order may turn around only what overlapped (Herlihy and Wing, 1990). It is searched for as by
//! Wing and Gong: take a request that was sent before any other pending one was answered, see
//! whether the case would have answered so, and go on from there; what was tried is remembered.
//!
//! Invariant: nothing but the answers and their times goes into the search, so a server that answers
//! from an old state has no way to be believed.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::Duration;

/// What is seen of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Its version.
    pub version: u64,
    /// The numbers of the needs, in the order of their capture.
    pub needs: Vec<u32>,
    /// How many contacts there were.
    pub contacts: u64,
}

/// What a request did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It read the case.
    Read(Register),
    /// It captured a need or recorded a contact.
    Done {
        /// The command's number; a command that is sent again keeps it.
        command: u32,
        /// The version it named; none for a contact, which may come at any.
        on: Option<u64>,
        /// The version it led to.
        version: u64,
        /// Whether it is said to have been carried out before.
        replayed: bool,
    },
    /// It was refused because the case had moved on.
    Stale {
        /// The version it named.
        on: u64,
        /// The version the case was said to be at.
        current: u64,
    },
}

/// A request with its answer; the times count from any common beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Just before it was sent.
    pub sent: Duration,
    /// Just after its answer had come.
    pub answered: Duration,
    /// What came of it.
    pub answer: Answered,
}

/// There is no order.
#[derive(Clone, Debug)]
pub struct NoOrder {
    /// How many requests could be put in order at the most.
    pub ordered: usize,
    /// The case after them.
    pub register: Register,
    /// Those of which one would have had to be next.
    pub candidates: Vec<Operation>,
}

impl fmt::Display for NoOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ordered,
            register,
            candidates,
        } = self;
        write!(
            f,
            "after {ordered} requests the case is {register:?}, and none of these fits: {candidates:#?}"
        )
    }
}

/// The case, one request after the other.
#[derive(Clone, Debug)]
struct Sequential {
    register: Register,
    /// The version each command led to.
    done: BTreeMap<u32, u64>,
}

impl Sequential {
    /// The case after a request that is answered so; none if it would have answered otherwise.
    fn after(&self, answer: &Answered) -> Option<Self> {
        let now = &self.register;
        match answer {
            Answered::Read(seen) => (seen == now).then(|| self.clone()),
            Answered::Stale { on, current } => {
                (*current == now.version && on != current).then(|| self.clone())
            }
            Answered::Done {
                command,
                version,
                replayed: true,
                ..
            } => (self.done.get(command) == Some(version)).then(|| self.clone()),
            Answered::Done {
                command,
                on,
                version,
                replayed: false,
            } => {
                let fits = on.is_none_or(|on| on == now.version)
                    && *version == now.version + 1
                    && !self.done.contains_key(command);
                fits.then(|| {
                    let mut after = self.clone();
                    after.register.version = *version;
                    match on {
                        Some(_) => after.register.needs.push(*command),
                        None => after.register.contacts += 1,
                    }
                    after.done.insert(*command, *version);
                    after
                })
            }
        }
    }
}

struct Search<'a> {
    history: &'a [Operation],
    /// The sets of requests from which there is no way on. What the case is after them follows from
    /// the set, because every answer names its version.
    hopeless: HashSet<Vec<bool>>,
    furthest: NoOrder,
}

/// Whether a case that began as `register` can have answered its requests so.
///
/// # Errors
/// If there is no order that explains the answers.
pub fn check(register: Register, history: &[Operation]) -> Result<(), NoOrder> {
    let begin = Sequential {
        register: register.clone(),
        done: BTreeMap::new(),
    };
    let mut search = Search {
        history,
        hopeless: HashSet::new(),
        furthest: NoOrder {
            ordered: 0,
            register,
            candidates: Vec::new(),
        },
    };
    if search.order(vec![false; history.len()], &begin) {
        Ok(())
    } else {
        Err(search.furthest)
    }
}

impl Search<'_> {
    /// Whether the requests that are not in `ordered` can follow on `case`.
    fn order(&mut self, mut ordered: Vec<bool>, case: &Sequential) -> bool {
        // A request that fits and changes nothing can always come first: whatever order there is
        // without it, there is with it.
        let mut candidates = self.candidates(&ordered);
        let still = |index: &usize| {
            let after = case.after(&self.history[*index].answer);
            after.is_some_and(|after| after.register == case.register)
        };
        while let Some(index) = candidates.iter().copied().find(still) {
            ordered[index] = true;
            candidates = self.candidates(&ordered);
        }
        if candidates.is_empty() {
            return true;
        }
        if self.hopeless.contains(&ordered) {
            return false;
        }
        self.note(&ordered, case, &candidates);
        for index in candidates {
            if let Some(after) = case.after(&self.history[index].answer) {
                let mut with = ordered.clone();
                with[index] = true;
                if self.order(with, &after) {
                    return true;
                }
            }
        }
        self.hopeless.insert(ordered);
        false
    }

    /// The pending requests that were sent before any pending one was answered.
    fn candidates(&self, ordered: &[bool]) -> Vec<usize> {
        let pending = || (0..self.history.len()).filter(|index| !ordered[*index]);
        let first_answer = pending().map(|index| self.history[index].answered).min();
        let may_be_next = |index: &usize| Some(self.history[*index].sent) <= first_answer;
        pending().filter(may_be_next).collect()
    }

    fn note(&mut self, ordered: &[bool], case: &Sequential, candidates: &[usize]) {
        let count = ordered.iter().filter(|done| **done).count();
        if count >= self.furthest.ordered {
            self.furthest = NoOrder {
                ordered: count,
                register: case.register.clone(),
                candidates: candidates
                    .iter()
                    .map(|index| self.history[*index].clone())
                    .collect(),
            };
        }
    }
}

#[cfg(test)]
mod tests;
