//! Administrators act within their division, and never in their own cause.

use kepu::db::publication;
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
}
