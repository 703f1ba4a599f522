//! Which page of a list is asked for, and where the next one continues.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;
use xxhash_rust::xxh3::Xxh3;

use super::list::{Crs, List};
use super::params::groups::{CURSOR, LANG, LIMIT, SINCE};
use super::params::{Asked, Table, decode};
use super::problem::{Code, Problem};
use super::v1::facets::Facets;
use super::v1::view::View;
use crate::discovery::page::{Answer, Cursor, Key, Paging};
use crate::discovery::{Found, Page};
use crate::domain::geo;
use crate::domain::text::Lang;

/// How long a cursor is good for.
const VALID: TimeDelta = TimeDelta::hours(24);

/// How far the clocks of two replicas may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its size, and what comes before it.
    pub paging: Paging,
    /// The instant by which it judges time: that of the first page.
    pub now: DateTime<Utc>,
    question: u64,
}

/// The fields of a [`List`] that follow its items.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tail {
    total: u64,
    next_cursor: Option<String>,
    crs: Option<Crs>,
    facets: Option<Facets>,
}

impl<T: Table> Asked<T> {
    /// The page asked for at `now`.
    ///
    /// # Errors
    /// A problem with a code of its own where the cursor is none, belongs to another question, or is too old.
    pub fn turn(&self, now: DateTime<Utc>) -> Result<Turn, Problem> {
        let page = self.params.page();
        let first = |limit| Turn { paging: Paging { limit, after: None }, now, question: self.question };
        let Some(text) = page.cursor else { return Ok(first(page.limit)) };
        let cursor = Cursor::decode(text).ok_or(Code::CursorMalformed)?;
        // Time is judged by the minute, and what holds at a minute is remembered: no others are worked out.
        let at =
            cursor.instant().filter(|at| at.timestamp_millis() % 60_000 == 0).ok_or(Code::CursorMalformed)?;
        if cursor.question != self.question {
            return Err(Code::CursorMismatch.into());
        }
        // The cursor's number is the caller's: it is compared, never added to.
        if at < now - VALID || now + SKEW < at {
            return Err(Code::CursorExpired.into());
        }
        let paging = Paging { limit: page.limit, after: Some((cursor.key, cursor.id)) };
        Ok(Turn { paging, now: at, ..first(page.limit) })
    }
}

impl Turn {
    /// A page of what was found as it is sent; `render` gives nothing for what is not of the list's kind.
    pub fn list<'a, T>(
        &self,
        view: &View<'_>,
        page: Page<'a>,
        render: impl FnMut(Found<'a>) -> Option<T>,
    ) -> List<T> {
        List {
            items: page.found.into_iter().filter_map(render).collect(),
            total: page.total,
            next_cursor: page.next.map(|last| self.cursor(last)),
            crs: None,
            facets: Facets::new(view, page.facets),
        }
    }

    /// What follows the items of a page.
    pub fn tail(&self, view: &View<'_>, page: Page<'_>, crs: Option<geo::Crs>) -> Tail {
        Tail {
            total: page.total,
            next_cursor: page.next.map(|last| self.cursor(last)),
            crs: crs.map(Crs::from),
            facets: Facets::new(view, page.facets),
        }
    }

    /// A page of something else.
    pub fn page<F, T>(&self, answer: Answer<F>, render: impl FnMut(F) -> T) -> List<T> {
        List {
            items: answer.found.into_iter().map(render).collect(),
            total: answer.total as u64,
            next_cursor: answer.next.map(|last| self.cursor(last)),
            crs: None,
            facets: None,
        }
    }

    fn cursor(&self, (key, id): (Key, i64)) -> String {
        Cursor { question: self.question, key, id, at: self.now.timestamp_millis() }.encode()
    }
}

/// A hash that tells questions apart: of the address and of all parameters but those that turn pages, whatever
/// their order and spelling, with the language that is in effect.
pub(super) fn question(path: &str, query: &str, lang: Lang) -> u64 {
    let pairs = query.split('&').filter_map(|pair| {
        let (name, text) = pair.split_once('=')?;
        // What cannot be decoded has been refused before anybody asks.
        Some((decode(name).ok()?, decode(text).ok()?))
    });
    let turns = |name: &str| [CURSOR.name, SINCE.name, LIMIT.name, LANG.name].contains(&name);
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| !turns(name)).collect();
    pairs.sort_unstable();
    let mut hash = Xxh3::new();
    let words =
        [path, lang.tag()].into_iter().chain(pairs.iter().flat_map(|(name, text)| [&**name, &**text]));
    for word in words {
        hash.update(word.as_bytes());
        // No parameter contains it, so that no two lists of words run together.
        hash.update(&[0]);
    }
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_same_however_it_is_written() {
        let ask = |query| question("/v1/events", query, Lang::ZhCn);
        let one = ask("q=%E5%A4%A9%E6%96%87&free=true");
        for same in
            ["free=true&q=天文", "q=天文&free=true&limit=5&cursor=x", "&free=true&&q=%e5%a4%a9文&lang=zh-CN"]
        {
            assert_eq!(ask(same), one, "{same}");
        }
        for other in ["q=天文", "q=天文&free=false", "q=天&文=free", ""] {
            assert_ne!(ask(other), one, "{other}");
        }
        assert_ne!(question("/v1/bases", "q=天文&free=true", Lang::ZhCn), one);
        assert_ne!(question("/v1/events", "q=天文&free=true", Lang::En), one);
    }
}
