//! Errors as callers see them: RFC 9457 problems with a stable code.
//!
//! [`Code`] is the one table of everything that can go wrong here. A handler returns `Result<_, Problem>`; what
//! becomes of a problem (its language, the id of the request, headers) is settled in one place, the edge, which
//! calls [`Problem::render`]. To add a code: one row in [`codes`]; to say which error of the floors below it stands
//! for: an arm in `causes`.

mod body;
mod causes;
mod codes;

use std::error::Error;
use std::fmt;

pub use body::{FieldProblem, PROBLEM_JSON, ProblemBody, Waitlist};
pub use codes::Code;

use crate::domain::invalid::{FieldCode, FieldError, Invalid};
use crate::domain::signups::refusal::Queue;

/// A request that failed, on its way to the edge.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    errors: Vec<FieldError>,
    allow: Option<String>,
    retry_after: Option<u64>,
    source: Option<Box<dyn Error + Send + Sync>>,
    waitlist: Option<Queue>,
    /// What is said in place of the code's own sentence, in each language.
    detail: Option<&'static [&'static str; 3]>,
}

impl Problem {
    /// A wrong method; `allow` lists the right ones as the header wants them (`GET, HEAD`).
    #[must_use]
    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow), ..Code::MethodNotAllowed.into() }
    }

    /// Too many requests; the caller may try again after so many seconds.
    #[must_use]
    pub fn too_many(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Code::TooManyRequests.into() }
    }

    /// Something that broke here. The caller learns nothing of `source`; the edge logs it once.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Code::Internal.into() }
    }

    /// A body that is JSON and breaks its schema or a rule.
    #[must_use]
    pub fn unprocessable(invalid: Invalid) -> Self {
        Self { errors: invalid.0, ..Code::InvalidBody.into() }
    }

    /// The same of a body that holds the parameters as fields of `object`.
    #[must_use]
    pub fn within(mut self, object: &str) -> Self {
        if self.code == Code::InvalidParameter {
            self.code = Code::InvalidBody;
            self.errors.iter_mut().for_each(|error| error.field.insert_str(0, &format!("{object}.")));
        }
        self
    }

    /// The same of a body that holds what is wrong as fields of `object`.
    #[must_use]
    pub fn nested(mut self, object: &str) -> Self {
        if self.code == Code::InvalidBody {
            self.errors.iter_mut().for_each(|error| error.field.insert_str(0, &format!("{object}.")));
        }
        self
    }

    /// A `code` to which a single field gives rise.
    #[must_use]
    pub fn of_field(code: Code, field: &str, error: FieldCode) -> Self {
        Self { errors: vec![FieldError::new(field, error)], ..code.into() }
    }

    /// What went wrong.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is to be logged and never shown.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.source.as_deref()
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            code,
            errors: Vec::new(),
            allow: None,
            retry_after: None,
            source: None,
            waitlist: None,
            detail: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.wire())
    }
}

impl Error for Problem {}
