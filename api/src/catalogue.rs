//! The code lists, the same for all agencies.

use actix_web::{HttpResponse, get};
use fallbuch_domain::catalogue::{Dimension, FocusArea, Format, Municipality, Origin, Programme};
use serde::Serialize;
use time::Date;
use time::macros::format_description;
use utoipa::ToSchema;

use crate::answer::{Caching, representation};
use crate::language::Localized;
use crate::operation::{self, Operation};
use crate::problem::Problem;
use crate::request::{Caller, Parameters, Query};

/// The day on which entries are to be valid.
pub(crate) struct ValidOn(Option<Date>);

impl Query for ValidOn {
    fn take(parameters: &mut Parameters) -> Self {
        let message = Localized::fixed(
            "Erwartet wird ein Datum wie 2015-04-27.",
            "A date such as 2015-04-27 is expected.",
        );
        Self(parameters.value("valid_on", message, |text| {
            Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
        }))
    }
}

macro_rules! lists {
    ($( $name:ident of $item:ident, $doc:literal; )+) => {
        $(
            #[doc = $doc]
            #[derive(Serialize, ToSchema)]
            pub(crate) struct $name {
                /// The entries.
                items: Vec<$item>,
            }
        )+
    };
}

lists! {
    MunicipalityList of Municipality, "The municipalities, in the order of their keys.";
    DimensionList of Dimension, "The quality dimensions, in their order.";
    FocusAreaList of FocusArea, "The focus areas, in their order.";
    ProgrammeList of Programme, "The funding programmes.";
    OriginList of Origin, "The origins of model solutions.";
    FormatList of Format, "The formats of offerings, in their order.";
}

fn answer<O: Operation, T: Serialize>(
    caller: &Caller<O, ValidOn>,
    list: &T,
) -> Result<HttpResponse, Problem> {
    representation(&caller.headers, 0, list, Caching::Public)
}

/// List the municipalities
///
/// Landkreise, kreisfreie Städte and Berlin's boroughs with the time for which their keys are valid.
/// Source: Statistisches Bundesamt (Destatis), Gemeindeverzeichnis GV-ISys, 30.11.2023; own selection
/// of columns.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The municipalities.", body = MunicipalityList))
)]
#[get("/v1/catalogue/municipalities")]
pub(crate) async fn list_municipalities(
    caller: Caller<operation::ListMunicipalities, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller
        .services
        .store
        .catalogue()
        .municipalities_on(caller.query.0);
    answer(
        &caller,
        &MunicipalityList {
            items: items.cloned().collect(),
        },
    )
}

/// List the quality dimensions
///
/// The dimensions of municipal education management with their guiding questions.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The dimensions.", body = DimensionList))
)]
#[get("/v1/catalogue/dimensions")]
pub(crate) async fn list_dimensions(
    caller: Caller<operation::ListDimensions, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller
        .services
        .store
        .catalogue()
        .dimensions_on(caller.query.0);
    answer(
        &caller,
        &DimensionList {
            items: items.into_iter().cloned().collect(),
        },
    )
}

/// List the focus areas
///
/// What target agreements usually set their priorities in.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The focus areas.", body = FocusAreaList))
)]
#[get("/v1/catalogue/focus-areas")]
pub(crate) async fn list_focus_areas(
    caller: Caller<operation::ListFocusAreas, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller
        .services
        .store
        .catalogue()
        .focus_areas_on(caller.query.0);
    answer(
        &caller,
        &FocusAreaList {
            items: items.into_iter().cloned().collect(),
        },
    )
}

/// List the funding programmes
///
/// The programmes with their calls, deadlines and who is eligible.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The programmes.", body = ProgrammeList))
)]
#[get("/v1/catalogue/programmes")]
pub(crate) async fn list_programmes(
    caller: Caller<operation::ListProgrammes, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller
        .services
        .store
        .catalogue()
        .programmes_on(caller.query.0);
    answer(
        &caller,
        &ProgrammeList {
            items: items.cloned().collect(),
        },
    )
}

/// List the origins of model solutions
///
/// The federal programmes whose results are transferred.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The origins.", body = OriginList))
)]
#[get("/v1/catalogue/origins")]
pub(crate) async fn list_origins(
    caller: Caller<operation::ListOrigins, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller.services.store.catalogue().origins_on(caller.query.0);
    answer(
        &caller,
        &OriginList {
            items: items.cloned().collect(),
        },
    )
}

/// List the formats of offerings
///
/// In what form agencies offer qualification: theme days, workshops and others.
#[utoipa::path(
    tag = "catalogue",
    params(("valid_on" = Option<Date>, Query, description = "Only entries valid on this day.")),
    responses((status = 200, description = "The formats.", body = FormatList))
)]
#[get("/v1/catalogue/formats")]
pub(crate) async fn list_formats(
    caller: Caller<operation::ListFormats, ValidOn>,
) -> Result<HttpResponse, Problem> {
    let items = caller.services.store.catalogue().formats_on(caller.query.0);
    answer(
        &caller,
        &FormatList {
            items: items.into_iter().cloned().collect(),
        },
    )
}
