//! Where this service is reached, for forms whose addresses must be absolute.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// The service as the caller reached it, `https://kepu.example`: what a proxy says of itself in `Forwarded` or
/// `X-Forwarded-*`, else `Host`. A caller can only mislead himself by these: nothing is kept without asking again,
/// and a link of another service has another ETag.
#[derive(Debug, Clone)]
pub struct Origin(String);

impl FromRequest for Origin {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let connection = request.connection_info();
        let scheme = if connection.scheme() == "https" { "https" } else { "http" };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let host = Some(connection.host()).filter(|host| !host.is_empty() && host.bytes().all(plain));
        // A name that is no address is not passed on.
        ready(Ok(Self(format!("{scheme}://{}", host.unwrap_or("localhost")))))
    }
}

impl Origin {
    /// The absolute address of a path, with its query if it has one.
    #[must_use]
    pub fn address(&self, path: impl Display) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_is_no_address_is_not_passed_on() {
        for (proto, host, origin) in [
            ("https", "kepu.example:8443", "https://kepu.example:8443"),
            ("http", "[::1]:80", "http://[::1]:80"),
            ("javascript", "kepu.example", "http://kepu.example"),
            ("https", "evil/<b>", "https://localhost"),
            ("https", "a b", "https://localhost"),
        ] {
            let request = TestRequest::default()
                .insert_header(("x-forwarded-proto", proto))
                .insert_header(("x-forwarded-host", host))
                .to_http_request();
            let read = Origin::from_request(&request, &mut Payload::None).into_inner();
            assert!(read.is_ok_and(|read| read.address("") == origin), "{proto} {host}");
        }
    }
}
