use std::collections::BTreeSet;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::discovery::taxonomy::Taxonomy;
use crate::domain::calendar::CalendarYear;
use crate::domain::divisions::Division;
use crate::domain::record::Record;
use crate::domain::taxonomy::Term;
use crate::domain::time::parse_instant;

/// What the tests understand by: the seeds.
struct Seeds {
    lexicon: Lexicon,
    names: Names,
    divisions: Divisions,
    calendar: Calendar,
    simplify: OpenCC,
}

#[derive(Deserialize)]
struct Seed<T> {
    items: Vec<T>,
}

fn seed<T: DeserializeOwned>(text: &str) -> Vec<T> {
    serde_json::from_str::<Seed<T>>(text).unwrap().items
}

fn record<T>(id: i64, body: T) -> Record<T> {
    Record { id, version: 1, updated_at: DateTime::UNIX_EPOCH, body }
}

impl Seeds {
    fn new() -> Self {
        let (mut divisions, mut taxonomy, mut names) =
            (Divisions::default(), Taxonomy::default(), Names::default());
        for division in seed::<Division>(include_str!("../../../seeds/divisions.json")) {
            divisions.put(record(division.adcode.number(), division));
        }
        for term in seed::<Term>(include_str!("../../../seeds/taxonomy.json")) {
            taxonomy.put(record(term.id().get(), term));
        }
        for base in seed::<serde_json::Value>(include_str!("../../../seeds/bases.json")) {
            let position = serde_json::from_value(base["place"]["position"].clone()).unwrap();
            let landmark = Some(Landmark { position, mainland: true });
            for name in base["name"].as_object().unwrap().values() {
                names.add(&name.as_str().unwrap().to_lowercase(), landmark);
            }
        }
        for nouns in [
            include_str!("../../../seeds/series.json"),
            include_str!("../../../seeds/routes.json"),
            include_str!("../../../seeds/campaigns.json"),
        ] {
            for noun in seed::<serde_json::Value>(nouns) {
                names.add(noun["name"]["zh-CN"].as_str().unwrap(), None);
            }
        }
        for event in ["周末科学营（深圳）", "免费开放日"] {
            names.add(event, None);
        }
        let calendar =
            Calendar::new(seed::<CalendarYear>(include_str!("../../../seeds/holidays.json"))).unwrap();
        let lexicon = Lexicon::new(&divisions, &taxonomy);
        let simplify = OpenCC::from_config(BuiltinConfig::T2s).unwrap();
        Self { lexicon, names, divisions, calendar, simplify }
    }

    fn understand(&self, q: &str, given: &[(&str, &str)], now: &str) -> Understanding {
        let narrow: String = q
            .chars()
            .map(|c| match c {
                '\u{3000}' => ' ',
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap(),
                c => c,
            })
            .collect();
        let world = World {
            lexicon: &self.lexicon,
            names: &self.names,
            divisions: &self.divisions,
            calendar: &self.calendar,
            crs: Crs::Wgs84,
        };
        let given =
            |param: &str| given.iter().find(|(name, _)| *name == param).map(|(_, value)| (*value).to_owned());
        let folded = self.simplify.convert(&narrow.to_lowercase());
        understand(q, &folded, &world, &given, parse_instant(now).unwrap())
    }
}

/// Wednesday.
const NOW: &str = "2026-11-25T10:00:00+08:00";

/// `words | param=value param=value`, which is how the tables below write a reading.
fn written(understanding: &Understanding) -> String {
    let parts = understanding.parts.iter().map(|part| format!(" {}={}", part.param, part.value));
    format!("{} |{}", understanding.rest, parts.collect::<String>())
}

fn check_given(given: &[(&str, &str)], cases: &[(&str, &str)]) {
    let seeds = Seeds::new();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(q, expected)| {
            let read = written(&seeds.understand(q, given, NOW));
            (read != *expected).then(|| format!("{q}\n  expected {expected}\n  read     {read}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn check(cases: &[(&str, &str)]) {
    check_given(&[], cases);
}

#[test]
fn a_question_gives_filters_and_words() {
    check(&[
        ("周末 带孩子 免费 天河 天文", "天文 | when=weekend audience=child_family free=true adcode=440106"),
        ("周末带孩子免费天河天文", "天文 | when=weekend audience=child_family free=true adcode=440106"),
        ("我想周末带孩子去天河看天文展", "天文展 | when=weekend audience=child_family adcode=440106"),
        ("深圳有什么免费的科普讲座吗？", "科普讲座 | adcode=440300 free=true"),
        ("天文", "天文 |"),
        ("　機器人，編程　", "機器人，編程 |"),
        ("這週末 廣州 親子 免費", " | when=weekend adcode=440100 audience=child_family free=true"),
        ("ＦＲＥＥ　天文", "天文 | free=true"),
        (
            "free astronomy events for kids this weekend",
            "astronomy | free=true audience=child_family when=weekend",
        ),
        ("online lecture on AI", "lecture AI | mode=online,hybrid"),
        ("things to do in Tianhe tomorrow", " | adcode=440106 when=tomorrow"),
        ("机器人 有名额", "机器人 | available=true"),
        ("无障碍 博物馆", "博物馆 | accessibility=wheelchair"),
        ("现在开放的科技馆", "科技馆 | openNow=true"),
        ("线上 海洋", "海洋 | mode=online,hybrid"),
        ("不用报名 展览", "展览 | admission=walkIn"),
    ]);
}

#[test]
fn places_are_divisions_the_innermost_of_them() {
    check(&[
        ("天河", " | adcode=440106"),
        ("天河区", " | adcode=440106"),
        ("广州 天河 昆虫", "昆虫 | adcode=440106"),
        ("深圳南山机器人", "机器人 | adcode=440305"),
        ("广东省深圳市南山区", " | adcode=440305"),
        ("广东 地质", "地质 | adcode=440000"),
        ("香港 大埔", " | adcode=810116"),
        ("梅州大埔", " | adcode=441422"),
        ("大埔", "大埔 |"),
        ("汕尾 城区", " | adcode=441502"),
        ("城区", "城区 |"),
        ("南海珊瑚", "南海珊瑚 |"),
        ("佛山南海 地质", "地质 | adcode=440605"),
        ("南海区", " | adcode=440605"),
        ("新兴产业", "新兴产业 |"),
        ("乳源", " | adcode=440232"),
        ("海珠 番禺 亲子", " | adcode=440105 adcode=440113 audience=child_family"),
        ("guangzhou astronomy", "astronomy | adcode=440100"),
        ("天河附近 讲座", "讲座 | adcode=440106"),
    ]);
}

#[test]
fn a_name_is_not_taken_apart() {
    check(&[
        ("中山大学", "中山大学 |"),
        ("中山大学 讲座", "中山大学 讲座 |"),
        ("中山纪念堂", "中山纪念堂 |"),
        ("中山 湿地", "湿地 | adcode=442000"),
        ("广州塔", "广州塔 |"),
        ("广州塔 周末", "广州塔 | when=weekend"),
        ("广州大学", "广州大学 |"),
        ("深圳大学讲座", "深圳大学讲座 |"),
        ("南山寺", "南山寺 |"),
        ("珠海渔女", "珠海渔女 |"),
        ("珠海 讲座", "讲座 | adcode=440400"),
        ("天河公园天文台", "天河公园天文台 |"),
        ("白云山", "白云山 |"),
        ("白云区 植物", "植物 | adcode=440111"),
        ("深圳湾观鸟", "深圳湾观鸟 |"),
        ("今日科学", "今日科学 |"),
        ("明天小小科学家", "明天小小科学家 |"),
        ("青少年宫", "青少年宫 |"),
        ("广州青少年科技馆", "广州青少年科技馆 |"),
        ("广州市儿童公园", "广州市儿童公园 |"),
        ("珠江科学大讲堂", "珠江科学大讲堂 |"),
        ("清远市科技馆", "清远市科技馆 |"),
        ("清城区科普讲师团", "清城区科普讲师团 |"),
        ("天河科研院所", "天河科研院所 |"),
        ("科学想象力", "科学想象力 |"),
        ("世界卫生日", "世界卫生日 |"),
        ("科技活动周", "科技活动周 |"),
        ("南海一号", "南海一号 |"),
        ("地铁3号线", "地铁3号线 |"),
        ("不免费", "不免费 |"),
        ("广东科学中信", "广东科学中信 |"),
        ("周末科学营 天河", "周末科学营 | adcode=440106"),
        ("免费开放日", "免费开放日 |"),
        ("周末科学实验", "科学实验 | when=weekend"),
        ("科学生活", "科学生活 |"),
        ("大学生物实验", "大学生物实验 |"),
        ("智能玩具", "智能玩具 |"),
        ("Guangdong Science Center", "Guangdong Science Center |"),
        ("天鹅湖的星空", "天鹅湖的星空 |"),
        ("看懂健康体检报告", "看懂健康体检报告 |"),
    ]);
}

#[test]
fn days_are_read_by_the_calendar_of_the_venue() {
    check(&[
        ("今天", " | when=today"),
        ("明天 讲座", "讲座 | when=tomorrow"),
        ("后天", " | from=2026-11-27 to=2026-11-27"),
        ("今晚 观星", "观星 | from=2026-11-25T18:00:00+08:00 to=2026-11-26T00:00:00+08:00"),
        (
            "周六下午 亲子",
            " | from=2026-11-28T12:00:00+08:00 to=2026-11-28T18:00:00+08:00 audience=child_family",
        ),
        ("晚上 天文", "晚上 天文 |"),
        ("周末晚上", "晚上 | when=weekend"),
        ("这周末", " | when=weekend"),
        ("周六日", " | when=weekend"),
        ("下周末", " | from=2026-12-05 to=2026-12-06"),
        ("本周", " | when=week"),
        ("下周", " | from=2026-11-30 to=2026-12-06"),
        ("本月", " | when=month"),
        ("下个月", " | from=2026-12-01 to=2026-12-31"),
        ("周六", " | from=2026-11-28 to=2026-11-28"),
        ("周三", " | from=2026-11-25 to=2026-11-25"),
        ("星期天", " | from=2026-11-29 to=2026-11-29"),
        ("这周一", " | from=2026-11-23 to=2026-11-23"),
        ("下周日", " | from=2026-12-06 to=2026-12-06"),
        ("周五到周日", " | from=2026-11-27 to=2026-11-29"),
        ("周三 周六", "周六 | from=2026-11-25 to=2026-11-25"),
        ("12月5日 湿地", "湿地 | from=2026-12-05 to=2026-12-05"),
        ("12月5号", " | from=2026-12-05 to=2026-12-05"),
        ("十二月五日", " | from=2026-12-05 to=2026-12-05"),
        ("5号 讲座", "讲座 | from=2026-12-05 to=2026-12-05"),
        ("28号", " | from=2026-11-28 to=2026-11-28"),
        ("11月28-29号", " | from=2026-11-28 to=2026-11-29"),
        ("1月5日至6日", " | from=2027-01-05 to=2027-01-06"),
        ("2月29日", " | from=2028-02-29 to=2028-02-29"),
        ("2月30日", "2月30日 |"),
        ("2026-12-05", " | from=2026-12-05 to=2026-12-05"),
        ("2026年12月5日", " | from=2026-12-05 to=2026-12-05"),
        ("12月 观鸟", "观鸟 | from=2026-12-01 to=2026-12-31"),
        ("11月", " | when=month"),
        ("3月", " | from=2027-03-01 to=2027-03-31"),
        ("saturday", " | from=2026-11-28 to=2026-11-28"),
        ("next week", " | from=2026-11-30 to=2026-12-06"),
        ("三日游", "三日游 |"),
        ("春节 花卉", "春节 花卉 |"),
        ("假期", "假期 |"),
    ]);
    let seeds = Seeds::new();
    for (q, expected) in
        [("国庆", " | when=holiday"), ("假期", " | when=holiday"), ("中秋", "中秋 |"), ("元旦", "元旦 |")]
    {
        assert_eq!(written(&seeds.understand(q, &[], "2026-09-28T10:00:00+08:00")), expected, "{q}");
    }
    let read = seeds.understand("国庆 天文", &[], "2026-09-01T10:00:00+08:00");
    assert_eq!(written(&read), "天文 | from=2026-10-01 to=2026-10-07", "中秋 comes before it");
}

#[test]
fn audiences_and_ages_are_read() {
    check(&[
        ("亲子", " | audience=child_family"),
        ("适合6岁孩子的活动", " | age=6"),
        ("8岁", " | age=8"),
        ("六岁 机器人", "机器人 | age=6"),
        ("3-6岁 恐龙", "恐龙 | age=3"),
        ("6岁和8岁 机器人", "机器人 | age=6"),
        ("60岁以上 健康", "健康 | age=60"),
        ("age 6 dinosaur", "dinosaur | age=6"),
        ("10 years old", " | age=10"),
        ("200岁", "200岁 |"),
        ("老年人 防诈骗", "防诈骗 | audience=elderly"),
        ("银发族", " | audience=elderly"),
        ("中小学生 编程", "编程 | audience=youth"),
        ("小学生", " | audience=child_family,youth"),
        ("农民 水稻", "水稻 | audience=farmer"),
        ("社会公众", " | audience=public"),
        ("儿童公园", "儿童公园 |"),
    ]);
}

#[test]
fn around_a_place_is_a_position_and_a_radius() {
    check(&[
        ("广州塔附近 亲子", " | lat=23.108900 lng=113.318900 radius=3000 audience=child_family"),
        ("小蛮腰附近有什么", " | lat=23.108900 lng=113.318900 radius=3000"),
        ("我想去广州塔附近玩", " | lat=23.108900 lng=113.318900 radius=3000"),
        ("near Canton Tower kids", " | lat=23.108900 lng=113.318900 radius=3000 audience=child_family"),
        ("体育西附近 讲座", "体育西 讲座 |"),
        ("附近", " |"),
        ("附近 讲座", "讲座 |"),
    ]);
    check_given(
        &[("lat", "23.1"), ("lng", "113.3")],
        &[
            ("附近 讲座", "讲座 | radius=3000"),
            ("离我近的天文活动", "天文 | radius=3000"),
            ("体育西附近 讲座", "体育西 讲座 |"),
            ("天河附近 讲座", "讲座 | adcode=440106"),
            ("广州塔附近", " | lat=23.108900 lng=113.318900 radius=3000"),
        ],
    );
    check_given(
        &[("lat", "1"), ("lng", "1"), ("radius", "500")],
        &[("附近", " |"), ("广州塔附近", " | lat=23.108900 lng=113.318900")],
    );
    check_given(&[("bbox", "1,2,3,4")], &[("广州塔附近", "广州塔附近 |")]);
}

#[test]
fn what_was_given_stands_whatever_the_words_say() {
    check_given(
        &[("adcode", "440100"), ("when", "weekend"), ("audience", "child_family,youth"), ("free", "true")],
        &[
            ("周末 免费 亲子 广州 天文", "天文 |"),
            ("天河 天文", "天文 | adcode=440106"),
            ("深圳 天文", "天文 |"),
            ("广东 天文", "天文 |"),
            ("今天 天文", "天文 |"),
            ("老人", " |"),
        ],
    );
}

#[test]
fn words_of_asking_are_dropped_and_general_ones_where_there_is_more() {
    check(&[
        ("有什么好玩的", " |"),
        ("活动", "活动 |"),
        ("科普活动", "科普活动 |"),
        ("天河活动", " | adcode=440106"),
        ("推荐天文活动", "天文 |"),
        ("周末看星星", "星星 | when=weekend"),
        ("", " |"),
        ("，。！", " |"),
    ]);
}

#[test]
fn a_part_shows_what_was_typed_and_where() {
    let read = Seeds::new().understand("周六 的下午 廣州塔附近", &[], NOW);
    let texts: Vec<_> = read.parts.iter().map(|part| (part.param, part.text.as_str())).collect();
    let tower = "廣州塔附近";
    assert_eq!(
        texts,
        [("from", "周六 的下午"), ("to", "周六 的下午"), ("lat", tower), ("lng", tower), ("radius", tower)]
    );
    assert_eq!(&"周六 的下午 廣州塔附近"[read.parts[2].at.clone()], tower);
}

#[test]
fn values_of_one_parameter_are_one_list() {
    let read = Seeds::new().understand("带孩子和老人 海珠 番禺 亲子", &[], NOW);
    assert_eq!(
        read.parameters(),
        [("audience", "child_family,elderly".to_owned()), ("adcode", "440105".to_owned())],
        "one division can be asked for, the first"
    );
}

#[test]
fn the_hundred_questions_are_read_as_people_mean_them() {
    #[derive(Deserialize)]
    struct Question {
        q: String,
        understood: BTreeSet<String>,
    }
    let questions: Vec<Question> =
        serde_json::from_str(include_str!("../../../tests/it/search/questions.json")).unwrap();
    let seeds = Seeds::new();
    let wrong: Vec<String> = questions
        .iter()
        .filter_map(|question| {
            let read = seeds.understand(&question.q, &[], NOW);
            let parts = read.parts.iter().map(|part| match part.param {
                "lat" | "lng" => part.param.to_owned(),
                param => format!("{param}={}", part.value),
            });
            let parts: BTreeSet<String> = parts.collect();
            (parts != question.understood).then(|| format!("{}: {}", question.q, written(&read)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn nothing_typed_makes_it_panic_and_rest_and_parts_never_overlap(
        words in prop::collection::vec(
            prop_oneof![
                "\\PC{0,6}".prop_map(String::from),
                prop::sample::select(vec![
                    "周末", "下周", "六", "12月", "5号", "到", "-", "天河", "区", "广州", "塔", "附近", "near ", "的", "6岁",
                    "免费", "亲子", "晚上", "不", "有什么", "看", "活动", " ", "，", "親", "Ａ", "İ", "2026-", "99999999999",
                ]).prop_map(String::from),
            ],
            0..10,
        ),
        placed in any::<bool>(),
    ) {
        thread_local!(static SEEDS: Seeds = Seeds::new());
        let q = words.concat();
        let given: &[(&str, &str)] = if placed { &[("lat", "23"), ("lng", "113"), ("adcode", "440100")] } else { &[] };
        let read = SEEDS.with(|seeds| seeds.understand(&q, given, NOW));
        let mut typed = vec![0u8; q.len()];
        for part in &read.parts {
            prop_assert_eq!(&q[part.at.clone()], &part.text);
            prop_assert!(!part.value.is_empty());
            typed[part.at.clone()].fill(1);
        }
        // Every word of the rest stands, in order, where no part does.
        let mut from = 0;
        for word in read.rest.split_whitespace() {
            let free = |at: &usize| typed[*at..at + word.len()].iter().all(|taken| *taken == 0);
            let mut stands = (from..q.len()).filter(|at| q.is_char_boundary(*at) && q[*at..].starts_with(word));
            let at = stands.find(free);
            prop_assert!(at.is_some(), "{:?} of {:?}", word, read);
            from = at.unwrap() + word.len();
        }
    }
}
