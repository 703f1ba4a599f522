//! A yearly report as a workbook: a sheet for each part.

use super::shown::{YearlyBase, YearlyCampaign, YearlyEvent, YearlyReport};
use crate::domain::statistics::Dimension;
use crate::domain::text::Lang;
use crate::domain::time::parse_date;
use crate::http::forms::sheets::{Cell, Sheet};
use crate::http::v1::statistics::sheets::{FIGURES, Word, definitions, figures, table, word};
use crate::http::v1::statistics::shown::StatisticsRow;

const REPORT: Word = ["年度报告", "年度報告", "Yearly report"];
const SUMMARY: Word = ["概况", "概況", "Summary"];
const ITEM: Word = ["项目", "項目", "Item"];
const CHANGE: Word = ["增减", "增減", "Change"];
const ORGANISATION: Word = ["单位", "單位", "Organisation"];
const DIVISION: Word = ["所在区划", "所在區劃", "Division"];
const MONTHS: Word = ["按月", "按月", "By month"];
const TOPICS: Word = ["按主题", "按主題", "By topic"];
const AUDIENCES: Word = ["按受众", "按受眾", "By audience"];
const DIVISIONS: Word = ["按区划", "按區劃", "By division"];
const CAMPAIGNS: Word = ["主题活动", "主題活動", "Campaigns"];
const EVENTS: Word = ["活动明细", "活動明細", "Events"];
const BASES: Word = ["科普基地", "科普基地", "Bases"];
const ROLE: Word = ["承担角色", "承擔角色", "Part"];
const LEAD: Word = ["牵头", "牽頭", "lead"];
const PARTNER: Word = ["参与", "參與", "partner"];
const TITLE: Word = ["活动名称", "活動名稱", "Title"];
const FIRST: Word = ["首场日期", "首場日期", "First day"];
const LAST: Word = ["末场日期", "末場日期", "Last day"];
const NAME: Word = ["名称", "名稱", "Name"];
const ID: Word = ["编号", "編號", "Id"];
const LEVEL: Word = ["级别", "級別", "Level"];
const BODY: Word = ["认定单位", "認定單位", "Granted by"];
const SINCE: Word = ["起", "起", "Since"];
const UNTIL: Word = ["止", "止", "Until"];

/// The name of the file, and its sheets.
pub(super) fn of(report: &YearlyReport, lang: Lang) -> (String, Vec<Sheet>) {
    let by = |name: &Word, rows: &[StatisticsRow], dimension| Sheet {
        name: word(name, lang),
        ..table(rows, &[dimension], lang)
    };
    let book = vec![
        summary(report, lang),
        by(&MONTHS, &report.months, Dimension::Month),
        by(&TOPICS, &report.topics, Dimension::Topic),
        by(&AUDIENCES, &report.audiences, Dimension::Audience),
        by(&DIVISIONS, &report.divisions, Dimension::Division),
        campaigns(&report.campaigns, lang),
        events(&report.events, lang),
        bases(&report.bases, lang),
        definitions(lang),
    ];
    (format!("{}-{}-{}", word(&REPORT, lang), report.organisation.name, report.year), book)
}

fn headings(names: &[Word], lang: Lang) -> Vec<String> {
    names.iter().map(|name| word(name, lang)).collect()
}

/// A line for each figure: this year, the one before, what changed.
fn summary(report: &YearlyReport, lang: Lang) -> Sheet {
    let change = &report.change;
    let counts = [
        change.events,
        change.sessions,
        change.held,
        change.cancelled,
        change.seats,
        change.unlimited,
        change.signups,
        change.attended,
        change.headcount,
        change.no_show,
    ];
    let changes = counts
        .into_iter()
        .map(Cell::count)
        .chain([change.satisfaction.map_or(Cell::Empty, Cell::Number), Cell::Empty]);
    let years = figures(&report.totals, lang).into_iter().zip(figures(&report.last_year, lang));
    let mut rows = vec![
        vec![Cell::Text(word(&ORGANISATION, lang)), Cell::Text(report.organisation.name.clone())],
        vec![
            Cell::Text(word(&DIVISION, lang)),
            Cell::text(report.division.as_ref().map(|division| division.name.clone())),
        ],
    ];
    for (((name, _), (now, before)), change) in FIGURES.iter().zip(years).zip(changes) {
        rows.push(vec![Cell::Text(word(name, lang)), now, before, change]);
    }
    let year = |year: i32| if lang == Lang::En { year.to_string() } else { format!("{year}年") };
    Sheet {
        name: word(&SUMMARY, lang),
        columns: vec![word(&ITEM, lang), year(report.year), year(report.year - 1), word(&CHANGE, lang)],
        rows,
    }
}

fn campaigns(campaigns: &[YearlyCampaign], lang: Lang) -> Sheet {
    let rows: Vec<&StatisticsRow> = campaigns.iter().map(|one| &one.figures).collect();
    let mut sheet = table(rows, &[Dimension::Campaign], lang);
    sheet.columns.insert(2, word(&ROLE, lang));
    for (row, campaign) in sheet.rows.iter_mut().zip(campaigns) {
        let role = campaign.role.map(|role| word(if role == "lead" { &LEAD } else { &PARTNER }, lang));
        row.insert(2, Cell::text(role));
    }
    Sheet { name: word(&CAMPAIGNS, lang), ..sheet }
}

fn events(events: &[YearlyEvent], lang: Lang) -> Sheet {
    let day = |day: &str| parse_date(day).map_or(Cell::Empty, Cell::Date);
    let row = |event: &YearlyEvent| {
        let mut row = vec![
            Cell::Text(event.id.clone()),
            Cell::Text(event.title.clone()),
            day(&event.from),
            day(&event.to),
        ];
        row.extend(figures(&event.figures, lang).into_iter().take(FIGURES.len()));
        row
    };
    let mut columns = headings(&[ID, TITLE, FIRST, LAST], lang);
    columns.extend(FIGURES.iter().map(|(name, _)| word(name, lang)));
    Sheet { name: word(&EVENTS, lang), columns, rows: events.iter().map(row).collect() }
}

/// A line for each level of each base.
fn bases(bases: &[YearlyBase], lang: Lang) -> Sheet {
    let mut rows = Vec::new();
    for base in bases {
        let own = vec![Cell::Text(base.id.clone()), Cell::Text(base.name.clone())];
        if base.levels.is_empty() {
            rows.push(own.clone());
        }
        for level in &base.levels {
            let mut row = own.clone();
            row.extend([
                Cell::Text(level.level.name.clone()),
                Cell::Text(level.body.clone()),
                Cell::text(level.since.clone()),
                Cell::text(level.until.clone()),
            ]);
            rows.push(row);
        }
    }
    Sheet { name: word(&BASES, lang), columns: headings(&[ID, NAME, LEVEL, BODY, SINCE, UNTIL], lang), rows }
}
