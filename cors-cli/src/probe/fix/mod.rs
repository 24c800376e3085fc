//! The configuration of the server's own software that lets the page call, and no stranger.
//!
//! Each file beside this one is a template. In it `{origin}` and the like stand for what the call needs, and a line that
//! begins with `[name] ` is only used if there is something to say for that name. The proof bench applies them to real
//! servers (`tests/planted`), except for Envoy and Spring, which are in no registry that the tests use.

use std::fmt::Write as _;

use clap::ValueEnum as _;
use cors_engine::adapter::Field;
use cors_engine::browser::Response;
use cors_engine::{Block, Config, Mode};
use serde_json::json;

use super::finding::Finding;
use crate::args::Software;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::report::{BOLD, Severity, paint};

/// What a policy fixes. Anything else has its cause elsewhere: a redirect, authentication, a cache, the network.
const MENDED: [&str; 37] = [
    "authorization_by_wildcard",
    "credentials_not_allowed",
    "credentials_not_true",
    "error_without_cors",
    "expose_only_on_preflight",
    "expose_wildcard_with_credentials",
    "header_not_allowed",
    "header_refused",
    "loopback_allowed",
    "loopback_prefix",
    "max_age_over_cap",
    "max_age_unparsable",
    "method_not_allowed",
    "method_refused",
    "neighbor_allowed",
    "no_cors",
    "no_origin",
    "null_allowed",
    "open_dot",
    "origin_reflected",
    "origin_refused_by_error",
    "other_origin",
    "other_suffix",
    "plain_http_allowed",
    "prefix_match",
    "preflight_not_handled",
    "preflight_only",
    "punctuation_match",
    "several_lines",
    "several_origins",
    "shared_domain_allowed",
    "substring_match",
    "suffix_match",
    "unparsable_list",
    "unreadable_header",
    "vary_missing",
    "wildcard_with_credentials",
];

/// A policy as a configuration of some software.
pub(super) struct Fix {
    software: Software,
    text: String,
}

/// Returns the policy that fixes the findings, if one does and the software is known.
pub(super) fn of(
    exchange: &Exchange,
    call: &Call,
    read: &[String],
    findings: &[Finding],
    named: Option<Software>,
) -> Option<Fix> {
    let is_mended =
        |finding: &Finding| finding.severity <= Severity::Warning && MENDED.contains(&finding.name);
    // The origin is between quotes, or between blanks.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
    let answers = || exchange.legs.iter().map(|leg| &leg.answer.response);
    // What is public stays public: a list would lock out the other pages. And nobody is told to allow `null`.
    let is_public = answers().all(|answer| answer.get(Field::AllowOrigin).as_deref() == Some("*"));
    let is_public = is_public && !call.fetch.includes_credentials();
    let origin = call.fetch.origin();
    if origin == "null" || !origin.bytes().all(is_plain) || is_public || !findings.iter().any(is_mended) {
        return None;
    }
    let software = named.or_else(|| answers().find_map(Software::of))?;
    let values = Values::new(exchange, call, read);
    Some(Fix { software, text: values.fill(software.template()) })
}

impl Software {
    /// The software that an answer names.
    fn of(answer: &Response) -> Option<Self> {
        let field = |name: &str| {
            let field = answer.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
            field.map(|(_, value)| value.to_ascii_lowercase()).unwrap_or_default()
        };
        // The app knows its users better than what is in front of it.
        if field("x-powered-by").contains("express") {
            return Some(Self::Express);
        }
        let server = field("server");
        let names = [
            ("nginx", Self::Nginx),
            ("openresty", Self::Nginx),
            ("apache/", Self::Apache),
            ("caddy", Self::Caddy),
            ("envoy", Self::Envoy),
        ];
        let known = names.into_iter().find(|(name, _)| server.contains(name));
        known.map(|(_, software)| software).or((server == "apache").then_some(Self::Apache))
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("nginx.conf"),
            Self::Apache => include_str!("apache.conf"),
            Self::Haproxy => include_str!("haproxy.cfg"),
            Self::Caddy => include_str!("Caddyfile"),
            Self::Envoy => include_str!("envoy.yaml"),
            Self::Express => include_str!("express.js"),
            Self::Django => include_str!("django.py"),
            Self::Spring => include_str!("Spring.java"),
            Self::ActixCors => include_str!("actix_cors.txt"),
            Self::TowerHttp => include_str!("tower_http.txt"),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Fix {
    pub(super) fn text(&self) -> String {
        let title = format!(
            "for {}, a policy that lets this page call, but no stranger; list other pages next to it:",
            self.software.name()
        );
        let mut out = format!("{}\n", paint(BOLD, title));
        for line in self.text.lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
        out
    }

    pub(super) fn json(&self) -> serde_json::Value {
        json!({ "server": self.software.name(), "text": self.text })
    }
}

/// What stands for the names of a template.
struct Values {
    origin: String,
    methods: Vec<String>,
    headers: Vec<String>,
    expose: Vec<String>,
    credentials: bool,
}

impl Values {
    /// What the call needs, and what the server lists already.
    fn new(exchange: &Exchange, call: &Call, read: &[String]) -> Self {
        let fetch = &call.fetch;
        let listed = |field: Field| {
            let lists = exchange.legs.iter().filter_map(move |leg| leg.answer.response.list(field).ok());
            lists.flatten().collect::<Vec<String>>()
        };
        let requested = fetch.requested_headers().unwrap_or_default();
        let requested = requested.split(',').map(str::to_owned);
        let allows_credentials = exchange.legs.iter().any(|leg| {
            let answer = &leg.answer.response;
            answer.get(Field::AllowCredentials).as_deref() == Some("true")
                && answer.get(Field::AllowOrigin).as_deref() == Some(fetch.origin())
        });
        let methods = [fetch.sent_method().to_owned()].into_iter().chain(listed(Field::AllowMethods));
        let headers = requested.chain(listed(Field::AllowHeaders)).map(|name| name.to_ascii_lowercase());
        let expose =
            read.iter().cloned().chain(listed(Field::ExposeHeaders)).map(|name| name.to_ascii_lowercase());
        Self {
            origin: fetch.origin().to_owned(),
            methods: plain(methods, |block, name| block.methods([name])),
            headers: plain(headers, |block, name| block.headers([name])),
            expose: plain(expose, |block, name| block.expose([name])),
            credentials: fetch.includes_credentials() || allows_credentials,
        }
    }

    fn fill(&self, template: &str) -> String {
        let list = |names: &[String]| names.join(", ");
        let quoted =
            |names: &[String]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let values = [
            ("origin", self.origin.clone()),
            ("methods", list(&self.methods)),
            ("headers", list(&self.headers)),
            ("expose", list(&self.expose)),
            ("credentials", if self.credentials { "true".into() } else { String::new() }),
            ("quoted_methods", quoted(&self.methods)),
            ("quoted_headers", quoted(&self.headers)),
            ("quoted_expose", quoted(&self.expose)),
        ];
        let mut out = String::new();
        for line in template.lines() {
            let (condition, line) = match line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
                Some((name, line)) if values.iter().any(|(known, _)| *known == name) => (Some(name), line),
                _ => (None, line),
            };
            let is_empty = |name| values.iter().any(|(known, value)| *known == name && value.is_empty());
            if condition.is_some_and(is_empty) {
                continue;
            }
            let mut line = line.to_owned();
            for (name, value) in &values {
                line = line.replace(&format!("{{{name}}}"), value);
            }
            out += &line;
            out.push('\n');
        }
        out
    }
}

/// The names, each once, that mean nothing but themselves in any configuration, and that a policy with `entry` may list.
fn plain(names: impl Iterator<Item = String>, entry: impl Fn(Block, &str) -> Block) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let keeps_the_rules = || {
            let block = entry(Block::new().origins(["https://app.example"]), &name);
            Config::default().production(block).policy(Mode::Production).is_ok()
        };
        if !name.is_empty() && name.bytes().all(is_plain) && !kept.contains(&name) && keeps_the_rules() {
            kept.push(name);
        }
    }
    kept
}
