//! Who sees what: the column `publication` of the nouns that are drafted.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::{bases, events, resources, routes, series};
use crate::domain::ids::OrganisationId;
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;

/// What holds of a row that everybody sees. A thing without an organisation is nobody's to suspend.
macro_rules! shown {
    ($table:ident) => {{
        use $crate::db::schema::{organisations, $table};
        let suspended = organisations::table
            .filter(organisations::id.nullable().eq($table::organisation_id.nullable()))
            .filter(organisations::suspended_at.is_not_null());
        $table::publication
            .eq($crate::domain::publication::Publication::Public.name())
            .and(diesel::dsl::not(diesel::dsl::exists(suspended)))
    }};
}
pub(super) use shown;

/// Does the same with the table of each kind that is drafted.
macro_rules! each_table {
    ($kind:expr, $table:ident => $work:expr, $otherwise:expr) => {
        match $kind {
            Kind::Event => {
                use events as $table;
                $work
            }
            Kind::Base => {
                use bases as $table;
                $work
            }
            Kind::Route => {
                use routes as $table;
                $work
            }
            Kind::Series => {
                use series as $table;
                $work
            }
            Kind::Resource => {
                use resources as $table;
                $work
            }
            _ => $otherwise,
        }
    };
}
pub(super) use each_table;

/// Whether a thing is shown, its organisation's standing aside; `None` if there is no such thing. What is not drafted is
/// public as soon as it is there.
pub fn of(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<Option<Publication>, Error> {
    if kind == Kind::Organisation {
        return super::organisations::publication(conn, id);
    }
    let word: Option<String> = each_table!(
        kind,
        table => table::table.find(id).select(table::publication).first(conn).optional()?,
        return Ok(super::records::exists(conn, kind, id)?.then_some(Publication::Public))
    );
    // The column's CHECK admits no other word.
    Ok(word.map(|word| Publication::from_name(&word).unwrap_or(Publication::TakenDown)))
}

/// As [`of`], of many drafted things; those that are not there are left out.
pub fn of_many(conn: &mut AnyConn, kind: Kind, ids: &[i64]) -> Result<HashMap<i64, Publication>, Error> {
    let mut all = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let found: Vec<(i64, String)> = each_table!(
            kind,
            table => table::table
                .filter(table::id.eq_any(ids))
                .select((table::id, table::publication))
                .load(conn)?,
            Vec::new()
        );
        let read =
            |(id, word): (i64, String)| (id, Publication::from_name(&word).unwrap_or(Publication::TakenDown));
        all.extend(found.into_iter().map(read));
    }
    Ok(all)
}

/// Whether everybody sees a thing, or saw it once; one that is not there was never seen.
pub fn ever(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<bool, Error> {
    let ever: Option<bool> = each_table!(
        kind,
        table => table::table.find(id).select(table::ever_public).first(conn).optional()?,
        return super::records::exists(conn, kind, id)
    );
    Ok(ever.unwrap_or(false))
}

/// Whose a thing is that was never published; `None` for everything else.
pub fn drafted_by(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<Option<OrganisationId>, Error> {
    let drafted: Option<Option<i64>> = each_table!(
        kind,
        table => table::table
            .filter(table::id.eq(id).and(table::ever_public.eq(false)))
            .select(table::organisation_id.nullable())
            .first(conn)
            .optional()?,
        None
    );
    Ok(drafted.flatten().and_then(OrganisationId::new))
}

/// How many things of an organisation were never published, put away or not.
pub fn never_of(conn: &mut AnyConn, organisation: OrganisationId) -> Result<i64, Error> {
    let mut all = 0;
    for kind in crate::domain::drafts::KINDS {
        all += each_table!(
            kind,
            table => table::table
                .filter(table::organisation_id.eq(organisation.get()))
                .filter(table::ever_public.eq(false))
                .count()
                .get_result::<i64>(conn)?,
            0
        );
    }
    Ok(all)
}

/// Those of these things that were never published.
pub fn never_among(conn: &mut AnyConn, kind: Kind, ids: &[i64]) -> Result<HashSet<i64>, Error> {
    let mut never = HashSet::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let found: Vec<i64> = each_table!(
            kind,
            table => table::table
                .filter(table::id.eq_any(ids).and(table::ever_public.eq(false)))
                .select(table::id)
                .load(conn)?,
            Vec::new()
        );
        never.extend(found);
    }
    Ok(never)
}

/// Shows a thing or hides it. Its version stays: what comes back is as it was.
pub fn set(tx: &mut Tx<'_>, kind: Kind, id: i64, publication: Publication) -> Result<(), Error> {
    let rows = each_table!(
        kind,
        table => diesel::update(table::table.find(id))
            .set(table::publication.eq(publication.name()))
            .execute(&mut *tx.conn)?,
        0
    );
    let ever = match publication {
        Publication::Draft => Some(false),
        Publication::Public => Some(true),
        Publication::TakenDown | Publication::Archived => None,
    };
    if let Some(ever) = ever {
        each_table!(
            kind,
            table => diesel::update(table::table.find(id).filter(table::ever_public.ne(ever)))
                .set(table::ever_public.eq(ever))
                .execute(&mut *tx.conn)?,
            0
        );
    }
    if rows == 1 {
        tx.changed(kind, id);
    }
    Ok(())
}

/// Hides things that the same transaction inserted: they were never published.
pub fn set_drafted(tx: &mut Tx<'_>, kind: Kind, ids: &[i64]) -> Result<(), Error> {
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        each_table!(
            kind,
            table => diesel::update(table::table.filter(table::id.eq_any(ids)))
                .set(table::publication.eq(Publication::Draft.name()))
                .execute(&mut *tx.conn)?,
            0
        );
    }
    Ok(())
}

/// Has the feed look again at everything whose main organiser this is: it was suspended, or is so no more.
pub fn reconsider(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(), Error> {
    let id = organisation.get();
    for kind in crate::domain::drafts::KINDS {
        let ids: Vec<i64> = each_table!(
            kind,
            table => table::table
                .filter(table::organisation_id.eq(id))
                .select(table::id)
                .load(&mut *tx.conn)?,
            Vec::new()
        );
        ids.into_iter().for_each(|id| tx.changed(kind, id));
    }
    Ok(())
}
