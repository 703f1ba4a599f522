//! Which of two forms a caller wants (RFC 9110 §12.5.1).

use std::cmp::Reverse;

use actix_web::http::header::{self, HeaderMap};

/// Headers of an answer by which a cache must tell apart what one address gives.
pub const VARY: (header::HeaderName, &str) = (header::VARY, "Accept, Accept-Language, Accept-Encoding");

const JSON: &str = "application/json";

/// Whether a caller likes `form` better than JSON: of equal weights, what is named more exactly, then what is named
/// first. Whoever accepts neither gets JSON, which is more use than a refusal.
#[must_use]
pub fn prefers(headers: &HeaderMap, form: &str) -> bool {
    let accepted = || headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let ranges = || accepted().flat_map(|value| value.split(','));
    let (form, json) = (liking(ranges(), form), liking(ranges(), JSON));
    form.is_some_and(|form| form.weight > 0.0 && json.is_none_or(|json| form > json))
}

/// How much a caller likes a media type; more is better.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Liking {
    weight: f32,
    /// 2 for the type itself, 1 for `application/*`, 0 for `*/*`.
    exactness: u8,
    place: Reverse<usize>,
}

/// The weight of the range that names `media` most exactly; `None` where none does.
fn liking<'a>(ranges: impl Iterator<Item = &'a str>, media: &str) -> Option<Liking> {
    let kind = media.split('/').next().unwrap_or_default();
    let likings = ranges.enumerate().filter_map(|(place, range)| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next()?;
        let exactness = match named.split_once('/')? {
            _ if named.eq_ignore_ascii_case(media) => 2,
            (named, "*") if named.eq_ignore_ascii_case(kind) => 1,
            ("*", "*") => 0,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        // What is no number between 0 and 1 counts as 0, as in `Accept-Language`.
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let weight = if (0.0..=1.0).contains(&weight) { weight } else { 0.0 };
        Some(Liking { weight, exactness, place: Reverse(place) })
    });
    likings.reduce(|best, other| if other.exactness > best.exactness { other } else { best })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_greater_weight_wins_then_the_exact_name_then_the_first() {
        for (accept, geo) in [
            ("application/geo+json", true),
            ("Application/Geo+JSON", true),
            ("application/geo+json; charset=utf-8", true),
            ("*/*", false),
            ("application/*", false),
            ("application/json", false),
            ("text/html", false),
            ("", false),
            ("geojson", false),
            ("application/geo+json, application/json", true),
            ("application/json, application/geo+json", false),
            ("application/json, text/plain, */*", false),
            ("application/geo+json, */*", true),
            ("*/*, application/geo+json", true),
            ("application/geo+json;q=0.5, */*;q=0.6", false),
            ("application/geo+json;q=0.5, application/json;q=0.4", true),
            ("application/json;q=0.9, application/geo+json", true),
            ("application/json;q=0, */*", true),
            ("application/geo+json;q=0", false),
            ("application/geo+json;q=0, application/json;q=0", false),
            ("application/geo+json;q=high", false),
            ("application/geo+json;q=2, application/json;q=0.1", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers(&headers, "application/geo+json"), geo, "{accept}");
        }
        assert!(!prefers(&HeaderMap::new(), "application/geo+json"));
    }

    #[test]
    fn several_headers_are_read_as_one() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static("application/json;q=0.5"));
        headers.append(header::ACCEPT, HeaderValue::from_static("application/ld+json"));
        assert!(prefers(&headers, "application/ld+json"));
    }
}
