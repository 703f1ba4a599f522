//! How catalogued nouns are read and written: the same few statements for each, over its own table.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use crate::domain::bases::Base;
use crate::domain::bulletins::Bulletin;
use crate::domain::calendar::CalendarYear;
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::Division;
use crate::domain::events::Event;
use crate::domain::featured::FeaturedList;
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::policies::Policy;
use crate::domain::record::{Noun, Record};
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::taxonomy::Term;

/// A catalogued noun with a table of its own; [`stored!`](super::records) writes the implementation.
pub trait Stored: Noun {
    /// Calls `each` with every record that can be read, page by page in order of id, and with the ids that the page
    /// spans. A record that cannot (a newer program wrote it) is logged and left out: it must not keep all others from
    /// being served.
    fn each_page(conn: &mut AnyConn, each: &mut EachPage<'_, Self>) -> Result<(), Error>;
    /// Every record that can be read, in order of id.
    fn all(conn: &mut AnyConn) -> Result<Vec<Record<Self>>, Error> {
        let mut all = Vec::new();
        Self::each_page(conn, &mut |_, _, records| {
            all.extend(records);
            Ok(())
        })?;
        Ok(all)
    }
    /// As [`Stored::each_page`], of what everybody sees.
    fn each_public_page(conn: &mut AnyConn, each: &mut EachPage<'_, Self>) -> Result<(), Error> {
        Self::each_page(conn, each)
    }
    /// Those of these ids that not everybody sees.
    fn hidden_among(_conn: &mut AnyConn, _ids: &[i64]) -> Result<HashSet<i64>, Error> {
        Ok(HashSet::new())
    }
    /// The records with these ids, in order of id; missing ones, and those that cannot be read, are left out.
    fn find(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<Record<Self>>, Error>;
    /// The record with this id, which must be readable.
    fn get(conn: &mut AnyConn, id: i64) -> Result<Option<Record<Self>>, Error>;
    /// Whether there is such a record.
    fn exists(conn: &mut AnyConn, id: i64) -> Result<bool, Error>;
    /// Inserts a record at version 1.
    fn insert(tx: &mut Tx<'_>, id: i64, body: &Self) -> Result<(), Error>;
    /// Inserts records at version 1, many rows in a statement.
    fn insert_many(tx: &mut Tx<'_>, records: &[(i64, Self)]) -> Result<(), Error>;
    /// Replaces a record's body and raises its version, if it still has `version`; `false` if it has not.
    fn replace(tx: &mut Tx<'_>, id: i64, version: i64, body: &Self) -> Result<bool, Error>;
}

/// Implements [`Stored`] for a noun over its table. After the arrow stand the columns, beside the common ones,
/// that the store joins or constrains by, each with the expression that gives it. Of a noun that is `reviewed`, everybody
/// sees what is public and whose main organiser is not suspended.
macro_rules! stored {
    (reviewed $noun:ty => $table:ident { $($columns:tt)* }) => {
        $crate::db::records::stored!($noun => $table { $($columns)* } {
            fn each_public_page(
                conn: &mut $crate::db::AnyConn,
                each: &mut $crate::db::records::EachPage<'_, Self>,
            ) -> Result<(), $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                $crate::db::records::pages!(
                    conn,
                    dsl::$table.filter($crate::db::publication::shown!($table)),
                    dsl,
                    each
                )
            }

            fn hidden_among(
                conn: &mut $crate::db::AnyConn,
                ids: &[i64],
            ) -> Result<std::collections::HashSet<i64>, $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                let mut hidden = std::collections::HashSet::new();
                for ids in ids.chunks($crate::db::records::IDS_PER_STATEMENT) {
                    let rows = dsl::$table.filter(dsl::id.eq_any(ids)).select(dsl::id);
                    let shown = $crate::db::publication::shown!($table);
                    hidden.extend(rows.filter(diesel::dsl::not(shown)).load::<i64>(conn)?);
                }
                Ok(hidden)
            }
        });
    };
    ($noun:ty => $table:ident { $($column:ident: |$body:ident| $value:expr),* $(,)? } $({ $($more:tt)* })?) => {
        impl $crate::db::records::Stored for $noun {
            fn each_page(
                conn: &mut $crate::db::AnyConn,
                each: &mut $crate::db::records::EachPage<'_, Self>,
            ) -> Result<(), $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                $crate::db::records::pages!(conn, dsl::$table, dsl, each)
            }

            $($($more)*)?

            fn find(
                conn: &mut $crate::db::AnyConn,
                ids: &[i64],
            ) -> Result<Vec<$crate::domain::record::Record<Self>>, $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                let mut records = Vec::with_capacity(ids.len());
                for ids in ids.chunks($crate::db::records::IDS_PER_STATEMENT) {
                    let rows = dsl::$table
                        .filter(dsl::id.eq_any(ids))
                        .select((dsl::id, dsl::version, dsl::updated_at, dsl::body))
                        .order(dsl::id)
                        .load::<$crate::db::records::Row>(conn)?;
                    records.extend(rows.into_iter().filter_map($crate::db::records::Row::readable));
                }
                Ok(records)
            }

            fn get(
                conn: &mut $crate::db::AnyConn,
                id: i64,
            ) -> Result<Option<$crate::domain::record::Record<Self>>, $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                dsl::$table
                    .filter(dsl::id.eq(id))
                    .select((dsl::id, dsl::version, dsl::updated_at, dsl::body))
                    .first::<$crate::db::records::Row>(conn)
                    .optional()?
                    .map($crate::db::records::Row::record)
                    .transpose()
            }

            fn exists(conn: &mut $crate::db::AnyConn, id: i64) -> Result<bool, $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                Ok(dsl::$table.filter(dsl::id.eq(id)).count().get_result::<i64>(conn)? > 0)
            }

            fn insert(tx: &mut $crate::db::Tx<'_>, id: i64, body: &Self) -> Result<(), $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                diesel::insert_into(dsl::$table)
                    .values((
                        dsl::id.eq(id),
                        $(dsl::$column.eq({ let $body = body; $value }),)*
                        dsl::version.eq(1_i64),
                        dsl::updated_at.eq(tx.now.naive_utc()),
                        dsl::body.eq($crate::db::records::to_text(id, body)?),
                    ))
                    .execute(&mut *tx.conn)?;
                tx.changed(<Self as $crate::domain::record::Noun>::KIND, id);
                Ok(())
            }

            fn insert_many(
                tx: &mut $crate::db::Tx<'_>,
                records: &[(i64, Self)],
            ) -> Result<(), $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                let now = tx.now.naive_utc();
                for records in records.chunks($crate::db::records::ROWS_PER_STATEMENT) {
                    let rows = records
                        .iter()
                        .map(|(id, body)| {
                            Ok((
                                dsl::id.eq(*id),
                                $(dsl::$column.eq({ let $body = body; $value }),)*
                                dsl::version.eq(1_i64),
                                dsl::updated_at.eq(now),
                                dsl::body.eq($crate::db::records::to_text(*id, body)?),
                            ))
                        })
                        .collect::<Result<Vec<_>, $crate::db::Error>>()?;
                    let insert = diesel::insert_into(dsl::$table).values(rows);
                    $crate::db::dialect::each!(&mut *tx.conn, conn => insert.execute(conn))?;
                    for (id, _) in records {
                        tx.changed(<Self as $crate::domain::record::Noun>::KIND, *id);
                    }
                }
                Ok(())
            }

            fn replace(
                tx: &mut $crate::db::Tx<'_>,
                id: i64,
                version: i64,
                body: &Self,
            ) -> Result<bool, $crate::db::Error> {
                use diesel::prelude::*;
                use $crate::db::schema::$table::dsl;
                let rows = diesel::update(dsl::$table.filter(dsl::id.eq(id).and(dsl::version.eq(version))))
                    .set((
                        $(dsl::$column.eq({ let $body = body; $value }),)*
                        dsl::version.eq(version + 1),
                        dsl::updated_at.eq(tx.now.naive_utc()),
                        dsl::body.eq($crate::db::records::to_text(id, body)?),
                    ))
                    .execute(&mut *tx.conn)?;
                tx.changed(<Self as $crate::domain::record::Noun>::KIND, id);
                Ok(rows == 1)
            }
        }
    };
}
pub(super) use stored;

/// Calls `each` with the rows of a query on a catalogued noun's table, page by page in order of id.
macro_rules! pages {
    ($conn:expr, $rows:expr, $dsl:ident, $each:expr) => {{
        let mut after = i64::MIN;
        loop {
            let rows = $rows
                .filter($dsl::id.gt(after))
                .select(($dsl::id, $dsl::version, $dsl::updated_at, $dsl::body))
                .order($dsl::id)
                .limit($crate::db::records::ROWS_PER_PAGE)
                .load::<$crate::db::records::Row>($conn)?;
            let Some(last) = rows.last().map($crate::db::records::Row::id) else { return Ok(()) };
            $each($conn, after.saturating_add(1)..=last, $crate::db::records::read_all(rows))?;
            after = last;
        }
    }};
}
pub(super) use pages;

/// Whether an object of that kind and id is stored.
pub fn exists(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<bool, Error> {
    match kind {
        Kind::Organisation => Organisation::exists(conn, id),
        Kind::Base => Base::exists(conn, id),
        Kind::Series => Series::exists(conn, id),
        Kind::Campaign => Campaign::exists(conn, id),
        Kind::Route => Route::exists(conn, id),
        Kind::Event => Event::exists(conn, id),
        Kind::Resource => Resource::exists(conn, id),
        Kind::Policy => Policy::exists(conn, id),
        Kind::Bulletin => Bulletin::exists(conn, id),
        Kind::Featured => FeaturedList::exists(conn, id),
        Kind::Division => Division::exists(conn, id),
        Kind::Term => Term::exists(conn, id),
        Kind::CalendarYear => CalendarYear::exists(conn, id),
    }
}

/// SQLite takes some 32,000 bound values in a statement, PostgreSQL 65,535; both are slow long before.
pub(super) const IDS_PER_STATEMENT: usize = 1000;

/// Rows of an insert: with the widest table's columns well within what both stores bind in a statement.
pub(super) const ROWS_PER_STATEMENT: usize = 500;

/// Rows that are read at a time where a whole table is.
pub(super) const ROWS_PER_PAGE: i64 = 4_000;

/// The common columns of a catalogued noun.
#[derive(diesel::Queryable)]
pub(super) struct Row {
    id: i64,
    version: i64,
    updated_at: chrono::NaiveDateTime,
    body: String,
}

impl Row {
    pub(super) fn id(&self) -> i64 {
        self.id
    }

    /// The record, or `None` and a line in the log.
    pub(super) fn readable<T: Noun>(self) -> Option<Record<T>> {
        self.record().inspect_err(|error| tracing::error!(%error, "left out")).ok()
    }

    pub(super) fn record<T: Noun>(self) -> Result<Record<T>, Error> {
        let corrupt = |source| Error::Corrupt { kind: T::KIND.name(), id: self.id, source };
        let body = serde_json::from_str(&self.body).map_err(corrupt)?;
        Ok(Record { id: self.id, version: self.version, updated_at: self.updated_at.and_utc(), body })
    }
}

/// What is called with each page of a table: the ids that it spans, and its records.
pub type EachPage<'a, T> =
    dyn FnMut(&mut AnyConn, RangeInclusive<i64>, Vec<Record<T>>) -> Result<(), Error> + 'a;

/// The records of rows, read on all processors.
pub(super) fn read_all<T: Noun>(rows: Vec<Row>) -> Vec<Record<T>> {
    rows.into_par_iter().filter_map(Row::readable).collect()
}

pub(super) fn to_text<T: Noun>(id: i64, body: &T) -> Result<String, Error> {
    serde_json::to_string(body).map_err(|source| Error::Corrupt { kind: T::KIND.name(), id, source })
}
