//! Which route with `#[cors]` a request is for, found out before the router runs.
//!
//! A middleware around the app has to know: a preflight must not go through whatever stands between
//! it and the route, and a response that comes from there is to be judged by the route's policy all
//! the same. Paths are matched with the router's own types, on the text that the router matches.

use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::dev::{ResourceDef, ResourceMap, ServiceRequest};

use crate::route::normalize;
use crate::route::path_pattern;
use crate::route::registry::{Route, routes_of};

/// The routes with `#[cors]` of one app, in the router's order.
pub(crate) struct Routes(Vec<Rc<Located>>);

/// A route, and where in the app it is.
pub(crate) struct Located {
    pub(crate) route: Rc<Route>,
    /// Matches the paths of the scopes around it.
    scope: ResourceDef,
    /// Matches whole paths.
    resource: ResourceDef,
    /// The pattern of those.
    pattern: String,
}

/// The routes that may govern what a preflight asks for.
#[derive(Default)]
pub(crate) struct Candidates<'r> {
    pub(crate) routes: Vec<&'r Rc<Located>>,
    /// It may as well be none of them.
    pub(crate) is_open: bool,
}

impl Routes {
    /// The routes of the app that got this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self(routes_of(request).filter_map(Located::new).map(Rc::new).collect())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The route that an actual request is for.
    ///
    /// Of scopes with one pattern, told apart by guards that nobody but the router knows, it is the
    /// first that has one. The route's own layer will set it right, if the request gets there.
    pub(crate) fn find(&self, request: &ServiceRequest) -> Option<&Rc<Located>> {
        let method = request.method().as_str();
        let path = request.match_info().as_str();
        let accepting = |path: &str| self.0.iter().find(|located| located.takes(path, method, request));
        accepting(path).or_else(|| self.respelt(path, request).iter().find_map(|path| accepting(path)))
    }

    /// The routes that a preflight for `method` may be about.
    ///
    /// A preflight passes only if the policy of each of them lets it pass. Mostly it is one; more where
    /// a preflight does not show all that the router will look at:
    ///
    /// * Guards are asked about the preflight itself, which has the host, path and query of the request
    ///   to come, but not its fields. The first that says yes settles it. Where none does, and
    ///   where the route after them has no guards, any of them may be it.
    /// * A route without `#[cors]` in front, whose pattern matches the path as well, may or may not
    ///   serve the method.
    /// * Scopes with one pattern may be told apart by guards.
    /// * A layer such as `NormalizePath` may change the path on the way, where a tail matched it as it is.
    pub(crate) fn candidates(&self, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        let path = request.match_info().as_str();
        let mut candidates = self.as_spelt(path, request, method);
        let Some(first) = candidates.routes.first() else {
            return self.respelt_candidates(path, request, method);
        };
        candidates.is_open |= !first.is_first_on(path, request.resource_map());
        if path_pattern::is_loose(&first.pattern) {
            for path in normalize::normalized(path) {
                candidates.routes.extend(self.as_spelt(&path, request, method).routes);
            }
        }
        candidates
    }

    /// The same at the router, where one of them has got the preflight: its scope is known, and no layer
    /// changes the path any more.
    pub(crate) fn candidates_beside(
        &self,
        route: &Rc<Route>,
        request: &ServiceRequest,
        method: &str,
    ) -> Candidates<'_> {
        let scopes = self.by_scope(request.match_info().as_str(), method, request.resource_map());
        let own = scopes.into_iter().find(|scope| scope.iter().any(|other| Rc::ptr_eq(&other.route, route)));
        own.map_or_else(Candidates::default, |scope| in_scope(scope, request))
    }

    fn respelt_candidates(&self, path: &str, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        for respelt in self.respelt(path, request) {
            let mut candidates = self.as_spelt(&respelt, request, method);
            if !candidates.routes.is_empty() {
                candidates.is_open |= request.resource_map().has_resource(path);
                return candidates;
            }
        }
        Candidates::default()
    }

    /// The routes on a path as it is spelt.
    fn as_spelt(&self, path: &str, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        let mut candidates = Candidates::default();
        for scope in self.by_scope(path, method, request.resource_map()) {
            let Candidates { routes, is_open } = in_scope(scope, request);
            candidates.routes.extend(routes);
            candidates.is_open |= is_open;
        }
        candidates
    }

    /// The routes on this path with this method, those of one scope together.
    fn by_scope(&self, path: &str, method: &str, map: &ResourceMap) -> Vec<Vec<&Rc<Located>>> {
        let on: Vec<_> = self.0.iter().filter(|located| located.is_on(path, method)).collect();
        if on.len() < 2 {
            return vec![on];
        }
        let mut scopes: Vec<(bool, Vec<&Rc<Located>>)> = Vec::new();
        for located in on {
            let is_in_sight = located.is_in_sight(path, map);
            let same = |(seen, scope): &&mut (bool, Vec<&Rc<Located>>)| {
                *seen == is_in_sight && scope.iter().all(|other| other.scope == located.scope)
            };
            match scopes.iter_mut().find(same) {
                Some((_, scope)) => scope.push(located),
                None => scopes.push((is_in_sight, vec![located])),
            }
        }
        scopes.into_iter().map(|(_, scope)| scope).collect()
    }

    /// What a layer further in may make of a path on which there is no such route as it is spelt. Nothing, where a
    /// resource without a tail is there: such a layer would have left it without requests.
    fn respelt(&self, path: &str, request: &ServiceRequest) -> Vec<String> {
        // A slash more at the end is all that such a layer could do to a path that is not odd.
        let takes_slash = |located: &Rc<Located>| {
            located.pattern.ends_with('/') || path_pattern::is_loose(&located.pattern)
        };
        if !normalize::is_odd(path) && !self.0.iter().any(takes_slash) {
            return Vec::new();
        }
        match request.resource_map().match_pattern(path) {
            Some(pattern) if !path_pattern::is_loose(&pattern) => Vec::new(),
            _ => normalize::normalized(path),
        }
    }
}

/// The routes of a scope up to the one that must be it, in the router's order.
fn in_scope<'r>(scope: Vec<&'r Rc<Located>>, request: &ServiceRequest) -> Candidates<'r> {
    let mut routes = Vec::new();
    for located in scope {
        if !located.route.is_guarded() {
            routes.push(located);
            return Candidates { routes, is_open: false };
        }
        if located.route.accepts(request) {
            return Candidates { routes: vec![located], is_open: false };
        }
        routes.push(located);
    }
    Candidates { is_open: !routes.is_empty(), routes }
}

impl Located {
    fn new(route: Rc<Route>) -> Option<Self> {
        let scopes = route.scopes()?;
        let pattern = format!("{scopes}{}", route.pattern());
        let scope = ResourceDef::prefix(path_pattern::renamed(&scopes));
        let resource = ResourceDef::new(path_pattern::renamed(&pattern));
        Some(Self { route, scope, resource, pattern })
    }

    fn is_on(&self, path: &str, method: &str) -> bool {
        self.route.serves(method) && self.resource.is_match(path)
    }

    fn takes(&self, path: &str, method: &str, request: &ServiceRequest) -> bool {
        self.is_on(path, method) && self.route.accepts(request)
    }

    fn is_in_sight(&self, path: &str, map: &ResourceMap) -> bool {
        let scope = self.scope.find_match(path).and_then(|end| path.get(..end));
        scope.is_some_and(|scope| self.route.is_in_sight(scope, map))
    }

    /// Did another resource match this request, of which it was expected that this one would?
    pub(crate) fn is_not_what_matched(&self, request: &HttpRequest) -> bool {
        !self.is_all_of(request.match_info().as_str())
            && request.match_pattern().is_some_and(|matched| matched != self.pattern)
    }

    /// Is no other resource in front of it on this path? The map knows patterns, but not methods.
    fn is_first_on(&self, path: &str, map: &ResourceMap) -> bool {
        self.is_all_of(path) || map.match_pattern(path).is_none_or(|first| first == self.pattern)
    }

    /// Does it match this path and no other? Then no resource in front of it can serve its method there, or it
    /// would never be reached.
    fn is_all_of(&self, path: &str) -> bool {
        self.pattern == path && !path.contains('{')
    }
}
