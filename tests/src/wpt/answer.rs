//! What a file or a handler answers, before anybody looks at its CORS fields.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};

/// An answer whose fields are as they were written.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The reason phrase, if it is not the usual one.
    pub(super) reason: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, reason: None, fields: Vec::new(), body: body.into() }
    }

    /// An answer without a body.
    pub(super) fn empty() -> Self {
        Self::new("")
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a field line.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// The same if there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Puts one line in the place of all that there are.
    pub(super) fn replace(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.retain(|(field, _)| !field.eq_ignore_ascii_case(name));
        self.with(name, value)
    }

    /// Every value of a field, without the space around it that no receiver sees.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.trim_matches([' ', '\t'])).collect()
    }

    pub(super) fn has_cors_fields(&self) -> bool {
        self.fields.iter().any(|(name, _)| is_cors_field(name))
    }

    pub(super) fn without_cors_fields(mut self) -> Self {
        self.fields.retain(|(name, _)| !is_cors_field(name));
        self
    }

    /// The first field that cannot be sent.
    pub(super) fn unsendable(&self) -> Option<&str> {
        let field = self.fields.iter().find(|(name, value)| line(name, value).is_none());
        field.map(|(name, _)| name.as_str())
    }

    /// The answer as Actix sends it, without what it cannot send.
    pub(super) fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).expect("they have none of other than three digits");
        let mut response = HttpResponse::build(status).body(self.body);
        if let Some(reason) = self.reason {
            // Actix takes only what lives as long as the program; a run has some dozens.
            response.head_mut().reason = Some(Box::leak(reason.into_boxed_str()));
        }
        for (name, value) in &self.fields {
            // The length is Actix's to write.
            if let Some((name, value)) = line(name, value).filter(|(name, _)| name != "content-length") {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

fn is_cors_field(name: &str) -> bool {
    name.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("access-control-"))
}

fn line(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    Some((name, HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).ok()?))
}
