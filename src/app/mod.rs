//! Floor 3: use cases that change something. Each works within one transaction that its caller opens with
//! `db.write`, so that they compose; those of [`accounts`] and [`passwords`], which handlers call, open their own. None
//! calls out to the world.

pub mod accounts;
pub mod accreditations;
pub mod assessments;
pub mod audit;
pub mod authoring;
pub mod bases;
pub mod bench_data;
pub mod bulletins;
pub mod campaigns;
pub mod catalogue;
pub mod checkins;
pub mod companions;
pub mod demo_accounts;
pub mod desk;
pub mod drafts;
pub mod ended_logins;
pub mod events;
pub mod favourites;
pub mod featured;
pub mod images;
pub mod imports;
pub mod notices;
pub mod organisations;
pub mod passwords;
pub mod programme;
mod registers;
pub mod rehearsal;
pub mod repeats;
pub mod reports;
pub mod reseal;
pub mod resources;
pub mod review;
pub mod roles;
mod rooms;
pub mod seeds;
pub mod sessions;
pub mod signups;
pub mod subscriptions;
pub mod targets;
pub mod text_checks;
pub mod webhooks;

use crate::db;
use crate::domain::access::CannotSign;
use crate::domain::checkins::Refusal as AtTheDoor;
use crate::domain::invalid::Invalid;
use crate::domain::passwords::CannotHash;
use crate::domain::sealing;
use crate::domain::signups::refusal::Refusal;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Somebody else changed it in between.
    #[error("it was changed by somebody else meanwhile")]
    VersionConflict,
    /// A seed file that cannot be read.
    #[error("{file}: {reason}")]
    Seed {
        /// Which file, and which item of it.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// What is to be changed is not there.
    #[error("there is no such thing")]
    NotFound,
    /// A refresh token that is of no login, or of one that is over.
    #[error("the login is over")]
    LoginOver,
    /// A refresh token that was used before; its login has been ended.
    #[error("the refresh token was used before")]
    RefreshReused,
    /// Somebody else is to be written in the place of a companion who is signed up.
    #[error("the companion is signed up")]
    SignedUp,
    /// Somebody has as many companions as anybody can have.
    #[error("there are too many companions")]
    TooManyCompanions,
    /// A token cannot be signed: a fault of ours.
    #[error(transparent)]
    CannotSign(#[from] CannotSign),
    /// The login of who asks has ended.
    #[error("the login has ended")]
    LoginEnded,
    /// More seats of a session are taken than it is to have.
    #[error("more seats are taken")]
    CapacityBelowTaken,
    /// The session is over: nothing about it can be changed.
    #[error("the session is over")]
    SessionOver,
    /// A sign-up is refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// More is asked than can be worked off; trying again later may help.
    #[error("too busy")]
    Busy,
    /// Whoever stands at a door, or stood there, does not get what they ask for.
    #[error("not at this door: {0:?}")]
    Door(AtTheDoor),
    /// Somebody was not let in by their password.
    #[error(transparent)]
    NotLetIn(#[from] passwords::Refused),
    /// A password cannot be hashed: a fault of ours.
    #[error(transparent)]
    CannotHash(#[from] CannotHash),
    /// A personal field cannot be sealed or opened: a key is missing, or the store was changed.
    #[error(transparent)]
    Sealing(#[from] sealing::Error),
    /// What is decided on moved meanwhile, or waits no more.
    #[error("it changed since")]
    ChangedSince,
    /// Another reviewer works on it.
    #[error("another reviewer works on it")]
    Claimed,
    /// Nobody decides on what they or their organisation submitted.
    #[error("it is their own")]
    OwnSubmission,
    /// Rows of a file are wrong: nothing of it is taken.
    #[error("rows of the file are wrong")]
    ImportHasErrors,
    /// What a file would change is no longer as it was when it was looked at.
    #[error("what the file would change has moved")]
    ImportOutdated,
    /// It is as asked for already, or in no state for it.
    #[error("there is nothing to do")]
    NothingToDo,
    /// No public base in the division holds the level.
    #[error("no base there holds the level")]
    NoSuchBases,
    /// Nothing of an event lies within the days of the edition of a campaign.
    #[error("the event is not in the days of the edition")]
    OutsideEdition,
    /// Events are in an edition, or of a unit, that is to go.
    #[error("events are in it")]
    CampaignInUse,
    /// The organisation is suspended.
    #[error("the organisation is suspended")]
    Suspended,
    /// The organisation was not verified yet.
    #[error("the organisation is not verified")]
    Unverified,
    /// An organisation keeps an owner.
    #[error("it is the last owner")]
    LastOwner,
    /// What somebody applies for waits already.
    #[error("it waits already")]
    AppliedAlready,
    /// Another organisation was verified by the same credit code.
    #[error("the credit code is another's")]
    CreditCodeTaken,
    /// An organisation that has an owner needs none from an authority.
    #[error("it has an owner")]
    HasOwner,
    /// Somebody has as many applications waiting as anybody can have.
    #[error("there are too many applications")]
    TooManyApplications,
    /// Somebody has as much waiting for the directory as anybody can have.
    #[error("there are too many submissions")]
    TooManySubmissions,
    /// A term can be renewed near its end only.
    #[error("the term is not near its end")]
    RenewalTooEarly,
    /// An organisation has as many invitations open as any can have.
    #[error("there are too many invitations")]
    TooManyInvitations,
    /// An organisation has as many things that were never published as it can have.
    #[error("there are too many drafts")]
    TooManyDrafts,
    /// An organisation has as many keys as any can have.
    #[error("there are too many keys")]
    TooManyApiKeys,
    /// The store failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<AtTheDoor> for Error {
    fn from(refusal: AtTheDoor) -> Self {
        Self::Door(refusal)
    }
}
