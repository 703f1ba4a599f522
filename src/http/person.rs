//! Who calls. A handler that takes a [`Person`] is for whoever is logged in, and says so in its signature; one that
//! takes none never looks at `Authorization`. Those who hold a role have extractors of their own in [`super::staff`].

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::problem::{Code, Problem};
use super::state::Members;
use crate::db::{AnyConn, logins};
use crate::domain::access::{Caller, Rejected};
use crate::domain::ids::{LoginId, PersonId};

/// Somebody whose access token is genuine, and whose login stood when the store was asked, just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// By which login.
    pub login: LoginId,
}

/// What an extractor gives once the store was asked.
pub(super) type Asking<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Person {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        known(request, |_, person| Ok(person))
    }
}

/// Whoever calls, where they say who they are: an operation that everybody may use, and that remembers who did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Perhaps(pub Option<Person>);

impl FromRequest for Perhaps {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(header::AUTHORIZATION) {
            return Box::pin(ready(Ok(Self(None))));
        }
        known(request, |_, person| Ok(Self(Some(person))))
    }
}

/// Whoever calls, and what `read` makes of them with the same connection to the store.
pub(super) fn known<T: Send + 'static>(
    request: &HttpRequest,
    read: impl FnOnce(&mut AnyConn, Person) -> Result<T, Problem> + Send + 'static,
) -> Asking<T> {
    let members = request.app_data::<web::Data<Members>>().map(|members| Arc::clone(members));
    let members = members.ok_or_else(|| Problem::from(Code::Unavailable));
    let claimed = members.and_then(|members| Ok((caller(request, &members)?, members)));
    Box::pin(async move {
        let (caller, members) = claimed?;
        let ask = move |members: &Members| {
            members.db.read(|conn| {
                if !logins::stands(conn, caller)? {
                    return Err(Code::LoginEnded.into());
                }
                let Caller { person: id, login } = caller;
                read(conn, Person { id, login })
            })
        };
        members.aside(ask).await
    })
}

/// Whoever the access token names, if it is genuine. The store is not asked whether the login stands: for handlers that
/// have it asked with what they do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed(pub Caller);

impl FromRequest for Claimed {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let members = request.app_data::<web::Data<Members>>().ok_or_else(|| Code::Unavailable.into());
        ready(members.and_then(|members| caller(request, members).map(Self)))
    }
}

/// Whom the access token of a request names, if it is genuine; remembered, so that the signature is checked once.
pub(super) fn verified(request: &HttpRequest) -> Option<Caller> {
    let caller = claimed(request.app_data::<web::Data<Members>>()?, request.headers()).ok()?;
    request.extensions_mut().insert(caller);
    Some(caller)
}

/// Whom the access token of a request names, whose signature may have been checked before.
fn caller(request: &HttpRequest, members: &Members) -> Result<Caller, Problem> {
    let verified = request.extensions().get::<Caller>().copied();
    verified.map_or_else(|| claimed(members, request.headers()), Ok)
}

/// Whom the access token of a request names; the store is not asked.
fn claimed(members: &Members, headers: &HeaderMap) -> Result<Caller, Problem> {
    let token = bearer(headers).ok_or(Code::Unauthenticated)?;
    members.keys.verify(token, members.clock.now()).map_err(|rejected| match rejected {
        Rejected::NotGenuine => Code::AccessTokenInvalid.into(),
        Rejected::Expired => Code::AccessTokenExpired.into(),
    })
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1); the scheme's case does not count.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}
