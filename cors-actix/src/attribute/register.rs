//! Registers a route with `#[cors]`: its guard, its layer, and its place in the app.

use std::cell::RefCell;
use std::fmt;
use std::future::{Ready, ready};
use std::ptr;
use std::rc::{Rc, Weak};

use actix_service::{ServiceFactory, apply};
use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{AppService, ResourceDef, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::guard::{self, Guard, GuardContext};
use actix_web::http::Method;
use actix_web::http::header;
use cors_engine::PolicySet;

use crate::attribute::service::RouteMiddleware;
use crate::policy::source::Source;
use crate::request::asked;
use crate::response::headers::Answers;
use crate::route::around::Outer;
use crate::route::registry::{self, App};

/// A route as it is written below `#[cors]`.
pub struct RouteParts {
    /// The path's pattern.
    pub pattern: &'static str,
    /// The resource's name.
    pub name: &'static str,
    /// The methods that it serves.
    pub methods: &'static [&'static str],
    /// Its guards, except for those on the method.
    pub guards: Vec<Box<dyn Guard>>,
}

impl fmt::Debug for RouteParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pattern, name, methods, guards: _ } = self;
        f.debug_struct("RouteParts")
            .field("pattern", pattern)
            .field("name", name)
            .field("methods", methods)
            .finish_non_exhaustive()
    }
}

/// Registers a route with this policy.
pub fn register(
    config: &mut AppService,
    policy: &'static PolicySet,
    route: RouteParts,
    handler: actix_web::Route,
) {
    register_wrapped(config, policy, route, handler);
}

/// The same for a route with layers of its own: `service` is the route with them around it.
pub fn register_wrapped<F, B>(
    config: &mut AppService,
    policy: &'static PolicySet,
    route: RouteParts,
    service: F,
) where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    F::Service: 'static,
    B: MessageBody + 'static,
{
    let RouteParts { pattern, name, methods, guards } = route;
    let app = App::registering(config);
    let mark = app.mark_route(config);
    // Actix puts the same slash in front of a resource's pattern.
    let is_whole = pattern.is_empty() || pattern.starts_with('/');
    let pattern = if is_whole { pattern.to_owned() } else { format!("/{pattern}") };
    let mut resource = ResourceDef::new(pattern.as_str());
    resource.set_name(name);
    let route = Rc::new(registry::Route::new(pattern, name, methods, guards, answers(policy), mark));
    app.routes.borrow_mut().push(Rc::clone(&route));
    let takes: Box<dyn Guard> = Box::new(Takes::new(Rc::clone(&route)));
    config.register_service(resource, Some(vec![takes]), apply(RouteLayer { app, route }, service), None);
}

thread_local! {
    /// The prepared policies of this thread's routes. Many routes share one.
    static BAKED: RefCell<Vec<(&'static PolicySet, Weak<Answers>)>> = const { RefCell::new(Vec::new()) };
}

fn answers(set: &'static PolicySet) -> Rc<Answers> {
    BAKED.with_borrow_mut(|baked| {
        baked.retain(|(_, answers)| answers.strong_count() > 0);
        let known = baked.iter().find(|(known, _)| ptr::eq(*known, set));
        known.and_then(|(_, answers)| answers.upgrade()).unwrap_or_else(|| {
            let answers = Rc::new(Answers::bake(Source::from(set).now()));
            baked.push((set, Rc::downgrade(&answers)));
            answers
        })
    })
}

/// The guard of a route. It accepts a request if the route's methods and guards do, and a preflight if it asks for one of the
/// methods. The route's guards are not asked about a preflight, which lacks the fields of the request after it.
struct Takes {
    route: Rc<registry::Route>,
    /// Actix's own guards, which note the methods that a 405 has to list.
    methods: Vec<Box<dyn Guard>>,
}

impl Takes {
    fn new(route: Rc<registry::Route>) -> Self {
        let methods = route.methods().iter().filter_map(|name| Method::from_bytes(name.as_bytes()).ok());
        let methods = methods.map(|method| -> Box<dyn Guard> { Box::new(guard::Method(method)) }).collect();
        Self { route, methods }
    }
}

impl Guard for Takes {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let head = context.head();
        if head.method == Method::OPTIONS
            && head.headers.contains_key(header::ORIGIN)
            && let Some(method) = asked(&head.headers)
            // Behind a gateway that answers preflights, a preflight that gets here is a request like any other.
            && !context.req_data().get().is_some_and(|Outer(outer)| outer.answered_by_gateway)
        {
            return self.route.serves(method);
        }
        self.methods.iter().any(|guard| guard.check(context))
            && self.route.guards().iter().all(|guard| guard.check(context))
    }
}

/// The layer that answers by the route's own policy.
pub(crate) struct RouteLayer {
    app: Rc<App>,
    route: Rc<registry::Route>,
}

impl<S, B> Transform<S, ServiceRequest> for RouteLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = RouteMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RouteMiddleware::new(service, Rc::clone(&self.app), Rc::clone(&self.route))))
    }
}
