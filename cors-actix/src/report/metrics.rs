//! Counters by outcome, through the `metrics` facade: nothing without the feature of that name.
//!
//! Labels are constants of this crate. A label with a stranger's text would make a time series for each text.

use crate::report::log::{self, Outcome};

/// Whether requests are counted.
const COUNTS: bool = cfg!(feature = "metrics");

/// Returns whether refusals are counted or logged. Otherwise their reasons need not be worked out.
#[inline]
pub(crate) fn refusals_are_noticed() -> bool {
    COUNTS || log::is_heard()
}

/// What happened to a request that is allowed.
#[derive(Clone, Copy)]
pub(crate) enum Allowed {
    /// The page may read the response.
    Readable,
    /// A preflight was answered.
    Preflight,
}

#[cfg(feature = "metrics")]
mod by_facade {
    use metrics::{counter, describe_counter};

    use super::Allowed;
    use super::Outcome;

    const REQUESTS: &str = "cors_requests_total";
    const SOURCE_FAILURES: &str = "cors_origin_source_failures_total";
    #[cfg(all(feature = "config", feature = "reload"))]
    const POLICY_CHANGES: &str = "cors_policy_changes_total";
    #[cfg(all(feature = "config", feature = "reload"))]
    const POLICY_FINGERPRINT: &str = "cors_policy_fingerprint";

    pub(crate) fn describe() {
        describe_counter!(
            REQUESTS,
            "requests with an `Origin`, by what CORS decided, and refused requests without one"
        );
        describe_counter!(SOURCE_FAILURES, "lookups of an origin that failed or timed out");
        #[cfg(all(feature = "config", feature = "reload"))]
        {
            describe_counter!(POLICY_CHANGES, "new policies of a followed feed, by outcome");
            metrics::describe_gauge!(
                POLICY_FINGERPRINT,
                "the first 13 hex digits of the fingerprint of the followed policy in force, as a number"
            );
        }
    }

    #[inline]
    pub(crate) fn allowed(allowed: Allowed) {
        // With constant labels the macro makes a static key.
        match allowed {
            Allowed::Readable => counter!(REQUESTS, "outcome" => "allowed", "denial" => "none"),
            Allowed::Preflight => counter!(REQUESTS, "outcome" => "preflight_allowed", "denial" => "none"),
        }
        .increment(1);
    }

    #[cold]
    pub(crate) fn denied(denial: &'static str, outcome: Outcome, same_origin: impl Fn() -> bool) {
        let outcome = match outcome {
            Outcome::PreflightRefused => "preflight_refused",
            Outcome::Refused => "refused",
            // A same-origin request may have `Origin` as well, and does not need the fields.
            Outcome::Unreadable if same_origin() => "same_origin",
            Outcome::Unreadable => "unreadable",
            Outcome::Reported => "reported",
        };
        counter!(REQUESTS, "outcome" => outcome, "denial" => denial).increment(1);
    }

    #[cold]
    pub(crate) fn source_failed(kind: &'static str) {
        counter!(SOURCE_FAILURES, "kind" => kind).increment(1);
    }

    #[cold]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_followed(policy: &cors_engine::Policy) {
        counter!(POLICY_CHANGES, "outcome" => "applied").increment(1);
        policy_in_force(policy);
    }

    #[cold]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_in_force(policy: &cors_engine::Policy) {
        // A gauge is an `f64`: the upper 52 bits are exact in it.
        metrics::gauge!(POLICY_FINGERPRINT).set((policy.fingerprint().as_u64() >> 12) as f64);
    }

    #[cold]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_not_followed(outcome: &'static str) {
        counter!(POLICY_CHANGES, "outcome" => outcome).increment(1);
    }
}

#[cfg(not(feature = "metrics"))]
mod by_nobody {
    use super::Allowed;
    use super::Outcome;

    #[inline(always)]
    pub(crate) fn describe() {}

    #[inline(always)]
    pub(crate) fn allowed(_: Allowed) {}

    #[inline(always)]
    pub(crate) fn denied(_: &'static str, _: Outcome, _: impl Fn() -> bool) {}

    #[inline(always)]
    pub(crate) fn source_failed(_: &'static str) {}

    #[inline(always)]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_followed(_: &cors_engine::Policy) {}

    #[inline(always)]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_in_force(_: &cors_engine::Policy) {}

    #[inline(always)]
    #[cfg(all(feature = "config", feature = "reload"))]
    pub(crate) fn policy_not_followed(_: &'static str) {}
}

#[cfg(feature = "metrics")]
pub(crate) use by_facade::{allowed, denied, describe, source_failed};
#[cfg(all(feature = "metrics", feature = "config", feature = "reload"))]
pub(crate) use by_facade::{policy_followed, policy_in_force, policy_not_followed};
#[cfg(not(feature = "metrics"))]
pub(crate) use by_nobody::{allowed, denied, describe, source_failed};
#[cfg(all(not(feature = "metrics"), feature = "config", feature = "reload"))]
pub(crate) use by_nobody::{policy_followed, policy_in_force, policy_not_followed};
