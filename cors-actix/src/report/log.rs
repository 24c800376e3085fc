//! Log events about refusals, at level `debug` since strangers decide how many there are; and at higher levels about sources and
//! feeds that fail, and routes that are not certain.
//!
//! Events about a request hold the values of the CORS fields, `Host` and the path, escaped and cut, and of no other
//! field: a log must not hold cookies. The error of a source or a feed is escaped and cut, too.

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
    /// The app was not called.
    Refused,
    /// The app's response passes without the fields that let the page read it. A same-origin request, which may
    /// have `Origin` as well, does not need them.
    Unreadable,
    /// Nothing was done about it, because of `report_only`.
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

/// Returns whether anything listens to events of level `debug`. The check is cheap, and in most production apps
/// the answer is no.
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
        // Worked out only if the event is enabled.
        same_origin = same_origin(),
        "{}",
        outcome.text(),
    );
}

/// A warning, since whoever runs the source has to know. `tracing` and `log` can filter it.
#[cold]
pub(crate) fn source_failed(origin: &str, error: &dyn Display) {
    tracing::warn!(
        origin = display(Escaped(origin.as_bytes())),
        error = display(OneLine(error)),
        "the source of origins failed: the origin is not allowed",
    );
}

/// An error's text on one line, of limited length: it may quote a stranger or another server.
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

/// Logs that the fleet's newest policy is in force here.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn policy_followed(version: u64, policy: &cors_engine::Policy) {
    tracing::info!(version, fingerprint = display(policy.fingerprint()), "the new policy is in force");
}

/// Logs that the fleet's newest policy is refused. Every process of the fleet logs it.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn policy_not_followed(version: u64, why: &dyn Display) {
    tracing::error!(version, "the new policy is refused and the old one stays: {why}");
}

/// Logs that the store of the fleet's policies cannot be reached.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_failed(error: &dyn Display) {
    tracing::warn!(
        error = display(OneLine(error)),
        "the store of policies cannot be reached: the old policy stays"
    );
}

/// Logs that the store of the fleet's policies answers again.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_is_back() {
    tracing::info!("the store of policies answers again");
}

/// The `Debug` form of Actix's map has changed.
#[cold]
pub(crate) fn map_is_unreadable() {
    tracing::error!(
        "the map of this version of actix-web cannot be read: every request to a route with `#[cors]` has to be allowed by the \
         policy of the layer around it as well\n\
         help: update cors-actix, or go back to an earlier version of actix-web"
    );
}

#[cold]
pub(crate) fn route_is_lost(route: &Route) {
    tracing::error!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a route with `#[cors]` was not found in the map of the app, so it may take any request with one of its methods: its policy, and that of \
         the layer around it, both have to allow each of them",
    );
}

/// Logged once for each route of a worker, since strangers decide how many requests there are.
#[cold]
pub(crate) fn route_is_uncertain(route: &Route) {
    if route.is_told.replace(true) {
        return;
    }
    tracing::warn!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a route without `#[cors]` stands in front of one with it, and which of them takes a request is not known in advance: \
         both policies have to allow it\n\
         help: register the route with `#[cors]` first, or put `#[cors]` on the other one, too",
    );
}

#[cold]
pub(crate) fn route_has_a_twin(route: &Route) {
    if route.is_told.replace(true) {
        return;
    }
    tracing::warn!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a route without `#[cors]` has the pattern and the name of one with it, and which is which is not known: on this path \
         both policies have to allow a request\n\
         help: rename one of the two handlers, or put `#[cors]` on the other one, too",
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
        "a request did not reach the route with `#[cors]` that was certain to take it, since {why}: from now on the \
         policy of the layer around it has to allow such requests as well\n\
         help: {help}",
    );
}
