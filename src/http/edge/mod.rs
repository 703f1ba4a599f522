//! What every request passes on its way in, and every answer on its way out.
//!
//! One middleware, so that the order can be read in one place ([`EdgeService`]): id and language → capacity → a body's time →
//! preflight → limits → methods and what nobody takes → the app, guarded against panics → problems rendered → ETag and 304 → compression → headers →
//! log and metrics. Each step is a file of its own.

mod caching;
mod capacity;
mod cors;
mod encoding;
mod headers;
mod observe;
mod receiving;
mod request_id;

use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpResponse, ResponseError};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tracing::Instrument;

use caching::Conditions;
use capacity::Places;
pub use capacity::{BODY_LIMIT, URI_LIMIT, body_limit};
use receiving::Timely;
pub use request_id::RequestIds;

use crate::domain::text::Lang;
use crate::http::declared::Declared;
use crate::http::language;
use crate::http::limits::{Limiter, Verdict};
use crate::http::methods;
use crate::http::problem::{Code, Problem};

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The edge: one per process, cloned into every worker.
#[derive(Debug, Clone)]
pub struct Edge {
    ids: Arc<RequestIds>,
    in_flight: Arc<Places>,
    /// For bodies that are not whole yet.
    receiving: Arc<Places>,
    limiter: Option<Arc<Limiter>>,
    declared: Arc<Declared>,
}

impl Edge {
    /// An edge around what is `declared` that lets `max_in_flight` requests be worked on at once, over all workers.
    #[must_use]
    pub fn new(ids: RequestIds, max_in_flight: usize, declared: Declared) -> Self {
        let in_flight = Places::new(max_in_flight, metrics::gauge!("http_requests_in_flight"));
        let receiving = Places::new((max_in_flight / 2).max(1), metrics::gauge!("http_bodies_in_flight"));
        Self {
            ids: Arc::new(ids),
            in_flight: Arc::new(in_flight),
            receiving: Arc::new(receiving),
            limiter: None,
            declared: Arc::new(declared),
        }
    }

    /// Gives the body of a request its time; `false` where too many bodies are on their way already.
    fn receive(&self, request: &mut ServiceRequest, path: &str) -> bool {
        let (_, payload) = request.parts_mut();
        match payload.take() {
            Payload::None => true,
            body => self.receiving.enter(path).is_some_and(|place| {
                request.set_payload(Timely::body(body, place));
                true
            }),
        }
    }

    /// The same, with limits to how often somebody may ask.
    #[must_use]
    pub fn limited(self, limiter: Arc<Limiter>) -> Self {
        Self { limiter: Some(limiter), ..self }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = EdgeService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(EdgeService { edge: self.clone(), service: Rc::new(service) }))
    }
}

/// The edge around a worker's app.
#[derive(Debug)]
pub struct EdgeService<S> {
    edge: Edge,
    service: Rc<S>,
}

/// What the edge remembers of a request while the app has it.
#[derive(Debug, Clone)]
struct Caller {
    id: String,
    lang: Lang,
    /// As the caller sent it; a HEAD travels through the app as a GET.
    method: Method,
    path: String,
}

impl<S, B> Service<ServiceRequest> for EdgeService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let caller = Caller {
            id: self.edge.ids.of(request.headers()),
            lang: language::of_request(request.query_string(), request.headers()),
            method: request.method().clone(),
            path: request.path().to_owned(),
        };
        let seen = observe::Seen::new(&caller);
        let span = tracing::info_span!("request", id = %caller.id);

        let slot = self.edge.in_flight.enter(&caller.path);
        let room = slot.is_some() && self.edge.receive(&mut request, &caller.path);
        let refused = capacity::check(&request).or((!room).then_some(Code::Unavailable));
        let early = refused
            .map(|code| Problem::from(code).render(caller.lang, &caller.id))
            .or_else(|| cors::preflight(&request));
        if let Some(response) = early {
            let response = request.into_response(finish(&caller, response, &Conditions::default()));
            span.in_scope(|| seen.answered(&response));
            return ready(Ok(response)).boxed_local();
        }

        if caller.method == Method::HEAD {
            // The protocol layer remembers the HEAD and sends no body.
            request.head_mut().method = Method::GET;
        }
        let conditions = Conditions::of(request.headers());
        let service = Rc::clone(&self.service);
        let (limiter, declared) = (self.edge.limiter.clone(), Arc::clone(&self.edge.declared));
        let work = async move {
            let _slot = slot;
            let verdict = match limiter {
                Some(limiter) => limiter.admit(&request).await,
                None => Verdict::default(),
            };
            let admitted = match verdict.retry_after {
                Some(seconds) => Err(Problem::too_many(seconds)),
                None => match methods::check(&request) {
                    Ok(()) => declared.check(&mut request).await,
                    wrong => wrong,
                },
            };
            if let Err(problem) = admitted {
                let refusal = problem.render(caller.lang, &caller.id);
                let mut response = request.into_response(finish(&caller, refusal, &conditions));
                verdict.state(response.headers_mut());
                seen.answered(&response);
                return Ok(response);
            }
            let answer = AssertUnwindSafe(async { service.call(request).await }).catch_unwind().await;
            let code = match answer {
                Ok(Ok(response)) => {
                    let (request, response) = response.map_into_boxed_body().into_parts();
                    let mut response = ServiceResponse::new(request, finish(&caller, response, &conditions));
                    verdict.state(response.headers_mut());
                    seen.answered(&response);
                    return Ok(response);
                }
                Ok(Err(error)) => unexpected(&error),
                // The panic hook has logged it, with its place.
                Err(_panic) => Code::Internal,
            };
            seen.lost(code);
            Err(Lost { code, caller }.into())
        };
        work.instrument(span).boxed_local()
    }
}

/// Makes of what the app answered what the caller gets. `conditions` are the caller's headers that choose
/// between a body, a compressed body and none.
fn finish(caller: &Caller, mut response: HttpResponse, conditions: &Conditions) -> HttpResponse {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = problem(caller, response);
    } else if status == StatusCode::OK && matches!(caller.method, Method::GET | Method::HEAD) {
        response = caching::validate(response, conditions);
        response = encoding::compress(response, conditions);
    }
    headers::add(caller, &mut response);
    response
}

/// Every error is a problem in the caller's language, whoever made it; only what a handler of ours wrote as
/// JSON (the report of `/readyz`) stands as it is.
fn problem(caller: &Caller, response: HttpResponse) -> HttpResponse {
    let render = |problem: &Problem| problem.render(caller.lang, &caller.id);
    let written = response.headers().get(header::CONTENT_TYPE);
    match response.error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => {
                if let Some(cause) = problem.cause() {
                    tracing::error!(%cause, "a request failed");
                }
                render(problem)
            }
            None => render(&unexpected(error).into()),
        },
        None if written.is_some_and(|kind| kind.as_bytes().starts_with(b"application/")) => response,
        None => render(&Code::of_status(response.status()).into()),
    }
}

/// The code for an error that is not ours; what is not the caller's fault is logged.
fn unexpected(error: &Error) -> Code {
    let code = Code::of_status(error.as_response_error().status_code());
    if code == Code::Internal {
        tracing::error!(%error, "a request failed");
    }
    code
}

/// An answer for when the app has lost the request: it travels as an error, which actix turns into a response.
#[derive(Debug, thiserror::Error)]
#[error("{code:?}")]
struct Lost {
    code: Code,
    caller: Caller,
}

impl ResponseError for Lost {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let problem = Problem::from(self.code).render(self.caller.lang, &self.caller.id);
        finish(&self.caller, problem, &Conditions::default())
    }
}
