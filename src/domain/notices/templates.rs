//! Templates of subscribe messages: which one a notice is sent by, and what stands in its fields.
//!
//! A template is chosen in WeChat's console, which names its fields by a kind and a number (`thing1`, `time2`) that
//! differ from one mini-program to the next; configuration says what each is to hold. WeChat refuses a message of which
//! one field breaks the rule of its kind, so texts are cut to it here.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::Purpose;
use crate::domain::time::CHINA;
use crate::domain::words::words;

/// The longest text of a `thing`, in characters.
const THING: usize = 20;

/// The longest text of a `phrase`, in characters.
const PHRASE: usize = 5;

words! {
    /// What a template is for.
    Occasion {
        /// What becomes of a sign-up at once.
        Signup = "signup",
        /// What becomes of it in the queue.
        Waitlist = "waitlist",
        /// That an event changes, or is called off.
        Change = "change",
        /// That a session is near.
        Reminder = "reminder",
        /// That an event was published.
        Subscription = "subscription",
    }

    /// What a field of a template holds.
    Content {
        /// The event's title.
        Event = "event",
        /// When the session starts.
        Start = "start",
        /// Where it takes place.
        Place = "place",
        /// In at most five characters what has become of it: 报名成功.
        Result = "result",
        /// In a short sentence what to do.
        Note = "note",
        /// Until when there is time to do it: the end of an offer, else the start of the session.
        Until = "until",
    }

    /// Kinds of field, of those that WeChat knows.
    FieldKind {
        /// Any text.
        Thing = "thing",
        /// Chinese characters alone.
        Phrase = "phrase",
        /// A time of the day, with its date here.
        Time = "time",
        /// A date.
        Date = "date",
    }
}

impl Purpose {
    /// By which template it is sent; `None`: by none. Joining the queue is told by the one for sign-ups, lest it use up the agreement to
    /// the message that matters: that a seat is free.
    #[must_use]
    pub fn occasion(self) -> Option<Occasion> {
        Some(match self {
            Self::Confirmed | Self::Waitlisted | Self::Rejected => Occasion::Signup,
            Self::Promoted | Self::Offered | Self::Lapsed => Occasion::Waitlist,
            Self::Changed | Self::Cancelled => Occasion::Change,
            Self::DayBefore | Self::HourBefore => Occasion::Reminder,
            Self::Subscription => Occasion::Subscription,
            Self::Decided => return None,
        })
    }
}

impl Occasion {
    /// What to ask a person's agreement to at this occasion: what it leads to is asked with it, since WeChat shows its
    /// question only after a tap. WeChat takes five at once.
    #[must_use]
    pub fn asked_with(self) -> &'static [Self] {
        match self {
            Self::Signup => &[Self::Signup, Self::Reminder, Self::Change],
            Self::Waitlist => &[Self::Waitlist, Self::Signup, Self::Reminder, Self::Change],
            Self::Change => &[Self::Change],
            Self::Reminder => &[Self::Reminder],
            Self::Subscription => &[Self::Subscription],
        }
    }

    /// The purposes that are sent by it.
    pub fn purposes(self) -> impl Iterator<Item = Purpose> {
        Purpose::ALL.iter().copied().filter(move |purpose| purpose.occasion() == Some(self))
    }
}

/// A template, as configuration knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id in the console.
    pub id: String,
    /// Its fields and what they hold.
    pub fields: Vec<Field>,
}

/// A field of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the console.
    pub name: String,
    /// Its kind, which begins its name.
    pub kind: FieldKind,
    /// What it holds.
    pub content: Content,
}

impl Field {
    /// The field of this name with this content; `None` if the name is of no kind that is known here, or its kind
    /// cannot hold the content.
    #[must_use]
    pub fn new(name: &str, content: Content) -> Option<Self> {
        let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let kind = FieldKind::from_name(kind).filter(|kind| name.len() > kind.name().len())?;
        let holds = match content {
            Content::Start | Content::Until => kind != FieldKind::Phrase,
            Content::Result => matches!(kind, FieldKind::Phrase | FieldKind::Thing),
            Content::Event | Content::Place | Content::Note => kind == FieldKind::Thing,
        };
        holds.then(|| Self { name: name.to_owned(), kind, content })
    }
}

/// The templates of a mini-program, by what they are for.
pub type Templates = BTreeMap<Occasion, Template>;

/// What a field is filled with, before it is cut to its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text; never empty.
    Text(String),
    /// An instant, told in the venue's zone.
    Time(DateTime<Utc>),
}

impl FieldKind {
    /// A value as this kind takes it.
    #[must_use]
    pub fn fit(self, value: &Value) -> String {
        match (self, value) {
            (Self::Date, Value::Time(at)) => date(*at),
            (_, Value::Time(at)) => time(*at),
            (Self::Phrase, Value::Text(text)) => text.chars().take(PHRASE).collect(),
            (_, Value::Text(text)) => cut(text),
        }
    }
}

/// `2026年11月28日`.
fn date(at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&CHINA);
    format!("{}年{}月{}日", local.year(), local.month(), local.day())
}

/// `2026年11月28日 14:00`.
pub(super) fn time(at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&CHINA);
    format!("{} {:02}:{:02}", date(at), local.hour(), local.minute())
}

/// A text in one line, its end left out where it is too long.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= THING {
        return line;
    }
    line.chars().take(THING - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_what_its_kind_can() {
        for (name, content) in [
            ("thing1", Content::Event),
            ("time2", Content::Start),
            ("date12", Content::Until),
            ("phrase3", Content::Result),
        ] {
            assert!(Field::new(name, content).is_some(), "{name}");
        }
        for (name, content) in [
            ("thing", Content::Event),
            ("", Content::Event),
            ("1", Content::Event),
            ("poem1", Content::Event),
            ("time1", Content::Event),
            ("phrase1", Content::Note),
            ("phrase1", Content::Start),
        ] {
            assert_eq!(Field::new(name, content), None, "{name}");
        }
    }

    #[test]
    fn values_are_cut_to_their_kinds() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(FieldKind::Thing.fit(&text("甲虫王国\n一只昆虫")), "甲虫王国 一只昆虫");
        let twenty = "一二三四五六七八九十一二三四五六七八九十";
        assert_eq!(FieldKind::Thing.fit(&text(twenty)), twenty);
        let cut = FieldKind::Thing.fit(&text(&format!("{twenty}一")));
        assert_eq!((cut.chars().count(), cut.ends_with("九…")), (20, true));
        assert_eq!(FieldKind::Phrase.fit(&text("一二三四五六")), "一二三四五");
        let at = Value::Time(DateTime::parse_from_rfc3339("2026-11-28T23:05:00+08:00").unwrap().to_utc());
        assert_eq!(FieldKind::Time.fit(&at), "2026年11月28日 23:05");
        assert_eq!(FieldKind::Date.fit(&at), "2026年11月28日");
    }

    #[test]
    fn what_is_asked_at_once_is_what_wechat_takes() {
        for occasion in Occasion::ALL {
            let asked = occasion.asked_with();
            assert!(asked.contains(occasion) && asked.len() <= 5);
            assert!(occasion.purposes().count() > 0, "{occasion:?}");
        }
    }
}
