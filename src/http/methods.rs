//! Addresses that exist, and the methods that each takes.
//!
//! A handler is mounted with its method as a guard, so that a wrong method looks to actix like a wrong address.
//! The table that tells the two apart comes from the document, which knows every mounted handler.

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;

use crate::http::problem::{Code, Problem};

/// What each pattern of addresses takes, as the header `Allow` wants it.
#[derive(Debug, Default)]
pub struct Methods(HashMap<String, String>);

/// What an address takes that serves a page and is not part of the documented API.
const PAGE: &str = "GET, HEAD";

impl Methods {
    /// The table for a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let allow = document.paths.paths.iter().map(|(pattern, item)| {
            let mut methods = Vec::new();
            if item.get.is_some() {
                methods.extend([Method::GET, Method::HEAD]);
            }
            let others =
                [(&item.post, Method::POST), (&item.put, Method::PUT), (&item.delete, Method::DELETE)];
            methods.extend(
                others.into_iter().filter(|(operation, _)| operation.is_some()).map(|(_, method)| method),
            );
            let names: Vec<_> = methods.iter().map(Method::as_str).collect();
            (pattern.clone(), names.join(", "))
        });
        Self(allow.collect())
    }
}

/// What the address of this request takes, or `None` if there is no such address.
pub(super) fn allowed(request: &HttpRequest) -> Option<String> {
    let pattern = request.resource_map().match_pattern(request.path())?;
    let known = request.app_data::<web::Data<Methods>>().and_then(|methods| methods.0.get(&pattern));
    Some(known.map_or_else(|| PAGE.to_owned(), Clone::clone))
}

/// Answers what no handler takes: 405 where the address exists, else 404.
pub(super) async fn unmatched(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(allowed(&request).map_or_else(|| Code::NotFound.into(), Problem::method_not_allowed))
}
