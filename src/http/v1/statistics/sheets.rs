//! Statistics as a table, and what its columns mean.

use super::shown::{Statistics, StatisticsKey, StatisticsRow};
use crate::domain::statistics::Dimension;
use crate::domain::text::Lang;
use crate::http::forms::sheets::{Cell, Sheet};

/// A word in the three languages.
pub type Word = [&'static str; 3];

/// A word in a language.
#[must_use]
pub fn word(word: &Word, lang: Lang) -> String {
    let [simplified, traditional, english] = word;
    match lang {
        Lang::ZhCn => simplified,
        Lang::ZhHk => traditional,
        Lang::En => english,
    }
    .to_string()
}

const NAME: Word = ["统计", "統計", "Statistics"];
const TOTAL: Word = ["合计", "合計", "Total"];
const DEFINITIONS: Word = ["口径说明", "口徑說明", "Definitions"];
const COLUMN: Word = ["列", "欄", "Column"];
const MEANING: Word = ["含义", "含義", "Meaning"];
const CODE: Word = ["代码", "代碼", "code"];
const LEFT_OUT: Word = ["有不足5人的数未列", "有不足5人的數未列", "Counts below five left out"];
const YES: Word = ["是", "是", "yes"];

/// The columns of figures, each with what it means.
pub const FIGURES: [(Word, Word); 12] = [
    (
        ["活动数", "活動數", "Events"],
        ["至少有一场未取消的活动", "至少有一場未取消的活動", "Events with a session that is not called off"],
    ),
    (
        ["场次数", "場次數", "Sessions"],
        [
            "期间内开始且未取消的场次",
            "期間內開始且未取消的場次",
            "Sessions that begin in the span and are not called off",
        ],
    ),
    (
        ["已举办场次", "已舉辦場次", "Sessions held"],
        ["其中已结束的场次", "其中已結束的場次", "Of these, those that are over"],
    ),
    (
        ["取消场次", "取消場次", "Sessions called off"],
        ["取消的场次，其余各列不计", "取消的場次，其餘各欄不計", "Called off; nothing else of them counts"],
    ),
    (
        ["名额", "名額", "Seats"],
        [
            "限额场次的名额，按人或按组，依各场规定",
            "限額場次的名額，按人或按組，依各場規定",
            "Room in sessions with a limit, in people or parties",
        ],
    ),
    (
        ["不限额场次", "不限額場次", "Sessions without a limit"],
        ["不限名额的场次", "不限名額的場次", "Sessions without a limit"],
    ),
    (
        ["报名人数", "報名人數", "People signed up"],
        [
            "已确认名额的人数，不含候补、待确认和已取消的",
            "已確認名額的人數，不含候補、待確認和已取消的",
            "People with a seat; those who queue or gave up do not count",
        ],
    ),
    (
        ["到场人数", "到場人數", "People who came"],
        [
            "签到的人数，加上未报名直接入场的人数",
            "簽到的人數，加上未報名直接入場的人數",
            "Checked in, or let in without a sign-up",
        ],
    ),
    (
        ["现场清点人数", "現場清點人數", "Heads counted"],
        ["主办单位现场清点的人数", "主辦單位現場清點的人數", "Heads that hosts counted"],
    ),
    (
        ["未到场人数", "未到場人數", "People who did not come"],
        [
            "使用签到的场次中有名额而未到的人数，结束一天后计入",
            "使用簽到的場次中有名額而未到的人數，結束一天後計入",
            "With a seat, where anybody was checked in; a day after the end",
        ],
    ),
    (["平均评分", "平均評分", "Mean of stars"], ["1至5星的平均", "1至5星的平均", "From 1 to 5"]),
    (["评分数", "評分數", "Ratings"], ["评分的报名数", "評分的報名數", "Parties that gave stars"]),
];

const fn heading(dimension: Dimension) -> Word {
    match dimension {
        Dimension::Division => ["行政区划", "行政區劃", "Division"],
        Dimension::Topic => ["主题", "主題", "Topic"],
        Dimension::Audience => ["受众", "受眾", "Audience"],
        Dimension::Campaign => ["主题活动", "主題活動", "Campaign"],
        Dimension::Organisation => ["主办单位", "主辦單位", "Organisation"],
        Dimension::Month => ["月份", "月份", "Month"],
    }
}

/// The table of some figures: a line for each row, the total last.
#[must_use]
pub fn of(statistics: &Statistics, by: &[Dimension], lang: Lang) -> Sheet {
    let mut sheet = table(&statistics.rows, by, lang);
    let keys = sheet.columns.len() - FIGURES.len() - 1;
    let mut total = vec![Cell::Empty; keys];
    if let Some(first) = total.first_mut() {
        *first = Cell::Text(word(&TOTAL, lang));
    }
    total.extend(figures(&statistics.totals, lang));
    sheet.rows.push(total);
    sheet
}

/// The table of some rows.
pub fn table<'a>(rows: impl IntoIterator<Item = &'a StatisticsRow>, by: &[Dimension], lang: Lang) -> Sheet {
    let mut columns = Vec::new();
    for dimension in by {
        let name = word(&heading(*dimension), lang);
        if *dimension != Dimension::Month {
            let gap = if lang == Lang::En { " " } else { "" };
            columns.push(format!("{name}{gap}{}", word(&CODE, lang)));
        }
        columns.push(name);
    }
    columns.extend(FIGURES.iter().map(|(name, _)| word(name, lang)));
    columns.push(word(&LEFT_OUT, lang));
    let rows = rows.into_iter().map(|row| line(row, by, lang)).collect();
    Sheet { name: word(&NAME, lang), columns, rows }
}

/// What the columns mean.
#[must_use]
pub fn definitions(lang: Lang) -> Sheet {
    let row =
        |(name, meaning): &(Word, Word)| vec![Cell::Text(word(name, lang)), Cell::Text(word(meaning, lang))];
    Sheet {
        name: word(&DEFINITIONS, lang),
        columns: vec![word(&COLUMN, lang), word(&MEANING, lang)],
        rows: FIGURES.iter().map(row).collect(),
    }
}

fn line(row: &StatisticsRow, by: &[Dimension], lang: Lang) -> Vec<Cell> {
    let mut cells = Vec::new();
    for dimension in by {
        let key: Option<&StatisticsKey> = match dimension {
            Dimension::Division => row.division.as_ref(),
            Dimension::Topic => row.topic.as_ref(),
            Dimension::Audience => row.audience.as_ref(),
            Dimension::Campaign => row.campaign.as_ref(),
            Dimension::Organisation => row.organisation.as_ref(),
            Dimension::Month => {
                cells.push(Cell::text(row.month.clone()));
                continue;
            }
        };
        cells.push(Cell::text(key.map(|key| key.code.clone())));
        cells.push(Cell::text(key.map(|key| key.name.clone())));
    }
    cells.extend(figures(row, lang));
    cells
}

/// The cells of [`FIGURES`], and whether something was left out.
pub fn figures(row: &StatisticsRow, lang: Lang) -> Vec<Cell> {
    let left_out = row.suppressed.then(|| word(&YES, lang));
    vec![
        number(Some(row.events)),
        number(Some(row.sessions)),
        number(Some(row.held)),
        number(Some(row.cancelled)),
        number(Some(row.seats)),
        number(Some(row.unlimited)),
        number(row.signups),
        number(row.attended),
        number(row.headcount),
        number(row.no_show),
        row.satisfaction.and_then(|said| said.average).map_or(Cell::Empty, Cell::Number),
        number(row.satisfaction.map(|said| said.count)),
        Cell::text(left_out),
    ]
}

/// A count; nothing where it is not told.
#[must_use]
pub fn number(count: Option<u64>) -> Cell {
    count.and_then(|count| i64::try_from(count).ok()).map_or(Cell::Empty, Cell::count)
}
