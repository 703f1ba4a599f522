//! What operations declare to take, and nothing else.
//!
//! Whoever takes parameters or a body reads them strictly ([`super::params`], [`super::json`]). An operation that takes
//! none has nothing to read them with, and would pass over what a caller misspelt; so the edge asks here first. The
//! table comes from the document, which knows every mounted handler: no operation can forget it.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Bytes;
use serde::Deserialize;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::json;
use super::methods::Pattern;
use super::params;
use super::problem::Problem;

/// The operations that take no query parameters, or change something and take no body.
#[derive(Debug, Default)]
pub struct Declared(Vec<Bare>);

#[derive(Debug)]
struct Bare {
    method: Method,
    pattern: Pattern,
    takes_query: bool,
    takes_body: bool,
}

/// A body without any field: what clients send that always send one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Declared {
    /// The table for a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let bare = document.paths.paths.iter().flat_map(|(path, item)| {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::DELETE, &item.delete),
            ];
            operations
                .into_iter()
                .filter_map(|(method, operation)| Bare::of(path, method, operation.as_ref()?))
        });
        Self(bare.collect())
    }

    /// Refuses a request that says what its operation does not take.
    ///
    /// # Errors
    /// 400 that names the parameters; 422 that names a field of the body, 400 for a body that is not JSON.
    pub(super) async fn check(&self, request: &mut ServiceRequest) -> Result<(), Problem> {
        let Some(bare) = self.bare(request) else { return Ok(()) };
        if !bare.takes_query && !request.query_string().is_empty() {
            params::parse(request.query_string(), &[])?;
        }
        if !bare.takes_body {
            let body = request.extract::<Bytes>().await;
            json::maybe::<Nothing>(body)?;
        }
        Ok(())
    }

    fn bare(&self, request: &ServiceRequest) -> Option<&Bare> {
        let path = request.match_info().as_str();
        self.0.iter().find(|bare| bare.method == *request.method() && bare.pattern.is_at(path))
    }
}

impl Bare {
    fn of(path: &str, method: Method, operation: &Operation) -> Option<Self> {
        let mut parameters = operation.parameters.iter().flatten();
        let takes_query =
            parameters.any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query));
        // To read, nobody sends a body, and HTTP gives none a meaning.
        let takes_body = method == Method::GET || operation.request_body.is_some();
        let pattern = Pattern::of(path);
        (!takes_query || !takes_body).then_some(Self { method, pattern, takes_query, takes_body })
    }
}
