//! A request, and what came back.

use std::fmt;

use actix_http::Request;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;
use actix_web::{Error, body};
use cors_properties::reference::Head;

use crate::app::Handler;
use crate::trace::{self, Trace};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request asks to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fail {
    /// Nothing.
    No,
    /// The handler answers `Err`.
    Handler,
    /// The first layer that can, answers `Err`.
    Error,
    /// The first layer that can, answers 401.
    Response,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method of the actual request.
    pub method: String,
    /// The target, as it is spelled: a path, mostly.
    pub path: String,
    /// `Host`
    pub host: String,
    /// Whether `Accept-Language: de` is on it.
    pub german: bool,
    /// The lines of `Origin`.
    pub origin: Vec<Vec<u8>>,
    /// The lines of `Sec-Fetch-Site`.
    pub site: Vec<Vec<u8>>,
    /// Whether it asks for an upgrade.
    pub upgrade: bool,
    /// What is to go wrong.
    pub fail: Fail,
    /// The lines of the headers that its preflight asks for.
    pub requested_headers: Vec<Vec<u8>>,
    /// Whether this is the preflight instead.
    pub is_preflight: bool,
}

impl Asked {
    /// Returns whether Actix has a form for it: what a fuzzer makes up need not be HTTP.
    pub fn can_be_sent(&self) -> bool {
        let lines = self.origin.iter().chain(&self.site).chain(&self.requested_headers);
        let mut values = lines.map(Vec::as_slice).chain([self.host.as_bytes(), self.method.as_bytes()]);
        Method::from_bytes(self.method.as_bytes()).is_ok()
            && Uri::try_from(&self.path).is_ok()
            && values.all(|value| HeaderValue::from_bytes(value).is_ok())
    }

    /// The target, in its parts.
    pub(crate) fn uri(&self) -> Uri {
        Uri::try_from(&self.path).expect("a target")
    }

    fn build(&self) -> Request {
        let method = if self.is_preflight { "OPTIONS" } else { &self.method };
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = TestRequest::with_uri(&self.path)
            .method(method)
            .insert_header((header::HOST, self.host.as_str()));
        for (name, lines) in [(header::ORIGIN, &self.origin), (SEC_FETCH_SITE, &self.site)] {
            for line in lines {
                request = request.append_header((name.clone(), line.as_slice()));
            }
        }
        if self.is_preflight {
            request = request.insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, self.method.as_str()));
            for line in &self.requested_headers {
                request = request.append_header((header::ACCESS_CONTROL_REQUEST_HEADERS, line.as_slice()));
            }
            return request.to_request();
        }
        if self.german {
            request = request.insert_header((header::ACCEPT_LANGUAGE, "de"));
        }
        if self.upgrade {
            request = request.insert_header((header::UPGRADE, "websocket"));
        }
        match self.fail {
            Fail::No => {}
            Fail::Handler => request = request.insert_header(("x-fail", "handler")),
            Fail::Error => request = request.insert_header(("x-fail", "error")),
            Fail::Response => request = request.insert_header(("x-fail", "response")),
        }
        request.to_request()
    }

    /// As the reference reads it.
    pub fn head(&self) -> Head {
        let of_preflight = |lines: Vec<Vec<u8>>| if self.is_preflight { lines } else { Vec::new() };
        Head {
            method: (if self.is_preflight { "OPTIONS" } else { &self.method }).into(),
            origin: self.origin.clone(),
            requested_method: of_preflight(vec![self.method.clone().into()]),
            requested_headers: of_preflight(self.requested_headers.clone()),
            private_network: false,
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, host, german, upgrade, fail, is_preflight, .. } = self;
        write!(f, "{}{method} {path}, Host: {host}", if *is_preflight { "preflight for " } else { "" })?;
        for (name, lines) in
            [("Origin", &self.origin), ("Sec-Fetch-Site", &self.site), ("for", &self.requested_headers)]
        {
            for line in lines {
                write!(f, ", {name}: {}", line.escape_ascii())?;
            }
        }
        if *is_preflight {
            return Ok(());
        }
        f.write_str(if *german { ", Accept-Language: de" } else { "" })?;
        f.write_str(if *upgrade { ", Upgrade: websocket" } else { "" })?;
        if *fail == Fail::No { Ok(()) } else { write!(f, ", X-Fail: {fail:?}") }
    }
}

/// What came back, and what was noted.
#[derive(Clone, Debug)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// The fields of CORS, sorted, without `Vary`.
    pub fields: Vec<(String, String)>,
    /// The lines of `Vary`, joined.
    pub vary: String,
    /// The handler that ran.
    pub ran: Option<Handler>,
    /// The layer that failed.
    pub failed: Option<u32>,
    /// The `Cors` layers that it came through, the outermost first: only where an app without them is asked.
    pub layers: Vec<u32>,
}

impl Got {
    /// Returns whether a browser takes it for a preflight that passed.
    pub fn passes(&self) -> bool {
        (200..300).contains(&self.status) && self.gives("access-control-allow-origin")
    }

    /// Returns whether a field is on it.
    pub fn gives(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// Returns whether it says that it depends on `Origin`.
    pub fn varies(&self) -> bool {
        self.vary
            .split(',')
            .any(|name| matches!(name.trim(), "*") || name.trim().eq_ignore_ascii_case("origin"))
    }
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, fields, vary, ran, .. } = self;
        write!(f, "{status} {fields:?}, Vary: {vary:?}, ran {ran:?}")
    }
}

/// An app that answers.
pub trait Answers: Service<Request, Response = ServiceResponse<body::BoxBody>, Error = Error> {}

impl<S: Service<Request, Response = ServiceResponse<body::BoxBody>, Error = Error>> Answers for S {}

/// Sends a request.
pub async fn ask(app: &impl Answers, asked: &Asked) -> Got {
    trace::take();
    let result = app.call(asked.build()).await;
    // As the server makes a response of an error that no layer took.
    let (status, headers) = match result {
        Ok(response) => (response.status(), response.headers().clone()),
        Err(error) => {
            let response = error.error_response();
            (response.status(), response.headers().clone())
        }
    };
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let ours = |name: &str| name.starts_with("access-control-") || name == "timing-allow-origin";
    let mut fields: Vec<_> = headers
        .iter()
        .filter(|(name, _)| ours(name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    fields.sort();
    let vary = headers.get_all(header::VARY).map(text).collect::<Vec<_>>().join(", ");
    let Trace { layers, ran, failed } = trace::take();
    Got { status: status.as_u16(), fields, vary, ran, failed, layers }
}
