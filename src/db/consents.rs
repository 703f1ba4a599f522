//! Consents.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use hashbrown::HashSet;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::consents;
use crate::domain::consents::{Consent, subject};
use crate::domain::ids::{CompanionId, ConsentId, PersonId};
use crate::domain::policies::PolicyKind;
use crate::domain::sealing::Vault;

/// Notes that a person consents to a version of a policy now, for a companion where they are its guardian.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: ConsentId,
    person: PersonId,
    (kind, version): (PolicyKind, &str),
    companion: Option<CompanionId>,
) -> Result<(), Error> {
    diesel::insert_into(consents::table)
        .values((
            consents::id.eq(id.get()),
            consents::subject.eq(subject(vault, person)),
            consents::kind.eq(kind.name()),
            consents::policy_version.eq(version),
            consents::companion_id.eq(companion.map(CompanionId::get)),
            consents::given_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// All consents of a person that are kept, the oldest first.
pub fn of_person(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Consent>, Error> {
    type Row = (String, String, Option<i64>, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = consents::table
        .filter(consents::subject.eq(subject(vault, person)))
        .order((consents::given_at, consents::id))
        .select((
            consents::kind,
            consents::policy_version,
            consents::companion_id,
            consents::given_at,
            consents::ended_at,
        ))
        .load(conn)?;
    let read = |(kind, policy_version, companion, given_at, ended_at): Row| {
        Some(Consent {
            kind: PolicyKind::ALL.into_iter().find(|known| known.name() == kind)?,
            policy_version,
            companion: companion.and_then(CompanionId::new),
            given_at: given_at.and_utc(),
            ended_at: ended_at.map(|at| at.and_utc()),
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// For which of these companions a guardian's consent stands.
pub fn stand_for(conn: &mut AnyConn, ids: &[CompanionId]) -> Result<HashSet<CompanionId>, Error> {
    let mut found = HashSet::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<Option<i64>> = consents::table
            .filter(consents::companion_id.eq_any(ids.iter().map(|id| id.get())))
            .filter(consents::kind.eq(PolicyKind::Guardian.name()))
            .filter(consents::ended_at.is_null())
            .select(consents::companion_id)
            .load(conn)?;
        found.extend(rows.into_iter().flatten().filter_map(CompanionId::new));
    }
    Ok(found)
}

/// Ends a person's consents for a companion, now.
pub fn end_for(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: PersonId,
    companion: CompanionId,
) -> Result<(), Error> {
    let standing = consents::table
        .filter(consents::subject.eq(subject(vault, person)))
        .filter(consents::companion_id.eq(companion.get()))
        .filter(consents::ended_at.is_null());
    diesel::update(standing).set(consents::ended_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Ends all consents of a person, now.
pub fn end_all(tx: &mut Tx<'_>, vault: &Vault, person: PersonId) -> Result<(), Error> {
    let standing = consents::table
        .filter(consents::subject.eq(subject(vault, person)))
        .filter(consents::ended_at.is_null());
    diesel::update(standing).set(consents::ended_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes consents that had ended before `before`; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let ended = consents::table.filter(consents::ended_at.lt(before.naive_utc()));
    Ok(diesel::delete(ended).execute(&mut *tx.conn)?)
}
