//! For users of another library: each of its settings with its counterpart here, a complete example
//! before and after, and what behaves differently.
//!
//! | from | guide | compared with |
//! |---|---|---|
//! | django-cors-headers, and Django's `ALLOWED_HOSTS` | [`django`] | 4.9.0, Django 5.2 |
//! | `actix_cors::Cors` | [`actix_cors`] | 0.7.2 |
//! | `tower_http::cors::CorsLayer` | [`tower_http`] | 0.7.1 |
//! | the npm package `cors`, for Express | [`express`] | 2.8.6 |
//!
//! # What is new to all of them
//!
//! * A policy is declared with [`cors_policy!`](crate::cors_policy) and checked when the app is built. A mistake is an error on its
//!   token; what is dangerous but sometimes right needs `expect(rule, reason = "…")`. Each [`Rule`](crate::Rule)
//!   has a page.
//! * Nothing is allowed unless it is written: no origins, no request headers, no exposed headers, no credentials.
//!   The only default is `methods`: `GET`, `HEAD` and `POST`, which browsers send without asking.
//! * The origin of every request, and a preflight's method and headers, are checked on the server. A refused
//!   preflight is a 403 without any `Access-Control-*` field, so that the console says that
//!   `Access-Control-Allow-Origin` is missing, whatever was wrong. The log (target `cors_actix`, level `debug`) and
//!   [`Cors::diagnostics`](crate::Cors::diagnostics) name the reason.
//! * An actual request from an origin that is not allowed reaches the app, as in the other libraries: CORS is about
//!   who may *read*. [`Cors::enforce`](crate::Cors::enforce) refuses it, and
//!   [`Cors::isolate`](crate::Cors::isolate) also refuses requests for images and scripts by other sites. A WebSocket handshake from such an
//!   origin is refused by default, since browsers do not apply CORS to it: [`Cors::unguarded_upgrades`](crate::Cors::unguarded_upgrades)
//!   turns that off.
//! * The policy owns the `Access-Control-*` fields: those that a handler sets are removed.
//!
//! This module is only documentation, and is not compiled into apps.

#[doc = include_str!("actix_cors.md")]
pub mod actix_cors {}

#[doc = include_str!("django.md")]
pub mod django {}

#[doc = include_str!("express.md")]
pub mod express {}

#[doc = include_str!("tower_http.md")]
pub mod tower_http {}
