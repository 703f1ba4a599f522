//! The words of a table where one of a few is meant: those that the template names, and others that people write.

use crate::domain::admission::Admission;
use crate::domain::events::Mode;
use crate::domain::geo::Crs;
use crate::domain::signup_terms::WaitlistMode;

/// Words for ways in, first as the template names them.
pub(super) const ADMISSIONS: [(&str, Admission); 5] = [
    ("网上报名", Admission::Signup),
    ("直接到场", Admission::WalkIn),
    ("团体预约", Admission::Group),
    ("定向邀请", Admission::Invited),
    ("外部报名", Admission::External),
];
/// Others that are taken for them.
pub(super) const ADMISSIONS_TOO: [(&str, Admission); 31] = [
    ("signup", Admission::Signup),
    ("报名", Admission::Signup),
    ("預約", Admission::Signup),
    ("预约", Admission::Signup),
    ("网上预约", Admission::Signup),
    ("预约报名", Admission::Signup),
    ("在线报名", Admission::Signup),
    ("线上报名", Admission::Signup),
    ("網上報名", Admission::Signup),
    ("網上預約", Admission::Signup),
    ("預約報名", Admission::Signup),
    ("walkIn", Admission::WalkIn),
    ("无需报名", Admission::WalkIn),
    ("免预约", Admission::WalkIn),
    ("无需预约", Admission::WalkIn),
    ("直接参加", Admission::WalkIn),
    ("無需報名", Admission::WalkIn),
    ("免預約", Admission::WalkIn),
    ("無需預約", Admission::WalkIn),
    ("直接參加", Admission::WalkIn),
    ("group", Admission::Group),
    ("团体", Admission::Group),
    ("团队预约", Admission::Group),
    ("團體預約", Admission::Group),
    ("invited", Admission::Invited),
    ("邀请", Admission::Invited),
    ("定向邀請", Admission::Invited),
    ("external", Admission::External),
    ("外部預約", Admission::External),
    ("外部预约", Admission::External),
    ("外部報名", Admission::External),
];
/// Words for on site and online.
pub(super) const MODES: [(&str, Mode); 3] =
    [("线下", Mode::Onsite), ("线上", Mode::Online), ("线上线下", Mode::Hybrid)];
/// Others that are taken for them.
pub(super) const MODES_TOO: [(&str, Mode); 6] = [
    ("onsite", Mode::Onsite),
    ("online", Mode::Online),
    ("hybrid", Mode::Hybrid),
    ("線下", Mode::Onsite),
    ("線上", Mode::Online),
    ("線上線下", Mode::Hybrid),
];
/// Words for what happens when a session is full.
pub(super) const WAITLISTS: [(&str, WaitlistMode); 3] =
    [("不候补", WaitlistMode::None), ("自动递补", WaitlistMode::Confirm), ("通知确认", WaitlistMode::Offer)];
/// Others that are taken for them.
pub(super) const WAITLISTS_TOO: [(&str, WaitlistMode); 8] = [
    ("none", WaitlistMode::None),
    ("confirm", WaitlistMode::Confirm),
    ("offer", WaitlistMode::Offer),
    ("否", WaitlistMode::None),
    ("无", WaitlistMode::None),
    ("是", WaitlistMode::Confirm),
    ("自動遞補", WaitlistMode::Confirm),
    ("通知確認", WaitlistMode::Offer),
];
/// Words for the datum of a point.
pub(super) const DATUMS: [(&str, Crs); 3] =
    [("GCJ-02", Crs::Gcj02), ("WGS-84", Crs::Wgs84), ("BD-09", Crs::Bd09)];
/// Others that are taken for them.
pub(super) const DATUMS_TOO: [(&str, Crs); 12] = [
    ("gcj02", Crs::Gcj02),
    ("高德", Crs::Gcj02),
    ("腾讯", Crs::Gcj02),
    ("火星", Crs::Gcj02),
    ("火星坐标", Crs::Gcj02),
    ("wgs84", Crs::Wgs84),
    ("gps", Crs::Wgs84),
    ("天地图", Crs::Wgs84),
    ("cgcs2000", Crs::Wgs84),
    ("bd09", Crs::Bd09),
    ("百度", Crs::Bd09),
    ("百度坐标", Crs::Bd09),
];
