//! What the log says of a refusal: events of level `debug`, since a stranger decides how many there are; and of a
//! source that fails.
//!
//! They hold values of the fields of CORS, of `Host` and the path, escaped and cut, and of no other
//! field: a log is no place for a cookie. What a source says of its failure is escaped and cut, too.

use std::fmt::{self, Display, Write as _};

use actix_web::HttpRequest;
use actix_web::dev::RequestHead;
use actix_web::http::header;
use cors_engine::Denial;
use cors_engine::adapter::Escaped;
use tracing::Level;
use tracing::field::display;
use tracing::level_filters::LevelFilter;

use crate::request::lines;
use crate::route::registry::Route;

/// What became of a request that the policy denies.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    /// A preflight was answered with a refusal.
    PreflightRefused,
    /// The app was not asked.
    Refused,
    /// The app's response passes without the fields that let the page read it. Nobody misses them
    /// in a same-origin request, which has `Origin`, too.
    Unreadable,
    /// Nothing: the policy is on trial.
    Reported,
}

impl Outcome {
    const fn text(self) -> &'static str {
        match self {
            Self::PreflightRefused => "preflight refused",
            Self::Refused => "request refused",
            Self::Unreadable => "response passed without CORS fields",
            Self::Reported => "denied by a policy that only reports",
        }
    }
}

/// Does anybody listen to events of this level? Asking costs next to nothing, and most apps in
/// production say no.
#[inline]
pub(crate) fn is_heard() -> bool {
    LevelFilter::current() >= Level::DEBUG || log::max_level() >= log::Level::Debug
}

#[cold]
pub(crate) fn denied(
    denial: &Denial<'_>,
    request: &HttpRequest,
    outcome: Outcome,
    same_origin: impl Fn() -> bool,
) {
    let head = request.head();
    let escaped = |bytes| display(Escaped(bytes));
    let origin = lines(&head.headers, header::ORIGIN).first().map(|line| escaped(line.as_bytes()));
    let (requested_method, requested_header) = match *denial {
        Denial::MethodNotAllowed { method, .. } => (method.map(escaped), None),
        Denial::HeaderNotAllowed { name, .. } => (None, Some(escaped(name))),
        _ => (None, None),
    };
    tracing::debug!(
        denial = denial.kind(),
        origin,
        requested_method,
        requested_header,
        method = escaped(head.method.as_str().as_bytes()),
        path = escaped(head.uri.path().as_bytes()),
        // Found out only if somebody listens.
        same_origin = same_origin(),
        "{}",
        outcome.text(),
    );
}

/// Whoever runs the source wants to know, so that it is a warning: `tracing` and `log` can hold these back.
#[cold]
pub(crate) fn source_failed(origin: &str, error: &dyn Display) {
    tracing::warn!(
        origin = display(Escaped(origin.as_bytes())),
        error = display(OneLine(error)),
        "the source of origins failed: the origin is not allowed",
    );
}

/// An error's own words, on one line and at most so long: it may go back to what a stranger or another server wrote.
struct OneLine<'e>(&'e dyn Display);

/// The most characters of an error that the log gets.
const LONGEST_ERROR: usize = 1000;

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let mut letters = text.chars();
        for letter in letters.by_ref().take(LONGEST_ERROR) {
            if letter.is_control() {
                write!(f, "{}", letter.escape_default())?;
            } else {
                f.write_char(letter)?;
            }
        }
        if letters.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cold]
pub(crate) fn host_refused(head: &RequestHead) {
    let host = lines(&head.headers, header::HOST).first();
    let authority = head.uri.authority();
    tracing::debug!(
        denial = "host_not_allowed",
        host = host.map(|host| display(Escaped(host.as_bytes()))),
        authority = authority.map(|authority| display(Escaped(authority.as_str().as_bytes()))),
        path = display(Escaped(head.uri.path().as_bytes())),
        "request refused",
    );
}

/// Says that the fleet's newest policy is in force here.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn policy_followed(version: u64, policy: &cors_engine::Policy) {
    tracing::info!(version, fingerprint = display(policy.fingerprint()), "the new policy is in force");
}

/// Says that the fleet's newest policy is refused. Every process of the fleet says it.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn policy_not_followed(version: u64, why: &dyn Display) {
    tracing::error!(version, "the new policy is refused and the old one stays: {why}");
}

/// Says that the store of the fleet's policies cannot be reached.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_failed(error: &dyn Display) {
    tracing::warn!(
        error = display(OneLine(error)),
        "the store of policies cannot be reached: the old policy stays"
    );
}

/// Says that the store of the fleet's policies answers again.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_is_back() {
    tracing::info!("the store of policies answers again");
}

/// Actix has changed how its map is written down.
#[cold]
pub(crate) fn map_is_unreadable() {
    tracing::error!(
        "the map of this version of actix-web cannot be read: every request to a route with `#[cors]` has to be allowed by the \
         policy of the layer around it as well\n\
         help: update cors-actix, or go back to the version of actix-web before"
    );
}

#[cold]
pub(crate) fn route_is_lost(route: &Route) {
    tracing::error!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a route with `#[cors]` was not found in the app, and so may be the one for any request: until a request gets to it, its policy and that of the layer around it have to agree",
    );
}

/// Once for each route of a worker: a stranger decides how many requests there are.
#[cold]
pub(crate) fn route_is_uncertain(route: &Route) {
    if route.is_told.replace(true) {
        return;
    }
    tracing::warn!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a route without `#[cors]` stands in front of one with it, and which of them takes a request is not known before: \
         both policies have to allow it\n\
         help: register the route with `#[cors]` first, or put `#[cors]` on the other one, too",
    );
}

#[cold]
pub(crate) fn route_was_missed(route: &Route, is_rewritten: bool) {
    if route.was_missed.get() {
        return;
    }
    let (why, help) = if is_rewritten {
        ("a layer inside of `Cors` has changed the path", "wrap that layer outside of `Cors`")
    } else {
        ("a scope in front of it, or around it, has guards", "call `Cors::scopes_are_guarded()`")
    };
    tracing::error!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a request did not get to the route with `#[cors]` that was certain to take it, since {why}: from now on the \
         policy of the layer around it has to allow such requests as well\n\
         help: {help}",
    );
}
