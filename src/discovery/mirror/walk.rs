//! Turning the pages of what changed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Mirror;
use crate::discovery::snapshot::Snapshot;
use crate::domain::kinds::Kind;

/// How long a mark is good for. The log of changes is kept a day longer.
const VALID: TimeDelta = TimeDelta::days(30);

/// How far the clocks of two replicas may differ, and a minute for marks that tell time by the minute.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// Everything of the transactions numbered below `tx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The number of a transaction.
    #[serde(rename = "n")]
    pub tx: i64,
    /// When the mark was given out, in milliseconds of the Unix epoch.
    #[serde(rename = "t")]
    pub at: i64,
}

/// Where a mirror stands, as it carries it: opaque, and not a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The catalogue that it mirrors.
    #[serde(rename = "s")]
    pub store: u64,
    /// Hash of the question it belongs to.
    #[serde(rename = "q")]
    pub question: u64,
    /// What it has; nothing until it has turned the last page for the first time.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub have: Option<Mark>,
    /// Between two pages: what it will have after the last one, and the page before's last kind and id.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub page: Option<(Mark, String, i64)>,
}

impl Token {
    /// How it is sent.
    pub fn encode(&self) -> String {
        // Numbers and a short word: serialising them cannot fail.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads what was sent; `None` if it is no token.
    pub fn decode(text: &str) -> Option<Self> {
        let token: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let known = token.page.as_ref().is_none_or(|(_, kind, _)| Kind::from_name(kind).is_some());
        (known && (token.have.is_some() || token.page.is_some())).then_some(token)
    }
}

/// The mirror must begin anew: its token is too old, or of a catalogue that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOld;

/// An object that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: i64,
    /// When it changed last; `None` where everything is told.
    pub at: Option<DateTime<Utc>>,
}

/// A page of what changed, seen in a snapshot.
pub struct Walk<'a> {
    snapshot: &'a Snapshot,
    have: Option<Mark>,
    reach: Mark,
    after: Option<(Kind, i64)>,
}

impl<'a> Walk<'a> {
    /// The page where a token continues; without one, the first page of everything.
    ///
    /// # Errors
    /// If what changed since the token can't be told.
    pub fn new(snapshot: &'a Snapshot, token: Option<&Token>, now: DateTime<Utc>) -> Result<Self, TooOld> {
        let mirror = &snapshot.mirror;
        let reach = Mark { tx: mirror.low_water, at: now.timestamp_millis() };
        let Some(token) = token else { return Ok(Self { snapshot, have: None, reach, after: None }) };
        let reached = token.page.as_ref().map(|(reach, ..)| *reach);
        let oldest = token.have.or(reached).and_then(|mark| DateTime::from_timestamp_millis(mark.at));
        let young = oldest.is_some_and(|at| (now - VALID..=now + SKEW).contains(&at));
        let true_to = |mark: Mark| mirror.stands_by(mark);
        if token.store != mirror.store || !young || !token.have.into_iter().chain(reached).all(true_to) {
            return Err(TooOld);
        }
        let reach = reached.map_or(reach, |before| Mark { tx: before.tx.min(reach.tx), ..before });
        let after = token.page.as_ref().and_then(|(_, kind, id)| Some((Kind::from_name(kind)?, *id)));
        Ok(Self { snapshot, have: token.have, reach, after })
    }

    /// What changed, from the beginning of the page to the end of everything.
    pub fn changes(&self) -> impl Iterator<Item = Changed> {
        // What only other answers are made of is not mirrored by itself.
        let hidden = [Kind::CalendarYear, Kind::Featured];
        let kinds = Kind::ALL.into_iter().filter(move |kind| !hidden.contains(kind));
        let left = kinds.filter_map(|kind| match self.after {
            Some((last, _)) if kind < last => None,
            Some((last, id)) if kind == last => Some((kind, id)),
            _ => Some((kind, 0)),
        });
        left.flat_map(|(kind, after)| self.of_kind(kind, after))
    }

    fn of_kind(&self, kind: Kind, after: i64) -> impl Iterator<Item = Changed> + 'a {
        let (snapshot, have) = (self.snapshot, self.have);
        let rows = snapshot.mirror.shelf(kind).since(have.map_or(i64::MIN, |have| have.tx), after);
        // Whoever has nothing need not be told what is published no more.
        let told = rows.filter(move |(id, _)| have.is_some() || snapshot.shows(kind, *id));
        told.map(move |(id, stamp)| Changed {
            kind,
            id,
            at: have.and_then(|_| DateTime::from_timestamp_millis(stamp.at)),
        })
    }

    /// The token behind this page: `last` is what it told last if there is more, `None` if it told everything.
    pub fn next(&self, question: u64, last: Option<Changed>) -> Token {
        let store = self.snapshot.mirror.store;
        if let Some(last) = last {
            let page = Some((self.reach, last.kind.name().to_owned(), last.id));
            return Token { store, question, have: self.have, page };
        }
        // A replica that lags behind tells nothing new, and takes nothing back.
        let tx = self.have.map_or(self.reach.tx, |have| have.tx.max(self.reach.tx));
        Token { store, question, have: Some(Mark { tx, ..self.reach }), page: None }
    }
}

impl Mirror {
    /// Whether a mark can be one that this store, or a replica of it, gave out.
    fn stands_by(&self, mark: Mark) -> bool {
        let Some(given) = DateTime::from_timestamp_millis(mark.at).and_then(|at| at.checked_add_signed(SKEW))
        else {
            return false;
        };
        // Another replica may be ahead of this one, but not of this one's later look.
        let counted = mark.tx <= self.low_water || self.looked_at <= given;
        let settled = self.ages.lowest_after(given).is_none_or(|later| mark.tx <= later);
        counted && settled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use super::super::{Look, Touch};
    use super::*;
    use crate::discovery::words::Dictionary;
    use crate::domain::text::Traditional;

    const STORE: i64 = 7;
    static TRADITIONAL: LazyLock<Arc<Traditional>> = LazyLock::new(|| Arc::new(Traditional::new().unwrap()));
    static DICTIONARY: LazyLock<Arc<Dictionary>> = LazyLock::new(|| Arc::new(Dictionary::new().unwrap()));

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(100) + TimeDelta::minutes(minutes)
    }

    /// A snapshot looked at after so many minutes, with the low-water mark and what changed when.
    fn seen(minutes: i64, low_water: i64, changes: &[(i64, i64)]) -> Snapshot {
        let touch = |&(tx, minutes): &(i64, i64)| Touch { kind: Kind::Base, id: tx, tx, at: at(minutes) };
        let changes = changes.iter().map(touch).collect();
        let mut snapshot = Snapshot::empty(Arc::clone(&TRADITIONAL), Arc::clone(&DICTIONARY), true);
        snapshot.mirror.take(Look { store: STORE, low_water, at: at(minutes), changes }, true, []);
        snapshot
    }

    /// The ids that a token is told in one page, and the token behind it.
    fn ask(snapshot: &Snapshot, token: Option<&Token>, minutes: i64) -> Result<(Vec<i64>, Token), TooOld> {
        let walk = Walk::new(snapshot, token, at(minutes))?;
        Ok((walk.changes().map(|changed| changed.id).collect(), walk.next(0, None)))
    }

    #[test]
    fn it_tells_what_changed_at_or_above_the_mark() {
        let (_, token) = ask(&seen(0, 5, &[(4, 0)]), None, 0).unwrap();
        let later = seen(1, 8, &[(4, 0), (5, 1), (7, 1)]);
        let (ids, token) = ask(&later, Some(&token), 1).unwrap();
        assert_eq!(ids, [5, 7]);
        assert!(ask(&later, Some(&token), 2).unwrap().0.is_empty());
    }

    #[test]
    fn a_replica_that_lags_behind_takes_nothing_back() {
        let (_, token) = ask(&seen(10, 8, &[]), None, 10).unwrap();
        let (ids, next) = ask(&seen(9, 5, &[(4, 0)]), Some(&token), 11).unwrap();
        assert_eq!((ids, next.have.unwrap().tx), (vec![], 8));
    }

    #[test]
    fn a_walk_ends_at_the_lowest_mark_of_its_pages() {
        let (ahead, behind) = (seen(10, 8, &[(4, 0), (7, 9)]), seen(9, 5, &[(4, 0)]));
        let token = Token {
            store: ahead.mirror.store,
            question: 0,
            have: Some(Mark { tx: 3, at: at(0).timestamp_millis() }),
            page: None,
        };
        let walk = Walk::new(&ahead, Some(&token), at(10)).unwrap();
        let between = walk.next(0, walk.changes().next());
        let (_, after) = ask(&behind, Some(&between), 10).unwrap();
        assert_eq!(after.have.unwrap().tx, 5);
        assert_eq!(ask(&ahead, Some(&after), 10).unwrap().0, [7], "told again, or for the first time");
    }

    #[test]
    fn a_mark_is_good_for_thirty_days_whatever_the_page() {
        let snapshot = seen(0, 5, &[(4, 0)]);
        let (_, token) = ask(&snapshot, None, 0).unwrap();
        let day = 24 * 60;
        assert!(ask(&snapshot, Some(&token), 30 * day).is_ok());
        assert_eq!(ask(&snapshot, Some(&token), 30 * day + 1).unwrap_err(), TooOld);
        let walk = Walk::new(&snapshot, Some(&token), at(20 * day)).unwrap();
        let between = walk.next(0, Some(Changed { kind: Kind::Base, id: 1, at: None }));
        assert!(ask(&snapshot, Some(&between), 30 * day).is_ok());
        assert_eq!(
            ask(&snapshot, Some(&between), 31 * day).unwrap_err(),
            TooOld,
            "changes are purged by now"
        );
    }

    #[test]
    fn a_mark_of_a_future_that_a_restore_undid_is_refused() {
        let (_, token) = ask(&seen(10, 100, &[(90, 10)]), None, 10).unwrap();
        let restored = seen(30, 50, &[(40, 0)]);
        assert_eq!(ask(&restored, Some(&token), 30).unwrap_err(), TooOld, "it has not counted so far");
        let counted_on = seen(90, 200, &[(40, 0), (60, 40), (150, 80)]);
        assert_eq!(ask(&counted_on, Some(&token), 90).unwrap_err(), TooOld, "60 was made after the mark 100");
        let unharmed = seen(90, 200, &[(40, 0), (90, 10), (110, 40)]);
        assert_eq!(ask(&unharmed, Some(&token), 90).unwrap().0, [110]);
    }

    #[test]
    fn a_token_of_another_catalogue_is_refused() {
        let snapshot = seen(0, 5, &[]);
        let (_, token) = ask(&snapshot, None, 0).unwrap();
        let mut hidden = seen(0, 5, &[]);
        hidden.mirror.take(Look { store: STORE, low_water: 5, at: at(0), changes: vec![] }, false, []);
        assert_eq!(ask(&hidden, Some(&token), 0).unwrap_err(), TooOld);
    }

    #[test]
    fn a_token_comes_back_as_it_went() {
        let mark = Mark { tx: 5, at: 6 };
        for (have, page) in [(Some(mark), None), (None, Some((mark, "base".to_owned(), 9)))] {
            let token = Token { store: u64::MAX, question: 1, have, page };
            assert_eq!(Token::decode(&token.encode()), Some(token));
        }
        let senseless = [
            Token { store: 1, question: 1, have: None, page: None },
            Token { store: 1, question: 1, have: None, page: Some((mark, "planet".to_owned(), 9)) },
        ];
        assert_eq!(senseless.map(|token| Token::decode(&token.encode())), [None, None]);
        assert_eq!(Token::decode("not a token"), None);
    }
}
