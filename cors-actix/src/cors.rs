//! The middleware as an app writes it.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpRequest, HttpResponse};
use cors_engine::Denial;
use cors_engine::adapter::is_page_origin;

use crate::options::Options;
use crate::policy::current::Current;
use crate::policy::origin_source::{Asking, OriginSource};
use crate::policy::paths::Paths;
use crate::policy::source::Source;
use crate::report::metrics;
use crate::report::nesting::Nesting;
use crate::report::startup::{self, Once};
use crate::route::registry::App;
use crate::service::CorsMiddleware;

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
/// * **At start-up** one event of level `info` says which policy holds: that of which mode, whether it lets in any origin,
///   and whether with credentials.
/// * The decision is made from the request as it arrives. What layers inside do to it changes nothing.
///
/// **Development foretells production.** In a debug build, under a `development` block, a preflight that the production policy
/// would refuse for its method or a header is allowed, and an event of level `warn` names the method or header and the line to write: once for each
/// of them, and for at most 64.
///
/// **One layer for one request.** Of two such layers round each other the outer one answers preflights and has the last word on
/// every response; an event of level `warn` at start-up says so. For another policy on some paths see [`at`](Self::at), and
/// for one of a route's own [`#[cors]`](macro@crate::cors). Layers side by side, each around a scope, do not touch each other.
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
    policies: Paths,
    options: Options,
    /// Clones are one layer to whoever reads the log, until one is made to differ.
    started: Once,
    nesting: Nesting,
}

impl Cors {
    /// Middleware for this policy: a [`PolicySet`](crate::PolicySet) that `cors_policy!` declares, or a
    /// [`Policy`](crate::Policy), owned, shared or static.
    ///
    /// Of a set it takes [the policy in force](crate::PolicySet::active), and so it reads the
    /// environment once, here.
    pub fn new(policy: impl Into<Source>) -> Self {
        Self {
            policies: Paths::everywhere(policy.into()),
            options: Options::default(),
            started: Once::default(),
            nesting: Nesting::default(),
        }
    }

    /// Middleware with a policy per path, and none on the others: see [`at`](Self::at).
    pub fn paths() -> Self {
        Self {
            policies: Paths::default(),
            options: Options::default(),
            started: Once::default(),
            nesting: Nesting::default(),
        }
    }

    /// Has this policy hold on the paths that a pattern matches.
    ///
    /// ```
    /// use actix_web::App;
    /// use cors_actix::{Cors, cors_policy};
    ///
    /// cors_policy! { static ADMIN; origins: ["https://admin.example"], methods: [GET, DELETE] }
    /// cors_policy! { static TASKS; origins: ["https://app.example"], methods: [GET, PUT] }
    ///
    /// let cors = Cors::paths().at("/api/admin/{tail}*", &ADMIN).at("/api/{tail}*", &TASKS);
    /// let app = App::new().wrap(cors);
    /// ```
    ///
    /// Patterns are those of Actix ([`ResourceDef`](actix_web::dev::ResourceDef)), matched by its own code on the text
    /// that its router matches: the path as it is decoded for routing, from the app's root, whatever
    /// is wrapped. So `/%61pi` is `/api`, while `/API`, `//api`, `/api/`, `/x/../api` and `/x%2Fapi` are not.
    ///
    /// * **The first pattern that matches holds**, in the order in which they are written. Nothing is
    ///   taken from the others.
    /// * On a path that none matches the policy of [`Cors::new`](Self::new) holds. After [`Cors::paths`](Self::paths) there is none,
    ///   and the middleware does nothing at all.
    /// * A layer that rewrites paths, such as `NormalizePath`, belongs outside of this one. Should
    ///   `NormalizePath` be inside all the same, a path that a tail matches as it is spelt, and that would
    ///   be an earlier pattern's once it is normalised, gets no policy.
    /// * Routes with [`#[cors]`](macro@crate::cors) have their own.
    ///
    /// # Panics
    ///
    /// If the pattern does not begin with a slash or is malformed, and if no path would ever get to
    /// it: since it matches the same paths as an earlier one, whatever the parameters are called, or
    /// less. Where patterns have regexes of their own, only equal ones are found.
    pub fn at(mut self, pattern: &str, policy: impl Into<Source>) -> Self {
        self.policies.add(pattern, policy.into());
        self.started = Once::default();
        self
    }

    /// Refuses requests that a page elsewhere makes, unless `origins` lists its origin: they get 403, and the app is not called.
    ///
    /// CORS decides who may read a response. Any page can still send `GET`, `HEAD` and `POST` requests that need no preflight, with the user's
    /// cookies: a form will do. With this they end here:
    ///
    /// | request | `Sec-Fetch-Site: same-origin`, `none` | any other `Sec-Fetch-Site` | without it |
    /// |---|---|---|---|
    /// | `Origin` is in `origins` | passes | passes | passes |
    /// | another `Origin` | passes | 403 | passes if it is the API's own, else 403 |
    /// | no `Origin`; `GET`, `HEAD` or `OPTIONS` | passes | passes | passes |
    /// | no `Origin`; another method, or an upgrade | passes | 403 | passes: no browser, or a very old one |
    ///
    /// The API's own origin is [the one that the app says](Self::own_origin), or else scheme and `Host`. The scheme is that
    /// of the server's own socket: see [`behind_tls`](Self::behind_tls). `Forwarded` and the like are
    /// not looked at, for anybody can write them. Under `origins: any` every `Origin` is allowed, and so is none.
    ///
    /// These are the decisions of Go's `net/http.CrossOriginProtection`, with `origins` as its trusted origins, but for three that are stricter:
    /// `GET`, `HEAD` and `OPTIONS` with an `Origin` that is not allowed are refused, the scheme has to be the API's, and of a field that
    /// comes twice nothing is believed. `GET` and `HEAD` without an `Origin` pass, so they must not change anything.
    ///
    /// What `same-origin` and `Host` say is only as good as a check of `Host`. A policy with `hosts` has it checked here; for one
    /// without, a line in the log at start-up says so. See [`AllowedHosts`](crate::AllowedHosts).
    ///
    /// This authenticates nobody: a program sends any field it likes.
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
        self.options.enforce = true;
        self.started = Once::default();
        self
    }

    /// Sets the API's own origin, where a proxy in front hides it: one that changes `Host`, drops its port, or ends TLS.
    ///
    /// It matters where a browser sends no `Sec-Fetch-Site`: [`enforce`](Self::enforce) and the guard of upgrades then let a page through whose
    /// `Origin` is this one, in place of what scheme and `Host` spell. CORS itself is not changed: a page of the API's own
    /// origin needs no permission to read.
    ///
    /// ```
    /// # use cors_actix::{Cors, cors_policy};
    /// # cors_policy! { static TASKS; origins: ["https://app.example"] }
    /// let cors = Cors::new(&TASKS).enforce().own_origin("https://api.example");
    /// ```
    ///
    /// # Panics
    ///
    /// If it is not an origin as a browser spells it: `http://` or `https://`, a host in lower case, and a port unless it is the scheme's default.
    /// There is no path, no slash at the end, and no `*`.
    pub fn own_origin(mut self, origin: &str) -> Self {
        let is_web = origin.starts_with("https://") || origin.starts_with("http://");
        assert!(
            is_web && is_page_origin(origin.as_bytes()) && !origin.contains('*'),
            "`own_origin({origin:?})` is not an origin as browsers spell it\n\
             help: write scheme, host and, unless it is the default, port, as in \"https://api.example\": lower case, no path, no slash at the end"
        );
        self.options.own_origin = Some(origin.into());
        self
    }

    /// [Enforces](Self::enforce) the policy, and besides keeps the API out of other sites' documents.
    ///
    /// * **A cross-site request of any method without `Origin` gets 403**, unless the user goes to the document by it: an image, a script, a
    ///   style sheet, a prefetch, an `<object>`. This is the resource isolation policy of
    ///   [Fetch Metadata](https://web.dev/articles/fetch-metadata): `Sec-Fetch-Site: cross-site` passes for a `GET` with
    ///   `Sec-Fetch-Mode: navigate` whose `Sec-Fetch-Dest` is neither `object` nor `embed`. It holds under `origins: any`, too.
    ///   A request with an allowed `Origin` passes, and so does one without `Sec-Fetch-Site`.
    /// * **Responses get `Cross-Origin-Resource-Policy: same-origin`**, unless the app has set that field. Browsers then give them to no page
    ///   of another origin, not even of the same site, that loads them without CORS. Listed origins are not shut out by that value: browsers do not apply
    ///   the field to requests in CORS mode. What such a page does by `fetch` works as it is, while an image or a script of the API needs
    ///   the attribute `crossorigin`, by which the browser sends `Origin`. A response that is for all pages says so itself:
    ///   `Cross-Origin-Resource-Policy: cross-origin`, though a cross-site page only gets it in a layer without `isolate`.
    /// * `Vary` names the `Sec-Fetch-*` fields that an answer depends on.
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
    /// let cors = Cors::new(&TASKS).isolate();
    /// ```
    pub fn isolate(mut self) -> Self {
        self.options.isolate = true;
        self.enforce()
    }

    /// Leaves CORS to a gateway in front: this layer answers no preflight, and adds no field of CORS to any response.
    ///
    /// Only one layer may answer to browsers: of two `Access-Control-Allow-Origin` they accept neither. So `Access-Control-*`
    /// fields that a handler sets are taken off, and those of the gateway are all there is. Preflights go to the gateway; one that it passes on is
    /// the app's, as any `OPTIONS` request. It holds for routes with [`#[cors]`](macro@crate::cors) inside, too.
    ///
    /// What does not depend on response fields stays: [`enforce`](Self::enforce), [`isolate`](Self::isolate), the guard of upgrades and
    /// [`AllowedHosts`](crate::AllowedHosts). For these the policy has to be the one that the gateway has: `cors export` writes it in the gateway's language.
    ///
    /// An event of level `info` at start-up says that the gateway answers.
    ///
    /// ```
    /// # use cors_actix::{Cors, cors_policy};
    /// # cors_policy! { static TASKS; origins: ["https://app.example"] }
    /// let cors = Cors::new(&TASKS).enforce().answered_by_gateway();
    /// ```
    pub fn answered_by_gateway(mut self) -> Self {
        self.options.answered_by_gateway = true;
        self.started = Once::default();
        self
    }

    /// Lets in origins that are not in the policy: those that this source allows, for tenants whose domains are in a
    /// database.
    ///
    /// * It is asked about an origin that the policy does not list, for preflights and actual requests alike,
    ///   and never about `null` or about what no browser sends. Under `origins: any` it is never asked.
    /// * An origin that it allows may do what the policy says: methods, headers and credentials
    ///   are the policy's. [`enforce`](Self::enforce) and the guard of upgrades go by its answer, too.
    /// * If it fails, or takes longer than the [timeout](Self::origins_timeout), the origin is not allowed, and
    ///   an event of level `warn` says so.
    /// * It belongs to this layer's own policies. A route with [`#[cors]`](macro@crate::cors) goes by its own alone, and
    ///   where a preflight does not show whether it is for such a route, the source is not asked.
    ///   With [`report_only`](Self::report_only) it is not asked either.
    ///
    /// See [`OriginSource`] for an example, and for what it has to see to itself.
    pub fn origins_from(mut self, source: impl OriginSource + Send + Sync + 'static) -> Self {
        self.options.origins = Some(Asking::new(source));
        self
    }

    /// Sets how long the [source of origins](Self::origins_from) may take for one request: 2 seconds, if this
    /// is not called.
    pub fn origins_timeout(mut self, timeout: Duration) -> Self {
        self.options.origins_timeout = Some(timeout);
        self
    }

    /// Lets upgrades through whatever their origin.
    ///
    /// By default a request with `Upgrade`, such as a WebSocket's handshake, is refused with 403 if its
    /// origin is neither allowed nor the API's own: browsers send cookies along with it, let any page
    /// open it, and look at none of the response's fields (cross-site WebSocket hijacking). RFC 6455,
    /// section 10.2, leaves the check to the server.
    ///
    /// **Under `origins: any` every origin is allowed, and this refuses nobody.** For a response that is safe, since without
    /// `credentials` no page reads one that was made with cookies; a socket has no such check, and any site can open one
    /// with the user's cookies on its handshake. List the origins of whatever knows its users by cookies.
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

    /// Says that scopes have guards ([`Scope::guard`](actix_web::Scope::guard)), which nobody but Actix's router can see.
    ///
    /// It matters for routes with [`#[cors]`](macro@crate::cors) inside of scopes. Without this a scope counts as taking every
    /// request on its paths, until the first one gets past it (which the log then says, at level `error`): a request that the scope
    /// turns away is judged before as if it were for the route inside. With this the policy of this layer has to allow such requests
    /// as well, from the start.
    ///
    /// ```
    /// use actix_web::{App, guard, web};
    /// use cors_actix::{Cors, cors_policy};
    ///
    /// cors_policy! { static TASKS; origins: ["https://app.example"] }
    ///
    /// let app = App::new()
    ///     .service(web::scope("/api").guard(guard::Host("a.example")))
    ///     .service(web::scope("/api").guard(guard::Host("b.example")))
    ///     .wrap(Cors::new(&TASKS).scopes_are_guarded());
    /// ```
    pub fn scopes_are_guarded(mut self) -> Self {
        self.options.scopes_are_guarded = true;
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
        self.started = Once::default();
        self
    }

    /// Has refusals say why: for a developer's machine, and for a look at production while something does not work.
    ///
    /// * A refused preflight carries the fields up to the check that fails. The browser refuses it all the same, and its
    ///   console names the method or header that is not allowed, where it would else miss `Access-Control-Allow-Origin`.
    ///   See [`Decision::diagnostic`](crate::Decision::diagnostic).
    /// * It, and what [`enforce`](Self::enforce) or the guard of upgrades refuses, has the
    ///   [explanation](crate::Explanation) as a plain-text body: what was asked, which entry decided, the line to add.
    ///
    /// The network tab of a browser shows that body, and so does `curl`; a page never gets to see it. **It tells anybody
    /// who asks** which entry of `origins` accepts an origin, or comes next to it; and a page that the policy
    /// lets in learns the lists of methods and headers, as from any preflight.
    ///
    /// It is on where the policy in force is the `development` block of a [`cors_policy!`](crate::cors_policy), for routes with
    /// [`#[cors]`](macro@crate::cors) inside as well, and off elsewhere unless this is called. [`on_refusal`](Self::on_refusal) has precedence.
    ///
    /// ```
    /// # use cors_actix::{Cors, cors_policy};
    /// # cors_policy! { static TASKS; origins: ["https://app.example"] }
    /// let mut cors = Cors::new(&TASKS);
    /// if std::env::var_os("CORS_DIAGNOSTICS").is_some() {
    ///     cors = cors.diagnostics();
    /// }
    /// ```
    pub fn diagnostics(mut self) -> Self {
        self.options.diagnostics = true;
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
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = CorsMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        metrics::describe();
        self.started.run(|| startup::layer(&self.policies, &self.options));
        if self.options.scopes_are_guarded {
            App::guard_scopes();
        }
        self.nesting.note(&self.policies, &self.options);
        let mut options = self.options.clone();
        // Refusals of routes with `#[cors]` inside say why in development, whatever their own policies.
        options.diagnostics |= self.policies.sources().any(|source| source.now().is_development());
        ready(Ok(CorsMiddleware::new(service, Current::new(&self.policies), options)))
    }
}
