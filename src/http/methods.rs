//! Addresses that exist, and the methods that each takes.
//!
//! A handler is mounted with its method as a guard, so that a wrong method looks to actix like a wrong address; or, where
//! one address is among those of another (`/events/submit` among `/events/{id}`), like a thing of that name. The table
//! that tells them apart comes from the document, which knows every mounted handler.

use std::collections::HashMap;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use crate::http::problem::{Code, Problem};

/// What each pattern of addresses takes, as the header `Allow` wants it.
#[derive(Debug, Default)]
pub struct Methods {
    by_pattern: HashMap<String, String>,
    /// The patterns whose addresses another, wider one takes in as well.
    narrow: Vec<(Pattern, String)>,
}

/// A pattern of addresses, step by step: `None` stands for a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Option<String>>);

/// What an address takes that serves a page and is not part of the documented API.
const PAGE: &str = "GET, HEAD";

impl Pattern {
    /// A pattern as the document writes it.
    pub(super) fn of(path: &str) -> Self {
        Self(path.split('/').map(|step| (!step.starts_with('{')).then(|| step.to_owned())).collect())
    }

    /// Whether a path is one of its addresses.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let mut given = path.split('/');
        let fits = |step: &Option<String>| {
            given.next().is_some_and(|given| step.as_ref().is_none_or(|step| step == given))
        };
        self.0.iter().all(fits) && given.next().is_none()
    }

    /// Whether another pattern has all its addresses, and more.
    fn is_within(&self, wider: &Self) -> bool {
        let fits = |(own, wide): (&Option<String>, &Option<String>)| wide.is_none() || own == wide;
        self != wider && self.0.len() == wider.0.len() && self.0.iter().zip(&wider.0).all(fits)
    }
}

impl Methods {
    /// The table for a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let paths = &document.paths.paths;
        let by_pattern = paths.iter().map(|(path, item)| (path.clone(), allow(item))).collect();
        let all: Vec<Pattern> = paths.keys().map(|path| Pattern::of(path)).collect();
        let narrow = paths.iter().map(|(path, item)| (Pattern::of(path), allow(item)));
        let narrow = narrow.filter(|(pattern, _)| all.iter().any(|wider| pattern.is_within(wider))).collect();
        Self { by_pattern, narrow }
    }

    fn of_narrow(&self, path: &str) -> Option<&String> {
        self.narrow.iter().find(|(pattern, _)| pattern.is_at(path)).map(|(_, allow)| allow)
    }
}

fn allow(item: &PathItem) -> String {
    let reads = item.get.as_ref().map(|_| "GET, HEAD");
    let others = [(&item.post, Method::POST), (&item.put, Method::PUT), (&item.delete, Method::DELETE)];
    let others =
        others.iter().filter(|(operation, _)| operation.is_some()).map(|(_, method)| method.as_str());
    reads.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

/// What the address of this request takes, or `None` if there is no such address.
pub(super) fn allowed(request: &HttpRequest) -> Option<String> {
    let methods = request.app_data::<web::Data<Methods>>();
    if let Some(narrow) = methods.and_then(|methods| methods.of_narrow(request.path())) {
        return Some(narrow.clone());
    }
    let pattern = request.resource_map().match_pattern(request.path())?;
    let known = methods.and_then(|methods| methods.by_pattern.get(&pattern));
    Some(known.map_or_else(|| PAGE.to_owned(), Clone::clone))
}

/// Refuses a method that an address does not take, but a wider one would.
///
/// # Errors
/// 405.
pub(super) fn check(request: &ServiceRequest) -> Result<(), Problem> {
    let methods = request.app_data::<web::Data<Methods>>();
    match methods.and_then(|methods| methods.of_narrow(request.path())) {
        Some(allow) if allow.split(", ").all(|method| method != request.method().as_str()) => {
            Err(Problem::method_not_allowed(allow.clone()))
        }
        _ => Ok(()),
    }
}

/// Answers what no handler takes: 405 where the address exists, else 404.
pub(super) async fn unmatched(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(allowed(&request).map_or_else(|| Code::NotFound.into(), Problem::method_not_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_among_others_is_told_from_them() {
        let [wide, narrow, other] =
            ["/v1/events/{id}", "/v1/events/submit", "/v1/events/{id}/submit"].map(Pattern::of);
        assert!(wide.is_at("/v1/events/submit") && narrow.is_at("/v1/events/submit"));
        assert!(!narrow.is_at("/v1/events/x") && !wide.is_at("/v1/events/x/submit"));
        assert!(narrow.is_within(&wide) && !wide.is_within(&narrow) && !wide.is_within(&wide));
        assert!(!other.is_within(&wide) && other.is_at("/v1/events/x/submit"));
    }
}
