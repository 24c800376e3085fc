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
use crate::route::registry::App;
use crate::service::CorsMiddleware;
use crate::startup::nesting::Nesting;
use crate::startup::{self, Once};

/// Middleware that answers preflights and puts a policy's fields on every response.
///
/// Build it once, outside of the closure that [`HttpServer`](actix_web::HttpServer) runs for each
/// worker, and clone it there.
///
/// * A **preflight** – `OPTIONS` with `Origin` and `Access-Control-Request-Method` – is answered here,
///   whether it is allowed or not. The app never sees it, so neither authentication nor a handler inside can
///   turn it away. Any other `OPTIONS` request goes to the app.
/// * **Every other response** gets the fields: those of handlers, the router's 404 and 405, errors from
///   extractors and handlers, `Err` from middleware inside, streams, upgrades. For an origin that is
///   not allowed the only field is `Vary`; the app still runs, since CORS is about who may *read*.
/// * Only the policy sets `Access-Control-*` fields. Those that the app or a layer inside sets by hand are
///   removed first: no handler can allow what the policy does not, and no response has a field twice,
///   which browsers reject.
/// * `Vary` is merged: names that are already there stay, and nothing is added twice.
/// * **At start-up** one event of level `info` describes the policy in force: its mode, whether it allows any origin,
///   and whether it allows credentials.
/// * The decision is made from the request as it arrives. Changes that layers inside make to it have no effect.
///
/// **Development foretells production.** In a debug build, under a `development` block, a preflight that the production policy
/// would refuse for its method or a header is allowed, and an event of level `warn` names the method or header and the line to
/// write: once for each of them, and for at most 64.
///
/// **One layer for one request.** If one `Cors` is inside of another, the outer one answers preflights and has the last word on
/// every response; an event of level `warn` at start-up says so. For another policy on some paths, see [`at`](Self::at). For a
/// route's own policy, see [`#[cors]`](macro@crate::cors). Layers side by side, each around a scope, do not affect each other.
///
/// Add it after (that is, outside of) every layer that may answer or fail before the app does, so that pages can read
/// those responses, too:
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
/// The standard: <https://fetch.spec.whatwg.org/#http-cors-protocol> and
/// <https://fetch.spec.whatwg.org/#cors-preflight-fetch>.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until an app wraps it"]
pub struct Cors {
    policies: Paths,
    options: Options,
    /// Clones share it, so that the log describes them once, until one is changed.
    started: Once,
    nesting: Nesting,
}

impl Cors {
    /// Middleware for this policy: a [`PolicySet`](crate::PolicySet) that `cors_policy!` declares, or a
    /// [`Policy`](crate::Policy), owned, shared or static.
    ///
    /// From a set, it takes [the policy in force](crate::PolicySet::active). The environment is read once, in this call.
    pub fn new(policy: impl Into<Source>) -> Self {
        Self {
            policies: Paths::everywhere(policy.into()),
            options: Options::default(),
            started: Once::default(),
            nesting: Nesting::default(),
        }
    }

    /// Middleware with one policy per path, and none on all other paths: see [`at`](Self::at).
    pub fn paths() -> Self {
        Self {
            policies: Paths::default(),
            options: Options::default(),
            started: Once::default(),
            nesting: Nesting::default(),
        }
    }

    /// Sets the policy for the paths that a pattern matches.
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
    /// Patterns are Actix's ([`ResourceDef`](actix_web::dev::ResourceDef)). Its own code matches them, on the text
    /// that its router matches: the path as it is decoded for routing, from the app's root, even if the layer
    /// is around a scope. So `/%61pi` is `/api`, while `/API`, `//api`, `/api/`, `/x/../api` and `/x%2Fapi` are not.
    ///
    /// * **The first pattern that matches decides**, in the order in which they are written. The others
    ///   have no effect.
    /// * On any other path, the policy of [`Cors::new`](Self::new) applies. With [`Cors::paths`](Self::paths) there is none,
    ///   and the middleware does nothing at all.
    /// * A layer that rewrites paths, such as `NormalizePath`, belongs outside of this one. If `NormalizePath` is inside, a path gets no
    ///   policy if an earlier pattern matches another spelling of it: with its slashes merged, with or without the one at the end. Other
    ///   layers may do the same unseen. So this always holds for a path with a double slash or a slash at the end, if the pattern that
    ///   matches it has a tail or a regex.
    /// * Routes with [`#[cors]`](macro@crate::cors) have their own policies.
    ///
    /// # Panics
    ///
    /// If the pattern does not begin with a slash or is malformed, or if an earlier pattern matches every path that it
    /// matches, whatever the names of the parameters. Patterns with regexes are only compared for equality.
    pub fn at(mut self, pattern: &str, policy: impl Into<Source>) -> Self {
        self.policies.add(pattern, policy.into());
        self.started = Once::default();
        self
    }

    /// Refuses requests from pages of other origins unless `origins` lists them: they get 403, and the app is not called.
    ///
    /// CORS decides who may read a response. Any page can still send `GET`, `HEAD` and `POST` requests that need no preflight, with the user's
    /// cookies: a form is enough. With `enforce`, they are refused here:
    ///
    /// | request | `Sec-Fetch-Site: same-origin`, `none` | any other `Sec-Fetch-Site` | without it |
    /// |---|---|---|---|
    /// | `Origin` is in `origins` | passes | passes | passes |
    /// | another `Origin` | passes | 403 | passes if it is the API's own, else 403 |
    /// | no `Origin`; `GET`, `HEAD` or `OPTIONS` | passes | passes | passes |
    /// | no `Origin`; another method, or an upgrade | passes | 403 | passes: not a browser, or a very old one |
    ///
    /// The API's own origin is [the one that the app sets](Self::own_origin), or else scheme and `Host`. The scheme is that
    /// of the server's own socket: see [`behind_tls`](Self::behind_tls). `Forwarded` and the like are
    /// ignored, because any client can write them. Under `origins: any` every `Origin` is allowed, and so is a request without one.
    ///
    /// These are the decisions of Go's `net/http.CrossOriginProtection`, with `origins` as its trusted origins. Three are stricter:
    /// `GET`, `HEAD` and `OPTIONS` with an `Origin` that is not allowed are refused, the scheme has to be the API's, and a field that
    /// comes twice is never trusted. `GET` and `HEAD` without an `Origin` pass, so they must not change anything.
    ///
    /// `same-origin` and `Host` can only be trusted if `Host` is checked. A policy with `hosts` checks it here; without `hosts`,
    /// a line in the log at start-up says so. See [`AllowedHosts`](crate::AllowedHosts).
    ///
    /// This is not authentication: a program can send any field it likes.
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

    /// Sets the API's own origin, if a proxy in front hides it: one that changes `Host`, drops its port, or terminates TLS.
    ///
    /// It matters if a browser sends no `Sec-Fetch-Site`: [`enforce`](Self::enforce) and the guard of upgrades then compare
    /// `Origin` with this value instead of scheme and `Host`. CORS itself does not change: a page of the API's own
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
    /// If it is not an origin as a browser writes it: `http://` or `https://`, a host in lower case, and a port unless it is the scheme's default.
    /// It must not have a path, a slash at the end, or a `*`.
    pub fn own_origin(mut self, origin: &str) -> Self {
        let is_web = origin.starts_with("https://") || origin.starts_with("http://");
        assert!(
            is_web && is_page_origin(origin.as_bytes()) && !origin.contains('*'),
            "`own_origin({origin:?})` is not an origin as browsers write it\n\
             help: write the scheme, the host, and the port unless it is the default, as in \"https://api.example\": lower case, no path, no slash at the end"
        );
        self.options.own_origin = Some(origin.into());
        self
    }

    /// [Enforces](Self::enforce) the policy, and also keeps other sites from embedding the API's responses.
    ///
    /// * **A cross-site request of any method without `Origin` gets 403**, unless it is a navigation by the user. This covers
    ///   images, scripts, style sheets, prefetches and `<object>`. It is the resource isolation policy of
    ///   [Fetch Metadata](https://web.dev/articles/fetch-metadata): `Sec-Fetch-Site: cross-site` passes for a `GET` with
    ///   `Sec-Fetch-Mode: navigate` whose `Sec-Fetch-Dest` is neither `object` nor `embed`. (WebKit calls both `iframe`, so they pass there, as
    ///   frames do.) It holds under `origins: any`, too.
    ///   A request with an allowed `Origin` passes, and so does one without `Sec-Fetch-Site`.
    /// * **Responses get `Cross-Origin-Resource-Policy: same-origin`**, unless the app has set that field. A page of another origin,
    ///   even one of the same site, can then not load them without CORS. Listed origins are not locked out: browsers do not apply
    ///   the field to requests in CORS mode. Their calls of `fetch` work unchanged, while an image or a script of the API needs
    ///   the attribute `crossorigin`, which makes the browser send `Origin`. A response that is for all pages can say so with
    ///   `Cross-Origin-Resource-Policy: cross-origin`. A cross-site request for it without `Origin` still gets 403 here: serve it outside of
    ///   a layer with `isolate`.
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

    /// Leaves CORS to a gateway in front: this layer answers no preflights, and adds no CORS fields to responses.
    ///
    /// Only one layer may add the fields: browsers reject a response with two `Access-Control-Allow-Origin`. So `Access-Control-*`
    /// fields that a handler sets are removed, and only the gateway's remain. The gateway answers preflights; one that it passes on goes
    /// to the app, like any `OPTIONS` request. This applies to routes with [`#[cors]`](macro@crate::cors) inside, too.
    ///
    /// What does not depend on response fields still works: [`enforce`](Self::enforce), [`isolate`](Self::isolate), the guard of upgrades and
    /// [`AllowedHosts`](crate::AllowedHosts). They need the same policy as the gateway: `cors export` writes it in the gateway's
    /// language.
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

    /// Also allows the origins that this source allows, such as tenants' domains in a database.
    ///
    /// * The source is asked about an origin that the policy does not list, for preflights and actual requests alike,
    ///   and never about `null` or a value that no browser sends. Under `origins: any` it is never asked.
    /// * An origin that it allows may do what the policy says: methods, headers and credentials
    ///   are the policy's. [`enforce`](Self::enforce) and the guard of upgrades follow its answer, too.
    /// * If it fails, or takes longer than the [timeout](Self::origins_timeout), the origin is not allowed, and
    ///   an event of level `warn` says so.
    /// * It belongs to this layer's own policies. A route with [`#[cors]`](macro@crate::cors) uses only its own policy, and
    ///   if a request may be for such a route, the source is not asked.
    ///   With [`report_only`](Self::report_only) it is not asked either.
    ///
    /// See [`OriginSource`] for an example, and for what a source is responsible for.
    pub fn origins_from(mut self, source: impl OriginSource + Send + Sync + 'static) -> Self {
        self.options.origins = Some(Asking::new(source));
        self
    }

    /// Sets how long the [source of origins](Self::origins_from) may take for one request. The default is 2 seconds.
    pub fn origins_timeout(mut self, timeout: Duration) -> Self {
        self.options.origins_timeout = Some(timeout);
        self
    }

    /// Lets upgrades through from any origin.
    ///
    /// By default a request with `Upgrade`, such as a WebSocket's handshake, is refused with 403 if its
    /// origin is neither allowed nor the API's own: browsers send cookies along with it, let any page
    /// open it, and check none of the response's fields (cross-site WebSocket hijacking). The standard
    /// leaves the check to the server: <https://www.rfc-editor.org/rfc/rfc6455#section-10.2>.
    ///
    /// **Under `origins: any` every origin is allowed, and the guard refuses nothing.** For a response that is safe: without
    /// `credentials`, no page can read one that was made with cookies. A socket has no such check: any site can open one
    /// with the user's cookies on its handshake. So list the origins if the handler identifies its users by cookies.
    ///
    /// Turn the guard off if the handler checks the origin itself, or asks for a token in the first message.
    pub fn unguarded_upgrades(mut self) -> Self {
        self.options.unguarded_upgrades = true;
        self
    }

    /// Says that browsers reach the app over `https` although its own socket is plain, because a proxy terminates TLS.
    ///
    /// It only matters when [`enforce`](Self::enforce) and the guard of upgrades compare `Origin` with `Host`. The proxy
    /// has to pass `Host` on as the browser sent it.
    pub fn behind_tls(mut self) -> Self {
        self.options.behind_tls = true;
        self
    }

    /// Says that scopes have guards ([`Scope::guard`](actix_web::Scope::guard)), which only Actix's router can see.
    ///
    /// It matters for routes with [`#[cors]`](macro@crate::cors) inside of scopes. By default a scope counts as accepting every
    /// request on its paths, so a request that its guards turn away is first decided by the policy of the route inside. When something
    /// else answers such a request for the first time, the log says so at level `error`. From then on, every policy that may
    /// apply to such requests has to allow them, including this layer's. With this call, that holds from the start.
    ///
    /// An answer does not show the guards if a layer inside of this one, or one of the scope's own, could have given it. So call
    /// this whenever a scope around such routes has guards.
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

    /// Only reports: every request passes, no response is changed, and what the policy would deny is
    /// logged (level `debug`).
    ///
    /// Use it to try a stricter policy in production. Add it outside of the policy in force, which answers preflights itself:
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

    /// Makes refusals say why: on a developer's machine, or for a while in production to find a fault.
    ///
    /// * A refused preflight carries the fields up to the check that fails. The browser still refuses it, but its
    ///   console names the method or header that is not allowed, instead of a missing `Access-Control-Allow-Origin`.
    ///   See [`Decision::diagnostic`](crate::Decision::diagnostic).
    /// * A refused preflight, and a request refused by [`enforce`](Self::enforce) or the guard of upgrades, gets the
    ///   [explanation](crate::Explanation) as a plain-text body: what was asked, which entry decided, the line to add.
    ///
    /// The network tab of a browser shows that body, and so does `curl`; a page never sees it. **It tells anybody
    /// who asks** which entry of `origins` accepts an origin or comes closest to it; and a page of an allowed origin
    /// learns the lists of methods and headers, as from any preflight.
    ///
    /// It is on if the policy in force is the `development` block of a [`cors_policy!`](crate::cors_policy), also for routes with
    /// [`#[cors]`](macro@crate::cors) inside, and otherwise off unless this is called. [`on_refusal`](Self::on_refusal) takes precedence.
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

    /// Answers refusals in the app's own format instead of an empty 403: refused preflights, and requests refused by
    /// [`enforce`](Self::enforce) or the guard of upgrades.
    ///
    /// `Access-Control-*` fields of the response are removed, and `Vary` is added. Browsers do not show the response to the page;
    /// it is for people who look at the network tab, and for other clients.
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
