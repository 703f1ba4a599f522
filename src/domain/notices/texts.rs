//! What notices say: a title and a sentence in the list of notices, and the contents of a message's fields.

use chrono::{DateTime, Timelike, Utc};

use super::templates::{Content, Template, Value, time};
use super::{Details, Purpose};
use crate::domain::text::{Lang, Text};
use crate::domain::time::CHINA;

/// What a notice is about, as the store has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// The event's title.
    pub title: Text,
    /// What people call the place; absent where it is online.
    pub place: Option<Text>,
    /// When the session starts and ends, if the notice is about one.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether event or session has been called off.
    pub cancelled: bool,
    /// What its host says of it to everybody: why it was moved, or called off.
    pub reason: Option<Text>,
}

/// What a sentence is about, in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The event's title.
    pub title: &'a str,
    /// When the session starts now.
    pub start: Option<DateTime<Utc>>,
    /// Why it was moved, or called off.
    pub reason: Option<&'a str>,
}

impl Scene {
    /// When the session starts.
    #[must_use]
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.span.map(|(start, _)| start)
    }
}

impl Purpose {
    /// A title in few words.
    #[must_use]
    pub fn title(self, lang: Lang) -> &'static str {
        let [zh_cn, zh_hk, en] = match self {
            Self::Confirmed => ["报名成功", "報名成功", "Signed up"],
            Self::Waitlisted => ["已进入候补", "已進入候補", "In the queue"],
            Self::Promoted => ["候补成功", "候補成功", "You are in"],
            Self::Offered => ["有名额，请确认", "有名額，請確認", "A seat is offered to you"],
            Self::Lapsed => ["名额已释放", "名額已釋放", "The offer has lapsed"],
            Self::Changed => ["活动有变更", "活動有變更", "There is a change"],
            Self::Cancelled => ["活动已取消", "活動已取消", "It is cancelled"],
            Self::Rejected => ["报名未通过", "報名未通過", "Sign-up declined"],
            Self::DayBefore => ["明天举行", "明天舉行", "It is tomorrow"],
            Self::HourBefore => ["即将开始", "即將開始", "It begins soon"],
            Self::Subscription => ["有新活动", "有新活動", "A new event"],
            Self::Decided => ["审核有结果", "審核有結果", "A decision"],
        };
        pick([zh_cn, zh_hk, en], lang)
    }

    /// For a `phrase`: at most five Chinese characters.
    fn result(self) -> &'static str {
        match self {
            Self::Confirmed => "报名成功",
            Self::Waitlisted => "候补中",
            Self::Promoted => "候补成功",
            Self::Offered => "待确认",
            Self::Lapsed => "名额释放",
            Self::Changed => "有变更",
            Self::Cancelled => "已取消",
            Self::Rejected => "未通过",
            Self::DayBefore => "明天举行",
            Self::HourBefore => "即将开始",
            Self::Subscription => "新活动",
            Self::Decided => "有结果",
        }
    }

    /// What to do, in a sentence of at most twenty characters in Chinese.
    fn note(self, details: &Details, lang: Lang) -> &'static str {
        let texts = match self {
            Self::Confirmed => [
                "请准时参加，不能来请提前取消",
                "請準時參加，不能來請提前取消",
                "If you cannot come, please cancel in time.",
            ],
            Self::Waitlisted => {
                ["有名额时会按先后通知您", "有名額時會按先後通知您", "You will be told when a seat is free."]
            }
            Self::Promoted => {
                ["您已获得名额，请准时参加", "您已獲得名額，請準時參加", "You have a seat now."]
            }
            Self::Offered => [
                "请在截止时间前确认名额",
                "請在截止時間前確認名額",
                "Please take the seat before the offer lapses.",
            ],
            Self::Lapsed => [
                "未按时确认，名额已给下一位",
                "未按時確認，名額已給下一位",
                "It was not taken in time, and goes to the next.",
            ],
            Self::Changed if details.withdrawn => [
                "监护同意已撤回，孩子不再参加",
                "監護同意已撤回，孩子不再參加",
                "Consent was withdrawn: the child takes no part any more.",
            ],
            Self::Changed => match (details.new_start.is_some(), details.moved) {
                (true, true) => {
                    ["时间和地点有变，请查看", "時間和地點有變，請查看", "Time and place have changed."]
                }
                (true, false) => {
                    ["时间有变，请查看新的安排", "時間有變，請查看新的安排", "The time has changed."]
                }
                (false, true) => {
                    ["地点有变，请查看新的安排", "地點有變，請查看新的安排", "The place has changed."]
                }
                (false, false) => ["安排有变，请查看", "安排有變，請查看", "Please look at the changes."],
            },
            Self::Cancelled => ["给您带来不便，敬请谅解", "給您帶來不便，敬請諒解", "We are sorry."],
            Self::Rejected => {
                ["主办方未通过您的报名", "主辦方未通過您的報名", "The host could not accept your sign-up."]
            }
            Self::DayBefore | Self::HourBefore => ["请准时参加", "請準時參加", "See you there."],
            Self::Subscription => ["您关注的活动已发布", "您關注的活動已發布", "You asked to be told."],
            Self::Decided => ["请查看", "請查看", "Please have a look."],
        };
        pick(texts, lang)
    }

    /// The sentence of the list: the event, when it is and was to be, what to do, and why.
    #[must_use]
    pub fn text(self, details: &Details, subject: Subject<'_>, lang: Lang) -> String {
        let note = self.note(details, lang);
        let (open, close) = if lang == Lang::En { ("“", "”") } else { ("《", "》") };
        let mut text = format!("{open}{}{close}", subject.title);
        if let Some(start) = subject.start.map(|start| spell(start, lang)) {
            text.push_str(pick(["", "", ", "], lang));
            text.push_str(&start);
        }
        if let Some(old) = details.old_start.filter(|_| self == Self::Changed) {
            let [before, after] = pick([["（原定", "）"], ["（原定", "）"], [" (was ", ")"]], lang);
            text.push_str(&format!("{before}{}{after}", spell(old, lang)));
        }
        text.push_str(pick(["。", "。", ". "], lang));
        text.push_str(note);
        if let Some(until) = details.until.filter(|_| self == Self::Offered) {
            text.push_str(&format!(" {}{}", pick(["截止：", "截止：", "Until "], lang), spell(until, lang)));
        }
        if let Some(old) = details.old_place.as_ref().filter(|_| self == Self::Changed) {
            let before = pick([" 原地点：", " 原地點：", " It was to be at "], lang);
            text.push_str(&format!("{before}{}", old.get(lang)));
        }
        if let Some(reason) = subject.reason.filter(|_| matches!(self, Self::Changed | Self::Cancelled)) {
            text.push_str(&format!("{}{reason}", pick([" 原因：", " 原因：", " Reason: "], lang)));
        }
        text
    }

    /// The fields of a message, each with its name; `None` if the template asks for a time and there is none.
    #[must_use]
    pub fn fields(
        self,
        template: &Template,
        details: &Details,
        scene: &Scene,
    ) -> Option<Vec<(String, String)>> {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let fill = |content| match content {
            Content::Event => text(&scene.title.zh_cn),
            Content::Start => scene.start().map(Value::Time),
            Content::Place => text(scene.place.as_ref().map_or("线上", |place| &place.zh_cn)),
            Content::Result => text(self.result()),
            Content::Note => text(self.note(details, Lang::ZhCn)),
            Content::Until => details.until.or(scene.start()).map(Value::Time),
        };
        let fields = template.fields.iter();
        fields.map(|field| Some((field.name.clone(), field.kind.fit(&fill(field.content)?)))).collect()
    }
}

/// An instant as people read it.
fn spell(at: DateTime<Utc>, lang: Lang) -> String {
    if lang == Lang::En {
        let local = at.with_timezone(&CHINA);
        return format!("{} {:02}:{:02}", local.date_naive(), local.hour(), local.minute());
    }
    time(at)
}

fn pick<T>([zh_cn, zh_hk, en]: [T; 3], lang: Lang) -> T {
    match lang {
        Lang::ZhCn => zh_cn,
        Lang::ZhHk => zh_hk,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::super::templates::Field;
    use super::*;

    fn at(hour: u32) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-11-28T{hour:02}:00:00+08:00")).unwrap().to_utc()
    }

    fn all_details() -> [Details; 3] {
        let changed = Details { new_start: Some(at(15)), moved: true, ..Details::default() };
        let offered = Details { until: Some(at(12)), ..Details::default() };
        [Details::default(), changed, offered]
    }

    #[test]
    fn notes_and_results_fit_their_fields() {
        for purpose in Purpose::ALL {
            let result = purpose.result();
            let chinese = result.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese && result.chars().count() <= 5, "{purpose:?}");
            for details in all_details() {
                let note = purpose.note(&details, Lang::ZhCn);
                assert!((1..=20).contains(&note.chars().count()), "{note}");
            }
        }
    }

    #[test]
    fn every_field_is_filled() {
        let template = |fields: &[(&str, Content)]| Template {
            id: "t".into(),
            fields: fields.iter().map(|(name, content)| Field::new(name, *content).unwrap()).collect(),
        };
        let template = template(&[
            ("thing1", Content::Event),
            ("time2", Content::Start),
            ("thing3", Content::Place),
            ("phrase4", Content::Result),
            ("thing5", Content::Note),
            ("date6", Content::Until),
        ]);
        let span = Some((at(14), at(16)));
        let scene = Scene { title: Text::zh("甲虫"), place: None, span, cancelled: false, reason: None };
        for purpose in Purpose::ALL {
            for details in all_details() {
                let fields = purpose.fields(&template, &details, &scene).unwrap();
                assert!(fields.iter().all(|(_, text)| !text.is_empty()), "{fields:?}");
            }
        }
        let scene = Scene { place: Some(Text::zh("科学中心")), ..scene };
        let fields = Purpose::Offered.fields(&template, &all_details()[2], &scene).unwrap();
        let texts: Vec<_> = fields.iter().map(|(_, text)| text.as_str()).collect();
        let expected = [
            "甲虫",
            "2026年11月28日 14:00",
            "科学中心",
            "待确认",
            "请在截止时间前确认名额",
            "2026年11月28日",
        ];
        assert_eq!(texts, expected);
        let timeless = Scene { span: None, ..scene };
        assert_eq!(Purpose::Subscription.fields(&template, &Details::default(), &timeless), None);
    }

    #[test]
    fn a_sentence_names_event_and_time() {
        let subject = Subject { title: "甲虫", start: Some(at(14)), reason: Some("台风") };
        let say = |purpose: Purpose, details: &Details, lang| purpose.text(details, subject, lang);
        let [plain, _, offered] = all_details();
        assert_eq!(
            say(Purpose::Confirmed, &plain, Lang::ZhCn),
            "《甲虫》2026年11月28日 14:00。请准时参加，不能来请提前取消"
        );
        assert_eq!(
            say(Purpose::Offered, &offered, Lang::ZhHk),
            "《甲虫》2026年11月28日 14:00。請在截止時間前確認名額 截止：2026年11月28日 12:00"
        );
        assert_eq!(
            say(Purpose::Offered, &offered, Lang::En),
            "“甲虫”, 2026-11-28 14:00. Please take the seat before the offer lapses. Until 2026-11-28 12:00"
        );
        assert_eq!(
            Purpose::Subscription.text(
                &plain,
                Subject { title: "Beetles", start: None, reason: None },
                Lang::En
            ),
            "“Beetles”. You asked to be told."
        );
        assert_eq!(
            say(Purpose::Cancelled, &plain, Lang::ZhCn),
            "《甲虫》2026年11月28日 14:00。给您带来不便，敬请谅解 原因：台风"
        );
        let moved = Details {
            old_start: Some(at(10)),
            new_start: Some(at(14)),
            moved: true,
            old_place: Some(Text::zh("报告厅")),
            ..Details::default()
        };
        assert_eq!(
            say(Purpose::Changed, &moved, Lang::ZhCn),
            "《甲虫》2026年11月28日 14:00（原定2026年11月28日 10:00）。时间和地点有变，请查看 原地点：报告厅 原因：台风"
        );
        assert_eq!(
            say(Purpose::Changed, &moved, Lang::En),
            "“甲虫”, 2026-11-28 14:00 (was 2026-11-28 10:00). Time and place have changed. It was to be at 报告厅 \
             Reason: 台风"
        );
    }
}
