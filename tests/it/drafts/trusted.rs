//! What trusted organisations submit is seen at once, and a share of it is looked at afterwards.

use kepu::domain::drafts::State;
use kepu::domain::kinds::Kind;
use kepu::domain::review::{ItemState, Lane};
use serde_json::json;

use super::*;

fn sampled(percent: u8) -> Rules {
    Rules { sampled_percent: percent, ..Rules::default() }
}

/// A house whose organisation is trusted.
fn trusting(store: Store, percent: u8) -> House {
    let house = House::ruled(store, sampled(percent));
    house.sql(&format!(
        "UPDATE organisations SET trusted_at = '2026-11-01 00:00:00' WHERE id = {}",
        org().get()
    ));
    house
}

on_both_stores! {
    async fn it_is_published_at_once_and_none_is_looked_at_where_no_share_is(store: Store) {
        let mut house = trusting(store, 0);
        let draft = house.create(talk("at once")).unwrap();
        let draft = house.submit(draft.object).unwrap();
        assert_eq!(draft.state, State::Approved);
        assert_eq!(house.title(draft.object).as_deref(), Some("at once"));
        assert!(house.open(draft.object).is_none());
        let draft = house.update(&draft, talk("changed at once")).unwrap();
        assert_eq!(draft.state, State::Draft, "what is written is not what is handed in");
        house.submit(draft.object).unwrap();
        assert_eq!(house.title(draft.object).as_deref(), Some("changed at once"));
    }

    async fn what_is_sampled_stays_if_it_is_in_order_and_goes_if_it_is_not(store: Store) {
        let mut house = trusting(store, 100);
        for (title, approve) in [("good", true), ("bad", false)] {
            let (draft, item) = house.submitted(title);
            assert_eq!((draft.state, item.what.lane), (State::Approved, Lane::Sampled));
            assert!(house.shows(draft.object));
            let (id, version) = (item.id, item.what.version);
            let done = if approve {
                house.reviews.approve(by(&reviewer()), id, version, None)
            } else {
                house.reviews.reject(by(&reviewer()), id, version, "不实", &[])
            };
            let expected = if approve { ItemState::Approved } else { ItemState::Rejected };
            assert_eq!(done.unwrap().item.state, expected);
            assert_eq!(house.shows(draft.object), approve);
            if !approve {
                assert_eq!(house.draft(draft.object).reason.as_deref(), Some("不实"));
                let again = house.submit(draft.object).unwrap();
                assert_eq!(again.state, State::Submitted, "what was taken down goes to people");
            }
        }
    }

    async fn whoever_hands_in_again_is_looked_at_all_the_same(store: Store) {
        let house = trusting(store, 100);
        let (draft, first) = house.submitted("one");
        let draft = house.update(&draft, talk("two")).unwrap();
        house.submit(draft.object).unwrap();
        let second = house.waiting(draft.object);
        assert_ne!(first.id, second.id);
        assert_refused!(house.reviews.approve(by(&reviewer()), first.id, first.what.version, None), ChangedSince);
        house.reviews.approve(by(&reviewer()), second.id, second.what.version, None).unwrap();
    }

    async fn the_lot_is_drawn_under_a_key_by_thing_and_day(store: Store) {
        let house = trusting(store, 50);
        let day = kepu::domain::time::day_of(NOW);
        let (mut drawn, mut missed) = (0, 0);
        for at in 0..24 {
            let draft = house.create(talk(&format!("talk {at}"))).unwrap();
            let lot = vault().blind("review sample", &format!("event:{}:{day}", draft.object));
            let expected = sampled(50).samples(&lot);
            let mut draft = house.submit(draft.object).unwrap();
            for again in 0..3 {
                assert_eq!(house.open(draft.object).is_some(), expected, "no try of the day changes it");
                draft = house.update(&draft, talk(&format!("talk {at} {again}"))).unwrap();
                draft = house.submit(draft.object).unwrap();
            }
            if expected { drawn += 1 } else { missed += 1 }
        }
        assert!(drawn > 0 && missed > 0, "{drawn} {missed}");
    }

    async fn a_copy_of_what_was_taken_down_waits_for_people(store: Store) {
        let house = trusting(store, 0);
        let first = house.create(talk("first")).unwrap();
        house.submit(first.object).unwrap();
        house.reviews.take_down(by(&administrator()), Kind::Event, first.object, "不实").unwrap();
        let copy = || {
            let copy = house.db.write(|tx| house.drafts.duplicate::<Event>(tx, AUTHOR, first.object)).unwrap();
            house.submit(copy.object).unwrap().state
        };
        assert_eq!(copy(), State::Submitted);
        house.clock.advance(TimeDelta::days(30));
        assert_eq!(copy(), State::Approved);
        house.reviews.take_down(by(&administrator()), Kind::Event, published(), "不实").unwrap();
        assert_eq!(copy(), State::Submitted);
        house.db.write(|tx| db::organisations::set_trusted(tx, org(), true)).unwrap();
        assert_eq!(copy(), State::Approved, "trusted anew");
    }

    async fn naming_somebody_anew_waits_even_so(store: Store) {
        let mut house = trusting(store, 0);
        let lab = json!([{ "organisation": org() }, { "organisation": OrganisationId::from_slug("lab"), "role": "supporter" }]);
        let draft = house.create(with(talk("with a lab"), "organisers", lab.clone())).unwrap();
        assert_eq!(house.submit(draft.object).unwrap().state, State::Submitted);
        let item = house.waiting(draft.object);
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        // Once it is public that they are, it can be said again, but not that they are more.
        let draft = house.update(&house.draft(draft.object), with(talk("another title"), "organisers", lab.clone())).unwrap();
        assert_eq!(house.submit(draft.object).unwrap().state, State::Approved);
        let more = json!([{ "organisation": org() }, { "organisation": OrganisationId::from_slug("lab"), "role": "coOrganiser" }]);
        let draft = house.update(&house.draft(draft.object), with(talk("a third"), "organisers", more)).unwrap();
        assert_eq!(house.submit(draft.object).unwrap().state, State::Submitted);
        // The lab wants none of it.
        let item = house.waiting(draft.object);
        let leave = |ids: &[OrganisationId]| house.db.write(|tx| house.drafts.leave::<Event>(tx, AUTHOR, draft.object, ids));
        leave(&[OrganisationId::from_slug("lab")]).unwrap();
        assert_refused!(leave(&[OrganisationId::from_slug("lab")]), NothingToDo);
        assert_refused!(leave(&[org()]), NothingToDo);
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        assert_eq!(house.title(draft.object).as_deref(), Some("a third"));
        assert_eq!(house.draft(draft.object).body["organisers"], json!([{ "organisation": org(), "role": "organiser" }]));
    }

    async fn doubtful_words_wait_even_so(store: Store) {
        let mut house = trusting(store, 0);
        let (draft, item) = house.submitted("算命");
        assert_eq!((draft.state, item.what.lane), (State::Submitted, Lane::Submitted));
        assert!(!house.shows(draft.object));
    }

    async fn writing_on_takes_nothing_out_of_the_sample(store: Store) {
        let mut house = trusting(store, 100);
        let (draft, item) = house.submitted("sampled");
        let draft = house.update(&draft, talk("算命")).unwrap();
        house.submit(draft.object).unwrap();
        house.db.write(|tx| house.drafts.withdraw::<Event>(tx, AUTHOR, draft.object)).unwrap();
        assert_eq!(house.waiting(draft.object).id, item.id);
        house.reviews.reject(by(&reviewer()), item.id, item.what.version, "不实", &[]).unwrap();
        assert!(!house.shows(draft.object));
    }
}
