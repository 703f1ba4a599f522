//! The yearly report (年度报送) of an organisation: what it did in a year, as one document.

mod sheets;
pub mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Datelike, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use super::statistics::reader;
use crate::db::records::Stored;
use crate::db::{self, AnyConn, bases, statistics};
use crate::domain::bases::Base;
use crate::domain::events::Event;
use crate::domain::ids::OrganisationId;
use crate::domain::organisations::Organisation;
use crate::domain::record::Record;
use crate::domain::statistics::{Figures, Happening};
use crate::domain::time::day_of;
use crate::http::forms::sheets::{self as forms, FORMAT, Format, Xlsx};
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::statistics::Days;
use shown::{Told, YearlyReport};

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_yearly_report);
}

/// What `GET /v1/manage/organisations/{id}/yearly-report` takes.
pub struct GetYearlyReport;

const YEAR: Param = Param::new(
    "year",
    Kind::Integer { min: 2000, max: 2100 },
    "The calendar year at the venue; without it, the present one so far.",
    "2026",
);
const FORM: Param = Param {
    kind: Kind::Word(&["json", "xlsx"]),
    about: "The form of the answer; wins over `Accept`. The workbook has a sheet for each part.",
    ..FORMAT
};

impl Table for GetYearlyReport {
    const PARAMS: &'static [&'static [Param]] = &[&[YEAR, FORM], LANGUAGE];
}

/// What the store knows of a year.
pub(super) struct Year {
    /// Which.
    year: i32,
    /// Whose.
    organisation: Record<Organisation>,
    /// Its events with their sessions of the year.
    happenings: Vec<Happening>,
    /// What these events are.
    events: Vec<Record<Event>>,
    /// The same of the year before.
    before: Vec<Happening>,
    /// Its bases.
    bases: Vec<Record<Base>>,
}

/// Read the yearly report of an organisation
///
/// A year as one document: the organisation and its bases with their levels, what took place and who came, by month, topic,
/// audience and division, by event and by campaign with its part in it, and what changed against the year before. Nothing is
/// left out, and nobody is named. Its members read it, and keys with `events:read`; the authority gets it from them.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<GetYearlyReport>),
    security(("person" = [])),
    responses((status = 200, description = "The report.", content(
        (YearlyReport = "application/json"),
        (Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )))
)]
#[get("/v1/manage/organisations/{id}/yearly-report")]
async fn get_yearly_report(
    author: Author,
    id: PathId<OrganisationId>,
    asked: Asked<GetYearlyReport>,
    request: HttpRequest,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (now, snapshot) = (state.now(), state.snapshot()?);
    let year = asked.params.integer(&YEAR).unwrap_or_else(|| day_of(now).year());
    let samples = state.live.shows_samples();
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            reader(conn, &author, id.0)?;
            Ok::<_, Problem>(read(conn, id.0, year, samples)?.ok_or(Code::NotFound)?)
        })
    };
    let known = members.into_inner().aside(read).await?;
    let told = Told { live: &state.live, snapshot: &snapshot, lang: asked.lang, now };
    let report = YearlyReport::new(&known, &told);
    if Format::wanted(&asked.params, request.headers()) != Format::Xlsx {
        return Ok(private::answer(StatusCode::OK, report));
    }
    let (name, book) = sheets::of(&report, asked.lang);
    forms::download(Format::Xlsx, &name, &book)
}

fn read(conn: &mut AnyConn, id: OrganisationId, year: i32, samples: bool) -> Result<Option<Year>, db::Error> {
    let Some(organisation) = Organisation::get(conn, id.get())? else { return Ok(None) };
    let mut of = |year| {
        let Some(days) = Days::of_year(year) else { return Ok(Vec::new()) };
        let (from, to) = days.span();
        let asked = statistics::Asked { from, to, organisation: Some(id), samples };
        statistics::happenings(conn, &asked)
    };
    let (happenings, before) = (of(year)?, of(year - 1)?);
    let ids: Vec<i64> = happenings.iter().map(|one| one.event.get()).collect();
    let events = Event::find(conn, &ids)?;
    let bases = bases::of_organisation(conn, id)?;
    Ok(Some(Year { year, organisation, happenings, events, before, bases }))
}

/// The figures of one event.
fn of_event(happening: &Happening, now: DateTime<Utc>) -> Figures {
    let mut figures = Figures::default();
    happening.sessions.iter().for_each(|session| figures.add(&session.figures(now)));
    figures.events = u64::from(figures.sessions > 0);
    figures
}
