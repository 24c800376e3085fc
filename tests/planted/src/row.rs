//! A planted server: how it answers, how a page calls it, and what a probe has to find.

use regex_lite::Regex;

use crate::server::{Answer, Head};

/// A page of a shop, whose registrable domain is `myapp.com`.
pub const PAGE: &str = "https://shop.myapp.com";

/// A server and what a probe of it has to find.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is called in messages.
    pub name: &'static str,
    /// The page's origin.
    pub page: &'static str,
    /// The method, `credentials`, `read:NAME`, and headers, between blanks.
    pub call: &'static str,
    /// How it answers.
    pub server: Behavior,
    /// Exactly the errors and warnings, in their order.
    pub findings: &'static [&'static str],
}

/// How a server answers.
#[derive(Clone, Copy, Debug)]
pub enum Behavior {
    /// Soundly, but for the origins that it trusts. With credentials.
    Trusts(Trust),
    /// The same without credentials.
    TrustsWithout(Trust),
    /// In its own way.
    Answers(fn(&Head) -> Answer),
}

/// Which origins are let in beside the page.
#[derive(Clone, Copy, Debug)]
pub enum Trust {
    /// No other.
    Nobody,
    /// Every origin.
    Any,
    /// Every origin that comes with a cookie.
    AnyWithCookie,
    /// These.
    These(&'static [&'static str]),
    /// Those that begin so.
    Starts(&'static str),
    /// Those that end so.
    Ends(&'static str),
    /// Those that contain it.
    Contains(&'static str),
    /// Those in which the regex finds something.
    Matches(&'static str),
}

impl Trust {
    fn lets_in(self, origin: &str, head: &Head) -> bool {
        match self {
            Self::Nobody => false,
            Self::Any => true,
            Self::AnyWithCookie => !head.field("cookie").is_empty(),
            Self::These(origins) => origins.contains(&origin),
            Self::Starts(text) => origin.starts_with(text),
            Self::Ends(text) => origin.ends_with(text),
            Self::Contains(text) => origin.contains(text),
            Self::Matches(regex) => {
                Regex::new(regex).unwrap_or_else(|error| panic!("{regex}: {error}")).is_match(origin)
            }
        }
    }
}

impl Row {
    /// The server's answer.
    pub fn answer(&self, head: &Head) -> Answer {
        let (trust, credentials) = match self.server {
            Behavior::Trusts(trust) => (trust, true),
            Behavior::TrustsWithout(trust) => (trust, false),
            Behavior::Answers(answer) => return answer(head),
        };
        let origin = head.field("origin");
        let is_listed = origin == self.page || !origin.is_empty() && trust.lets_in(origin, head);
        allow(head, is_listed, credentials)
    }
}

/// The answer of a sound server to an origin that is on its list or is not.
pub fn allow(head: &Head, is_listed: bool, credentials: bool) -> Answer {
    let mut answer = Answer::new(if head.is_preflight() { 204 } else { 200 }).with("vary", "Origin");
    if !is_listed {
        return answer;
    }
    answer = answer.with("access-control-allow-origin", head.field("origin"));
    if credentials {
        answer = answer.with("access-control-allow-credentials", "true");
    }
    match head.is_preflight() {
        true => answer
            .with("access-control-allow-methods", "GET, PUT, DELETE")
            .with("access-control-allow-headers", "authorization, content-type")
            .with("access-control-max-age", "3600"),
        false => answer,
    }
}

/// The sound answer to the shop's page.
pub fn right(head: &Head) -> Answer {
    allow(head, head.field("origin") == PAGE, true)
}
