//! Steps: what a line of a table asks for, still in the agency's own numbers.

use fallbuch_domain::case::command::{
    AgreePriority, CaptureNeed, DraftAgreement, OpenCase, RecordContact, RecordInitialMeeting,
    ScheduleFollowUp, SignAgreement,
};
use fallbuch_domain::case::{CaseCommand, CommandKind};
use serde_json::Value;
use time::Date;
use uuid::Uuid;

use super::form::{Column, Form, agreement, case, contact, follow_up, need, priority};
use super::problem::Place;
use super::reader::{Mark, RowReader};

/// A thing of a case by the agency's own number.
pub(super) type Thing = (Form, String);

/// What part of a case a step is, in the order in which they follow upon each other on one day: nothing depends on
/// what comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// Its opening.
    Opening,
    /// A contact.
    Contact,
    /// An initial meeting.
    Meeting,
    /// A need.
    Need,
    /// A priority.
    Priority,
    /// The draft of an agreement.
    Draft,
    /// An agreement's signing.
    Signing,
    /// A follow-up.
    FollowUp,
}

impl Part {
    /// The form it comes from.
    pub(super) fn form(self) -> Form {
        match self {
            Self::Opening => Form::Cases,
            Self::Contact | Self::Meeting => Form::Contacts,
            Self::Need => Form::Needs,
            Self::Priority => Form::Priorities,
            Self::Draft | Self::Signing => Form::Agreements,
            Self::FollowUp => Form::FollowUps,
        }
    }

    /// The kind of its command.
    pub(super) fn kind(self) -> CommandKind {
        match self {
            Self::Opening => CommandKind::OpenCase,
            Self::Contact => CommandKind::RecordContact,
            Self::Meeting => CommandKind::RecordInitialMeeting,
            Self::Need => CommandKind::CaptureNeed,
            Self::Priority => CommandKind::AgreePriority,
            Self::Draft => CommandKind::DraftAgreement,
            Self::Signing => CommandKind::SignAgreement,
            Self::FollowUp => CommandKind::ScheduleFollowUp,
        }
    }

    /// The word by which its key is told from others of the same line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Opening
            | Self::Contact
            | Self::Meeting
            | Self::Need
            | Self::Priority
            | Self::Draft
            | Self::FollowUp => "line",
        }
    }

    /// Where the members of its body stand in the table.
    fn pointers(self) -> &'static [(&'static str, &'static Column)] {
        match self {
            Self::Opening => case::POINTERS,
            Self::Contact | Self::Meeting => contact::POINTERS,
            Self::Need => need::POINTERS,
            Self::Priority => priority::POINTERS,
            Self::Draft => agreement::DRAFT_POINTERS,
            Self::Signing => agreement::SIGNING_POINTERS,
            Self::FollowUp => follow_up::POINTERS,
        }
    }

    /// The column that a member of the body comes from; the line's own reference or number, if none does.
    pub(super) fn column(self, pointer: Option<&str>) -> &'static Column {
        let pointer = pointer.unwrap_or_default();
        let mut pointers = self.pointers().iter();
        let found = pointers.find(|(known, _)| pointer.starts_with(known));
        let own = match self {
            Self::Opening => &super::form::CASE,
            Self::Contact
            | Self::Meeting
            | Self::Need
            | Self::Priority
            | Self::Draft
            | Self::Signing
            | Self::FollowUp => &super::form::NUMBER,
        };
        found.map_or(own, |(_, column)| column)
    }
}

/// What a step asks for; the ids of other things of the case are still to be put in.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// Open the case.
    Open(OpenCase),
    /// Record a contact.
    Contact(RecordContact),
    /// Record an initial meeting.
    Meeting(RecordInitialMeeting),
    /// Capture a need.
    Need(CaptureNeed),
    /// Agree a priority.
    Priority(AgreePriority),
    /// Draft an agreement.
    Draft(DraftAgreement),
    /// Sign it.
    Signing(SignAgreement),
    /// Schedule a follow-up.
    FollowUp(ScheduleFollowUp),
}

impl Wish {
    /// The same with the ids of what the step names.
    pub(super) fn linked(self, linked: Vec<Uuid>) -> Self {
        match self {
            Self::Priority(body) => Self::Priority(AgreePriority {
                needs: linked,
                ..body
            }),
            Self::Draft(body) => Self::Draft(DraftAgreement {
                priorities: linked,
                ..body
            }),
            Self::Open(_)
            | Self::Contact(_)
            | Self::Meeting(_)
            | Self::Need(_)
            | Self::Signing(_)
            | Self::FollowUp(_) => self,
        }
    }

    /// The command; none if it is about an agreement and there is none.
    pub(super) fn command(self, about: Option<Uuid>) -> Option<CaseCommand> {
        Some(match self {
            Self::Open(body) => CaseCommand::OpenCase(body),
            Self::Contact(body) => CaseCommand::RecordContact(body),
            Self::Meeting(body) => CaseCommand::RecordInitialMeeting(body),
            Self::Need(body) => CaseCommand::CaptureNeed(body),
            Self::Priority(body) => CaseCommand::AgreePriority(body),
            Self::Draft(body) => CaseCommand::DraftAgreement(body),
            Self::Signing(body) => CaseCommand::SignAgreement(about?, body),
            Self::FollowUp(body) => CaseCommand::ScheduleFollowUp(body),
        })
    }

    /// The body with the name of its schema in the contract.
    pub(super) fn body(&self) -> Result<(&'static str, Value), serde_json::Error> {
        Ok(match self {
            Self::Open(body) => ("OpenCase", serde_json::to_value(body)?),
            Self::Contact(body) => ("RecordContact", serde_json::to_value(body)?),
            Self::Meeting(body) => ("RecordInitialMeeting", serde_json::to_value(body)?),
            Self::Need(body) => ("CaptureNeed", serde_json::to_value(body)?),
            Self::Priority(body) => ("AgreePriority", serde_json::to_value(body)?),
            Self::Draft(body) => ("DraftAgreement", serde_json::to_value(body)?),
            Self::Signing(body) => ("SignAgreement", serde_json::to_value(body)?),
            Self::FollowUp(body) => ("ScheduleFollowUp", serde_json::to_value(body)?),
        })
    }
}

/// Other things of the case that a step names by the agency's own numbers.
#[derive(Clone, Debug)]
pub(super) struct Links {
    /// What kind of things.
    pub(super) form: Form,
    /// Their numbers.
    pub(super) numbers: Vec<String>,
    /// Where they are named.
    pub(super) place: Place,
}

impl Links {
    /// Things of a form, named at a place.
    pub(super) fn new(form: Form, numbers: Vec<String>, place: Place) -> Self {
        Self {
            form,
            numbers,
            place,
        }
    }
}

/// A line's wish, with all that tells it from others.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// What part of the case it is.
    pub(super) part: Part,
    /// The agency's own reference of the case.
    pub(super) reference: String,
    /// The agency's own number of the thing; none for the case itself, and where it cannot be read.
    pub(super) number: Option<String>,
    /// The day it happened; none if it cannot be read.
    pub(super) day: Option<Date>,
    /// What it names.
    pub(super) links: Option<Links>,
    /// What it asks for; none if the line cannot be read.
    pub(super) wish: Option<Wish>,
    /// All that the line says of it, in one spelling.
    pub(super) content: Vec<(&'static str, String)>,
    /// The line, at its reference or number.
    pub(super) place: Place,
    /// Where each column stands that a rule may speak of.
    spots: Vec<(&'static Column, Place)>,
    /// Whether the line could be read.
    is_sound: bool,
}

impl Step {
    /// A step of what was read since a mark; none if it belongs to no case.
    pub(super) fn of(
        row: &RowReader<'_>,
        since: Mark,
        part: Part,
        (reference, number): (Option<String>, Option<String>),
        day: Option<Date>,
    ) -> Option<Self> {
        let reference = reference?;
        let own = part.column(None);
        let is_told_apart = part == Part::Opening || number.is_some();
        let columns = part
            .pointers()
            .iter()
            .map(|(_, column)| *column)
            .chain([own]);
        Some(Self {
            part,
            reference,
            number,
            day,
            links: None,
            wish: None,
            content: row.values(since, row.mark()),
            place: row.place(own),
            spots: columns.map(|column| (column, row.place(column))).collect(),
            is_sound: is_told_apart && row.is_sound_since(since),
        })
    }

    /// The step with the wish, if the line could be read.
    pub(super) fn with(mut self, wish: Option<Wish>) -> Self {
        self.wish = wish.filter(|_| self.is_sound);
        self
    }

    /// The step with what it names.
    pub(super) fn linked(mut self, links: Links) -> Self {
        self.links = Some(links);
        self
    }

    /// The step as one of a line that cannot be told from another one.
    pub(super) fn doubtful(mut self) -> Self {
        self.wish = None;
        self.number = None;
        self
    }

    /// The step with more of what the line says.
    pub(super) fn about(
        mut self,
        content: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        self.content.extend(content);
        self
    }

    /// The thing of the case that it is about or makes, by form and number.
    pub(super) fn thing(&self) -> Option<Thing> {
        let number = self.number.clone()?;
        Some((self.part.form(), number))
    }

    /// The place of the member of the body that a rule speaks of.
    pub(super) fn place_of(&self, pointer: Option<&str>) -> Place {
        let column = self.part.column(pointer);
        let mut spots = self.spots.iter();
        let found = spots.find(|(known, _)| known.is(column));
        found.map_or_else(|| self.place.clone(), |(_, place)| place.clone())
    }

    /// What its idempotency key is made of: the same line has the same key, whatever file it stands in.
    pub(super) fn key(&self) -> String {
        let number = self.number.as_deref().unwrap_or_default();
        let parts = [
            self.part.form().code(),
            &self.reference,
            number,
            self.part.word(),
        ];
        // As a list of texts, so that no two lines run together.
        format!("import/{}", Value::from(parts.map(Value::from).to_vec()))
    }

    /// What it says, for the fingerprint.
    pub(super) fn fingerprinted(&self) -> String {
        let mut content: Vec<_> = self.content.iter().collect();
        content.sort_unstable();
        content.dedup();
        let pair = |(name, text): &(&str, String)| Value::from(vec![*name, text.as_str()]);
        Value::from(content.into_iter().map(pair).collect::<Vec<_>>()).to_string()
    }
}
