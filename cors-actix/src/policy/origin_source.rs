//! Origins that are not in the policy: see [`Cors::origins_from`](crate::Cors::origins_from).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::rt::time::timeout;

use crate::report::log;
use crate::report::metrics;

/// A source of allowed origins beside the policy, such as a database of tenants and their domains.
///
/// [`Cors::origins_from`](crate::Cors::origins_from) takes one.
///
/// It is asked for each request with an origin that the policy does not list, preflights included. Strangers decide
/// how many such requests there are, so put a cache of bounded size in front of a remote lookup, and let it remember
/// refusals, too. Caching and deduplicating lookups is the source's job: it gets the head, may answer by host or path,
/// and so knows whether two requests may share an answer. The example `tenants` does both with `moka`.
///
/// ```
/// use std::collections::HashSet;
/// use std::convert::Infallible;
/// use std::sync::RwLock;
///
/// use actix_web::dev::RequestHead;
/// use cors_actix::{Cors, OriginSource, cors_policy};
///
/// #[derive(Default)]
/// struct Tenants(RwLock<HashSet<String>>);
///
/// impl OriginSource for Tenants {
///     type Error = Infallible;
///
///     async fn allows(&self, origin: &str, _head: &RequestHead) -> Result<bool, Infallible> {
///         Ok(self.0.read().is_ok_and(|tenants| tenants.contains(origin)))
///     }
/// }
///
/// cors_policy! { static TASKS; origins: ["https://app.example"], methods: [GET, PUT] }
///
/// let cors = Cors::new(&TASKS).origins_from(Tenants::default());
/// ```
pub trait OriginSource {
    /// Why the source cannot tell. It is logged.
    type Error: fmt::Display;

    /// Returns whether a page at `origin` may do what the policy allows.
    ///
    /// `origin` is one that a page can have, as browsers write it: compare the whole text. `head` is the head of the
    /// request as it arrived. The request waits for the answer as long as the [timeout](crate::Cors::origins_timeout) allows;
    /// then the future is dropped. Over HTTP/1 it is not dropped sooner if the client leaves: Actix allows half-closed
    /// connections, and goes on until there is an answer to write.
    ///
    /// # Errors
    ///
    /// If it cannot tell. The origin is then not allowed.
    fn allows(&self, origin: &str, head: &RequestHead) -> impl Future<Output = Result<bool, Self::Error>>;
}

impl<T: OriginSource + ?Sized> OriginSource for Arc<T> {
    type Error = T::Error;

    fn allows(&self, origin: &str, head: &RequestHead) -> impl Future<Output = Result<bool, T::Error>> {
        (**self).allows(origin, head)
    }
}

/// How long a source may take by default.
const PATIENCE: Duration = Duration::from_secs(2);

/// The source that the app gave, whatever its type.
#[derive(Clone)]
pub(crate) struct Asking(Arc<dyn AnySource>);

impl Asking {
    pub(crate) fn new(source: impl OriginSource + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// Returns `false` if the source fails or does not answer in time.
    pub(crate) async fn allows(&self, origin: &str, head: &RequestHead, patience: Option<Duration>) -> bool {
        let patience = patience.unwrap_or(PATIENCE);
        match timeout(patience, self.0.allows(origin, head)).await {
            Ok(Ok(allowed)) => return allowed,
            Ok(Err(error)) => {
                metrics::source_failed("error");
                log::source_failed(origin, &*error);
            }
            Err(_) => {
                metrics::source_failed("timeout");
                log::source_failed(origin, &format_args!("no answer within {patience:?}"));
            }
        }
        false
    }
}

/// [`OriginSource`] as a trait object: its future is boxed, and its error is only displayed.
trait AnySource: Send + Sync {
    fn allows<'a>(&'a self, origin: &'a str, head: &'a RequestHead) -> Answer<'a>;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<bool, Box<dyn fmt::Display + 'a>>> + 'a>>;

impl<T: OriginSource + Send + Sync> AnySource for T {
    fn allows<'a>(&'a self, origin: &'a str, head: &'a RequestHead) -> Answer<'a> {
        Box::pin(async move {
            let answer = OriginSource::allows(self, origin, head).await;
            answer.map_err(|error| -> Box<dyn fmt::Display> { Box::new(error) })
        })
    }
}
