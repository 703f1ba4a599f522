use std::time::{Duration, Instant};

use chrono::TimeDelta;
use rrule::{RRule, Tz, Unvalidated};

use super::super::calendar::tests::{day, seeded};
use super::*;

fn plain(rule: &str) -> Timetable {
    let (left_out, added, except, only) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Timetable { rule: rule.to_owned(), left_out, added, except, only }
}

/// Two in the afternoon of a day.
fn afternoon(date: &str) -> DateTime<Utc> {
    day(date).and_hms_opt(6, 0, 0).unwrap().and_utc()
}

fn days(timetable: &Timetable, first: &str) -> Vec<String> {
    let found = timetable.dates(afternoon(first), &seeded()).unwrap();
    found.days.iter().map(|day| day.to_string()).collect()
}

#[test]
fn every_second_and_fourth_saturday_except_holidays_and_adjusted_workdays() {
    let saturdays = plain("RRULE:FREQ=MONTHLY;BYDAY=2SA,4SA;UNTIL=20260531");
    let all = ["2026-01-24", "2026-02-14", "2026-02-28", "2026-03-14", "2026-03-28"];
    assert_eq!(days(&saturdays, "2026-01-12")[..5], all);
    let except = vec![DayKind::Holiday, DayKind::AdjustedWorkday];
    let found = Timetable { except, ..saturdays }.dates(afternoon("2026-01-12"), &seeded()).unwrap();
    // These Saturdays are worked in exchange for days of the Spring Festival and of Labour Day.
    let worked = |date| (day(date), DayKind::AdjustedWorkday);
    assert_eq!(found.skipped, [worked("2026-02-14"), worked("2026-02-28"), worked("2026-05-09")]);
    let kept = ["2026-01-24", "2026-03-14", "2026-03-28", "2026-04-11", "2026-04-25", "2026-05-23"];
    assert_eq!(found.days, kept.map(day));
    assert!(found.uncertain.is_empty());
}

/// Where other libraries read RFC 5545 in another way (python-dateutil: only a day that is both, and a first week that
/// begins with the first session).
#[test]
fn weekdays_beside_each_other_are_either_and_positions_count_whole_weeks() {
    let fridays_and_one_saturday = plain("FREQ=MONTHLY;BYDAY=FR,3SA;COUNT=6");
    let found = ["2027-01-01", "2027-01-08", "2027-01-15", "2027-01-16", "2027-01-22", "2027-01-29"];
    assert_eq!(days(&fridays_and_one_saturday, "2027-01-01"), found);
    let third_of_three = plain("FREQ=WEEKLY;BYDAY=TU,TH,FR;BYSETPOS=3;COUNT=2");
    assert_eq!(days(&third_of_three, "2027-03-10"), ["2027-03-12", "2027-03-19"]);
}

#[test]
fn days_are_added_and_left_out_by_date() {
    let weekly = plain("FREQ=WEEKLY;BYDAY=SU;COUNT=3");
    assert_eq!(days(&weekly, "2026-11-25"), ["2026-11-29", "2026-12-06", "2026-12-13"]);
    let dates = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
    let added = dates(&["2026-12-01", "2026-12-06"]);
    let left_out = dates(&["2026-12-13"]);
    let only = vec![DayKind::Weekend];
    let mended = Timetable { added, left_out, only, ..weekly };
    assert_eq!(days(&mended, "2026-11-25"), ["2026-11-29", "2026-12-01", "2026-12-06"]);
}

#[test]
fn beyond_the_calendar_nobody_knows_a_holiday() {
    let rule = plain("FREQ=WEEKLY;BYDAY=FR;UNTIL=20270110");
    let except = vec![DayKind::Holiday];
    let found = Timetable { except, ..rule.clone() }.dates(afternoon("2026-12-25"), &seeded()).unwrap();
    assert_eq!(found.days, [day("2026-12-25"), day("2027-01-01"), day("2027-01-08")]);
    assert_eq!(found.uncertain, [day("2027-01-01"), day("2027-01-08")]);
    let asked_nothing = rule.dates(afternoon("2026-12-25"), &seeded()).unwrap();
    assert!(asked_nothing.uncertain.is_empty());
}

#[test]
fn an_end_is_a_day_or_an_instant_of_the_venue() {
    // Two in the afternoon in Guangdong is six in the morning in UTC.
    for (until, last) in [
        ("20261203", "2026-12-03"),
        ("20261203T060000Z", "2026-12-03"),
        ("20261203T055959Z", "2026-12-02"),
        ("20261203T140000", "2026-12-03"),
        ("20261203T135959", "2026-12-02"),
    ] {
        let found = days(&plain(&format!("FREQ=DAILY;UNTIL={until}")), "2026-12-01");
        assert_eq!(found.last().unwrap(), last, "{until}");
    }
    assert_eq!(days(&plain("FREQ=DAILY;UNTIL=20261130"), "2026-12-01"), [""; 0]);
    // After midnight in Guangdong, and the day before in UTC.
    let late = day("2026-12-01").and_hms_opt(16, 30, 0).unwrap().and_utc();
    let found = plain("FREQ=DAILY;COUNT=1").dates(late, &seeded()).unwrap();
    assert_eq!(found.days, [day("2026-12-02")]);
}

#[test]
fn a_rule_without_an_end_is_followed_for_a_year() {
    let found = plain("FREQ=WEEKLY").dates(afternoon("2026-11-25"), &seeded()).unwrap();
    assert_eq!((found.days.len(), found.through), (53, day("2027-11-26")));
    let midnight = day("2026-11-24").and_hms_opt(16, 0, 0).unwrap().and_utc();
    let daily = plain("FREQ=DAILY").dates(midnight, &seeded()).unwrap();
    assert_eq!(
        (daily.days.len(), daily.days.last()),
        (367, Some(&daily.through)),
        "to the end of its last day"
    );
    assert_eq!(days(&plain("FREQ=YEARLY;COUNT=9"), "2026-11-25"), ["2026-11-25", "2027-11-25"]);
    let daily = plain("FREQ=DAILY").dates(afternoon("2026-11-25"), &seeded()).unwrap();
    assert_eq!(daily.days.len(), 367);
}

#[test]
fn rules_that_are_no_timetables_are_refused() {
    let refused = |rule: &str| plain(rule).dates(afternoon("2026-11-25"), &seeded()).unwrap_err();
    for rule in ["", "every Saturday", "FREQ=DAILY;", "FREQ=DAILY;BYEASTER=1", "FREQ=DAILY;X=1"] {
        assert!(matches!(refused(rule), BadTimetable::Part(_)), "{rule}");
    }
    for rule in ["INTERVAL=2", "FREQ=DAILY;BYMONTH=13", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=NEVER"] {
        assert!(matches!(refused(rule), BadTimetable::Rule(_)), "{rule}");
    }
    for rule in ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=10", "FREQ=SECONDLY"] {
        assert_eq!(refused(rule), BadTimetable::TooFrequent, "{rule}");
    }
    assert_eq!(refused("FREQ=DAILY;FREQ=DAILY"), BadTimetable::Repeated("FREQ".to_owned()));
    assert_eq!(refused("FREQ=WEEKLY;BYDAY=2SA"), BadTimetable::Numbered);
    assert_eq!(refused("FREQ=DAILY;COUNT=1;UNTIL=20270101"), BadTimetable::TwoEnds);
    assert_eq!(refused("FREQ=MONTHLY;BYSETPOS=1"), BadTimetable::Position);
    assert_eq!(refused("FREQ=DAILY;UNTIL=tomorrow"), BadTimetable::Until);
}

#[test]
fn no_rule_takes_long_from_hundreds_of_first_days() {
    let mut long = String::from("FREQ=YEARLY;BYSETPOS=366;BYDAY=MO;BYYEARDAY=");
    while long.len() < LONGEST_RULE - 8 {
        long += "-366,366,";
    }
    let begun = Instant::now();
    for rule in [
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
        "FREQ=YEARLY;INTERVAL=65535;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
        long.trim_end_matches(','),
    ] {
        let schedule = plain(rule).read().unwrap();
        for later in 0..400 {
            let first = afternoon("2026-11-25") + TimeDelta::days(later);
            assert_eq!(schedule.dates(first, &seeded()).unwrap().days, [], "{rule}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn rules_that_are_too_long_or_count_with_nothing_are_refused() {
    let refused = |rule: &str| plain(rule).dates(afternoon("2026-11-25"), &seeded()).unwrap_err();
    let long = format!("FREQ=DAILY;BYMONTH=1{}", ",1".repeat(LONGEST_RULE / 2));
    assert_eq!(refused(&long), BadTimetable::TooLong);
    for (rule, part) in [
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,0", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYYEARDAY=0", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO"),
        ("FREQ=DAILY;BYMONTH=1;BYSETPOS=0", "BYSETPOS"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=MO,xTU", "BYDAY"),
    ] {
        let error = refused(rule);
        assert!(
            error == BadTimetable::Zero(part) || matches!(error, BadTimetable::Rule(_)),
            "{rule}: {error}"
        );
    }
    assert_eq!(refused("FREQ=MONTHLY;BYMONTHDAY=0"), BadTimetable::Zero("BYMONTHDAY"));
}

#[test]
fn a_list_of_weekdays_names_any_of_them() {
    // The crate and python-dateutil want a day to be both.
    let either = plain("FREQ=MONTHLY;BYDAY=MO,2SA;COUNT=6");
    let mondays = ["2026-12-07", "2026-12-12", "2026-12-14", "2026-12-21", "2026-12-28", "2027-01-04"];
    assert_eq!(days(&either, "2026-12-01"), mondays);
}

/// A number that is always the same for the same place.
fn chance(seed: u64, most: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 5545;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) % most
}

/// A rule that chance made, of those of which the crate and RFC 5545 think alike.
fn a_rule(seed: u64) -> String {
    let pick = |part: u64, most: u64| chance(seed * 100 + part, most);
    let signed = |part: u64, most: u64| {
        let number = pick(part, most) + 1;
        if pick(part + 1, 3) == 0 { format!("-{number}") } else { number.to_string() }
    };
    let weekday = |part: u64| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][pick(part, 7) as usize];
    let frequency = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][pick(0, 4) as usize];
    let mut rule = format!("FREQ={frequency};INTERVAL={};WKST={}", 1 + pick(1, 5), weekday(2));
    if pick(3, 3) == 0 {
        rule += &format!(";BYMONTH={},{}", pick(4, 12) + 1, pick(5, 12) + 1);
    }
    let weeks = frequency == "YEARLY" && pick(6, 4) == 0;
    if weeks {
        rule += &format!(";BYWEEKNO=-1,{},{}", pick(7, 53) + 1, pick(8, 53) + 1);
    }
    if frequency == "YEARLY" && pick(9, 5) == 0 {
        rule += &format!(";BYYEARDAY={},{},{}", signed(10, 366), signed(12, 366), signed(14, 366));
    }
    if frequency != "WEEKLY" && pick(16, 3) == 0 {
        rule += &format!(";BYMONTHDAY={},{},{}", signed(17, 31), signed(19, 31), signed(21, 31));
    }
    if pick(23, 2) == 0 {
        rule += &match (frequency, weeks, pick(24, 2)) {
            ("MONTHLY", _, 0) => format!(";BYDAY={}{},-1{}", pick(25, 5) + 1, weekday(26), weekday(27)),
            ("YEARLY", false, 0) => format!(";BYDAY={}{},-2{}", pick(25, 52) + 1, weekday(26), weekday(27)),
            _ => format!(";BYDAY={},{}", weekday(26), weekday(27)),
        };
    }
    if rule.contains(";BY") && pick(28, 3) == 0 {
        rule += &format!(";BYSETPOS={},-1", pick(29, 7) + 1);
    }
    if pick(30, 2) == 0 {
        rule += &format!(";COUNT={}", pick(31, 20) + 1);
    }
    rule
}

#[test]
fn a_thousand_rules_give_the_days_that_the_crate_finds() {
    let mut named = 0;
    for seed in 0..1_000 {
        let rule = a_rule(seed);
        let first = afternoon("2026-11-25") + TimeDelta::days(chance(seed, 900) as i64);
        let own = Rule::read(&rule).unwrap().days(first.naive_utc(), day("2031-12-31"));
        let asked: RRule<Unvalidated> = rule.parse().unwrap();
        let at = |instant: DateTime<Utc>| instant.with_timezone(&Tz::UTC);
        let counted = asked.get_count().is_some();
        let end = day("2031-12-31").and_hms_opt(23, 0, 0).unwrap().and_utc();
        let set = asked.build(at(first)).unwrap().before(at(end));
        let theirs = set.all(if counted { 20 } else { 2_000 }).dates;
        let theirs: Vec<NaiveDate> = theirs.into_iter().map(|at| at.date_naive()).collect();
        assert_eq!(own, theirs, "{rule} from {first}");
        named += own.len();
    }
    assert!(named > 20_000, "{named}");
}
