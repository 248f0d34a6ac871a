//! What a path names, and what of it there is for the caller.

use std::sync::Arc;

use actix_web::dev::Url;
use fallbuch_domain::StreamKind;
use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::case::Target;
use fallbuch_persistence::{CaseHead, CaseRead, StreamRead};
use uuid::Uuid;

use crate::language::Localized;
use crate::problem::Problem;
use crate::violation::{RequestPart, Violation, ViolationCode};

/// What a path addresses.
#[derive(Default)]
pub(crate) struct Addressed {
    head: Option<CaseHead>,
    case: Option<CaseRead>,
    stream: Option<StreamRead>,
    target: Option<Uuid>,
    version: Option<u64>,
    agency: Option<(u64, Arc<AgencyState>)>,
}

impl Addressed {
    /// Where the case is in its history; the path of the operation has one.
    pub(crate) fn head(&self) -> Result<CaseHead, Problem> {
        self.head.ok_or_else(Problem::not_found)
    }

    /// The case; the path of the operation has one, and the operation needs its state.
    pub(crate) fn case(&self) -> Result<&CaseRead, Problem> {
        self.case.as_ref().ok_or_else(Problem::not_found)
    }

    /// The offering or solution; the path of the operation has one.
    pub(crate) fn stream(&self) -> Result<&StreamRead, Problem> {
        self.stream.as_ref().ok_or_else(Problem::not_found)
    }

    /// The agency, and the version of its own stream.
    pub(crate) fn agency(&self) -> Result<(u64, &Arc<AgencyState>), Problem> {
        let (version, state) = self.agency.as_ref().ok_or_else(Problem::not_found)?;
        Ok((*version, state))
    }

    /// The thing of the case, such as a need, or the member, engagement or site of the agency.
    pub(crate) fn target(&self) -> Result<Uuid, Problem> {
        self.target.ok_or_else(Problem::not_found)
    }

    /// The version.
    pub(crate) fn version(&self) -> Result<u64, Problem> {
        self.version.ok_or_else(Problem::not_found)
    }
}

/// What a path names below its agency. An id that is none is a violation, told once the caller is
/// known to have access.
#[derive(Default)]
pub(super) struct Path {
    pub(super) case_id: Option<Uuid>,
    /// One of the case's things.
    thing: Option<(Target, Uuid)>,
    member: Option<Uuid>,
    engagement: Option<Uuid>,
    /// An offering or a solution.
    stream: Option<(StreamKind, Uuid)>,
    site: Option<Uuid>,
    version: Option<u64>,
}

impl Path {
    pub(super) fn read(
        segments: &actix_web::dev::Path<Url>,
        violations: &mut Vec<Violation>,
    ) -> Self {
        let mut id = |name: &str| {
            let text = segments.get(name)?;
            // One spelling per id: what is not in it names nothing that ever was handed out.
            let id = Uuid::try_parse(text)
                .ok()
                .filter(|id| id.to_string() == text);
            if id.is_none() {
                violations.push(segment(
                    name,
                    "Erwartet wird eine UUID in Kleinbuchstaben mit Bindestrichen.",
                    "A UUID in lower case with hyphens is expected.",
                ));
            }
            id
        };
        let offering = id("offering_id").map(|id| (StreamKind::Offering, id));
        let solution = id("solution_id").map(|id| (StreamKind::Solution, id));
        let mut path = Self {
            case_id: id("case_id"),
            thing: Target::THINGS
                .iter()
                .find_map(|thing| Some((*thing, id(thing.parameter()?)?))),
            member: id("member_id"),
            engagement: id("engagement_id"),
            stream: offering.or(solution),
            site: id("site_id"),
            version: None,
        };
        if let Some(text) = segments.get("version") {
            path.version = text.parse().ok().filter(|_| !text.starts_with(['+', '0']));
            if path.version.is_none() {
                violations.push(segment(
                    "version",
                    "Erwartet wird eine ganze Zahl ab 1.",
                    "A whole number from 1 is expected.",
                ));
            }
        }
        path
    }

    /// The offering or solution that it names.
    pub(super) fn stream(&self) -> Option<Uuid> {
        self.stream.map(|(_, id)| id)
    }

    /// What it addresses, for an operation that needs no state.
    pub(super) fn addressed_head(&self, head: Option<CaseHead>) -> Result<Addressed, Problem> {
        Ok(Addressed {
            head: Some(head.ok_or_else(Problem::not_found)?),
            version: self.version,
            ..Addressed::default()
        })
    }

    /// What it addresses; what names nothing here, or something of another agency, is 404.
    pub(super) fn addressed(
        &self,
        agency: (u64, Arc<AgencyState>),
        case: Option<CaseRead>,
        stream: Option<StreamRead>,
    ) -> Result<Addressed, Problem> {
        if self.case_id.is_none() {
            // Who left is still there to be named: a departure that is sent again is answered as before. So is a
            // site that was closed.
            let member = self.member.map(|member| agency.1.knows_member(member));
            let engagement = self.engagement.map(|id| agency.1.engagement(id).is_some());
            let site = self.site.map(|site| agency.1.knows_site(site));
            if [member, engagement, site].contains(&Some(false)) {
                return Err(Problem::not_found());
            }
            let is_named = |stream: &StreamRead| {
                Some(stream.state.kind()) == self.stream.map(|(kind, _)| kind)
            };
            let stream = stream.filter(is_named);
            if self.stream.is_some() && stream.is_none() {
                return Err(Problem::not_found());
            }
            return Ok(Addressed {
                version: self.version,
                target: self.member.or(self.engagement).or(self.site),
                agency: Some(agency),
                stream,
                ..Addressed::default()
            });
        }
        let case = case.ok_or_else(Problem::not_found)?;
        let state = &case.state;
        if let Some((thing, id)) = self.thing
            && !state.targets(thing).contains(&Some(id))
        {
            return Err(Problem::not_found());
        }
        Ok(Addressed {
            head: Some(CaseHead {
                id: case.id,
                version: case.version,
            }),
            case: Some(case),
            target: self.thing.map(|(_, id)| id),
            version: self.version,
            agency: Some(agency),
            stream: None,
        })
    }
}

fn segment(name: &str, de: &'static str, en: &'static str) -> Violation {
    Violation::named(
        RequestPart::Path,
        name,
        ViolationCode::Format,
        Localized::fixed(de, en),
    )
}
