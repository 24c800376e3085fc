//! Serves an app: as it is, or without CORS, to find out which handler would run.

use std::rc::Rc;

use actix_http::Request;
use actix_service::boxed::{self, BoxService, RcService};
use actix_service::{Service, ServiceExt, ServiceFactory, Transform, fn_service};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{AppService, HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::ErrorUnauthorized;
use actix_web::guard::{self, fn_guard};
use actix_web::http::{Method, Uri};
use actix_web::middleware::{NormalizePath, TrailingSlash};
use actix_web::test::init_service;
use actix_web::{Error, HttpRequest, HttpResponse, Resource, Route, web};
use futures_util::FutureExt;
use futures_util::future::{Ready, ready};

use crate::app::{App, Cors, Guard, Handler, Item, Layer, Plain, Scope, Slashes};
use crate::pool::{self, answer, in_german, on_one};
use crate::request::Answers;
use crate::trace;

/// How an app is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As it is; `Cors` layers with the switch or without.
    Real { scopes_are_guarded: bool },
    /// With a note in place of each `Cors` layer, and handlers without `#[cors]`.
    Bare,
}

/// The app as it is.
pub(crate) async fn real(app: &App) -> impl Answers + use<> {
    serve(app, Kind::Real { scopes_are_guarded: app.scopes_are_guarded }).await
}

/// The app without anything of CORS: what Actix alone makes of it.
pub(crate) async fn bare(app: &App) -> impl Answers + use<> {
    serve(app, Kind::Bare).await
}

async fn serve(app: &App, kind: Kind) -> impl Answers + use<> {
    let mut served = actix_web::App::new();
    for item in &app.items {
        served = served.service(Placed { item: item.clone(), kind });
    }
    if let Some(id) = app.default {
        served = served.default_service(plain(id));
    }
    // `Cors` reads from a type what is inside of it, and a stack hides that.
    let outer =
        app.layers.iter().rposition(|layer| !matches!(layer, Layer::Cors(_))).map_or(0, |last| last + 1);
    let (outer, innermost) = app.layers.split_at(outer);
    let outer = Stack { layers: outer.to_vec(), kind };
    match (kind, innermost) {
        (Kind::Real { scopes_are_guarded }, [Layer::Cors(cors)]) => {
            boxed_service(served.wrap(real_cors(cors, scopes_are_guarded)).wrap(outer)).await
        }
        (Kind::Real { scopes_are_guarded }, [Layer::Cors(cors), Layer::Cors(inner)]) => {
            let served = served.wrap(real_cors(inner, scopes_are_guarded));
            boxed_service(served.wrap(real_cors(cors, scopes_are_guarded)).wrap(outer)).await
        }
        _ => boxed_service(served.wrap(Stack { layers: app.layers.clone(), kind })).await,
    }
}

/// The app as a service whose type does not depend on its layers.
async fn boxed_service<T, B>(app: actix_web::App<T>) -> BoxService<Request, ServiceResponse, Error>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    let app = init_service(app).await;
    boxed::service(app.map(ServiceResponse::map_into_boxed_body))
}

/// A handler without a policy of its own.
fn plain(id: u32) -> Route {
    noting(Handler::Plain(id))
}

fn noting(handler: Handler) -> Route {
    web::to(move |request: HttpRequest| ready(answer(handler, &request)))
}

struct Placed {
    item: Item,
    kind: Kind,
}

impl HttpServiceFactory for Placed {
    fn register(self, config: &mut AppService) {
        let Self { item, kind } = self;
        match item {
            Item::Cors(route) if kind == Kind::Bare => {
                let mut resource = guarded(web::resource(route.pattern), route.guard);
                let mut methods = route.methods().map(method);
                let first = guard::Any(guard::Method(methods.next().expect("a route has a method")));
                resource = resource.guard(methods.fold(first, |any, method| any.or(guard::Method(method))));
                resource.route(noting(Handler::Cors(route))).register(config);
            }
            Item::Cors(route) => pool::register(route, config),
            Item::Plain(plain) => register_plain(plain, kind, config),
            Item::Scope(scope) => register_scope(scope, kind, config),
        }
    }
}

fn method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).expect("a method")
}

fn guarded(resource: Resource, guard: Guard) -> Resource {
    match guard {
        Guard::No => resource,
        Guard::Host => resource.guard(fn_guard(on_one)),
        Guard::Field => resource.guard(fn_guard(in_german)),
    }
}

fn register_plain(item: Plain, kind: Kind, config: &mut AppService) {
    let is_namesake = item.is_namesake();
    let Plain { pattern, guard, is_attribute, routes, default, layers } = item;
    let mut resource = guarded(web::resource(pattern), guard);
    if is_namesake {
        resource = resource.name("handler");
    }
    for (name, guard, id) in routes {
        let mut route = plain(id);
        if let Some(name) = name {
            if is_attribute {
                resource = resource.guard(guard::Method(method(name)));
            } else {
                route = route.method(method(name));
            }
        }
        route = match guard {
            Guard::No => route,
            Guard::Host => route.guard(fn_guard(on_one)),
            Guard::Field => route.guard(fn_guard(in_german)),
        };
        resource = resource.route(route);
    }
    if let Some(id) = default {
        resource = resource.default_service(plain(id));
    }
    if layers.is_empty() {
        return resource.register(config);
    }
    resource.wrap(Stack { layers, kind }).register(config);
}

fn register_scope(item: Scope, kind: Kind, config: &mut AppService) {
    let Scope { prefix, guard, items, default, layers } = item;
    let mut scope = web::scope(prefix);
    scope = match guard {
        Guard::No => scope,
        Guard::Host => scope.guard(fn_guard(on_one)),
        Guard::Field => scope.guard(fn_guard(in_german)),
    };
    for item in items {
        scope = scope.service(Placed { item, kind });
    }
    if let Some(id) = default {
        scope = scope.default_service(plain(id));
    }
    if layers.is_empty() {
        return scope.register(config);
    }
    scope.wrap(Stack { layers, kind }).register(config);
}

type Inner = RcService<ServiceRequest, ServiceResponse<BoxBody>, Error>;

/// The layers around something, in one type.
struct Stack {
    layers: Vec<Layer>,
    kind: Kind,
}

impl<S, B> Transform<S, ServiceRequest> for Stack
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = Inner;
    type Future = Ready<Result<Inner, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let innermost: Inner = boxed::rc_service(service.map(ServiceResponse::map_into_boxed_body));
        ready(Ok(self.layers.iter().rev().fold(innermost, |inner, layer| around(layer, inner, self.kind))))
    }
}

fn around(layer: &Layer, inner: Inner, kind: Kind) -> Inner {
    match layer {
        Layer::Cors(cors) => match kind {
            Kind::Bare => {
                let id = cors.id;
                boxed::rc_service(fn_service(move |request: ServiceRequest| {
                    trace::note(|trace| trace.layers.push(id));
                    inner.call(request)
                }))
            }
            Kind::Real { scopes_are_guarded } => wrapped(real_cors(cors, scopes_are_guarded), inner),
        },
        &Layer::Fails(id) => boxed::rc_service(fn_service(move |request: ServiceRequest| {
            let fail = request.headers().get("x-fail").map(|fail| fail.as_bytes().to_vec());
            let inner = Rc::clone(&inner);
            async move {
                match fail.as_deref() {
                    Some(b"error") => {
                        trace::note(|trace| trace.failed = Some(id));
                        Err(ErrorUnauthorized("told to fail"))
                    }
                    Some(b"response") => {
                        trace::note(|trace| trace.failed = Some(id));
                        Ok(request.into_response(HttpResponse::Unauthorized().finish()))
                    }
                    _ => inner.call(request).await,
                }
            }
        })),
        Layer::Normalizes(slashes) => {
            let slashes = match slashes {
                Slashes::Trim => TrailingSlash::Trim,
                Slashes::MergeOnly => TrailingSlash::MergeOnly,
                Slashes::Always => TrailingSlash::Always,
            };
            wrapped(NormalizePath::new(slashes), inner)
        }
        Layer::Rewrites => boxed::rc_service(fn_service(move |mut request: ServiceRequest| {
            if let Some(rest) = request.path().strip_prefix("/v1").filter(|rest| rest.starts_with('/'))
                && let Ok(uri) = rest.parse::<Uri>()
            {
                request.match_info_mut().get_mut().update(&uri);
                request.head_mut().uri = uri;
            }
            inner.call(request)
        })),
    }
}

/// What a transform that is ready at once makes of a service.
fn wrapped<T, B>(transform: T, inner: Inner) -> Inner
where
    T: Transform<Inner, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    T::Transform: 'static,
    B: MessageBody + 'static,
{
    let made = transform.new_transform(inner).now_or_never().expect("it is ready at once");
    boxed::rc_service(made.expect("it is made").map(ServiceResponse::map_into_boxed_body))
}

fn real_cors(layer: &Cors, scopes_are_guarded: bool) -> cors_actix::Cors {
    let mut cors = cors_actix::Cors::new(layer.policy.set());
    if layer.enforce {
        cors = cors.enforce();
    }
    if layer.unguarded_upgrades {
        cors = cors.unguarded_upgrades();
    }
    if scopes_are_guarded {
        cors = cors.scopes_are_guarded();
    }
    cors
}
