//! What is reviewed under the names by which its authors write it, both ways: what changes is told by them, and what is to
//! be mended is named by them.

use serde_json::{Value, json};

use super::shown::{By, FieldChange};
use crate::app::review::Sides;
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::discovery::divisions::Divisions;
use crate::domain::bases::Base;
use crate::domain::drafts::{Body, body};
use crate::domain::ids::{BaseId, OrganisationId, SeriesId};
use crate::domain::invalid::FieldCode;
use crate::domain::organisations::Organisation;
use crate::domain::review::ItemKind;
use crate::domain::series::Series;
use crate::http::json::paths::known;
use crate::http::problem::Problem;
use crate::http::v1::manage;
use crate::http::v1::manage::organisations::OrganisationApplication;
use crate::http::v1::manage::places::Ground;
use crate::http::v1::manage::sessions::NewSessions;

/// What an item changes, in the order of the alphabet.
///
/// # Errors
/// If the store fails.
pub(super) fn changes(
    conn: &mut AnyConn,
    kind: ItemKind,
    sides: &Sides,
    divisions: &Divisions,
    by: By,
) -> Result<Vec<FieldChange>, Problem> {
    let (Some(kind), Some(division)) = (kind.drafted(), sides.division) else { return Ok(Vec::new()) };
    let ground = Ground { divisions, crs: by.crs, lang: by.lang };
    let mut side = |given: &Body| {
        let mut fields = manage::written(kind, given, division, ground)?;
        name(conn, &mut fields, by)?;
        Ok::<_, Problem>(fields)
    };
    let (before, after) = (side(&sides.before)?, side(&sides.after)?);
    Ok(body::changes(&before, &after).into_iter().map(FieldChange::from).collect())
}

/// Whether what is to be mended is a field that its author can write.
///
/// # Errors
/// [`FieldCode::NamesNoField`].
pub(super) fn check(kind: ItemKind, path: &str) -> Result<(), FieldCode> {
    match kind {
        ItemKind::Event if path.starts_with("sessions") => known::<NewSessions>(path),
        ItemKind::Organisation => known::<OrganisationApplication>(path),
        kind => kind.drafted().map_or(Ok(()), |kind| manage::check(kind, path)),
    }
}

/// What its authors call a field that this service names otherwise within.
pub(super) fn path(kind: ItemKind, field: &str) -> String {
    kind.drafted().map_or_else(|| field.to_owned(), |kind| manage::path(kind, field))
}

/// Adds to each reference what the thing is called.
fn name(conn: &mut AnyConn, fields: &mut Body, by: By) -> Result<(), Problem> {
    for organiser in fields.get_mut("organisers").and_then(Value::as_array_mut).into_iter().flatten() {
        let id = organiser["id"].as_str().and_then(|id| id.parse::<OrganisationId>().ok());
        let Some(id) = id else { continue };
        if let Some(found) = Organisation::get(conn, id.get())? {
            organiser["name"] = found.body.name.get(by.lang).into();
        }
    }
    let base = fields.get("base").and_then(Value::as_str).and_then(|id| id.parse::<BaseId>().ok());
    if let Some(found) = base.map(|id| Base::get(conn, id.get())).transpose()?.flatten() {
        let id = fields["base"].take();
        fields.insert("base".to_owned(), json!({ "id": id, "name": found.body.name.get(by.lang) }));
    }
    let series = fields.get("series").and_then(Value::as_str).and_then(|id| id.parse::<SeriesId>().ok());
    if let Some(found) = series.map(|id| Series::get(conn, id.get())).transpose()?.flatten() {
        let id = fields["series"].take();
        fields.insert("series".to_owned(), json!({ "id": id, "name": found.body.name.get(by.lang) }));
    }
    Ok(())
}
