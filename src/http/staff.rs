//! Who works here: extractors for those who hold a role, which is read from the store on every call. Outside what is
//! one's own, a thing that must not be known is 404, and one that the public knows is 403.
//!
//! Of a suspended organisation members read and do not write: whatever is not a GET is refused where an operation asks
//! whether they may, but for calling off what people have signed up for ([`Author::unbarred`]). At its doors whoever signed
//! up before is let in, and nothing else is done.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::{FromRequest, HttpRequest, web};

use super::params::PathId;
use super::person::{Asking, Person, known};
use super::problem::{Code, Problem};
use super::state::Members;
use crate::db::{AnyConn, Error, api_keys, organisations, publication, roles};
use crate::domain::api_keys::{ApiKey, GivenKey, Scope};
use crate::domain::audit::Actor;
use crate::domain::ids::{OrganisationId, SessionId};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::roles::{MemberRole, Role, Roles};

/// The header of partners' systems.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Somebody who holds a role. What it lets them do, the handler asks: a role says where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub person: Person,
    /// All their roles; at least one.
    pub roles: Roles,
    /// The suspended organisations among theirs, where the request is to change something.
    barred: Vec<OrganisationId>,
}

/// Who writes for an organisation: a member, or the system of a partner by its key, which may do what an editor may as far
/// as its scopes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// A member, or an authority.
    Staff(Staff),
    /// A partner's system.
    System(System),
}

/// The system of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// By which key.
    pub key: ApiKey,
    /// What an editor of its organisation may.
    roles: Roles,
    /// Its organisation, where that is suspended and the request is to change something.
    barred: Vec<OrganisationId>,
}

/// Somebody who may run the desk of the session that the path's `{id}` names: a member of one of those who run its event,
/// whatever their role there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Who.
    pub person: Person,
    /// At which session.
    pub session: SessionId,
    /// Whether every organisation through which they are here is suspended.
    barred: bool,
}

impl Desk {
    /// Lets through who does more than let in those who signed up.
    ///
    /// # Errors
    /// [`Code::OrganisationSuspended`].
    pub fn more_than_doors(&self) -> Result<(), Problem> {
        if self.barred { Err(Code::OrganisationSuspended.into()) } else { Ok(()) }
    }
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
        let_through(&self.roles, &self.barred, organisations, role, known)
    }
}

impl Author {
    /// Lets through who may do what `role` may in an organisation; a system needs the scope too, where there is one.
    ///
    /// # Errors
    /// Those of [`Staff::of_organisations`]; [`Code::ScopeMissing`].
    pub fn of_organisation(
        &self,
        organisation: OrganisationId,
        role: MemberRole,
        scope: Option<Scope>,
        known: Known,
    ) -> Result<(), Problem> {
        match self {
            Self::Staff(staff) => staff.of_organisations(&[organisation], role, known),
            Self::System(System { key, roles, barred }) => {
                let_through(roles, barred, &[organisation], role, known)?;
                let lacks = scope.is_some_and(|scope| !key.scopes.contains(&scope));
                if lacks { Err(Code::ScopeMissing.into()) } else { Ok(()) }
            }
        }
    }

    /// What they may.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        match self {
            Self::Staff(staff) => &staff.roles,
            Self::System(system) => &system.roles,
        }
    }

    /// The same, to do what only ever protects people: that their organisation is suspended does not keep them from it.
    #[must_use]
    pub fn unbarred(&self) -> Self {
        let barred = Vec::new();
        match self.clone() {
            Self::Staff(staff) => Self::Staff(Staff { barred, ..staff }),
            Self::System(system) => Self::System(System { barred, ..system }),
        }
    }

    /// Who it is, for the audit.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Staff(staff) => Actor::Person(staff.person.id),
            Self::System(system) => Actor::ApiKey(system.key.id),
        }
    }
}

fn let_through(
    roles: &Roles,
    barred: &[OrganisationId],
    organisations: &[OrganisationId],
    role: MemberRole,
    known: Known,
) -> Result<(), Problem> {
    if roles.in_any(organisations, role) {
        let free: Vec<_> = organisations.iter().copied().filter(|one| !barred.contains(one)).collect();
        let free = roles.in_any(&free, role);
        return if free { Ok(()) } else { Err(Code::OrganisationSuspended.into()) };
    }
    let inside = roles.in_any(organisations, MemberRole::Desk);
    Err(if inside || known == Known::ToAll { Code::Forbidden } else { Code::NotFound }.into())
}

/// The suspended organisations among those of these roles, where a request is to change something.
fn barred(conn: &mut AnyConn, writes: bool, roles: &Roles) -> Result<Vec<OrganisationId>, Error> {
    let own = roles.organisations(MemberRole::Desk);
    if writes && !own.is_empty() { organisations::suspended_among(conn, &own) } else { Ok(Vec::new()) }
}

impl FromRequest for Staff {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let writes = !request.method().is_safe();
        known(request, move |conn, person| {
            let roles = roles::of_person(conn, person.id)?;
            if roles.0.is_empty() {
                return Err(Code::Forbidden.into());
            }
            let barred = barred(conn, writes, &roles)?;
            Ok(Self { person, roles, barred })
        })
    }
}

impl FromRequest for Author {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let Some(given) = headers.get(API_KEY) else {
            let staff = Staff::from_request(request, payload);
            return Box::pin(async move { staff.await.map(Self::Staff) });
        };
        let both = headers.contains_key(header::AUTHORIZATION);
        let given = given.to_str().ok().and_then(|text| text.parse::<GivenKey>().ok());
        let (writes, members) =
            (!request.method().is_safe(), request.app_data::<web::Data<Members>>().cloned());
        Box::pin(async move {
            if both {
                return Err(Code::TwoIdentities.into());
            }
            let given = given.ok_or(Code::ApiKeyInvalid)?;
            let members = members.ok_or(Code::Unavailable)?.into_inner();
            members.aside(move |members| system(members, &given, writes)).await.map(Self::System)
        })
    }
}

/// The system that a key is of.
fn system(members: &Members, given: &GivenKey, writes: bool) -> Result<System, Problem> {
    let now = members.clock.now();
    let (key, roles, barred) = members.db.read(|conn| {
        let key = api_keys::good(conn, given, now)?.ok_or(Code::ApiKeyInvalid)?;
        let roles = Roles(vec![Role::Member(MemberRole::Editor, key.organisation)]);
        let barred = barred(conn, writes, &roles)?;
        Ok::<_, Problem>((key, roles, barred))
    })?;
    members.organisations.used(&key, now)?;
    Ok(System { key, roles, barred })
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Asking<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let named = PathId::<SessionId>::from_request(request, payload).into_inner();
        known(request, |conn, person| {
            let PathId(session) = named?;
            let (event, hosts) = roles::hosts_of_session(conn, session)?.ok_or(Code::NotFound)?;
            let roles = roles::of_person(conn, person.id)?;
            if !roles.in_any(&hosts, MemberRole::Desk) {
                let public = publication::of(conn, Kind::Event, event)? == Some(Publication::Public);
                return Err(if public { Code::Forbidden } else { Code::NotFound }.into());
            }
            let suspended = organisations::suspended_among(conn, &hosts)?;
            let free: Vec<_> = hosts.into_iter().filter(|one| !suspended.contains(one)).collect();
            let barred = !roles.in_any(&free, MemberRole::Desk);
            Ok(Self { person, session, barred })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{LoginId, PersonId};

    #[test]
    fn what_is_not_public_does_not_exist_for_outsiders() {
        let [own, other] = ["museum", "garden"].map(OrganisationId::from_slug);
        let person = Person { id: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") };
        let roles = Roles(vec![Role::Member(MemberRole::Desk, own)]);
        let staff = Staff { person, roles, barred: Vec::new() };
        let code = |organisation, role, known| {
            staff.of_organisations(&[organisation], role, known).err().map(|problem| problem.code())
        };
        assert_eq!(code(own, MemberRole::Desk, Known::ToMembers), None);
        assert_eq!(code(own, MemberRole::Owner, Known::ToMembers), Some(Code::Forbidden));
        assert_eq!(code(other, MemberRole::Desk, Known::ToMembers), Some(Code::NotFound));
        assert_eq!(code(other, MemberRole::Desk, Known::ToAll), Some(Code::Forbidden));
    }

    #[test]
    fn members_of_a_suspended_organisation_write_for_another_one_only() {
        let [own, other] = ["museum", "garden"].map(OrganisationId::from_slug);
        let roles = Roles(vec![Role::Member(MemberRole::Editor, own), Role::Member(MemberRole::Desk, other)]);
        let code = |organisations: &[OrganisationId], role| {
            let through = let_through(&roles, &[own], organisations, role, Known::ToAll);
            through.err().map(|problem| problem.code())
        };
        assert_eq!(code(&[own], MemberRole::Editor), Some(Code::OrganisationSuspended));
        assert_eq!(code(&[own, other], MemberRole::Desk), None);
        assert_eq!(code(&[own, other], MemberRole::Editor), Some(Code::OrganisationSuspended));
        assert_eq!(code(&[own], MemberRole::Owner), Some(Code::Forbidden));
    }
}
