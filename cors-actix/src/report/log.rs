//! Log events about refusals, at level `debug` since strangers decide how many there are; and at higher levels about sources and
//! feeds that fail.
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

/// What happened to a request that the policy denies.
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

/// A warning, because the operator of the source has to know. `tracing` and `log` can filter it.
#[cold]
pub(crate) fn source_failed(origin: &str, error: &dyn Display) {
    tracing::warn!(
        origin = display(Escaped(origin.as_bytes())),
        error = display(OneLine(error)),
        "the source of origins failed, so the origin is not allowed",
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
    tracing::error!(version, "the new policy is refused and the old one stays in force: {why}");
}

/// Logs that the store of the fleet's policies cannot be reached.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_failed(error: &dyn Display) {
    tracing::warn!(
        error = display(OneLine(error)),
        "the store of policies cannot be reached: the old policy stays in force"
    );
}

/// Logs that the store of the fleet's policies answers again.
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) fn feed_is_back() {
    tracing::info!("the store of policies answers again");
}

#[cfg(test)]
mod tests {
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    /// Listens to events up to a level.
    struct Listener(LevelFilter);

    impl Subscriber for Listener {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= self.0
        }
        fn max_level_hint(&self) -> Option<LevelFilter> {
            Some(self.0)
        }
        fn event(&self, _: &Event<'_>) {}
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_subscriber_or_a_logger_of_level_debug_hears_refusals() {
        for (subscriber, logger, expected) in [
            (LevelFilter::OFF, log::LevelFilter::Off, false),
            (LevelFilter::INFO, log::LevelFilter::Info, false),
            (LevelFilter::DEBUG, log::LevelFilter::Off, true),
            (LevelFilter::TRACE, log::LevelFilter::Off, true),
            (LevelFilter::OFF, log::LevelFilter::Debug, true),
            (LevelFilter::OFF, log::LevelFilter::Trace, true),
        ] {
            log::set_max_level(logger);
            let heard = tracing::subscriber::with_default(Listener(subscriber), is_heard);
            log::set_max_level(log::LevelFilter::Off);
            assert_eq!(heard, expected, "{subscriber:?} {logger:?}");
        }
    }
}
