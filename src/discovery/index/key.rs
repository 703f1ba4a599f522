//! What things are filed under.

use chrono::{Datelike, NaiveDate};

use crate::domain::kinds::Kind;

/// A field and one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    field: Field,
    value: i64,
}

/// The fields by which things are filed, with what stands for their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The kind of thing: its number.
    Kind,
    /// Topics, audiences, forms, categories, levels: the id of the term.
    Term,
    /// Every division around its places: the adcode.
    Division,
    /// Every organisation that runs it, in whatever role: the id.
    Organiser,
    /// The base of an event, a series or a resource, the stops of a route: the id.
    Base,
    /// The series of an event: the id.
    Series,
    /// The campaigns of an event: the id.
    Campaign,
    /// The mode of an event: its number.
    Mode,
    /// The way into an event: its number.
    Admission,
    /// Whether it is free, where that is known: 0 or 1.
    Free,
    /// What is provided for: the number of the need.
    Need,
    /// Whether it is invented: 0 or 1.
    Sample,
    /// The youngest age, where there is one: in years.
    AgeMin,
    /// The oldest age, where there is one: in years.
    AgeMax,
    /// The days of a route.
    Days,
    /// The type of a campaign: its number.
    CampaignType,
    /// The type of a resource: its number.
    ResourceType,
    /// The days on which a session goes ahead: days of the common era.
    Day,
    /// The days on which a session that goes ahead starts.
    Start,
    /// The day on which the last session that goes ahead ends.
    LastDay,
    /// Sessions too long to be filed by day: no value.
    Endless,
    /// Events without sessions: no value.
    Sessionless,
    /// Things with a position: no value.
    Positioned,
    /// Events some of whose sessions have a place of their own: no value.
    Scattered,
    /// Words with which a name begins: the number of the word. The fields of words stand in the order of what they count.
    NameBeginning,
    /// Words of names.
    NameWord,
    /// Words of subjects: topics, audiences, forms, speakers, series.
    SubjectWord,
    /// Words of places: venue, organisers, divisions.
    PlaceWord,
    /// Words of summaries and descriptions.
    BodyWord,
    /// Whole names: 16 bits of a hash of the folded name.
    WholeName,
    /// Lengths of short names: a sixth of the number of characters.
    NameLength,
    /// Chinese characters of names: the code point.
    NameCharacter,
}

impl Key {
    /// A key.
    pub const fn new(field: Field, value: i64) -> Self {
        Self { field, value }
    }

    /// The key of whatever refers to an object, or lies in it; `None` where nothing does.
    pub const fn referring(kind: Kind, id: i64) -> Option<Self> {
        let field = match kind {
            Kind::Division => Field::Division,
            Kind::Term => Field::Term,
            Kind::Organisation => Field::Organiser,
            Kind::Base => Field::Base,
            Kind::Series => Field::Series,
            Kind::Campaign => Field::Campaign,
            Kind::CalendarYear | Kind::Route | Kind::Event => return None,
            Kind::Resource | Kind::Policy | Kind::Bulletin | Kind::Featured => return None,
        };
        Some(Self::new(field, id))
    }

    /// Its field.
    pub const fn field(self) -> Field {
        self.field
    }

    /// The number of its value.
    pub const fn value(self) -> i64 {
        self.value
    }

    /// The key of a field that has no values.
    pub const fn of(field: Field) -> Self {
        Self::new(field, 0)
    }

    /// The key of a day.
    pub fn day(field: Field, day: NaiveDate) -> Self {
        Self::new(field, i64::from(day.num_days_from_ce()))
    }
}
