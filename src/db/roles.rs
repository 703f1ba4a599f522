//! Who may do what: memberships of organisations, and authorities over divisions.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::Stored;
use super::schema::{authorities, memberships, sessions};
use crate::domain::divisions::{Adcode, Division};
use crate::domain::events::Event;
use crate::domain::ids::{OrganisationId, PersonId, SessionId};
use crate::domain::organisations::{Organisation, running};
use crate::domain::roles::{AuthorityRole, MemberRole, Role, Roles};
use crate::domain::text::Text;

/// The roles of a person: those in organisations first, each kind in the order in which it was given.
pub fn of_person(conn: &mut AnyConn, person: PersonId) -> Result<Roles, Error> {
    let memberships: Vec<(i64, String)> = memberships::table
        .filter(memberships::person_id.eq(person.get()))
        .order((memberships::created_at, memberships::organisation_id))
        .select((memberships::organisation_id, memberships::role))
        .load(conn)?;
    let authorities: Vec<(i64, String)> = authorities::table
        .filter(authorities::person_id.eq(person.get()))
        .order((authorities::created_at, authorities::division))
        .select((authorities::division, authorities::role))
        .load(conn)?;
    let member = |(id, role): (i64, String)| {
        Some(Role::Member(MemberRole::from_name(&role)?, OrganisationId::new(id)?))
    };
    let authority = |(division, role): (i64, String)| {
        Some(Role::Authority(AuthorityRole::from_name(&role)?, Adcode::from_number(division)?))
    };
    let members = memberships.into_iter().filter_map(member);
    Ok(Roles(members.chain(authorities.into_iter().filter_map(authority)).collect()))
}

/// The roles of a person, each with the name of its organisation or division.
pub fn named(conn: &mut AnyConn, person: PersonId) -> Result<Vec<(Role, Text)>, Error> {
    let Roles(roles) = of_person(conn, person)?;
    let mut named = Vec::with_capacity(roles.len());
    for role in roles {
        let name = match role {
            Role::Member(_, id) => Organisation::get(conn, id.get())?.map(|found| found.body.name),
            Role::Authority(_, adcode) => Division::get(conn, adcode.number())?.map(|found| found.body.name),
        };
        named.extend(name.map(|name| (role, name)));
    }
    Ok(named)
}

/// Gives a person a role, in place of the one they have in that organisation or over that division.
pub fn grant(tx: &mut Tx<'_>, person: PersonId, role: Role) -> Result<(), Error> {
    revoke(tx, person, role)?;
    let now = tx.now.naive_utc();
    match role {
        Role::Member(role, organisation) => diesel::insert_into(memberships::table)
            .values((
                memberships::person_id.eq(person.get()),
                memberships::organisation_id.eq(organisation.get()),
                memberships::role.eq(role.name()),
                memberships::created_at.eq(now),
            ))
            .execute(&mut *tx.conn)?,
        Role::Authority(role, division) => diesel::insert_into(authorities::table)
            .values((
                authorities::person_id.eq(person.get()),
                authorities::division.eq(division.number()),
                authorities::role.eq(role.name()),
                authorities::created_at.eq(now),
            ))
            .execute(&mut *tx.conn)?,
    };
    Ok(())
}

/// Takes from a person whatever role they have in that organisation or over that division.
pub fn revoke(tx: &mut Tx<'_>, person: PersonId, role: Role) -> Result<(), Error> {
    match role {
        Role::Member(_, organisation) => {
            diesel::delete(memberships::table.find((person.get(), organisation.get())))
                .execute(&mut *tx.conn)?
        }
        Role::Authority(_, division) => {
            diesel::delete(authorities::table.find((person.get(), division.number())))
                .execute(&mut *tx.conn)?
        }
    };
    Ok(())
}

/// Forgets all roles of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(memberships::table.filter(memberships::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    diesel::delete(authorities::table.filter(authorities::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// A member of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// In which role.
    pub role: MemberRole,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The members of an organisation, who came first first.
pub fn members(conn: &mut AnyConn, organisation: OrganisationId) -> Result<Vec<Member>, Error> {
    let rows: Vec<(i64, String, NaiveDateTime)> = memberships::table
        .filter(memberships::organisation_id.eq(organisation.get()))
        .order((memberships::created_at, memberships::person_id))
        .select((memberships::person_id, memberships::role, memberships::created_at))
        .load(conn)?;
    let member = |(person, role, since): (i64, String, NaiveDateTime)| {
        Some(Member {
            person: PersonId::new(person)?,
            role: MemberRole::from_name(&role)?,
            since: since.and_utc(),
        })
    };
    Ok(rows.into_iter().filter_map(member).collect())
}

/// The event of a session, with those who run it; `None` if there is no such session.
pub fn hosts_of_session(
    conn: &mut AnyConn,
    session: SessionId,
) -> Result<Option<(i64, Vec<OrganisationId>)>, Error> {
    let event: Option<i64> =
        sessions::table.find(session.get()).select(sessions::event_id).first(conn).optional()?;
    let Some(event) = event else { return Ok(None) };
    let record = Event::get(conn, event)?;
    Ok(record.map(|record| (event, running(&record.body.organisers).collect())))
}
