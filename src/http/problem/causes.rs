//! Which problem an error of the floors below is.

use super::{Code, Problem};
use crate::app;
use crate::app::passwords::Refused;
use crate::clients::wechat;
use crate::db;
use crate::domain::checkins;
use crate::domain::invalid::Invalid;
use crate::domain::signups::refusal::Refusal;

const NOT_OFFERED: [&str; 3] = [
    "您还在候补，目前没有为您保留的名额；有名额时会通知您，届时再接受。",
    "您還在候補，目前沒有為您保留的名額；有名額時會通知您，屆時再接受。",
    "You are in the queue, and nothing has been offered to you yet; you are told when it is, and accept then.",
];

const NO_SEAT: [&str; 3] = [
    "余下的名额不够；可带 beyondCapacity 再次提交，仍让来人进场。",
    "餘下的名額不夠；可帶 beyondCapacity 再次提交，仍讓來人進場。",
    "Too few seats are left; send the same with `beyondCapacity` to let them in all the same.",
];

const ATTENDED: [&str; 3] = [
    "已有人签到，不能再取消或撤销；如系误签，请由签到台先撤回签到。",
    "已有人簽到，不能再取消或撤銷；如係誤簽，請由簽到台先撤回簽到。",
    "Somebody of it was checked in, so it cannot be given up or taken back; where that was a mistake, the desk undoes the \
     check-in first.",
];

const NO_SUCH_BASES: [&str; 3] = [
    "该区划及其下级目前没有持有该级别的公开科普基地，无需开启年度考核；请核对 adcode 与 level。",
    "該區劃及其下級目前沒有持有該級別的公開科普基地，無需開啟年度考核；請核對 adcode 與 level。",
    "No public base in this division or within it holds the level, so there is nothing to assess: check `adcode` and `level`.",
];

impl Problem {
    /// A failure of WeChat's, which the edge logs; those that follow while WeChat is left alone are silent.
    pub fn wechat(error: wechat::Error) -> Self {
        let silent = error == wechat::Error::Resting;
        Self { source: (!silent).then(|| error.into()), ..Code::WechatUnavailable.into() }
    }

    /// A sign-up that is refused.
    #[must_use]
    pub fn refused(refusal: Refusal) -> Self {
        let because = |code: Code, invalid: Invalid| Self { errors: invalid.0, ..code.into() };
        match refusal {
            Refusal::Full(queue) => Self { waitlist: Some(queue), ..Code::Full.into() },
            Refusal::Duplicate(invalid) => because(Code::Duplicate, invalid),
            Refusal::LimitReached(invalid) => because(Code::LimitReached, invalid),
            Refusal::NotEligible(invalid) => because(Code::NotEligible, invalid),
            Refusal::Invalid(invalid) => Self::unprocessable(invalid),
            Refusal::NotOpen => Code::NotOpen.into(),
            Refusal::Closed => Code::Closed.into(),
            Refusal::CalledOff => Code::CalledOff.into(),
            Refusal::NotNeeded => Code::SignupNotNeeded.into(),
            Refusal::Sample => Code::SampleEvent.into(),
            Refusal::KeyReused => Code::KeyReused.into(),
            Refusal::CancelClosed => Code::CancelClosed.into(),
            Refusal::NotOffered => Self { detail: Some(&NOT_OFFERED), ..Code::OfferLapsed.into() },
            Refusal::Attended => Self { detail: Some(&ATTENDED), ..Code::SignupOver.into() },
            Refusal::OfferLapsed => Code::OfferLapsed.into(),
            Refusal::Over => Code::SignupOver.into(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self { errors: invalid.0, ..Code::InvalidParameter.into() }
    }
}

impl From<checkins::Refusal> for Code {
    fn from(refusal: checkins::Refusal) -> Self {
        match refusal {
            checkins::Refusal::WrongDoorCode => Self::DoorCodeWrong,
            checkins::Refusal::DoorsClosed => Self::DoorsClosed,
            checkins::Refusal::NotConfirmed => Self::NotConfirmed,
            checkins::Refusal::NoSeat => Self::Full,
            checkins::Refusal::NotAttended => Self::NotAttended,
        }
    }
}

impl From<app::Error> for Problem {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Invalid(invalid) => Self::unprocessable(invalid),
            app::Error::VersionConflict => Code::VersionConflict.into(),
            app::Error::NotFound => Code::NotFound.into(),
            app::Error::LoginOver => Code::RefreshTokenInvalid.into(),
            app::Error::RefreshReused => Code::RefreshTokenReused.into(),
            app::Error::LoginEnded => Code::LoginEnded.into(),
            app::Error::CapacityBelowTaken => Code::CapacityBelowTaken.into(),
            app::Error::SessionOver => Code::SessionOver.into(),
            app::Error::Refused(refusal) => Self::refused(refusal),
            app::Error::Busy => Code::Unavailable.into(),
            app::Error::SignedUp => Code::CompanionSignedUp.into(),
            app::Error::TooManyCompanions => Code::TooManyCompanions.into(),
            app::Error::Door(checkins::Refusal::NoSeat) => {
                Self { detail: Some(&NO_SEAT), ..Code::Full.into() }
            }
            app::Error::Door(refusal) => Code::from(refusal).into(),
            app::Error::NotLetIn(refused) => Code::from(refused).into(),
            app::Error::ChangedSince => Code::ChangedSince.into(),
            app::Error::ImportHasErrors => Code::ImportHasErrors.into(),
            app::Error::ImportOutdated => Code::ImportOutdated.into(),
            app::Error::Claimed => Code::Claimed.into(),
            app::Error::OwnSubmission => Code::OwnSubmission.into(),
            app::Error::NothingToDo => Code::NothingToDo.into(),
            app::Error::NoSuchBases => Self { detail: Some(&NO_SUCH_BASES), ..Code::NothingToDo.into() },
            app::Error::OutsideEdition => Code::OutsideEdition.into(),
            app::Error::CampaignInUse => Code::CampaignInUse.into(),
            app::Error::Suspended => Code::OrganisationSuspended.into(),
            app::Error::Unverified => Code::OrganisationUnverified.into(),
            app::Error::LastOwner => Code::LastOwner.into(),
            app::Error::AppliedAlready => Code::AppliedAlready.into(),
            app::Error::CreditCodeTaken => Code::CreditCodeTaken.into(),
            app::Error::HasOwner => Code::HasOwner.into(),
            app::Error::TooManyApplications => Code::TooManyApplications.into(),
            app::Error::TooManySubmissions => Code::TooManySubmissions.into(),
            app::Error::RenewalTooEarly => Code::RenewalTooEarly.into(),
            app::Error::TooManyInvitations => Code::TooManyInvitations.into(),
            app::Error::TooManyDrafts => Code::TooManyDrafts.into(),
            app::Error::TooManyApiKeys => Code::TooManyApiKeys.into(),
            app::Error::Db(error) => error.into(),
            other @ (app::Error::Seed { .. }
            | app::Error::CannotSign(_)
            | app::Error::CannotHash(_)
            | app::Error::Sealing(_)) => Self::internal(other),
        }
    }
}

impl From<Refused> for Code {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Credentials => Self::CredentialsRejected,
            Refused::PresentPassword => Self::PasswordRejected,
            Refused::CodeNeeded => Self::TotpRequired,
            Refused::CodesUnset => Self::TotpEnrolmentRequired,
            Refused::Code => Self::TotpRejected,
            Refused::CodesSet => Self::TotpEnrolled,
            Refused::NoPassword => Self::NoPassword,
        }
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable(_) | db::Error::Locked(_) => {
                Self { source: Some(error.into()), ..Code::Unavailable.into() }
            }
            other => Self::internal(other),
        }
    }
}
