//! Files that mean harm, and files that were harmed: always an answer, never half of one.

use super::forms::{BOOK, RELATIONS, XLSX, workbook, zipped};
use super::*;
use crate::oracle::chance::Chance;
use std::time::{Duration, Instant};

/// A sheet with these rows.
fn sheet(rows: &str) -> Vec<u8> {
    let text = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", &text)])
}

fn cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

async fn refused(server: &Server, editor: &str, media: &str, file: Vec<u8>, what: &str) {
    let begun = Instant::now();
    let answer = server.send(sending(server, editor, "", media, file)).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (422, &json!("importUnreadable")), "{what}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{what} took {:?}", begun.elapsed());
}

#[actix_web::test]
async fn bombs_do_not_go_off() {
    let (server, editor) = lab(Store::Sqlite).await;
    let zeros = "0".repeat(80 * 1024 * 1024);
    let bomb = format!("<sst><si><t>{zeros}</t></si></sst>");
    let strings =
        zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", "<x/>"), ("xl/sharedStrings.xml", &bomb)]);
    assert!(strings.len() < 1024 * 1024);
    refused(&server, &editor, XLSX, strings, "80 MiB of a text").await;
    let claims = r#"<sst uniqueCount="999999999999999"><si><t>x</t></si></sst>"#;
    let claims =
        zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", "<x/>"), ("xl/sharedStrings.xml", claims)]);
    refused(&server, &editor, XLSX, claims, "more texts than there is memory, as it says").await;
    let entities = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"#;
    let entities = zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", entities)]);
    refused(&server, &editor, XLSX, entities, "entities").await;
    let deep = format!("<worksheet><sheetData>{}", "<a>".repeat(1_000_000));
    refused(&server, &editor, XLSX, zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", &deep)]), "depth")
        .await;
    refused(&server, &editor, XLSX, sheet("<row r=\"2\"/><row r=\"1\"/>"), "rows out of order").await;
    refused(
        &server,
        &editor,
        XLSX,
        sheet(&format!("<row r=\"1\">{}</row>", cell("XFE1", "x"))),
        "beyond the last column",
    )
    .await;
    refused(&server, &editor, XLSX, b"PK\x03\x04 and nothing else".to_vec(), "no zip").await;
    refused(&server, &editor, CSV, vec![0xff; 1000], "no text").await;
    refused(&server, &editor, "application/json", b"{\"rows\":7}".to_vec(), "other JSON").await;
    let many = "A,B\n".repeat(10_100);
    refused(&server, &editor, CSV, many.into_bytes(), "too many rows").await;
    // The last cell of all is far from the first: what lies between takes no memory.
    let far = format!(
        "<row r=\"1\">{}{}</row><row r=\"1048576\">{}{}</row>",
        cell("A1", "场次编号"),
        cell("XFD1", "日期"),
        cell("A1048576", "x"),
        cell("XFD1048576", "y"),
    );
    let report = look(&server, &editor, XLSX, sheet(&far)).await;
    assert_eq!(errors(&report), ["1048576 日期 missing"]);
}

/// A workbook of shared texts and a sheet.
fn shared(strings: &str, rows: &str, merged: &str) -> Vec<u8> {
    let sheet =
        format!("<worksheet><sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells></worksheet>");
    zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", &sheet), ("xl/sharedStrings.xml", strings)])
}

/// Rows with so many cells, each of which is the first shared text.
fn rows(rows: usize, columns: usize) -> String {
    format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(columns)).repeat(rows)
}

#[actix_web::test]
async fn what_stands_once_in_a_file_does_not_fill_the_memory_from_many_cells() {
    let (server, editor) = lab(Store::Sqlite).await;
    let sst = |text: &str| format!("<sst><si><t>{text}</t></si></sst>");
    let long = "a".repeat(32_767);
    let nested =
        format!("<sst>{}<t>{}</t>{}</sst>", "<si>".repeat(5_000), "a".repeat(20_000), "</si>".repeat(5_000));
    let attributes = format!("<worksheet{}><sheetData/></worksheet>", " a=\"\"".repeat(4_000_000));
    let below = "<row><c r=\"B1\"><v>1</v></c></row>".repeat(9_999);
    let merged = shared(&sst(&long), &format!("{}{below}", rows(1, 1)), "<mergeCell ref=\"A1:A10000\"/>");
    for (what, file) in [
        ("texts in texts", shared(&nested, &rows(2, 2), "")),
        ("a text that no cell holds", shared(&sst(&"a".repeat(200_000)), &rows(50, 100), "")),
        ("a long text in many columns", shared(&sst(&long), &rows(50, 100), "")),
        ("a long text in many rows", shared(&sst(&long), &rows(10_000, 1), "")),
        ("a long text in merged cells", merged),
        ("four million attributes", zipped(&[BOOK, RELATIONS, ("xl/worksheets/s.xml", &attributes)])),
    ] {
        assert!(file.len() < 256 * 1024, "{what} takes {}", file.len());
        refused(&server, &editor, XLSX, file, what).await;
    }
    let calendar = |text: &str, days: usize| {
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:w@lab\r\nDTSTART:20261204T113000Z\r\nDESCRIPTION:{text}\r\n\
             LOCATION:{text}\r\nRRULE:FREQ=DAILY;COUNT={days}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let media = "text/calendar";
    refused(&server, &editor, media, calendar(&"a".repeat(2_000_000), 1).into(), "a long description").await;
    refused(&server, &editor, media, calendar(&"天".repeat(32_000), 400).into(), "one on many days").await;
    let csv = format!("场次编号,详细介绍\nA,{}\n", "a".repeat(40_000));
    refused(&server, &editor, CSV, csv.into(), "a long cell of CSV").await;
    let json = format!("[{{\"externalId\":\"A\",\"description\":\"{}\"}}]", "a".repeat(40_000));
    refused(&server, &editor, "application/json", json.into(), "a long field").await;
}

#[actix_web::test]
async fn texts_that_are_too_long_are_errors_and_nothing_of_them_is_kept() {
    let (server, editor) = lab(Store::Sqlite).await;
    let head = "场次编号,活动编号,活动名称,详细介绍,咨询电话,日期,时间\n";
    let rows = format!(
        "A,E,甲,{},,2026-12-05,9:00-10:00\nB,F,{},,,2026-12-05,9:00-10:00\nC,G,丙,,{},2026-12-05,9:00-10:00\n\
         D,H,丁,{},,2026-12-05,9:00-10:00\n",
        "长".repeat(20_001),
        "长".repeat(121),
        "1".repeat(2_001),
        "长".repeat(20_000),
    );
    let report = look(&server, &editor, CSV, format!("{head}{rows}")).await;
    assert_eq!(report["counts"], counts(1, 0, 0, 3), "{:?}", errors(&report));
    assert_eq!(report["events"], counts(1, 0, 0, 3));
    assert_eq!(errors(&report), ["2 详细介绍 tooLong", "3 活动名称 tooLong", "4 咨询电话 tooLong"]);
    let answer = apply(&server, &editor, &report, false).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (409, &json!("importHasErrors")));
    assert!(managed(&server, &editor).await.is_empty());
}

#[actix_web::test]
async fn the_newest_files_are_kept_whatever_their_ids() {
    // The clock stands: ids of one moment are in no order.
    let (server, editor) = lab(Store::Sqlite).await;
    for turn in 0..30 {
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        let kept = server
            .running
            .db
            .read(|conn| kepu::db::imports::get(conn, report["id"].as_str().unwrap().parse().unwrap()));
        assert!(kept.unwrap().is_some(), "file {turn}");
    }
}

#[actix_web::test]
async fn a_text_without_any_known_heading_is_no_table() {
    let (server, editor) = lab(Store::Sqlite).await;
    let pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n".to_vec();
    refused(&server, &editor, "application/pdf", pdf, "a PDF").await;
    refused(&server, &editor, CSV, "亲爱的同事：\n附件是下月安排。\n".into(), "a letter").await;
    refused(&server, &editor, CSV, Vec::new(), "nothing").await;
    refused(&server, &editor, "application/json", b"[{\"name\":1}]".to_vec(), "other fields").await;
    let sheet = sheet(&format!("<row r=\"1\">{}</row>", cell("A1", "x")));
    refused(&server, &editor, XLSX, sheet, "another workbook").await;
}

#[actix_web::test]
async fn more_than_sixteen_megabytes_are_refused_by_name() {
    let (server, editor) = lab(Store::Sqlite).await;
    let large = vec![b'x'; 17 * 1024 * 1024];
    let request = sending(&server, &editor, "", CSV, large).build().unwrap();
    // The server may close the door while the body is on its way.
    if let Ok(answer) = server.client.execute(request).await {
        assert_eq!(answer.status(), 413);
        assert!(answer.text().await.unwrap().contains("16 MiB"));
    }
}

#[actix_web::test]
async fn every_wrong_cell_is_told_by_row_and_heading() {
    let (server, editor) = lab(Store::Sqlite).await;
    let head = "编号说明,场次编号,活动编号,活动名称,日期,时间,名额,科普主题,是否免费,名额\n";
    let rows = "x,A,,甲,2026-12-05,9:00-10:00,若干,炼金术,也许\n\
        x,A,,乙,2026-12-05,9:00-10:00\n\
        x,,,丙,2026-12-05,9:00-10:00\n\
        x,B,E,丁,2026-12-05,9:00-10:00\n\
        x,C,E,戊,2026-12-06,11:00-10:00\n\
        x,D,E,丁,2020-12-06,9:00-10:00\n\
        =1+1,E,E,丁,#REF!,9:00-10:00\n";
    let report = look(&server, &editor, CSV, format!("{head}{rows}")).await;
    let expected = [
        "1 名额 repeatedColumn",
        "2 科普主题 unknownCode",
        "2 是否免费 notAllowed",
        "2 名额 notAnInteger",
        "3 场次编号 repeatedRow",
        "4 场次编号 missing",
        "6 活动名称 differs",
        "6 时间 inverted",
        "7 日期 outOfRange",
        "8 日期 malformed",
    ];
    let mut found = errors(&report);
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "{report}");
    assert_eq!(findings(&report, "warning")[0], "1 - unknownColumn");
    assert_eq!(report["events"], counts(1, 0, 0, 1), "of one nothing can be told");
    let english = sending(&server, &editor, "lang=en", CSV, format!("{head}{rows}"));
    let english = server.send(english).await.json();
    assert!(
        english["rows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["message"] == "Row 2 has the same session number.")
    );
}

/// Harms a file a little: bytes are turned, doubled, cut out.
fn harm(file: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut harmed = file.to_vec();
    for _ in 0..chance.between(1, 4) {
        if harmed.is_empty() {
            break;
        }
        let at = chance.below(harmed.len());
        let to = (at + 1 + chance.below(40)).min(harmed.len());
        match chance.below(5) {
            0 => harmed[at] = chance.below(256) as u8,
            1 => harmed[at] ^= 1 << chance.below(8),
            2 => drop(harmed.drain(at..to)),
            3 => {
                let piece = harmed[at..to].to_vec();
                let into = chance.below(harmed.len());
                harmed.splice(into..into, piece);
            }
            _ => harmed.truncate(at),
        }
    }
    harmed
}

#[actix_web::test]
async fn harmed_files_of_every_form_are_answered_and_soon() {
    let (server, editor) = lab(Store::Sqlite).await;
    let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:w@lab\r\nSUMMARY:天文夜\r\nDTSTART:20261204T113000Z\r\n\
        DURATION:PT1H30M\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE:20261211T113000Z\r\nGEO:23.1;113.3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let json = r#"{"rows":[{"externalId":"J1","title":"观鸟","topics":["ocean"],"start":"2026-12-05 9:30","end":"11:00","lat":23.1,"lng":113.3,"free":true}]}"#;
    let sheet = sheet(&format!("<row r=\"1\">{}{}</row>", cell("A1", "场次编号"), cell("B1", "日期")));
    let mut chance = Chance::new(20_261_122);
    let files: [(&str, Vec<u8>); 6] = [
        (CSV, EXAMPLE.into()),
        (CSV, encoding_rs::GB18030.encode(EXAMPLE).0.into_owned()),
        (XLSX, workbook()),
        (XLSX, sheet),
        ("application/json", json.into()),
        ("text/calendar", calendar.into()),
    ];
    for (media, file) in files {
        look(&server, &editor, media, file.clone()).await;
        for turn in 0..120 {
            let harmed = harm(&file, &mut chance);
            let begun = Instant::now();
            let answer = server.send(sending(&server, &editor, "", media, harmed.clone())).await;
            assert!(
                [200, 422].contains(&answer.status.as_u16()),
                "{media} {turn}: {} {:?}",
                answer.text,
                String::from_utf8_lossy(&harmed)
            );
            assert!(begun.elapsed() < Duration::from_secs(20), "{media} {turn} took {:?}", begun.elapsed());
        }
    }
    assert!(managed(&server, &editor).await.is_empty());
}
