//! `kepu admin verify-audit`.

use super::*;
use crate::support::process::run;

fn verify(url: &str, more: &[&str]) -> (bool, String) {
    let output = run(url, &[&["admin", "verify-audit"], more].concat());
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

on_both_stores! {
    async fn the_command_says_that_the_chain_holds_or_where_it_breaks(store: Store) {
        let (fresh, db) = chained(store);
        let (holds, told) = verify(&fresh.url, &[]);
        let end = walked(&db).head.to_string();
        assert!(holds && told.contains(&format!("5 entries, and the chain holds. Keep its end: {end}")), "{told}");
        assert!(told.contains("Pass --head"), "{told}");
        let (holds, told) = verify(&fresh.url, &["--head", &end]);
        assert!(holds && !told.contains("Pass --head"), "{told}");
        let (_, told) = verify(&fresh.url, &["--head", "5"]);
        assert!(told.contains("NUMBER:HASH"), "{told}");

        tamper(&db, store, "DELETE FROM audit_entries WHERE number = 5;");
        let (holds, told) = verify(&fresh.url, &[]);
        assert!(!holds && told.contains("entries 5 to 5 were cut off"), "{told}");
        tamper(&db, store, "UPDATE audit_entries SET reason = 'another' WHERE number = 2;");
        let (holds, told) = verify(&fresh.url, &[]);
        assert!(!holds && told.contains("entry 2 was changed"), "{told}");
    }
}

#[test]
fn where_there_is_no_store_none_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("kepu.db");
    let (holds, told) = verify(&format!("sqlite://{}", file.display()), &[]);
    assert!(!holds && told.contains("there is no store at"), "{told}");
    assert!(!file.exists());
}

#[test]
fn an_empty_audit_holds() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Tables);
    let (holds, told) = verify(&fresh.url, &[]);
    assert!(holds && told.contains("The audit is empty."), "{told}");
}
