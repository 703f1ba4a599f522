//! The sessions of an organisation as a file that can be imported again: what comes back unchanged is all `same`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Timelike, Utc};
use hashbrown::HashMap;

use super::words::{ADMISSIONS, DATUMS, MODES, WAITLISTS};
use crate::app::drafts;
use crate::db::drafts as drafted;
use crate::db::external_ids::{self, Named};
use crate::db::{AnyConn, sessions};
use crate::discovery::Snapshot;
use crate::domain::api_keys::Scope;
use crate::domain::datum;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Draft, body};
use crate::domain::events::{Event, EventStatus};
use crate::domain::geo::Crs;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::imports::MOST_ROWS;
use crate::domain::imports::columns::Column;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind as Kinds;
use crate::domain::places::Place;
use crate::domain::roles::MemberRole;
use crate::domain::sessions::Session;
use crate::domain::taxonomy::{AUDIENCE, FORM, TOPIC};
use crate::domain::text::Lang;
use crate::domain::time::{CHINA, day_of, end_of, start_of};
use crate::http::forms::sheets::{self, Cell, Format, Sheet, Xlsx};
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::{Code, Problem};
use crate::http::staff::{Author, Known};
use crate::http::state::{Members, State};

/// What `GET /v1/manage/sessions` takes.
pub struct ExportSessions;

const ORGANISATION: Param = Param::new(
    "organisation",
    Kind::Id,
    "Whose sessions; may be left out by who writes for one organisation only.",
    "01h2x7m9k4qpz",
);
const EVENT: Param = Param::new("event", Kind::Id, "Only those of this event.", "01h2x7m9k4qpz");
const FROM: Param = Param::new("from", Kind::Date, "The first day; today if absent.", "2026-11-25");
const TO: Param = Param::new("to", Kind::Date, "The last day; absent: all that come.", "2026-12-31");
const FORMAT: Param = Param::new(
    "format",
    Kind::Word(&["csv", "xlsx"]),
    "The form of the file; wins over `Accept`. `xlsx` if neither says.",
    "csv",
);

impl Table for ExportSessions {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, EVENT, FROM, TO, FORMAT], LANGUAGE];
}

/// The columns of the file: those of the template, the times in two of them.
fn columns() -> impl Iterator<Item = Column> {
    Column::ALL.iter().copied().filter(|column| !matches!(column, Column::Date | Column::Time))
}

/// Download my sessions
///
/// Those that are not called off, as a file that can be changed and imported again: numbers are those by which they were
/// imported, else the ids here. At most 10,000; `from` and `to` take fewer.
#[utoipa::path(
    tag = "manage",
    params(Asked<ExportSessions>),
    security(("person" = [])),
    responses((status = 200, description = "The file.", content(
        (Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv", example = "场次编号,活动编号,活动名称\r\nLAB-1,LAB,冬夜观星\r\n"),
    )))
)]
#[get("/v1/manage/sessions")]
pub(super) async fn export_sessions(
    request: HttpRequest,
    author: Author,
    asked: Asked<ExportSessions>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let named: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let organisation = match (named, &author.roles().organisations(MemberRole::Editor)[..]) {
        (Some(named), _) => named,
        (None, [only]) => *only,
        (None, []) => return Err(Code::Forbidden.into()),
        (None, _) => return Err(Invalid::one("organisation", FieldCode::Missing).into()),
    };
    author.of_organisation(organisation, MemberRole::Editor, Some(Scope::EventsRead), Known::ToAll)?;
    let event: Option<EventId> = asked.params.text(&EVENT).and_then(|id| id.parse().ok());
    let from = start_of(asked.params.date(&FROM).unwrap_or_else(|| day_of(state.clock.now())));
    let to = asked.params.date(&TO).map_or(DateTime::<Utc>::MAX_UTC, end_of);
    let (snapshot, lang) = (state.snapshot()?, asked.lang);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let shows = |session: &Session| {
                session.end > from && session.start < to && session.status != EventStatus::Cancelled
            };
            let mine = Mine::read(conn, organisation, event, &shows)?;
            if mine.sessions.len() > MOST_ROWS {
                return Err(Invalid::one("to", FieldCode::TooMany { max: MOST_ROWS }).into());
            }
            mine.sheet(&snapshot, lang).map_err(Problem::from)
        })
    };
    let sheet = members.into_inner().aside_in_turn(|members| &members.importing, read).await?;
    let format = match asked.params.word(&FORMAT) {
        Some("csv") => Format::Csv,
        Some(_) => Format::Xlsx,
        None if crate::http::forms::accept::prefers(request.headers(), "text/csv") => Format::Csv,
        None => Format::Xlsx,
    };
    let name = match lang {
        Lang::ZhCn => "活动场次",
        Lang::ZhHk => "活動場次",
        Lang::En => "Sessions",
    };
    sheets::download(format, &format!("{name} {}", day_of(state.clock.now())), &[sheet])
}

/// More than any organisation has.
const MOST_EVENTS: usize = 1_000_000;

/// What an organisation has.
struct Mine {
    drafts: HashMap<i64, Draft>,
    /// In order of start.
    sessions: Vec<Session>,
    event_names: HashMap<i64, String>,
    session_names: HashMap<i64, String>,
}

impl Mine {
    fn read(
        conn: &mut AnyConn,
        organisation: OrganisationId,
        event: Option<EventId>,
        shows: &dyn Fn(&Session) -> bool,
    ) -> Result<Self, Problem> {
        let owned = drafted::Owned { kind: Kinds::Event, organisations: vec![organisation], state: None };
        let mut ids: Vec<i64> = drafted::ids_of(conn, &owned, None, MOST_EVENTS)?
            .into_iter()
            .filter(|id| event.is_none_or(|event| event.get() == *id))
            .collect();
        if event.is_some() && ids.is_empty() {
            return Err(Code::NotFound.into());
        }
        ids.sort_unstable();
        let drafts = drafts::current_many::<Event>(conn, &ids)?;
        let all = sessions::of_events(conn, &ids)?;
        let mut sessions: Vec<Session> =
            all.into_values().flatten().filter(|session| shows(session)).collect();
        sessions.sort_by_key(|session| (session.start, session.id));
        let session_ids: Vec<i64> = sessions.iter().map(|session| session.id.get()).collect();
        Ok(Self {
            event_names: external_ids::names(conn, organisation, Named::Event, &ids)?,
            session_names: external_ids::names(conn, organisation, Named::Session, &session_ids)?,
            drafts,
            sessions,
        })
    }

    fn sheet(&self, snapshot: &Snapshot, lang: Lang) -> Result<Sheet, crate::app::Error> {
        let mut rows = Vec::with_capacity(self.sessions.len());
        let mut events: HashMap<i64, HashMap<Column, Cell>> = HashMap::new();
        for session in &self.sessions {
            let event = session.event.get();
            let Some(draft) = self.drafts.get(&event) else { continue };
            if !events.contains_key(&event) {
                let filled: Event = body::filled(&draft.body, draft.division)?;
                let mut cells = event_cells(&filled, draft, snapshot);
                let name = self.event_names.get(&event).cloned();
                cells.insert(Column::Event, Cell::Text(name.unwrap_or_else(|| session.event.to_string())));
                events.insert(event, cells);
            }
            let name = self.session_names.get(&session.id.get()).cloned();
            let mut own = session_cells(session, snapshot);
            own.insert(Column::Session, Cell::Text(name.unwrap_or_else(|| session.id.to_string())));
            let of_event = events.get(&event);
            let cell = |column: Column| {
                let known = own.get(&column).or_else(|| of_event.and_then(|cells| cells.get(&column)));
                known.cloned().unwrap_or(Cell::Empty)
            };
            rows.push(columns().map(cell).collect());
        }
        let name = if lang == Lang::En { "Sessions" } else { "活动场次" };
        let columns = columns().map(|column| column.heading(lang).to_owned()).collect();
        Ok(Sheet { name: name.to_owned(), columns, rows })
    }
}

/// What is said of an event, in words of the template.
fn event_cells(event: &Event, draft: &Draft, snapshot: &Snapshot) -> HashMap<Column, Cell> {
    let said = |field: &str| draft.body.contains_key(field);
    let term = |scheme: &str, code: &str| {
        // A name that is not the only one would not find its way back.
        let name = snapshot.taxonomy.name(scheme, code).map(|name| name.zh_cn.clone());
        name.filter(|name| {
            let all = snapshot.taxonomy.terms(scheme);
            all.filter(|term| term.body.name.forms().any(|form| form == name)).count() == 1
                && !name.contains(['、', ',', '，', ';', '；', '/', '／', '|'])
        })
        .unwrap_or_else(|| code.to_owned())
    };
    let terms = |scheme: &str, codes: &[crate::domain::taxonomy::Code]| {
        codes.iter().map(|code| term(scheme, &code.0)).collect::<Vec<_>>().join("、")
    };
    let mut cells = HashMap::new();
    let mut put = |column, cell: Cell| drop(cells.insert(column, cell));
    if said("title") {
        put(Column::Title, Cell::Text(event.title.zh_cn.clone()));
    }
    if said("summary") {
        put(Column::Summary, Cell::Text(event.summary.zh_cn.clone()));
    }
    put(Column::Description, Cell::text(event.description.as_ref().map(|text| text.zh_cn.clone())));
    if said("form") {
        put(Column::Form, Cell::Text(term(FORM, &event.form.0)));
    }
    put(Column::Topics, Cell::Text(terms(TOPIC, &event.topics)));
    put(Column::Audiences, Cell::Text(terms(AUDIENCE, &event.audiences)));
    put(Column::Tags, Cell::Text(event.tags.join("、")));
    put(Column::AgeMin, event.ages.min.map_or(Cell::Empty, Cell::count));
    put(Column::AgeMax, event.ages.max.map_or(Cell::Empty, Cell::count));
    if said("free") {
        put(Column::Free, truth(event.free));
    }
    if let Some(price) = &event.price {
        put(Column::Price, price.amount.map_or(Cell::Empty, Cell::Number));
        put(Column::PriceText, Cell::text(price.text.as_ref().map(|text| text.zh_cn.clone())));
    }
    if said("mode") {
        put(Column::Mode, word(&MODES, event.mode));
    }
    if said("admission") {
        put(Column::Admission, word(&ADMISSIONS, event.admission));
    }
    put(Column::OnlineUrl, Cell::text(event.online.as_ref().and_then(|online| online.url.clone())));
    if let Some(signup) = &event.external_signup {
        put(Column::SignupUrl, Cell::text(signup.url.clone()));
        put(Column::SignupPhone, Cell::text(signup.phone.clone()));
    }
    put(Column::Base, Cell::text(event.base.map(|base| base.to_string())));
    put(Column::Language, Cell::Text(event.language.clone()));
    if let Some(place) = &event.place {
        cells.extend(place_cells(
            place,
            [Column::Place, Column::Address, Column::District, Column::Room, Column::Lat, Column::Lng],
            snapshot,
        ));
        cells.insert(Column::Transit, Cell::text(place.transit.as_ref().map(|way| way.zh_cn.clone())));
    }
    cells.insert(Column::Crs, word(&DATUMS, Crs::Gcj02));
    cells
}

fn session_cells(session: &Session, snapshot: &Snapshot) -> HashMap<Column, Cell> {
    let mut cells = HashMap::new();
    let mut put = |column, cell: Cell| drop(cells.insert(column, cell));
    put(Column::Start, instant(session.start));
    put(Column::End, instant(session.end));
    put(Column::Capacity, session.capacity.map_or(Cell::Empty, Cell::count));
    if let Some(terms) = session.signup.as_deref() {
        put(Column::SignupOpensAt, terms.opens_at.map_or(Cell::Empty, instant));
        put(Column::SignupClosesAt, terms.closes_at.map_or(Cell::Empty, instant));
        put(Column::WaitlistMode, word(&WAITLISTS, terms.waitlist_mode));
        put(Column::PartyMax, Cell::count(terms.party_max));
        put(Column::GuardianRequired, truth(terms.guardian_required));
        put(Column::PhoneRequired, truth(terms.phone_required));
        put(Column::Approval, truth(terms.approval));
    }
    put(Column::Notice, Cell::text(session.notice.as_ref().map(|notice| notice.text.zh_cn.clone())));
    if let Some(place) = session.place.as_deref() {
        cells.extend(place_cells(
            place,
            [
                Column::SessionPlace,
                Column::SessionAddress,
                Column::SessionDistrict,
                Column::SessionRoom,
                Column::SessionLat,
                Column::SessionLng,
            ],
            snapshot,
        ));
    }
    cells
}

fn place_cells(
    place: &Place,
    [name, address, district, room, lat, lng]: [Column; 6],
    snapshot: &Snapshot,
) -> Vec<(Column, Cell)> {
    let mut cells = vec![
        (name, Cell::Text(place.name.zh_cn.clone())),
        (address, Cell::Text(place.address.zh_cn.clone())),
        (district, Cell::Text(called(place.adcode, snapshot))),
        (room, Cell::text(place.room.as_ref().map(|room| room.zh_cn.clone()))),
    ];
    if let Some(point) = place.position {
        let (north, east) = datum::to_crs(point, place.adcode.is_mainland(), Crs::Gcj02);
        cells.extend([(lat, Cell::Number(six(north))), (lng, Cell::Number(six(east)))]);
    }
    cells
}

/// A division as people call it, if that finds its way back; else its code.
fn called(adcode: Adcode, snapshot: &Snapshot) -> String {
    let divisions = &snapshot.divisions;
    let own = divisions.get(adcode).map(|division| division.name.zh_cn.clone());
    let alike = |name: &String| {
        divisions.iter().filter(|division| division.name.forms().any(|form| form == name)).count() == 1
    };
    own.filter(alike).unwrap_or_else(|| adcode.to_string())
}

/// To six decimals, a tenth of a metre: what maps show.
fn six(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

/// An instant; with its seconds in words, where it has any.
fn instant(at: DateTime<Utc>) -> Cell {
    if at.second() == 0 && at.nanosecond() == 0 {
        Cell::Instant(at)
    } else {
        Cell::Text(at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M:%S").to_string())
    }
}

fn truth(truth: bool) -> Cell {
    Cell::Text(if truth { "是" } else { "否" }.to_owned())
}

fn word<T: PartialEq>(words: &[(&str, T)], meant: T) -> Cell {
    Cell::text(words.iter().find(|(_, meaning)| *meaning == meant).map(|(word, _)| *word))
}
