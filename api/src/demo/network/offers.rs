//! What an agency offers: offerings that many cases attend, and solutions that many adopt.

use std::collections::BTreeMap;

use fallbuch_domain::change::Change;
use fallbuch_domain::offering::OfferingCommand;
use fallbuch_domain::offering::command::{
    CancelOffering, HoldOffering, PostponeOffering, ScheduleOffering,
};
use fallbuch_domain::solution::command::{DescribeSolution, ReviseSolution, WithdrawSolution};
use fallbuch_domain::solution::{SolutionChanges, SolutionCommand};
use fallbuch_domain::text::{Line, Prose};
use fallbuch_domain::{Command, State};
use time::Date;
use uuid::Uuid;

use super::dice::Dice;
use super::plan::{BEGIN, END, Ground, PlanError, Step, Wish, days_between, later};
use super::words;

/// An offering that was held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) id: Uuid,
    pub(super) on: Date,
    /// Its place in the plan, and how many events it has.
    pub(super) reached: (usize, u64),
}

/// A solution, and while it can be proposed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered {
    pub(super) id: Uuid,
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) stream: usize,
}

/// All that an agency offers.
#[derive(Debug, Default)]
pub(super) struct Offers {
    pub(super) steps: Vec<Step>,
    pub(super) streams: usize,
    pub(super) held: Vec<Held>,
    pub(super) offered: Vec<Offered>,
    /// What a case's decision gets to know: offerings once they were held, solutions while they are offered.
    pub(super) states: BTreeMap<Uuid, State>,
}

/// What becomes of an offering, by its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Held,
    Postponed,
    Cancelled,
}

fn fate(number: u64) -> Fate {
    match number % 12 {
        5 => Fate::Postponed,
        11 => Fate::Cancelled,
        _ => Fate::Held,
    }
}

/// Whether a solution, by its number, is revised, and whether it is withdrawn.
fn changes(number: u64) -> (bool, bool) {
    (number % 3 == 1, number % 5 == 4)
}

/// How many offerings and how many solutions an agency with so many cases has.
fn counts(cases: u64) -> (u64, u64) {
    (2 + cases, 2 + cases / 4)
}

/// How many events they have together.
pub(super) fn events(cases: u64) -> u64 {
    let (offerings, solutions) = counts(cases);
    let of_offerings = (0..offerings).map(|number| match fate(number) {
        Fate::Held | Fate::Cancelled => 2,
        Fate::Postponed => 3,
    });
    let of_solutions = (0..solutions).map(|number| {
        let (revised, withdrawn) = changes(number);
        1 + u64::from(revised) + u64::from(withdrawn)
    });
    of_offerings.sum::<u64>() + of_solutions.sum::<u64>()
}

impl Offers {
    /// The offers of an agency with so many cases.
    pub(super) fn plan(ground: &Ground<'_>, cases: u64) -> Result<Self, PlanError> {
        let mut offers = Self::default();
        let (offerings, solutions) = counts(cases);
        for number in 0..solutions {
            let mut dice = ground.dice(&format!("solution {number}"));
            offers.solution(ground, number, &mut dice)?;
        }
        for number in 0..offerings {
            let mut dice = ground.dice(&format!("offering {number}"));
            let first = later(BEGIN, 120);
            let day = later(
                first,
                spread(number, offerings, days_between(first, later(END, 0)) - 90),
            );
            offers.offering(ground, number, day, &mut dice)?;
        }
        Ok(offers)
    }

    fn offering(
        &mut self,
        ground: &Ground<'_>,
        number: u64,
        day: Date,
        dice: &mut Dice,
    ) -> Result<(), PlanError> {
        let formats = ground.catalogue.formats_on(Some(day));
        let formats: Vec<_> = formats.into_iter().map(|one| one.code.clone()).collect();
        let open = ground.agency.sites.iter();
        let open = open.filter(|site| site.closed_on.is_none());
        let sites: Vec<_> = open.map(|site| site.id).collect();
        let site = dice.one(&sites).filter(|_| dice.chance(70));
        let on = later(day, dice.between(30, 60));
        let title = format!(
            "{}: {}",
            dice.word(words::THEMES),
            dice.word(words::ASPECTS)
        );
        let place = format!("{} (Beispiel)", dice.word(words::PLACES));
        let mut stream = Stream::new(dice.id(), self.streams, ground);
        let schedule = ScheduleOffering {
            occurred_on: day,
            reason: None,
            format: dice.one(&formats).unwrap_or_default(),
            title: Line(title),
            on,
            place: site.is_none().then_some(Line(place)),
            site,
            capacity: dice.chance(60).then(|| dice.between(12, 80)),
        };
        stream.enter(day, dice, OfferingCommand::Schedule(schedule))?;
        let reason = || Prose::from("Zu wenige Anmeldungen (Beispiel).");
        match fate(number) {
            Fate::Held => stream.hold(on, dice)?,
            Fate::Postponed => {
                let put_off = PostponeOffering {
                    occurred_on: later(day, 14),
                    reason: Some(reason()),
                    on: later(on, 28),
                    place: None,
                    site: None,
                };
                stream.enter(later(day, 14), dice, OfferingCommand::Postpone(put_off))?;
                stream.hold(later(on, 28), dice)?;
            }
            Fate::Cancelled => {
                let cancel = CancelOffering {
                    occurred_on: later(day, 21),
                    reason: reason(),
                };
                stream.enter(later(day, 21), dice, OfferingCommand::Cancel(cancel))?;
            }
        }
        let held_on = stream.state.as_ref().and_then(State::as_offering);
        if let Some(on) = held_on.and_then(|state| state.held_on) {
            let reached = (self.streams, stream.steps.len() as u64);
            let id = stream.id;
            self.held.push(Held { id, on, reached });
        }
        self.take(stream);
        Ok(())
    }

    fn solution(
        &mut self,
        ground: &Ground<'_>,
        number: u64,
        dice: &mut Dice,
    ) -> Result<(), PlanError> {
        let from = later(BEGIN, dice.between(20, 900));
        let (revised, withdrawn) = changes(number);
        let catalogue = ground.catalogue;
        let origins: Vec<_> = catalogue
            .origins_on(Some(from))
            .map(|one| one.code.clone())
            .collect();
        let (theme, undertaking) = (dice.word(words::THEMES), dice.word(words::UNDERTAKINGS));
        let describe = DescribeSolution {
            occurred_on: from,
            reason: None,
            title: Line(format!("{undertaking} {theme} (Beispiel {})", number + 1)),
            description: Prose(format!(
                "{undertaking} zum Thema {theme}; gebraucht werden eine Koordination und Rückhalt der Leitung."
            )),
            origin: dice.one(&origins).unwrap_or_default(),
            donor: None,
            dimensions: some(
                dice,
                catalogue
                    .dimensions_on(Some(from))
                    .iter()
                    .map(|one| &one.code),
            ),
            focus_areas: some(
                dice,
                catalogue
                    .focus_areas_on(Some(from))
                    .iter()
                    .map(|one| &one.code),
            ),
        };
        let mut stream = Stream::new(dice.id(), self.streams, ground);
        stream.enter(from, dice, SolutionCommand::Describe(describe))?;
        if let Some(state) = &stream.state {
            self.states.insert(stream.id, state.clone());
        }
        if revised {
            let occurred_on = later(from, dice.between(200, 700));
            let revise = ReviseSolution {
                occurred_on,
                reason: None,
                changes: SolutionChanges {
                    description: Some(Prose(format!(
                        "{undertaking} zum Thema {theme}; {}",
                        dice.word(words::OUTCOMES)
                    ))),
                    dimensions: None,
                    donor: Change::Keep,
                    focus_areas: None,
                    origin: None,
                    title: None,
                },
            };
            stream.enter(occurred_on, dice, SolutionCommand::Revise(revise))?;
        }
        let until = if withdrawn {
            later(from, dice.between(1_200, 2_000))
        } else {
            END
        };
        if withdrawn {
            let withdraw = WithdrawSolution {
                occurred_on: until,
                reason: Prose::from("Eine neuere Fassung tritt an ihre Stelle (Beispiel)."),
            };
            stream.enter(until, dice, SolutionCommand::Withdraw(withdraw))?;
            if let Some(last) = stream.steps.last_mut() {
                last.alone = true;
            }
        }
        self.offered.push(Offered {
            id: stream.id,
            from,
            until,
            stream: self.streams,
        });
        self.take(stream);
        Ok(())
    }

    fn take(&mut self, stream: Stream<'_>) {
        if let Some(state) = stream.state.filter(|state| state.as_offering().is_some()) {
            self.states.insert(stream.id, state);
        }
        self.steps.extend(stream.steps);
        self.streams += 1;
    }
}

/// The stream of one offer while it is planned.
struct Stream<'a> {
    id: Uuid,
    place: usize,
    ground: &'a Ground<'a>,
    state: Option<State>,
    steps: Vec<Step>,
}

impl<'a> Stream<'a> {
    fn new(id: Uuid, place: usize, ground: &'a Ground<'a>) -> Self {
        Self {
            id,
            place,
            ground,
            state: None,
            steps: Vec::new(),
        }
    }

    fn enter(
        &mut self,
        day: Date,
        dice: &mut Dice,
        wish: impl Into<Wish>,
    ) -> Result<(), PlanError> {
        let wish = wish.into();
        let command = match &wish {
            Wish::Offering(command) => Command::Offering(command.clone()),
            Wish::Solution(command) => Command::Solution(command.clone()),
            Wish::Case(kind, target, body) => Command::Case(kind.command(*target, body.clone())?),
        };
        let state = self.state.take();
        let events = self.ground.decide(
            self.id,
            state.as_ref(),
            &command,
            BTreeMap::new(),
            Uuid::nil(),
        )?;
        self.state = events.iter().fold(state, State::evolve);
        let nobody = || PlanError::Nobody(self.ground.agency.code.clone());
        self.steps.push(Step {
            stream: self.place,
            entered_on: day,
            by: dice.one(&self.ground.advisors).ok_or_else(nobody)?,
            wish,
            made: self.steps.is_empty().then_some(self.id),
            after: None,
            alone: false,
        });
        Ok(())
    }

    fn hold(&mut self, on: Date, dice: &mut Dice) -> Result<(), PlanError> {
        let hold = HoldOffering {
            occurred_on: on,
            reason: None,
        };
        self.enter(on, dice, OfferingCommand::Hold(hold))
    }
}

impl From<OfferingCommand> for Wish {
    fn from(command: OfferingCommand) -> Self {
        Self::Offering(command)
    }
}

impl From<SolutionCommand> for Wish {
    fn from(command: SolutionCommand) -> Self {
        Self::Solution(command)
    }
}

/// One to three of the codes.
fn some<'c>(dice: &mut Dice, codes: impl Iterator<Item = &'c String>) -> Vec<String> {
    let codes: Vec<_> = codes.map(String::as_str).collect();
    let found = dice.words(&codes, 1, 3).into_iter();
    found.map(str::to_owned).collect()
}

/// The place of one of `count` things that lie evenly in `span`.
fn spread(number: u64, count: u64, span: u32) -> u32 {
    u32::try_from(u64::from(span) * number / count.max(1)).unwrap_or(0)
}
