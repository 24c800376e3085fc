//! What was really sent to the API and answered: recorded outside of all other middleware, and shown by the pages.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use serde::Serialize;

/// The most that are kept: many times what one run of a page makes.
const KEPT: usize = 500;

/// The latest exchanges, numbered from 1.
#[derive(Default)]
pub(crate) struct Exchanges(Mutex<Log>);

#[derive(Default)]
struct Log {
    last: u64,
    kept: VecDeque<Exchange>,
}

#[derive(Clone, Serialize)]
struct Exchange {
    number: u64,
    method: String,
    path: String,
    request: Vec<(String, String)>,
    status: u16,
    response: Vec<(String, String)>,
}

/// Those after a number, and the last number given.
#[derive(Serialize)]
pub(crate) struct Later {
    last: u64,
    exchanges: Vec<Exchange>,
}

impl Exchanges {
    fn note(&self, mut exchange: Exchange) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.last += 1;
        exchange.number = log.last;
        if log.kept.len() == KEPT {
            log.kept.pop_front();
        }
        log.kept.push_back(exchange);
    }

    pub(crate) fn after(&self, number: u64) -> Later {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let exchanges = log.kept.iter().filter(|exchange| exchange.number > number).cloned().collect();
        Later { last: log.last, exchanges }
    }
}

/// Middleware that records each exchange.
pub(crate) async fn record(
    exchanges: web::Data<Exchanges>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (method, path) = (request.method().to_string(), request.path().to_owned());
    let asked = fields(request.headers());
    let note = |status: StatusCode, headers: &HeaderMap| {
        let response = fields(headers);
        exchanges.note(Exchange {
            number: 0,
            method,
            path,
            request: asked,
            status: status.as_u16(),
            response,
        });
    };
    match next.call(request).await {
        Ok(response) => {
            note(response.status(), response.headers());
            Ok(response)
        }
        Err(error) => {
            let response = error.error_response();
            note(response.status(), response.headers());
            Err(error)
        }
    }
}

/// The fields of a message, but for what a token says.
fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |name: &header::HeaderName, value: &header::HeaderValue| match *name {
        header::AUTHORIZATION | header::COOKIE => "…".to_owned(),
        _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    let mut fields: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_string(), text(name, value))).collect();
    fields.sort();
    fields
}
