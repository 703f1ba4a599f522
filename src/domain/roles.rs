//! What somebody may do beside what everybody may: for an organisation as one of its members, or over a division as an
//! authority.

use super::divisions::Adcode;
use super::ids::OrganisationId;
use super::words::words;

words! {
    /// What a member of an organisation may do; each may do what those before may.
    MemberRole {
        /// Receives visitors: runs the desk of sessions.
        Desk = "desk",
        /// Also writes what the organisation offers.
        Editor = "editor",
        /// Also says who is a member.
        Owner = "owner",
    }

    /// What an authority may do in its division, and in those within; each may do what those before may.
    AuthorityRole {
        /// Reviews what is to be published.
        Reviewer = "reviewer",
        /// Also administers campaigns and organisations.
        Administrator = "administrator",
    }
}

/// One role of a person. A person has at most one in an organisation, and at most one over a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A member of an organisation.
    Member(MemberRole, OrganisationId),
    /// An authority over a division.
    Authority(AuthorityRole, Adcode),
}

/// All roles of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles(pub Vec<Role>);

impl Role {
    /// The name of what it lets its holder do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Member(role, _) => role.name(),
            Self::Authority(role, _) => role.name(),
        }
    }

    /// Whether it is held in the same organisation, or over the same division, as another.
    #[must_use]
    pub fn is_where(self, other: Self) -> bool {
        match (self, other) {
            (Self::Member(_, one), Self::Member(_, other)) => one == other,
            (Self::Authority(_, one), Self::Authority(_, other)) => one == other,
            _ => false,
        }
    }
}

impl Roles {
    /// The organisations in which somebody may do what `role` may.
    #[must_use]
    pub fn organisations(&self, role: MemberRole) -> Vec<OrganisationId> {
        let of = |held: &Role| match held {
            Role::Member(held, organisation) => (*held >= role).then_some(*organisation),
            Role::Authority(..) => None,
        };
        self.0.iter().filter_map(of).collect()
    }

    /// The divisions over which somebody may do what `role` may.
    #[must_use]
    pub fn divisions(&self, role: AuthorityRole) -> Vec<Adcode> {
        let over = |held: &Role| match held {
            Role::Authority(held, division) => (*held >= role).then_some(*division),
            Role::Member(..) => None,
        };
        self.0.iter().filter_map(over).collect()
    }

    /// Whether somebody may do what `role` may in at least one of these organisations.
    #[must_use]
    pub fn in_any(&self, organisations: &[OrganisationId], role: MemberRole) -> bool {
        self.0.iter().any(|held| match held {
            Role::Member(held, organisation) => *held >= role && organisations.contains(organisation),
            Role::Authority(..) => false,
        })
    }

    /// Whether somebody may do what `role` may in a division.
    #[must_use]
    pub fn over(&self, division: Adcode, role: AuthorityRole) -> bool {
        self.0.iter().any(|held| match held {
            Role::Authority(held, own) => *held >= role && own.covers(division),
            Role::Member(..) => false,
        })
    }

    /// How high somebody stands who may do what `role` may in a division: how many codes the widest of their divisions spans
    /// that cover it; 0 if none does.
    #[must_use]
    pub fn level_over(&self, division: Adcode, role: AuthorityRole) -> i64 {
        let own = self.divisions(role).into_iter().filter(|own| own.covers(division));
        own.map(|own| own.within().end() - own.within().start() + 1).max().unwrap_or_default()
    }

    /// Whether somebody is an authority anywhere.
    #[must_use]
    pub fn any_authority(&self) -> bool {
        self.0.iter().any(|held| matches!(held, Role::Authority(..)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adcode(text: &str) -> Adcode {
        text.parse().unwrap()
    }

    #[test]
    fn a_member_may_do_what_lesser_members_may_and_nothing_elsewhere() {
        let [own, other] = ["museum", "garden"].map(OrganisationId::from_slug);
        let roles = Roles(vec![Role::Member(MemberRole::Editor, own)]);
        assert!(roles.in_any(&[other, own], MemberRole::Desk) && roles.in_any(&[own], MemberRole::Editor));
        assert!(!roles.in_any(&[own], MemberRole::Owner));
        assert_eq!(roles.organisations(MemberRole::Editor), [own]);
        assert!(roles.organisations(MemberRole::Owner).is_empty());
        assert!(!roles.in_any(&[other], MemberRole::Desk) && !roles.in_any(&[], MemberRole::Desk));
        assert!(!roles.over(adcode("440100"), AuthorityRole::Reviewer) && !roles.any_authority());
    }

    #[test]
    fn an_authority_reaches_what_lies_within_its_division() {
        let roles = Roles(vec![Role::Authority(AuthorityRole::Reviewer, adcode("440100"))]);
        for within in ["440100", "440106"] {
            assert!(roles.over(adcode(within), AuthorityRole::Reviewer), "{within}");
            assert!(!roles.over(adcode(within), AuthorityRole::Administrator), "{within}");
        }
        for beyond in ["440000", "440300", "440305", "441900", "810000"] {
            assert!(!roles.over(adcode(beyond), AuthorityRole::Reviewer), "{beyond}");
        }
        let level = |own: &str| {
            let roles = Roles(vec![Role::Authority(AuthorityRole::Reviewer, adcode(own))]);
            roles.level_over(adcode("440106"), AuthorityRole::Reviewer)
        };
        assert!(level("440000") > level("440100") && level("440100") > level("440106"));
        assert!(level("440106") > level("440300") && level("440300") == 0);
        let provincial = Roles(vec![Role::Authority(AuthorityRole::Administrator, adcode("440000"))]);
        assert!(provincial.over(adcode("441900"), AuthorityRole::Reviewer));
        assert!(!provincial.over(adcode("810001"), AuthorityRole::Reviewer));
        assert!(!provincial.in_any(&[OrganisationId::from_slug("museum")], MemberRole::Desk));
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for &role in MemberRole::ALL {
            assert_eq!(MemberRole::from_name(role.name()), Some(role));
        }
        for &role in AuthorityRole::ALL {
            assert_eq!(AuthorityRole::from_name(role.name()), Some(role));
        }
        assert_eq!((MemberRole::from_name("reviewer"), AuthorityRole::from_name("Reviewer")), (None, None));
    }
}
