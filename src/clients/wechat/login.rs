//! Who holds the phone: a code from `wx.login`, exchanged once and within five minutes.

use serde::Deserialize;

use super::error::Error;
use super::transport::{Again, Request};
use super::{MiniProgram, read};
use crate::domain::hidden::hidden;
use crate::domain::wechat::{OpenId, UnionId};

const PATH: &str = "/sns/jscode2session";

hidden! {
    /// With what WeChat encrypts data for this person's phone; it never leaves the server.
    SessionKey;
}

/// A person who has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The person within this mini-program.
    pub openid: OpenId,
    /// The person over all mini-programs; absent where this one is bound to no Open Platform account.
    pub unionid: Option<UnionId>,
    /// The key of this login.
    pub session_key: SessionKey,
}

#[derive(Deserialize)]
struct Answer {
    openid: OpenId,
    session_key: SessionKey,
    unionid: Option<UnionId>,
}

impl MiniProgram {
    /// Exchanges the code of a login (`jscode2session`).
    ///
    /// # Errors
    /// [`Reason::Code`](super::Reason::Code) if the code is wrong, used, five minutes old or another mini-program's;
    /// [`Reason::Blocked`](super::Reason::Blocked) if WeChat keeps this person out.
    pub async fn code_to_session(&self, code: &str) -> Result<Session, Error> {
        let query = [
            ("appid", self.app.id.as_str()),
            ("secret", self.app.secret.expose()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        let request = Request { path: PATH, query: &query, body: None };
        let answer = self.transport.patiently(&request, Again::Harmless).await?;
        let Answer { openid, session_key, unionid } = read(PATH, &answer)?;
        if openid.expose().is_empty() {
            return Err(Error::unreadable(PATH, "it names nobody"));
        }
        Ok(Session { openid, unionid: unionid.filter(|id| !id.expose().is_empty()), session_key })
    }
}
