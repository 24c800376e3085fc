//! `AllowedHosts`: refuses requests for hosts that are not the app's.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::{StatusCode, Version, header};
use actix_web::{Error, HttpResponse};
use cors_engine::Policy;
use pin_project_lite::pin_project;

use crate::policy::source::{Kind, Source};
use crate::refuse::diagnostics;
use crate::report::log::{self, Outcome};
use crate::report::metrics;
use crate::request::lines;
use crate::response::body::poll_boxed;
use crate::startup::{self, Once};

/// Middleware that answers 400 to requests for hosts that the policy's `hosts` does not list.
///
/// A browser lets a page talk to its own origin without CORS, and DNS decides which machine that
/// is. If the name of a page on `http://evil.example:8080` suddenly resolves to `127.0.0.1` (DNS
/// rebinding), the page is same-origin with the service on that port, and no CORS policy applies. Only
/// its `Host` gives it away.
///
/// What is checked:
///
/// * exactly one `Host` field (<https://www.rfc-editor.org/rfc/rfc9112#section-3.2>), or for HTTP/2 the authority of the
///   request's target (`:authority`) in its place;
/// * a target in absolute form as well, since some code reads the host there: both must be in `hosts`;
/// * nothing else. Any client can write `Forwarded` and `X-Forwarded-Host`; a proxy in front has
///   to pass `Host` on.
///
/// A missing or malformed value is refused. The port is ignored. A policy without `hosts` lets every request
/// through, and an event of level `warn` says so at start-up. `hosts: any` lets every well-formed host through.
///
/// The body of the refusal is empty, unless the policy in force is the `development` block of a
/// [`cors_policy!`](crate::cors_policy): then it says what is wrong.
///
/// Add it after every other `.wrap()`, so that it runs first: [`Cors`](crate::Cors) answers preflights itself.
///
/// ```
/// use actix_web::{App, web};
/// use cors_actix::{AllowedHosts, Cors, cors_policy};
///
/// cors_policy! {
///     static TASKS;
///     origins: ["https://app.example"],
///     hosts: ["api.example", ".internal.example"],
/// }
///
/// let app = App::new()
///     .route("/tasks", web::get().to(|| async { "[]" }))
///     .wrap(Cors::new(&TASKS))
///     .wrap(AllowedHosts::new(&TASKS));
/// ```
///
/// # Health checks
///
/// A load balancer or a Kubernetes probe calls a machine by its address, and sends that as `Host`: `10.1.2.3:8080`. It is not
/// in `hosts`, so the check gets 400. Take the first of these three ways that you can:
///
/// * Set the probe's `Host` field to a name that `hosts` lists:
///
///   ```yaml
///   readinessProbe:
///     httpGet:
///       path: /health
///       port: 8080
///       httpHeaders:
///         - name: Host
///           value: api.example
///   ```
/// * List the address, if it is fixed: `hosts: ["api.example", "10.1.2.3"]`. There are no ranges, since any attacker can make
///   a name resolve to a pod's address.
/// * Register the health check outside of the host check, and everything else inside of a scope that has it. The health check then
///   answers for any `Host`, so it should reveal nothing but its state:
///
/// ```
/// use actix_web::http::StatusCode;
/// use actix_web::{App, test, web};
/// use cors_actix::{AllowedHosts, Cors, cors_policy};
///
/// cors_policy! {
///     static TASKS;
///     origins: ["https://app.example"],
///     hosts: ["api.example"],
/// }
///
/// # fn main() {
/// # actix_web::rt::System::new().block_on(async {
/// let app = App::new()
///     .route("/health", web::get().to(|| async { "well" }))
///     .service(
///         web::scope("")
///             .route("/tasks", web::get().to(|| async { "[]" }))
///             .wrap(Cors::new(&TASKS))
///             .wrap(AllowedHosts::new(&TASKS)),
///     );
///
/// let app = test::init_service(app).await;
/// let probe = |path| test::TestRequest::with_uri(path).insert_header(("host", "10.1.2.3:8080")).to_request();
/// assert_eq!(test::call_service(&app, probe("/health")).await.status(), StatusCode::OK);
/// assert_eq!(test::call_service(&app, probe("/tasks")).await.status(), StatusCode::BAD_REQUEST);
/// # })
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until an app wraps it"]
pub struct AllowedHosts {
    source: Source,
    /// Clones share it, so that the log describes them once.
    started: Once,
}

impl AllowedHosts {
    /// Checks against the `hosts` of this policy: a [`PolicySet`](crate::PolicySet) that
    /// `cors_policy!` declares, a [`Policy`], or a `Reloadable`.
    pub fn new(policy: impl Into<Source>) -> Self {
        Self { source: policy.into(), started: Once::default() }
    }
}

impl<S, B> Transform<S, ServiceRequest> for AllowedHosts
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = AllowedHostsMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        self.started.run(|| startup::hosts(&self.source));
        ready(Ok(AllowedHostsMiddleware { service, source: Rc::new(self.source.clone()) }))
    }
}

/// The service that [`AllowedHosts`] makes of an app, once per worker.
pub struct AllowedHostsMiddleware<S> {
    service: S,
    source: Rc<Source>,
}

impl<S> fmt::Debug for AllowedHostsMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowedHostsMiddleware").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<S, B> Service<ServiceRequest> for AllowedHostsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = AllowedHostsFuture<S::Future>;

    forward_ready!(service);

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let state = if is_ours(&self.source, &request) {
            HostsState::Pass { inner: self.service.call(request) }
        } else {
            log::host_refused(request.head());
            metrics::denied("host_not_allowed", Outcome::Refused, || false);
            let mut response = HttpResponse::new(StatusCode::BAD_REQUEST);
            if self.source.now().is_development() {
                response = diagnostics::host(request.head(), response);
            }
            HostsState::Refused { response: Some(request.into_response(response)) }
        };
        AllowedHostsFuture { state }
    }
}

#[inline]
fn is_ours(source: &Source, request: &ServiceRequest) -> bool {
    match &source.0 {
        Kind::Fixed(policy) => is_among(policy, request.head()),
        // A `Cors` inside then uses the same policy, even if it is swapped meanwhile.
        #[cfg(feature = "reload")]
        Kind::Reloadable(reloadable) => is_among(&reloadable.settle(request), request.head()),
    }
}

fn is_among(policy: &Policy, head: &RequestHead) -> bool {
    if !policy.checks_host() {
        return true;
    }
    let target = head.uri.authority();
    let named = match (lines(&head.headers, header::HOST), target) {
        ([host], _) => policy.allows_host(host.as_bytes()),
        ([], Some(_)) => head.version >= Version::HTTP_2,
        _ => false,
    };
    named && target.is_none_or(|authority| policy.allows_host(authority.as_str().as_bytes()))
}

pin_project! {
    /// The future of [`AllowedHostsMiddleware`]: the app's own, or a refusal.
    #[must_use = "futures do nothing unless polled"]
    pub struct AllowedHostsFuture<F> {
        #[pin]
        state: HostsState<F>,
    }
}

pin_project! {
    #[project = HostsProjection]
    enum HostsState<F> {
        Pass {
            #[pin]
            inner: F,
        },
        Refused { response: Option<ServiceResponse> },
    }
}

impl<F> fmt::Debug for AllowedHostsFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowedHostsFuture").finish_non_exhaustive()
    }
}

impl<F, B> Future for AllowedHostsFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>> + 'static,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<BoxBody>, Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            HostsProjection::Pass { inner } => poll_boxed(inner, context),
            HostsProjection::Refused { response } => {
                Poll::Ready(Ok(response.take().expect("polled again after it was ready")))
            }
        }
    }
}
