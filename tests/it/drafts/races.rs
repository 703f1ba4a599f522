//! Who may decide, who is first, and what many at once do.

use kepu::db::publication;
use kepu::domain::ids::CampaignId;
use kepu::domain::kinds::Kind;
use kepu::domain::publication::Publication;
use kepu::domain::review::ItemState;

use super::*;

/// Keeps these roles in the store.
fn held(house: &House, all: &[&(PersonId, Roles)]) {
    for (person, Roles(roles)) in all {
        house.db.write(|tx| roles.iter().try_for_each(|role| db::roles::grant(tx, *person, *role))).unwrap();
    }
}

on_both_stores! {
    async fn nobody_decides_beyond_their_division_or_on_their_own(store: Store) {
        let house = House::new(store);
        let (_, item) = house.submitted("mine");
        let approve = |who: &(PersonId, Roles)| house.reviews.approve(by(who), item.id, item.what.version, None);
        for division in ["440300", "440105", "810000"] {
            assert_refused!(approve(&authority(1, AuthorityRole::Administrator, division)), NotFound);
        }
        assert_refused!(approve(&authority(7, AuthorityRole::Administrator, "440000")), OwnSubmission);
        let (person, Roles(mut roles)) = authority(8, AuthorityRole::Administrator, "440000");
        roles.push(Role::Member(MemberRole::Desk, org()));
        assert_refused!(approve(&(person, Roles(roles))), OwnSubmission);
        let done = approve(&authority(9, AuthorityRole::Reviewer, "440106")).unwrap();
        assert_eq!(done.item.state, ItemState::Approved);
    }

    async fn a_claim_keeps_others_away_until_it_ends(store: Store) {
        let house = House::new(store);
        let (_, item) = house.submitted("claimed");
        let (one, two) = (reviewer(), authority(200, AuthorityRole::Administrator, "440100"));
        held(&house, &[&one, &two]);
        house.reviews.claim(by(&one), item.id).unwrap();
        assert_refused!(house.reviews.claim(by(&two), item.id), Claimed);
        assert_refused!(house.reviews.approve(by(&two), item.id, item.what.version, None), Claimed);
        house.clock.advance(Rules::default().claim);
        house.reviews.claim(by(&two), item.id).unwrap();
        assert_refused!(house.reviews.reject(by(&one), item.id, item.what.version, "x", &[]), Claimed);
        house.reviews.approve(by(&two), item.id, item.what.version, None).unwrap();
    }

    async fn a_higher_level_decides_on_what_is_claimed_below(store: Store) {
        let house = House::new(store);
        let (_, item) = house.submitted("claimed");
        let [district, city, province] = [(1, "440106"), (2, "440100"), (9, "440000")]
            .map(|(person, division)| authority(person, AuthorityRole::Reviewer, division));
        held(&house, &[&district, &city, &province]);
        house.reviews.claim(by(&district), item.id).unwrap();
        house.reviews.claim(by(&city), item.id).unwrap();
        assert_refused!(house.reviews.claim(by(&district), item.id), Claimed);
        assert_refused!(house.reviews.approve(by(&district), item.id, item.what.version, None), Claimed);
        house.reviews.approve(by(&province), item.id, item.what.version, None).unwrap();
    }

    async fn of_two_reviewers_at_once_one_decides(store: Store) {
        for round in 0..6 {
            let house = House::new(store);
            let (draft, item) = house.submitted("raced");
            let decide = |person: i64, approve: bool| {
                let (reviews, who) = (house.reviews.clone(), authority(person, AuthorityRole::Reviewer, "440000"));
                let (id, version) = (item.id, item.what.version);
                std::thread::spawn(move || if approve {
                    reviews.approve(by(&who), id, version, None).map(drop)
                } else {
                    reviews.reject(by(&who), id, version, "no", &[]).map(drop)
                })
            };
            let (approved, rejected) = (decide(1, round % 2 == 0), decide(2, round % 3 == 0));
            let done = [approved.join().unwrap(), rejected.join().unwrap()];
            assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
            assert!(done.iter().any(|one| matches!(one, Err(app::Error::ChangedSince))), "{done:?}");
            let decided = house.db.read(|conn| review_items::get(conn, item.id)).unwrap().unwrap();
            let seen = house.db.read(|conn| publication::of(conn, Kind::Event, draft.object));
            let public = seen.unwrap() == Some(Publication::Public);
            assert_eq!(public, decided.state == ItemState::Approved);
        }
    }

    async fn what_is_edited_while_it_is_approved_is_never_published_unseen(store: Store) {
        for _ in 0..6 {
            let mut house = House::new(store);
            let (draft, item) = house.submitted("seen");
            let approving = {
                let (reviews, who, id, version) = (house.reviews.clone(), reviewer(), item.id, item.what.version);
                std::thread::spawn(move || reviews.approve(by(&who), id, version, None).map(drop))
            };
            let edited = house.update(&draft, talk("unseen"));
            let approved = approving.join().unwrap();
            assert!(edited.is_ok() != approved.is_ok() || edited.is_err(), "{edited:?} {approved:?}");
            let title = house.title(draft.object);
            assert_eq!(title.as_deref(), approved.is_ok().then_some("seen"), "{edited:?} {approved:?}");
        }
    }

    async fn two_hundred_drafts_are_approved_in_one_call(store: Store) {
        let mut house = House::new(store);
        let submitted = |n| {
            // Two hundred ids of one millisecond would not always be told apart.
            house.clock.advance(TimeDelta::milliseconds(1));
            house.submitted(&format!("month {n}"))
        };
        let all: Vec<(Draft, Item)> = (0..200).map(submitted).collect();
        let mut asked: Vec<_> = all.iter().map(|(_, item)| (item.id, item.what.version)).collect();
        // One was edited since it was read.
        house.update(&all[17].0, talk("edited")).unwrap();
        asked[18].1 += 1;
        let done = house.reviews.approve_many(by(&reviewer()), &asked);
        assert_eq!(done.len(), 200);
        for (n, ((draft, _), done)) in all.iter().zip(&done).enumerate() {
            let expected = ![17, 18].contains(&n);
            assert_eq!(done.is_ok(), expected, "{n}: {done:?}");
            assert_eq!(house.shows(draft.object), expected);
        }
    }

    async fn the_queue_is_in_order_of_submission_and_shows_what_one_reaches(store: Store) {
        let house = House::new(store);
        let ids: Vec<_> = (0..5).map(|n| {
            house.clock.advance(TimeDelta::minutes(1));
            house.submitted(&format!("waits {n}")).1.id
        }).collect();
        let wanted = review_items::Wanted { within: vec!["440100".parse().unwrap()], ..Default::default() };
        let page = |wanted: &review_items::Wanted, after| {
            house.db.read(|conn| review_items::page(conn, wanted, after, 2)).unwrap()
        };
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let items = page(&wanted, after);
            let Some(last) = items.last() else { break };
            after = Some((last.since, last.id.get()));
            seen.extend(items.iter().map(|item| item.id));
        }
        assert_eq!(seen, ids);
        let count = |wanted: &review_items::Wanted| house.db.read(|conn| review_items::count(conn, wanted)).unwrap();
        assert_eq!(count(&wanted), 5);
        let far = review_items::Wanted { within: vec!["440300".parse().unwrap()], ..Default::default() };
        assert_eq!((count(&far), page(&far, None).len()), (0, 0));
        let others = review_items::Wanted { organisation: Some(OrganisationId::from_slug("lab")), ..wanted.clone() };
        let bases = review_items::Wanted { kind: Some(ItemKind::Base), ..wanted.clone() };
        let apart = review_items::Wanted { division: Some("440105".parse().unwrap()), ..wanted.clone() };
        let campaign = CampaignId::from_slug("week");
        let week = review_items::Wanted { campaign: Some(campaign), ..wanted };
        assert_eq!([&others, &bases, &apart, &week].map(count), [0; 4]);
    }
}
