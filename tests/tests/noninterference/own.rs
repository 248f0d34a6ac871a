//! Time, ids and salts of each agency's own: what an agency draws depends on what it did and on nobody else.
//!
//! Invariant: the n-th instant, id or salt of an agency is the same in every world, whoever else draws there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use fallbuch_domain::Timestamp;
use fallbuch_persistence::{Clock, IdSource, Sources};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

/// When every script is played.
fn start() -> Timestamp {
    Timestamp::new(datetime!(2018-03-01 08:30 UTC))
}

/// The n-th id of a kind that the agency in this place of a script draws.
fn drawn(script: u32, place: usize, kind: u8, number: u32) -> Uuid {
    let millis = u64::try_from(start().unix_microseconds() / 1_000).unwrap();
    let mut random = [0; 10];
    // Behind the version's and the variant's bits.
    random[3] = u8::try_from(place).unwrap() << 4 | kind;
    random[4..6].copy_from_slice(&u16::try_from(script).unwrap().to_be_bytes());
    random[6..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The id of the agency in this place of a script.
pub(super) fn agency(script: u32, place: usize) -> Uuid {
    drawn(script, place, 0, 0)
}

/// The n-th id, from 1 on, that the agency draws: of its sites, members, cases and events.
pub(super) fn id(script: u32, place: usize, number: u32) -> Uuid {
    drawn(script, place, 1, number)
}

/// The part that all ids an agency draws have in common and nobody else's have.
pub(super) fn mark(script: u32, place: usize) -> String {
    let text = id(script, place, 0).to_string();
    // Behind the instant, before the number.
    text[14..28].to_owned()
}

/// The sources of one world.
#[derive(Default)]
pub(super) struct Own {
    /// The agency that is founded next.
    next: Mutex<Option<Uuid>>,
    agencies: Mutex<HashMap<Uuid, Arc<One>>>,
}

struct One {
    script: u32,
    place: usize,
    /// How many instants, and how many ids and salts.
    drawn: Mutex<(i64, u32)>,
}

impl Own {
    pub(super) fn sources(self: &Arc<Self>) -> Sources {
        Sources {
            clock: self.clone(),
            ids: self.clone(),
        }
    }

    /// How many ids and salts the agency has drawn.
    pub(super) fn drawn_by(&self, agency: Uuid) -> u32 {
        self.agencies.lock().unwrap()[&agency]
            .drawn
            .lock()
            .unwrap()
            .1
    }

    /// The next agency that is founded is this one.
    pub(super) fn found(&self, script: u32, place: usize) {
        let id = agency(script, place);
        let one = One {
            script,
            place,
            drawn: Mutex::default(),
        };
        self.agencies.lock().unwrap().insert(id, Arc::new(one));
        *self.next.lock().unwrap() = Some(id);
    }
}

// Outside an agency it is always the same moment: for tokens, and for what is due today.
impl Clock for Own {
    fn now(&self) -> Timestamp {
        start()
    }
}

impl IdSource for Own {
    fn id(&self) -> Uuid {
        let next = self.next.lock().unwrap().take();
        next.expect("outside an agency no id is drawn but its own")
    }

    fn salt(&self) -> [u8; 16] {
        panic!("a salt was drawn outside an agency")
    }

    fn of_agency(&self, agency: Uuid) -> Option<Sources> {
        let one = Arc::clone(&self.agencies.lock().unwrap()[&agency]);
        Some(Sources {
            clock: one.clone(),
            ids: one,
        })
    }
}

impl Clock for One {
    fn now(&self) -> Timestamp {
        let mut drawn = self.drawn.lock().unwrap();
        drawn.0 += 1;
        Timestamp::new(start().as_offset() + Duration::seconds(drawn.0))
    }
}

impl One {
    fn number(&self) -> u32 {
        let mut drawn = self.drawn.lock().unwrap();
        drawn.1 += 1;
        drawn.1
    }
}

impl IdSource for One {
    fn id(&self) -> Uuid {
        id(self.script, self.place, self.number())
    }

    fn salt(&self) -> [u8; 16] {
        drawn(self.script, self.place, 2, self.number()).into_bytes()
    }
}
