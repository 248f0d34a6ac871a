//! The life of one case, from the opening to its last event: as many events as its outline says, on days
//! that never go back.

mod agreements;
mod assessments;
mod beginning;
mod ending;
mod records;
mod work;

use std::collections::BTreeMap;

use fallbuch_domain::case::command::Target;
use fallbuch_domain::case::{CaseState, CommandKind};
use fallbuch_domain::catalogue::Municipality;
use fallbuch_domain::{Command, EventData, Permission, State};
use serde_json::{Value, json};
use time::{Date, Duration};
use uuid::Uuid;

use super::dice::Dice;
use super::extent::CaseOutline;
use super::offers::Offers;
use super::plan::{BEGIN, END, Ground, PlanError, Step, Wish, days_between, later};
use super::words;

/// Something that may happen next: whether it did.
type Happening<L> = fn(&mut L) -> Result<bool, PlanError>;

/// When a case opens and when its last event is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    opens: Date,
    ends: Date,
    /// Whether it is closed in the end.
    closes: bool,
}

impl Span {
    /// The span of the `slot`th of `slots` cases of one municipality, which never overlap.
    pub(super) fn of(
        municipality: &Municipality,
        slot: usize,
        slots: usize,
        case: &CaseOutline,
        dice: &mut Dice,
    ) -> Self {
        let part = |slot: usize| {
            let days = u64::from(days_between(BEGIN, END)) * slot as u64 / slots.max(1) as u64;
            later(BEGIN, u32::try_from(days).unwrap_or(0))
        };
        let (first, last) = (
            part(slot),
            part(slot + 1).saturating_sub(Duration::days(10)),
        );
        let room = days_between(first, last);
        // What lives to see the end of its key has to be open then.
        let opens = match municipality.valid_to {
            Some(ended) => later(first, dice.between(60, days_between(first, ended) * 3 / 4)),
            None => later(first, dice.between(5, room * 6 / 10)),
        };
        let left = days_between(opens, last);
        let wanted = match (case.declined, municipality.valid_to) {
            (true, _) => dice.between(60, 400),
            (false, Some(ended)) => days_between(opens, ended) + dice.between(500, 1_100),
            (false, None) => dice.between(900, 2_600),
        };
        Self {
            opens,
            ends: later(opens, wanted.min(left)),
            closes: wanted < left || case.declined || slot + 1 < slots,
        }
    }
}

/// A case while it is planned.
pub(super) struct Life<'a> {
    ground: &'a Ground<'a>,
    offers: &'a Offers,
    dice: Dice,
    /// Its place in the plan, and its planned id.
    stream: usize,
    id: Uuid,
    day: Date,
    state: Option<State>,
    steps: Vec<Step>,
}

impl<'a> Life<'a> {
    /// What may happen, and how often it is thought of. What does not fit the state does not happen.
    const HAPPENINGS: [(u32, Happening<Self>); 18] = [
        (26, Self::contact),
        (20, Self::initial_meeting),
        (16, Self::need),
        (3, Self::need_changes),
        (14, Self::priority),
        (3, Self::priority_changes),
        (16, Self::agreement),
        (10, Self::agreement_changes),
        (22, Self::assessment),
        (12, Self::model_solution),
        (14, Self::measure),
        (9, Self::qualification),
        (9, Self::funding),
        (8, Self::record),
        (20, Self::follow_up),
        (8, Self::people),
        (6, Self::document),
        (1, Self::pause),
    ];

    pub(super) fn new(
        ground: &'a Ground<'a>,
        offers: &'a Offers,
        mut dice: Dice,
        stream: usize,
    ) -> Self {
        Self {
            ground,
            offers,
            id: dice.id(),
            dice,
            stream,
            day: BEGIN,
            state: None,
            steps: Vec::new(),
        }
    }

    /// Everything that happens in the case; `after` is the stream of the municipality's case before, with
    /// its length.
    pub(super) fn live(
        mut self,
        municipality: &Municipality,
        outline: &CaseOutline,
        span: Span,
        after: Option<(usize, u64)>,
    ) -> Result<Vec<Step>, PlanError> {
        let days = self.days(outline.length, span);
        let last = days.len().saturating_sub(1);
        // Some closed cases are taken up again.
        let reopened = (!outline.declined && self.dice.chance(12)).then_some(last * 3 / 4);
        for (number, day) in days.into_iter().enumerate() {
            self.day = day;
            let succeeds = number < last && self.has_to_succeed(municipality);
            match number {
                0 => self.open(municipality)?,
                1 => self.contact_anyway()?,
                _ if number == last && span.closes => self.close(outline.declined)?,
                _ if self.is_closed() => self.reopen()?,
                _ if succeeds => self.succeed(municipality)?,
                _ if outline.declined => self.decline(number)?,
                _ if Some(number) == reopened => self.close(false)?,
                _ => self.go_on()?,
            }
        }
        if let Some(first) = self.steps.first_mut() {
            first.after = after;
        }
        Ok(self.steps)
    }

    /// So many working days of the span, in their order.
    fn days(&mut self, count: u64, span: Span) -> Vec<Date> {
        let room = days_between(span.opens, span.ends);
        let mut offsets: Vec<_> = (2..count).map(|_| self.dice.between(0, room)).collect();
        offsets.extend([0, room]);
        offsets.sort_unstable();
        let days = offsets.into_iter().map(|offset| {
            let day = later(span.opens, offset);
            // Saturdays count as the Friday before, Sundays as the Monday after: the order stays.
            match day.weekday() {
                time::Weekday::Saturday => day.saturating_sub(Duration::days(1)),
                time::Weekday::Sunday => later(day, 1),
                time::Weekday::Monday
                | time::Weekday::Tuesday
                | time::Weekday::Wednesday
                | time::Weekday::Thursday
                | time::Weekday::Friday => day,
            }
        });
        days.collect()
    }

    /// Whatever fits.
    fn go_on(&mut self) -> Result<(), PlanError> {
        if self.case().is_some_and(|case| case.pause.is_some()) && self.dice.chance(70) {
            return self.resume();
        }
        let all: u32 = Self::HAPPENINGS.iter().map(|(weight, _)| weight).sum();
        for _ in 0..40 {
            let mut thrown = self.dice.between(1, all);
            for (weight, happening) in Self::HAPPENINGS {
                if thrown <= weight {
                    if happening(self)? {
                        return Ok(());
                    }
                    break;
                }
                thrown -= weight;
            }
        }
        self.contact_anyway()
    }

    fn case(&self) -> Option<&CaseState> {
        self.state.as_ref().and_then(State::as_case)
    }

    fn is_closed(&self) -> bool {
        self.case().is_some_and(|case| case.closing.is_some())
    }

    /// Enters a command about the case as a whole; the day stands in its body unless another does.
    fn enter(&mut self, kind: CommandKind, body: Value) -> Result<bool, PlanError> {
        self.enter_on(kind, Uuid::nil(), body)
    }

    /// Enters a command about one of the case's things.
    fn enter_on(
        &mut self,
        kind: CommandKind,
        target: Uuid,
        mut body: Value,
    ) -> Result<bool, PlanError> {
        if let Some(members) = body.as_object_mut() {
            let day = members.entry("occurred_on");
            day.or_insert_with(|| json!(self.day));
        }
        let command = kind.command(target, body.clone())?;
        let needs = command.needs(self.case(), self.ground.catalogue).streams;
        let known = needs.iter().filter_map(|id| {
            let state = self.offers.states.get(id)?;
            Some((*id, state.clone()))
        });
        let known: BTreeMap<_, _> = known.collect();
        let after = needs.first().and_then(|id| self.reached(*id));
        let by = self.clerk(kind);
        let new_id = self.dice.id();
        let state = self.state.take();
        let command = Command::Case(command);
        let events = self
            .ground
            .decide(self.id, state.as_ref(), &command, known, new_id)?;
        self.state = events.iter().fold(state, State::evolve);
        let made = events.iter().find_map(|event| match &event.data {
            EventData::Case(data) => data.made(),
            EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
        });
        self.steps.push(Step {
            stream: self.stream,
            entered_on: self.day,
            by,
            wish: Wish::Case(kind, target, body),
            // A new draft of an agreement is none of a new thing.
            made: made.filter(|made| *made == new_id),
            after,
            alone: false,
        });
        Ok(true)
    }

    /// How far another stream has to have come before this case can name it.
    fn reached(&self, id: Uuid) -> Option<(usize, u64)> {
        let held = self.offers.held.iter();
        let held = held.filter(|one| one.id == id).map(|one| one.reached);
        let offered = self.offers.offered.iter();
        let offered = offered
            .filter(|one| one.id == id)
            .map(|one| (one.stream, 1));
        held.chain(offered).next()
    }

    /// Who enters it: the advisor what happened, the coordinator what asks for more.
    fn clerk(&self, kind: CommandKind) -> Uuid {
        let advisor = self.case().map(|case| case.advisor);
        let records = kind.permission() == Permission::CaseRecord;
        advisor
            .filter(|_| records && kind.target() != Target::NewCase)
            .unwrap_or(self.ground.coordinator)
    }

    fn subject(&mut self) -> String {
        let (theme, aspect) = (
            self.dice.word(words::THEMES),
            self.dice.word(words::ASPECTS),
        );
        format!("{theme}: {aspect}")
    }

    fn reason(&mut self) -> &'static str {
        self.dice.word(words::REASONS)
    }

    fn participants(&mut self) -> Value {
        let functions = self.dice.words(words::FUNCTIONS, 1, 4);
        let named = functions
            .iter()
            .map(|function| json!({"function": function}));
        named.collect()
    }

    fn subjects(&mut self) -> Value {
        let count = self.dice.between(1, 3);
        (0..count).map(|_| Value::from(self.subject())).collect()
    }

    /// One of the documents that are linked, now and then.
    fn paper(&mut self) -> Option<Uuid> {
        use fallbuch_domain::case::DocumentStatus;
        let documents = self.case()?.documents.iter();
        let linked = documents.filter(|one| one.status == DocumentStatus::Linked);
        let linked: Vec<_> = linked.map(|one| one.id).collect();
        self.dice.one(&linked).filter(|_| self.dice.chance(40))
    }
}

/// A body without the members that are null: absent is how a client leaves something out.
fn filled(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}
