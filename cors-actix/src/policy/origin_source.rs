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
/// It is asked for each request, preflights included, whose origin the policy does not list, and a stranger decides
/// how many those are: what looks origins up elsewhere wants a cache in front, of a bounded size, that remembers
/// refusals, too. Whether two requests may share an answer is for the source to know – it gets
/// the head, and may answer by host or path – and so remembering and asking once for many is its own affair. The example
/// `tenants` does both with `moka`.
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
    /// Why the source cannot tell: it goes to the log.
    type Error: fmt::Display;

    /// May a page at `origin` do what the policy allows?
    ///
    /// `origin` is one that a page can have, in the spelling of browsers: compare it as a whole. `head` is that of the
    /// request as it came. The request waits for the answer, for as long as the [timeout](crate::Cors::origins_timeout) allows;
    /// after that the future is dropped. Over HTTP/1 a client that leaves does not end it sooner: Actix allows half-closed
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

/// How long a source may take, if the app does not say.
const PATIENCE: Duration = Duration::from_secs(2);

/// A source of some type.
#[derive(Clone)]
pub(crate) struct Asking(Arc<dyn Source>);

impl Asking {
    pub(crate) fn new(source: impl OriginSource + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// What does not come in time, or fails, is no.
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

/// An [`OriginSource`] of any type.
trait Source: Send + Sync {
    fn allows<'a>(&'a self, origin: &'a str, head: &'a RequestHead) -> Answer<'a>;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<bool, Box<dyn fmt::Display + 'a>>> + 'a>>;

impl<T: OriginSource + Send + Sync> Source for T {
    fn allows<'a>(&'a self, origin: &'a str, head: &'a RequestHead) -> Answer<'a> {
        Box::pin(async move {
            let answer = OriginSource::allows(self, origin, head).await;
            answer.map_err(|error| -> Box<dyn fmt::Display> { Box::new(error) })
        })
    }
}
