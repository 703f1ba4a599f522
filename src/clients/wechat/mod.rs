//! WeChat's servers, as far as Kepu asks them: login, phone numbers, mini-program codes, subscribe messages, content
//! checks; and the reading of what they push.
//!
//! [`Wechat`] holds the configured mini-programs; every call is a method of a [`MiniProgram`], one file per subject. To
//! add a call: its file, with the types of question and answer, ending in [`MiniProgram::ask`], which takes care of
//! the token and of the documented repetitions ([`error`] says which). Answers are read leniently, since WeChat
//! sends numbers as texts and texts as numbers ([`lenient`]).
//!
//! Secrets, tokens and people are types whose `Debug` hides them. They stand in the addresses of requests, which
//! are neither logged nor told by errors.

pub mod codes;
pub mod error;
mod lenient;
pub mod login;
pub mod messages;
pub mod moderation;
pub mod phone;
pub mod push;
mod tokens;
mod transport;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::{Error, Reason, Refusal};
pub use transport::BaseUrl;

use crate::domain::clock::Clock;
use crate::domain::hidden::hidden;
use crate::domain::notices::templates::Templates;
use crate::domain::wechat::AppId;
use codes::Codes;
use push::PushSettings;
use tokens::Tokens;
use transport::{Again, Request, Transport};

hidden! {
    /// A mini-program's secret (AppSecret).
    AppSecret;
}

/// What this client takes from configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where WeChat is.
    pub base: BaseUrl,
    /// The mini-programs; no id twice.
    pub apps: Vec<App>,
}

/// A mini-program, as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its secret.
    pub secret: AppSecret,
    /// Its page that shows an event, without leading `/`; the id is in the `scene` of the code that opens it.
    pub event_page: String,
    /// Its message templates.
    pub templates: Templates,
    /// How its pushes are read; none: it has none.
    pub push: Option<PushSettings>,
}

/// WeChat, as the configured mini-programs know it. By default there is none.
#[derive(Default)]
pub struct Wechat {
    apps: Vec<MiniProgram>,
}

/// A mini-program that WeChat can be asked about.
pub struct MiniProgram {
    app: App,
    transport: Arc<Transport>,
    tokens: Tokens,
    codes: Codes,
}

impl Wechat {
    /// A client that has asked nothing yet.
    ///
    /// # Errors
    /// A sentence, if the machine has no certificates to trust; not where no mini-program is configured.
    pub fn new(settings: Settings, clock: &Arc<dyn Clock>) -> Result<Self, String> {
        if settings.apps.is_empty() {
            return Ok(Self::default());
        }
        let transport = Arc::new(Transport::new(settings.base)?);
        let apps = settings.apps.into_iter().map(|app| MiniProgram {
            app,
            transport: Arc::clone(&transport),
            tokens: Tokens::new(Arc::clone(clock)),
            codes: Codes::default(),
        });
        Ok(Self { apps: apps.collect() })
    }

    /// The configured mini-programs, in the order of configuration.
    #[must_use]
    pub fn apps(&self) -> &[MiniProgram] {
        &self.apps
    }

    /// The mini-program with this id.
    #[must_use]
    pub fn app(&self, id: &str) -> Option<&MiniProgram> {
        self.apps.iter().find(|one| one.app.id.as_str() == id)
    }
}

impl MiniProgram {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &AppId {
        &self.app.id
    }

    /// Its page that shows an event.
    #[must_use]
    pub fn event_page(&self) -> &str {
        &self.app.event_page
    }

    /// Its message templates.
    #[must_use]
    pub fn templates(&self) -> &Templates {
        &self.app.templates
    }

    /// How its pushes are read, if it has any.
    #[must_use]
    pub fn push(&self) -> Option<&PushSettings> {
        self.app.push.as_ref()
    }

    /// Asks with an access token: a token that WeChat does not take is replaced once, and a busy WeChat is asked a
    /// second time where that is harmless.
    async fn ask(&self, path: &'static str, body: &impl Serialize, again: Again) -> Result<Vec<u8>, Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::unreadable(path, error))?;
        let token = self.tokens.get(&self.transport, &self.app).await?;
        let ask = async |token: &str| {
            let query = [("access_token", token)];
            self.transport.patiently(&Request { path, query: &query, body: Some(&body) }, again).await
        };
        match ask(token.expose()).await {
            Err(Error::Refused(refusal)) if refusal.reason() == Reason::Token => {
                let fresh = self.tokens.replace(&self.transport, &self.app, &token).await?;
                ask(fresh.expose()).await
            }
            answer => answer,
        }
    }
}

/// Reads an answer; what was not asked for may be there too.
fn read<T: DeserializeOwned>(path: &'static str, answer: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(answer).map_err(|error| Error::unreadable(path, error))
}
