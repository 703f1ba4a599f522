//! Pictures that organisations uploaded, with the sizes they were drawn in.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::publication::each_table;
use super::schema::{bases, drafts, events, image_sizes, images, resources, routes, series};
use crate::domain::ids::{ImageId, OrganisationId};
use crate::domain::images::{Encoding, Picture, Size};
use crate::domain::kinds::Kind;

#[derive(Queryable, Selectable)]
#[diesel(table_name = images)]
struct Row {
    id: i64,
    organisation_id: i64,
    alt: String,
    media_type: String,
    width: i32,
    height: i32,
    created_at: NaiveDateTime,
}

impl Row {
    /// The columns' CHECKs admit no other words, and nobody writes other numbers.
    fn picture(self) -> Option<Picture> {
        Some(Picture {
            id: ImageId::new(self.id)?,
            organisation: OrganisationId::new(self.organisation_id)?,
            alt: self.alt,
            encoding: Encoding::from_name(&self.media_type)?,
            width: self.width.try_into().ok()?,
            height: self.height.try_into().ok()?,
            created_at: self.created_at.and_utc(),
        })
    }
}

/// Keeps a picture with its sizes; `digest` is of the file that was uploaded.
pub fn insert(tx: &mut Tx<'_>, picture: &Picture, digest: &str, sizes: &[Size]) -> Result<(), Error> {
    let number = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let id = picture.id.get();
    diesel::insert_into(images::table)
        .values((
            images::id.eq(id),
            images::organisation_id.eq(picture.organisation.get()),
            images::alt.eq(&picture.alt),
            images::media_type.eq(picture.encoding.name()),
            images::width.eq(number(picture.width)),
            images::height.eq(number(picture.height)),
            images::digest.eq(digest),
            images::created_at.eq(picture.created_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    for size in sizes {
        diesel::insert_into(image_sizes::table)
            .values((
                image_sizes::image_id.eq(id),
                image_sizes::width.eq(number(size.width)),
                image_sizes::bytes.eq(&size.bytes),
            ))
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Those of these ids that are there.
pub fn find(conn: &mut AnyConn, ids: &[ImageId]) -> Result<Vec<Picture>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows: Vec<Row> = images::table
        .filter(images::id.eq_any(ids).and(images::removed_at.is_null()))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().filter_map(Row::picture).collect())
}

/// One of them.
pub fn get(conn: &mut AnyConn, id: ImageId) -> Result<Option<Picture>, Error> {
    Ok(find(conn, &[id])?.pop())
}

/// What names a picture, as it was approved or as it is drafted. Every row is looked at: pictures are seldom removed.
pub fn named_in(conn: &mut AnyConn, id: ImageId) -> Result<Vec<(Kind, i64)>, Error> {
    let name = format!("%\"{id}\"%");
    let mut found = Vec::new();
    for kind in [Kind::Event, Kind::Base, Kind::Route, Kind::Series] {
        let ids: Vec<i64> = each_table!(
            kind,
            table => table::table.filter(table::body.like(&name)).select(table::id).load(conn)?,
            Vec::new()
        );
        found.extend(ids.into_iter().map(|id| (kind, id)));
    }
    let drafted: Vec<(String, i64)> = drafts::table
        .filter(drafts::body.like(&name).or(drafts::base.assume_not_null().like(&name)))
        .select((drafts::kind, drafts::object_id))
        .load(conn)?;
    found.extend(drafted.into_iter().filter_map(|(kind, id)| Some((Kind::from_name(&kind)?, id))));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The picture that an organisation has of the same file with the same words.
pub fn same(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    digest: &str,
    alt: &str,
) -> Result<Option<Picture>, Error> {
    let row: Option<Row> = images::table
        .filter(images::organisation_id.eq(organisation.get()).and(images::removed_at.is_null()))
        .filter(images::digest.eq(digest).and(images::alt.eq(alt)))
        .order(images::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.and_then(Row::picture))
}

/// How many pictures an organisation has.
pub fn count(conn: &mut AnyConn, organisation: OrganisationId) -> Result<i64, Error> {
    let own = images::table.filter(images::organisation_id.eq(organisation.get()));
    Ok(own.filter(images::removed_at.is_null()).count().get_result(conn)?)
}

/// The pictures of organisations, the newest first: at most `limit` of those before `before`.
pub fn of_organisations(
    conn: &mut AnyConn,
    organisations: &[OrganisationId],
    before: Option<ImageId>,
    limit: i64,
) -> Result<Vec<Picture>, Error> {
    let organisations: Vec<i64> = organisations.iter().map(|one| one.get()).collect();
    let rows: Vec<Row> = images::table
        .filter(images::organisation_id.eq_any(organisations).and(images::removed_at.is_null()))
        .filter(images::id.lt(before.map_or(i64::MAX, ImageId::get)))
        .order(images::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().filter_map(Row::picture).collect())
}

/// How many pictures organisations have.
pub fn count_of_organisations(conn: &mut AnyConn, organisations: &[OrganisationId]) -> Result<i64, Error> {
    let organisations: Vec<i64> = organisations.iter().map(|one| one.get()).collect();
    let own = images::table.filter(images::organisation_id.eq_any(organisations));
    Ok(own.filter(images::removed_at.is_null()).count().get_result(conn)?)
}

/// The file of a picture in its narrowest size that is at least `width` wide, else in its widest.
pub fn file(
    conn: &mut AnyConn,
    id: ImageId,
    width: Option<u32>,
) -> Result<Option<(Encoding, Vec<u8>)>, Error> {
    let Some(picture) = get(conn, id)? else { return Ok(None) };
    let wanted = i32::try_from(width.unwrap_or(u32::MAX)).unwrap_or(i32::MAX);
    let sizes = || image_sizes::table.filter(image_sizes::image_id.eq(id.get())).select(image_sizes::bytes);
    let wide_enough = sizes().filter(image_sizes::width.ge(wanted)).order(image_sizes::width);
    let found: Option<Vec<u8>> = wide_enough.first(conn).optional()?;
    let found = match found {
        Some(bytes) => Some(bytes),
        None => sizes().order(image_sizes::width.desc()).first(conn).optional()?,
    };
    Ok(found.map(|bytes| (picture.encoding, bytes)))
}

/// Removes a picture with its sizes: it is shown nowhere again. `false` if there is none.
pub fn remove(tx: &mut Tx<'_>, id: ImageId) -> Result<bool, Error> {
    let there = images::table.filter(images::id.eq(id.get()).and(images::removed_at.is_null()));
    let removed =
        diesel::update(there).set(images::removed_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?;
    diesel::delete(image_sizes::table.filter(image_sizes::image_id.eq(id.get()))).execute(&mut *tx.conn)?;
    Ok(removed == 1)
}
