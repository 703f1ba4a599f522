//! The words that are more than words, in one place: what a reader finds missing is added here.
//!
//! A list of words is one text with commas. All are folded: lower case, narrow, simplified. The longest word that
//! fits wins, so an exception is simply a longer word ([`PLAIN`]). Divisions and audiences of the taxonomy add
//! their own names.

use chrono::Weekday;

use super::days::{Day, Hours};
use crate::domain::time::When;

/// Words that say a parameter and its value.
pub const FILTERS: &[(&str, &str, &str)] = &[
    (
        "free",
        "true",
        "免费, 免费的, 不要钱, 不要钱的, 不花钱, 不用钱, 免票, 免门票, free, free of charge, free entry, \
        free admission, mianfei",
    ),
    // What is held in both ways suits either. A bare 直播 is a word of titles, and of the form 线上直播: it stays one.
    ("mode", "online,hybrid", "线上, 在线, 网上, 线上直播, 网络直播, 在线直播, 线上活动, online"),
    ("mode", "onsite,hybrid", "线下, 线下活动, offline, in person"),
    ("accessibility", "wheelchair", "无障碍, 轮椅, 坐轮椅, 推轮椅, 婴儿车, 推婴儿车, wheelchair, step-free"),
    ("accessibility", "visual", "视障, 视障人士, 盲人"),
    (
        "available",
        "true",
        "有名额, 还有名额, 有名额的, 有余位, 有位置, 还有位, 还有位置, 可报名, 能报名, 可以报名, \
        还能报名, 能报名的, 可以报名的, 可报名的, 未报满, 没报满, 没满, 有票, 还有票, seats left, \
        still open",
    ),
    ("admission", "walkIn", "不用报名, 免报名, 无需报名, 不需要报名, walk-in"),
    // Only with "now": a bare 开放 is half of 开放日.
    (
        "openNow",
        "true",
        "现在开放, 现在开放的, 现在开门, 现在开着, 现在营业, 正在开放, 正在营业, 营业中, 开着的, 开着, \
        还开着, 还开门, 现在能去, open now",
    ),
];

/// Words for whom something is made. A deployment whose taxonomy lacks a code does without it.
pub const AUDIENCES: &[(&[&str], &str)] = &[
    (
        &["child_family"],
        "亲子, 亲子活动, 带孩子, 带着孩子, 带小孩, 带娃, 带宝宝, 带小朋友, 遛娃, 溜娃, 陪孩子, 和孩子, \
        跟孩子, 孩子, 小孩, 小孩子, 小朋友, 儿童, 少儿, 幼儿, 宝宝, 宝贝, 娃, 学龄前, 幼儿园, 一家人, \
        全家, 一家三口, 家庭, kid, kids, child, children, family, families, family-friendly, \
        parent-child, qinzi",
    ),
    (&["child_family", "youth"], "小学生"),
    (
        &["youth"],
        "青少年, 中小学生, 中学生, 初中生, 高中生, 大学生, 学生, 学生党, 少年, teen, teens, teenager, \
        teenagers, student, students, youth",
    ),
    (
        &["elderly"],
        "老人, 老年人, 老人家, 带老人, 陪老人, 长者, 银发, 银发族, 银龄, 老年, 退休, 退休老人, 爷爷奶奶, \
        elderly, senior, seniors",
    ),
    (&["women"], "女性, 妇女, women"),
    (&["teacher"], "教师, 老师, 科学教师, 科学老师, 科技辅导员, teacher, teachers"),
    (&["farmer"], "农民, 农户, 村民, 种植户, 农民朋友, farmer, farmers"),
    (&["industrial_worker"], "产业工人, 工人, 职工, 工友"),
    (&["official"], "公务员, 领导干部, 干部"),
    (&["gig_worker"], "骑手, 外卖员, 外卖小哥, 快递员, 快递小哥, 网约车司机, 新业态"),
    (&["left_behind"], "留守儿童"),
    (&["hk_macao_youth"], "港澳青少年, 港澳学生"),
];

/// Words that name days. Weekdays come from [`WEEKS`] and [`WEEKDAYS`].
pub const DAYS: &[(Day, &str)] = &[
    (Day::Named(When::Today), "今天, 今日, 今儿, 当天, 今天开放, 今天开门, today, jintian"),
    (Day::Named(When::Tomorrow), "明天, 明日, 明儿, 明天开放, 明天开门, tomorrow, mingtian"),
    (Day::Later(2), "后天, day after tomorrow"),
    (Day::Later(3), "大后天"),
    (
        Day::Named(When::Weekend),
        "周末, 这周末, 本周末, 这个周末, 周末两天, 双休日, 双休, 周六日, 周六周日, 周六和周日, 周末开放, \
        周末开门, 周末免费开放, weekend, this weekend, weekends, zhoumo",
    ),
    (Day::Weekend(1), "下周末, 下个周末, next weekend"),
    (Day::Named(When::Week), "本周, 这周, 这一周, 这星期, 这个星期, 本星期, 这礼拜, this week"),
    (Day::Week(1), "下周, 下星期, 下个星期, 下礼拜, next week"),
    (Day::Named(When::Month), "本月, 这个月, 当月, 这月, this month"),
    (Day::Month(1), "下个月, 下月, next month"),
    (Day::AnyHoliday, "假期, 节假日, 放假, 小长假, 法定节假日, holiday, holidays"),
    (Day::Holiday("元旦"), "元旦, 元旦节, 元旦假期"),
    (Day::Holiday("春节"), "春节, 春节假期, 过年, 新年, spring festival"),
    (Day::Holiday("清明节"), "清明, 清明节, 清明假期"),
    (Day::Holiday("劳动节"), "五一, 五一假期, 五一节, 劳动节, 51假期"),
    (Day::Holiday("端午节"), "端午, 端午节, 端午假期"),
    (Day::Holiday("中秋节"), "中秋, 中秋节, 中秋假期"),
    (Day::Holiday("国庆节"), "国庆, 国庆节, 国庆假期, 十一假期, 十一黄金周, 黄金周, national day"),
];

/// What stands before a weekday, with the week that it chooses.
pub const WEEKS: &[(Option<u64>, &str)] = &[
    (None, "周, 星期, 礼拜"),
    (Some(0), "这周, 本周, 这星期, 本星期, 这个星期, 这礼拜"),
    (Some(1), "下周, 下星期, 下个星期, 下礼拜"),
];

/// Weekdays as they follow the words of [`WEEKS`], and in English.
pub const WEEKDAYS: &[(Weekday, &str, &str)] = &[
    (Weekday::Mon, "一", "monday"),
    (Weekday::Tue, "二", "tuesday"),
    (Weekday::Wed, "三", "wednesday"),
    (Weekday::Thu, "四", "thursday"),
    (Weekday::Fri, "五", "friday"),
    (Weekday::Sat, "六", "saturday"),
    (Weekday::Sun, "日, 天", "sunday"),
];

/// Parts of a day, as hours. No parameter says them alone, so without a day they stay words.
pub const HOURS: &[(Hours, &str)] = &[
    (Hours(6, 12), "早上, 上午, 早晨, morning"),
    (Hours(11, 14), "中午"),
    (Hours(12, 18), "下午, 午后, afternoon"),
    (Hours(18, 24), "晚上, 晚, 夜里, 夜间, 夜晚, evening, night"),
];

/// This evening, which is a day and its hours in one word.
pub const TONIGHT: &str = "今晚, 今晚上, 今夜, tonight";

/// Words after a place: what lies around it. Alone they mean around the caller.
pub const AROUND: &str = "附近, 附近的, 旁边, 旁边的, 周边, 周边的, 周围, 周围的, 一带, 边上, 附近有什么, 附近有啥, \
    附近哪里有, 周边有什么";

/// Words before a place: what lies around it.
pub const NEAR: &str = "near, around, close to, next to, 靠近";

/// Around the caller.
pub const NEAR_ME: &str = "离我近, 离我最近, 离我最近的, 离我近的, 我附近, 我附近的, 我周边, 就近, near me, nearby, around me, \
    close to me, fujin";

/// Words of asking: they say nothing of what is looked for.
pub const ASKING: &str = "有什么, 有啥, 有没有, 有哪些, 哪里, 哪儿, 哪里有, 哪儿有, 哪些, 哪个, 哪有, 去哪, 去哪儿, 去哪里, \
    去哪玩, 去哪儿玩, 去哪里玩, 什么, 怎么, 怎么样, 怎么办, 如何, 好玩, 好玩的, 可以玩, 能玩, 玩什么, \
    可以去, 能去, 推荐, 推荐一下, 求推荐, 介绍, 我想, 我想去, 我想找, 我想看, 我想学, 我想带, 想去, \
    想看, 想找, 想学, 想带, 我要, 我要去, 要去, 请问, 帮我, 帮我找, 给我, 找一下, 查一下, 看看, 适合, \
    适合的, 参加, 可以参加, 能参加, 报名, 怎么报名, 一起, 一起去, 一起玩, 一日游, 最近, 最近的, 近期, \
    有关, 有关的, 关于, 相关, 相关的, 可以带, 能带, 合适的, 值得去, 打卡, what, what's, what's on, \
    whats, where, which, is, are, there, any, some, i, want, to, do, go, see, find, show, me, please, \
    my, in, at, for, the, a, an, on, with, about, can";

/// Words that everything here answers to. They are dropped beside others, and looked for alone.
pub const GENERAL: &str = "活动, 科普活动, 的活动, 地方, 的地方, 好去处, 去处, 项目, things, things to do, event, events, \
    activity, activities, place, places, huodong";

/// Single characters that are dropped only between what was taken: elsewhere they are parts of words.
pub const GLUE: &str =
    "的, 吗, 呢, 吧, 呀, 啊, 了, 有, 去, 在, 带, 玩, 想, 找, 看, 要, 到, 来, 和, 里, 区, 内, 能, 是, 里的";

/// What looks like a filter, or holds one, and is none.
pub const PLAIN: &[&str] = &[
    // Names of places that begin with a division's.
    "深圳湾, 孙中山, 中山纪念堂, 中山图书馆, 中山陵, 中山医, 天河城, 天河二号, 天河体育中心, 黄埔军校, \
    黄埔古港, 南沙群岛, 羊城晚报, 羊城学堂, 光明日报, 香港中文大学, 香港科技大学, 澳门科技大学",
    // Things that are called by an audience.
    "青少年宫, 少年宫, 青少年科技馆, 少儿科技馆, 青少年活动中心, 青少年科学营, 少年儿童图书馆, 少儿图书馆, \
    儿童图书馆, 儿童公园, 儿童活动中心, 儿童医院, 妇女儿童, 老年大学, 教师节, 妇女节, 儿童节, 青年节, \
    工人文化宫, 农民工, 娃娃鱼, 蚕宝宝, 学生会, 家庭实验, 职工大学堂",
    // Sayings that hold a day, a price or a way.
    "今日科学, 明天小小科学家, 明日之星, 今天吃什么, 免费师范生, 五一劳动奖章, 网上丝绸之路",
    // Words whose end and the next one's beginning look like one: 科学生活, 大学生物, 创新会议.
    "科学, 数学, 化学, 医学, 光学, 力学, 声学, 电学, 天文学, 生物学, 地质学, 文学, 大学生物, 大学生活, \
    大学生命, 中学生物, 中学生活, 小学生物, 化工, 人工智能, 创新, 基本, 清明上河图, 一带一路, 地平线, \
    晚霞, 晚会, 学校, 学堂, 学院, 学科, 学会, 学术, 学习, 学者, 学员, 听见, 听力, 听说, 听障, 玩转, 看图",
    // Words that begin as a word of asking or a general one does.
    "活动周, 活动月, 活动日, 活动中心, 项目制, 看懂, 看见, 看点, 介绍信, 推荐信, 什么是, 地方史, 地方志, \
    想象, 有趣, 有机, 去年, 在校, 带电, 要素, 来源, 内部, 能源, 能量, 玩具, 找矿, 到达, 了解, \
    区块链, 晚清, 夜间开花",
];

/// What goes on from a division's name to another name: 广州塔, 中山大学, 白云山, 天河公园.
pub const NAME_ENDS: &str = "塔, 湾, 山, 河, 江, 湖, 岛, 桥, 路, 大道, 街, 寺, 港, 站, 北站, 南站, 东站, 西站, 机场, 大学, 学院, \
    师范, 理工, 中学, 小学, 医院, 公园, 广场, 古港, 军校, 体育, 渔女, 石窟, 新区, 号";

/// Names of divisions, without 区 or 县 and in English, that are words too: taken only beside a division that holds
/// them, and with their ending.
pub const WEAK_DIVISIONS: &str = "和平, 光明, 新兴, 高明, 南海, 紫金, 江海, 阳春, 平远, 城区, 东区, 南区, 北区, 中西, 离岛, eastern, \
    southern, north, northern, islands, cheng, heping, xinxing";

/// Other names of divisions, by code.
pub const DIVISION_NICKNAMES: &[(&str, &str)] =
    &[("440100", "羊城, gz"), ("440300", "鹏城, sz"), ("810000", "hk, hongkong"), ("820000", "macao")];

/// What people call places that have another name.
pub const NICKNAMES: &[(&str, &str)] = &[
    ("小蛮腰", "广州塔"),
    ("省博", "广东省博物馆"),
    ("粤博", "广东省博物馆"),
    ("科学中心", "广东科学中心"),
    ("广图", "广州图书馆"),
    ("中山图书馆", "广东省立中山图书馆"),
    ("华南植物园", "华南国家植物园"),
    ("海珠湿地", "广州海珠国家湿地公园"),
    ("地铁博物馆", "广州地铁博物馆"),
    ("海心沙", "海心沙科技岛"),
    ("长隆", "长隆野生动物世界"),
    ("华农", "华南农业大学"),
    ("华工", "华南理工大学"),
    ("华师", "华南师范大学"),
    ("南科大", "南方科技大学"),
    ("深大", "深圳大学"),
    ("深圳科技馆", "深圳科学技术馆"),
    ("仙湖", "仙湖植物园"),
    ("白云山", "白云山风景名胜区"),
    ("散裂中子源", "中国散裂中子源"),
    ("东莞科技馆", "东莞科学技术博物馆"),
    ("丹霞山", "丹霞山世界地质公园"),
    ("超算中心", "国家超级计算广州中心"),
];

/// The words of a list.
pub fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim)
}
