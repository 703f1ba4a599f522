//! Web pages of any origin may ask: what is not public needs a token, which a page has or has not, and nothing depends
//! on cookies.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header;

use crate::http::methods;

/// The answer to a browser's question before a cross-origin request; `None` if this is not one, or if it is about
/// an address that does not exist. An OPTIONS that asks no such question is a wrong method like any other.
pub(super) fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks {
        return None;
    }
    let allowed = methods::allowed(request.request())?;
    let response = HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allowed))
        .insert_header((
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "accept, accept-language, authorization, content-type, idempotency-key, if-none-match, x-api-key, \
             x-request-id",
        ))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish();
    Some(response)
}
