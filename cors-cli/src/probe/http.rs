//! HTTP that sends what it is told to, follows nothing and hides nothing.

use std::time::Duration;

use cors_engine::browser::Response;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

use super::client::Wire;
use crate::exchange::Sent;
use crate::report::Problem;

pub(super) struct Http(Agent);

impl Http {
    /// `timeout`: in seconds, for each answer.
    pub(super) fn new(timeout: u64) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(timeout)))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            // A page's own; browsers send one with every `fetch()`.
            .accept("*/*")
            .user_agent(concat!("cors/", env!("CARGO_PKG_VERSION")))
            // A probe asks anew each time, as the first visitor of a page does.
            .max_idle_connections(0)
            .build();
        Self(config.new_agent())
    }
}

impl Wire for Http {
    fn send(&self, url: &Url, sent: &Sent) -> Result<Response, Problem> {
        let mut request = Request::builder().method(sent.method.as_str()).uri(url.as_str());
        for (name, value) in &sent.fields {
            request = request.header(name, value);
        }
        let request =
            request.body(()).map_err(|error| Problem::new(format!("the request cannot be sent: {error}")))?;
        let answer = self.0.run(request).map_err(|error| unreachable(&sent.method, url, &error))?;
        let fields = answer.headers().iter();
        let text =
            |value: &ureq::http::HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
        Ok(Response {
            status: answer.status().as_u16(),
            fields: fields.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        })
    }
}

fn unreachable(method: &str, url: &Url, error: &ureq::Error) -> Problem {
    Problem::new(format!(
        "{method} {url} has no answer: {error}\n\
         A browser shows net::ERR_…, which is not about CORS: the server was not reached, so nothing was decided.\n\
         help: check the name, the port, the certificate, and what is in between"
    ))
}
