use super::*;

fn load_as(demo: bool, env: &[(&str, &str)]) -> Result<Config, Refused> {
    Config::load(env.iter().map(|(name, text)| (name.into(), text.into())), demo)
}

fn load(env: &[(&str, &str)]) -> Config {
    load_as(false, env).unwrap_or_else(|refused| panic!("{env:?}: {refused}"))
}

/// The only sentence with which a start is refused.
fn refused(env: &[(&str, &str)]) -> String {
    let refused = load_as(false, env).expect_err("a start that must be refused");
    assert_eq!(refused.0.len(), 1, "{refused}");
    refused.to_string()
}

#[test]
fn the_defaults_start_a_newcomer() {
    let config = load(&[("HOME", "/home/a"), ("PATH", "/bin")]);
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url(), "sqlite://./data/kepu.db");
    assert_eq!(config.samples(false), Samples::Show);
    assert!(!config.production && config.workers.is_none() && config.metrics_bind.is_some());
    assert!(config.db().is_ok());
}

#[test]
fn the_environment_is_read() {
    let config = load(&[
        ("KEPU_BIND", "127.0.0.1:0"),
        ("DATABASE_URL", "postgres://kepu:s3cret@db.example.org/kepu"),
        ("KEPU_METRICS_BIND", ""),
        ("KEPU_WORKERS", "3"),
        ("KEPU_LOG_FORMAT", "json"),
    ]);
    assert!(config.production && !config.embedded() && config.metrics_bind.is_none());
    assert_eq!(
        (config.workers, config.samples(false), config.samples(true)),
        (Some(3), Samples::Hide, Samples::Show)
    );
    let shown = format!("{config:?}");
    assert!(
        shown.contains("postgres://kepu:***@db.example.org/kepu") && !shown.contains("s3cret"),
        "{shown}"
    );
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    for (env, sentence) in [
        (("KEPU_BINDD", "x"), "KEPU_BINDD is not a setting; did you mean KEPU_BIND?"),
        (("KEPU_COLOUR", "x"), "KEPU_COLOUR is not a setting; docs/configuration.md lists all of them."),
        (
            ("KEPU_BIND", "8080"),
            "KEPU_BIND is `8080`; it must be an address and a port such as 127.0.0.1:8080.",
        ),
        (
            ("KEPU_MAX_IN_FLIGHT", "0"),
            "KEPU_MAX_IN_FLIGHT is `0`; it must be a whole number from 1 to 100000.",
        ),
        (("KEPU_WORKERS", "many"), "KEPU_WORKERS is `many`; it must be a whole number from 1 to 256."),
        (("KEPU_SAMPLES", "maybe"), "KEPU_SAMPLES is `maybe`; it must be show or hide."),
        (("KEPU_DATA_DIR", ""), "KEPU_DATA_DIR is ``; it must be the path of a directory."),
        (
            ("KEPU_LOG", "info,kepu=loud"),
            "KEPU_LOG is `info,kepu=loud`; it must be directives such as info,kepu::access=warn.",
        ),
        (
            ("DATABASE_URL", "mysql://kepu:s3cret@db/kepu"),
            "DATABASE_URL is not understood (it is not shown here); it must be sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME.",
        ),
    ] {
        assert_eq!(refused(&[env]), sentence);
    }
    let both = load_as(false, &[("KEPU_WORKERS", "0"), ("KEPU_BINDD", "x")]).unwrap_err();
    assert_eq!(both.0.len(), 2, "all reasons are told at once");
}

#[test]
fn production_refuses_what_is_published_or_missing() {
    let remote = |url| refused(&[("KEPU_BIND", "0.0.0.0:8080"), ("DATABASE_URL", url)]);
    assert!(
        remote("postgres://kepu:change-me@db/kepu")
            .starts_with("DATABASE_URL holds the password of our examples")
    );
    assert!(remote("postgres://kepu:Change-Me-too@127.0.0.1/kepu").starts_with("DATABASE_URL holds"));
    assert!(remote("postgres://kepu@db:5432/kepu").starts_with("DATABASE_URL names another machine without"));
    assert!(remote("postgres://kepu:@db/kepu").starts_with("DATABASE_URL names another machine without"));
    assert!(remote("postgres://db/kepu?password=change-me").starts_with("DATABASE_URL holds"));
    assert!(
        refused(&[("KEPU_BIND", "[::]:80"), ("REDIS_URL", "redis://cache:6379")])
            .starts_with("REDIS_URL names")
    );
    let fixed = ("KEPU_NOW", "2026-11-28T10:00:00+08:00");
    assert!(refused(&[("KEPU_BIND", "0.0.0.0:8080"), fixed]).starts_with("KEPU_NOW stops the clock"));
    let inwards = ("KEPU_WEBHOOK_PRIVATE_TARGETS", "10.0.0.0/8");
    assert!(refused(&[("KEPU_BIND", "0.0.0.0:8080"), inwards]).starts_with(inwards.0));

    for url in [
        "postgres://kepu:s3cret@db/kepu",
        "postgres://kepu@127.0.0.1/kepu",
        "postgres://kepu@[::1]:5433/kepu",
        "postgres://kepu@%2Frun%2Fpostgresql/kepu",
        "postgres:///kepu?host=/run/postgresql",
        "postgres://localhost/kepu",
    ] {
        assert!(load(&[("DATABASE_URL", url)]).production);
    }
    assert!(load(&[fixed]).now.is_some(), "a loopback start on the embedded store is no production");
    let demo = load_as(
        true,
        &[("KEPU_BIND", "0.0.0.0:8080"), ("DATABASE_URL", "postgres://kepu:change-me@db/kepu"), fixed],
    );
    assert!(demo.is_ok(), "neither is a demonstration");
}

#[test]
fn keys_of_access_tokens_are_made_on_a_laptop_and_given_in_production() {
    assert!(load(&[]).keys().unwrap().is_none());
    let production = [("DATABASE_URL", "postgres://kepu:s3cret@db/kepu")];
    assert!(load(&production).keys().unwrap_err().starts_with("KEPU_SIGNING_KEYS is not given"));

    let (old, new) =
        ("b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=", "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=");
    let both = format!("{new}, {old}");
    let config = load(&[production[0], ("KEPU_SIGNING_KEYS", &both)]);
    assert!(config.keys().unwrap().is_some() && config.signing_keys.len() == 2);
    let shown = format!("{config:?} {:?}", config.keys());
    assert!(!shown.contains(&old[..42]) && !shown.contains(&new[..42]), "{shown}");
    let told = refused(&[("KEPU_SIGNING_KEYS", &old[..20])]);
    assert!(told.contains("not shown here") && !told.contains(&old[..20]), "{told}");
}

#[test]
fn limits_are_changed_one_by_one_or_turned_off() {
    let (table, changed) = (load(&[]), load(&[("KEPU_LIMITS", "login.network=5/60")]));
    assert!(table.limits().is_some(), "there are limits unless somebody turns them off");
    assert_ne!(table.limits, changed.limits);
    assert!(load(&[("KEPU_LIMITS", "off")]).limits().is_none());
    for wrong in ["none", "login.network=5", "logins.network=5/60"] {
        assert!(refused(&[("KEPU_LIMITS", wrong)]).contains("it must be off, or changes such as"), "{wrong}");
    }
    let trusted = |blocks| load(&[("KEPU_TRUSTED_PROXIES", blocks)]).trusted_proxies;
    assert!(trusted("10.0.0.0/8,::1") != trusted("") && trusted("") == table.trusted_proxies);
    assert!(refused(&[("KEPU_TRUSTED_PROXIES", "proxy")]).contains("it must be addresses or blocks"));
}

#[test]
fn keys_of_tickets_are_made_on_a_laptop_and_given_in_production() {
    assert!(load(&[]).ticket_ring().unwrap().is_none());
    let production = [("DATABASE_URL", "postgres://kepu:s3cret@db/kepu")];
    assert!(load(&production).ticket_ring().unwrap_err().starts_with("KEPU_TICKET_KEYS is not given"));
    let key = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    let config = load(&[production[0], ("KEPU_TICKET_KEYS", key)]);
    assert_eq!(config.ticket_ring().unwrap().unwrap().all().count(), 1);
    assert!(!format!("{config:?}").contains(&key[..42]));
    let told = refused(&[("KEPU_TICKET_KEYS", &key[..20])]);
    assert!(told.contains("not shown here") && !told.contains(&key[..20]), "{told}");
}

#[test]
fn keys_of_personal_data_are_made_on_a_laptop_and_given_in_production() {
    assert!(load(&[]).keyring().unwrap().is_none() && load(&[]).pseudonyms().unwrap().is_none());
    let production = [("DATABASE_URL", "postgres://kepu:s3cret@db/kepu")];
    assert!(load(&production).keyring().unwrap_err().starts_with("KEPU_DATA_KEYS is not given"));
    assert!(load(&production).pseudonyms().unwrap_err().starts_with("KEPU_PSEUDONYM_KEY is not given"));

    let (old, new) =
        ("b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=", "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=");
    let both = format!("{new}, {old}");
    let config = load(&[production[0], ("KEPU_DATA_KEYS", &both), ("KEPU_PSEUDONYM_KEY", old)]);
    assert_eq!(config.keyring().unwrap().unwrap().marks().count(), 2);
    assert!(config.pseudonyms().unwrap().is_some());
    let shown = format!("{config:?}");
    assert!(!shown.contains(&old[..42]) && !shown.contains(&new[..42]), "{shown}");
    for (name, text) in [
        ("KEPU_DATA_KEYS", &old[..20]),
        ("KEPU_DATA_KEYS", &format!("{old},{old}")),
        ("KEPU_PSEUDONYM_KEY", &both),
    ] {
        let told = refused(&[(name, text)]);
        assert!(told.contains("not shown here") && !told.contains(&old[..20]), "{told}");
    }
}

#[test]
fn a_file_is_read_and_the_environment_wins() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kepu.toml");
    let at = path.to_str().unwrap();
    std::fs::write(&path, "bind = \"127.0.0.1:9000\"\nmax_in_flight = 7\nnow = 2026-11-28T10:00:00+08:00\n")
        .unwrap();
    let config = load(&[("KEPU_CONFIG", at), ("KEPU_BIND", "127.0.0.1:9001")]);
    assert_eq!((config.bind.port(), config.max_in_flight), (9001, 7));
    assert_eq!(config.now.unwrap().to_rfc3339(), "2026-11-28T02:00:00+00:00");

    for (text, sentence) in [
        ("max_in_fligt = 7", "max_in_fligt is not a setting; did you mean max_in_flight?"),
        ("workers = [1]", "must be a whole number from 1 to 256."),
        ("workers = 0", "is `0`; it must be a whole number from 1 to 256."),
        ("workers", "is not TOML"),
    ] {
        std::fs::write(&path, text).unwrap();
        let refused = refused(&[("KEPU_CONFIG", at)]);
        assert!(refused.contains(sentence), "{refused}");
    }
    assert!(refused(&[("KEPU_CONFIG", "/nowhere.toml")]).contains("cannot be read"));
}

#[test]
fn mini_programs_come_from_the_file_and_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kepu.toml");
    let at = path.to_str().unwrap();
    let (city, museum) = ("wxb11529c136998cb6", "wxb11529c136998cb7");
    let file = format!(
        "wechat_event_page = \"pages/show/show\"\n[[wechat.app]]\nid = \"{city}\"\nsecret = \"s3cret-of-file\"\n\
         event_page = \"pages/city/event\"\n"
    );
    std::fs::write(&path, &file).unwrap();
    let secrets = format!("{museum}:s3cret-two, {city}:s3cret-one");
    let config = load(&[("KEPU_CONFIG", at), ("KEPU_WECHAT_SECRETS", &secrets)]);
    let apps: Vec<_> = config
        .mini_programs
        .iter()
        .map(|app| (app.id.as_str(), app.secret.expose(), app.event_page.as_str()))
        .collect();
    assert_eq!(apps, [(city, "s3cret-one", "pages/city/event"), (museum, "s3cret-two", "pages/show/show")]);
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
    assert_eq!(load(&[("KEPU_CONFIG", at)]).mini_programs[0].secret.expose(), "s3cret-of-file");

    for (text, sentence) in [
        ("[[wechat.app]]\nid = \"gh_1\"", "id in [[wechat.app]] 1 of"),
        ("[[wechat.app]]\nid = \"wxb11529c136998cb6\"", "has no secret; give it"),
        ("[[wechat.app]]\nid = \"wxb11529c136998cb6\"\nsecret = 7", "secret in [[wechat.app]] 1 of"),
        (
            "[[wechat.app]]\nid = \"wxb11529c136998cb6\"\nsecret = \"a\"\npage = \"a\"",
            "page is not a setting",
        ),
        ("[[wechat.app]]\nid = \"wxb11529c136998cb6\"\nsecret = \"a\"\nevent_page = \"/a\"", "event_page in"),
        ("[wechat]\nbase = \"a\"", "base is not a setting"),
        ("wechat = 1", "each [[wechat.app]]"),
    ] {
        std::fs::write(&path, text).unwrap();
        let refused = load_as(false, &[("KEPU_CONFIG", at)]).unwrap_err().to_string();
        assert!(refused.contains(sentence), "{text}: {refused}");
    }
    std::fs::write(&path, file.clone() + &file.replace("wechat_event_page = \"pages/show/show\"\n", ""))
        .unwrap();
    assert!(refused(&[("KEPU_CONFIG", at)]).contains("is configured twice"));
    let published = [("KEPU_BIND", "0.0.0.0:80"), ("KEPU_WECHAT_SECRETS", "wxb11529c136998cb6:change-me")];
    assert!(refused(&published).contains("has the secret of our examples"));
}

#[test]
fn the_page_is_the_table() {
    let committed = include_str!("../../docs/configuration.md");
    assert!(committed == page(), "docs/configuration.md is stale: kepu settings > docs/configuration.md");
}
