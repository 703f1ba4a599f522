//! How WeChat says no.

use serde_json::{Value, json};

/// A number and a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) i64, pub(super) &'static str);

pub(super) const TOKEN_MISSING: Refusal = Refusal(41001, "access_token missing");
pub(super) const TOKEN_INVALID: Refusal =
    Refusal(40001, "invalid credential, access_token is invalid or not latest");
pub(super) const TOKEN_EXPIRED: Refusal = Refusal(42001, "access_token expired");
pub(super) const GRANT_TYPE: Refusal = Refusal(40002, "invalid grant_type");
pub(super) const APP_ID: Refusal = Refusal(40013, "invalid appid");
pub(super) const SECRET: Refusal = Refusal(40125, "invalid appsecret");
pub(super) const CODE: Refusal = Refusal(40029, "invalid code");
pub(super) const OPENID: Refusal = Refusal(40003, "invalid openid");
pub(super) const QUOTA: Refusal = Refusal(45009, "reach max api daily quota limit");
pub(super) const FREQUENCY: Refusal =
    Refusal(45011, "api minute-quota reach limit, must slower retry next minute");
pub(super) const FORMAT: Refusal = Refusal(47001, "data format error");
pub(super) const ARGUMENTS: Refusal = Refusal(40097, "invalid args");
pub(super) const SCENE_LENGTH: Refusal =
    Refusal(40169, "invalid length for scene, or the data is not json string");
pub(super) const PAGE: Refusal = Refusal(41030, "invalid page");
pub(super) const TEMPLATE: Refusal = Refusal(40037, "invalid template_id");
pub(super) const FIELD: Refusal = Refusal(47003, "argument invalid! data");
pub(super) const NO_CREDIT: Refusal = Refusal(43101, "user refuse to accept the msg");
pub(super) const SCENE: Refusal = Refusal(40129, "invalid scene");
pub(super) const NOT_VISITED: Refusal =
    Refusal(61010, "user has not been in the mini-program within 2 hours");
pub(super) const EMPTY: Refusal = Refusal(44002, "empty post data");

impl Refusal {
    pub(super) fn body(self) -> Value {
        json!({ "errcode": self.0, "errmsg": self.1 })
    }
}
