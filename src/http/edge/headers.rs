//! Headers that every answer has.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use super::{Caller, REQUEST_ID};

/// What the page under `/docs` needs, and nothing else. Everywhere else nothing may be loaded at all.
const CSP_DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                        img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                        frame-ancestors 'none'";
const CSP_API: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds them; a handler's own `Cache-Control` stands.
pub(super) fn add(caller: &Caller, response: &mut HttpResponse) {
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&caller.id) {
        headers.insert(REQUEST_ID, id);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // `no-cache` is: keep it, and ask each time whether it still holds.
        let value = if failed { "no-store" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
    }
    let csp = if caller.path.starts_with("/docs") { CSP_DOCS } else { CSP_API };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "etag, location, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
