//! What whoever sent a file is told of its mistakes: once, by the headings that the file has, with what would be right.

use super::*;

/// The messages of the errors of a report, in its order.
fn messages(report: &Value) -> Vec<&str> {
    let all = report["rows"].as_array().unwrap().iter().filter(|row| row["level"] == "error");
    all.map(|row| row["message"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn an_address_without_a_district_is_told_once_of_each_event_in_the_column_of_the_address() {
    let (server, editor) = lab(Store::Sqlite).await;
    let file = "场次编号,活动编号,日期,时间,详细地址\n\
        A1,A,2026-12-05,9:00-10:00,五山路1号\n\
        A2,A,2026-12-06,9:00-10:00,五山路1号\n";
    let report = look(&server, &editor, CSV, file).await;
    assert_eq!(errors(&report), ["2 详细地址 missing"]);
    assert_eq!(messages(&report), ["地址须写明市和区，或填写“所在区”。"]);
    assert_eq!((&report["events"], &report["counts"]), (&counts(0, 0, 0, 1), &counts(0, 0, 0, 2)));

    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:w\nSUMMARY:观鸟\nDTSTART:20261204T113000Z\nDURATION:PT1H\n\
        RRULE:FREQ=WEEKLY;COUNT=3\nLOCATION:五山公园\nEND:VEVENT\nEND:VCALENDAR\n";
    let report = look(&server, &editor, "text/calendar", calendar).await;
    assert_eq!(errors(&report), ["2 address missing"], "{report}");
    assert_eq!(report["counts"], counts(0, 0, 0, 1), "its rows are one line of the file");
}

#[actix_web::test]
async fn what_is_wrong_of_an_event_is_told_once_and_nothing_is_missed_for_it() {
    let (server, editor) = lab(Store::Sqlite).await;
    let report = look(&server, &editor, CSV, EXAMPLE.replacen("生命科学", "生物", 1)).await;
    assert_eq!(errors(&report), ["2 科普主题 unknownCode"]);
    assert_eq!(report["rows"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!((&report["events"], &report["counts"]), (&counts(1, 0, 0, 1), &counts(2, 0, 0, 3)));
    let told = messages(&report)[0];
    assert!(told.contains("没有“生物”") && told.contains("生物多样性") && told.contains("代码表"), "{told}");

    let report = look(&server, &editor, CSV, EXAMPLE.replacen(",天河区,", ",天何区,", 1)).await;
    assert_eq!(errors(&report), ["2 所在区 unknownCode"]);
    assert!(messages(&report)[0].contains("是否想写“天河区”"), "{report}");
}

#[actix_web::test]
async fn times_are_told_by_the_headings_of_the_file_with_what_would_be_right() {
    let (server, editor) = lab(Store::Sqlite).await;
    let file = "场次编号,日期,时间\n\
        A,2026-12-05,\"9:00-11:00，14:00-16:00\"\n\
        B,2026年2月30日,9:00-11:00\n\
        C,12月5日（周六）,9:00-11:00\n\
        D,2026-12-05,16:00-14:00\n\
        E,2020-12-05,9:00-11:00\n\
        F,2026-12-06（周六）,9:00-11:00\n";
    let report = look(&server, &editor, CSV, file).await;
    assert_eq!(
        errors(&report),
        ["2 时间 malformed", "3 日期 malformed", "4 日期 malformed", "5 时间 inverted", "6 日期 outOfRange"]
    );
    let told = messages(&report);
    for (at, words) in
        ["一行一场", "没有这一天", "缺少年份", "16:00 不能晚于或大于 14:00"].into_iter().enumerate()
    {
        assert!(told[at].contains(words), "{told:?}");
    }
    assert!(told[4].contains(" 到 ") && !told[4].contains("+08:00"), "{told:?}");
    let warned = findings(&report, "warning");
    assert!(warned.contains(&"7 日期 otherWeekday".to_owned()), "{warned:?}");
    assert_eq!(report["counts"], counts(1, 0, 0, 5), "the day counts");
}
