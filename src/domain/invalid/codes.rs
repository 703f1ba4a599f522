//! The codes of fields, and their names on the wire.

use crate::domain::images::NotShowable;
use crate::domain::signups::bars::Bar;
use crate::domain::text::Text;

/// What can be wrong with a field, with what the sentence about it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCode {
    /// No such field; perhaps this one was meant.
    Unknown {
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// A text that names no field, where it must.
    NamesNoField {
        /// What was given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// Given more than once.
    Repeated,
    /// Given without a value.
    Empty,
    /// Required, and not given.
    Missing,
    /// A question that must be answered, and is not.
    Unanswered {
        /// Its id.
        question: String,
        /// Its words.
        label: Text,
    },
    /// Not a decimal number.
    NotANumber,
    /// Not a whole number.
    NotAnInteger,
    /// A number outside the allowed range, both ends included.
    OutOfRange {
        /// The smallest allowed value, as written.
        min: String,
        /// The largest allowed value, as written.
        max: String,
    },
    /// A latitude that can only be a longitude, beside a longitude that could be a latitude.
    Swapped,
    /// More characters than allowed.
    TooLong {
        /// The largest allowed number of characters.
        max: usize,
    },
    /// More entries in a list than allowed.
    TooMany {
        /// The largest allowed number of entries.
        max: usize,
    },
    /// Not one of the words that are allowed here.
    NotAllowed {
        /// What was given.
        value: String,
        /// The words allowed.
        allowed: Vec<String>,
    },
    /// Well written, but no such code exists.
    UnknownCode {
        /// What was given.
        value: String,
        /// The scheme in which it was looked up: `topic`, `audience`, `adcode` …
        scheme: String,
    },
    /// Not written as it must be.
    Malformed(Expected),
    /// A span or box whose end lies before its beginning.
    Inverted {
        /// What must come first.
        first: String,
        /// What must come after it.
        then: String,
    },
    /// Means nothing without another field.
    Incomplete {
        /// The field that must be given too.
        needs: String,
    },
    /// Contradicts another field.
    Conflicting {
        /// The field that it contradicts.
        with: String,
    },
    /// Fewer entries in a list than needed.
    TooFew {
        /// The smallest allowed number of entries.
        min: usize,
    },
    /// Fewer characters than needed.
    TooShort {
        /// The smallest allowed number of characters.
        min: usize,
    },
    /// A password that is among those tried first.
    TooCommon,
    /// A name that somebody has already.
    Taken,
    /// A credit code by which another organisation was verified: one cannot choose another.
    CreditCodeTaken,
    /// A title that a base holds, or applies for, already.
    TitleTaken,
    /// A rule of recurrence that cannot be read.
    Rule {
        /// What its parser says, in English.
        reason: String,
    },
    /// Opening hours that cannot be read.
    Hours {
        /// From which character on, counted from 1; absent where their parser does not tell.
        at: Option<usize>,
    },
    /// Refers to something that does not exist.
    NoSuch {
        /// Kind of what is missing.
        kind: &'static str,
    },
    /// Refers to something that not everybody sees: not published yet, taken down or put away.
    NotPublished {
        /// Kind of what is not shown.
        kind: &'static str,
    },
    /// Asks about public holidays in a time for which they are not published yet.
    HolidayUnknown {
        /// The last day for which they are known; absent where none is.
        through: Option<String>,
    },
    /// A file that is no picture that can be shown.
    NotShowable(NotShowable),
    /// The terms of a session keep somebody out.
    Barred(Bar),
}

/// How a value must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Percent-encoded UTF-8.
    Utf8,
    /// `2026-11-28`.
    Date,
    /// RFC 3339 with an offset.
    Instant,
    /// Either of the two before.
    DateOrInstant,
    /// A day that the calendar has.
    RealDay,
    /// A day with its year.
    Year,
    /// `2026-11-28 14:00`, by the venue's clock.
    LocalTime,
    /// `14:00-16:00`, by the venue's clock.
    FromTo,
    /// 13 characters of `[0-9a-z]`.
    Id,
    /// Six digits.
    Adcode,
    /// A unified social credit code with its check digit.
    CreditCode,
    /// Four numbers `west,south,east,north`.
    Bbox,
    /// A lower-case code with underscores, as `/v1/taxonomy` gives them.
    Code,
    /// An address that begins with `https://` or `http://`.
    Url,
    /// A web address outside private networks.
    PublicUrl,
    /// Letters, signs and line breaks, without control characters.
    PlainText,
    /// A JSON string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A JSON array.
    List,
    /// A JSON object.
    Object,
    /// Whatever the OpenAPI document says of the field.
    AsDocumented,
}

/// Every field code with its meaning, for the documentation.
pub const FIELD_CODES: &[(&str, &str)] = &[
    ("unknown", "there is no field of this name"),
    ("repeated", "given more than once"),
    ("empty", "given without a value"),
    ("missing", "required, and not given"),
    ("notANumber", "not a decimal number"),
    ("notAnInteger", "not a whole number"),
    ("outOfRange", "outside the range that the message names; swapped `lat` and `lng` are told"),
    ("tooLong", "more characters than the message allows"),
    ("tooMany", "more entries than the message allows"),
    ("notAllowed", "not one of the words that the message lists"),
    ("unknownCode", "no such code; `/v1/taxonomy` and `/v1/divisions` list them"),
    ("malformed", "not written as the message says"),
    ("inverted", "the end lies before the beginning"),
    ("incomplete", "means nothing without the field that the message names"),
    ("conflicting", "contradicts the field that the message names"),
    ("tooFew", "fewer entries than the message asks for"),
    ("tooShort", "fewer characters than the message asks for"),
    ("tooCommon", "a password that is among those tried first"),
    ("taken", "somebody has this name, credit code or title already"),
    ("badRule", "a rule of opening hours or recurrence that cannot be read"),
    ("noSuch", "refers to something that does not exist"),
    ("notPublished", "refers to something that is not published yet, was taken down or put away"),
    ("notShowable", "a file that is no picture that can be shown"),
    ("holidayUnknown", "public holidays are not published for that time yet"),
];

impl FieldCode {
    /// The stable code, one of [`FIELD_CODES`].
    #[must_use]
    pub fn wire(&self) -> &'static str {
        match self {
            Self::Unknown { .. } | Self::NamesNoField { .. } => "unknown",
            Self::Repeated => "repeated",
            Self::Empty => "empty",
            Self::Missing | Self::Unanswered { .. } => "missing",
            Self::NotANumber => "notANumber",
            Self::NotAnInteger => "notAnInteger",
            Self::OutOfRange { .. } | Self::Swapped => "outOfRange",
            Self::TooLong { .. } => "tooLong",
            Self::TooMany { .. } => "tooMany",
            Self::NotAllowed { .. } => "notAllowed",
            Self::UnknownCode { .. } => "unknownCode",
            Self::Malformed(_) => "malformed",
            Self::Inverted { .. } => "inverted",
            Self::Incomplete { .. } => "incomplete",
            Self::Conflicting { .. } => "conflicting",
            Self::TooFew { .. } => "tooFew",
            Self::TooShort { .. } => "tooShort",
            Self::TooCommon => "tooCommon",
            Self::Taken | Self::CreditCodeTaken | Self::TitleTaken => "taken",
            Self::Rule { .. } | Self::Hours { .. } => "badRule",
            Self::NoSuch { .. } => "noSuch",
            Self::NotPublished { .. } => "notPublished",
            Self::HolidayUnknown { .. } => "holidayUnknown",
            Self::NotShowable(_) => "notShowable",
            Self::Barred(bar) => bar.wire(),
        }
    }
}
