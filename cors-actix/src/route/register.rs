//! What `#[cors]` registers beside a route: its preflight, and its place in the app.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{
    AppService, HttpServiceFactory, Service, ServiceRequest, ServiceResponse, Transform, fn_service,
};
use actix_web::guard::{Guard, GuardContext, fn_guard};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{Error, HttpResponse, web};
use cors_engine::PolicySet;

use crate::options::Options;
use crate::policy::baked::Own;
use crate::policy::source::Source;
use crate::refuse::answer::Verdict;
use crate::refuse::preflight;
use crate::request::{asked, lines};
use crate::response::headers::Answers;
use crate::route::registry;
use crate::route::resolve::Routes;
use crate::service::{CorsMiddleware, Kept};

/// A route as `#[cors]` found it written.
pub struct Route {
    /// The path's pattern.
    pub pattern: &'static str,
    /// The resource's name.
    pub name: &'static str,
    /// The methods that it serves.
    pub methods: &'static [&'static str],
    /// Its guards, but for the one on the method.
    pub guards: fn() -> Vec<Box<dyn Guard>>,
}

thread_local! {
    /// The policy of the handler that is being registered.
    static CURRENT: RefCell<Option<Rc<Answers>>> = const { RefCell::new(None) };
}

/// Registers the preflights of a handler's routes, and then the routes themselves.
pub fn register(
    config: &mut AppService,
    policy: &'static PolicySet,
    routes: &[Route],
    handler: impl HttpServiceFactory,
) {
    let answers = Rc::new(Answers::bake(Source::from(policy).now()));
    for route in routes {
        register_preflight(config, route, &answers);
    }
    let outer = CURRENT.replace(Some(answers));
    handler.register(config);
    CURRENT.set(outer);
}

/// The layer of the route that is being registered: `#[cors]` has the route's macro wrap it.
///
/// # Panics
///
/// Outside of [`register`].
pub fn layer() -> Layer {
    Layer(CURRENT.with_borrow(Clone::clone).expect("`#[cors]` registers the route that it wraps"))
}

/// Puts the fields of a route's policy on its responses.
pub struct Layer(Rc<Answers>);

impl<S, B> Transform<S, ServiceRequest> for Layer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = CorsMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(CorsMiddleware::new(
            service,
            Kept::Fixed(Own::Route(Rc::clone(&self.0))),
            Options::default(),
        )))
    }
}

/// A resource on the route's path that takes preflights for its methods, in front of the route: that may
/// serve `OPTIONS` itself.
fn register_preflight(config: &mut AppService, route: &Route, answers: &Rc<Answers>) {
    let &Route { pattern, name, methods, guards } = route;
    // As Actix registers a resource.
    let slash = if pattern.is_empty() || pattern.starts_with('/') { "" } else { "/" };
    let full = format!("{slash}{pattern}");
    let (route, place) = registry::Route::new(full, methods, guards(), Rc::clone(answers));
    let nobody: Box<dyn Guard> = Box::new(fn_guard(|_| false));
    let nothing =
        fn_service(|request: ServiceRequest| ready(Ok(request.into_response(HttpResponse::NotFound()))));
    config.register_service(place, Some(vec![nobody]), nothing, Some(route.node()));

    let preflight =
        web::resource(pattern).name(name).guard(AsksFor(methods)).wrap_fn(move |request, service| {
            let verdict = judge(&route, &request);
            let method = asked(request.headers()).map(ToOwned::to_owned);
            // The resource has no routes, and so answers 405.
            let response = service.call(request);
            async move {
                let response = response.await?;
                Ok(match verdict {
                    Some(verdict) if !is_taken(response.headers(), method.as_deref()) => {
                        let answer = verdict.answer(response.request());
                        response.into_response(answer)
                    }
                    _ => response.map_into_boxed_body(),
                })
            }
        });
    preflight.register(config);
}

/// The guard of a preflight for one of these methods.
struct AsksFor(&'static [&'static str]);

impl Guard for AsksFor {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let head = context.head();
        head.method == Method::OPTIONS
            && head.headers.contains_key(header::ORIGIN)
            && asked(&head.headers).is_some_and(|method| self.0.contains(&method))
    }
}

/// The policy's verdict. Without guards the first resource to take a preflight is the one whose route
/// will take the request, or the router would have stopped before.
fn judge(route: &Rc<registry::Route>, request: &ServiceRequest) -> Option<Verdict> {
    let options = Options::default();
    if !route.is_guarded() {
        return preflight::judge([&route.answers], request.request(), &options);
    }
    let routes = Routes::of(request.request());
    let method = asked(request.headers()).unwrap_or_default();
    let candidates = routes.candidates_beside(route, request, method).routes;
    let answers = candidates.iter().map(|located| &located.route.answers);
    preflight::judge(answers, request.request(), &options)
}

/// Has a resource in front, without a `#[cors]`, a route for this method? It is the one that the
/// request would get to, and so its preflight is not ours.
///
/// Guards on the method, when they are asked, note it in the request, and the 405 of a resource lists what is noted.
fn is_taken(headers: &HeaderMap, method: Option<&str>) -> bool {
    let allowed = lines(headers, header::ALLOW).iter().filter_map(|line| line.to_str().ok());
    allowed.flat_map(|line| line.split(',')).any(|allowed| Some(allowed.trim()) == method)
}
