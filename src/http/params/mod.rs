//! Query parameters: one table says what an operation takes; the parser obeys it and the document shows it.
//!
//! An operation declares a marker type with its [`Table`]; [`Asked`] of that type is its extractor and its
//! documentation:
//!
//! ```ignore
//! pub struct ListBases;
//! impl Table for ListBases {
//!     const PARAMS: &'static [&'static [Param]] = &[POSITION, TIME, PAGE, LANGUAGE, &[OPEN_NOW]];
//! }
//! const OPEN_NOW: Param = Param::new("openNow", Kind::Boolean, "Only bases certainly open now.", "true");
//! ```
//!
//! To add a kind of value: a variant of [`Kind`], its reading in [`value`], its schema in [`spec`].

pub mod groups;
mod parse;
mod path;
mod spec;
pub mod value;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

pub(super) use parse::decode;
pub use parse::{Params, parse};
pub use path::{PathAdcode, PathFavourite, PathId, PathThing};
pub use spec::parameters;

use crate::domain::invalid::Invalid;
use crate::domain::text::Lang;
use crate::http::problem::Problem;
use crate::http::{language, pages};

/// One query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it does, for the document: Markdown, English, with units and defaults.
    pub about: &'static str,
    /// A value as it stands in a query, before percent-encoding.
    pub example: &'static str,
    /// Whether it must be given.
    pub required: bool,
}

impl Param {
    /// A row of a table.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, about: &'static str, example: &'static str) -> Self {
        Self { name, kind, about, example, required: false }
    }

    /// The same, which must be given.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A decimal number, both ends included.
    Number {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// A whole number, both ends included.
    Integer {
        /// The smallest.
        min: i32,
        /// The largest.
        max: i32,
    },
    /// `true` or `false`.
    Boolean,
    /// Words as people type them; trimmed.
    Text {
        /// The largest number of characters, before trimming.
        max_chars: usize,
    },
    /// Opaque text that this service gave out: not blank, at most 512 characters; its reader judges it.
    Token,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One or several of these words, separated by commas.
    Words(&'static [&'static str]),
    /// One or several codes of a taxonomy's scheme, separated by commas. Whether they exist is the caller's to
    /// ask, where the taxonomy is.
    Codes {
        /// The scheme: `topic`, `audience`, `form` …
        scheme: &'static str,
    },
    /// One id.
    Id,
    /// One or several ids, separated by commas.
    Ids,
    /// A day of the venue's calendar.
    Date,
    /// An instant, with an offset.
    Instant,
    /// Either of the two.
    Moment,
    /// `west,south,east,north` in degrees.
    Bbox,
    /// A division's code: six digits.
    Adcode,
    /// Whatever it is, even nothing: it is not read.
    Ignored,
}

/// The largest number of entries that a list in a query may have.
pub const MAX_ENTRIES: usize = 50;

/// What an operation takes in its query.
pub trait Table: 'static {
    /// Its parameters, in groups; no name twice.
    const PARAMS: &'static [&'static [Param]];
}

/// The parsed query of an operation: extractor and documentation in one.
#[derive(Debug)]
pub struct Asked<T> {
    /// What was given.
    pub params: Params,
    /// The language of the answer.
    pub lang: Lang,
    /// A hash of what is asked, whichever page of it.
    pub(in crate::http) question: u64,
    query: String,
    table: PhantomData<T>,
}

impl<T: Table> FromRequest for Asked<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string();
        let lang = language::of_request(query, request.headers());
        ready(match parse(query, T::PARAMS) {
            Ok(params) => Ok(Self {
                params,
                lang,
                question: pages::question(request.path(), query, lang),
                query: query.to_owned(),
                table: PhantomData,
            }),
            Err(invalid) => Err(invalid.into()),
        })
    }
}

impl<T: Table> Asked<T> {
    /// What a query asks that did not come by itself: the fields of a body, or what the store keeps.
    ///
    /// # Errors
    /// All that is wrong with it, as in a request.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>, lang: Lang) -> Result<Self, Invalid> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs = pairs.into_iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let question = pages::question("", &query, lang);
        Ok(Self { params: parse(&query, T::PARAMS)?, lang, question, query, table: PhantomData })
    }

    /// The value of a parameter as it was given.
    pub fn given(&self, name: &str) -> Option<String> {
        self.pairs().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter_map(|(name, text)| {
            Some((decode(name).ok()?.into_owned(), decode(text).ok()?.into_owned()))
        })
    }

    /// The same question with other words and with more parameters, which stand in for those of the same name.
    ///
    /// # Errors
    /// If the parameters do not go together with those that were given.
    pub fn reworded(&self, q: &str, more: Vec<(&'static str, String)>) -> Result<Self, Problem> {
        let kept = self
            .pairs()
            .filter(|(name, _)| *name != groups::Q.name && more.iter().all(|(replaced, _)| replaced != name));
        let words = Some((groups::Q.name.to_owned(), q.to_owned())).filter(|(_, q)| !q.trim().is_empty());
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs = kept.chain(words).chain(more).map(|(name, value)| format!("{name}={}", encode(&value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        Ok(Self {
            params: parse(&query, T::PARAMS)?,
            lang: self.lang,
            question: self.question,
            query,
            table: PhantomData,
        })
    }
}

impl<T: Table> IntoParams for Asked<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        parameters(T::PARAMS)
    }
}
