//! What the API answers when it cannot do as asked: a status and a JSON object with one sentence.

use std::fmt;

use actix_web::error::{BlockingError, JsonPayloadError};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token, or one that is forged, expired or from an earlier run.
    Unauthorized,
    WrongCredentials,
    NotFound,
    /// The request makes no sense; the sentence says why.
    Invalid(StatusCode, String),
    /// Ours to fix: logged in full, and not told to the client.
    Internal(String),
}

impl ApiError {
    pub(crate) fn bad_request(why: impl Into<String>) -> Self {
        Self::Invalid(StatusCode::BAD_REQUEST, why.into())
    }
}

impl From<JsonPayloadError> for ApiError {
    fn from(error: JsonPayloadError) -> Self {
        match error {
            // Actix's own sentence names neither what came nor what was wanted.
            JsonPayloadError::ContentType => Self::Invalid(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body must be JSON and come with Content-Type: application/json".into(),
            ),
            _ => Self::Invalid(error.status_code(), error.to_string()),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthorized => "a valid bearer token is needed: POST /api/login gives one",
            Self::WrongCredentials => "wrong user name or password",
            Self::NotFound => "there is nothing at this address",
            Self::Invalid(_, why) => why,
            Self::Internal(_) => "something went wrong here; the log of the server has the details",
        })
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(status, _) => *status,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(details) = self {
            tracing::error!("{details}");
        }
        let mut response = HttpResponse::build(self.status_code());
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.json(json!({ "error": self.to_string() }))
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(format!("SQLite: {error}"))
    }
}

impl From<BlockingError> for ApiError {
    fn from(error: BlockingError) -> Self {
        Self::Internal(format!("thread pool: {error}"))
    }
}
