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
//! With the feature `config` a policy can come from a file or the environment as well: see
//! `Config`. The rules are the same.
//!
//! # What happens to a request
//!
//! ```text
//!               request                                     response
//!                  │                                            ▲
//!  AllowedHosts    ├── Host is not ours ───────────────── 400 ──┤
//!                  │                                            │
//!  Cors            ├── preflight ── decide ── 204 or 403 ───────┤
//!                  │                                            │
//!                  ├── else ─────── decide ──► fields ──┐       │
//!                  │                                    ▼       │
//!                  │                   - Access-Control-*, + fields
//!                  ▼                                            ▲
//!  the app         └──── middleware, router, handlers ──────────┘
//! ```
//!
//! The decision is [`cors_core`]'s: `Policy::decide` takes borrowed bytes and gives back a set of
//! fields, which borrows nothing and so outlives the request's way through the app. This crate reads
//! a head for it (`head`), has each field's value ready as a `HeaderValue` (`fields`, baked once per
//! worker), and edits a response (`service`). It makes no decision of its own about an origin, a
//! method or a header.
//!
//! A request costs a lookup of `Origin`, a decision, and the fields that it gets: no allocation, no
//! boxed future. Bodies stay as they are where `Cors` wraps the app itself, whose bodies are boxed;
//! around layers with bodies of their own, such as `Compress`, they are boxed once.

mod body;
mod cors;
mod event;
mod fields;
mod guard;
mod head;
mod hosts;
mod options;
mod paths;
mod policy_macro;
mod preflight;
mod registry;
mod resolve;
mod route;
mod service;
mod source;
mod spelling;

pub use cors::Cors;
#[doc(hidden)]
pub use cors_core as __core;
#[cfg(feature = "config")]
pub use cors_core::{
    Block, Config, Expectation, Listed, Locus, MaxAge, OriginEntry, Place, Setting, Violation, Violations,
    public_suffix_list_date,
};
pub use cors_core::{Decision, Denial, Key, Mode, Policy, PolicySet, Rule};
#[doc(hidden)]
pub use cors_macros::cors_policy as __cors_policy;
pub use cors_macros::cors;
pub use head::is_preflight;
pub use hosts::{AllowedHosts, AllowedHostsFuture, AllowedHostsMiddleware};
pub use service::{CorsFuture, CorsMiddleware};
pub use paths::Paths;
pub use source::Source;

/// What the expansion of `#[cors]` names: no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use actix_web::dev::{AppService, HttpServiceFactory};
    pub use actix_web::guard::fn_guard;

    pub use crate::route::{Route, layer, register};
}
