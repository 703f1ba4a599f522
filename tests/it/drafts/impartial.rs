//! Administrators act within their division, and never in their own cause.

use kepu::app::catalogue::{Existing, save};
use kepu::db::publication;
use kepu::db::records::Stored;
use kepu::domain::divisions::Division;
use kepu::domain::kinds::Kind;
use kepu::domain::publication::Publication;

use super::*;

/// An administrator of the province who belongs to the organisation whose things these are.
fn insider() -> (PersonId, Roles) {
    let (person, Roles(mut held)) = administrator();
    held.push(Role::Member(MemberRole::Desk, org()));
    (person, Roles(held))
}

/// An administrator of the province who writes what is handed in.
fn author() -> (PersonId, Roles) {
    authority(7, AuthorityRole::Administrator, "440000")
}

on_both_stores! {
    async fn nobody_publishes_or_restores_what_is_their_own(store: Store) {
        let house = House::new(store);
        let draft = house.create(talk("ours")).unwrap();
        for own in [insider(), author()] {
            assert_refused!(house.reviews.publish_now(by(&own), Kind::Event, draft.object, "急"), OwnSubmission);
        }
        house.reviews.publish_now(by(&administrator()), Kind::Event, draft.object, "急").unwrap();
        house.reviews.take_down(by(&insider()), Kind::Event, draft.object, "有误").unwrap();
        assert_refused!(house.reviews.restore(by(&insider()), Kind::Event, draft.object), OwnSubmission);
        let seen = house.db.read(|conn| publication::of(conn, Kind::Event, draft.object)).unwrap();
        assert_eq!(seen, Some(Publication::TakenDown));
        house.reviews.restore(by(&administrator()), Kind::Event, draft.object).unwrap();
    }

    async fn nobody_gives_a_thing_to_their_own_organisation(store: Store) {
        let house = House::new(store);
        let lab = OrganisationId::from_slug("lab");
        let (person, Roles(mut held)) = administrator();
        held.push(Role::Member(MemberRole::Editor, lab));
        let assign = |who: &(PersonId, Roles)| house.reviews.assign(by(who), Kind::Event, published(), lab, "移交");
        assert_refused!(assign(&(person, Roles(held))), OwnSubmission);
        assign(&administrator()).unwrap();
    }

    async fn publishing_past_the_queue_takes_the_division_that_a_draft_moves_into(store: Store) {
        let house = House::new(store);
        let elsewhere = || {
            let place = serde_json::json!({
                "name": { "zh-CN": "深圳" }, "adcode": "440300", "address": { "zh-CN": "福田" },
            });
            let mut fields = talk("talk");
            fields.remove("base");
            with(fields, "place", place)
        };
        house.db.write(|tx| {
            let mut shenzhen = Division::get(tx, 440_100)?.unwrap().body;
            shenzhen.adcode = "440300".parse().unwrap();
            save(tx, 440_300, &shenzhen, Existing::Keep)
        }).unwrap();
        let draft = house.update(&house.draft(published()), elsewhere()).unwrap();
        assert_eq!(draft.division, "440300".parse().unwrap());
        let city = authority(9, AuthorityRole::Administrator, "440100");
        assert_refused!(house.reviews.publish_now(by(&city), Kind::Event, published(), "急"), NotFound);
        house.reviews.publish_now(by(&administrator()), Kind::Event, published(), "急").unwrap();
    }

    async fn publishing_past_the_queue_passes_over_nothing_that_operations_changed(store: Store) {
        let house = House::new(store);
        let draft = house.draft(published());
        let mut notice = serde_json::json!({ "text": { "zh-CN": "请带身份证" } });
        house.update(&draft, with(talk("another title"), "notice", notice.clone())).unwrap();
        notice["text"]["zh-CN"] = "台风停办".into();
        house.db.write(|tx| {
            let mut event = Event::get(tx, published())?.unwrap();
            event.body.notice = Some(serde_json::from_value(serde_json::json!({ "since": NOW, "text": notice["text"] })).unwrap());
            save(tx, published(), &event.body, Existing::Replace)
        }).unwrap();
        let refused = house.reviews.publish_now(by(&administrator()), Kind::Event, published(), "急");
        assert_refused!(refused, ChangedSince);
    }

    async fn publishing_past_the_queue_says_that_an_organisation_may_not_post(store: Store) {
        let house = House::new(store);
        let draft = house.create(talk("early")).unwrap();
        let publish = || house.reviews.publish_now(by(&administrator()), Kind::Event, draft.object, "急");
        house.db.write(|tx| db::organisations::set_verified(tx, org(), false)).unwrap();
        assert_refused!(publish(), Unverified);
        house.db.write(|tx| db::organisations::set_verified(tx, org(), true)).unwrap();
        house.db.write(|tx| db::organisations::set_suspended(tx, org(), Some("核实中"))).unwrap();
        assert_refused!(publish(), Suspended);
        house.db.write(|tx| db::organisations::set_suspended(tx, org(), None)).unwrap();
        publish().unwrap();
    }
}
