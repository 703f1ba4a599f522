//! A person's phone number: a code from a button that the person pressed, exchanged once and within five minutes.

use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::transport::Again;
use super::{MiniProgram, lenient, read};
use crate::domain::hidden::hidden;

const PATH: &str = "/wxa/business/getuserphonenumber";

hidden! {
    /// A phone number without the country's.
    Digits;
}

/// A person's phone number, which WeChat vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The country's number: `86`.
    pub country: String,
    /// The rest.
    pub digits: Digits,
}

#[derive(Deserialize)]
struct Answer {
    phone_info: Info,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    pure_phone_number: Digits,
    #[serde(deserialize_with = "lenient::text")]
    country_code: String,
    watermark: Watermark,
}

#[derive(Deserialize)]
struct Watermark {
    appid: String,
}

impl MiniProgram {
    /// Exchanges the code of a phone number (`getuserphonenumber`); it is not the code of a login.
    ///
    /// # Errors
    /// [`Reason::Code`](super::Reason::Code) if the code is wrong, used or five minutes old.
    pub async fn phone_number(&self, code: &str) -> Result<PhoneNumber, Error> {
        let answer = self.ask(PATH, &json!({ "code": code }), Again::Harmless).await?;
        let Answer { phone_info } = read(PATH, &answer)?;
        if phone_info.watermark.appid != self.app.id.as_str() {
            return Err(Error::unreadable(PATH, "it is another mini-program's"));
        }
        Ok(PhoneNumber { country: phone_info.country_code, digits: phone_info.pure_phone_number })
    }
}
