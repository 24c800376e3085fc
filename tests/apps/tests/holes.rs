//! The holes that the first design had (`advisories.md`, t41 to t43), each as the app that showed it.

use actix_web::rt::System;
use cors_apps::app::{App, Cors, Guard, Item, Layer, Plain, Route, Scope, Slashes};
use cors_apps::check::{Case, check};
use cors_apps::policy::{ORIGINS, Policy};
use cors_apps::request::{Asked, Fail};

fn route(policy: Policy, method: &'static str, pattern: &'static str) -> Item {
    Item::Cors(Route { pattern, method, policy, guard: Guard::No })
}

fn guarded(policy: Policy, method: &'static str, pattern: &'static str, guard: Guard) -> Item {
    Item::Cors(Route { pattern, method, policy, guard })
}

/// `resource(pattern).route(method)`, with a guard on the route.
fn plain(method: &'static str, pattern: &'static str, guard: Guard) -> Item {
    let routes = vec![(Some(method), guard, 1)];
    Item::Plain(Plain {
        pattern,
        guard: Guard::No,
        is_attribute: false,
        routes,
        default: None,
        layers: Vec::new(),
    })
}

fn scope(prefix: &'static str, guard: Guard, items: Vec<Item>, layers: Vec<Layer>) -> Item {
    Item::Scope(Scope { prefix, guard, items, default: None, layers })
}

fn cors(policy: Policy) -> Layer {
    Layer::Cors(Cors { id: 100, policy, enforce: false, unguarded_upgrades: false })
}

fn enforced(policy: Policy) -> Layer {
    Layer::Cors(Cors { id: 100, policy, enforce: true, unguarded_upgrades: false })
}

/// Sends one request to each path in every way that could make a difference, each to an app of its own.
#[track_caller]
fn holds(app: &App, method: &'static str, paths: &[&str]) {
    judge(app, method, paths, false);
}

/// The same of requests that have come before, so that each scope that turns one away has been found out.
#[track_caller]
fn holds_from_then_on(app: &App, method: &'static str, paths: &[&str]) {
    judge(app, method, paths, true);
}

#[track_caller]
fn judge(app: &App, method: &'static str, paths: &[&str], came_before: bool) {
    System::new().block_on(async {
        for path in paths {
            for origin in ORIGINS {
                for (host, german, upgrade, fail) in [
                    ("one.test", false, false, Fail::No),
                    ("two.test", false, false, Fail::No),
                    ("two.test", true, false, Fail::No),
                    ("two.test", false, true, Fail::No),
                    ("one.test", false, false, Fail::Error),
                    ("two.test", false, false, Fail::Response),
                ] {
                    let asked = Asked {
                        method: method.to_owned(),
                        path: (*path).to_owned(),
                        host: host.to_owned(),
                        german,
                        origin: vec![origin.into()],
                        site: Vec::new(),
                        upgrade,
                        fail,
                        requested_headers: Vec::new(),
                        is_preflight: false,
                    };
                    let case = Case { app: app.clone(), requests: vec![asked], came_before };
                    if let Err(violation) = check(&case).await {
                        panic!("{violation}\n{app}");
                    }
                }
            }
        }
    });
}

#[test]
fn t41_a_plain_resource_in_front_of_a_route() {
    let items = vec![plain("POST", "/x/y", Guard::No), route(Policy::B, "POST", "/x/{p}")];
    let app = App { items, layers: vec![enforced(Policy::App)], ..App::default() };
    holds(&app, "POST", &["/x/y", "/x/z"]);
    let items = vec![plain("GET", "/x/y", Guard::No), route(Policy::B, "GET", "/x/{p}")];
    holds(&App { items, layers: vec![cors(Policy::App)], ..App::default() }, "GET", &["/x/y", "/x/z"]);
}

#[test]
fn t41_a_layer_around_a_scope_does_not_know_what_is_outside() {
    let inside = vec![plain("POST", "/{p}", Guard::No)];
    let items = vec![
        scope("/s", Guard::No, inside, vec![enforced(Policy::App)]),
        route(Policy::Public, "POST", "/{a}/{b}"),
    ];
    holds(&App { items, ..App::default() }, "POST", &["/s/x", "/x/s"]);
}

#[test]
fn t41_scopes_that_guards_tell_apart() {
    let items = vec![
        scope("/s", Guard::Host, vec![route(Policy::Public, "POST", "/x")], Vec::new()),
        scope("/s", Guard::No, vec![route(Policy::B, "POST", "/x")], Vec::new()),
    ];
    let layers = vec![enforced(Policy::App)];
    holds(&App { items, layers, scopes_are_guarded: true, ..App::default() }, "POST", &["/s/x"]);
}

#[test]
fn t41_a_route_that_a_layer_takes_the_slash_from() {
    for slashes in [Slashes::Trim, Slashes::MergeOnly] {
        for layer in [cors(Policy::App), enforced(Policy::App)] {
            let layers = vec![layer, Layer::Normalizes(slashes), Layer::Fails(7)];
            for (pattern, paths) in [("/x/", &["/x/", "/x"][..]), ("/t/{tail}*", &["/t/", "/t/x", "//t/x"])] {
                let items = vec![route(Policy::Public, "GET", pattern)];
                let app = App { items, default: Some(1), layers: layers.clone(), ..App::default() };
                holds(&app, "GET", paths);
            }
            let inside = vec![route(Policy::A, "GET", "/x")];
            let items =
                vec![scope("/{q}", Guard::No, inside, Vec::new()), route(Policy::B, "GET", "/{tail:.*}")];
            let app = App { items, default: Some(3), layers: layers.clone(), ..App::default() };
            holds(&app, "GET", &["//x-y", "/x/x", "/x//x"]);
        }
    }
}

#[test]
fn t42_an_error_where_the_path_of_a_scope_ends() {
    let layers = vec![cors(Policy::Public), Layer::Fails(7)];
    let items = vec![
        scope("/{q}", Guard::No, vec![route(Policy::A, "PUT", "")], layers),
        plain("GET", "/{tail:.*}", Guard::No),
    ];
    for scopes_are_guarded in [false, true] {
        holds(&App { items: items.clone(), scopes_are_guarded, ..App::default() }, "PUT", &["/s"]);
    }
    let inner = scope("/s", Guard::No, vec![route(Policy::Public, "PUT", "")], vec![Layer::Fails(7)]);
    let items =
        vec![plain("DELETE", "/{tail:.*}", Guard::No), scope("/s", Guard::No, vec![inner], Vec::new())];
    for scopes_are_guarded in [false, true] {
        let layers = vec![cors(Policy::Scope)];
        holds(&App { items: items.clone(), layers, scopes_are_guarded, ..App::default() }, "PUT", &["/s/s"]);
    }
}

#[test]
fn t43_a_guarded_route_before_a_scope_with_a_layer() {
    for (guard, default) in [(Guard::Host, Some(1)), (Guard::Field, Some(1)), (Guard::Field, None)] {
        let inside = vec![route(Policy::B, "PUT", "/{p}-{q}")];
        let mut behind = scope("/x", Guard::No, inside, vec![cors(Policy::App)]);
        if let Item::Scope(scope) = &mut behind {
            scope.default = default;
        }
        let items = vec![guarded(Policy::B, "PUT", "/x/{p}", guard), behind];
        for scopes_are_guarded in [false, true] {
            let app = App { items: items.clone(), default: Some(4), scopes_are_guarded, ..App::default() };
            holds(&app, "PUT", &["/x/s", "/x/s-s"]);
        }
    }
}

#[test]
fn t43_a_guarded_scope_in_front_has_the_switch() {
    let inside = vec![guarded(Policy::B, "GET", "/x/{p}", Guard::Host)];
    let items = vec![
        scope("", Guard::Field, inside, vec![cors(Policy::App)]),
        route(Policy::Public, "GET", "/x/{p}"),
    ];
    holds(&App { items, scopes_are_guarded: true, ..App::default() }, "GET", &["/x/y"]);
}

#[test]
fn t43_two_scopes_alike() {
    let alike = |default| {
        let mut scope = scope("/{q}", Guard::No, vec![route(Policy::B, "POST", "/{tail:.*}")], Vec::new());
        if let Item::Scope(scope) = &mut scope {
            scope.default = default;
        }
        scope
    };
    for defaults in [[None, Some(1)], [Some(1), Some(2)], [Some(1), None], [None, None]] {
        let items = defaults.map(alike).to_vec();
        holds(
            &App { items, layers: vec![enforced(Policy::App)], ..App::default() },
            "POST",
            &["/7/x/", "/7"],
        );
    }
}

#[test]
fn t42_a_default_service_has_the_layer_s_policy() {
    let items = vec![route(Policy::B, "GET", "/x")];
    let app = App { items, default: Some(1), layers: vec![cors(Policy::App)], ..App::default() };
    holds(&app, "GET", &["/x", "/x/", "//x", "/x//"]);
}

#[test]
fn t42_a_guarded_route_in_front() {
    for guard in [Guard::Host, Guard::Field] {
        let items = vec![plain("GET", "/x", guard), route(Policy::B, "GET", "/x")];
        holds(&App { items, layers: vec![cors(Policy::App)], ..App::default() }, "GET", &["/x"]);
    }
}

#[test]
fn t42_a_guarded_scope_in_front() {
    let items = vec![
        scope("/s", Guard::Host, vec![plain("GET", "/x", Guard::No)], Vec::new()),
        scope("/s", Guard::No, vec![route(Policy::B, "GET", "/x")], Vec::new()),
    ];
    let layers = vec![cors(Policy::App)];
    holds(&App { items, layers, scopes_are_guarded: true, ..App::default() }, "GET", &["/s/x"]);
}

#[test]
fn t42_a_route_that_is_never_reached() {
    let items = vec![plain("GET", "/{tail:.*}", Guard::No), route(Policy::B, "GET", "/x")];
    holds(&App { items, layers: vec![enforced(Policy::App)], ..App::default() }, "GET", &["/x"]);
}

#[test]
fn t42_errors_made_on_the_way() {
    let layers = vec![cors(Policy::App), Layer::Fails(7)];
    let items = vec![plain("GET", "/x/y", Guard::No), route(Policy::B, "GET", "/x/{p}")];
    holds(&App { items, layers: layers.clone(), ..App::default() }, "GET", &["/x/y", "/x/z", "/x/z/"]);
    let guarded = Plain {
        pattern: "/x/y",
        guard: Guard::No,
        is_attribute: false,
        routes: vec![(Some("GET"), Guard::No, 1)],
        default: None,
        layers: vec![Layer::Fails(8)],
    };
    let items = vec![Item::Plain(guarded), route(Policy::B, "GET", "/x/{p}")];
    holds(&App { items, layers: vec![cors(Policy::App)], ..App::default() }, "GET", &["/x/y", "/x/z"]);
}

#[test]
fn t43_a_guard_on_a_field_and_a_plain_resource_after_it() {
    let items = vec![guarded(Policy::A, "PUT", "/{p}", Guard::Field), plain("PUT", "/x", Guard::No)];
    holds(&App { items: items.clone(), ..App::default() }, "PUT", &["/x", "/y"]);
    holds(&App { items, layers: vec![cors(Policy::App)], ..App::default() }, "PUT", &["/x", "/y"]);
}

#[test]
fn t41_a_twin_in_another_scope() {
    // Number 3 gives the plain resource the name of the route, so that they look alike.
    let twin = |pattern| {
        Item::Plain(Plain {
            pattern,
            guard: Guard::No,
            is_attribute: false,
            routes: vec![(Some("PUT"), Guard::No, 3)],
            default: None,
            layers: Vec::new(),
        })
    };
    let with_default = |prefix, items| {
        Item::Scope(Scope { prefix, guard: Guard::No, items, default: Some(9), layers: Vec::new() })
    };
    // In two scopes in a row with default services of their own, the second route has no mark.
    for scopes in [
        vec![
            with_default("/v1", vec![route(Policy::A, "GET", "/x"), twin("/{p}")]),
            with_default("/v2", vec![route(Policy::A, "PUT", "/{p}")]),
        ],
        vec![
            with_default("/v1", vec![route(Policy::A, "GET", "/x"), route(Policy::A, "PUT", "/{p}")]),
            with_default("/v2", vec![twin("/{p}")]),
        ],
        vec![with_default(
            "/v1",
            vec![route(Policy::Public, "GET", "/x"), twin("/x"), route(Policy::A, "GET", "/x")],
        )],
    ] {
        let app = App {
            items: scopes,
            default: None,
            layers: vec![enforced(Policy::B)],
            scopes_are_guarded: false,
        };
        for method in ["GET", "PUT"] {
            holds(&app, method, &["/v1/x", "/v2/x", "/v1/y", "/v2/y"]);
        }
    }
}

/// A scope whose guard nobody was told of, with a route that everybody may read.
fn guarded_scope(prefix: &'static str, guard: Guard, pattern: &'static str) -> Item {
    scope(prefix, guard, vec![route(Policy::Public, "PUT", pattern)], Vec::new())
}

#[test]
fn t41_a_scope_that_turns_away_what_another_route_takes_is_found_out() {
    for guard in [Guard::Host, Guard::Field] {
        for prefix in ["/s", "/{q}", ""] {
            for pattern in ["/x", "/{a}/{b}", "/{tail:.*}"] {
                let items =
                    vec![guarded_scope(prefix, guard, pattern), route(Policy::B, "GET+PUT", "/{a}/{b}")];
                let layers = vec![enforced(Policy::App)];
                let app = App { items, layers, ..App::default() };
                holds_from_then_on(&app, "PUT", &["/s/x", "/s/y"]);
                // The scope's default service was certain, too.
                holds_from_then_on(&app, "GET", &["/s/x"]);
            }
        }
    }
}

#[test]
fn t42_a_scope_that_turns_away_what_a_default_service_takes_is_found_out() {
    for guard in [Guard::Host, Guard::Field] {
        for layers in [
            vec![enforced(Policy::App)],
            vec![Layer::Normalizes(Slashes::Trim), cors(Policy::App)],
            vec![
                enforced(Policy::B),
                Layer::Cors(Cors { id: 7, policy: Policy::App, enforce: true, unguarded_upgrades: false }),
            ],
        ] {
            for default in [None, Some(1)] {
                let items = vec![guarded_scope("/s", guard, "/x")];
                let app = App { items, default, layers: layers.clone(), ..App::default() };
                holds_from_then_on(&app, "PUT", &["/s/x", "/s"]);
            }
        }
    }
}

#[test]
fn t41_a_scope_that_turns_away_what_a_resource_takes_is_found_out() {
    for guard in [Guard::Host, Guard::Field] {
        // The guard of the route inside hides nothing.
        for own in [Guard::No, Guard::Host, Guard::Field] {
            let inside = vec![guarded(Policy::A, "PUT", "/x", own)];
            let items = vec![scope("/s", guard, inside, Vec::new()), plain("PUT", "/s/x", Guard::No)];
            for layer in [cors(Policy::App), enforced(Policy::App)] {
                let app = App { items: items.clone(), layers: vec![layer], ..App::default() };
                holds_from_then_on(&app, "PUT", &["/s/x"]);
            }
        }
    }
}

#[test]
fn t41_a_scope_among_others_that_turns_requests_away_is_found_out() {
    let both = || vec![route(Policy::Public, "PUT", "/x"), plain("GET", "/x", Guard::No)];
    for guard in [Guard::Host, Guard::Field] {
        for items in [
            // Behind a route that takes another method.
            vec![
                route(Policy::B, "POST", "/{a}/{b}"),
                guarded_scope("/s", guard, "/x"),
                route(Policy::B, "GET+PUT", "/{a}/{b}"),
            ],
            // A resource in the scope could have ended there, but the route in front of it is certain.
            vec![scope("/s", guard, both(), Vec::new()), plain("PUT", "/s/x", Guard::No)],
        ] {
            let layers = vec![enforced(Policy::App)];
            // Around the app, and around a scope.
            let app = App { items: items.clone(), layers: layers.clone(), ..App::default() };
            holds_from_then_on(&app, "PUT", &["/s/x"]);
            let app = App { items: vec![scope("/v", Guard::No, items, layers)], ..App::default() };
            holds_from_then_on(&app, "PUT", &["/v/s/x"]);
        }
    }
}

#[test]
fn t43_a_resource_in_front_of_a_scope_says_nothing_of_its_guards() {
    let items = vec![plain("PUT", "/s/x", Guard::No), guarded_scope("/s", Guard::No, "/{p}")];
    let layers = vec![enforced(Policy::Scope)];
    holds_from_then_on(&App { items, layers, ..App::default() }, "PUT", &["/s/x", "/s/y"]);
}

#[test]
fn t43_an_error_on_the_way_says_nothing_of_guards() {
    for prefix in ["", "/s"] {
        for layers in [vec![Layer::Fails(7)], Vec::new()] {
            let inside = vec![route(Policy::Public, "PUT", "/{a}/{b}"), route(Policy::Public, "PUT", "/x")];
            let items = vec![scope(prefix, Guard::No, inside, layers)];
            for inner in [None, Some(Layer::Fails(8)), Some(Layer::Normalizes(Slashes::Trim))] {
                let layers = [Some(enforced(Policy::Scope)), inner].into_iter().flatten().collect();
                let app = App { items: items.clone(), layers, ..App::default() };
                holds_from_then_on(&app, "PUT", &["/s/x", "//s/x", "/s//x"]);
                holds(&app, "PUT", &["/s/x"]);
            }
        }
    }
}
