//! Random routers: whatever the routes, the scopes and the spelling of the path, a preflight is judged by the
//! policy that the request after it gets.

use std::cell::RefCell;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{AppService, HttpServiceFactory, ResourceDef, Service, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Condition, NormalizePath, TrailingSlash};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::__private::{RouteParts, register};
use cors_actix::{Cors, PolicySet, cors_policy};
use proptest::prelude::*;

cors_policy! { static A; origins: ["https://a.example"], methods: any }
cors_policy! { static B; origins: ["https://b.example"], methods: any }
cors_policy! { static APP_WIDE; origins: ["https://app.example"], methods: any }

const ORIGINS: [&str; 3] = ["https://a.example", "https://b.example", "https://app.example"];
const METHODS: [&str; 3] = ["GET", "PUT", "DELETE"];
const PATTERNS: [&str; 11] = [
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
];
const SCOPES: [&str; 4] = ["", "/s", "/s/{q}", "/{q}"];

/// A route as `#[cors]` registers it, or one without.
#[derive(Clone, Debug)]
struct Drawn {
    pattern: &'static str,
    method: &'static str,
    policy: Option<char>,
}

thread_local! {
    /// The policies of the handlers that were called.
    static CALLED: RefCell<Option<Option<char>>> = const { RefCell::new(None) };
}

impl HttpServiceFactory for Drawn {
    fn register(self, config: &mut AppService) {
        let Self { pattern, method, policy } = self;
        let handler = web::to(move || {
            CALLED.set(Some(policy));
            async { HttpResponse::Ok().finish() }
        });
        let set: &PolicySet = match policy {
            Some('a') => &A,
            Some(_) => &B,
            None => {
                let method = Method::from_bytes(method.as_bytes()).expect("a method");
                let resource = web::resource(pattern).guard(actix_web::guard::Method(method));
                return resource.route(handler).register(config);
            }
        };
        let methods: &[&str] = match method {
            "GET" => &["GET"],
            "PUT" => &["PUT"],
            _ => &["DELETE"],
        };
        register(config, set, RouteParts { pattern, name: "drawn", methods, guards: Vec::new() }, handler);
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let policy = prop_oneof![Just(None), Just(Some('a')), Just(Some('b'))];
    (prop::sample::select(&PATTERNS[..]), prop::sample::select(&METHODS[..]), policy)
        .prop_map(|(pattern, method, policy)| Drawn { pattern, method, policy })
}

fn scopes() -> impl Strategy<Value = Vec<(&'static str, Vec<Drawn>)>> {
    let scope = (prop::sample::select(&SCOPES[..]), prop::collection::vec(drawn(), 1..5));
    prop::collection::vec(scope, 1..4).prop_map(|mut scopes: Vec<(&str, Vec<Drawn>)>| {
        remove_dead(&mut scopes);
        scopes
    })
}

/// Removes routes that no request gets to, since no app has them: those behind their like, and those
/// without parameters behind one that matches their only path.
fn remove_dead(scopes: &mut [(&str, Vec<Drawn>)]) {
    let mut seen: Vec<(String, &str)> = Vec::new();
    let mut prefixes: Vec<&str> = Vec::new();
    for (prefix, routes) in scopes {
        routes.retain(|route| {
            let full = format!("{prefix}{}", route.pattern);
            let is_behind = |(earlier, method): &(String, &str)| {
                let matches = || !full.contains('{') && ResourceDef::new(earlier.as_str()).is_match(&full);
                *method == route.method && (*earlier == full || matches())
            };
            let is_dead = seen.iter().any(is_behind)
                || prefixes.iter().any(|earlier| ResourceDef::prefix(*earlier).is_match(&full));
            seen.push((full, route.method));
            !is_dead
        });
        if !prefix.is_empty() {
            prefixes.push(*prefix);
        }
    }
}

fn path() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "/", "/x", "/y", "/s", "/t", "/X", "/a+b", "/a%2Bb", "/a%20b", "/%78", "/%2F", "/x%2Fy", "/..",
            "/%2e%2e", "/.", ";", "//", "/z", "%", "%zz", "/x;y", "/%C3%A4",
        ][..],
    );
    prop::collection::vec(piece, 1..5).prop_map(|pieces| {
        let path = pieces.concat();
        if path.starts_with('/') { path } else { format!("/{path}") }
    })
}

#[derive(Clone, Copy, Debug)]
enum Slashes {
    AsTheyAre,
    Outside(TrailingSlash),
    Inside(TrailingSlash),
}

fn slashes() -> impl Strategy<Value = Slashes> {
    let kind =
        prop_oneof![Just(TrailingSlash::Trim), Just(TrailingSlash::MergeOnly), Just(TrailingSlash::Always)];
    prop_oneof![
        2 => Just(Slashes::AsTheyAre),
        1 => kind.clone().prop_map(Slashes::Outside),
        1 => kind.prop_map(Slashes::Inside),
    ]
}

/// Can a path get to a route with this pattern? An app has no others.
fn is_reachable(pattern: &str, slashes: Slashes) -> bool {
    let is_loose = pattern.contains("*");
    match slashes {
        Slashes::Outside(TrailingSlash::Trim) | Slashes::Inside(TrailingSlash::Trim) => {
            !pattern.ends_with('/')
        }
        Slashes::Outside(TrailingSlash::Always) | Slashes::Inside(TrailingSlash::Always) => {
            is_loose || pattern.ends_with('/')
        }
        _ => true,
    }
}

/// Does the path, however its slashes are spelled, end where a scope with a policy inside does?
fn is_at_the_end_of_a_scope(scopes: &[(&str, Vec<Drawn>)], path: &str) -> bool {
    let trimmed = path.trim_end_matches('/');
    scopes.iter().filter(|(_, routes)| routes.iter().any(|route| route.policy.is_some())).any(
        |(prefix, _)| {
            let prefix = ResourceDef::prefix(*prefix);
            [path, trimmed].iter().any(|path| prefix.find_match(path) == Some(path.len()))
        },
    )
}

async fn app(
    scopes: &[(&'static str, Vec<Drawn>)],
    around: bool,
    slashes: Slashes,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody + use<>>, Error = Error> + use<> {
    let mut app = App::new();
    for (prefix, routes) in scopes {
        if prefix.is_empty() {
            app = routes.iter().cloned().fold(app, App::service);
        } else {
            let scope = routes.iter().cloned().fold(web::scope(prefix), actix_web::Scope::service);
            app = app.service(scope);
        }
    }
    let (outside, inside) = match slashes {
        Slashes::AsTheyAre => (None, None),
        Slashes::Outside(kind) => (Some(kind), None),
        Slashes::Inside(kind) => (None, Some(kind)),
    };
    let normalize = |kind: Option<TrailingSlash>| {
        Condition::new(kind.is_some(), NormalizePath::new(kind.unwrap_or(TrailingSlash::Trim)))
    };
    init_service(
        app.wrap(normalize(inside))
            .wrap(Condition::new(around, Cors::new(&APP_WIDE)))
            .wrap(normalize(outside)),
    )
    .await
}

/// Which of the origins get in, and whose handler was called.
async fn ask(
    app: &impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    method: &str,
    path: &str,
    requested: Option<&str>,
) -> ([bool; 3], Option<Option<char>>) {
    let mut gets_in = [false; 3];
    CALLED.set(None);
    for (gets_in, origin) in gets_in.iter_mut().zip(ORIGINS) {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = TestRequest::with_uri(path).method(method).insert_header((header::ORIGIN, origin));
        if let Some(requested) = requested {
            request = request.insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, requested));
        }
        let response = app.call(request.to_request()).await.expect("no layer fails");
        let origins: Vec<_> = response.headers().get_all(header::ACCESS_CONTROL_ALLOW_ORIGIN).collect();
        assert!(origins.len() < 2);
        *gets_in = origins.first().is_some_and(|allowed| **allowed == *origin);
    }
    (gets_in, CALLED.take())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn preflight_and_request_are_judged_by_one_policy(
        scopes in scopes(),
        path in path(),
        method in prop::sample::select(&METHODS[..]),
        around: bool,
        slashes in slashes(),
    ) {
        let mut scopes = scopes;
        for (_, routes) in &mut scopes {
            routes.retain(|route| is_reachable(route.pattern, slashes));
        }
        let run = async {
            let app = app(&scopes, around, slashes).await;
            let (by_preflight, never) = ask(&app, "OPTIONS", &path, Some(method)).await;
            let (by_request, called) = ask(&app, method, &path, None).await;
            (by_preflight, never, by_request, called)
        };
        let (by_preflight, never, by_request, called) = actix_web::rt::System::new().block_on(run);

        prop_assert_eq!(never, None, "a preflight gets to no handler");
        let owner = called.map(|policy| match policy {
            Some('a') => [true, false, false],
            Some(_) => [false, true, false],
            None => [false, false, around],
        });
        // Where a scope ends with the path as well, a layer of that scope may have answered: both policies have to agree.
        let may_be_a_layer_s = called == Some(None) && is_at_the_end_of_a_scope(&scopes, &path);
        if let Some(owner) = owner.filter(|_| !may_be_a_layer_s) {
            prop_assert_eq!(by_request, owner, "the policy of the route that was reached holds");
        }
        for (gets_in, owner) in by_request.into_iter().zip(owner.unwrap_or([true; 3])) {
            prop_assert!(owner || !gets_in, "nobody gets in whom that policy does not let in");
        }
        // What nobody before the router can know: that a route without a policy stands among those of
        // one pattern and takes the request, or that a scope which matched first has nothing for it.
        let is_known = match called {
            Some(policy) => policy.is_some() || !around,
            None => scopes.len() == 1,
        };
        for (preflight, request) in by_preflight.into_iter().zip(by_request).filter(|_| is_known) {
            prop_assert!(request || !preflight, "a preflight lets nobody in whom the request does not");
        }
        let routes = scopes.iter().flat_map(|(_, routes)| routes);
        if called.is_some() && !around && !routes.clone().any(|route| route.policy.is_none()) {
            prop_assert_eq!(by_preflight, by_request, "at the router nothing is left open");
        }
    }
}
