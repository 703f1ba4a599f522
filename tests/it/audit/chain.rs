//! The chain holds, and whatever is done to it is found.

use std::thread;

use kepu::app::accounts::Accounts;
use kepu::app::audit::note_many;
use kepu::app::audit::sealing::reconsider;
use kepu::app::roles;
use kepu::domain::audit::chain::Head;
use kepu::domain::ids::SystemRandom;
use kepu::domain::roles::{AuthorityRole, Role};

use super::*;
use crate::support::catalogue::ground;
use crate::support::dump::dump;
use crate::support::eventually;
use crate::support::server::{Server, keys};

/// What somebody does to the third entry, and what is found then.
type Change = (&'static str, fn(i64) -> Broken);

const CHANGES: &[Change] = &[
    ("id = id + 1000", Broken::Changed),
    ("at = '2026-11-25 02:00:01'", Broken::Changed),
    ("actor = 'service', api_key_id = NULL", Broken::Changed),
    ("api_key_id = api_key_id + 1", Broken::Changed),
    ("action = 'roleRevoked'", Broken::Changed),
    ("object_kind = 'base'", Broken::Changed),
    ("object_id = object_id + 1", Broken::Changed),
    ("organisation_id = NULL", Broken::Changed),
    ("division = 440105", Broken::Changed),
    ("reason = 'another'", Broken::Changed),
    ("reason = NULL", Broken::Changed),
    ("before_text = after_text", Broken::Changed),
    ("after_text = ''", Broken::Changed),
    ("digests = '{ }'", Broken::Changed),
    ("mark = NULL", Broken::Changed),
    ("mark = hash", Broken::Changed),
    ("previous = hash", Broken::Changed),
    ("hash = previous", Broken::Changed),
    ("number = 6", Broken::Missing),
];

on_both_stores! {
    async fn a_change_of_any_column_is_found(store: Store) {
        let (_fresh, db) = chained(store);
        assert_eq!(walked(&db), Walked { head: walked(&db).head, ..Walked::default() });
        assert_eq!(walked(&db).head.number, 5);
        tamper(&db, store, "CREATE TABLE kept AS SELECT * FROM audit_entries;");
        let columns = "id at actor api_key_id action object_kind object_id organisation_id division reason before_text \
                       after_text digests mark previous hash number";
        for (change, found) in CHANGES {
            tamper(&db, store, &format!("UPDATE audit_entries SET {change} WHERE number = 3;"));
            assert_eq!(broken(&db), Some(found(3)), "{change}");
            let back = columns.split_whitespace().map(|column| format!("{column} = (SELECT {column} FROM kept WHERE number = 3)"));
            let back = back.collect::<Vec<_>>().join(", ");
            tamper(&db, store, &format!("UPDATE audit_entries SET {back} WHERE number IN (3, 6);"));
            assert_eq!(broken(&db), None, "as it was");
        }
        let covered = |column: &str| CHANGES.iter().any(|(change, _)| change.starts_with(column) || change.contains(&format!(", {column}")));
        assert!(columns.split_whitespace().all(covered), "every column is tried");
    }

    async fn a_change_of_what_is_told_of_persons_is_found(store: Store) {
        let (_fresh, db) = chained(store);
        db.write(|tx| persons::insert(tx, PersonId::from_slug("ming"))).unwrap();
        let ming = PersonId::from_slug("ming").get();
        tamper(&db, store, "CREATE TABLE kept AS SELECT * FROM audit_personal;");
        for (part, change, found) in [
            ("actor", format!("person_id = {ming}"), "actor"),
            ("subject", "salt = 'another'".to_owned(), "subject"),
            ("contact", "part = 'phone'".to_owned(), "phone"),
            ("contact", "value = substr(value, 1, 20)".to_owned(), "contact"),
            ("contact", "value = NULL".to_owned(), "contact"),
            ("subject", "salt = NULL".to_owned(), "subject"),
        ] {
            tamper(&db, store, &format!("UPDATE audit_personal SET {change} WHERE part = '{part}';"));
            assert_eq!(broken(&db), Some(Broken::Personal { number: 4, part: found.into() }), "{change}");
            tamper(&db, store, "DELETE FROM audit_personal; INSERT INTO audit_personal SELECT * FROM kept;");
            assert_eq!(broken(&db), None, "as it was");
        }
        tamper(&db, store, "UPDATE audit_personal SET entry_id = 5 WHERE part = 'contact';");
        assert_eq!(broken(&db), Some(Broken::Personal { number: 5, part: "contact".into() }));
    }

    async fn what_is_missing_put_in_or_cut_off_is_found(store: Store) {
        let attacks: [(&str, Broken); 7] = [
            ("DELETE FROM audit_entries WHERE number = 1;", Broken::Missing(1)),
            ("DELETE FROM audit_entries WHERE number = 3;", Broken::Missing(3)),
            ("DELETE FROM audit_entries WHERE number = 3; UPDATE audit_entries SET number = 3 WHERE number = 4;", Broken::Changed(3)),
            ("DELETE FROM audit_entries WHERE number = 5;", Broken::Cut { first: 5, last: 5 }),
            ("DELETE FROM audit_entries WHERE number = 5; UPDATE audit_head SET number = 4, \
              hash = (SELECT hash FROM audit_entries WHERE number = 4);", Broken::Head),
            ("DELETE FROM audit_head;", Broken::Head),
            ("DELETE FROM audit_personal; DELETE FROM audit_entries; UPDATE audit_head SET number = 0, hash = '';", Broken::Head),
        ];
        for (attack, found) in attacks {
            let (_fresh, db) = chained(store);
            tamper(&db, store, attack);
            assert_eq!(broken(&db), Some(found), "{attack}");
        }
    }

    async fn a_chain_written_anew_is_found_by_its_end(store: Store) {
        let (_fresh, db) = chained(store);
        let end = walked(&db).head;
        // Whoever has the store, the program and no key: everything from the third entry on is written anew.
        let links = db.read(|conn| audit::after(conn, 2, 10)).unwrap();
        let mut previous = db.read(|conn| audit::after(conn, 1, 1)).unwrap()[0].1.clone();
        for (mut link, _) in links {
            link.previous = previous;
            link.reason = Some("forged".into());
            link.mark = None;
            previous = link.hash();
            tamper(&db, store, &format!(
                "UPDATE audit_entries SET reason = 'forged', mark = NULL, previous = '{}', hash = '{previous}' WHERE number = {};",
                link.previous, link.number,
            ));
        }
        assert_eq!(broken(&db), Some(Broken::Head));
        tamper(&db, store, &format!("UPDATE audit_head SET hash = '{previous}';"));
        assert_eq!(broken(&db), Some(Broken::Head), "its seal takes a key");
        let against = |kept: &Head| walk(&db, &vault(), NOW, Some(kept)).unwrap().broken;
        assert_eq!(against(&end), Some(Broken::OtherChain(5)));
        let (_other, shorter) = chained(store);
        let later = Head { number: 6, ..end };
        assert_eq!(walk(&shorter, &vault(), NOW, Some(&later)).unwrap().broken, Some(Broken::Cut { first: 6, last: 6 }));
    }

    async fn an_entry_after_the_end_was_not_chained_by_the_service(store: Store) {
        let (_fresh, db) = chained(store);
        let (mut link, hash) = db.read(|conn| audit::after(conn, 4, 1)).unwrap().remove(0);
        link.id += 1;
        link.number = 6;
        link.previous = hash;
        tamper(&db, store, &format!(
            "INSERT INTO audit_entries (id, at, actor, action, reason, digests, mark, number, previous, hash) \
             SELECT {}, at, actor, action, reason, digests, mark, 6, hash, '{}' FROM audit_entries WHERE number = 5;",
            link.id, link.hash(),
        ));
        assert_eq!(broken(&db), Some(Broken::PutIn(6)));
    }

    async fn what_the_service_did_not_note_is_not_chained_and_is_found(store: Store) {
        let (_fresh, db) = chained(store);
        let put_in = "INSERT INTO audit_entries (id, at, actor, action, reason, mark) \
                      SELECT id + 100, at, actor, action, reason, mark FROM audit_entries WHERE number IN (1, 5);";
        tamper(&db, store, put_in);
        assert_eq!(broken(&db), Some(Broken::Loose { first: 101, count: 2 }), "before anybody chains");
        assert_eq!(chain_all(&db, &vault()).unwrap(), 0);
        db.write(|tx| note(tx, &five()[0])).unwrap();
        assert_eq!(chain_all(&db, &vault()).unwrap(), 1, "what is ours is chained all the same");
        let found = walked(&db);
        assert_eq!((found.head.number, found.broken), (6, Some(Broken::Loose { first: 101, count: 2 })));
        tamper(&db, store, "UPDATE audit_entries SET refused_at = NULL WHERE number IS NULL;");
        assert_eq!(chain_all(&db, &vault()).unwrap(), 0);
        reconsider(&db).unwrap();
        assert_eq!(chain_all(&db, &vault()).unwrap(), 0);
    }

    async fn an_entry_that_is_changed_while_it_waits_is_not_chained(store: Store) {
        for change in [
            "UPDATE audit_entries SET reason = 'another' WHERE number IS NULL;".to_owned(),
            format!("UPDATE audit_personal SET person_id = {} WHERE entry_id = 6;", PersonId::from_slug("ming").get()),
            "UPDATE audit_personal SET value = NULL WHERE part = 'contact' AND entry_id = 6;".to_owned(),
            "UPDATE audit_personal SET value = substr(value, 1, 20) WHERE part = 'contact' AND entry_id = 6;".to_owned(),
        ] {
            let (_fresh, db) = chained(store);
            db.write(|tx| persons::insert(tx, PersonId::from_slug("ming"))).unwrap();
            db.write(|tx| note_sealed(tx, &vault(), &five()[3])).unwrap();
            tamper(&db, store, &change);
            assert_eq!(chain_all(&db, &vault()).unwrap(), 0, "{change}");
            assert_eq!(broken(&db), Some(Broken::Loose { first: 6, count: 1 }), "{change}");
        }
    }

    async fn what_another_service_chained_is_found_by_its_mark(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = open(&fresh);
        db.write(|tx| note(tx, &five()[0])).unwrap();
        chain_all(&db, &vault()).unwrap();
        // As if a program without the check had chained it.
        let mut link = db.read(|conn| audit::after(conn, 0, 1)).unwrap().remove(0).0;
        link.mark = Some("forged".into());
        tamper(&db, store, &format!("UPDATE audit_entries SET mark = 'forged', hash = '{}';", link.hash()));
        assert_eq!(broken(&db), Some(Broken::Foreign(1)));
        link.mark = None;
        tamper(&db, store, &format!("UPDATE audit_entries SET mark = NULL, hash = '{}';", link.hash()));
        assert_eq!(walked(&db).unmarked, 1);
    }

    async fn the_store_itself_refuses_to_change_entries(store: Store) {
        let (_fresh, db) = chained(store);
        for statement in ["UPDATE audit_entries SET reason = 'x' WHERE number = 3", "DELETE FROM audit_entries WHERE number = 3"] {
            let refused = db.read(|conn| Ok::<_, Error>(conn.batch_execute(statement)?));
            assert!(refused.unwrap_err().to_string().contains("of the audit are not"), "{statement}");
        }
        assert_eq!(broken(&db), None);
    }

    async fn several_sealers_give_each_entry_one_place(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let (one, other) = (open(&fresh), open(&fresh));
        let entry = five().swap_remove(0);
        let writing = (0..4).map(|_| {
            let (db, entry) = (one.clone(), entry.clone());
            thread::spawn(move || (0..50).for_each(|_| db.write(|tx| note(tx, &entry)).unwrap()))
        });
        let sealing = [one.clone(), other].map(|db| {
            thread::spawn(move || (0..40).map(|_| {
                thread::sleep(std::time::Duration::from_millis(5));
                chain_all(&db, &vault()).unwrap()
            }).sum::<usize>())
        });
        writing.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
        let chained: usize = sealing.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(chained + chain_all(&one, &vault()).unwrap(), 200, "nobody chains what another did");
        let found = walked(&one);
        assert_eq!((found.head.number, found.broken), (200, None));
    }

    async fn an_erased_person_leaves_the_chain_whole(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = open(&fresh);
        ground(&db);
        db.write(|tx| persons::insert(tx, lan())).unwrap();
        let role = Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap());
        db.write(|tx| roles::grant(tx, Actor::Person(lan()), lan(), role)).unwrap();
        for entry in five() {
            db.write(|tx| note_sealed(tx, &vault(), &entry)).unwrap();
        }
        chain_all(&db, &vault()).unwrap();
        // One more, which has no place yet when they are erased.
        db.write(|tx| note(tx, &Entry { subject: Some(lan()), ..five().swap_remove(0) })).unwrap();
        let number = lan().get().to_string();
        assert!(dump(&db).lines().any(|line| line.starts_with("audit_personal") && line.contains(&number)));
        assert!(!dump(&db).contains("13800138000"), "what is told of persons is sealed");

        let accounts = Accounts::new(db.clone(), Arc::new(keys()), vault(), Arc::new(SystemRandom));
        accounts.erase(lan()).unwrap();
        chain_all(&db, &vault()).unwrap();
        let found = walked(&db);
        // The two of the role, the three of the fourth entry; the last one never had a digest.
        assert_eq!((found.broken, found.erased, found.erased_on_record, found.head.number), (None, 5, 5, 9));
        assert_eq!(dump(&db).lines().find(|line| line.contains(&number)), None);
        let last = db.read(|conn| audit::after(conn, 7, 1)).unwrap().remove(0).0;
        assert_eq!((last.action.as_str(), last.reason.as_deref()), ("roleRevoked", Some("accountErased")));
    }

    async fn many_that_are_noted_at_once_are_ours_each(store: Store) {
        let (_fresh, db) = chained(store);
        let many: Vec<_> = (0..1_200).map(|_| five().swap_remove(2)).collect();
        db.write(|tx| note_many(tx, Actor::Person(lan()), &many)).unwrap();
        assert_eq!(chain_all(&db, &vault()).unwrap(), 1_200);
        assert_eq!(walked(&db), Walked { head: walked(&db).head, ..Walked::default() });
    }

    async fn names_that_somebody_takes_out_are_on_no_record(store: Store) {
        let (_fresh, db) = chained(store);
        tamper(&db, store, "DELETE FROM audit_personal WHERE part = 'actor';");
        let found = walked(&db);
        assert_eq!((found.broken, found.erased, found.erased_on_record), (None, 1, 0));
    }

    async fn an_older_end_put_back_is_found_only_by_one_that_was_kept(store: Store) {
        let (_fresh, db) = chained(store);
        tamper(&db, store, "CREATE TABLE kept AS SELECT * FROM audit_head;");
        db.write(|tx| note(tx, &five()[0])).unwrap();
        chain_all(&db, &vault()).unwrap();
        let end = walked(&db).head;
        tamper(&db, store, "DELETE FROM audit_entries WHERE number = 6; DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept;");
        assert_eq!(broken(&db), None, "as the page for operators says");
        let found = walk(&db, &vault(), NOW, Some(&end)).unwrap();
        assert_eq!(found.broken, Some(Broken::Cut { first: 6, last: 6 }));
    }
}

#[actix_web::test]
async fn a_server_chains_what_is_noted() {
    let fresh = Arc::new(Fresh::new(Store::Sqlite, Holds::Tables));
    let server = Server::over_shared(fresh).await;
    let db = server.running.db.clone();
    db.write(|tx| note(tx, &five()[0])).unwrap();
    eventually("the entry has its place", || async { (walked(&db).head.number == 1).then_some(()) }).await;
    assert_eq!(broken(&db), None);
}
