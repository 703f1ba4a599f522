use super::*;
use crate::domain::events::Ages;
use crate::domain::signup_terms::{CapacityUnit, Group};
use serde_json::json;

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T10:00:00+08:00").parse().unwrap()
}

fn named(name: &str, year: Option<i32>, role: Role) -> Participant {
    Participant { who: Who::Named(name.into()), birth_year: year, role }
}

fn request(participants: Vec<Participant>) -> Request {
    Request {
        participants,
        headcount: None,
        contact: None,
        join_waitlist: false,
        answers: Vec::new(),
        policy_version: "1.0".to_owned(),
        guardian_for: Vec::new(),
    }
}

fn terms() -> SignupTerms {
    SignupTerms { party_max: 4, per_person_max: 4, ..SignupTerms::default() }
}

fn allow(request: &Request, terms: &SignupTerms, account: &Account) -> Result<Allowed, Refusal> {
    request.allow(For { terms, start: at("2026-11-28"), now: at("2026-11-25") }, account)
}

/// What a refusal names: fields with codes.
fn told(refused: Result<Allowed, Refusal>) -> (&'static str, Vec<String>) {
    let (kind, invalid) = match refused.unwrap_err() {
        Refusal::Invalid(invalid) => ("invalid", invalid),
        Refusal::NotEligible(invalid) => ("notEligible", invalid),
        Refusal::LimitReached(invalid) => ("limitReached", invalid),
        other => panic!("{other:?}"),
    };
    (kind, invalid.0.iter().map(|error| format!("{} {}", error.field, error.code.wire())).collect())
}

fn lan() -> Account {
    Account { who: "lan".to_owned(), name: Some("兰".into()), ..Account::default() }
}

#[test]
fn ages_bind_attendees_and_not_guardians() {
    let terms =
        SignupTerms { ages: Ages { min: Some(8), max: Some(12) }, guardian_required: true, ..terms() };
    let family = |year| Request {
        guardian_for: vec![0],
        ..request(vec![
            named("小明", Some(year), Role::Attendee),
            Participant { who: Who::Myself(None), birth_year: None, role: Role::Guardian },
        ])
    };
    let allowed = allow(&family(2016), &terms, &lan()).unwrap();
    assert_eq!((allowed.seats, allowed.others, allowed.members.len()), (2, 1, 0));
    assert_eq!(allowed.personal.party[1].name.expose(), "兰");
    // Of a year one of two ages is possible, and the possible one counts.
    assert!(allow(&family(2018), &terms, &lan()).is_ok() && allow(&family(2013), &terms, &lan()).is_ok());
    let young = told(allow(&family(2019), &terms, &lan()));
    assert_eq!(young, ("notEligible", vec!["participants[0] tooYoung".to_owned()]));
    let old = told(allow(&family(2012), &terms, &lan()));
    assert_eq!(old, ("notEligible", vec!["participants[0] tooOld".to_owned()]));
    let alone =
        Request { guardian_for: vec![0], ..request(vec![named("小明", Some(2016), Role::Attendee)]) };
    let alone = told(allow(&alone, &terms, &lan()));
    assert_eq!(alone, ("notEligible", vec!["participants guardianNeeded".to_owned()]));
    let unknown = told(allow(&request(vec![named("小明", None, Role::Attendee)]), &terms, &lan()));
    assert_eq!(unknown, ("invalid", vec!["participants[0].birthYear missing".to_owned()]));
}

#[test]
fn for_a_child_somebody_consents() {
    let child = request(vec![named("小明", Some(2016), Role::Attendee)]);
    let refused = told(allow(&child, &terms(), &lan()));
    assert_eq!(refused, ("invalid", vec!["participants[0] consentNeeded".to_owned()]));
    assert!(allow(&Request { guardian_for: vec![0], ..child }, &terms(), &lan()).is_ok());
    let id = CompanionId::from_slug("ming");
    let entered = |consented| {
        let birth = Some(Birth::Year(2016));
        let companion = Companion { name: "小明".into(), birth, who: None, consented };
        Account { companions: [(id, companion)].into(), ..lan() }
    };
    let ming = request(vec![Participant { who: Who::Companion(id), birth_year: None, role: Role::Attendee }]);
    assert!(allow(&ming, &terms(), &entered(true)).is_ok());
    assert!(allow(&ming, &terms(), &entered(false)).is_err());
    let strange = told(allow(&ming, &terms(), &lan()));
    assert_eq!(strange, ("invalid", vec!["participants[0].companionId noSuch".to_owned()]));
    let aged = SignupTerms { ages: Ages { min: Some(6), max: None }, ..terms() };
    assert_eq!(told(allow(&ming, &aged, &lan())), strange, "and nothing else");
}

#[test]
fn seats_are_counted_as_the_terms_say() {
    let family = request(vec![
        named("甲", None, Role::Attendee),
        named("乙", None, Role::Attendee),
        named("丙", None, Role::Guardian),
    ]);
    let seats = |terms: SignupTerms| allow(&family, &terms, &lan()).map(|allowed| allowed.seats);
    assert_eq!(seats(terms()), Ok(3));
    assert_eq!(seats(SignupTerms { guardian_takes_seat: false, ..terms() }), Ok(2));
    assert_eq!(seats(SignupTerms { capacity_unit: CapacityUnit::Party, ..terms() }), Ok(1));
    let most = told(allow(&family, &SignupTerms { per_person_max: 2, ..terms() }, &lan()));
    assert_eq!(most, ("limitReached", vec!["participants tooManySeats".to_owned()]));
    let few = told(allow(&family, &SignupTerms { party_max: 2, ..terms() }, &lan()));
    assert_eq!(few, ("invalid", vec!["participants tooMany".to_owned()]));
}

#[test]
fn a_class_is_booked_by_its_heads() {
    let class = |heads| Request { headcount: Some(heads), ..request(Vec::new()) };
    let open = SignupTerms { group: Some(Group { min: 10, max: 50 }), ..terms() };
    assert_eq!(allow(&class(42), &open, &lan()).map(|allowed| allowed.seats), Ok(42));
    for (heads, terms) in [(51, &open), (9, &open), (42, &terms())] {
        let refused = told(allow(&class(heads), terms, &lan()));
        assert_eq!(refused, ("invalid", vec!["headcount headsOutside".to_owned()]));
    }
}

#[test]
fn the_same_person_twice_is_told() {
    let me = || Participant { who: Who::Myself(None), birth_year: None, role: Role::Attendee };
    let twice = told(allow(&request(vec![me(), me()]), &terms(), &lan()));
    assert_eq!(twice, ("invalid", vec!["participants[1] repeated".to_owned()]));
    let allowed = allow(&request(vec![me()]), &terms(), &lan()).unwrap();
    assert_eq!(allowed.members, [("lan".to_owned(), 0)]);
}

#[test]
fn answers_fit_their_questions() {
    let questions = serde_json::from_value(json!([
        { "id": "school", "label": { "zh-CN": "学校" }, "type": "text", "required": true, "per": "participant" },
        { "id": "meal", "label": { "zh-CN": "餐" }, "type": "choice", "required": false, "per": "party",
          "options": [{ "zh-CN": "素", "en": "vegetarian" }, { "zh-CN": "荤" }] },
    ]));
    let terms = SignupTerms { questions: questions.unwrap(), ..terms() };
    let answer = |question: &str, participant, text: &str| Answer {
        question: question.to_owned(),
        participant,
        value: Value::Text(text.into()),
    };
    let ask = |answers| Request { answers, ..request(vec![named("甲", None, Role::Attendee)]) };
    let good = allow(
        &ask(vec![answer("school", Some(0), "一小"), answer("meal", None, "vegetarian")]),
        &terms,
        &lan(),
    );
    assert_eq!(good.unwrap().personal.answers[1], answer("meal", None, "素"));
    assert!(allow(&ask(vec![answer("school", Some(0), "一小")]), &terms, &lan()).is_ok(), "not required");
    for (answers, errors) in [
        (vec![], vec!["answers missing"]),
        (vec![answer("school", None, "一小")], vec!["answers[0].participant missing"]),
        (vec![answer("school", Some(1), "一小")], vec!["answers[0].participant outOfRange"]),
        (vec![answer("school", Some(0), " ")], vec!["answers[0].value empty"]),
        (
            vec![answer("school", Some(0), "一小"), answer("meal", None, "鱼"), answer("x", None, "y")],
            vec!["answers[1].value notAllowed", "answers[2].questionId noSuch"],
        ),
    ] {
        assert_eq!(
            told(allow(&ask(answers), &terms, &lan())),
            ("invalid", errors.into_iter().map(str::to_owned).collect())
        );
    }
}

#[test]
fn a_telephone_number_is_asked_only_where_it_is_required() {
    let one = request(vec![named("甲", None, Role::Attendee)]);
    let asked = SignupTerms { phone_required: true, ..terms() };
    assert_eq!(told(allow(&one, &asked, &lan())), ("invalid", vec!["contact.phone missing".to_owned()]));
    assert!(allow(&one, &asked, &Account { has_phone: true, ..lan() }).is_ok());
    let phone = |phone: &str| Request {
        contact: Some(Contact { name: None, phone: Some(phone.into()) }),
        ..one.clone()
    };
    assert!(allow(&phone("+86 138-0013-8000"), &asked, &lan()).is_ok());
    assert_eq!(
        told(allow(&phone("none"), &asked, &lan())),
        ("invalid", vec!["contact.phone malformed".to_owned()])
    );
}

#[test]
fn several_options_are_chosen_each_once() {
    let questions = serde_json::from_value(json!([
        { "id": "days", "label": { "zh-CN": "日子", "en": "Days" }, "type": "choices", "required": true, "per": "party",
          "options": [{ "zh-CN": "周六", "en": "Saturday" }, { "zh-CN": "周日" }] },
        { "id": "seen", "label": { "zh-CN": "来过" }, "type": "boolean", "required": false, "per": "party" },
        { "id": "why", "label": { "zh-CN": "原因" }, "type": "choices", "required": false, "per": "party",
          "options": [{ "zh-CN": "好奇" }] },
    ]));
    let terms = SignupTerms { questions: questions.unwrap(), ..terms() };
    let chosen = |all: &[&str]| Value::Choices(all.iter().map(|one| (*one).into()).collect());
    let ask = |question: &str, value| {
        let answer =
            |question: &str, value| Answer { question: question.to_owned(), participant: None, value };
        let days = (question != "days").then(|| answer("days", chosen(&["周六"])));
        let answers = days.into_iter().chain([answer(question, value)]).collect();
        allow(&Request { answers, ..request(vec![named("甲", None, Role::Attendee)]) }, &terms, &lan())
    };
    let both = ask("days", chosen(&["Saturday", "周日"])).unwrap();
    assert_eq!(both.personal.answers[0].value, chosen(&["周六", "周日"]));
    assert!(ask("why", chosen(&[])).is_ok(), "where nothing need be chosen");
    for (question, value, error) in [
        ("days", chosen(&[]), "answers[0].value tooFew"),
        ("days", chosen(&["Saturday", "周六"]), "answers[0].value repeated"),
        ("days", chosen(&["周六", "周一"]), "answers[0].value notAllowed"),
        ("days", Value::Text("周六".into()), "answers[0].value malformed"),
        ("seen", Value::Text("是".into()), "answers[1].value malformed"),
    ] {
        assert_eq!(told(ask(question, value)), ("invalid", vec![error.to_owned()]));
    }
    let unanswered = request(vec![named("甲", None, Role::Attendee)]);
    let Err(Refusal::Invalid(invalid)) = allow(&unanswered, &terms, &lan()) else { panic!("it is required") };
    assert_eq!(invalid.0[0].code.message(Lang::En), "\"Days\" (`days`) must be answered.");
}

#[test]
fn a_known_minor_is_not_the_guardian_that_must_come() {
    let terms = SignupTerms { guardian_required: true, ..terms() };
    let with = |year| {
        let child = named("小明", Some(2016), Role::Attendee);
        let guardian = named("大明", year, Role::Guardian);
        allow(&Request { guardian_for: vec![0], ..request(vec![child, guardian]) }, &terms, &lan())
    };
    let minor = told(with(Some(2009)));
    assert_eq!(minor, ("notEligible", vec!["participants guardianNeeded".to_owned()]));
    assert!(with(Some(2008)).is_ok(), "18 this year, perhaps already");
    assert!(with(None).is_ok(), "nothing is known");
}

#[test]
fn who_is_in_the_party_already_needs_no_consent_again() {
    let standing = |name: &str, year| Member {
        name: name.into(),
        birth: Some(Birth::Year(year)),
        role: Role::Attendee,
        known: None,
        first_name: None,
        first_birth: None,
    };
    let account =
        Account { standing: vec![standing("陈小明", 2016), standing("陈建国", 1960)], ..lan() };
    let with =
        |name: &str, year| allow(&request(vec![named(name, Some(year), Role::Attendee)]), &terms(), &account);
    assert!(with("陈小明", 2016).is_ok() && with("陈晓明", 2016).is_ok(), "a typo makes nobody new");
    for (name, year) in [("王五", 2016), ("陈小红", 2018), ("陈建国", 2016)] {
        let refused = told(with(name, year));
        assert_eq!(refused, ("invalid", vec!["participants[0] consentNeeded".to_owned()]), "{name}");
    }
    let twice =
        vec![named("陈小明", Some(2016), Role::Attendee), named("陈小明", Some(2016), Role::Attendee)];
    let twice = told(allow(&request(twice), &terms(), &account));
    assert_eq!(twice, ("invalid", vec!["participants[1] consentNeeded".to_owned()]), "one stood there");
}
