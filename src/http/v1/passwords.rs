//! Console accounts: logging in by password (后台账号密码登录), with codes of an authenticator app.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::auth::{self, TokenPair};
use crate::domain::invalid::Invalid;
use crate::domain::passwords::{PASSWORD, Password, Username};
use crate::domain::totp::TotpCode;
use crate::http::json::Json;
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::Members;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(start_password_login).service(start_totp).service(change_password);
}

/// The longest username or code that is listened to.
const LONGEST: usize = 64;

/// A login by password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordLogin {
    /// The account's name; its case does not count.
    #[schema(example = "lan.museum", min_length = 1, max_length = 64)]
    username: String,
    /// Its password.
    #[schema(value_type = String, format = Password, example = "quiet owls at noon", min_length = 1, max_length = 128)]
    password: Password,
    /// The six digits that the authenticator app shows, where the account has one.
    #[schema(value_type = Option<String>, example = "287082", min_length = 1, max_length = 64)]
    totp: Option<TotpCode>,
}

/// An account that is to have codes.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TotpStart {
    /// The account's name; its case does not count.
    #[schema(example = "lan.museum", min_length = 1, max_length = 64)]
    username: String,
    /// Its password.
    #[schema(value_type = String, format = Password, example = "quiet owls at noon", min_length = 1, max_length = 128)]
    password: Password,
    /// The six digits that the authenticator app shows that is to be replaced, where the account has one.
    #[schema(value_type = Option<String>, example = "287082", min_length = 1, max_length = 64)]
    totp: Option<TotpCode>,
}

/// What an authenticator app is to take.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpEnrolment {
    /// The secret in base32, to be typed into the app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as an address, to be shown as a QR code that the app scans. Draw it on the page itself: no service
    /// elsewhere may see it.
    #[schema(example = "otpauth://totp/Kepu:lan.museum?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Kepu")]
    otpauth_uri: String,
}

/// A change of one's password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordChange {
    /// The present password.
    #[schema(value_type = String, format = Password, example = "quiet owls at noon", min_length = 1, max_length = 128)]
    current: Password,
    /// The one after it: 10 characters at least, none that is easily guessed.
    #[schema(value_type = String, format = Password, example = "loud owls by night", min_length = 10, max_length = 128)]
    new: Password,
}

/// Log in by password
///
/// For console accounts: members of organisations, reviewers, administrators. The tokens are those of every login.
/// Reviewers and administrators need a code of an authenticator app too: 401 `totpRequired` says that the password is
/// right and the code is missing, `totpEnrolmentRequired` that `POST /v1/auth/password/totp` comes first. A code is good
/// once. After several failures an account listens to nobody for one minute, then for longer each time, up to a quarter
/// of an hour.
#[utoipa::path(
    tag = "auth",
    request_body = PasswordLogin,
    responses(
        (status = 200, description = "Logged in.", body = TokenPair),
        (status = 401, description = "`credentialsRejected`, `totpRequired`, `totpEnrolmentRequired` or \
            `totpRejected`.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/auth/password")]
async fn start_password_login(
    body: Json<PasswordLogin>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let PasswordLogin { username, password, totp } = body.0;
    let mut invalid = Invalid::default();
    invalid.line("username", &username, LONGEST);
    invalid.line("password", password.expose(), PASSWORD[1]);
    totp.iter().for_each(|code| invalid.line("totp", code.expose(), LONGEST));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let username = Username::typed(&username);
    let log_in = move |members: &Members| members.passwords.log_in(&username, &password, totp.as_ref());
    Ok(auth::answer(members.into_inner().aside_in_turn(|members| &members.hashing, log_in).await?))
}

/// Set up an authenticator app
///
/// Gives the account a new secret for codes. It is shown this once, and binding from the first login with a code of it:
/// until then the same request gives another one. Where one is binding, it is replaced for a code of it (`totp`), and
/// without one it is 409 `totpEnrolled`; whoever lost the app asks who runs the service to reset the account.
#[utoipa::path(
    tag = "auth",
    request_body = TotpStart,
    responses(
        (status = 200, description = "What the app is to take.", body = TotpEnrolment),
        (status = 401, description = "`credentialsRejected` or `totpRejected`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`totpEnrolled`: the account has an app already.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/auth/password/totp")]
async fn start_totp(body: Json<TotpStart>, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    let TotpStart { username, password, totp } = body.0;
    let mut invalid = Invalid::default();
    invalid.line("username", &username, LONGEST);
    invalid.line("password", password.expose(), PASSWORD[1]);
    totp.iter().for_each(|code| invalid.line("totp", code.expose(), LONGEST));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let username = Username::typed(&username);
    let start = move |members: &Members| members.passwords.start_codes(&username, &password, totp.as_ref());
    let enrolment = members.into_inner().aside_in_turn(|members| &members.hashing, start).await?;
    let answer = TotpEnrolment { secret: enrolment.secret.expose(), otpauth_uri: enrolment.uri };
    Ok(private::answer(StatusCode::OK, answer))
}

/// Change my password
///
/// All other logins of the person end; the one that asks goes on.
#[utoipa::path(
    tag = "me",
    request_body = PasswordChange,
    security(("person" = [])),
    responses(
        (status = 204, description = "Changed."),
        (status = 403, description = "`passwordRejected`: the present one is wrong, or not listened to for some \
            minutes.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`noPassword`: this account does not log in by password.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/password")]
async fn change_password(
    person: Person,
    body: Json<PasswordChange>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let PasswordChange { current, new } = body.0;
    let mut invalid = Invalid::default();
    invalid.line("current", current.expose(), PASSWORD[1]);
    invalid.or(()).map_err(Problem::unprocessable)?;
    let change = move |members: &Members| members.passwords.change(person.id, person.login, &current, &new);
    members.into_inner().aside_in_turn(|members| &members.hashing, change).await?;
    Ok(private::nothing())
}
