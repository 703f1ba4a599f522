//! The document: the committed file is what the code says.

#[test]
fn the_committed_document_is_what_the_code_says() {
    let committed = include_str!("../../openapi/openapi.json");
    assert!(
        committed == kepu::http::openapi::text(),
        "openapi/openapi.json is out of date: run `just bless` and look at the difference"
    );
}

#[test]
fn the_page_of_settings_is_what_the_code_says() {
    let committed = include_str!("../../docs/configuration.md");
    assert!(
        committed == kepu::config::page(),
        "docs/configuration.md is out of date: run `just bless` and look at the difference"
    );
}
