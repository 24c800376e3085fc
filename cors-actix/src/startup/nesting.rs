//! Warns when an app is built with one `Cors` inside of another, because the outer one overrules the inner one.
//!
//! A layer cannot see what is around it. But Actix makes a layer's service after those of everything inside, and once
//! the app is built it drops the layer before everything inside. So if a layer is made later and dropped
//! earlier than another, it is around the other.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::options::Options;
use crate::policy::paths::Paths;
use crate::policy::source::Source;

/// What is noted of a layer. A clone starts without a note, since its service has not been made yet.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    made: Mutex<Option<Made>>,
    said: Said,
}

/// The pairs that have been logged. Clones share it, so that no worker logs one again.
type Said = Arc<Mutex<Vec<(String, String)>>>;

#[derive(Clone, Debug)]
struct Made {
    /// Of two layers the outer one has the larger.
    order: u64,
    policies: String,
    /// Its policy holds for all that is inside.
    holds_everywhere: bool,
    enforces: bool,
    reports_only: bool,
    answered_by_gateway: bool,
    said: Said,
}

impl Clone for Nesting {
    fn clone(&self) -> Self {
        Self { made: Mutex::default(), said: Arc::clone(&self.said) }
    }
}

impl Nesting {
    /// Notes that the layer's service is being made.
    pub(crate) fn note(&self, policies: &Paths, options: &Options) {
        static ORDER: AtomicU64 = AtomicU64::new(0);
        let made = Made {
            order: ORDER.fetch_add(1, Ordering::Relaxed),
            policies: names(policies),
            holds_everywhere: policies.elsewhere().is_some(),
            enforces: options.enforce,
            reports_only: options.report_only,
            answered_by_gateway: options.answered_by_gateway,
            said: Arc::clone(&self.said),
        };
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

/// The policies of a layer, by their fingerprints, each with its path.
pub(super) fn names(policies: &Paths) -> String {
    let mut names = String::new();
    let elsewhere = policies.elsewhere().map(|source| ("", source));
    let by_path =
        policies.entries().iter().map(|(path, source)| (path.pattern().unwrap_or_default(), source));
    for (path, source) in by_path.chain(elsewhere) {
        let (comma, space) =
            (if names.is_empty() { "" } else { ", " }, if path.is_empty() { "" } else { " " });
        // Writing to a `String` does not fail.
        let _ = write!(names, "{comma}{path}{space}{}", Source::now(source).fingerprint());
    }
    names
}

thread_local! {
    /// The layers that were dropped and may be around the next one. Each is inside of the one before.
    static AROUND: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

impl Drop for Nesting {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(inner) = made else { return };
        // Fails when the thread ends: it builds no more apps.
        let _ = AROUND.try_with(|around| {
            let mut around = around.borrow_mut();
            around.retain(|outer| outer.order > inner.order);
            if let Some(outer) = around.iter().find(|outer| outer.overrules(&inner)) {
                outer.say(&inner);
            }
            around.push(inner);
        });
    }
}

impl Made {
    /// Returns whether the layer inside has no effect on CORS.
    fn overrules(&self, inner: &Self) -> bool {
        // A layer that only reports, or leaves CORS to a gateway, is not overruled.
        let does_cors = !inner.reports_only && !inner.answered_by_gateway && !inner.policies.is_empty();
        // Enforcing the same policy for a part of the app is a reasonable thing to do.
        let is_stricter = inner.enforces && !self.enforces && inner.policies == self.policies;
        self.holds_everywhere && !self.reports_only && does_cors && !is_stricter
    }

    fn say(&self, inner: &Self) {
        let pair = (self.policies.clone(), inner.policies.clone());
        let is_new = |said: &Said| {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = !said.contains(&pair);
            if is_new {
                said.push(pair.clone());
            }
            is_new
        };
        // Each worker may make either of them anew.
        if !(is_new(&self.said) & is_new(&inner.said)) {
            return;
        }
        let (why, help) = if self.answered_by_gateway {
            (
                "the outer one leaves CORS to a gateway, and removes the inner one's fields from every response",
                "call `answered_by_gateway()` on the inner one, too, or remove it",
            )
        } else {
            (
                "the outer one answers the preflights and sets the response fields, by its own policy",
                "for another policy on some paths add `.at(\"/path/{tail}*\", &POLICY)` to the outer one, or put `#[cors(POLICY)]` on \
                 the routes; then remove the inner one, and repeat its options, such as `enforce()`, on the outer one",
            )
        };
        tracing::warn!(
            outer = display(&self.policies),
            inner = display(&inner.policies),
            "a `Cors` is inside of another one, which overrules it: {why}\n\
             help: {help}",
        );
    }
}
