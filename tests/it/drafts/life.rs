//! The life of a thing: drafted, submitted, sent back, approved, changed, put away.

use kepu::db::publication;
use kepu::db::records::Stored;
use kepu::domain::bases::Base;
use kepu::domain::drafts::{FieldNote, State};
use kepu::domain::events::EventStatus;
use kepu::domain::kinds::Kind;
use kepu::domain::publication::Publication;
use kepu::domain::review::{ItemState, Lane};
use kepu::domain::routes::Route;
use kepu::domain::series::Series;
use serde_json::json;

use super::*;

on_both_stores! {
    async fn a_new_event_is_seen_once_it_is_approved(store: Store) {
        let mut house = House::new(store);
        let draft = house.create(Body::new()).unwrap();
        assert_eq!((draft.state, draft.version), (State::Draft, 1));
        assert!(!house.shows(draft.object));

        let missing = wrong(house.submit(draft.object));
        let needed = ["admission", "audiences", "form", "free", "mode", "summary", "title", "topics"];
        assert_eq!(missing, needed.map(|field| format!("{field} missing")), "everything at once");

        let draft = house.update(&draft, talk("星空")).unwrap();
        let draft = house.submit(draft.object).unwrap();
        assert_eq!(draft.state, State::Submitted);
        assert!(!house.shows(draft.object));
        let item = house.waiting(draft.object);
        assert_eq!((item.what.title.zh_cn.as_str(), item.what.division.number()), ("星空", 440_106));

        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert_eq!(house.title(draft.object).as_deref(), Some("星空"));
        let draft = house.draft(draft.object);
        assert_eq!((draft.state, draft.base), (State::Approved, None));
        assert!(house.open(draft.object).is_none());
    }

    async fn what_is_missing_and_what_is_wrong_are_told_together(store: Store) {
        let house = House::new(store);
        let mut fields = talk("x");
        fields.remove("summary");
        fields.remove("base");
        let long = "长".repeat(121);
        let draft = house.create(with(fields, "title", json!({ "zh-CN": long }))).unwrap();
        assert_eq!(wrong(house.submit(draft.object)), ["place missing", "summary missing", "title tooLong"]);
        let odd = house.create(with(talk("x"), "free", json!("yes")));
        assert_eq!(wrong(odd), ["free malformed"], "what cannot be kept is refused as it is written");
        let nowhere = with(talk("x"), "base", json!(BaseId::from_slug("nowhere")));
        assert_eq!(wrong(house.create(nowhere)), ["base noSuch"]);
        let theirs = json!([{ "organisation": OrganisationId::from_slug("lab") }]);
        let taken = house.create(with(talk("x"), "organisers", theirs));
        assert_eq!(wrong(taken), ["organisers[0].organisation notAllowed"]);
    }

    async fn what_nobody_sees_or_can_follow_is_refused(store: Store) {
        let house = House::new(store);
        for (field, value, refused) in [
            ("title", json!({ "zh-CN": "\u{200b}\u{3164}\u{2800}" }), "title empty"),
            ("title", json!({ "zh-CN": "两\n行" }), "title malformed"),
            ("ages", json!({ "min": 200 }), "ages.min outOfRange"),
            ("language", json!("javascript:"), "language malformed"),
            ("period", json!({ "from": "0001-01-01", "to": "2026-12-31" }), "period.from outOfRange"),
            ("period", json!({ "from": "2026-01-01", "to": "9999-12-31" }), "period.to outOfRange"),
            ("externalSignup", json!({ "url": "http://127.0.0.1/" }), "externalSignup.url malformed"),
            ("externalSignup", json!({ "url": "http://0177.1/" }), "externalSignup.url malformed"),
            ("externalSignup", json!({ "url": "https://kepu.example@[::1]:80/" }), "externalSignup.url malformed"),
            ("externalSignup", json!({ "url": "http://printer/" }), "externalSignup.url malformed"),
        ] {
            house.clock.advance(TimeDelta::seconds(1));
            let draft = house.create(with(talk("talk"), field, value.clone())).unwrap();
            assert!(wrong(house.submit(draft.object)).contains(&refused.to_owned()), "{value}");
        }
        let good = with(talk("talk"), "externalSignup", json!({ "url": "https://book.kepu.example:8443/a?b=c" }));
        house.submit(house.create(good).unwrap().object).unwrap();
    }

    async fn a_material_change_waits_while_what_was_approved_stays(store: Store) {
        let mut house = House::new(store);
        let before = house.draft(published());
        assert_eq!(before.state, State::Approved);
        let draft = house.update(&before, talk("another title")).unwrap();
        assert_eq!(draft.state, State::Draft);
        let draft = house.submit(draft.object).unwrap();
        assert_eq!(house.title(published()).as_deref(), Some("talk"));
        let changes = body::changes(draft.base.as_ref().unwrap(), &draft.body);
        let fields: Vec<_> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["summary.zh-CN", "title.zh-CN"]);
        let item = house.waiting(published());
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert_eq!(house.title(published()).as_deref(), Some("another title"));
    }

    async fn an_immaterial_change_is_published_at_once_unless_its_words_are_doubtful(store: Store) {
        let mut house = House::new(store);
        let notice = |text: &str| with(talk("talk"), "notice", json!({ "text": { "zh-CN": text } }));
        let draft = house.update(&house.draft(published()), notice("请走东门")).unwrap();
        assert_eq!(draft.state, State::Approved);
        house.shows(published());
        let shown = house.live.now().unwrap().event(EventId::from_slug("talk")).unwrap().event().unwrap();
        assert_eq!(shown.notice.unwrap().text.zh_cn, "请走东门");
        let doubtful = house.update(&draft, notice("东门可算 命")).unwrap();
        assert_eq!(doubtful.state, State::Draft);
        let same = house.update(&doubtful, notice("请走东门")).unwrap();
        assert_eq!(same.state, State::Approved, "nothing differs from what is published");
        assert_refused!(house.submit(published()), NothingToDo);
    }

    async fn what_operations_change_beneath_a_draft_stays(store: Store) {
        let house = House::new(store);
        let draft = house.update(&house.draft(published()), talk("new title")).unwrap();
        // Meanwhile it is called off, and somebody mends its summary.
        house.db.write(|tx| {
            let mut off = event("talk", BaseId::from_slug("museum"));
            off.status = EventStatus::Cancelled;
            put_event(tx, "talk", &off, NOW, 0)
        }).unwrap();
        assert_eq!(house.draft(published()).body["status"], "cancelled");
        let draft = house.update(&draft, talk("newer title")).unwrap();
        assert_eq!(draft.body["status"], "cancelled", "an author cannot take it back");
        let draft = house.submit(draft.object).unwrap();
        let item = house.waiting(draft.object);
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        let shown = house.draft(published());
        assert_eq!((shown.body["status"].clone(), shown.body["title"]["zh-CN"].clone()), (json!("cancelled"), json!("newer title")));

        // What was changed here and there is for its author to settle, not for whoever reviews.
        let draft = house.update(&shown, talk("mine")).unwrap();
        house.submit(draft.object).unwrap();
        house.db.write(|tx| put_event(tx, "talk", &event("theirs", BaseId::from_slug("museum")), NOW, 0)).unwrap();
        let item = house.waiting(published());
        assert_refused!(house.reviews.approve(by(&reviewer()), item.id, item.what.version, None), ChangedSince);
    }

    async fn what_others_changed_meanwhile_is_handed_in_again_and_judged_anew(store: Store) {
        let mut house = House::new(store);
        let draft = house.update(&house.draft(published()), talk("mine")).unwrap();
        house.submit(draft.object).unwrap();
        let item = house.waiting(published());
        house.db.write(|tx| put_event(tx, "talk", &event("theirs", BaseId::from_slug("museum")), NOW, 0)).unwrap();
        assert_refused!(house.reviews.approve(by(&reviewer()), item.id, item.what.version, None), ChangedSince);
        house.clock.advance(TimeDelta::seconds(1));
        let again = house.submit(published()).unwrap();
        assert_eq!((again.state, &again.base.unwrap()["title"]["zh-CN"]), (State::Submitted, &json!("theirs")));
        let anew = house.waiting(published());
        assert!(anew.id != item.id && anew.what.version > item.what.version);
        house.reviews.approve(by(&reviewer()), anew.id, anew.what.version, None).unwrap();
        assert_eq!(house.title(published()).as_deref(), Some("mine"));
    }

    async fn why_it_is_called_off_is_not_for_a_draft_to_say(store: Store) {
        let house = House::new(store);
        let said = with(talk("new title"), "notice", json!({ "text": { "zh-CN": "请早到" } }));
        let draft = house.update(&house.draft(published()), said.clone()).unwrap();
        house.submit(draft.object).unwrap();
        house.db.write(|tx| {
            let off = with(talk("talk"), "status", json!("cancelled"));
            let off = with(off, "notice", json!({ "text": { "zh-CN": "台风" } }));
            put_event(tx, "talk", &serde_json::from_value(json!(off)).unwrap(), NOW, 0)
        }).unwrap();
        let item = house.waiting(published());
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        let draft = house.draft(published());
        assert_eq!((&draft.body["title"]["zh-CN"], &draft.body["notice"]["text"]["zh-CN"]), (&json!("new title"), &json!("台风")));
        let draft = house.update(&draft, said).unwrap();
        assert_eq!(draft.body["notice"]["text"]["zh-CN"], "台风");
    }

    async fn what_was_put_away_before_anybody_saw_it_is_judged_whole(store: Store) {
        let mut house = House::new(store);
        let draft = house.create(talk("unseen")).unwrap();
        house.db.write(|tx| house.drafts.archive::<Event>(tx, AUTHOR, draft.object)).unwrap();
        let theirs = house.db.read(|conn| publication::drafted_by(conn, Kind::Event, draft.object)).unwrap();
        assert_eq!(theirs, Some(org()), "nobody else may refer to it");
        let submitted = house.submit(draft.object).unwrap();
        assert_eq!(submitted.base, None);
        let item = house.waiting(draft.object);
        let read = house.reviews.read(by(&reviewer()), &vault(), item.id, NOW).unwrap();
        assert_eq!((read.sides.before.len(), read.sides.after.contains_key("title")), (0, true));
        let draft = house.update(&submitted, talk("written on")).unwrap();
        house.submit(draft.object).unwrap();
        let item = house.waiting(draft.object);
        assert!(house.reviews.read(by(&reviewer()), &vault(), item.id, NOW).unwrap().sides.before.is_empty());
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert_eq!(house.title(draft.object).as_deref(), Some("written on"));
        let ever = house.db.read(|conn| publication::ever(conn, Kind::Event, draft.object)).unwrap();
        assert!(ever);
    }

    async fn what_waits_as_it_is_shown_again_is_for_its_author_to_hand_in(store: Store) {
        let mut house = House::new(store);
        house.reviews.take_down(by(&administrator()), Kind::Event, published(), "地址有误").unwrap();
        let draft = house.update(&house.draft(published()), talk("mended")).unwrap();
        house.submit(draft.object).unwrap();
        house.reviews.restore(by(&administrator()), Kind::Event, published()).unwrap();
        assert!(house.open(published()).is_none(), "nothing waits that nobody can decide on");
        assert_eq!(house.draft(published()).state, State::Draft);
        house.submit(published()).unwrap();
        let item = house.waiting(published());
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert_eq!(house.title(published()).as_deref(), Some("mended"));
    }

    async fn what_is_sent_back_says_why_until_it_is_handed_in_again(store: Store) {
        let mut house = House::new(store);
        let (draft, item) = house.submitted("rough");
        let notes = [FieldNote { field: "summary".into(), text: "太短".into() }];
        let told = house.reviews.reject(by(&reviewer()), item.id, item.what.version, "请补充", &notes).unwrap().item;
        assert_eq!((told.state, told.decided_by), (ItemState::Rejected, Some(reviewer().0)));
        let draft = house.draft(draft.object);
        assert_eq!((draft.state, draft.reason.as_deref(), draft.fields.as_slice()), (State::Rejected, Some("请补充"), &notes[..]));
        let draft = house.update(&draft, talk("better")).unwrap();
        assert_eq!(draft.reason.as_deref(), Some("请补充"));
        let draft = house.submit(draft.object).unwrap();
        assert_eq!((draft.state, draft.reason), (State::Submitted, None));
        assert!(!house.shows(draft.object));
    }

    async fn an_unverified_organisation_begins_twenty_things_at_most(store: Store) {
        let house = House::new(store);
        let verified = |so: &str| house.sql(&format!("UPDATE organisations SET verified = {so} WHERE id = {}", org().get()));
        verified("FALSE");
        for n in 0..20 {
            house.clock.advance(TimeDelta::seconds(1));
            house.create(talk(&format!("talk {n}"))).unwrap();
        }
        assert_refused!(house.create(talk("one more")), TooManyDrafts);
        let copy = house.db.write(|tx| house.drafts.duplicate::<Event>(tx, AUTHOR, published()));
        assert_refused!(copy, TooManyDrafts);
        verified("TRUE");
        house.clock.advance(TimeDelta::seconds(1));
        assert!(house.create(talk("one more")).is_ok());
    }

    async fn what_is_doubtful_is_told_to_whoever_reviews(store: Store) {
        let house = House::new(store);
        let (_, item) = house.submitted("算命的科学");
        let told: Vec<_> = item.what.notes.iter().map(|note| (note.field.as_str(), note.reason.as_str())).collect();
        assert_eq!(told, [("title.zh-CN", "doubtful"), ("summary.zh-CN", "doubtful")]);
    }

    async fn taking_back_and_editing_take_it_out_of_the_queue(store: Store) {
        let house = House::new(store);
        let (draft, item) = house.submitted("first");
        house.db.write(|tx| house.drafts.withdraw::<Event>(tx, AUTHOR, draft.object)).unwrap();
        assert_refused!(house.reviews.approve(by(&reviewer()), item.id, item.what.version, None), ChangedSince);
        house.submit(draft.object).unwrap();
        let item = house.waiting(draft.object);
        let draft = house.update(&house.draft(draft.object), talk("second")).unwrap();
        assert_eq!(draft.state, State::Draft);
        assert_refused!(house.reviews.approve(by(&reviewer()), item.id, item.what.version, None), ChangedSince);
    }

    async fn a_copy_is_a_draft_of_its_own(store: Store) {
        let mut house = House::new(store);
        let copy = house.db.write(|tx| house.drafts.duplicate::<Event>(tx, AUTHOR, published())).unwrap();
        assert_eq!((copy.state, copy.body["title"]["zh-CN"].as_str()), (State::Draft, Some("talk")));
        assert_ne!(copy.object, published());
        assert!(!house.shows(copy.object) && house.shows(published()));
        let preview = house.db.read(|conn| drafts::preview::<Event>(conn, copy.object)).unwrap().unwrap();
        assert_eq!(preview.body.title.zh_cn, "talk");
    }

    async fn what_is_put_away_comes_back_by_handing_it_in(store: Store) {
        let mut house = House::new(store);
        house.db.write(|tx| house.drafts.archive::<Event>(tx, AUTHOR, published())).unwrap();
        assert!(!house.shows(published()));
        house.submit(published()).unwrap();
        let item = house.waiting(published());
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert!(house.shows(published()));
    }

    async fn an_authority_takes_down_at_once_and_brings_back(store: Store) {
        let mut house = House::new(store);
        let (district, administrator) = (authority(9, AuthorityRole::Administrator, "440100"), administrator());
        assert_refused!(house.reviews.take_down(by(&reviewer()), Kind::Event, published(), "x"), NotFound);
        let elsewhere = authority(9, AuthorityRole::Administrator, "440300");
        assert_refused!(house.reviews.take_down(by(&elsewhere), Kind::Event, published(), "x"), NotFound);
        house.reviews.take_down(by(&district), Kind::Event, published(), "地址有误").unwrap();
        assert!(!house.shows(published()));
        let draft = house.draft(published());
        assert_eq!((draft.state, draft.reason.as_deref()), (State::Rejected, Some("地址有误")));
        assert_refused!(house.reviews.take_down(by(&district), Kind::Event, published(), "x"), NothingToDo);
        house.reviews.restore(by(&administrator), Kind::Event, published()).unwrap();
        assert!(house.shows(published()));
        assert_eq!(house.draft(published()).state, State::Approved);
    }

    async fn the_emergency_lane_is_for_administrators_and_on_record(store: Store) {
        let mut house = House::new(store);
        let draft = house.create(talk("台风科普")).unwrap();
        assert_refused!(house.reviews.publish_now(by(&reviewer()), Kind::Event, draft.object, "台风"), NotFound);
        let item = house.reviews.publish_now(by(&administrator()), Kind::Event, draft.object, "台风").unwrap();
        assert!(house.shows(draft.object));
        let kept = house.db.read(|conn| review_items::get(conn, item.id)).unwrap().unwrap();
        assert_eq!((kept.what.lane, kept.state, kept.decided_by), (Lane::Emergency, ItemState::Approved, Some(administrator().0)));
        assert_eq!(kept.reason.as_deref(), Some("台风"));
    }

    async fn every_kind_that_is_drafted_lives_alike(store: Store) {
        async fn lives<T: Authored + Stored>(house: &House, fields: serde_json::Value) {
            let serde_json::Value::Object(fields) = fields else { panic!("an object") };
            let draft = house.db.write(|tx| house.drafts.create::<T>(tx, AUTHOR, org(), Body::new())).unwrap();
            let submit = |id| house.db.write(|tx| house.drafts.submit::<T>(tx, AUTHOR, id));
            assert!(wrong(submit(draft.object)).len() >= T::NEEDED.len(), "{}", T::KIND.name());
            house.db.write(|tx| house.drafts.update::<T>(tx, AUTHOR, draft.object, draft.version, fields)).unwrap();
            let draft = submit(draft.object).unwrap();
            let kind = ItemKind::of(T::KIND).unwrap();
            let item = house.db.read(|conn| review_items::open_of(conn, kind, draft.object)).unwrap().unwrap();
            house.reviews.approve(by(&administrator()), item.id, item.what.version, None).unwrap();
            let seen = house.db.read(|conn| publication::of(conn, T::KIND, draft.object)).unwrap();
            assert_eq!(seen, Some(Publication::Public), "{}", T::KIND.name());
        }
        let house = House::new(store);
        lives::<Base>(&house, serde_json::Value::Object(body::of(&base("new", 23.2, 113.2)))).await;
        let museum = json!({ "base": BaseId::from_slug("museum"), "day": 1, "stayMinutes": 60 });
        let route = json!({
            "name": { "zh-CN": "一日" }, "theme": { "zh-CN": "海洋" }, "days": 1, "durationMinutes": 120,
            "stops": [museum, museum],
        });
        lives::<Route>(&house, route).await;
        lives::<Series>(&house, json!({ "name": { "zh-CN": "讲坛" }, "summary": { "zh-CN": "每月一讲" } })).await;
    }
}
