//! The handlers with `#[cors]`, written as an app writes them: every pattern with every method and policy, and some
//! with a guard.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::error::ErrorConflict;
use actix_web::guard::{Guard as _, GuardContext, Host};
use actix_web::http::header;
use actix_web::{Error, HttpRequest, HttpResponse, get, post, put, route};
use cors_actix::cors;

use crate::app::{Guard, Handler, Route};
use crate::policy::{A, B, PUBLIC, Policy};
use crate::trace;

/// The patterns that handlers with `#[cors]` have.
pub(crate) const PATTERNS: [&str; 14] = [
    "/x",
    "/x/",
    "/x/{p}",
    "/{p}",
    "/{p}/y",
    "/x/y",
    "/{p:[a-z]+}",
    "/t/{tail}*",
    "/{tail:.*}",
    "/a+b",
    "/X",
    "",
    "/{a}/{b}",
    "/{p}-{q}",
];

/// The methods that they have.
pub(crate) const METHODS: [&str; 4] = ["GET", "PUT", "POST", "GET+PUT"];

/// The patterns of which there are handlers with guards, for `GET` and `PUT` by `A` and `B`.
pub(crate) const GUARDED: [&str; 4] = ["/x", "/{p}", "/x/{p}", "/{tail:.*}"];

/// The policies that handlers have.
pub(crate) const POLICIES: [Policy; 3] = [Policy::A, Policy::B, Policy::Public];

/// What a handler does: notes that it ran, and fails if it is told to.
pub(crate) fn answer(handler: Handler, request: &HttpRequest) -> Result<HttpResponse, Error> {
    trace::note(|trace| trace.ran = Some(handler));
    match request.headers().get("x-fail") {
        Some(fail) if fail == "handler" => Err(ErrorConflict("told to fail")),
        _ => Ok(HttpResponse::Ok().body("done")),
    }
}

/// `Host: one.test`
pub(crate) fn on_one(context: &GuardContext<'_>) -> bool {
    Host("one.test").check(context)
}

/// `Accept-Language: de`
pub(crate) fn in_german(context: &GuardContext<'_>) -> bool {
    context.head().headers.get(header::ACCEPT_LANGUAGE).is_some_and(|language| language == "de")
}

macro_rules! handler {
    ($config:expr, $policy:ident, $variant:ident, $name:literal, $guard:ident,
        $macro:ident, $pattern:tt $(, $($argument:tt)*)?) => {{
        #[cors($policy)]
        #[$macro($pattern $(, $($argument)*)?)]
        async fn handler(request: HttpRequest) -> Result<HttpResponse, Error> {
            let (policy, guard) = (Policy::$variant, Guard::$guard);
            answer(Handler::Cors(Route { pattern: $pattern, method: $name, policy, guard }), &request)
        }
        HttpServiceFactory::register(handler, $config)
    }};
}

macro_rules! by_method {
    ($route:expr, $config:expr, $pattern:tt, $policy:ident, $variant:ident) => {
        match $route.method {
            "GET" => handler!($config, $policy, $variant, "GET", No, get, $pattern),
            "PUT" => handler!($config, $policy, $variant, "PUT", No, put, $pattern),
            "POST" => handler!($config, $policy, $variant, "POST", No, post, $pattern),
            _ => {
                handler!(
                    $config,
                    $policy,
                    $variant,
                    "GET+PUT",
                    No,
                    route,
                    $pattern,
                    method = "GET",
                    method = "PUT"
                )
            }
        }
    };
}

macro_rules! guarded {
    ($route:expr, $config:expr, $($pattern:tt)*) => {
        match ($route.pattern, $route.policy, $route.method, $route.guard) {
            $(
                ($pattern, Policy::A, "GET", Guard::Host) => {
                    handler!($config, A, A, "GET", Host, get, $pattern, guard = "on_one")
                }
                ($pattern, Policy::A, "GET", _) => {
                    handler!($config, A, A, "GET", Field, get, $pattern, guard = "in_german")
                }
                ($pattern, Policy::A, _, Guard::Host) => {
                    handler!($config, A, A, "PUT", Host, put, $pattern, guard = "on_one")
                }
                ($pattern, Policy::A, _, _) => {
                    handler!($config, A, A, "PUT", Field, put, $pattern, guard = "in_german")
                }
                ($pattern, _, "GET", Guard::Host) => {
                    handler!($config, B, B, "GET", Host, get, $pattern, guard = "on_one")
                }
                ($pattern, _, "GET", _) => {
                    handler!($config, B, B, "GET", Field, get, $pattern, guard = "in_german")
                }
                ($pattern, _, _, Guard::Host) => {
                    handler!($config, B, B, "PUT", Host, put, $pattern, guard = "on_one")
                }
                ($pattern, _, _, _) => {
                    handler!($config, B, B, "PUT", Field, put, $pattern, guard = "in_german")
                }
            )*
            other => panic!("there is no such handler: {other:?}"),
        }
    };
}

macro_rules! plain {
    ($route:expr, $config:expr, $($pattern:tt)*) => {
        match ($route.pattern, $route.policy) {
            $(
                ($pattern, Policy::A) => by_method!($route, $config, $pattern, A, A),
                ($pattern, Policy::B) => by_method!($route, $config, $pattern, B, B),
                ($pattern, _) => by_method!($route, $config, $pattern, PUBLIC, Public),
            )*
            other => panic!("there is no such handler: {other:?}"),
        }
    };
}

/// Registers a handler as an app does: `.service(handler)`.
pub(crate) fn register(route: Route, config: &mut AppService) {
    match route.guard {
        Guard::No => plain!(route, config,
            "/x" "/x/" "/x/{p}" "/{p}" "/{p}/y" "/x/y" "/{p:[a-z]+}" "/t/{tail}*" "/{tail:.*}" "/a+b" "/X" ""
            "/{a}/{b}" "/{p}-{q}"),
        _ => guarded!(route, config, "/x" "/{p}" "/x/{p}" "/{tail:.*}"),
    }
}
