//! The house holds: which floor may import which, and a few words that are not written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each floor may import beside itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("db", &["domain"]),
    ("discovery", &["domain"]),
    ("clients", &["domain"]),
    ("app", &["domain", "db", "discovery", "clients"]),
    ("jobs", &["domain", "db", "discovery", "clients", "app"]),
    ("http", &["domain", "db", "discovery", "clients", "app"]),
    // Only `server` lets it in, so nothing of the product can come to depend on it.
    ("wechat_simulator", &["domain"]),
    ("telemetry", &[]),
    // Each floor owns its settings; configuration puts them together.
    ("config", &["domain", "db", "clients", "http", "telemetry"]),
    ("server", &["domain", "db", "discovery", "clients", "app", "jobs", "http", "wechat_simulator"]),
];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A source without comments, and without its tests at the end.
fn code(path: &Path) -> String {
    let source = std::fs::read_to_string(path).unwrap();
    let code = source.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The floor that a file belongs to.
fn floor(path: &Path) -> String {
    let inside = path.strip_prefix(src()).unwrap();
    let first = inside.components().next().unwrap();
    Path::new(&first).file_stem().unwrap().to_string_lossy().into_owned()
}

/// The floors that a source names: `crate::<floor>`, also within `use crate::{…}`, and `kepu::<floor>`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String =
                name.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.insert(name);
        }
    }
    found
}

#[test]
fn floors_import_downwards_only() {
    let mut wrong = Vec::new();
    for path in sources(&src()) {
        let floor = floor(&path);
        if matches!(floor.as_str(), "main" | "lib") {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == floor) else {
            panic!("{} stands on no floor; the table in src/lib.rs names them", path.display());
        };
        for import in imports(&code(&path)) {
            let is_floor = MAY_IMPORT.iter().any(|(name, _)| *name == import);
            if is_floor && import != floor && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{floor}` may not import `{import}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_stays_on_its_floor() {
    let only_on = [
        ("diesel::", &["db"][..]),
        ("actix_web::", &["http", "server", "wechat_simulator"]),
        ("utoipa", &["http"]),
        ("jsonwebtoken::", &["domain"]),
        ("redis::", &["clients"]),
        ("reqwest::", &["clients"]),
    ];
    for path in sources(&src()) {
        let (floor, code) = (floor(&path), code(&path));
        for (library, floors) in only_on {
            assert!(
                floors.contains(&floor.as_str()) || !code.contains(library),
                "{}: {library} belongs to {floors:?}",
                path.display()
            );
        }
    }
}

#[test]
fn handlers_do_not_write_to_the_store() {
    for path in sources(&src().join("http")) {
        assert!(!code(&path).contains(".write(|"), "{} writes: changes go through app", path.display());
    }
}

/// The names under which a source's types stand in the document of the API.
fn documented(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut derived, mut words) = (false, false);
    for line in code.lines() {
        derived |= line.contains("derive(") && line.contains("ToSchema");
        words = (words || line.starts_with("wire! {")) && !line.starts_with('}');
        let declared = line.trim_start().trim_start_matches("pub ");
        let declared = declared.strip_prefix("struct ").or_else(|| declared.strip_prefix("enum "));
        let word = line.strip_prefix("    ").filter(|line| words && line.contains(" = "));
        if let Some(named) = declared.filter(|_| derived).or(word) {
            names.push(named.chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>());
            derived = false;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn no_two_types_of_the_document_share_a_name() {
    let mut seen = BTreeSet::new();
    let names =
        sources(&src().join("http")).iter().flat_map(|path| documented(&code(path))).collect::<Vec<_>>();
    assert!(names.len() > 200, "{}", names.len());
    let twice: Vec<_> = names.into_iter().filter(|name| !seen.insert(name.clone())).collect();
    assert!(twice.is_empty(), "one of each would hide the other: {twice:?}");
}

#[test]
fn drawers_have_no_place() {
    for path in sources(&src()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "helpers", "common", "misc", "shared"].contains(&name.as_str()),
            "{}",
            path.display()
        );
        let code = code(&path);
        for word in ["static mut", "#[allow(", "todo!", "unimplemented!", ".route(\""] {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
    }
}
