//! The fields of what is drafted under the names by which its authors write them, whatever it is of: for whoever judges it.

use serde_json::Value;

use super::drafted::Written;
use super::places::Ground;
use crate::domain::bases::Base;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Body, body};
use crate::domain::events::Event;
use crate::domain::invalid::FieldCode;
use crate::domain::kinds::Kind;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::http::json::paths::known;
use crate::http::problem::{Code, Problem};

/// Does the same with the noun of each kind that authors write.
macro_rules! each {
    ($kind:expr, $noun:ident => $work:expr, $otherwise:expr) => {
        match $kind {
            Kind::Event => {
                type $noun = Event;
                $work
            }
            Kind::Base => {
                type $noun = Base;
                $work
            }
            Kind::Route => {
                type $noun = Route;
                $work
            }
            Kind::Series => {
                type $noun = Series;
                $work
            }
            _ => $otherwise,
        }
    };
}

/// The fields of a draft as its author writes them; of no draft none.
///
/// # Errors
/// If the store holds something else: a fault of ours.
pub(in crate::http::v1) fn written(
    kind: Kind,
    given: &Body,
    division: Adcode,
    ground: Ground<'_>,
) -> Result<Body, Problem> {
    if given.is_empty() {
        return Ok(Body::new());
    }
    let fields = each!(kind, T => {
        let thing: T = body::filled(given, division).map_err(Problem::unprocessable)?;
        thing.authored(given, ground)
    }, return Ok(given.clone()));
    match fields {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Code::Internal.into()),
    }
}

/// Whether an author can write a field of this path.
///
/// # Errors
/// [`FieldCode::NamesNoField`].
pub(in crate::http::v1) fn check(kind: Kind, path: &str) -> Result<(), FieldCode> {
    each!(kind, T => known::<<T as Written>::New>(path), Ok(()))
}

/// What its author calls a field that the store names otherwise.
pub(in crate::http::v1) fn path(kind: Kind, field: &str) -> String {
    each!(kind, T => <T as Written>::path(field), field.to_owned())
}
