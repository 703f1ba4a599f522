//! Forms with a file (`multipart/form-data`), as browsers and `wx.uploadFile` send them: one file, and fields of text.

use actix_multipart::{Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, http::header};
use futures_util::TryStreamExt;

use super::edge::body_limit;
use super::json;
use super::problem::{Code, Problem};
use crate::domain::invalid::{Expected, FieldCode, Invalid};

/// Most bytes of a field of text.
const LONGEST_TEXT: usize = 16 * 1024;

/// A form that was sent.
#[derive(Debug, Default)]
pub struct Form {
    /// The file.
    pub file: Option<Bytes>,
    texts: Vec<(&'static str, String)>,
}

impl Form {
    /// Reads a form whose part `file` is the file and whose other parts are these fields of text.
    ///
    /// # Errors
    /// [`Code::MalformedRequest`] for what is no such form; [`Code::PayloadTooLarge`]; [`Code::BodyTooSlow`]; 422 for a part
    /// that is unknown or there twice.
    pub async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        fields: &[&'static str],
    ) -> Result<Self, Problem> {
        let is_form = |value: &header::HeaderValue| value.as_bytes().starts_with(b"multipart/form-data");
        if !request.headers().get(header::CONTENT_TYPE).is_some_and(is_form) {
            return Err(Code::MalformedRequest.into());
        }
        let parts = Multipart::from_request(request, payload).await;
        let mut parts = parts.map_err(|_no_boundary| Problem::from(Code::MalformedRequest))?;
        let (mut form, mut invalid) = (Self::default(), Invalid::default());
        let mut room = body_limit(request.path());
        while let Some(part) = parts.try_next().await.map_err(refused)? {
            let name = part.name().unwrap_or_default().to_owned();
            let mut body = Vec::new();
            let field = fields.iter().find(|field| **field == name);
            let longest = if field.is_some() { LONGEST_TEXT } else { room };
            let mut chunks = part;
            while let Some(chunk) = chunks.try_next().await.map_err(refused)? {
                room = room.checked_sub(chunk.len()).ok_or(Code::PayloadTooLarge)?;
                if body.len() + chunk.len() > longest {
                    return Err(Code::PayloadTooLarge.into());
                }
                body.extend_from_slice(&chunk);
            }
            match field {
                Some(field) if form.text(field).is_some() => invalid.push(name, FieldCode::Repeated),
                Some(field) => match String::from_utf8(body) {
                    Ok(text) => form.texts.push((field, text)),
                    Err(_) => invalid.push(name, FieldCode::Malformed(Expected::Utf8)),
                },
                None if name == "file" && form.file.is_some() => invalid.push(name, FieldCode::Repeated),
                None if name == "file" => form.file = Some(body.into()),
                None => invalid.push(name, FieldCode::Unknown { nearest: None }),
            }
        }
        invalid.or(form).map_err(Problem::unprocessable)
    }

    /// What a field says.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}

fn refused(error: MultipartError) -> Problem {
    match error {
        MultipartError::Payload(error) if json::is_late(&error) => Code::BodyTooSlow.into(),
        _ => Code::MalformedRequest.into(),
    }
}
