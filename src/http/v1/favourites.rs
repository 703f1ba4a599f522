//! Favourites (收藏): what somebody wants to find again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, put, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bases::BaseItem;
use super::events::EventItem;
use super::routes::RouteItem;
use super::search::{FoundBase, FoundEvent, FoundRoute, FoundSeries, ItemKind};
use super::series::SeriesItem;
use super::view::View;
use crate::db::{self, favourites};
use crate::discovery::page::{Answer, Key};
use crate::discovery::question::Question;
use crate::discovery::{EventFound, Snapshot};
use crate::domain::events::Event;
use crate::domain::favourites::Favourite;
use crate::domain::ids::{self, BaseId, EventId, RouteId, SeriesId};
use crate::domain::kinds;
use crate::http::list::Crs;
use crate::http::params::groups::{CRS, LANGUAGE, PAGE};
use crate::http::params::{Asked, Param, PathFavourite, Table};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_favourites).service(add_favourite).service(remove_favourite);
}

/// A favourite that is published no more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GoneFavourite {
    /// What kind of thing it was.
    pub kind: ItemKind,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Always `true`.
    #[schema(example = true)]
    pub gone: bool,
}

/// A favourite: its kind and the item of that kind's list, or that it is gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum FavouriteItem<'a> {
    /// An event.
    Event(Box<FoundEvent<'a>>),
    /// A base.
    Base(Box<FoundBase<'a>>),
    /// A science-tourism route.
    Route(Box<FoundRoute<'a>>),
    /// A lecture series.
    Series(Box<FoundSeries<'a>>),
    /// Something that is published no more.
    Gone(GoneFavourite),
}

/// A page of favourites.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FavouriteList<'a> {
    /// The favourites of this page, the latest first.
    // In line: a generator makes nothing of a named union.
    #[schema(inline)]
    pub items: Vec<FavouriteItem<'a>>,
    /// How many there are in all, exactly.
    #[schema(example = 12)]
    pub total: u64,
    /// The `cursor` of the next page; absent on the last.
    pub next_cursor: Option<String>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

impl<'a> FavouriteItem<'a> {
    /// A favourite as `view` shows it; `event` is all about it, where it is an event.
    fn new(view: &View<'a>, favourite: Favourite, event: Option<&'a Event>) -> Self {
        let world = view.snapshot;
        let shown = match favourite.kind {
            kinds::Kind::Event => {
                let entry = EventId::new(favourite.id).and_then(|id| world.event(id));
                entry.zip(event).map(|(entry, event)| {
                    let goes_on = Question::default().sessions_of(entry, view.now);
                    let (next, sessions) = (goes_on.first().copied(), goes_on.len());
                    let found = EventFound { entry, next, sessions, distance: None };
                    Self::Event(Box::new(EventItem::new(view, event, found).into()))
                })
            }
            kinds::Kind::Base => BaseId::new(favourite.id)
                .and_then(|id| world.bases.get(&id))
                .map(|entry| Self::Base(Box::new(BaseItem::new(view, entry, None).into()))),
            kinds::Kind::Route => RouteId::new(favourite.id)
                .and_then(|id| world.routes.get(&id))
                .map(|entry| Self::Route(Box::new(RouteItem::new(view, entry, None).into()))),
            kinds::Kind::Series => SeriesId::new(favourite.id)
                .and_then(|id| world.series.get(&id))
                .map(|entry| Self::Series(Box::new(SeriesItem::new(view, entry).into()))),
            _ => None,
        };
        shown.unwrap_or_else(|| {
            let kind = ItemKind::of(favourite.kind).unwrap_or(ItemKind::Event);
            Self::Gone(GoneFavourite { kind, id: ids::spell(favourite.id), gone: true })
        })
    }
}

fn is_published(snapshot: &Snapshot, Favourite { kind, id }: Favourite) -> bool {
    match kind {
        kinds::Kind::Event => EventId::new(id).is_some_and(|id| snapshot.event(id).is_some()),
        kinds::Kind::Base => BaseId::new(id).is_some_and(|id| snapshot.bases.contains_key(&id)),
        kinds::Kind::Route => RouteId::new(id).is_some_and(|id| snapshot.routes.contains_key(&id)),
        kinds::Kind::Series => SeriesId::new(id).is_some_and(|id| snapshot.series.contains_key(&id)),
        _ => false,
    }
}

/// What `GET /v1/me/favourites` takes.
pub struct ListFavourites;

impl Table for ListFavourites {
    const PARAMS: &'static [&'static [Param]] = &[PAGE, &[CRS], LANGUAGE];
}

/// List my favourites
///
/// All of them, the latest first, each as its list shows it with its `kind`. What is published no more has `gone` and its
/// id only. There are 500 at most.
#[utoipa::path(
    tag = "me",
    params(Asked<ListFavourites>),
    security(("person" = [])),
    responses((status = 200, description = "A page of favourites.", body = FavouriteList))
)]
#[get("/v1/me/favourites")]
async fn list_favourites(
    person: Person,
    asked: Asked<ListFavourites>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let limit = turn.paging.limit;
    let before = turn.paging.after.as_ref().map(|(_, number)| *number);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let found = favourites::of_person(conn, person.id, before, limit + 1)?;
            Ok::<_, db::Error>((found, favourites::count(conn, person.id)?))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(number, _)| (Key::Number(0), *number));

    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, turn.now);
    let mut whole = Vec::with_capacity(found.len());
    for (_, favourite) in found {
        let id = EventId::new(favourite.id).filter(|_| favourite.kind == kinds::Kind::Event);
        let entry = id.and_then(|id| snapshot.event(id));
        whole.push((favourite, entry.map(|entry| view.event(entry)).transpose()?));
    }
    let list = turn.page(Answer { found: whole.iter().collect(), total, next }, |(favourite, event)| {
        FavouriteItem::new(&view, *favourite, event.as_ref())
    });
    let list = FavouriteList {
        items: list.items,
        total: list.total,
        next_cursor: list.next_cursor,
        crs: view.crs.into(),
    };
    Ok(private::answer(StatusCode::OK, list))
}

/// Add a favourite
///
/// Adding twice is adding once.
#[utoipa::path(
    tag = "me",
    params(PathFavourite),
    security(("person" = [])),
    responses(
        (status = 204, description = "It is a favourite."),
        (status = 409, description = "`limitReached`: there are 500 already.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/me/favourites/{kind}/{id}")]
async fn add_favourite(
    person: Person,
    path: PathFavourite,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let PathFavourite(favourite) = path;
    if !is_published(&*state.snapshot()?, favourite) {
        return Err(Code::NotFound.into());
    }
    members.into_inner().aside(move |members| members.favourites.add(person.id, favourite)).await?;
    Ok(private::nothing())
}

/// Remove a favourite
///
/// Also what is published no more. Removing what is no favourite changes nothing.
#[utoipa::path(
    tag = "me",
    params(PathFavourite),
    security(("person" = [])),
    responses((status = 204, description = "It is no favourite."))
)]
#[delete("/v1/me/favourites/{kind}/{id}")]
async fn remove_favourite(
    person: Person,
    path: PathFavourite,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let PathFavourite(favourite) = path;
    members.into_inner().aside(move |members| members.favourites.remove(person.id, favourite)).await?;
    Ok(private::nothing())
}
