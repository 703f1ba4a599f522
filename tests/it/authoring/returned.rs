//! What is read of a thing and sent back changes nothing: for everything that the seeds hold.

use std::collections::BTreeSet;

use super::*;
use kepu::db::records::Stored;
use kepu::domain::bases::Base;
use kepu::domain::drafts::Authored;
use kepu::domain::events::Event;
use kepu::domain::record::Record;
use kepu::domain::routes::Route;
use kepu::domain::series::Series;

use kepu::domain::kinds::Kind;

fn all<T: Stored>(server: &Server) -> Vec<Record<T>> {
    let mut found = Vec::new();
    let read = |conn: &mut kepu::db::AnyConn| {
        T::each_page(conn, &mut |_, _, records| {
            found.extend(records);
            Ok(())
        })
    };
    server.running.db.read(read).unwrap();
    found
}

/// Reads each as its author and sends it back, in turn in every datum.
async fn there_and_back<T: Authored + Stored>(server: &Server, kind: &str, editor: &str) -> usize {
    let before = all::<T>(server);
    for (record, crs) in before.iter().zip(["gcj02", "bd09", "wgs84"].iter().cycle()) {
        let path = format!("/v1/manage/{kind}/{}", kepu::domain::ids::spell(record.id));
        let asked_in = if kind == "series" { path.clone() } else { format!("{path}?crs={crs}") };
        let read = get(server, &asked_in, editor).await;
        assert_eq!((&read["problems"], &read["publication"]), (&json!([]), &json!("public")), "{path}");
        let same = asked(server, Method::PUT, &asked_in, editor, read.clone(), 200).await;
        assert_eq!(same, read, "{path}");
    }
    assert_eq!(all::<T>(server), before, "{kind}");
    before.len()
}

#[actix_web::test]
async fn every_record_of_the_seeds_comes_back_as_it_was_read() {
    let server = Server::with(kepu::server::MiniPrograms::Simulated(([127, 0, 0, 1], 0).into())).await;
    server.json("/v1/policies").await;
    let access = log_in(&server, "editor").await;
    let me: PersonId = get(&server, "/v1/me", &access).await["id"].as_str().unwrap().parse().unwrap();
    let organisers: BTreeSet<OrganisationId> = [
        all::<Base>(&server).iter().map(|one| one.body.organisers[0].organisation).collect::<Vec<_>>(),
        all::<Series>(&server).iter().map(|one| one.body.organisers[0].organisation).collect(),
        all::<Event>(&server).iter().map(|one| one.body.organisers[0].organisation).collect(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let house = *organisers.first().unwrap();
    server
        .running
        .db
        .write(|tx| {
            organisers.iter().try_for_each(|id| roles::grant(tx, me, Role::Member(MemberRole::Editor, *id)))
        })
        .unwrap();
    // The routes of the seeds are an editor's of the catalogue: nobody writes them before they are given to somebody.
    let roles = Roles(vec![Role::Authority(AuthorityRole::Administrator, "440000".parse().unwrap())]);
    for route in all::<Route>(&server) {
        let path = format!("/v1/manage/routes/{}", kepu::domain::ids::spell(route.id));
        assert_eq!(server.send(by(&server, Method::GET, &path, &access)).await.status, 404);
        let by = Reviewer { person: me, roles: &roles };
        server.running.members.reviews.assign(by, Kind::Route, route.id, house, "由其维护").unwrap();
    }
    assert_eq!(there_and_back::<Base>(&server, "bases", &access).await, 200);
    assert_eq!(there_and_back::<Route>(&server, "routes", &access).await, 25);
    assert_eq!(there_and_back::<Series>(&server, "series", &access).await, 29);
    assert!(there_and_back::<Event>(&server, "events", &access).await > 200);
}
