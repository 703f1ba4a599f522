//! What a heading means.

use crate::domain::text::Lang;

use super::cells::folded;

/// Makes [`Column`] with the names of each.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident $wire:literal [$zh_cn:literal, $zh_hk:literal, $en:literal] $also:expr, $fields:expr;)+) => {
        /// A column that means something.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])* $name,)+
        }

        impl Column {
            /// All columns, in the order of the template.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name in JSON.
            #[must_use]
            pub const fn wire(self) -> &'static str {
                match self { $(Self::$name => $wire,)+ }
            }

            /// Its heading.
            #[must_use]
            pub const fn heading(self, lang: Lang) -> &'static str {
                match (self, lang) { $(
                    (Self::$name, Lang::ZhCn) => $zh_cn,
                    (Self::$name, Lang::ZhHk) => $zh_hk,
                    (Self::$name, Lang::En) => $en,
                )+ }
            }

            /// Other headings that people give it.
            const fn also(self) -> &'static [&'static str] {
                match self { $(Self::$name => &$also,)+ }
            }

            /// The fields of an event, and after `session.` those of a session, that it says something of.
            const fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$name => &$fields,)+ }
            }
        }
    };
}

columns! {
    /// What identifies a session.
    Session "externalId" ["场次编号", "場次編號", "Session no."] ["场次号"], [];
    /// What identifies an event.
    Event "event" ["活动编号", "活動編號", "Event no."] ["活动号"], [];
    /// What it is called.
    Title "title" ["活动名称", "活動名稱", "Title"] ["名称", "标题", "活动标题", "题目"], ["title"];
    /// One or two sentences.
    Summary "summary" ["活动简介", "活動簡介", "Summary"] ["简介"], ["summary"];
    /// The whole text.
    Description "description" ["详细介绍", "詳細介紹", "Description"] ["活动详情", "详情", "活动内容"], ["description"];
    /// The day.
    Date "date" ["日期", "日期", "Date"] ["活动日期", "场次日期"], [];
    /// From and to, on that day.
    Time "time" ["时间", "時間", "Time"] ["活动时间", "时段"], [];
    /// When it starts.
    Start "start" ["开始时间", "開始時間", "Start"] ["开始"], ["session.start"];
    /// When it ends.
    End "end" ["结束时间", "結束時間", "End"] ["结束"], ["session.end"];
    /// How many there is room for.
    Capacity "capacity" ["名额", "名額", "Capacity"] ["人数", "容量", "人数上限"], ["session.capacity", "session.rules.partyMin"];
    /// How one gets in.
    Admission "admission" ["入场方式", "入場方式", "Admission"] ["预约方式"], ["admission", "session.rules"];
    /// When sign-up opens.
    SignupOpensAt "signupOpensAt" ["报名开始", "報名開始", "Sign-up opens"] ["报名开始时间"], ["session.signupOpensAt"];
    /// When sign-up closes.
    SignupClosesAt "signupClosesAt" ["报名截止", "報名截止", "Sign-up closes"] ["报名截止时间", "报名结束"], ["session.signupClosesAt"];
    /// What happens when it is full.
    WaitlistMode "waitlistMode" ["候补", "候補", "Waiting list"] ["候补方式"], ["session.waitlistMode", "session.rules.waitlistMax"];
    /// Most people in a party.
    PartyMax "partyMax" ["每单人数", "每單人數", "Party size"] ["每次最多人数"], ["session.rules.partyMax", "session.rules.perPersonMax"];
    /// Whether a guardian must come along.
    GuardianRequired "guardianRequired" ["须家长陪同", "須家長陪同", "Guardian required"] ["需家长陪同"], ["session.rules.guardianRequired"];
    /// Whether a telephone number is asked for.
    PhoneRequired "phoneRequired" ["须留电话", "須留電話", "Phone required"] ["需留电话"], ["session.rules.phoneRequired"];
    /// Whether the host decides on each.
    Approval "approval" ["须审核", "須審核", "Approval"] ["需审核"], ["session.rules.approval"];
    /// What everybody should know who wants to come to the session.
    Notice "notice" ["场次提示", "場次提示", "Session notice"] [], ["session.notice"];
    /// What kind of activity.
    Form "form" ["活动形式", "活動形式", "Form"] ["形式", "活动类型"], ["form"];
    /// Of what.
    Topics "topics" ["科普主题", "科普主題", "Topics"] ["主题", "学科"], ["topics"];
    /// For whom.
    Audiences "audiences" ["面向人群", "面向人群", "Audiences"] ["对象", "参与对象", "受众"], ["audiences"];
    /// Subjects in free words.
    Tags "tags" ["关键词", "關鍵詞", "Tags"] ["标签"], ["tags"];
    /// Youngest.
    AgeMin "ageMin" ["最小年龄", "最小年齡", "Youngest age"] [], ["ages.min"];
    /// Oldest.
    AgeMax "ageMax" ["最大年龄", "最大年齡", "Oldest age"] [], ["ages.max"];
    /// Whether taking part is free.
    Free "free" ["是否免费", "是否免費", "Free"] ["免费"], ["free"];
    /// What it costs.
    Price "price" ["票价", "票價", "Price"] ["价格", "费用"], ["price.amount"];
    /// What it costs, in words.
    PriceText "priceText" ["票价说明", "票價說明", "Price in words"] ["费用说明"], ["price.text"];
    /// On site, online or both.
    Mode "mode" ["线上线下", "線上線下", "Mode"] ["举办方式"], ["mode"];
    /// Where to take part from afar.
    OnlineUrl "onlineUrl" ["线上网址", "線上網址", "Online address"] ["直播地址"], ["online"];
    /// Where to sign up if not here.
    SignupUrl "signupUrl" ["报名网址", "報名網址", "Sign-up address"] ["报名链接"], ["externalSignup"];
    /// Where to call.
    SignupPhone "signupPhone" ["报名电话", "報名電話", "Sign-up phone"] ["联系电话", "咨询电话"], ["externalSignup.phone"];
    /// The base where it takes place.
    Base "base" ["科普基地", "科普基地", "Base"] ["基地"], ["base"];
    /// What people call the place.
    Place "place" ["地点", "地點", "Place"] ["地点名称", "活动地点", "场馆"], ["place", "place.name"];
    /// Postal address.
    Address "address" ["详细地址", "詳細地址", "Address"] ["地址"], ["place.address"];
    /// Innermost division.
    District "district" ["所在区", "所在區", "District"] ["区县", "行政区", "行政区划", "所在区县", "区域"], ["place.adcode"];
    /// Room or meeting point.
    Room "room" ["教室", "教室", "Room"] ["房间", "展厅", "集合点"], ["place.room"];
    /// How to get there.
    Transit "transit" ["交通", "交通", "Transit"] ["交通指引", "公共交通"], ["place.transit"];
    /// Latitude.
    Lat "lat" ["纬度", "緯度", "Latitude"] [], ["place.lat"];
    /// Longitude.
    Lng "lng" ["经度", "經度", "Longitude"] [], ["place.lng"];
    /// The datum of both.
    Crs "crs" ["坐标系", "坐標系", "Datum"] ["坐标系统"], [];
    /// The session's own place.
    SessionPlace "sessionPlace" ["场次地点", "場次地點", "Session place"] [], ["session.place", "session.place.name"];
    /// Its address.
    SessionAddress "sessionAddress" ["场次地址", "場次地址", "Session address"] [], ["session.place.address"];
    /// Its division.
    SessionDistrict "sessionDistrict" ["场次所在区", "場次所在區", "Session district"] [], ["session.place.adcode"];
    /// Its room.
    SessionRoom "sessionRoom" ["场次教室", "場次教室", "Session room"] [], ["session.place.room"];
    /// Its latitude.
    SessionLat "sessionLat" ["场次纬度", "場次緯度", "Session latitude"] [], ["session.place.lat"];
    /// Its longitude.
    SessionLng "sessionLng" ["场次经度", "場次經度", "Session longitude"] [], ["session.place.lng"];
    /// Language spoken.
    Language "language" ["语言", "語言", "Language"] [], ["language"];
}

impl Column {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The column of a heading: its name in JSON or a heading of any language, whatever stands in brackets behind it.
    #[must_use]
    pub fn named(heading: &str) -> Option<Self> {
        let heading = bare(heading);
        if heading.is_empty() {
            return None;
        }
        Self::ALL.iter().copied().find(|column| {
            let mut names = [
                column.wire(),
                column.heading(Lang::ZhCn),
                column.heading(Lang::ZhHk),
                column.heading(Lang::En),
            ]
            .into_iter()
            .chain(column.also().iter().copied());
            names.any(|name| bare(name) == heading)
        })
    }

    /// This column, or where a file does not have it, the one of it that tells the same.
    #[must_use]
    pub fn or_else(self, there: impl Fn(Self) -> bool) -> Self {
        let instead: &[Self] = match self {
            Self::Date => &[Self::Start, Self::Time],
            Self::Start => &[Self::Time, Self::Date],
            Self::End => &[Self::Time, Self::Start, Self::Date],
            Self::Address => &[Self::Place],
            Self::Place | Self::District | Self::Lat | Self::Lng => &[Self::Address, Self::Place],
            Self::SessionAddress => &[Self::SessionPlace],
            Self::SessionPlace | Self::SessionDistrict | Self::SessionLat | Self::SessionLng => {
                &[Self::SessionAddress, Self::SessionPlace]
            }
            _ => &[],
        };
        [&[self], instead].concat().into_iter().find(|column| there(*column)).unwrap_or(self)
    }

    /// The column that says something of a field of an event: that of the longest path that leads to it.
    #[must_use]
    pub fn of_event(path: &str) -> Option<Self> {
        let path = if path.starts_with("session.") { "" } else { path };
        Self::of(path)
    }

    /// The column that says something of a field of a session.
    #[must_use]
    pub fn of_session(path: &str) -> Option<Self> {
        Self::of(&format!("session.{path}"))
    }

    fn of(path: &str) -> Option<Self> {
        let leads = |field: &str| {
            path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let longest = |column: &Self| {
            column.fields().iter().filter(|field| leads(field)).map(|field| field.len()).max()
        };
        Self::ALL.iter().copied().filter(|column| longest(column).is_some()).max_by_key(longest)
    }
}

/// A heading without what does not tell it from others: case, spaces, `*` for what must be given, brackets at the end.
fn bare(heading: &str) -> String {
    let heading = folded(heading);
    let head = heading.split(['(', '\n']).next().unwrap_or_default();
    head.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_heading_has_two_meanings() {
        let mut seen = BTreeSet::new();
        for column in Column::ALL {
            let own: BTreeSet<_> = Lang::ALL
                .map(|lang| column.heading(lang))
                .into_iter()
                .chain([column.wire()])
                .chain(column.also().iter().copied())
                .map(bare)
                .collect();
            for name in own {
                assert!(seen.insert(name.clone()), "{name}");
                assert_eq!(Column::named(&name), Some(*column));
            }
        }
    }

    #[test]
    fn headings_are_known_however_they_are_decorated() {
        for (heading, column) in [
            ("场次编号*", Column::Session),
            (" 名额（人）", Column::Capacity),
            ("详细地址\n（省市区街道）", Column::Address),
            ("ＴＩＴＬＥ", Column::Title),
            ("報名截止", Column::SignupClosesAt),
        ] {
            assert_eq!(Column::named(heading), Some(column), "{heading}");
        }
        assert_eq!(Column::named("讲师身份证号"), None);
        assert_eq!(Column::named(""), None);
    }

    #[test]
    fn of_a_column_that_is_not_there_the_one_that_tells_the_same_is_named() {
        let day_and_time = |column| matches!(column, Column::Date | Column::Time | Column::Address);
        for (meant, named) in [
            (Column::Date, Column::Date),
            (Column::Start, Column::Time),
            (Column::End, Column::Time),
            (Column::District, Column::Address),
            (Column::Summary, Column::Summary),
        ] {
            assert_eq!(meant.or_else(day_and_time), named);
        }
    }

    #[test]
    fn fields_lead_back_to_their_columns() {
        assert_eq!(Column::of_event("place.adcode"), Some(Column::District));
        assert_eq!(Column::of_event("place"), Some(Column::Place));
        assert_eq!(Column::of_event("topics[1]"), Some(Column::Topics));
        assert_eq!(Column::of_event("images[0].url"), None);
        assert_eq!(Column::of_session("place.adcode"), Some(Column::SessionDistrict));
        assert_eq!(Column::of_session("rules.partyMax"), Some(Column::PartyMax));
        assert_eq!(Column::of_session("rules"), Some(Column::Admission));
    }
}
