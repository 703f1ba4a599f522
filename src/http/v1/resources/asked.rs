//! Entries of the directory as they are submitted.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ResourceType;
use crate::app::resources::Submission;
use crate::domain::applications::Contact;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::Body;
use crate::domain::ids::BaseId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::resources;
use crate::http::list::Crs;
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::words::{Words, words};

/// What is said of an entry, beside what else a body says.
macro_rules! entry {
    ($($(#[$doc:meta])* $name:ident { $($beside:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($beside)*
            /// The datum of `place`; `gcj02` if absent.
            pub(super) crs: Option<Crs>,
            /// Its name, in simplified Chinese or in several languages. Needed.
            #[schema(schema_with = words)]
            name: Option<Words>,
            /// What kind it is. Needed.
            #[serde(rename = "type")]
            kind: Option<ResourceType>,
            /// What it is and what one can do with it. Needed.
            #[schema(schema_with = words)]
            text: Option<Words>,
            /// Codes of `/v1/taxonomy?scheme=topic`, the main one first.
            #[schema(example = json!(["astronomy_space"]), max_items = 10)]
            topics: Option<Vec<String>>,
            /// Codes of `/v1/taxonomy?scheme=audience`.
            #[schema(example = json!(["youth"]), max_items = 10)]
            audiences: Option<Vec<String>>,
            /// The base where it is, or from which it is sent out.
            #[schema(example = "01h2x7m9k4qpz")]
            base_id: Option<String>,
            /// Where it is, unless at the base.
            place: Option<AuthoredPlace>,
            /// Code of the division for which it is. Who submits for no organisation gives a base, a place or this: its
            /// authority registers it.
            #[schema(example = "440100", pattern = "^[1-9][0-9]{5}$")]
            reach: Option<String>,
            /// Where it can be read, watched, played or ordered.
            #[schema(example = "https://example.org/", max_length = 500)]
            url: Option<String>,
            /// Whom to ask about it. Needed.
            contact: Option<SubmittedContact>,
        }

        impl $name {
            /// What is submitted, with what may be a mistake.
            pub(super) fn submission(
                self,
                ground: Ground<'_>,
                warnings: &mut Vec<Warning>,
            ) -> Result<Submission, Invalid> {
                let (mut invalid, mut body) = (Invalid::default(), Body::new());
                // Texts, numbers, lists and structures of them: nothing of it fails to be JSON.
                let mut put = |field: &str, value: Option<serde_json::Result<Value>>| {
                    body.extend(value.and_then(Result::ok).map(|value| (field.to_owned(), value)));
                };
                put("name", self.name.map(|words| serde_json::to_value(words.0)));
                put("type", self.kind.map(|kind| serde_json::to_value(resources::ResourceType::from(kind))));
                put("text", self.text.map(|words| serde_json::to_value(words.0)));
                put("topics", self.topics.map(serde_json::to_value));
                put("audiences", self.audiences.map(serde_json::to_value));
                let base = self.base_id.and_then(|id| {
                    let base = id.parse::<BaseId>().ok();
                    if base.is_none() {
                        invalid.push("baseId", FieldCode::NoSuch { kind: "base" });
                    }
                    base
                });
                put("base", base.map(serde_json::to_value));
                let place = self.place.and_then(|place| place.read("place", ground, warnings, &mut invalid));
                put("place", place.map(serde_json::to_value));
                let reach = self.reach.and_then(|code| {
                    let reach = code.parse::<Adcode>().ok();
                    if reach.is_none() {
                        invalid.push("reach", FieldCode::Malformed(Expected::Adcode));
                    }
                    reach
                });
                put("reach", reach.map(serde_json::to_value));
                put("url", self.url.map(serde_json::to_value));
                let public_contact = self.contact.as_ref().is_some_and(|one| one.public == Some(true));
                let contact = self.contact.map(Contact::from);
                invalid.or(Submission { body, contact, public_contact })
            }
        }
    )+};
}

entry! {
    /// An entry for the directory.
    NewResource {
        /// The organisation for which it is submitted, where one is editor; absent: oneself.
        #[schema(example = "01h2x7m9k4qpz")]
        pub(super) organisation_id: Option<String>,
    }

    /// What an entry is to be from now on: what is left out is removed.
    ChangedResource {
        /// The version that was read.
        #[schema(example = 2, minimum = 1)]
        pub(super) version: i64,
    }
}

/// Whom to ask about an entry. It is stored sealed, and shown to who submitted it and to the authority; everybody reads it
/// only if `public` says that they may.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmittedContact {
    /// Their name.
    #[schema(example = "李老师", min_length = 1, max_length = 30)]
    name: String,
    /// Their telephone number.
    #[schema(example = "020-12345678", min_length = 1, max_length = 30)]
    phone: String,
    /// Their address for mail.
    #[schema(example = "science@example.org", min_length = 1, max_length = 100)]
    mail: Option<String>,
    /// Whether they agree that everybody reads this; `false` if absent.
    #[schema(example = false)]
    public: Option<bool>,
}

impl From<SubmittedContact> for Contact {
    fn from(SubmittedContact { name, phone, mail, .. }: SubmittedContact) -> Self {
        Self { name: name.into(), phone: phone.into(), mail: mail.map(Into::into) }
    }
}
