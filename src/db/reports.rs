//! Reports. Their words are sealed here on their way in, and opened on their way out.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{reports, review_items};
use super::sealed::Column;
use crate::domain::feedback::Words;
use crate::domain::ids::{PersonId, ReportId};
use crate::domain::kinds::Kind;
use crate::domain::reports::{Reason, Report};
use crate::domain::review::{ItemKind, ItemState};
use crate::domain::sealing::Vault;

/// The column of what was said in words.
pub const WORDS: Column = Column::of("reports", "words");

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct Row {
    id: i64,
    kind: String,
    object_id: i64,
    reason: String,
    words: Option<String>,
    person_id: Option<i64>,
    created_at: NaiveDateTime,
}

impl Row {
    fn report(self, vault: &Vault) -> Result<Option<Report>, Error> {
        let words = self.words.map(|sealed| WORDS.open(vault, self.id, &sealed)).transpose()?;
        let read = || {
            Some(Report {
                id: ReportId::new(self.id)?,
                kind: Kind::from_name(&self.kind)?,
                object: self.object_id,
                // The columns' CHECKs admit no other words.
                reason: Reason::from_name(&self.reason)?,
                words: words.as_ref().map(|opened| Words::from(opened.expose())),
                person: self.person_id.and_then(PersonId::new),
                at: self.created_at.and_utc(),
            })
        };
        Ok(read())
    }
}

/// Keeps a report.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, report: &Report) -> Result<(), Error> {
    let id = report.id.get();
    let words = report.words.as_ref().map(|words| WORDS.seal(vault, id, words.expose())).transpose()?;
    diesel::insert_into(reports::table)
        .values((
            reports::id.eq(id),
            reports::kind.eq(report.kind.name()),
            reports::object_id.eq(report.object),
            reports::reason.eq(report.reason.name()),
            reports::words.eq(words),
            reports::person_id.eq(report.person.map(PersonId::get)),
            reports::created_at.eq(report.at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// One of them.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: ReportId) -> Result<Option<Report>, Error> {
    let row: Option<Row> = reports::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| row.report(vault)).transpose().map(Option::flatten)
}

/// What a person said of a thing and nobody has decided on yet.
pub fn waiting(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    kind: Kind,
    object: i64,
) -> Result<Option<Report>, Error> {
    let open = review_items::table
        .filter(review_items::kind.eq(ItemKind::Report.name()))
        .filter(review_items::state.eq(ItemState::Open.name()))
        .select(review_items::object_id);
    let row: Option<Row> = reports::table
        .filter(reports::person_id.eq(person.get()))
        .filter(reports::kind.eq(kind.name()).and(reports::object_id.eq(object)))
        .filter(reports::id.eq_any(open))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.report(vault)).transpose().map(Option::flatten)
}

/// Everything that a person reported, the oldest first.
pub fn of_person(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Report>, Error> {
    let rows: Vec<Row> = reports::table
        .filter(reports::person_id.eq(person.get()))
        .order(reports::id)
        .select(Row::as_select())
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(row.report(vault)?);
    }
    Ok(found)
}

/// Forgets who reported what, and in which words. That something is wrong stays.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(reports::table.filter(reports::person_id.eq(person.get())))
        .set((reports::person_id.eq(None::<i64>), reports::words.eq(None::<String>)))
        .execute(&mut *tx.conn)?;
    Ok(())
}
