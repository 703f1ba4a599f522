//! What a row says of an event and of a session, and what becomes of a thing of which it is said. A column that is not in
//! the file says nothing, and what it would speak of stays; an empty cell of one that is there says that there is none.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::columns::Column;
use crate::domain::admission::{Admission, ExternalSignup, Price};
use crate::domain::drafts::Body;
use crate::domain::events::{Ages, Mode, Online, OnlineKind};
use crate::domain::geo::distance;
use crate::domain::ids::BaseId;
use crate::domain::places::Place;
use crate::domain::sessions::{Plan, Session};
use crate::domain::signup_terms::{SignupTerms, WaitlistMode};
use crate::domain::taxonomy::Code;
use crate::domain::text::Text;

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Said<T> {
    /// Nothing: the column is not there.
    #[default]
    Unsaid,
    /// That there is none.
    None,
    /// That it is this.
    Is(T),
}

impl<T> Said<T> {
    /// What it says there is.
    pub fn is(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Unsaid | Self::None => None,
        }
    }

    /// Whether anything is said.
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Unsaid)
    }

    /// What becomes of `before`.
    fn over(&self, before: Option<T>) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Unsaid => before,
            Self::None => None,
            Self::Is(value) => Some(value.clone()),
        }
    }
}

/// A place as a row gives it: a point within a metre or two of the one that is known is that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceSaid {
    /// The place.
    pub place: Place,
    /// Whether a division was given, and did not follow from the rest.
    pub district: bool,
    /// Whether the file has columns for the room, the way there, and the point.
    pub speaks_of: (bool, bool, bool),
}

/// How far a point may be off that went through a table, in metres.
const ROUNDED: f64 = 1.5;

/// Tables that were made from what is here show six decimals, and a place as people write it.
impl PlaceSaid {
    fn over(&self, before: Option<&Place>) -> Place {
        let Some(before) = before else { return self.place.clone() };
        let mut place = self.place.clone();
        let (room, transit, point) = self.speaks_of;
        let stays = place.name.zh_cn == before.name.zh_cn && place.address.zh_cn == before.address.zh_cn;
        let near = match (place.position, before.position) {
            (Some(new), Some(old)) => distance(new, old) < ROUNDED,
            (None, _) => !point && stays,
            (Some(_), None) => false,
        };
        if near {
            (place.position, place.precision_metres) = (before.position, before.precision_metres);
        }
        if stays && !self.district {
            place.adcode = before.adcode;
        }
        keep(&mut place.name, &before.name);
        keep(&mut place.address, &before.address);
        for (new, old, said) in
            [(&mut place.room, &before.room, room), (&mut place.transit, &before.transit, transit)]
        {
            match (&mut *new, old) {
                (_, old) if !said => new.clone_from(old),
                (Some(new), Some(old)) => keep(new, old),
                _ => {}
            }
        }
        place
    }
}

/// Keeps the translations of words that stay.
fn keep(new: &mut Text, old: &Text) {
    if new.zh_cn == old.zh_cn {
        new.clone_from(old);
    }
}

/// Makes [`EventSaid`]: each field with the column that says it.
macro_rules! event_said {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $column:ident;)+) => {
        /// What is said of an event.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct EventSaid {
            $($(#[$doc])* pub $field: Said<$type>,)+
        }

        impl EventSaid {
            /// The same of a row that does not name the event: its empty cells say nothing.
            #[must_use]
            pub fn of_another_row(self) -> Self {
                if self.title.is().is_some() {
                    return self;
                }
                Self { $($field: match self.$field {
                    Said::None => Said::Unsaid,
                    said => said,
                },)+ }
            }

            /// Takes in what another row says of the same event; gives the columns in which it says otherwise.
            pub fn agree(&mut self, other: Self) -> Vec<Column> {
                let mut differ = Vec::new();
                $(match (&self.$field, other.$field) {
                    (Said::Is(own), Said::Is(other)) if *own != other => differ.push(Column::$column),
                    (Said::Is(_), _) => {}
                    (_, other) => self.$field = other,
                })+
                differ
            }
        }
    };
}

event_said! {
    /// Its title.
    title: String = Title;
    /// One or two sentences.
    summary: String = Summary;
    /// The whole text.
    description: String = Description;
    /// A code of scheme `form`.
    form: Code = Form;
    /// Codes of scheme `topic`.
    topics: Vec<Code> = Topics;
    /// Codes of scheme `audience`.
    audiences: Vec<Code> = Audiences;
    /// Subjects in free words.
    tags: Vec<String> = Tags;
    /// Youngest age.
    age_min: u8 = AgeMin;
    /// Oldest age.
    age_max: u8 = AgeMax;
    /// Whether taking part is free.
    free: bool = Free;
    /// Full price of one adult, in yuan.
    price: f64 = Price;
    /// The price in words.
    price_text: String = PriceText;
    /// On site, online or both.
    mode: Mode = Mode;
    /// How people get in.
    admission: Admission = Admission;
    /// Where to take part from afar.
    online_url: String = OnlineUrl;
    /// Where to sign up if it is not here.
    signup_url: String = SignupUrl;
    /// Where to call.
    signup_phone: String = SignupPhone;
    /// The base where it takes place.
    base: BaseId = Base;
    /// Its place.
    place: PlaceSaid = Place;
    /// Language spoken.
    language: String = Language;
}

impl EventSaid {
    /// The fields of the event when this is said of it, and those whose translations go.
    #[must_use]
    pub fn over(&self, before: &Body) -> (Body, Vec<Column>) {
        let (mut body, mut dropped) = (before.clone(), Vec::new());
        for (field, said, column) in [
            ("title", &self.title, Column::Title),
            ("summary", &self.summary, Column::Summary),
            ("description", &self.description, Column::Description),
        ] {
            let old: Option<Text> = read(before, field);
            let new = match said {
                // What an event must have is not taken from it.
                Said::Unsaid => continue,
                Said::None if column != Column::Description => continue,
                Said::None => None,
                Said::Is(words) => Some(match old.as_ref() {
                    Some(old) if old.zh_cn == *words => old.clone(),
                    _ => Text::zh(words.clone()),
                }),
            };
            let translated = |text: &Text| text.en.is_some() || text.zh_hk.is_some();
            if new != old && old.as_ref().is_some_and(translated) {
                dropped.push(column);
            }
            put(&mut body, field, new);
        }
        give(&mut body, "form", &self.form);
        give(&mut body, "topics", &self.topics);
        give(&mut body, "audiences", &self.audiences);
        give(&mut body, "free", &self.free);
        give(&mut body, "mode", &self.mode);
        give(&mut body, "admission", &self.admission);
        give(&mut body, "language", &self.language);
        set(&mut body, "tags", &self.tags);
        set(&mut body, "base", &self.base);
        if self.age_min.is_said() || self.age_max.is_said() {
            let ages: Ages = read(before, "ages").unwrap_or_default();
            let ages = Ages { min: self.age_min.over(ages.min), max: self.age_max.over(ages.max) };
            put(&mut body, "ages", (ages != Ages::default()).then_some(ages));
        }
        if self.price.is_said() || self.price_text.is_said() {
            let price: Option<Price> = read(before, "price");
            put(&mut body, "price", self.priced(price));
        }
        if self.signup_url.is_said() || self.signup_phone.is_said() {
            let old: ExternalSignup = read(before, "externalSignup").unwrap_or_default();
            let (url, phone) = (self.signup_url.over(old.url), self.signup_phone.over(old.phone));
            let new = ExternalSignup { url, phone, ..old };
            put(&mut body, "externalSignup", (new != ExternalSignup::default()).then_some(new));
        }
        if self.online_url.is_said() {
            let old: Option<Online> = read(before, "online");
            put(&mut body, "online", self.online(old));
        }
        match &self.place {
            Said::Unsaid => {}
            Said::None => put::<Place>(&mut body, "place", None),
            Said::Is(said) => put(&mut body, "place", Some(said.over(read(before, "place").as_ref()))),
        }
        (body, dropped)
    }

    fn priced(&self, before: Option<Price>) -> Option<Price> {
        let old = before.unwrap_or_else(|| Price {
            amount: None,
            currency: "CNY".to_owned(),
            text: None,
            concessions: Vec::new(),
        });
        let words = match (&self.price_text, old.text) {
            (Said::Is(words), Some(old)) if old.zh_cn == *words => Some(old),
            (Said::Is(words), _) => Some(Text::zh(words.clone())),
            (Said::None, _) => None,
            (Said::Unsaid, old) => old,
        };
        let new = Price { amount: self.price.over(old.amount), text: words, ..old };
        (new.amount.is_some() || new.text.is_some() || !new.concessions.is_empty()).then_some(new)
    }

    fn online(&self, before: Option<Online>) -> Option<Online> {
        let url = self.online_url.is()?.clone();
        let old =
            before.unwrap_or(Online { kind: OnlineKind::Livestream, url: None, for_signed_up_only: false });
        Some(Online { url: Some(url), ..old })
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &Body, field: &str) -> Option<T> {
    serde_json::from_value(body.get(field)?.clone()).ok()
}

fn put<T: Serialize>(body: &mut Body, field: &str, value: Option<T>) {
    match value.map(|value| json!(value)) {
        Some(value) => body.insert(field.to_owned(), value),
        None => body.remove(field),
    };
}

/// Sets what is given; an empty cell takes nothing away.
fn give<T: Serialize>(body: &mut Body, field: &str, said: &Said<T>) {
    if said.is().is_some() {
        set(body, field, said);
    }
}

fn set<T: Serialize>(body: &mut Body, field: &str, said: &Said<T>) {
    match said {
        Said::Unsaid => {}
        Said::None => drop(body.remove(field)),
        Said::Is(value) => drop::<Option<Value>>(body.insert(field.to_owned(), json!(value))),
    }
}

/// What is said of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionSaid {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// How many there is room for.
    pub capacity: Said<i32>,
    /// When sign-up opens.
    pub opens_at: Said<DateTime<Utc>>,
    /// When it closes.
    pub closes_at: Said<DateTime<Utc>>,
    /// What happens when it is full.
    pub waitlist_mode: Said<WaitlistMode>,
    /// Most people in a party.
    pub party_max: Said<u16>,
    /// Whether a guardian must come along.
    pub guardian_required: Said<bool>,
    /// Whether a telephone number is asked for.
    pub phone_required: Said<bool>,
    /// Whether the host decides on each.
    pub approval: Said<bool>,
    /// What everybody should know.
    pub notice: Said<String>,
    /// Its own place.
    pub place: Said<PlaceSaid>,
}

impl SessionSaid {
    /// The session as it is to be when this is said of it: what its host would say.
    #[must_use]
    pub fn over(&self, before: Option<&Session>) -> Plan {
        let place = before.and_then(|session| session.place.as_deref());
        let notice = before.and_then(|session| session.notice.as_deref()).map(|notice| notice.text.clone());
        Plan {
            start: self.start,
            end: self.end,
            place: match &self.place {
                Said::Unsaid => place.cloned(),
                Said::None => None,
                Said::Is(said) => Some(said.over(place)),
            },
            signup: self.terms(before.and_then(|session| session.signup.as_deref())),
            capacity: self.capacity.over(before.and_then(|session| session.capacity)),
            notice: match (&self.notice, notice) {
                (Said::Is(words), Some(old)) if old.zh_cn == *words => Some(old),
                (Said::Is(words), _) => Some(Text::zh(words.clone())),
                (Said::None, _) => None,
                (Said::Unsaid, old) => old,
            },
        }
    }

    /// The terms, if there are any or some are given.
    fn terms(&self, before: Option<&SignupTerms>) -> Option<SignupTerms> {
        let given = self.opens_at.is().is_some()
            || self.closes_at.is().is_some()
            || self.waitlist_mode.is().is_some_and(|mode| *mode != WaitlistMode::None)
            || self.party_max.is().is_some()
            || [&self.guardian_required, &self.phone_required, &self.approval]
                .into_iter()
                .any(|said| said.is() == Some(&true));
        if before.is_none() && !given {
            return None;
        }
        let mut terms = before.cloned().unwrap_or_default();
        terms.opens_at = self.opens_at.over(terms.opens_at);
        terms.closes_at = self.closes_at.over(terms.closes_at);
        terms.waitlist_mode = self.waitlist_mode.over(Some(terms.waitlist_mode)).unwrap_or_default();
        let party_max = self.party_max.over(Some(terms.party_max)).unwrap_or(terms.party_min);
        if party_max != terms.party_max {
            // Who holds as many seats as one party has goes on doing so.
            terms.per_person_max = terms.per_person_max.max(party_max);
            terms.party_max = party_max;
        }
        terms.guardian_required =
            self.guardian_required.over(Some(terms.guardian_required)).unwrap_or_default();
        terms.phone_required = self.phone_required.over(Some(terms.phone_required)).unwrap_or_default();
        terms.approval = self.approval.over(Some(terms.approval)).unwrap_or_default();
        Some(terms)
    }
}
