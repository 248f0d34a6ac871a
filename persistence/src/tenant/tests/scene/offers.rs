//! What agencies offer: an offering that is held, and a solution.

use fallbuch_domain::offering::{OfferingCommand, sample as offering};
use fallbuch_domain::solution::{SolutionCommand, sample as solution};
use fallbuch_domain::{Command, StreamKind};
use uuid::Uuid;

use super::{CODES, Scene, key};
use crate::writer::{Expected, Receipt};

impl Scene {
    /// An offering, which comes back, and a solution.
    pub(super) async fn offer(&mut self, whose: usize) -> Receipt {
        self.turn(whose);
        let access = self.access(whose).await;
        let site = self.store.agency(&access).await.unwrap().sites[0].id;
        let mut schedule = offering::schedule();
        schedule.site = Some(site);
        schedule.title = format!("Thementag von {}", CODES[whose]).as_str().into();
        let schedule = Command::Offering(OfferingCommand::Schedule(schedule));
        let scheduled = self.offered(whose, None, schedule, "schedule").await;
        let mut describe = solution::describe();
        describe.title = format!("Bericht von {}", CODES[whose]).as_str().into();
        let describe = Command::Solution(SolutionCommand::Describe(describe));
        self.offered(whose, None, describe, "describe").await;
        scheduled
    }

    /// The offering is held.
    pub(super) async fn hold(&mut self, whose: usize, scheduled: Receipt) {
        let hold = Command::Offering(OfferingCommand::Hold(offering::hold()));
        self.offered(whose, Some(scheduled), hold, "hold").await;
    }

    async fn offered(
        &mut self,
        whose: usize,
        on: Option<Receipt>,
        command: Command,
        name: &str,
    ) -> Receipt {
        let access = self.access(whose).await;
        let (stream, expected) = match on {
            None => (None, Expected::New),
            Some(on) => (Some(on.stream), Expected::Version(on.version)),
        };
        let key = key(&self.store, name);
        let done = self
            .store
            .execute(&access, stream, expected, command, key)
            .await;
        let receipt = done.unwrap();
        self.see(whose, name, (receipt.stream, receipt.version));
        receipt
    }

    /// Both lists, and each of them by its id; nothing under an id that is none.
    pub(super) async fn read_offers(&mut self, whose: usize) {
        let (store, access) = (self.store.clone(), self.access(whose).await);
        for kind in [StreamKind::Offering, StreamKind::Solution] {
            let listed = store.streams(&access, kind, None, 50, |_| true).await;
            let listed = listed.unwrap();
            self.see(whose, kind.code(), &listed);
            for one in listed.items {
                let read = store.stream(&access, one.id).await.unwrap();
                self.see(whose, "offered", read);
            }
        }
        let none = store.stream(&access, Uuid::max()).await.unwrap();
        self.see(whose, "nothing", none.is_none());
    }
}
