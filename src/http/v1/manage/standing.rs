//! Where what an organisation writes stands: who sees it, what review says of it, what is still missing.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::drafted::Written;
use super::places::Ground;
use crate::app;
use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{AnyConn, publication};
use crate::discovery::Snapshot;
use crate::domain::drafts::{Draft, FieldNote, State as Drafted};
use crate::domain::geo;
use crate::domain::ids::{self, OrganisationId};
use crate::domain::invalid::{FieldCode, FieldError, Invalid};
use crate::domain::organisations::Organisation;
use crate::domain::publication as domain;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::problem::{Code, FieldProblem, Problem};
use crate::http::v1::review::ReviewNote;
use crate::http::wire::wire;

wire! {
    /// Where something stands on its way to everybody.
    DraftState = Drafted {
        /// It is being written.
        Draft "draft"
        /// It waits for an authority.
        Submitted "submitted"
        /// It is what is published; there is nothing to submit.
        Approved "approved"
        /// An authority sent it back, or took it down.
        Rejected "rejected"
    }

    /// Who sees something.
    Publication = domain::Publication {
        /// It was never approved: its organisation sees it.
        Draft "draft"
        /// Everybody sees what was approved last, while its organisation is not suspended.
        Public "public"
        /// An authority took it down.
        TakenDown "takenDown"
        /// Its organisation put it away.
        Archived "archived"
    }
}

/// Where something stands in review.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    /// How it stands.
    state: DraftState,
    /// Why it was sent back, or taken down.
    #[schema(example = "请补充安全说明")]
    reason: Option<String>,
    /// What is to be mended, field by field.
    fields: Vec<ReviewNote>,
}

impl Review {
    /// Where a draft stands, its fields as `path` names them on the wire.
    pub fn new(draft: Draft, path: fn(&str) -> String) -> Self {
        let named = |note: FieldNote| FieldNote { field: path(&note.field), ..note }.into();
        Self {
            state: draft.state.into(),
            reason: draft.reason,
            fields: draft.fields.into_iter().map(named).collect(),
        }
    }
}

/// An organisation by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganisationRef {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    name: String,
}

/// What is said of everything that an organisation writes.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whose it is.
    organiser: Option<OrganisationRef>,
    /// Who sees it.
    publication: Publication,
    /// Where it stands in review.
    review: Review,
    /// When it was last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 3)]
    version: i64,
}

/// In which language, in which datum and when an author reads, and what is published then.
pub(super) struct By {
    pub(super) lang: Lang,
    pub(super) crs: geo::Crs,
    pub(super) now: DateTime<Utc>,
    pub(super) world: Arc<Snapshot>,
}

impl By {
    /// What places are read by.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground { divisions: &self.world.divisions, crs: self.crs, lang: self.lang }
    }
}

impl Standing {
    /// Where a draft stands.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn of<T: Written>(conn: &mut AnyConn, by: &By, draft: Draft) -> Result<Self, Problem> {
        let publication = publication::of(conn, draft.kind, draft.object)?.ok_or(Code::NotFound)?;
        let organiser = draft.organisation().map(|id| organisation(conn, id, by.lang)).transpose()?.flatten();
        let Draft { object, updated_at, version, .. } = draft;
        Ok(Self {
            id: ids::spell(object),
            organiser,
            publication: publication.into(),
            review: Review::new(draft, T::path),
            updated_at: rfc3339(updated_at),
            version,
        })
    }
}

/// An organisation by id and name, if there is one.
///
/// # Errors
/// If the store fails.
pub fn organisation(
    conn: &mut AnyConn,
    id: OrganisationId,
    lang: Lang,
) -> Result<Option<OrganisationRef>, Problem> {
    let found = Organisation::get(conn, id.get())?;
    let name = |organisation: &Organisation| organisation.name.get(lang).to_owned();
    Ok(found.map(|record| OrganisationRef { id: id.to_string(), name: name(&record.body) }))
}

/// Everything that is missing or wrong for a draft to be submitted.
///
/// # Errors
/// If the store fails.
pub(super) fn problems<T: Written>(
    conn: &mut AnyConn,
    draft: &Draft,
    lang: Lang,
) -> Result<Vec<FieldProblem>, Problem> {
    match drafts::check::<T>(conn, draft) {
        Ok(_) => Ok(Vec::new()),
        Err(app::Error::Invalid(invalid)) => {
            Ok(renamed::<T>(invalid).0.iter().map(|error| told(error, lang)).collect())
        }
        Err(error) => Err(error.into()),
    }
}

fn told(error: &FieldError, lang: Lang) -> FieldProblem {
    let code = Cow::Borrowed(error.code.wire());
    FieldProblem { field: error.field.clone(), code, message: error.code.message(lang) }
}

/// The same with the paths of the wire.
fn renamed<T: Written>(Invalid(errors): Invalid) -> Invalid {
    let one = |error: FieldError| {
        let code = match error.code {
            FieldCode::Inverted { first, then } => {
                FieldCode::Inverted { first: T::path(&first), then: T::path(&then) }
            }
            FieldCode::Conflicting { with } => FieldCode::Conflicting { with: T::path(&with) },
            other => other,
        };
        FieldError::new(T::path(&error.field), code)
    };
    Invalid(errors.into_iter().map(one).collect())
}

/// What the wire calls a field that things of several kinds have.
pub(super) fn common_path(field: &str) -> String {
    match field {
        "place.position" => "place.lat".to_owned(),
        "notice.text" => "notice".to_owned(),
        organiser if organiser.contains("organisers[") => organiser.replace("].organisation", "].id"),
        other => other.to_owned(),
    }
}

/// What an error is to whoever wrote something.
pub(super) fn problem<T: Written>(error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(invalid) => Problem::unprocessable(renamed::<T>(invalid)),
        other => other.into(),
    }
}
