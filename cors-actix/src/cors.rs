//! The middleware as an app writes it.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpRequest, HttpResponse};
use cors_core::Denial;

use crate::fields::Answers;
use crate::options::Options;
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
/// use cors_actix::{Cors, cors_policy};
///
/// cors_policy! {
///     static TASKS;
///     origins: ["https://app.example"],
///     methods: [GET, PUT],
///     headers: ["authorization"],
/// }
///
/// # fn main() {
/// let cors = Cors::new(&TASKS);
/// let server = HttpServer::new(move || {
///     App::new()
///         .route("/tasks", web::get().to(|| async { "[]" }))
///         .wrap(cors.clone())
///         .wrap(Logger::default())
/// });
/// # }
/// ```
///
/// Fetch, sections "CORS protocol" and "CORS-preflight fetch".
#[derive(Clone, Debug)]
#[must_use = "it does nothing until an app wraps it"]
pub struct Cors {
    source: Source,
    options: Options,
}

impl Cors {
    /// Middleware for this policy: a [`PolicySet`](crate::PolicySet) that `cors_policy!` declares, or a
    /// [`Policy`](crate::Policy), owned, shared or static.
    ///
    /// Of a set it takes [the policy in force](crate::PolicySet::active), and so it reads the
    /// environment once, here.
    pub fn new(policy: impl Into<Source>) -> Self {
        Self { source: policy.into(), options: Options::default() }
    }

    /// Refuses what CORS lets through: a request whose origin is not allowed gets 403, and the app is
    /// not asked.
    ///
    /// CORS decides who may read a response, so that a page anywhere can have `GET`, `HEAD` and `POST`
    /// requests run that need no preflight, with the user's cookies on them: a form will do.
    /// With this they end here. Two kinds pass all the same:
    ///
    /// * a request without `Origin`: a navigation, an image, a program that is no browser. For `GET` and
    ///   `HEAD` a browser says no more, so that those must not change anything;
    /// * a same-origin one, which has `Origin` for every other method: `Sec-Fetch-Site: same-origin` says
    ///   so, and where a browser leaves that field out, `Origin` equal to scheme and `Host`. The scheme is that
    ///   of the server's own socket: see [`behind_tls`](Self::behind_tls). `Forwarded` and the like are
    ///   not looked at, for anybody can write them.
    ///
    /// That comparison is only as good as `Host`. A policy with `hosts` has it checked here; for one
    /// without, a line in the log at start-up says so. See [`AllowedHosts`](crate::AllowedHosts).
    ///
    /// This is no substitute for tokens against cross-site request forgery where old browsers
    /// matter, and none for authentication anywhere: a program sends any `Origin` it likes.
    ///
    /// ```
    /// use cors_actix::{Cors, cors_policy};
    ///
    /// cors_policy! {
    ///     static TASKS;
    ///     origins: ["https://app.example"],
    ///     hosts: ["api.example"],
    /// }
    ///
    /// let cors = Cors::new(&TASKS).enforce();
    /// ```
    pub fn enforce(mut self) -> Self {
        if !self.source.0.checks_host() {
            tracing::warn!(
                "CORS is enforced without `hosts` in the policy: a page whose name is made to resolve \
                 to this machine (DNS rebinding) counts as same-origin"
            );
        }
        self.options.enforce = true;
        self
    }

    /// Lets upgrades through whatever their origin.
    ///
    /// By default a request with `Upgrade`, such as a WebSocket's handshake, is refused with 403 if its
    /// origin is neither allowed nor the API's own: browsers send cookies along with it, let any page
    /// open it, and look at none of the response's fields (cross-site WebSocket hijacking). RFC 6455,
    /// section 10.2, leaves the check to the server.
    ///
    /// Turn it off if the handler checks the origin itself, or needs no check since it asks for a token
    /// in the first message.
    pub fn unguarded_upgrades(mut self) -> Self {
        self.options.unguarded_upgrades = true;
        self
    }

    /// Says that browsers reach the app over `https`, although its own socket is plain: behind a proxy
    /// that ends TLS.
    ///
    /// It matters for the one comparison that [`enforce`](Self::enforce) and upgrades make of `Origin` with
    /// `Host`. The proxy has to pass `Host` on as the browser sent it.
    pub fn behind_tls(mut self) -> Self {
        self.options.behind_tls = true;
        self
    }

    /// Only reports: every request passes, no response is changed, and what the policy denies is in
    /// the log (level `debug`).
    ///
    /// For trying a stricter policy in production. Wrap it outside of the policy in force, which answers preflights itself:
    ///
    /// ```
    /// # use cors_actix::{Cors, cors_policy};
    /// # cors_policy! { static IN_FORCE; origins: ["https://app.example", "https://old.example"] }
    /// # cors_policy! { static STRICTER; origins: ["https://app.example"] }
    /// let app = actix_web::App::new()
    ///     .wrap(Cors::new(&IN_FORCE))
    ///     .wrap(Cors::new(&STRICTER).report_only());
    /// ```
    pub fn report_only(mut self) -> Self {
        self.options.report_only = true;
        self
    }

    /// Has refusals answered in the app's own format, in place of an empty 403: refused preflights, and
    /// what [`enforce`](Self::enforce) or the guard of upgrades refuses.
    ///
    /// `Access-Control-*` fields of the response are taken off, and `Vary` is added. A browser shows neither to the page;
    /// this is for those who look at the network tab, and for clients of other kinds.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// # use cors_actix::{Cors, cors_policy};
    /// # cors_policy! { static TASKS; origins: ["https://app.example"] }
    ///
    /// let cors = Cors::new(&TASKS)
    ///     .on_refusal(|denial, _request| HttpResponse::Forbidden().body(denial.kind()));
    /// ```
    pub fn on_refusal<F>(mut self, respond: F) -> Self
    where
        F: Fn(&Denial<'_>, &HttpRequest) -> HttpResponse + Send + Sync + 'static,
    {
        self.options.on_refusal = Some(Arc::new(respond));
        self
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
        ready(Ok(CorsMiddleware { service, answers, options: self.options.clone() }))
    }
}
