//! All of a file or nothing of it, whoever comes in between.

use super::*;
use kepu::app::review::Reviewer;
use kepu::db::external_ids::{self, Named};
use kepu::db::imports;
use kepu::domain::ids::ImportId;
use kepu::domain::kinds::Kind;
use kepu::domain::roles::{AuthorityRole, Roles};

use crate::support::people;

on_both_stores! {
    async fn one_wrong_row_at_the_end_keeps_all_of_the_file_out(store: Store) {
        let (server, editor) = lab(store).await;
        let wrong = EXAMPLE.replace("2026年12月25日", "2026年12月32日");
        let report = look(&server, &editor, CSV, wrong).await;
        assert_eq!(errors(&report), ["6 日期 malformed"]);
        assert_eq!(report["counts"], counts(4, 0, 0, 1));
        let refused = apply(&server, &editor, &report, false).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("importHasErrors")));
        let at_once = sending(&server, &editor, "dryRun=false", CSV, EXAMPLE.replace("2026年12月25日", "x"));
        assert!(server.send(at_once).await.json()["applied"].is_null());
        assert!(managed(&server, &editor).await.is_empty());
    }

    async fn what_moved_since_it_was_looked_at_is_not_overwritten(store: Store) {
        let (server, editor) = lab(store).await;
        let first = look(&server, &editor, CSV, EXAMPLE).await;
        let second = look(&server, &editor, CSV, EXAMPLE).await;
        applied(&server, &editor, &first).await;
        let refused = apply(&server, &editor, &second, false).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("importOutdated")));
        let fresh = look(&server, &editor, CSV, EXAMPLE).await;
        assert_eq!(fresh["counts"], counts(0, 0, 5, 0));
    }

    async fn a_write_that_fails_half_way_leaves_nothing(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        // The last thing that is written is what came of it: a store that refuses that has taken in all else.
        let trigger = match store {
            Store::Sqlite => "CREATE TRIGGER broken BEFORE INSERT ON audit_entries WHEN NEW.action = 'imported' \
                 BEGIN SELECT RAISE(ABORT, 'broken'); END",
            Store::Postgres => "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN IF NEW.action = 'imported' THEN RAISE 'broken'; END IF; RETURN NEW; END $$; \
                 CREATE TRIGGER broken BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION broken()",
        };
        let sql = |text: &'static str| {
            use diesel::connection::SimpleConnection;
            let done = server.running.db.write(|tx| Ok::<_, kepu::db::Error>(tx.batch_execute(text)?));
            done.unwrap();
        };
        sql(trigger);
        let failed = apply(&server, &editor, &report, false).await;
        assert!(failed.status.is_server_error(), "{}", failed.text);
        assert!(managed(&server, &editor).await.is_empty(), "nothing of it is there");
        sql(if store == Store::Sqlite { "DROP TRIGGER broken" } else { "DROP TRIGGER broken ON audit_entries" });
        assert_eq!(applied(&server, &editor, &report).await["counts"], counts(5, 0, 0, 0));
    }

    async fn two_who_apply_at_once_take_it_in_once(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        let (one, other) = tokio::join!(
            apply(&server, &editor, &report, true),
            apply(&server, &editor, &report, true)
        );
        for answer in [one, other] {
            assert_eq!((answer.status.as_u16(), &answer.json()["counts"]), (200, &counts(5, 0, 0, 0)), "{}", answer.text);
        }
        assert_eq!(managed(&server, &editor).await.len(), 2);
    }

    async fn with_submit_what_is_missing_is_told_by_row_before_anything_is_taken(store: Store) {
        let (server, editor) = lab(store).await;
        let bare = EXAMPLE.replace("生命科学", "");
        let report = look(&server, &editor, CSV, bare.replace("科普主题", "未知列")).await;
        let warned = findings(&report, "warning");
        assert_eq!(warned, ["1 - unknownColumn", "2 科普主题 neededToSubmit", "5 科普主题 neededToSubmit"]);
        let refused = apply(&server, &editor, &report, true).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!("rows[2].topics")));
        assert!(managed(&server, &editor).await.is_empty());
        assert_eq!(applied(&server, &editor, &report).await["counts"], counts(5, 0, 0, 0), "as drafts it is taken");
    }

    async fn a_file_is_its_organisations_alone(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        let other = member(&server, "ming", MemberRole::Owner, "garden").await;
        assert_eq!(apply(&server, &other, &report, false).await.status, 404);
        let desk = member(&server, "lan", MemberRole::Desk, "lab").await;
        assert_eq!(apply(&server, &desk, &report, false).await.status, 403);
        let foreign = format!("organisation={}", OrganisationId::from_slug("lab"));
        assert_eq!(server.send(sending(&server, &other, &foreign, CSV, EXAMPLE)).await.status, 403);
        applied(&server, &editor, &report).await;
        // The same numbers are other sessions of another organisation.
        assert_eq!(look(&server, &other, CSV, EXAMPLE).await["counts"], counts(5, 0, 0, 0));
        // And an id here is nobody's to take over.
        let event = managed(&server, &editor).await[0]["id"].as_str().unwrap().to_owned();
        let stolen = EXAMPLE.replace("LAB-2026-12-A,", &format!("{event},"));
        let report = look(&server, &other, CSV, stolen).await;
        assert_eq!(report["events"], counts(2, 0, 0, 0));
    }

    async fn an_event_that_changes_hands_leaves_its_numbers_behind(store: Store) {
        let (server, editor) = lab(store).await;
        let first = look(&server, &editor, CSV, EXAMPLE).await;
        applied(&server, &editor, &first).await;
        let next = member(&server, "ming", MemberRole::Editor, "garden").await;
        let roles = Roles(vec![Role::Authority(AuthorityRole::Administrator, "440000".parse().unwrap())]);
        let (person, _) = people::somebody(&server.running.db, &roles.0, crate::support::server::NOW);
        let admin = Reviewer { person, roles: &roles };
        for event in managed(&server, &editor).await {
            let id: EventId = event["id"].as_str().unwrap().parse().unwrap();
            let garden = OrganisationId::from_slug("garden");
            server.running.members.reviews.assign(admin, Kind::Event, id.get(), garden, "移交").unwrap();
        }
        let file = String::from_utf8(exported(&server, &next, "format=csv").await).unwrap();
        assert!(!file.contains("LAB-2026"), "the numbers were the former's: {file}");
        let report = look(&server, &next, CSV, file).await;
        assert_eq!((&report["counts"], &report["events"]), (&counts(0, 0, 5, 0), &counts(0, 0, 2, 0)), "{report}");
        // Whoever gave them away begins others under those numbers.
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        assert_eq!((&report["counts"], &report["events"]), (&counts(5, 0, 0, 0), &counts(2, 0, 0, 0)), "{report}");
        applied(&server, &editor, &report).await;
        assert_eq!(look(&server, &editor, CSV, EXAMPLE).await["counts"], counts(0, 0, 5, 0));
        assert_eq!(managed(&server, &next).await.len(), 2, "what was given stays as it is");
    }

    async fn the_number_of_a_session_that_was_removed_is_free(store: Store) {
        let (server, editor) = lab(store).await;
        let first = look(&server, &editor, CSV, EXAMPLE).await;
        applied(&server, &editor, &first).await;
        let (name, lab) = ("LAB-2026-12-A2", OrganisationId::from_slug("lab"));
        let found = server.running.db.read(|conn| external_ids::find(conn, lab, Named::Session, &[name])).unwrap();
        let session = SessionId::new(found[name]).unwrap();
        let cancel = format!("/v1/manage/sessions/{session}/cancel");
        let off = by(&server, Method::POST, &cancel, &editor).json(&json!({ "reason": "设备检修" }));
        let off = server.send(off).await;
        assert_eq!((off.status.as_u16(), &off.json()["sessions"][0]["outcome"]), (200, &json!("removed")), "{}", off.text);
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        assert_eq!(report["counts"], counts(1, 0, 4, 0), "{report}");
        applied(&server, &editor, &report).await;
        assert_eq!(look(&server, &editor, CSV, EXAMPLE).await["counts"], counts(0, 0, 5, 0));
    }

    async fn files_are_forgotten_after_a_week(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        let id: ImportId = report["id"].as_str().unwrap().parse().unwrap();
        let db = &server.running.db;
        let days = |days| {
            let later = server.clock.clone();
            later.set(crate::support::server::NOW + TimeDelta::days(days));
            kepu::jobs::daily::chores(db, false).unwrap();
            db.read(|conn| imports::get(conn, id)).unwrap().is_some()
        };
        assert!(days(6));
        assert!(!days(8));
    }

    async fn a_partners_system_sends_files_as_far_as_its_key_goes(store: Store) {
        let (server, _) = lab(store).await;
        let owner = member(&server, "ming", MemberRole::Owner, "lab").await;
        let path = format!("/v1/manage/organisations/{}/api-keys", OrganisationId::from_slug("lab"));
        let key = async |scope: &str| {
            let body = json!({ "name": scope, "scopes": [scope] });
            let made = server.send(by(&server, Method::POST, &path, &owner).json(&body)).await;
            assert_eq!(made.status, 201, "{}", made.text);
            made.json()["key"].as_str().unwrap().to_owned()
        };
        let send = async |key: String| {
            let request = server.client.post(server.url("/v1/manage/imports?dryRun=false"));
            server.send(request.header("X-Api-Key", key).header("content-type", CSV).body(EXAMPLE)).await
        };
        let refused = send(key("events:read").await).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (403, &json!("scopeMissing")));
        let done = send(key("events:write").await).await;
        assert_eq!(done.json()["applied"]["counts"], counts(5, 0, 0, 0), "{}", done.text);
    }

    async fn before_it_is_verified_an_organisation_imports_little(store: Store) {
        let (server, editor) = lab(store).await;
        let lab = OrganisationId::from_slug("lab");
        server.running.db.write(|tx| organisations::set_verified(tx, lab, false)).unwrap();
        let rows = (1..=22).map(|at| format!("{at},2026-12-05,9:00-10:00\n"));
        let file = format!("场次编号,日期,时间\n{}", rows.collect::<String>());
        let report = look(&server, &editor, CSV, file).await;
        assert_eq!(errors(&report), ["22 活动编号 tooMany"], "twenty, and no more");
        let refused = apply(&server, &editor, &report, false).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("importHasErrors")));
    }
}
