//! Which route with `#[cors]` a request is for, found out before the router runs.
//!
//! A middleware around the app has to know: a preflight must not go through whatever stands between
//! it and the route, and a response that comes from there is to be judged by the route's policy all
//! the same. So each route, when it is registered, leaves a [`Route`] with the thread that it is
//! registered on, and a node in Actix's resource map. From that node the map tells the patterns of
//! the scopes around it; from then on paths are matched here, with the router's own types, on the text that
//! the router matches.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use actix_web::HttpRequest;
use actix_web::dev::{ResourceDef, ResourceMap, ServiceRequest};
use actix_web::error::UrlGenerationError;
use actix_web::guard::Guard;

use crate::fields::Answers;
use crate::spelling;

thread_local! {
    static REGISTRY: Registry = Registry::default();
}

/// The routes of this thread's apps. An app is registered and served on one thread.
#[derive(Default)]
struct Registry {
    next: Cell<u64>,
    /// In the order of registration, which is that of the router.
    routes: RefCell<BTreeMap<u64, Weak<Route>>>,
}

/// A route with a policy of its own.
pub(crate) struct Route {
    id: u64,
    /// Its node in the resource map, with the app's map above it.
    node: Rc<ResourceMap>,
    pattern: String,
    methods: &'static [&'static str],
    guards: Vec<Box<dyn Guard>>,
    pub(crate) answers: Rc<Answers>,
}

impl Route {
    /// A route, and the resource under which its node has to be registered, in its own place.
    pub(crate) fn new(
        pattern: String,
        methods: &'static [&'static str],
        guards: Vec<Box<dyn Guard>>,
        answers: Rc<Answers>,
    ) -> (Rc<Self>, ResourceDef) {
        REGISTRY.with(|registry| {
            let id = registry.next.replace(registry.next.get() + 1);
            let place = ResourceDef::prefix(mark(id));
            let mut node = ResourceMap::new(place.clone());
            let mut leaf = ResourceDef::new("");
            leaf.set_name(mark(id));
            node.add(&mut leaf, None);
            let route = Rc::new(Self { id, node: Rc::new(node), pattern, methods, guards, answers });
            registry.routes.borrow_mut().insert(id, Rc::downgrade(&route));
            (route, place)
        })
    }

    pub(crate) fn node(&self) -> Rc<ResourceMap> {
        Rc::clone(&self.node)
    }

    pub(crate) fn serves(&self, method: &str) -> bool {
        self.methods.contains(&method)
    }

    pub(crate) fn is_guarded(&self) -> bool {
        !self.guards.is_empty()
    }

    fn accepts(&self, request: &ServiceRequest) -> bool {
        self.guards.iter().all(|guard| guard.check(&request.guard_ctx()))
    }

    /// Is it a route of the app that got the request?
    fn is_of(&self, request: &HttpRequest) -> bool {
        let none: [&str; 0] = [];
        !matches!(request.url_for(&mark(self.id), none), Err(UrlGenerationError::ResourceNotFound))
    }

    /// The patterns of the scopes around it, and its own.
    fn full_pattern(&self) -> Option<String> {
        let place = mark(self.id);
        let scopes = self.node.match_pattern(&place)?;
        Some(scopes.strip_suffix(&place)?.to_owned() + &self.pattern)
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        // When a thread ends, its registry may be gone first.
        let _ = REGISTRY.try_with(|registry| registry.routes.borrow_mut().remove(&self.id));
    }
}

/// The pattern of a route's node, and its name. No browser sends such a byte in a path, and if another client
/// does, it finds nothing there.
fn mark(id: u64) -> String {
    format!("/\u{1}cors/{id}")
}

/// The routes with `#[cors]` of one app, in the router's order.
pub(crate) struct Routes(Vec<Rc<Located>>);

/// A route, and where in the app it is.
pub(crate) struct Located {
    route: Rc<Route>,
    resource: ResourceDef,
    pattern: String,
}

/// The routes that may govern what a preflight asks for.
#[derive(Default)]
pub(crate) struct Candidates<'r> {
    pub(crate) routes: Vec<&'r Rc<Route>>,
    /// It may as well be none of them.
    pub(crate) is_open: bool,
}

impl Routes {
    /// The routes of the app that got this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let routes: Vec<_> =
            REGISTRY.with(|registry| registry.routes.borrow().values().filter_map(Weak::upgrade).collect());
        let routes = routes.into_iter().filter(|route| route.is_of(request));
        Self(routes.filter_map(Located::new).map(Rc::new).collect())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The route that an actual request is for.
    pub(crate) fn find(&self, request: &ServiceRequest) -> Option<&Rc<Located>> {
        let method = request.method().as_str();
        let path = request.match_info().as_str();
        let accepted = |path: &str| self.on(path, method).find(|located| located.route.accepts(request));
        accepted(path).or_else(|| {
            let spellings = self.respelt(path, request);
            spellings.iter().find_map(|spelling| accepted(spelling))
        })
    }

    /// The routes that a preflight for `method` may be about.
    ///
    /// A preflight passes only if the policy of each of them lets it pass. Mostly it is one; more where
    /// a preflight does not show what the router will look at:
    ///
    /// * Guards are asked about the preflight itself, which has the host, path and query of the request to come,
    ///   but not its header fields. The first that says yes settles it. Where none does, and where one without guards comes after
    ///   them, any of them may be it.
    /// * A route without `#[cors]` in front, on a pattern that matches the path as well, may or may
    ///   not serve the method.
    /// * A layer such as `NormalizePath` may change the path on the way, where a tail matched it as it is.
    pub(crate) fn candidates(&self, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        let path = request.match_info().as_str();
        let mut found = self.as_spelt(path, request, method);
        let Some(first) = found.located.first() else { return self.respelt_candidates(path, request, method) };
        found.is_open |= !first.is_first_on(path, request);
        if spelling::is_loose(&first.pattern) {
            for spelling in spelling::normalized(path) {
                found.located.extend(self.as_spelt(&spelling, request, method).located);
            }
        }
        found.into()
    }

    /// The candidates where no layer changes the path any more: at the router.
    pub(crate) fn candidates_at_router(&self, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        self.as_spelt(request.match_info().as_str(), request, method).into()
    }

    fn respelt_candidates(&self, path: &str, request: &ServiceRequest, method: &str) -> Candidates<'_> {
        for spelling in self.respelt(path, request) {
            let mut found = self.as_spelt(&spelling, request, method);
            if !found.located.is_empty() {
                found.is_open |= request.resource_map().has_resource(path);
                return found.into();
            }
        }
        Candidates::default()
    }

    /// The routes on a path as it is spelt, up to the one that must be it.
    fn as_spelt(&self, path: &str, request: &ServiceRequest, method: &str) -> Found<'_> {
        let mut located = Vec::new();
        for found in self.on(path, method) {
            if !found.route.is_guarded() {
                located.push(found);
                return Found { located, is_open: false };
            }
            if found.route.accepts(request) {
                return Found { located: vec![found], is_open: false };
            }
            located.push(found);
        }
        Found { located, is_open: true }
    }

    fn on<'r, 'q>(&'r self, path: &'q str, method: &'q str) -> impl Iterator<Item = &'r Rc<Located>> + use<'r, 'q> {
        self.0.iter().filter(move |located| located.route.serves(method) && located.resource.is_match(path))
    }

    /// What a layer between may make of a path on which there is no such route: other spellings, unless a resource without a
    /// tail is there, which no such layer would have left reachable.
    fn respelt(&self, path: &str, request: &ServiceRequest) -> Vec<String> {
        let is_odd = path.contains("//") || (path.len() > 1 && path.ends_with('/'));
        if !is_odd && !self.0.iter().any(|located| located.pattern.ends_with('/')) {
            return Vec::new();
        }
        match request.resource_map().match_pattern(path) {
            Some(pattern) if !spelling::is_loose(&pattern) => Vec::new(),
            _ => spelling::normalized(path),
        }
    }
}

/// Routes that were found, and whether it may be none of them.
struct Found<'r> {
    located: Vec<&'r Rc<Located>>,
    is_open: bool,
}

impl<'r> From<Found<'r>> for Candidates<'r> {
    fn from(found: Found<'r>) -> Self {
        let routes = found.located.into_iter().map(|located| &located.route).collect();
        Self { routes, is_open: found.is_open }
    }
}

impl Located {
    fn new(route: Rc<Route>) -> Option<Self> {
        let pattern = route.full_pattern()?;
        Some(Self { route, resource: ResourceDef::new(pattern.as_str()), pattern })
    }

    pub(crate) fn route(&self) -> &Rc<Route> {
        &self.route
    }

    /// Did another resource match this request, of which it was expected that this one would?
    pub(crate) fn is_not_what_matched(&self, request: &HttpRequest) -> bool {
        !self.is_static() && request.match_pattern().is_some_and(|matched| matched != self.pattern)
    }

    fn is_static(&self) -> bool {
        !self.pattern.contains('{')
    }

    /// Is no other resource in front of it on this path? The map knows patterns, but not methods. One
    /// in front of a path without parameters cannot serve the route's method, or the route would never be reached.
    fn is_first_on(&self, path: &str, request: &ServiceRequest) -> bool {
        self.is_static() || request.resource_map().match_pattern(path).is_none_or(|first| first == self.pattern)
    }
}
