//! The routes with `#[cors]`, where a middleware around their app finds them.
//!
//! A route that is registered does not learn in which scopes it is. So it leaves two things: itself with
//! the thread that it is registered on, and a node in Actix's resource map, from where the map tells
//! the patterns of all that is above it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use actix_web::HttpRequest;
use actix_web::dev::{ResourceDef, ResourceMap, ServiceRequest};
use actix_web::error::UrlGenerationError;
use actix_web::guard::Guard;

use crate::response::headers::Answers;

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

    /// Do its guards accept this request?
    pub(crate) fn accepts(&self, request: &ServiceRequest) -> bool {
        self.guards.iter().all(|guard| guard.check(&request.guard_ctx()))
    }

    /// Is it a route of the app that got this request?
    fn is_of(&self, request: &HttpRequest) -> bool {
        let none: [&str; 0] = [];
        !matches!(request.url_for(&mark(self.id), none), Err(UrlGenerationError::ResourceNotFound))
    }

    /// The patterns of the scopes around it, joined.
    pub(crate) fn scopes(&self) -> Option<String> {
        let place = mark(self.id);
        Some(self.node.match_pattern(&place)?.strip_suffix(&place)?.to_owned())
    }

    /// Is it in the scope that the resource map finds at this path? Of two scopes with one pattern, told
    /// apart by guards, the map knows the first.
    pub(crate) fn is_in_sight(&self, scope: &str, map: &ResourceMap) -> bool {
        let place = mark(self.id);
        map.match_name(&format!("{scope}{place}")) == Some(&place)
    }

    /// Its own pattern.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }
}

/// The routes of the app that got this request, in the router's order.
pub(crate) fn routes_of(request: &HttpRequest) -> impl Iterator<Item = Rc<Route>> {
    let routes = REGISTRY.with(|registry| {
        let routes = registry.routes.borrow();
        routes.values().filter_map(Weak::upgrade).collect::<Vec<_>>()
    });
    routes.into_iter().filter(|route| route.is_of(request))
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
