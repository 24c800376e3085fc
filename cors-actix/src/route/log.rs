//! Log events about routes with `#[cors]` that are not certain.

use cors_engine::adapter::Escaped;

use crate::route::registry::Route;

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
        "a route with `#[cors]` was not found in the map of the app, so it may take any request with one of its methods: its policy and that of \
         the layer around it both have to allow each of these requests",
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
        "a route without `#[cors]` is registered before one with it, and which of them takes a request is not known in advance: \
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
        "a route without `#[cors]` has the same pattern and name as one with it, and they cannot be told apart: on this path \
         both policies have to allow a request\n\
         help: rename one of the two handlers, or put `#[cors]` on the other one, too",
    );
}

#[cold]
pub(crate) fn route_was_missed(route: &Route) {
    if route.was_missed.get() {
        return;
    }
    route.is_told.set(true);
    tracing::error!(
        route = display(Escaped(route.pattern.as_bytes())),
        handler = route.name,
        "a request did not reach the route with `#[cors]` that was certain to take it, because a layer inside of `Cors` changed the \
         path: from now on the policy of the layer around it has to allow such requests as well\n\
         help: move that layer outside of `Cors`",
    );
}

#[cold]
pub(crate) fn scope_turns_away(patterns: &[String]) {
    tracing::error!(
        scope = display(Escaped(patterns.join(", ").as_bytes())),
        "a scope with `#[cors]` inside turned away a request on its paths, so it has guards: from now on every policy that may apply to \
         such requests has to allow them as well\n\
         help: call `Cors::scopes_are_guarded()`",
    );
}
