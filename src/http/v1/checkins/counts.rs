//! Those who come without a sign-up, and counts of heads.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::device::check_name;
use crate::app::checkins::{Came, LetIn};
use crate::db::headcounts;
use crate::domain::ids::SessionId;
use crate::domain::invalid::Invalid;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::params::PathId;
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff;
use crate::http::state::Members;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(record_walk_in).service(set_headcount);
}

/// Most people who come together without a sign-up.
const MOST_TOGETHER: u16 = 500;

/// Most heads of a session.
const MOST_HEADS: i32 = 1_000_000;

/// Some who come without a sign-up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WalkInEntry {
    /// What the device calls itself.
    #[schema(example = "door-1", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$")]
    device_id: String,
    /// What the device calls it: sent again, it changes nothing; with another number of `people` it is 409 `keyReused`.
    #[schema(example = "w-0001", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$")]
    entry_id: String,
    /// How many they are.
    #[schema(example = 2, minimum = 1, maximum = 500)]
    people: u16,
    /// Whether they are let in where no seat is left: then they take what is left, and are counted as people. A device
    /// that was without network says so, as they are inside by then.
    #[schema(example = false)]
    #[serde(default)]
    beyond_capacity: bool,
    /// Whether the device takes the entry of this name back, which gives its seats back.
    #[schema(example = false)]
    #[serde(default)]
    undo: bool,
}

/// What became of some who came without a sign-up.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalkIns {
    /// What the device calls it.
    #[schema(example = "w-0001")]
    entry_id: String,
    /// How many they are; 0 if the entry was taken back.
    #[schema(example = 2, minimum = 0)]
    people: i32,
    /// How much of the capacity they take.
    #[schema(example = 2, minimum = 0)]
    seats: i32,
    /// How many came to the session in all without a sign-up.
    #[schema(example = 5, minimum = 0)]
    walk_ins: i64,
    /// How much of the capacity is taken now.
    #[schema(example = 33, minimum = 0)]
    taken: i32,
    /// How much there is; absent: unlimited.
    #[schema(example = 40, minimum = 0)]
    capacity: Option<i32>,
}

/// How many were there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountedHeads {
    /// How many, by a count of heads.
    #[schema(example = 64, minimum = 0, maximum = 1000000)]
    people: i32,
}

/// A count of heads.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Headcount {
    /// How many.
    #[schema(example = 64, minimum = 0)]
    people: i32,
    /// When it was told.
    #[schema(example = "2026-11-28T15:00:00+08:00", value_type = String, format = DateTime)]
    counted_at: Rfc3339,
}

/// Let in who has no sign-up
///
/// Takes seats as a party of that many would. Where too few are left it is 409 `full`, unless `beyondCapacity`: who stands
/// at the door sees whether those who signed up will still come. Capacity is never exceeded on paper; people are counted.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SessionId>, Once<WalkInEntry>),
    request_body = WalkInEntry,
    security(("person" = [])),
    responses(
        (status = 200, description = "Let in, or taken back.", body = WalkIns),
        (status = 403, description = "`forbidden`: only those who run the desk of an organiser.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`full`: too few seats are left. `doorsClosed`: nobody is checked in at this time. \
            `keyReused`: this `entryId` said another number. `organisationSuspended`: whoever signed up is let in, and \
            nobody else.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/{id}/walk-ins")]
async fn record_walk_in(
    desk: staff::Desk,
    body: Once<WalkInEntry>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    desk.more_than_doors()?;
    let Once { body, repeat } = body;
    let came = body.came().map_err(Problem::unprocessable)?;
    let let_in = move |members: &Members| {
        members.checkins.let_in(desk.session, desk.person.id, &came, repeat.as_ref())
    };
    Ok(private::answer(StatusCode::OK, WalkIns::from(members.into_inner().aside(let_in).await?)))
}

/// Say how many were there
///
/// A count of heads, for sessions where nobody signs up or nobody was checked in. The last count stands.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SessionId>),
    request_body = CountedHeads,
    security(("person" = [])),
    responses(
        (status = 200, description = "The count.", body = Headcount),
        (status = 403, description = "`forbidden`: only those who run the desk of an organiser.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/sessions/{id}/headcount")]
async fn set_headcount(
    desk: staff::Desk,
    body: Json<CountedHeads>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    desk.more_than_doors()?;
    let people = body.0.people;
    let mut invalid = Invalid::default();
    invalid.range("people", people, 0, MOST_HEADS);
    invalid.or(()).map_err(Problem::unprocessable)?;
    let count = move |members: &Members| members.checkins.count(desk.session, desk.person.id, people);
    Ok(private::answer(StatusCode::OK, Headcount::from(members.into_inner().aside(count).await?)))
}

impl WalkInEntry {
    fn came(self) -> Result<Came, Invalid> {
        let mut invalid = Invalid::default();
        check_name("deviceId", &self.device_id, &mut invalid);
        check_name("entryId", &self.entry_id, &mut invalid);
        invalid.range("people", self.people, 1, MOST_TOGETHER);
        invalid.or(Came {
            device: self.device_id,
            entry: self.entry_id,
            people: self.people,
            beyond_capacity: self.beyond_capacity,
            undo: self.undo,
        })
    }
}

impl From<LetIn> for WalkIns {
    fn from(LetIn { came, all, taken, capacity }: LetIn) -> Self {
        Self {
            entry_id: came.entry,
            people: if came.undone { 0 } else { came.people },
            seats: came.seats,
            walk_ins: all,
            taken,
            capacity,
        }
    }
}

impl From<headcounts::Headcount> for Headcount {
    fn from(count: headcounts::Headcount) -> Self {
        Self { people: count.people, counted_at: rfc3339(count.counted_at) }
    }
}
