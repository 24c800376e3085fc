//! The middleware as an app writes it.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};

use crate::fields::Answers;
use crate::service::CorsMiddleware;
use crate::source::Source;

/// Middleware that answers preflights and puts a policy's fields on every response.
///
/// Build it once, outside of the closure that [`HttpServer`](actix_web::HttpServer) runs for each
/// worker, and clone it there.
///
/// * A **preflight** – `OPTIONS` with `Origin` and `Access-Control-Request-Method` – is answered here,
///   allowed or not. The app never sees it, and so neither authentication nor a handler inside can
///   turn it away. Any other `OPTIONS` request is the app's.
/// * **Every other response** gets the fields: those of handlers, the router's 404 and 405, errors from
///   extractors and handlers, `Err` from middleware inside, streams, upgrades. For an origin that is
///   not allowed they say nothing but `Vary`; the app runs all the same, since CORS is about who
///   may *read*.
/// * `Access-Control-*` fields are the policy's. What the app or a layer inside sets by hand is taken
///   off first, so that no handler can open what the policy keeps shut, and no response carries two
///   lines of which a browser accepts neither.
/// * `Vary` is merged: what stands there stays, and nothing is added twice.
/// * The decision is made from the request as it arrives. What layers inside do to it changes nothing.
///
/// Wrap it after (that is, outside of) whatever may answer or fail in the app's stead, so that those
/// responses can be read, too:
///
/// ```
/// use actix_web::{App, HttpServer, middleware::Logger, web};
/// use cors_actix::{Block, Config, Cors, Mode};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let block = Block::new().origins(["https://app.example"]).methods(["GET", "PUT"]).headers(["authorization"]);
/// let cors = Cors::new(Config::new(block).policy(Mode::Production)?);
/// let server = HttpServer::new(move || {
///     App::new()
///         .route("/tasks", web::get().to(|| async { "[]" }))
///         .wrap(cors.clone())
///         .wrap(Logger::default())
/// });
/// # Ok(())
/// # }
/// ```
///
/// Fetch, sections "CORS protocol" and "CORS-preflight fetch".
#[derive(Clone, Debug)]
#[must_use = "it does nothing until an app wraps it"]
pub struct Cors {
    source: Source,
}

impl Cors {
    /// Middleware for this policy: a [`PolicySet`](crate::PolicySet) that `cors_policy!` declares, or a
    /// [`Policy`](crate::Policy), owned, shared or static.
    ///
    /// Of a set it takes [the policy in force](crate::PolicySet::active), and so it reads the
    /// environment once, here.
    pub fn new(policy: impl Into<Source>) -> Self {
        Self { source: policy.into() }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Cors
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = CorsMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let answers = Rc::new(Answers::bake(self.source.0.clone()));
        ready(Ok(CorsMiddleware { service, answers }))
    }
}
