//! Who works here: extractors for those who hold a role, which is read from the store on every call. Outside what is
//! one's own, a thing that must not be known is 404, and one that the public knows is 403.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::params::PathId;
use super::person::{Asking, Person, known};
use super::problem::{Code, Problem};
use crate::db::roles;
use crate::domain::audit::Actor;
use crate::domain::divisions::Adcode;
use crate::domain::ids::{OrganisationId, SessionId};
use crate::domain::roles::{AuthorityRole, MemberRole, Roles};

/// Somebody who holds a role. What it lets them do, the handler asks: a role says where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub person: Person,
    /// All their roles; at least one.
    pub roles: Roles,
}

/// Somebody who may run the desk of the session that the path's `{id}` names: a member of one of its event's organisers,
/// whatever their role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Who.
    pub person: Person,
    /// At which session.
    pub session: SessionId,
}

/// What outsiders know of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is published.
    ToAll,
    /// It is not: they are not told that it exists.
    ToMembers,
}

impl Staff {
    /// As whom the audit knows them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person.id)
    }

    /// Lets through who may do what `role` may in at least one of the organisations whose thing it is.
    ///
    /// # Errors
    /// [`Code::Forbidden`]; to outsiders of what is not public, [`Code::NotFound`].
    pub fn of_organisations(
        &self,
        organisations: &[OrganisationId],
        role: MemberRole,
        known: Known,
    ) -> Result<(), Problem> {
        if self.roles.in_any(organisations, role) {
            return Ok(());
        }
        let inside = self.roles.in_any(organisations, MemberRole::Desk);
        Err(if inside || known == Known::ToAll { Code::Forbidden } else { Code::NotFound }.into())
    }

    /// Lets through who may do what `role` may in a division.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn of_division(&self, division: Adcode, role: AuthorityRole) -> Result<(), Problem> {
        if self.roles.over(division, role) { Ok(()) } else { Err(Code::Forbidden.into()) }
    }
}

impl FromRequest for Staff {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        known(request, |conn, person| {
            let roles = roles::of_person(conn, person.id)?;
            if roles.0.is_empty() { Err(Code::Forbidden.into()) } else { Ok(Self { person, roles }) }
        })
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let named = PathId::<SessionId>::from_request(request, payload).into_inner();
        known(request, |conn, person| {
            let PathId(session) = named?;
            let organisers = roles::organisers_of_session(conn, session)?.ok_or(Code::NotFound)?;
            let roles = roles::of_person(conn, person.id)?;
            if roles.in_any(&organisers, MemberRole::Desk) {
                Ok(Self { person, session })
            } else {
                Err(Code::Forbidden.into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{LoginId, PersonId};
    use crate::domain::roles::Role;

    #[test]
    fn what_is_not_public_does_not_exist_for_outsiders() {
        let [own, other] = ["museum", "garden"].map(OrganisationId::from_slug);
        let person = Person { id: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") };
        let roles = Roles(vec![Role::Member(MemberRole::Desk, own)]);
        let staff = Staff { person, roles };
        let code = |organisation, role, known| {
            staff.of_organisations(&[organisation], role, known).err().map(|problem| problem.code())
        };
        assert_eq!(code(own, MemberRole::Desk, Known::ToMembers), None);
        assert_eq!(code(own, MemberRole::Owner, Known::ToMembers), Some(Code::Forbidden));
        assert_eq!(code(other, MemberRole::Desk, Known::ToMembers), Some(Code::NotFound));
        assert_eq!(code(other, MemberRole::Desk, Known::ToAll), Some(Code::Forbidden));
        let guangzhou = "440100".parse().unwrap();
        assert!(staff.of_division(guangzhou, AuthorityRole::Reviewer).is_err());
    }
}
