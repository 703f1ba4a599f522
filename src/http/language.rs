//! Which language a caller wants.

use actix_web::http::header::{self, HeaderMap};

use crate::domain::text::Lang;

/// The language of an answer: `lang=` in the query if it is one of ours, else what suits `Accept-Language` best,
/// else Simplified Chinese. Never fails: an error needs a language too, so a wrong `lang=` is reported by the
/// parser of parameters and not here.
#[must_use]
pub fn of_request(query: &str, headers: &HeaderMap) -> Lang {
    let asked = || query.split('&').find_map(|pair| Lang::parse(pair.strip_prefix("lang=")?));
    let accepted = || headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok().map(Lang::negotiate);
    asked().or_else(accepted).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_wins_over_the_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, header::HeaderValue::from_static("fr, zh-HK;q=0.8"));
        assert_eq!(of_request("q=a&lang=en", &headers), Lang::En);
        assert_eq!(of_request("lang=klingon", &headers), Lang::ZhHk);
        assert_eq!(of_request("", &HeaderMap::new()), Lang::ZhCn);
    }
}
