//! The table to fill in: a sheet with all columns, one with an example, one that says what they mean, one with codes.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, Formula, Workbook, Worksheet, XlsxError,
};

use super::words::{
    ADMISSIONS, ADMISSIONS_TOO, DATUMS, DATUMS_TOO, MODES, MODES_TOO, WAITLISTS, WAITLISTS_TOO,
};
use crate::discovery::divisions::Divisions;
use crate::discovery::taxonomy::Taxonomy;
use crate::domain::imports::MOST_ROWS;
use crate::domain::imports::columns::Column;
use crate::domain::taxonomy::{AUDIENCE, FORM, TOPIC};
use crate::domain::text::Lang;

/// Columns that must be filled in, in each row or once for an event, before it can be submitted.
const NEEDED: [Column; 12] = [
    Column::Session,
    Column::Title,
    Column::Summary,
    Column::Date,
    Column::Time,
    Column::Form,
    Column::Topics,
    Column::Audiences,
    Column::Free,
    Column::Mode,
    Column::Admission,
    Column::Address,
];

/// Columns whose digits are no quantity.
const DIGITS: [Column; 3] = [Column::Session, Column::Event, Column::SignupPhone];

/// The rows of the example: an event with two sessions, and another.
const EXAMPLE: [[(Column, &str); 24]; 3] = [
    example("2026-11-A1", "2026-11-A", "2026-11-28", "14:00-16:00"),
    example("2026-11-A2", "2026-11-A", "2026-11-29", "14:00-16:00"),
    other("2026-12-B1"),
];

const fn example(
    session: &'static str,
    event: &'static str,
    date: &'static str,
    time: &'static str,
) -> [(Column, &'static str); 24] {
    [
        (Column::Session, session),
        (Column::Event, event),
        (Column::Title, "甲虫王国：一只昆虫的铠甲"),
        (Column::Summary, "看标本、做拓印，认识身边的甲虫。"),
        (Column::Date, date),
        (Column::Time, time),
        (Column::Capacity, "40"),
        (Column::Admission, "网上报名"),
        (Column::SignupOpensAt, "2026-11-14 9:00"),
        (Column::SignupClosesAt, "2026-11-27 18:00"),
        (Column::WaitlistMode, "自动递补"),
        (Column::PartyMax, "4"),
        (Column::GuardianRequired, "是"),
        (Column::Form, "实验体验"),
        (Column::Topics, "生物多样性、生命科学"),
        (Column::Audiences, "儿童与亲子家庭"),
        (Column::AgeMin, "6"),
        (Column::Free, "是"),
        (Column::Mode, "线下"),
        (Column::Place, "科学实验室"),
        (Column::Address, "广州市天河区天河路1号"),
        (Column::District, "天河区"),
        (Column::Lat, "23.1345"),
        (Column::Lng, "113.3270"),
    ]
}

const fn other(session: &'static str) -> [(Column, &'static str); 24] {
    [
        (Column::Session, session),
        (Column::Event, ""),
        (Column::Title, "冬夜观星"),
        (Column::Summary, "用望远镜看月亮和木星。"),
        (Column::Date, "2026/12/5"),
        (Column::Time, "19:30-21:00"),
        (Column::Capacity, ""),
        (Column::Admission, "直接到场"),
        (Column::SignupOpensAt, ""),
        (Column::SignupClosesAt, ""),
        (Column::WaitlistMode, ""),
        (Column::PartyMax, ""),
        (Column::GuardianRequired, ""),
        (Column::Form, "自然观察"),
        (Column::Topics, "天文航天"),
        (Column::Audiences, "社会公众"),
        (Column::AgeMin, ""),
        (Column::Free, "是"),
        (Column::Mode, "线下"),
        (Column::Place, "楼顶天台"),
        (Column::Address, "广州市天河区天河路1号"),
        (Column::District, "440106"),
        (Column::Lat, "23.1345"),
        (Column::Lng, "113.3270"),
    ]
}

/// The name of the file, without its ending.
pub(super) fn name(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "活动场次导入模板",
        Lang::ZhHk => "活動場次匯入範本",
        Lang::En => "Sessions to import",
    }
}

/// The names of the sheets.
fn tabs(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::ZhCn => ["活动场次", "填写示例", "填写说明", "代码表"],
        Lang::ZhHk => ["活動場次", "填寫示例", "填寫說明", "代碼表"],
        Lang::En => ["Sessions", "Example", "Columns", "Codes"],
    }
}

/// The workbook.
pub(super) fn book(taxonomy: &Taxonomy, divisions: &Divisions, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let heading = Format::new().set_bold().set_text_wrap();
    let [sessions, example, columns, codes] = tabs(lang);
    let mut book = Workbook::new();
    let page = book.add_worksheet().set_name(sessions)?;
    headings(page, lang, &heading)?;
    let plain = Format::new().set_num_format("@");
    for column in DIGITS {
        page.set_column_format(at(column), &plain)?;
    }
    write_lists(page, taxonomy, codes)?;
    let page = book.add_worksheet().set_name(example)?;
    headings(page, lang, &heading)?;
    for (row, cells) in (1..).zip(EXAMPLE) {
        for (column, text) in cells.into_iter().filter(|(_, text)| !text.is_empty()) {
            page.write_string(row, at(column), text)?;
        }
    }
    let page = book.add_worksheet().set_name(columns)?;
    explain(page, lang, &heading)?;
    let page = book.add_worksheet().set_name(codes)?;
    list_codes(page, taxonomy, divisions, lang, &heading)?;
    book.save_to_buffer()
}

/// Where a column stands.
fn at(column: Column) -> u16 {
    column as u16
}

fn headings(page: &mut Worksheet, lang: Lang, style: &Format) -> Result<(), XlsxError> {
    for column in Column::ALL {
        let star = if NEEDED.contains(column) { "*" } else { "" };
        page.write_with_format(0, at(*column), format!("{}{star}", column.heading(lang)), style)?;
        page.set_column_width(at(*column), 14)?;
    }
    page.set_freeze_panes(1, 1)?;
    Ok(())
}

/// Lists to choose from, where one of a few words is meant; others are let through, as the reader knows more words.
fn write_lists(page: &mut Worksheet, taxonomy: &Taxonomy, codes: &str) -> Result<(), XlsxError> {
    let last = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX);
    let lenient = |list: DataValidation| list.set_error_style(DataValidationErrorStyle::Information);
    let yes = ["是", "否"];
    let truths = [Column::Free, Column::GuardianRequired, Column::PhoneRequired, Column::Approval]
        .map(|one| (one, &yes[..]));
    let admissions = ADMISSIONS.map(|(word, _)| word);
    let modes = MODES.map(|(word, _)| word);
    let waitlists = WAITLISTS.map(|(word, _)| word);
    let datums = DATUMS.map(|(word, _)| word);
    let words = [
        (Column::Admission, &admissions[..]),
        (Column::Mode, &modes[..]),
        (Column::WaitlistMode, &waitlists[..]),
        (Column::Crs, &datums[..]),
    ];
    for (column, words) in words.into_iter().chain(truths) {
        let list = lenient(DataValidation::new().allow_list_strings(words)?);
        page.add_data_validation(1, at(column), last, at(column), &list)?;
    }
    let forms = taxonomy.terms(FORM).count();
    // The first rows of the sheet with codes are those of forms.
    let source = Formula::new(format!("='{codes}'!$C$2:$C${}", forms + 1));
    let list = lenient(DataValidation::new().allow_list_formula(source));
    page.add_data_validation(1, at(Column::Form), last, at(Column::Form), &list)?;
    Ok(())
}

fn explain(page: &mut Worksheet, lang: Lang, style: &Format) -> Result<(), XlsxError> {
    let titles = match lang {
        Lang::ZhCn => ["列名", "提交审核必填", "说明", "JSON 字段"],
        Lang::ZhHk => ["欄名", "提交審核必填", "說明", "JSON 欄位"],
        Lang::En => ["Column", "Needed to submit", "Meaning", "Field in JSON"],
    };
    for (column, title) in (0..).zip(titles) {
        page.write_with_format(0, column, title, style)?;
    }
    for (row, column) in (1..).zip(Column::ALL) {
        page.write_string(row, 0, column.heading(lang))?;
        page.write_string(row, 1, if NEEDED.contains(column) { "*" } else { "" })?;
        page.write_string(row, 2, meaning(*column, lang))?;
        page.write_string(row, 3, column.wire())?;
    }
    page.set_column_width(0, 16)?.set_column_width(2, 90)?.set_column_width(3, 20)?;
    Ok(())
}

fn list_codes(
    page: &mut Worksheet,
    taxonomy: &Taxonomy,
    divisions: &Divisions,
    lang: Lang,
    style: &Format,
) -> Result<(), XlsxError> {
    let titles = match lang {
        Lang::ZhCn => ["列名", "代码", "名称"],
        Lang::ZhHk => ["欄名", "代碼", "名稱"],
        Lang::En => ["Column", "Code", "Name"],
    };
    for (column, title) in (0..).zip(titles) {
        page.write_with_format(0, column, title, style)?;
    }
    let mut row = 1;
    let mut line = |column: Column, code: &str, name: &str| {
        page.write_string(row, 0, column.heading(lang))?;
        page.write_string(row, 1, code)?;
        page.write_string(row, 2, name)?;
        row += 1;
        Ok::<_, XlsxError>(())
    };
    for (column, scheme) in [(Column::Form, FORM), (Column::Topics, TOPIC), (Column::Audiences, AUDIENCE)] {
        for term in taxonomy.terms(scheme) {
            line(column, &term.body.code, term.body.name.get(lang))?;
        }
    }
    for division in divisions.iter() {
        line(Column::District, &division.adcode.to_string(), division.name.get(lang))?;
    }
    page.set_column_width(0, 14)?.set_column_width(1, 26)?.set_column_width(2, 30)?;
    Ok(())
}

/// What is said of a column to whoever fills it in.
fn meaning(column: Column, lang: Lang) -> String {
    let [zh_cn, en] = said(column);
    let (said, same) =
        if lang == Lang::En { (en, "; of one meaning are ") } else { (zh_cn, "；同义的有：") };
    let others = match column {
        Column::Admission => alike(&ADMISSIONS, &ADMISSIONS_TOO),
        Column::Mode => alike(&MODES, &MODES_TOO),
        Column::WaitlistMode => alike(&WAITLISTS, &WAITLISTS_TOO),
        Column::Crs => alike(&DATUMS, &DATUMS_TOO),
        _ => return said.to_owned(),
    };
    format!("{said}{same}{others}")
}

/// Every word that is taken, those of one meaning side by side.
fn alike<T: PartialEq>(named: &[(&str, T)], also: &[(&str, T)]) -> String {
    let line = |(word, meaning): &(&str, T)| {
        let others = also.iter().filter(|(_, other)| other == meaning).map(|(other, _)| *other);
        [*word].into_iter().chain(others).collect::<Vec<_>>().join(" = ")
    };
    named.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn said(column: Column) -> [&'static str; 2] {
    match column {
        Column::Session => [
            "贵单位自定的编号，永不重复：再次导入时凭它认出同一场次",
            "Your own number of the session, never used again: by it a file that is sent again finds it",
        ],
        Column::Event => [
            "同一活动的各场次填同一个编号；留空则每行是一个活动",
            "Rows with the same number are one event; empty: each row is one",
        ],
        Column::Title | Column::Summary | Column::Description => [
            "同一活动只需在一行填写，其余行留空或相同",
            "Once for an event is enough; other rows are empty or say the same",
        ],
        Column::Date => ["如 2026-11-28、2026/11/28、2026年11月28日", "Such as 2026-11-28"],
        Column::Time => ["如 14:00-16:00", "Such as 14:00-16:00"],
        Column::Start | Column::End => [
            "可代替“日期”和“时间”，如 2026-11-28 14:00",
            "In place of date and time, such as 2026-11-28 14:00",
        ],
        Column::Capacity => ["名额；留空为不限", "Seats; empty: any number"],
        Column::Admission => {
            ["网上报名、直接到场、团体预约、定向邀请或外部报名", "signup, walkIn, group, invited or external"]
        }
        Column::SignupOpensAt | Column::SignupClosesAt => [
            "如 2026-11-14 9:00；留空为随时开放、至开场截止",
            "Such as 2026-11-14 9:00; empty: at any time until the start",
        ],
        Column::WaitlistMode => ["满员后：不候补、自动递补或通知确认", "When full: none, confirm or offer"],
        Column::PartyMax => ["一次报名最多几人；留空为 1", "Most people of one sign-up; empty: 1"],
        Column::GuardianRequired | Column::PhoneRequired | Column::Approval | Column::Free => {
            ["是或否", "yes or no"]
        }
        Column::Notice => {
            ["来参加的人须知道的事，会公开显示", "What everybody should know who comes; it is public"]
        }
        Column::Form => ["见“代码表”，填名称或代码", "A name or code of the sheet with codes"],
        Column::Topics | Column::Audiences => [
            "见“代码表”，填名称或代码，多个用顿号隔开，主要的在前",
            "Names or codes, with commas between; the main one first",
        ],
        Column::Tags => ["自由填写，多个用顿号隔开", "In free words, with commas between"],
        Column::AgeMin | Column::AgeMax => ["周岁", "In completed years"],
        Column::Price => ["成人全价，元", "For an adult, in yuan"],
        Column::PriceText => ["票价的文字说明", "The price in words"],
        Column::Mode => ["线下、线上或线上线下", "onsite, online or hybrid"],
        Column::OnlineUrl | Column::SignupUrl => {
            ["以 https:// 开头的网址", "An address that begins with https://"]
        }
        Column::SignupPhone => ["外部报名的电话", "Where to call to sign up"],
        Column::Base => [
            "已登记科普基地的名称或编号；地点与基地相同时可不填地址",
            "Name or id of a registered base; its place needs no address then",
        ],
        Column::Place | Column::SessionPlace => ["大家怎样称呼这个地点", "What people call the place"],
        Column::Address | Column::SessionAddress => {
            ["写明市、区、街道、门牌", "With city, district, street and number"]
        }
        Column::District | Column::SessionDistrict => [
            "区县名称或六位代码；地址中已写明时可不填",
            "Its name or code; may be left out where the address tells",
        ],
        Column::Room | Column::SessionRoom => ["房间、展厅或集合点", "Room, hall or meeting point"],
        Column::Transit => ["怎样乘公共交通到达", "How to get there by public transport"],
        Column::Lat | Column::Lng | Column::SessionLat | Column::SessionLng => {
            ["地图上的坐标，小数", "Of the point on a map"]
        }
        Column::Crs => [
            "坐标从哪种地图取得：GCJ-02（高德、腾讯，缺省）、WGS-84、BD-09（百度）",
            "Of the map: GCJ-02 if empty, WGS-84 or BD-09",
        ],
        Column::Language => ["如 zh-CN、yue、en；留空为普通话", "Such as zh-CN, yue, en"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_of_columns_has_every_word_that_is_taken_for_a_way_in() {
        for lang in [Lang::ZhCn, Lang::ZhHk, Lang::En] {
            let told = meaning(Column::Admission, lang);
            for (word, _) in ADMISSIONS.iter().chain(&ADMISSIONS_TOO) {
                assert!(told.contains(word), "{word}: {told}");
            }
        }
        assert!(meaning(Column::Admission, Lang::ZhCn).contains("网上报名 = signup = 报名"));
    }
}
