//! The same sessions in every form in which they may come.

use super::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook as people keep it: a title above, the event merged over its rows, real days and times, a blank row.
pub(super) fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\";@");
    let hour = Format::new().set_num_format("h:mm;@");
    let page = book.add_worksheet();
    page.merge_range(0, 0, 0, 6, "2026年12月科普活动安排表", &Format::new().set_bold()).unwrap();
    let headings = ["活动编号", "活动名称", "场次编号", "日期", "开始时间", "结束时间", "名额（人）"];
    for (column, heading) in (0..).zip(headings) {
        page.write(1, column, heading).unwrap();
    }
    page.merge_range(2, 0, 4, 0, "A", &Format::new()).unwrap();
    page.merge_range(2, 1, 4, 1, "DNA 提取实验课", &Format::new()).unwrap();
    for (row, number) in [(2, "A1"), (4, "A2")] {
        page.write(row, 2, number).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 12, 5 + row as u8).unwrap();
        page.write_with_format(row, 3, &date, &day).unwrap();
        page.write_with_format(row, 4, ExcelDateTime::from_hms(9, 30, 0).unwrap(), &hour).unwrap();
        page.write_with_format(row, 5, ExcelDateTime::from_hms(11, 0, 0).unwrap(), &hour).unwrap();
        page.write_formula(row, 6, rust_xlsxwriter::Formula::new("=20+4").set_result("24")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A workbook of these parts.
pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) const BOOK: (&str, &str) = (
    "xl/workbook.xml",
    r#"<?xml version="1.0" encoding="UTF-8"?><x:workbook xmlns:x="a" xmlns:r="b"><x:sheets><x:sheet name="旧" state="hidden" r:id="r1"/><x:sheet name="新" r:id="r2"/></x:sheets></x:workbook>"#,
);
pub(super) const RELATIONS: (&str, &str) = (
    "xl/_rels/workbook.xml.rels",
    r#"<Relationships><Relationship Id="r1" Target="worksheets/old.xml"/><Relationship Id="r2" Target="/xl/worksheets/s.xml"/></Relationships>"#,
);

on_both_stores! {
    async fn a_workbook_as_people_keep_it_is_read_as_they_mean_it(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, XLSX, workbook()).await;
        assert_eq!(errors(&report), [""; 0], "{report}");
        assert_eq!((&report["counts"], &report["events"]), (&counts(2, 0, 0, 0), &counts(1, 0, 0, 0)));
        applied(&server, &editor, &report).await;
        let csv = String::from_utf8(exported(&server, &editor, "format=csv").await).unwrap();
        assert!(csv.contains("A1,A,DNA 提取实验课"), "{csv}");
        assert!(csv.contains("2026-12-07 09:30,2026-12-07 11:00,24") && csv.contains("2026-12-09 09:30"), "{csv}");
    }
}

#[actix_web::test]
async fn a_workbook_that_another_program_wrote_is_read_too() {
    let (server, editor) = lab(Store::Sqlite).await;
    // Prefixes, texts in the cells and in runs, no references, a hidden sheet first.
    let sheet = r#"<x:worksheet xmlns:x="a"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:r><x:t>场次</x:t></x:r><x:r><x:t>编号</x:t></x:r></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c><x:c t="str"><x:v>时间</x:v></x:c></x:row><x:row><x:c><x:v>101</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="inlineStr"><x:is><x:t>9:30&#8211;11:00</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"#;
    let strings =
        r#"<sst count="2"><si><t>日期</t><rPh><t>riqi</t></rPh></si><si><t>2026-12-05</t></si></sst>"#;
    let file = zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", sheet), ("xl/sharedStrings.xml", strings)]);
    let report = look(&server, &editor, "application/octet-stream", file).await;
    assert_eq!((&report["counts"], &report["form"]), (&counts(1, 0, 0, 0), &json!("xlsx")), "{report}");
}

#[actix_web::test]
async fn json_and_calendars_are_files_too() {
    let (server, editor) = lab(Store::Sqlite).await;
    let json = json!([{ "externalId": "J1", "title": "观鸟", "topics": ["biodiversity", "海洋"], "free": true,
        "start": "2026-12-05T09:30:00+08:00", "end": "2026-12-05T11:00:00+08:00", "capacity": 20, "admission": "signup" }]);
    let report = look(&server, &editor, "application/json", json.to_string()).await;
    assert_eq!((&report["counts"], &report["form"]), (&counts(1, 0, 0, 0), &json!("json")), "{report}");
    applied(&server, &editor, &report).await;
    assert_eq!(
        look(&server, &editor, "application/json", json.to_string()).await["counts"],
        counts(0, 0, 1, 0)
    );

    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:w@lab\r\nSUMMARY:天文夜\r\n\
        DTSTART;TZID=Asia/Shanghai:20261204T193000\r\nDTEND;TZID=Asia/Shanghai:20261204T210000\r\n\
        RRULE:FREQ=WEEKLY;COUNT=3\r\nLOCATION:广州市天河区五山路1号\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let report = look(&server, &editor, "text/calendar", calendar).await;
    assert_eq!(
        (&report["counts"], &report["events"]),
        (&counts(3, 0, 0, 0), &counts(1, 0, 0, 0)),
        "{report}"
    );
    applied(&server, &editor, &report).await;
    assert_eq!(look(&server, &editor, "text/calendar", calendar).await["counts"], counts(0, 0, 3, 0));
}

#[actix_web::test]
async fn a_form_with_a_file_is_as_good_as_the_file() {
    let (server, editor) = lab(Store::Sqlite).await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
        Content-Type: application/vnd.ms-excel\r\n\r\n";
    let mut body = form.as_bytes().to_vec();
    body.extend(encoding_rs::GB18030.encode(EXAMPLE).0.iter());
    body.extend(b"\r\n--b--\r\n");
    let report = look(&server, &editor, "multipart/form-data; boundary=b", body).await;
    assert_eq!(report["counts"], counts(5, 0, 0, 0));
}

#[actix_web::test]
async fn the_template_has_what_it_asks_for_and_its_example_is_right() {
    let (server, editor) = lab(Store::Sqlite).await;
    let path = "/v1/manage/imports/template.xlsx";
    let answer = by(&server, Method::GET, path, &editor).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &XLSX.parse().unwrap()));
    let template = answer.bytes().await.unwrap().to_vec();
    let report = look(&server, &editor, XLSX, template.clone()).await;
    assert_eq!(
        (&report["counts"], &report["rows"]),
        (&counts(0, 0, 0, 0), &json!([])),
        "it is empty: {report}"
    );
    // The sheet with the example in place of the first.
    let mut archive = zip::ZipArchive::new(Cursor::new(template)).unwrap();
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = match &*part.name().unwrap() {
            "xl/worksheets/sheet1.xml" => "xl/worksheets/sheet2.xml".to_owned(),
            "xl/worksheets/sheet2.xml" => "xl/worksheets/sheet1.xml".to_owned(),
            other => other.to_owned(),
        };
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        parts.push((name, text));
    }
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let report = look(&server, &editor, XLSX, zipped(&parts)).await;
    assert_eq!((&report["counts"], &report["rows"]), (&counts(3, 0, 0, 0), &json!([])), "{report}");
}
