//! Bulletins: emergency science (应急科普) and rebuttals of rumours (辟谣), short and for a time.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::EventId;
use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use super::sources::Source;
use super::text::Text;

/// A bulletin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bulletin {
    /// Its title.
    pub title: Text,
    /// What people should know, and do.
    pub text: Text,
    /// What it is.
    #[serde(default)]
    pub kind: BulletinKind,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it concerns: everybody in these divisions; none given means everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adcodes: Vec<Adcode>,
    /// From when on it is shown.
    pub valid_from: DateTime<Utc>,
    /// Until when it is shown, that instant not included; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<DateTime<Utc>>,
    /// Who says so.
    pub issuer: Text,
    /// Where one reads on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Events where one learns more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventId>,
    /// When it was taken back, before its time was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Where the record comes from.
    pub source: Source,
}

/// What a bulletin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BulletinKind {
    /// Emergency science (应急科普): what to know, and do, in danger.
    #[default]
    Emergency,
    /// A rumour put right (辟谣).
    Rebuttal,
}

/// How bad it is, in the words of the Common Alerting Protocol with the colours of China's warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Nothing happens: an explanation, a rumour put right.
    Info,
    /// Blue.
    Minor,
    /// Yellow.
    Moderate,
    /// Orange.
    Severe,
    /// Red.
    Extreme,
}

/// A page to read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is called.
    pub title: Text,
    /// Where it lies, absolute.
    pub url: String,
}

/// How a bulletin stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not shown yet.
    Coming,
    /// Shown.
    Current,
    /// Shown no more.
    Ended,
    /// Taken back before it was shown.
    Never,
}

impl Bulletin {
    /// How it stands at `now`, which readers tell by the minute: one is shown from the minute in which it begins, so
    /// that what is published this second is not held back to the next minute.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        let begins = self.valid_from.duration_trunc(TimeDelta::minutes(1)).unwrap_or(self.valid_from);
        match self.valid_to {
            _ if self.withdrawn_at.is_some_and(|at| at < begins) => Standing::Never,
            _ if self.withdrawn_at.is_some() => Standing::Ended,
            Some(end) if end <= now => Standing::Ended,
            _ if now < begins => Standing::Coming,
            _ => Standing::Current,
        }
    }
}

impl Noun for Bulletin {
    const KIND: Kind = Kind::Bulletin;

    fn check(&self, invalid: &mut Invalid) {
        invalid.text("title", &self.title, 120);
        invalid.text("text", &self.text, 2000);
        invalid.text("issuer", &self.issuer, 120);
        if self.valid_to.is_some_and(|end| end <= self.valid_from) {
            invalid.inverted("validFrom", "validFrom", "validTo");
        }
        // Each is on every first screen: bulletins stay short.
        let counts = [
            ("adcodes", self.adcodes.len(), 200),
            ("links", self.links.len(), 5),
            ("events", self.events.len(), 5),
        ];
        for (field, count, max) in counts {
            if count > max {
                invalid.push(field, FieldCode::TooMany { max });
            }
        }
        for (i, link) in self.links.iter().enumerate() {
            invalid.text(&format!("links[{i}].title"), &link.title, 120);
            invalid.url(format!("links[{i}].url"), &link.url);
        }
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.title);
        visit(&mut self.text);
        visit(&mut self.issuer);
        self.links.iter_mut().for_each(|link| visit(&mut link.title));
    }

    fn references(&self) -> Vec<Reference> {
        let adcodes = self.adcodes.iter().enumerate();
        let reference = |(i, adcode): (usize, &Adcode)| {
            Reference::new(format!("adcodes[{i}]"), Kind::Division, adcode.number())
        };
        let events = self.events.iter().enumerate();
        let event =
            |(i, id): (usize, &EventId)| Reference::new(format!("events[{i}]"), Kind::Event, id.get());
        adcodes.map(reference).chain(events.map(event)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulletin(minutes: Option<i64>) -> Bulletin {
        Bulletin {
            title: Text::zh("台风来了怎么办"),
            text: Text::zh("待在室内。"),
            severity: Severity::Severe,
            kind: BulletinKind::Emergency,
            adcodes: Vec::new(),
            valid_from: DateTime::UNIX_EPOCH,
            valid_to: minutes.map(|minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)),
            issuer: Text::zh("某气象台"),
            links: Vec::new(),
            events: Vec::new(),
            withdrawn_at: None,
            source: Source::default(),
        }
    }

    #[test]
    fn it_is_shown_from_its_beginning_up_to_its_end() {
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let standing = |end, minutes| bulletin(end).standing(at(minutes));
        assert_eq!(standing(Some(10), -1), Standing::Coming);
        assert_eq!([0, 9].map(|minutes| standing(Some(10), minutes)), [Standing::Current; 2]);
        assert_eq!(standing(Some(10), 10), Standing::Ended);
        assert_eq!(standing(None, 1_000_000), Standing::Current);
        let begun_at_40_seconds =
            Bulletin { valid_from: at(5) + TimeDelta::seconds(40), ..bulletin(Some(10)) };
        assert_eq!(
            begun_at_40_seconds.standing(at(5)),
            Standing::Current,
            "readers tell the time by the minute"
        );
        assert_eq!(begun_at_40_seconds.standing(at(4)), Standing::Coming);
    }

    #[test]
    fn one_that_was_taken_back_is_shown_no_more_and_never_if_it_had_not_begun() {
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let withdrawn = |minutes| Bulletin { withdrawn_at: Some(at(minutes)), ..bulletin(Some(10)) };
        assert_eq!([3, 20].map(|minutes| withdrawn(2).standing(at(minutes))), [Standing::Ended; 2]);
        assert_eq!([-1, 3, 20].map(|minutes| withdrawn(-2).standing(at(minutes))), [Standing::Never; 3]);
    }

    #[test]
    fn one_that_is_never_shown_or_links_elsewhere_than_the_web_is_refused() {
        let refused = |bulletin: Bulletin| {
            let mut invalid = Invalid::default();
            bulletin.check(&mut invalid);
            invalid.0.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(refused(bulletin(Some(1))), Vec::<String>::new());
        assert_eq!(refused(bulletin(Some(0))), ["validFrom"]);
        let link = |url: &str| Link { title: Text::zh("更多"), url: url.to_owned() };
        let links = vec![link("https://example.org/"), link("javascript:alert(1)")];
        assert_eq!(refused(Bulletin { links, ..bulletin(None) }), ["links[1].url"]);
        assert_eq!(refused(Bulletin { links: vec![link("https://a"); 6], ..bulletin(None) }), ["links"]);
    }
}
