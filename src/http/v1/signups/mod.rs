//! Sign-ups (报名): made, read, changed and given up by whoever they are of.

mod answers;
mod asked;
mod attendance;
mod host;
mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use asked::{ChangedSignup, NewSignup};
pub use host::{HostedSignup, ListSessionSignups};
pub use shown::{Found, PartyRole, SignupItem, SignupStatus, StatusReason};

use super::filters::Plain;
use crate::app;
use crate::app::desk::{Attempt, Settled};
use crate::db::{self, AnyConn, signups};
use crate::discovery::Snapshot;
use crate::discovery::page::{Answer, Key};
use crate::discovery::policies::Standing;
use crate::domain::access::Caller;
use crate::domain::events::Event;
use crate::domain::ids::{SessionId, SignupId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::policies::PolicyKind;
use crate::domain::sessions::Session;
use crate::domain::signups::refusal::Refusal;
use crate::domain::signups::request::Request;
use crate::domain::signups::{RepeatKey, Signup, Status};
use crate::domain::text::Lang;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::person::{Claimed, Person};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::IdempotencyKey;
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(host::configure)
        .service(create_signup)
        .service(list_signups)
        .service(get_signup)
        .service(update_signup)
        .service(accept_offer)
        .service(cancel_signup);
}

/// What `GET /v1/me/signups` takes.
pub struct ListSignups;

impl Table for ListSignups {
    const PARAMS: &'static [&'static [Param]] = &[PAGE, LANGUAGE];
}

/// Sign up
///
/// Signs a party up for a session, or lets it queue. Who has a sign-up in the session that stands gets it as it stands (200):
/// nothing is changed, and `partyDiffers` says if that is not the party asked for; `PUT /v1/signups/{id}` changes it.
/// What is refused says why: `full` with what there is of a waiting list, `notOpen`, `closed`, `duplicate`, `limitReached`,
/// `notEligible`.
#[utoipa::path(
    tag = "signups",
    params(
        PathId<SessionId>,
        Asked<Plain>,
        IdempotencyKey,
    ),
    request_body(content = NewSignup, example = json!({
        "participants": [{ "self": true, "as": "guardian" }, { "name": "小明", "birthYear": 2016 }],
        "joinWaitlist": true, "consent": { "policyVersion": "1.0", "guardianFor": [1] },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "Signed up, or in the queue: `status` says which.", body = SignupItem),
        (status = 200, description = "The sign-up that stands already, unchanged; `partyDiffers` if another party was \
            asked for.", body = SignupItem),
        (status = 409, description = "`full`, `notOpen`, `closed`, `calledOff`, `signupNotNeeded`, `sampleEvent`, \
            `duplicate`, `limitReached`, `notEligible`, `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/sessions/{id}/signups")]
async fn create_signup(
    caller: Claimed,
    id: PathId<SessionId>,
    asked: Asked<Plain>,
    body: Json<NewSignup>,
    key: IdempotencyKey,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (id, caller, snapshot) = (id.0, caller.0, state.snapshot()?);
    let (session, event, attempt) = match attempt((&snapshot, &state, &members), id, caller, body.0, key) {
        Ok(attempted) => attempted,
        Err(refused) => {
            // Whoever has logged out is told that, and not how the session stands. A store that is away keeps nobody from
            // being refused.
            let members = members.into_inner();
            if members.accounts.ended.is_due() {
                let learn =
                    |members: &Members| members.accounts.ended.learn(&members.db, members.clock.now());
                let _ = members.clone().aside(learn).await;
            }
            let ended = members.accounts.ended.includes(caller);
            return Err(if ended { Code::LoginEnded.into() } else { refused });
        }
    };
    let wanted = attempt.request.clone();
    let Settled { signup, made } = members.desk.sign_up(attempt).await?;
    let differs = !made && wanted.differs(&signup);
    let mut found = Found::new(signup, session.clone(), &event);
    let members = members.into_inner();
    if found.signup.status == Status::Waitlisted {
        found = members.clone().aside(move |members| members.db.read(|conn| found.placed(conn))).await?;
    }
    let mut item = SignupItem::new(&found, members.checkins.tickets(), asked.lang, members.clock.now());
    item.party_differs = differs.then_some(true);
    // Where it stood already, the address is told too.
    let mut answer = private::made(format_args!("/v1/signups/{}", found.signup.id), item);
    if !made {
        *answer.status_mut() = StatusCode::OK;
    }
    Ok(answer)
}

/// The attempt that a request makes, beside its session and event; or why it is refused without the desk.
fn attempt<'a>(
    (snapshot, state, members): (&'a Snapshot, &State, &Members),
    id: SessionId,
    caller: Caller,
    body: NewSignup,
    key: IdempotencyKey,
) -> Result<(&'a Session, Event, Attempt), Problem> {
    let (event, session) = snapshot.session(id).ok_or(Code::NotFound)?;
    let wanted = body.request().map_err(Problem::unprocessable)?;
    let key = repeat_key(key, &wanted, id, members);
    check_policy(snapshot, state, &wanted)?;
    let now = session.signup_state(event.status, members.clock.now());
    if let Some(queue) = members.desk.lists.refuse(session, now, caller.person, &wanted) {
        return Err(Problem::refused(Refusal::Full(queue)));
    }
    let event = event.event().ok_or(Code::Internal)?;
    if event.sample && !members.sample_signups {
        return Err(Problem::refused(Refusal::Sample));
    }
    Ok((session, event, Attempt { caller, session: id, request: wanted, key }))
}

/// The key under which a request may be repeated, if it has one.
fn repeat_key(
    key: IdempotencyKey,
    wanted: &Request,
    session: SessionId,
    members: &Members,
) -> Option<RepeatKey> {
    let given = key.0?;
    // What `Debug` hides is spelled out: two requests with other names are two requests.
    let body_hash = members.vault.blind("signUp", &format!("{session}{}", wanted.spelled()));
    Some(RepeatKey { given, body_hash })
}

/// One agrees to the version that is in force.
fn check_policy(snapshot: &Snapshot, state: &State, wanted: &Request) -> Result<(), Problem> {
    let versions = snapshot.policies_at(state.now());
    let in_force = versions.iter().find(|(version, standing)| {
        *standing == Standing::Current && version.body.kind == PolicyKind::Signup
    });
    match in_force {
        Some((version, _)) if version.body.version != wanted.policy_version => {
            let value = wanted.policy_version.chars().take(32).collect();
            let allowed = vec![version.body.version.clone()];
            let code = FieldCode::NotAllowed { value, allowed };
            Err(Problem::unprocessable(Invalid::one("consent.policyVersion", code)))
        }
        _ => Ok(()),
    }
}

/// List my sign-ups
///
/// All of them, the latest first: those that stand, and those that came to their end.
#[utoipa::path(
    tag = "signups",
    params(Asked<ListSignups>),
    security(("person" = [])),
    responses((status = 200, description = "A page of sign-ups.", body = List<SignupItem>))
)]
#[get("/v1/me/signups")]
async fn list_signups(
    person: Person,
    asked: Asked<ListSignups>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let limit = turn.paging.limit;
    let before = turn.paging.after.as_ref().map(|(_, id)| SignupId::new(*id).ok_or(Code::CursorMalformed));
    let before = before.transpose()?;
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let mine = signups::of_person(conn, &members.vault, person.id, before, limit + 1)?;
            let total = signups::count_of_person(conn, person.id)?;
            Ok::<_, db::Error>((Found::read(conn, mine)?, total))
        })
    };
    let members = members.into_inner();
    let (mut found, total) = members.clone().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (Key::Number(0), last.signup.id.get()));
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let item =
        |found: Found| SignupItem::new(&found, members.checkins.tickets(), asked.lang, members.clock.now());
    let list = turn.page(Answer { found, total, next }, item);
    Ok(private::answer(StatusCode::OK, list))
}

/// Get a sign-up
///
/// One of mine, with its ticket, its place in the queue, or the seats that are offered.
#[utoipa::path(
    tag = "signups",
    params(PathId<SignupId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The sign-up.", body = SignupItem))
)]
#[get("/v1/signups/{id}")]
async fn get_signup(
    person: Person,
    id: PathId<SignupId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let signup =
                signups::get_of(conn, &members.vault, person.id, id.0)?.ok_or(app::Error::NotFound)?;
            one(conn, signup)
        })
    };
    let members = members.into_inner();
    let found = members.clone().aside(read).await?;
    Ok(answer(&found, &members, asked.lang))
}

/// Change a sign-up
///
/// Replaces the party and the answers: corrected, made smaller, or the list of a class filled in. `contact` and `headcount`
/// stay as they are where they are left out; `"contact": {}` removes it. Consent is needed for those under 14 who are new.
/// Freed seats go to whoever is next in the queue. Tickets that were given before are no longer good. After `cancelUntil` nobody is
/// replaced by somebody else (`replaced`): a slip in a name or a birth can be corrected, and a name given where there was
/// none; children under 14 can be left out until it begins, since their guardian may take back the consent. Where the host
/// approves sign-ups, whoever is replaced before that makes an approved one `pending` again, with its seats held. The list of
/// a class stays free, within its `headcount`, and can follow when it has been checked in; who was checked in by name stays.
#[utoipa::path(
    tag = "signups",
    params(PathId<SignupId>, Asked<Plain>),
    request_body(content = ChangedSignup, example = json!({
        "version": 1, "participants": [{ "self": true, "birthYear": 1990 }],
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up as it is now.", body = SignupItem),
        (status = 409, description = "`versionConflict`, `cancelClosed`, `signupOver`, `duplicate`, `limitReached`, \
            `notEligible`.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/signups/{id}")]
async fn update_signup(
    person: Person,
    id: PathId<SignupId>,
    asked: Asked<Plain>,
    body: Json<ChangedSignup>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (version, request) = body.0.request().map_err(Problem::unprocessable)?;
    act(members, asked.lang, move |members| members.signups.change(person.id, id.0, version, &request)).await
}

/// Accept an offer
///
/// Takes the seats that are held for whoever queued. Accepting twice is accepting once.
#[utoipa::path(
    tag = "signups",
    params(PathId<SignupId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up, with its seats.", body = SignupItem),
        (status = 409, description = "`offerLapsed`: nothing is offered yet, or not any more; `detail` says which.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/signups/{id}/accept")]
async fn accept_offer(
    person: Person,
    id: PathId<SignupId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(members, asked.lang, move |members| members.signups.accept(person.id, id.0)).await
}

/// Cancel a sign-up
///
/// Gives the seats up, or leaves the queue. Freed seats go to whoever is next. Cancelling twice is cancelling once. After
/// `cancelUntil` only a sign-up in which all who take part are children under 14 can be cancelled, until it begins: their
/// guardian may take back the consent.
#[utoipa::path(
    tag = "signups",
    params(PathId<SignupId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up, given up.", body = SignupItem),
        (status = 409, description = "`cancelClosed`: it is too late; `signupOver`: somebody of it came, or should have.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/signups/{id}/cancel")]
async fn cancel_signup(
    person: Person,
    id: PathId<SignupId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(members, asked.lang, move |members| members.signups.cancel(person.id, id.0)).await
}

/// Does something about a sign-up, and answers with what it is then.
pub(super) async fn act(
    members: web::Data<Members>,
    lang: Lang,
    work: impl FnOnce(&Members) -> Result<Signup, app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let done = move |members: &Members| {
        let signup = work(members)?;
        members.db.snapshot(|conn| one(conn, signup))
    };
    let members = members.into_inner();
    let found = members.clone().aside(done).await?;
    Ok(answer(&found, &members, lang))
}

fn one(conn: &mut AnyConn, signup: Signup) -> Result<Found, app::Error> {
    Found::read(conn, vec![signup])?.pop().ok_or(app::Error::NotFound)
}

fn answer(found: &Found, members: &Members, lang: Lang) -> HttpResponse {
    let item = SignupItem::new(found, members.checkins.tickets(), lang, members.clock.now());
    private::answer(StatusCode::OK, item)
}
