//! Who comes to a session, as a table for the desk: a row for each person.

use super::host::{name, telephone};
use crate::domain::sessions::Session;
use crate::domain::signups::party::{Answer, Member, Role, Value};
use crate::domain::signups::{Signup, Status};
use crate::domain::text::Lang;
use crate::domain::time::CHINA;
use crate::http::forms::sheets::{Cell, Sheet};

/// The sheet of a session, and what its file is called. Names, numbers and answers are whole if `full`.
pub(super) fn sheet(session: &Session, all: Vec<Signup>, full: bool, lang: Lang) -> (String, Sheet) {
    let headings = match lang {
        Lang::ZhCn => ["报名编号", "状态", "姓名", "身份", "已签到", "电话", "席位", "团体人数", "报名时间"],
        Lang::ZhHk => ["報名編號", "狀態", "姓名", "身份", "已簽到", "電話", "席位", "團體人數", "報名時間"],
        Lang::En => {
            ["Sign-up", "Status", "Name", "As", "Attended", "Phone", "Seats", "Group of", "Signed up"]
        }
    };
    let terms = session.signup.as_deref();
    let questions: Vec<_> = terms.map(|terms| terms.questions.iter()).into_iter().flatten().collect();
    let questions = if full { questions } else { Vec::new() };
    let columns = headings.into_iter().map(str::to_owned);
    let columns = columns.chain(questions.iter().map(|question| question.label.get(lang).to_owned()));
    let ids: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
    let rows = all.into_iter().flat_map(|signup| rows(signup, &ids, full, lang)).collect();
    let (tab, named) = match lang {
        Lang::ZhCn => ("名单", "报名名单"),
        Lang::ZhHk => ("名單", "報名名單"),
        Lang::En => ("Sign-ups", "Sign-ups"),
    };
    let start = session.start.with_timezone(&CHINA).format("%Y-%m-%d %H%M");
    (format!("{named} {start}"), Sheet { name: tab.to_owned(), columns: columns.collect(), rows })
}

/// The rows of a sign-up: one for each of its party, or one of a group whose members nobody named.
fn rows(signup: Signup, questions: &[&str], full: bool, lang: Lang) -> Vec<Vec<Cell>> {
    let personal = signup.personal.unwrap_or_default();
    let phone = personal.contact.and_then(|contact| contact.phone);
    let own = |member: Option<(usize, &Member)>| {
        let at = member.map(|(at, _)| at);
        let attended = at.is_some_and(|at| signup.attended.iter().any(|place| usize::from(*place) == at));
        let called = member.and_then(|(_, member)| member.called()).map(|called| name(called, full));
        let first = at.is_none_or(|at| at == 0);
        let mut cells = vec![
            Cell::Text(signup.id.to_string()),
            Cell::Text(status(signup.status, lang).to_owned()),
            Cell::text(called),
            Cell::text(member.map(|(_, member)| role(member.role, lang))),
            Cell::Text(truth(attended, lang).to_owned()),
            Cell::text(phone.as_ref().map(|phone| telephone(phone, full))),
            // Once for all, so that the column adds up.
            if first { Cell::count(signup.seats) } else { Cell::Empty },
            signup.headcount.filter(|_| first).map_or(Cell::Empty, Cell::count),
            Cell::Instant(signup.created_at),
        ];
        let given = |question: &&str| {
            let about = |answer: &&Answer| {
                answer.question == **question
                    && match answer.participant {
                        Some(place) => at == Some(usize::from(place)),
                        None => first,
                    }
            };
            personal.answers.iter().find(about).map_or(Cell::Empty, |answer| value(&answer.value, lang))
        };
        cells.extend(questions.iter().map(given));
        cells
    };
    if personal.party.is_empty() {
        return vec![own(None)];
    }
    personal.party.iter().enumerate().map(|member| own(Some(member))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers so")]
fn value(value: &Value, lang: Lang) -> Cell {
    match value {
        Value::Boolean(yes) => Cell::Text(truth(*yes, lang).to_owned()),
        Value::Number(number) => Cell::Number(*number as f64),
        Value::Text(words) => Cell::Text(words.expose().to_owned()),
        Value::Choices(all) => {
            Cell::Text(all.iter().map(|words| words.expose()).collect::<Vec<_>>().join("、"))
        }
    }
}

fn truth(truth: bool, lang: Lang) -> &'static str {
    match (lang, truth) {
        (Lang::En, true) => "yes",
        (Lang::En, false) => "no",
        (_, true) => "是",
        (_, false) => "否",
    }
}

fn role(role: Role, lang: Lang) -> &'static str {
    match (role, lang) {
        (Role::Attendee, Lang::En) => "attendee",
        (Role::Attendee, Lang::ZhCn) => "参加者",
        (Role::Attendee, Lang::ZhHk) => "參加者",
        (Role::Guardian, Lang::En) => "guardian",
        (Role::Guardian, Lang::ZhCn) => "陪同家长",
        (Role::Guardian, Lang::ZhHk) => "陪同家長",
    }
}

fn status(status: Status, lang: Lang) -> &'static str {
    let [zh_cn, zh_hk, en] = match status {
        Status::Confirmed => ["已确认", "已確認", "confirmed"],
        Status::Waitlisted => ["候补中", "候補中", "waitlisted"],
        Status::Offered => ["待接受", "待接受", "offered"],
        Status::Pending => ["待审核", "待審核", "pending"],
        Status::Cancelled => ["已取消", "已取消", "cancelled"],
        Status::Attended => ["已到场", "已到場", "attended"],
        Status::NoShow => ["未到场", "未到場", "no-show"],
        Status::Rejected => ["未通过", "未通過", "rejected"],
    };
    match lang {
        Lang::ZhCn => zh_cn,
        Lang::ZhHk => zh_hk,
        Lang::En => en,
    }
}
