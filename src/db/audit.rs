//! The audit: entries, what they tell of persons, and where the chain ends.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{audit_entries as entries, audit_head as head, audit_personal as personal};
use super::sealed::Column;
use crate::domain::audit::chain::{Head, Link};
use crate::domain::audit::{Actor, Entry, Noted, Object};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{ApiKeyId, OrganisationId, PersonId};
use crate::domain::sealing::{Opened, Vault};

/// What else entries tell of persons.
pub const VALUE: Column = Column::of("audit_personal", "value");

/// Writes an entry that has no place in the chain yet; gives its id.
pub fn insert(tx: &mut Tx<'_>, entry: &Entry) -> Result<i64, Error> {
    let api_key = match entry.actor {
        Actor::ApiKey(key) => Some(key.get()),
        Actor::Person(_) | Actor::Operator | Actor::Service => None,
    };
    let row = diesel::insert_into(entries::table).values((
        entries::at.eq(tx.now.naive_utc()),
        entries::actor.eq(entry.actor.word()),
        entries::api_key_id.eq(api_key),
        entries::action.eq(entry.action.name()),
        entries::object_kind.eq(entry.object.map(|Object { kind, .. }| kind)),
        entries::object_id.eq(entry.object.map(|Object { id, .. }| id)),
        entries::organisation_id.eq(entry.organisation.map(OrganisationId::get)),
        entries::division.eq(entry.division.map(Adcode::number)),
        entries::reason.eq(entry.reason.as_deref()),
        entries::before_text.eq(entry.before.as_ref().map(ToString::to_string)),
        entries::after_text.eq(entry.after.as_ref().map(ToString::to_string)),
    ));
    Ok(each!(&mut *tx.conn, conn => row.returning(entries::id).get_result(conn))?)
}

/// Writes entries of one actor that have no place in the chain yet, many rows in a statement; of a person it writes that
/// they stand in each as `part`. Gives their ids.
pub fn insert_many(tx: &mut Tx<'_>, actor: Actor, part: &str, all: &[Entry]) -> Result<Vec<i64>, Error> {
    let mut written = Vec::with_capacity(all.len());
    let api_key = match actor {
        Actor::ApiKey(key) => Some(key.get()),
        Actor::Person(_) | Actor::Operator | Actor::Service => None,
    };
    for all in all.chunks(ROWS_PER_STATEMENT) {
        let row = |entry: &Entry| {
            (
                entries::at.eq(tx.now.naive_utc()),
                entries::actor.eq(actor.word()),
                entries::api_key_id.eq(api_key),
                entries::action.eq(entry.action.name()),
                entries::object_kind.eq(entry.object.map(|Object { kind, .. }| kind)),
                entries::object_id.eq(entry.object.map(|Object { id, .. }| id)),
                entries::organisation_id.eq(entry.organisation.map(OrganisationId::get)),
                entries::division.eq(entry.division.map(Adcode::number)),
                entries::reason.eq(entry.reason.clone()),
                entries::before_text.eq(entry.before.as_ref().map(ToString::to_string)),
                entries::after_text.eq(entry.after.as_ref().map(ToString::to_string)),
            )
        };
        let insert = diesel::insert_into(entries::table).values(all.iter().map(row).collect::<Vec<_>>());
        let ids: Vec<i64> = each!(&mut *tx.conn, conn => insert.returning(entries::id).get_results(conn))?;
        written.extend(&ids);
        let Actor::Person(person) = actor else { continue };
        let rows = ids.into_iter().map(|id| {
            (personal::entry_id.eq(id), personal::part.eq(part), personal::person_id.eq(person.get()))
        });
        let insert = diesel::insert_into(personal::table).values(rows.collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(written)
}

/// Writes that a person stands in an entry; gives the row's id.
pub fn insert_person(tx: &mut Tx<'_>, entry: i64, part: &str, person: PersonId) -> Result<i64, Error> {
    let row = diesel::insert_into(personal::table).values((
        personal::entry_id.eq(entry),
        personal::part.eq(part),
        personal::person_id.eq(person.get()),
    ));
    Ok(each!(&mut *tx.conn, conn => row.returning(personal::id).get_result(conn))?)
}

/// Writes, sealed, what an entry tells of a person beside who it is.
pub fn insert_text(
    tx: &mut Tx<'_>,
    vault: &Vault,
    entry: i64,
    part: &str,
    person: PersonId,
    text: &str,
) -> Result<(), Error> {
    let id = insert_person(tx, entry, part, person)?;
    let sealed = VALUE.seal(vault, id, text)?;
    diesel::update(personal::table.find(id)).set(personal::value.eq(sealed)).execute(&mut *tx.conn)?;
    Ok(())
}

/// Marks entries.
pub fn mark(tx: &mut Tx<'_>, marks: &[(i64, String)]) -> Result<(), Error> {
    set_marks(tx, "audit_entries", marks)
}

/// Marks what entries tell of persons, by row.
pub fn mark_persons(tx: &mut Tx<'_>, marks: &[(i64, String)]) -> Result<(), Error> {
    set_marks(tx, "audit_personal", marks)
}

fn set_marks(tx: &mut Tx<'_>, table: &'static str, marks: &[(i64, String)]) -> Result<(), Error> {
    for marks in marks.chunks(ROWS_PER_STATEMENT) {
        // Numbers, and marks in URL-safe base64: nothing of it could end the quotes.
        let rows: Vec<_> = marks.iter().map(|(id, mark)| format!("({id}, '{mark}')")).collect();
        let rows = rows.join(", ");
        let statement =
            format!("UPDATE {table} SET mark = v.column2 FROM (VALUES {rows}) AS v WHERE id = v.column1");
        each!(&mut *tx.conn, conn => diesel::sql_query(statement).execute(conn))?;
    }
    Ok(())
}

/// Whether entries wait for their place that were not refused.
pub fn any_loose(conn: &mut AnyConn) -> Result<bool, Error> {
    Ok(entries::table
        .filter(entries::number.is_null().and(entries::refused_at.is_null()))
        .select(entries::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// Refuses an entry its place: it is passed over from now on.
pub fn refuse(tx: &mut Tx<'_>, entry: i64) -> Result<(), Error> {
    diesel::update(entries::table.find(entry).filter(entries::number.is_null()))
        .set(entries::refused_at.eq(tx.now.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Has every entry judged anew that was refused.
pub fn reconsider(tx: &mut Tx<'_>) -> Result<(), Error> {
    diesel::update(entries::table.filter(entries::number.is_null().and(entries::refused_at.is_not_null())))
        .set(entries::refused_at.eq(None::<NaiveDateTime>))
        .execute(&mut *tx.conn)?;
    Ok(())
}

type LinkRow = (
    (i64, NaiveDateTime, String, Option<i64>, String, Option<String>, Option<i64>),
    (Option<i64>, Option<i64>, Option<String>, Option<String>, Option<String>),
    (Option<String>, Option<i64>, Option<String>, Option<String>, Option<String>),
);

type LinkColumns = (
    (
        entries::id,
        entries::at,
        entries::actor,
        entries::api_key_id,
        entries::action,
        entries::object_kind,
        entries::object_id,
    ),
    (entries::organisation_id, entries::division, entries::reason, entries::before_text, entries::after_text),
    (entries::digests, entries::number, entries::previous, entries::hash, entries::mark),
);

const LINK: LinkColumns = (
    (
        entries::id,
        entries::at,
        entries::actor,
        entries::api_key_id,
        entries::action,
        entries::object_kind,
        entries::object_id,
    ),
    (entries::organisation_id, entries::division, entries::reason, entries::before_text, entries::after_text),
    (entries::digests, entries::number, entries::previous, entries::hash, entries::mark),
);

/// A link, and the hash that stands beside it; both are empty where it has no place yet.
fn link(row: LinkRow) -> (Link, String) {
    let (
        (id, at, actor, api_key, action, object_kind, object_id),
        (organisation, division, reason, before, after),
        (digests, number, previous, hash, mark),
    ) = row;
    let link = Link {
        id,
        at,
        actor,
        api_key,
        action,
        object_kind,
        object_id,
        organisation,
        division,
        reason,
        before,
        after,
        mark,
        digests: digests.unwrap_or_default(),
        number: number.unwrap_or_default(),
        previous: previous.unwrap_or_default(),
    };
    (link, hash.unwrap_or_default())
}

/// These entries, in the order of their ids.
pub fn of_ids(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<Link>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let those = entries::table.filter(entries::id.eq_any(ids)).order(entries::id);
        let rows: Vec<LinkRow> = those.select(LINK).load(conn)?;
        found.extend(rows.into_iter().map(|row| link(row).0));
    }
    Ok(found)
}

/// At most `limit` entries that wait for their place and were not refused, in the order of their ids.
pub fn loose(conn: &mut AnyConn, limit: i64) -> Result<Vec<Link>, Error> {
    let waiting = entries::table.filter(entries::number.is_null().and(entries::refused_at.is_null()));
    let rows: Vec<LinkRow> = waiting.order(entries::id).limit(limit).select(LINK).load(conn)?;
    Ok(rows.into_iter().map(|row| link(row).0).collect())
}

/// At most `limit` entries outside the chain, refused or not, of ids after this one, in their order.
pub fn outside(conn: &mut AnyConn, after: i64, limit: i64) -> Result<Vec<Link>, Error> {
    let outside = entries::table.filter(entries::number.is_null().and(entries::id.gt(after)));
    let rows: Vec<LinkRow> = outside.order(entries::id).limit(limit).select(LINK).load(conn)?;
    Ok(rows.into_iter().map(|row| link(row).0).collect())
}

/// At most `limit` entries of the chain after the one of this number, in their order, each with the hash that stands
/// beside it.
pub fn after(conn: &mut AnyConn, number: i64, limit: i64) -> Result<Vec<(Link, String)>, Error> {
    let next = entries::table.filter(entries::number.gt(number)).order(entries::number).limit(limit);
    let rows: Vec<LinkRow> = next.select(LINK).load(conn)?;
    Ok(rows.into_iter().map(link).collect())
}

/// What an entry tells of a person.
#[derive(Debug)]
pub struct Stored {
    /// The id of the row.
    pub id: i64,
    /// As what it stands in the entry.
    pub part: String,
    /// The number of the person.
    pub person: i64,
    /// The salt, once it was drawn.
    pub salt: Option<String>,
    /// What shows that the service noted it.
    pub mark: Option<String>,
    /// What it is beside that, sealed.
    value: Option<String>,
}

impl Stored {
    /// What it is beside who it is.
    ///
    /// # Errors
    /// [`Error::Sealing`] if it was changed, or its key is not given.
    pub fn text(&self, vault: &Vault) -> Result<Option<Opened>, Error> {
        self.value.as_ref().map(|sealed| VALUE.open(vault, self.id, sealed)).transpose()
    }
}

/// What these entries tell of persons, by entry.
pub fn personal_of(
    conn: &mut AnyConn,
    entries: RangeInclusive<i64>,
) -> Result<HashMap<i64, Vec<Stored>>, Error> {
    type Row = (i64, i64, String, i64, Option<String>, Option<String>, Option<String>);
    let rows: Vec<Row> = personal::table
        .filter(personal::entry_id.between(*entries.start(), *entries.end()))
        .order(personal::id)
        .select((
            personal::id,
            personal::entry_id,
            personal::part,
            personal::person_id,
            personal::salt,
            personal::mark,
            personal::value,
        ))
        .load(conn)?;
    let mut by_entry: HashMap<i64, Vec<Stored>> = HashMap::new();
    for (id, entry, part, person, salt, mark, value) in rows {
        by_entry.entry(entry).or_default().push(Stored { id, part, person, salt, mark, value });
    }
    Ok(by_entry)
}

/// Draws a salt for a row.
pub fn set_salt(tx: &mut Tx<'_>, row: i64, salt: &str) -> Result<(), Error> {
    diesel::update(personal::table.find(row)).set(personal::salt.eq(salt)).execute(&mut *tx.conn)?;
    Ok(())
}

/// Gives an entry its place.
pub fn chain(tx: &mut Tx<'_>, link: &Link, hash: &str) -> Result<(), Error> {
    diesel::update(entries::table.find(link.id).filter(entries::number.is_null()))
        .set((
            entries::number.eq(link.number),
            entries::previous.eq(&link.previous),
            entries::digests.eq(&link.digests),
            entries::hash.eq(hash),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Where the chain ends, with its seal. The row is this transaction's until it ends: whoever chains elsewhere waits.
pub fn hold_head(tx: &mut Tx<'_>) -> Result<(Head, String), Error> {
    diesel::update(head::table).set(head::id.eq(1_i64)).execute(&mut *tx.conn)?;
    read_head(tx)?.ok_or(Error::Query(diesel::NotFound))
}

/// Where the chain ends, with its seal; `None` if that record was deleted.
pub fn read_head(conn: &mut AnyConn) -> Result<Option<(Head, String)>, Error> {
    let row: Option<(i64, String, String)> =
        head::table.select((head::number, head::hash, head::seal)).first(conn).optional()?;
    Ok(row.map(|(number, hash, seal)| (Head { number, hash }, seal)))
}

/// Says where the chain ends now.
pub fn set_head(tx: &mut Tx<'_>, new: &Head, seal: &str) -> Result<(), Error> {
    diesel::update(head::table)
        .set((head::number.eq(new.number), head::hash.eq(&new.hash), head::seal.eq(seal)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes what all entries tell of a person, salts and values; the entries stay. Says of how much the chain has digests.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<i64, Error> {
    let theirs = || personal::table.filter(personal::person_id.eq(person.get()));
    let chained: i64 = theirs().filter(personal::salt.is_not_null()).count().get_result(&mut *tx.conn)?;
    diesel::delete(theirs()).execute(&mut *tx.conn)?;
    Ok(chained)
}

/// An entry in which somebody stands, as they are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// When it was.
    pub at: DateTime<Utc>,
    /// The word of what was done.
    pub action: String,
    /// As what they stand in it.
    pub part: String,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
}

/// The entries in which a person stands, the oldest first.
pub fn of_person(conn: &mut AnyConn, person: PersonId) -> Result<Vec<Mention>, Error> {
    let rows: Vec<(NaiveDateTime, String, String, Option<i64>)> = entries::table
        .inner_join(personal::table.on(personal::entry_id.eq(entries::id)))
        .filter(personal::person_id.eq(person.get()))
        .order((entries::id, personal::id))
        .select((entries::at, entries::action, personal::part, entries::organisation_id))
        .load(conn)?;
    let mention = |(at, action, part, organisation): (NaiveDateTime, String, String, Option<i64>)| Mention {
        at: at.and_utc(),
        action,
        part,
        organisation: organisation.and_then(OrganisationId::new),
    };
    Ok(rows.into_iter().map(mention).collect())
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The divisions, with those within them, of which the caller may read.
    pub divisions: Vec<Adcode>,
    /// From when on.
    pub from: Option<DateTime<Utc>>,
    /// Until before when.
    pub to: Option<DateTime<Utc>>,
    /// By whom: the number of a person or of a key.
    pub actor: Option<i64>,
    /// Which action, by its word.
    pub action: Option<&'static str>,
    /// Which kind of object, by its word.
    pub kind: Option<&'static str>,
    /// Which object, by its number.
    pub object: Option<i64>,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
}

/// Narrows a statement to what a filter asks for.
macro_rules! asked {
    ($all:expr, $filter:expr) => {{
        let filter: &Filter = $filter;
        let mut asked = $all.into_boxed();
        // The first `or` of a statement without a condition is its condition.
        for division in &filter.divisions {
            let within = division.within();
            asked = asked.or_filter(entries::division.between(*within.start(), *within.end()));
            if division.is_province() {
                asked = asked.or_filter(entries::division.is_null());
            }
        }
        if let Some(from) = filter.from {
            asked = asked.filter(entries::at.ge(from.naive_utc()));
        }
        if let Some(to) = filter.to {
            asked = asked.filter(entries::at.lt(to.naive_utc()));
        }
        if let Some(actor) = filter.actor {
            let theirs = personal::table
                .filter(personal::person_id.eq(actor).and(personal::part.eq(Entry::ACTOR)))
                .select(personal::entry_id);
            asked = asked.filter(entries::id.eq_any(theirs).or(entries::api_key_id.eq(actor)));
        }
        if let Some(action) = filter.action {
            asked = asked.filter(entries::action.eq(action));
        }
        if let Some(kind) = filter.kind {
            asked = asked.filter(entries::object_kind.eq(kind));
        }
        if let Some(object) = filter.object {
            asked = asked.filter(entries::object_id.eq(object));
        }
        if let Some(organisation) = filter.organisation {
            asked = asked.filter(entries::organisation_id.eq(organisation.get()));
        }
        asked
    }};
}

/// A page of entries, newest first: at most `limit` of those before the one of this id.
pub fn list(
    conn: &mut AnyConn,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Noted>, Error> {
    if filter.divisions.is_empty() {
        return Ok(Vec::new());
    }
    let mut page = asked!(entries::table.select(LINK), filter)
        .order(entries::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX));
    if let Some(before) = before {
        page = page.filter(entries::id.lt(before));
    }
    let rows: Vec<LinkRow> = page.load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.0.0).collect();
    let named: Vec<(i64, String, i64)> = personal::table
        .filter(personal::entry_id.eq_any(ids))
        .filter(personal::part.eq_any([Entry::ACTOR, Entry::SUBJECT]))
        .select((personal::entry_id, personal::part, personal::person_id))
        .load(conn)?;
    let named: HashMap<(i64, String), i64> =
        named.into_iter().map(|(entry, part, person)| ((entry, part), person)).collect();
    let noted = |row: LinkRow| {
        let (link, hash) = link(row);
        let person = |part: &str| named.get(&(link.id, part.to_owned())).copied().and_then(PersonId::new);
        Noted {
            id: link.id,
            number: (link.number > 0).then_some(link.number),
            hash: (!hash.is_empty()).then_some(hash),
            at: link.at.and_utc(),
            person: person(Entry::ACTOR),
            subject: person(Entry::SUBJECT),
            actor: link.actor,
            api_key: link.api_key.and_then(ApiKeyId::new),
            action: link.action,
            object: link.object_kind.zip(link.object_id),
            organisation: link.organisation.and_then(OrganisationId::new),
            division: link.division.and_then(Adcode::from_number),
            reason: link.reason,
            before: link.before,
            after: link.after,
        }
    };
    Ok(rows.into_iter().map(noted).collect())
}

/// How many entries are asked for.
pub fn count(conn: &mut AnyConn, filter: &Filter) -> Result<u64, Error> {
    if filter.divisions.is_empty() {
        return Ok(0);
    }
    let count: i64 = asked!(entries::table.count(), filter).get_result(conn)?;
    Ok(count.unsigned_abs())
}
