//! CORS for Actix Web, decided at compile time.
//!
//! A policy says which pages may call an API from a browser, and what they may do. It is declared
//! once, checked by the compiler, and compiled to tables; this crate puts it in front of an app.
//!
//! ```
//! use actix_web::{App, HttpServer, web};
//! use cors_actix::{AllowedHosts, Cors, cors_policy};
//!
//! cors_policy! {
//!     /// Who may call the task API from a browser.
//!     static TASKS;
//!
//!     origins: ["https://app.example"],
//!     credentials: true,
//!     methods: [GET, PUT],
//!     headers: ["content-type"],
//!     hosts: ["api.example"],
//! }
//!
//! # fn main() {
//! let (cors, hosts) = (Cors::new(&TASKS), AllowedHosts::new(&TASKS));
//! let server = HttpServer::new(move || {
//!     App::new()
//!         .route("/tasks", web::get().to(|| async { "[]" }))
//!         .wrap(cors.clone())
//!         .wrap(hosts.clone())
//! });
//! # }
//! ```
//!
//! A route can have its own policy: see [`#[cors]`](macro@cors). So can paths: see [`Cors::paths`]. If the origins are in a
//! database, see [`Cors::origins_from`].
//!
//! To move from django-cors-headers, `actix-cors`, `tower-http` or Express's `cors`, see the [`guide`].
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `config` | `Config`: policies from files and the environment, checked by the same rules |
//! | `reload` | `Reloadable`: a policy that can be swapped while requests run |
//! | `metrics` | counters, for any exporter of the [`metrics`](https://docs.rs/metrics) facade: see [below](#counters) |
//! | `testing` | `browser`: what a browser does with a policy's answers, for an app's tests; `PolicySet::to_toml` |
//!
//! # What happens to a request
//!
//! ```text
//!               request                                     response
//!                  │                                            ▲
//!  AllowedHosts    ├── Host is not ours ───────────────── 400 ──┤
//!                  │                                            │
//!                  │ (not listed: the app's source is asked)    │
//!  Cors            ├── preflight ── decide ── 204 or 403 ───────┤
//!                  │                                            │
//!                  ├── else ─────── decide ──► fields ──┐       │
//!                  │                                    ▼       │
//!                  │                   - Access-Control-*, + fields
//!                  ▼                                            ▲
//!  the app         └──── middleware, router, handlers ──────────┘
//! ```
//!
//! [`cors_engine`] makes the decision: `Policy::decide` takes borrowed bytes and returns a set of
//! fields. The set borrows nothing, so it can be kept until the app has answered. This crate reads
//! the request's head for it (`request`), prepares each field's value as a `HeaderValue` once per
//! worker (`response/headers`), and edits the response (`response/edit`). It never decides about an origin, a
//! method or a header itself.
//!
//! To read the source, start with `service.rs`, which is this drawing in code, and continue with what it calls. `cors.rs` is
//! the builder for it. What `#[cors]` does for a route starts at `attribute/register.rs`; `route/resolve.rs` finds out which
//! route a request is for.
//!
//! A request costs a lookup of `Origin`, a decision, and the fields that it gets. `Cors` itself allocates nothing, and boxes no
//! future unless a source of origins is asked. If `Cors` wraps the app itself, bodies are boxed already and stay as they
//! are; around layers with bodies of their own, such as `Compress`, they are boxed once.
//!
//! # Counters
//!
//! They need the feature `metrics`. Labels never contain text of a request, so they have few values.
//!
//! | counter | label | values |
//! |---|---|---|
//! | `cors_requests_total` | `outcome` | `allowed`, `preflight_allowed`, `preflight_refused`, `refused` (403, or 400 for a host), `unreadable` (the app ran, the page cannot read), `same_origin` (not listed, but the API's own), `reported` (by [`report_only`](Cors::report_only)) |
//! | | `denial` | [`Denial::kind`], `host_not_allowed`, or `none` |
//! | `cors_origin_source_failures_total` | `kind` | `error`, `timeout` |
//! | `cors_policy_changes_total` | `outcome` | of [a followed feed](Reloadable::follow): `applied`, `breaks_rules`, `locks_out`, `unavailable` |
//!
//! The gauge `cors_policy_fingerprint` is the [fingerprint](Policy::fingerprint) of the followed policy that is in force: its first 13 hex digits
//! as a number, because an `f64` cannot hold 16. It is the same in all processes that have the same policy.
//!
//! Each layer counts the requests with an `Origin` that it decides: if one layer wraps another, both count. A request
//! without an `Origin` is counted only if it is refused: by [`enforce`](Cors::enforce), or for its host.
// docs.rs shows which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_debug_implementations)]

mod attribute;
mod cors;
mod future;
#[cfg(any(doc, doctest))]
pub mod guide;
mod held;
mod hosts;
mod options;
mod path;
mod policy;
mod policy_macro;
mod refuse;
mod report;
mod request;
mod response;
mod route;
mod service;
mod startup;

pub use cors::Cors;
#[doc(hidden)]
pub use cors_engine as __core;
#[cfg(feature = "testing")]
pub use cors_engine::browser;
#[cfg(feature = "config")]
pub use cors_engine::{
    Block, Config, Entry, Language, Locus, Place, Proposal, Violation, Violations, public_suffix_list_date,
};
pub use cors_engine::{Decision, Denial, Explanation, Key, Mode, Policy, PolicySet, Rule};
#[doc(hidden)]
pub use cors_macros::cors_policy as __cors_policy;
pub use future::CorsFuture;
pub use hosts::{AllowedHosts, AllowedHostsFuture, AllowedHostsMiddleware};
#[cfg(all(feature = "config", feature = "reload"))]
pub use policy::feed::{Follow, PolicyFeed};
pub use policy::origin_source::OriginSource;
#[cfg(feature = "reload")]
pub use policy::reload::Reloadable;
pub use policy::source::Source;
pub use request::is_preflight;
pub use service::CorsMiddleware;

/// Gives a route its own policy, and registers the preflight for it.
///
/// Put it above the route macro, and register the handler as usual. `.service(update)` then registers the
/// route and its preflights: the policy of `update` answers an `OPTIONS /tasks/7` that asks for `PUT`, and the policy of `remove`
/// answers one that asks for `DELETE`.
///
/// ```
/// use actix_web::{App, HttpResponse, Responder, delete, get, put, web};
/// use cors_actix::{Cors, cors, cors_policy};
///
/// cors_policy! {
///     static TASKS;
///     origins: ["https://app.example"],
///     methods: [GET, PUT],
///     headers: ["content-type"],
/// }
///
/// #[get("/tasks/{id}")]
/// async fn show(id: web::Path<u64>) -> impl Responder {
///     format!("task {id}")
/// }
///
/// #[cors(TASKS)]
/// #[put("/tasks/{id}")]
/// async fn update(id: web::Path<u64>) -> impl Responder {
///     HttpResponse::NoContent()
/// }
///
/// // Settings instead of a name: `=` for the `:` of `cors_policy!`, and the route's methods.
/// #[cors(origins = ["https://admin.example"], headers = ["authorization"])]
/// #[delete("/tasks/{id}")]
/// async fn remove(id: web::Path<u64>) -> impl Responder {
///     HttpResponse::NoContent()
/// }
///
/// let app = App::new().service(show).service(update).service(remove).wrap(Cors::new(&TASKS));
/// ```
///
/// It works with every route macro of Actix, with `#[route]` and `#[routes]`, their `name`, `guard` and `wrap`,
/// in scopes and under `#[scope]`. Above a `#[scope]` module it applies to each route in the module, and in modules inside, that
/// does not have its own `#[cors]`. Macros of other crates that need to see the handler itself
/// (for API documentation, for example) go above it.
///
/// It never leaves a route without its policy: anything that it cannot read as a route is a compile error. Above a module, so is
/// everything that might become a route: a renamed route macro, a route inside a function, a macro call among the items,
/// a `mod` in its own file.
///
/// The handler has the visibility that Actix's macros give it by default: it can be used wherever its module can.
///
/// # Arguments
///
/// * `#[cors(TASKS)]`: the name of a static that [`cors_policy!`] declares. [The policy in
///   force](PolicySet::active) is looked up once, when the route is registered.
/// * `#[cors(origins = […], …)]`: the keys, values, blocks and [rules](Rule) of `cors_policy!`. Without `methods`,
///   the policy allows the route's methods.
/// * `crate = path` with either, if this crate has another name than `cors_actix`.
///
/// Settings may have blocks, as in `cors_policy!`. In a debug build the route below is open to the front end's development server;
/// a release binary does not contain that block:
///
/// ```
/// # use actix_web::{Responder, get};
/// # use cors_actix::cors;
/// #[cors(
///     origins = ["https://admin.example"],
///     headers = ["authorization"],
///     development {
///         origins = ["http://localhost:5173"],
///         headers = any,
///     }
/// )]
/// #[get("/reports")]
/// async fn reports() -> impl Responder {
///     "reports"
/// }
/// # let _ = reports;
/// ```
///
/// Without that block, the policy is the same in a debug build. If the app's own policy is in development, an event of level
/// `info` at start-up names such routes, and their refusals say why.
///
/// A route whose method its policy does not allow in production is a compile error.
///
/// # Inside an app with a policy
///
/// Only the innermost policy decides. Within `App::wrap(Cors::new(…))`, a route with `#[cors]` uses its own
/// policy and inherits nothing, for preflights, responses and errors alike, even if authentication in between
/// turns the request away. Options that are not part of a policy (such as [`enforce`](Cors::enforce), the guard of upgrades and
/// [`on_refusal`](Cors::on_refusal)) come from the outer layer.
///
/// A preflight for a method that no such route serves is answered by the app's policy; without one, Actix answers it like any
/// other unknown `OPTIONS` request. If the app has a handler for `OPTIONS`, it still gets the requests that are not preflights.
///
/// # Which route a request is for
///
/// The one that Actix will route it to: paths are matched by Actix's own code, on the same text and in the order of
/// registration. A route that is reached answers by its own policy. A layer around the app has to decide earlier: about a preflight,
/// a request under [`enforce`](Cors::enforce), an upgrade. **If the route is not certain, every policy that may
/// apply has to allow the request, including the layer's own.**
///
/// | arrangement, in the order of registration | `PUT /tasks/all` is for |
/// |---|---|
/// | `#[cors(A)] #[put("/tasks/all")]`, then anything | A, for certain |
/// | `#[cors(A)] #[get("/tasks/{id}")]`, `#[cors(B)] #[put("/tasks/{id}")]` | B, for certain: a route with `#[cors]` has no other methods |
/// | `#[cors(B)] #[put("/tasks/{id}")]`, then `#[get("/tasks/{id}")]` without | B, for certain |
/// | `#[get("/tasks/{id}")]` without, then `#[cors(B)] #[put("/tasks/{id}")]` | B and the layer's: only the router sees the methods of the first. **Register the route with `#[cors]` first, or put `#[cors]` on both** |
/// | two handlers of one name (`mod a` and `mod b`, each with `fn task`) on `/tasks/{id}`, one with `#[cors(B)]` | B and the layer's, unless B's is the first route with `#[cors]` in its scope: Actix's map shows patterns and names alone. **Give the handlers two names** |
/// | `resource("/tasks/all")` without, then `#[cors(B)] #[put("/tasks/{id}")]` | B and the layer's; `/tasks/7` is B's, for certain |
/// | `#[cors(A)] #[put("/tasks/{id}", guard = "g")]`, then `#[cors(B)] #[put("/tasks/{id}")]` | A if `g` accepts it. If not: B, but for a preflight A and B, since `g` may accept the fields of the request after it |
/// | `scope("/tasks")` with guards and `#[cors(A)]` inside | A, until an answer from elsewhere shows the guards; with [`scopes_are_guarded`](Cors::scopes_are_guarded) A and whatever follows |
/// | a scope without `#[cors]` inside, then `#[cors(A)]` on its paths | A and the layer's |
/// | nothing that matches | the layer's, for certain |
///
/// Without a layer around it, a route answers its preflights itself, and refuses those that may be for a resource without `#[cors]` in
/// front of it, because that resource has no policy to allow them.
///
/// Browsers remember a preflight by URL, not by policy: if routes with different policies share a path, the methods and headers that one of
/// them allowed count for the others as well, for `max_age`, or for 5 seconds without it. Give all routes of a path the same
/// policy, or `max_age: 0` in each.
///
/// The log names an uncertain route once, and says what to do. [`NormalizePath`](actix_web::middleware::NormalizePath) belongs outside of [`Cors`];
/// if it is inside, every spelling that it may give a path counts as possible.
pub use cors_macros::cors;

/// Used by the expansion of `#[cors]`. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use actix_service::apply as wrap;
    pub use actix_web::dev::{AppService, HttpServiceFactory};
    pub use actix_web::guard::fn_guard;
    pub use actix_web::web::to;

    pub use crate::attribute::register::{RouteParts, register, register_wrapped};
}
