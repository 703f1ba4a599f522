//! Roles, as whoever holds them reads them.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::roles::{AuthorityRole, MemberRole, Role};

/// What somebody may do in an organisation or a division; each word of a kind includes those before it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RoleName {
    /// Runs the desk of sessions of an organisation.
    Desk,
    /// Writes what an organisation offers.
    Editor,
    /// Says who is a member of an organisation.
    Owner,
    /// Reviews what is to be published in a division.
    Reviewer,
    /// Administers campaigns and organisations of a division.
    Administrator,
}

/// A role that somebody holds.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HeldRole {
    /// What they may do.
    role: RoleName,
    /// In which organisation, for `desk`, `editor` and `owner`.
    organisation: Option<RoleOrganisation>,
    /// In which division and those within it, for `reviewer` and `administrator`.
    division: Option<RoleDivision>,
}

/// The organisation in which a role is held.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleOrganisation {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    name: String,
}

/// The division over which a role is held.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleDivision {
    /// Its code.
    #[schema(example = "440100")]
    adcode: String,
    /// Its name.
    #[schema(example = "广州市")]
    name: String,
}

impl HeldRole {
    /// A role, with the name of its organisation or division in the reader's language.
    pub(super) fn new(role: Role, name: &str) -> Self {
        let name = name.to_owned();
        match role {
            Role::Member(role, id) => Self {
                role: role.into(),
                organisation: Some(RoleOrganisation { id: id.to_string(), name }),
                division: None,
            },
            Role::Authority(role, adcode) => Self {
                role: role.into(),
                organisation: None,
                division: Some(RoleDivision { adcode: adcode.to_string(), name }),
            },
        }
    }
}

impl From<MemberRole> for RoleName {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Desk => Self::Desk,
            MemberRole::Editor => Self::Editor,
            MemberRole::Owner => Self::Owner,
        }
    }
}

impl From<AuthorityRole> for RoleName {
    fn from(role: AuthorityRole) -> Self {
        match role {
            AuthorityRole::Reviewer => Self::Reviewer,
            AuthorityRole::Administrator => Self::Administrator,
        }
    }
}
