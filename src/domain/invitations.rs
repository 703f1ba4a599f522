//! Invitations: whoever has the code of one, and logs in by whatever way, becomes a member in its role. The code is shown
//! once, is good once, and the store keeps a hash of it; for a day also the code, sealed, where the request may be sent again.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::hidden::hidden;
use super::ids::{InvitationId, OrganisationId, PersonId};
use super::roles::MemberRole;

/// For how many days an invitation is good unless it says otherwise.
pub const DAYS: u16 = 7;

/// For how many days an invitation is good at most.
pub const MOST_DAYS: u16 = 30;

/// The longest name by which colleagues know a member, in characters.
pub const LONGEST_LABEL: usize = 30;

/// How many invitations of an organisation may be open at a time.
pub const MOST_OPEN: usize = 50;

hidden! {
    /// The code of an invitation: 22 characters of letters, digits, `-` and `_`.
    InvitationCode;

    /// By what name colleagues know a member: 李老师, or 前台.
    MemberLabel;
}

impl InvitationCode {
    /// By what the store finds its invitation.
    #[must_use]
    pub fn hash(&self) -> String {
        let hash = Sha256::new_with_prefix("invitation\0").chain_update(self.expose());
        BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// An invitation that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Into which organisation.
    pub organisation: OrganisationId,
    /// In which role.
    pub role: MemberRole,
    /// Who made it; absent where that is not known.
    pub by: Option<PersonId>,
    /// By what name colleagues are to know whoever accepts it.
    pub label: Option<MemberLabel>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}
