//! Log events when an app starts: which policies are in force, and what they leave open.

pub(crate) mod nesting;

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use cors_engine::Mode;

use crate::options::Options;
use crate::policy::paths::Paths;
use crate::policy::source::Source;
use crate::route::registry::{self, Route};

/// Runs something once, however many workers there are: clones share the flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Once(Arc<OnceLock<()>>);

impl Once {
    pub(crate) fn run(&self, say: impl FnOnce()) {
        if self.0.set(()).is_ok() {
            say();
        }
    }
}

/// Logs the policies of a layer, and the options that have no effect.
pub(crate) fn layer(policies: &Paths, options: &Options) {
    let fingerprints = nesting::names(policies);
    let policies: Vec<_> = policies.sources().map(Source::now).collect();
    let is = |mode| policies.iter().any(|policy| policy.mode() == Some(mode));
    // Development first: if any policy is for development, that is what the operator has to know.
    let mode = [Mode::Development, Mode::Production].into_iter().find(|mode| is(*mode));
    tracing::info!(
        mode = mode.map(Mode::name),
        policies = policies.len(),
        any_origin = policies.iter().any(|policy| policy.allows_any_origin()),
        credentials = policies.iter().any(|policy| policy.credentials()),
        fingerprint = (!policies.is_empty()).then(|| display(fingerprints)),
        "{}",
        if options.report_only { "CORS is on trial" } else { "CORS is in force" },
    );
    if options.answered_by_gateway && !options.report_only {
        tracing::info!(
            "a gateway answers browsers: this layer answers no preflights and adds no `Access-Control-*` fields, but it still makes its \
             other checks, such as `enforce`"
        );
    }
    if options.enforce && !policies.iter().all(|policy| policy.checks_host()) {
        tracing::warn!(
            "CORS is enforced, but the policy has no `hosts`: if an attacker makes the name of a page resolve \
             to this machine (DNS rebinding), the page counts as same-origin"
        );
    }
    if policies.is_empty() {
        tracing::warn!(
            "`Cors::paths()` has no path, so it does nothing\n\
             help: add one with `.at(\"/api/{{tail}}*\", &POLICY)`"
        );
    }
    if cfg!(debug_assertions) && policies.iter().any(|policy| policy.is_development()) {
        routes(&registry::without_development());
    }
    for ignored in options.ignored() {
        tracing::warn!("{ignored}");
    }
}

/// The most routes that are named.
const MOST_ROUTES: usize = 20;

/// Names the routes that use their production policy, in an app that is in development.
fn routes(routes: &[Rc<Route>]) {
    if routes.is_empty() {
        return;
    }
    let name =
        |route: &Rc<Route>| format!("{} {} ({})", route.methods().join(" "), route.pattern, route.name);
    let mut names: Vec<String> = routes.iter().take(MOST_ROUTES).map(name).collect();
    if let Some(more @ 1..) = routes.len().checked_sub(MOST_ROUTES) {
        names.push(format!("and {more} more"));
    }
    tracing::info!(
        routes = names.join(", "),
        "these routes have a `#[cors]` policy without a `development` block, so their production policy applies here, too\n\
         help: for the front end's development server add `development {{ origins = [\"http://localhost:5173\"] }}` to `#[cors(…)]`, or \
         `development {{ origins: [\"http://localhost:5173\"] }}` to the `cors_policy!` that it names",
    );
}

/// Warns if `AllowedHosts` checks nothing.
pub(crate) fn hosts(source: &Source) {
    if !source.now().checks_host() {
        tracing::warn!("`AllowedHosts` lets every request through: the policy has no `hosts`");
    }
}
