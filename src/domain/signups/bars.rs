//! What bars somebody of a party, told of the field that stands for them.

use super::super::text::Lang;

/// A bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// Younger than the session is for.
    TooYoung {
        /// The youngest age, in completed years.
        min: u8,
    },
    /// Older than the session is for.
    TooOld {
        /// The oldest age, in completed years.
        max: u8,
    },
    /// Nobody comes along as a guardian.
    GuardianNeeded,
    /// Nobody comes to take part.
    AttendeeNeeded,
    /// Nobody has consented for this child.
    ConsentNeeded {
        /// Whether it is the child itself that signs up.
        own: bool,
    },
    /// Did not come too often.
    NoShows {
        /// So many times at most.
        most: u16,
        /// In so many days.
        days: u16,
    },
    /// Is signed up by somebody else.
    AlreadySignedUp,
    /// More seats than an account may hold in the session.
    TooManySeats {
        /// So many at most.
        most: u16,
    },
    /// Attends as many sessions of the event or campaign as one may.
    TooManySessions {
        /// So many at most.
        most: u16,
    },
    /// A group of so many is not booked here.
    HeadsOutside {
        /// Fewest.
        min: u16,
        /// Most.
        max: u16,
    },
    /// A party is made smaller or corrected, never larger.
    CannotGrow,
    /// Is somebody else than before, when it is too late to cancel.
    Replaced,
    /// Is an adult, for whom no guardian consents.
    OfAge,
}

impl Bar {
    /// The stable codes, with what they mean.
    pub const CODES: [(&'static str, &'static str); 13] = [
        ("tooYoung", "younger than the session is for"),
        ("tooOld", "older than the session is for"),
        ("guardianNeeded", "nobody of age comes along as a guardian"),
        ("attendeeNeeded", "nobody comes to take part"),
        ("consentNeeded", "nobody has consented for this child"),
        ("noShows", "did not come too often"),
        ("alreadySignedUp", "is signed up by somebody else"),
        ("tooManySeats", "more seats than one account may hold in the session"),
        ("tooManySessions", "attends as many sessions as one may"),
        ("headsOutside", "a group of so many is not booked here"),
        ("cannotGrow", "a party is made smaller or corrected, never larger"),
        ("replaced", "is somebody else than before, when it is too late to cancel"),
        ("ofAge", "is an adult, for whom no guardian consents"),
    ];

    /// The stable code, one of [`Bar::CODES`].
    pub fn wire(self) -> &'static str {
        match self {
            Self::TooYoung { .. } => "tooYoung",
            Self::TooOld { .. } => "tooOld",
            Self::GuardianNeeded => "guardianNeeded",
            Self::AttendeeNeeded => "attendeeNeeded",
            Self::ConsentNeeded { .. } => "consentNeeded",
            Self::NoShows { .. } => "noShows",
            Self::AlreadySignedUp => "alreadySignedUp",
            Self::TooManySeats { .. } => "tooManySeats",
            Self::TooManySessions { .. } => "tooManySessions",
            Self::HeadsOutside { .. } => "headsOutside",
            Self::CannotGrow => "cannotGrow",
            Self::Replaced => "replaced",
            Self::OfAge => "ofAge",
        }
    }

    /// A sentence that says what is wrong and what would be right.
    pub fn message(self, lang: Lang) -> String {
        let [zh_cn, zh_hk, en] = match self {
            Self::TooYoung { min } => [
                format!("这场活动适合 {min} 岁及以上；更小的孩子不能作为参加人。"),
                format!("這場活動適合 {min} 歲及以上；更小的孩子不能作為參加人。"),
                format!("This session is for people of {min} years and above."),
            ],
            Self::TooOld { max } => [
                format!("这场活动适合 {max} 岁及以下；成人可以作为监护人陪同。"),
                format!("這場活動適合 {max} 歲及以下；成人可以作為監護人陪同。"),
                format!("This session is for people up to {max} years; adults may come as guardians."),
            ],
            Self::GuardianNeeded => [
                "须有一位年满十八周岁的监护人陪同：请添加 as 为 guardian 的参加人。".to_owned(),
                "須有一位年滿十八周歲的監護人陪同：請加入 as 為 guardian 的參加人。".to_owned(),
                "A guardian of 18 years or more must come along: add a participant `as` guardian.".to_owned(),
            ],
            Self::AttendeeNeeded => [
                "至少要有一位参加人。".to_owned(),
                "至少要有一位參加人。".to_owned(),
                "Somebody must come to take part, not guardians alone.".to_owned(),
            ],
            Self::ConsentNeeded { own: true } => [
                "不满十四周岁不能自行报名：请由监护人用自己的账号报名，并把孩子添加为参加人。".to_owned(),
                "不滿十四周歲不能自行報名：請由監護人用自己的帳號報名，並把孩子加入為參加人。".to_owned(),
                "Who is under 14 cannot sign up by themselves: a guardian must, by an account of their own.".to_owned(),
            ],
            Self::ConsentNeeded { own: false } => [
                "不满十四周岁的孩子须由监护人同意：请把其序号列入 consent.guardianFor。".to_owned(),
                "不滿十四周歲的孩子須由監護人同意：請把其序號列入 consent.guardianFor。".to_owned(),
                "A guardian must consent for a child under 14: list its place in `consent.guardianFor`."
                    .to_owned(),
            ],
            Self::NoShows { most, days } => [
                format!("{days} 天内已有 {most} 次报名后未到场，暂不能报名这场活动。"),
                format!("{days} 天內已有 {most} 次報名後未到場，暫不能報名這場活動。"),
                format!("Signed up and did not come {most} times in {days} days."),
            ],
            Self::AlreadySignedUp => [
                "已由其他人报名这场活动。如果不是家人报的，请联系主办单位：核实后可撤销那份报名，您再重新报名。".to_owned(),
                "已由其他人報名這場活動。如果不是家人報的，請聯絡主辦單位：核實後可撤銷那份報名，您再重新報名。".to_owned(),
                "Somebody else has signed them up for this session. If that was nobody of the family, ask the host: they can \
                 take that sign-up back, and you sign up then."
                    .to_owned(),
            ],
            Self::TooManySeats { most } => [
                format!("每个账号在这场活动最多占 {most} 个名额。"),
                format!("每個帳號在這場活動最多佔 {most} 個名額。"),
                format!("One account may hold {most} seats of this session at most."),
            ],
            Self::TooManySessions { most } => [
                format!("每人最多参加 {most} 场。"),
                format!("每人最多參加 {most} 場。"),
                format!("One person may attend {most} of these sessions at most."),
            ],
            Self::HeadsOutside { max: 0, .. } => [
                "这场活动不接受按人数的团体预约。".to_owned(),
                "這場活動不接受按人數的團體預約。".to_owned(),
                "This session is not booked by a number of heads.".to_owned(),
            ],
            Self::HeadsOutside { min, max } => [
                format!("团体预约须在 {min} 到 {max} 人之间。"),
                format!("團體預約須在 {min} 到 {max} 人之間。"),
                format!("A group must have {min} to {max} heads."),
            ],
            Self::CannotGrow => [
                "只能减少或更正，不能增加人数；需要更多名额时，请先取消再重新报名。".to_owned(),
                "只能減少或更正，不能增加人數；需要更多名額時，請先取消再重新報名。".to_owned(),
                "A party can shrink or be corrected, not grow; for more seats, cancel and sign up anew."
                    .to_owned(),
            ],
            Self::Replaced => [
                "取消截止或签到后只能更正姓名，不能换人。".to_owned(),
                "取消截止或簽到後只能更正姓名，不能換人。".to_owned(),
                "After `cancelUntil`, or once they came, a name can be corrected, but nobody can be replaced."
                    .to_owned(),
            ],
            Self::OfAge => [
                "成年人由本人决定，没有监护人：请去掉 consent，或更正出生日期。".to_owned(),
                "成年人由本人決定，沒有監護人：請去掉 consent，或更正出生日期。".to_owned(),
                "Adults decide for themselves: leave `consent` out, or correct the birth date.".to_owned(),
            ],
        };
        match lang {
            Lang::ZhCn => zh_cn,
            Lang::ZhHk => zh_hk,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [Bar; 15] = [
        Bar::TooYoung { min: 6 },
        Bar::TooOld { max: 12 },
        Bar::GuardianNeeded,
        Bar::AttendeeNeeded,
        Bar::ConsentNeeded { own: true },
        Bar::ConsentNeeded { own: false },
        Bar::NoShows { most: 2, days: 30 },
        Bar::AlreadySignedUp,
        Bar::TooManySeats { most: 4 },
        Bar::TooManySessions { most: 1 },
        Bar::HeadsOutside { min: 0, max: 0 },
        Bar::HeadsOutside { min: 10, max: 50 },
        Bar::CannotGrow,
        Bar::Replaced,
        Bar::OfAge,
    ];

    #[test]
    fn the_documented_codes_are_the_codes() {
        for bar in EVERY {
            assert!(Bar::CODES.iter().any(|(code, _)| *code == bar.wire()), "{bar:?}");
            let [zh_cn, zh_hk, en] = [Lang::ZhCn, Lang::ZhHk, Lang::En].map(|lang| bar.message(lang));
            assert!(en.is_ascii() && !zh_cn.is_ascii() && !zh_hk.is_ascii(), "{bar:?}");
        }
        for (code, _) in Bar::CODES {
            assert!(EVERY.iter().any(|bar| bar.wire() == code), "{code} is never given");
        }
    }
}
