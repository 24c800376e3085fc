//! `Reloadable`: a policy that is swapped while requests run.

use std::fmt;
use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use arc_swap::{ArcSwap, Guard};
use cors_engine::Policy;
#[cfg(feature = "config")]
use cors_engine::{Config, Mode, Violations};

/// A policy that can be swapped while requests run, without a restart.
///
/// Clones share the policy: give one to [`Cors::new`](crate::Cors::new) (or
/// [`at`](crate::Cors::at), or [`AllowedHosts::new`](crate::AllowedHosts::new)), and another to the code that learns of a
/// new policy: a file watcher, a signal, a timer, an administrator's route.
///
/// * Each request is decided and answered by one policy: the one that is current when it arrives. So is each
///   preflight, but the request after it may already get the next policy.
/// * Reading takes no lock. A worker prepares a policy's fields at its first request after a swap.
/// * Browsers remember answers to preflights for the old policy's `max_age`: pages can use a removed method or header
///   for that long. Who may read answers changes at once.
///
/// Needs the feature `reload`.
///
/// ```
/// use actix_web::App;
/// use cors_actix::{Cors, Reloadable, cors_policy};
///
/// cors_policy! { static OLD; origins: ["https://app.example"] }
/// cors_policy! { static NEW; origins: ["https://app.example", "https://shop.example"] }
///
/// let policy = Reloadable::new(OLD.production().clone());
/// let cors = Cors::new(&policy);
/// let app = App::new().wrap(cors.clone());
///
/// policy.swap(NEW.production().clone());
/// assert!(policy.current().allows_origin(b"https://shop.example"));
/// ```
#[derive(Clone)]
pub struct Reloadable(Arc<ArcSwap<Policy>>);

impl Reloadable {
    /// A policy that can be swapped, starting with this one.
    pub fn new(policy: impl Into<Arc<Policy>>) -> Self {
        Self(Arc::new(ArcSwap::new(policy.into())))
    }

    /// The policy that a request gets if it arrives now.
    pub fn current(&self) -> Arc<Policy> {
        self.0.load_full()
    }

    /// Replaces the policy and returns the old one.
    ///
    /// Requests that are already running keep the policy that they started with.
    pub fn swap(&self, policy: impl Into<Arc<Policy>>) -> Arc<Policy> {
        self.0.swap(policy.into())
    }

    /// Replaces the policy with that of `config` for `mode`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use cors_actix::{Config, Mode, Reloadable};
    ///
    /// let good: Config = toml::from_str("origins = ['https://app.example']")?;
    /// let policy = Reloadable::new(good.policy(Mode::Production)?);
    ///
    /// let bad: Config = toml::from_str("origins = ['app.example', 'https://*.com']")?;
    /// let violations = policy.reload(&bad, Mode::Production).unwrap_err();
    /// assert_eq!(violations.len(), 2);
    /// assert!(policy.current().allows_origin(b"https://app.example"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every violation of the rules. The old policy then stays in force.
    #[cfg(feature = "config")]
    pub fn reload(&self, config: &Config, mode: Mode) -> Result<(), Violations> {
        self.swap(config.policy(mode)?);
        Ok(())
    }

    /// The same as [`current`](Self::current), without cloning the `Arc`.
    pub(crate) fn load(&self) -> Guard<Arc<Policy>> {
        self.0.load()
    }
}

/// Noted in a request: the policy that checked its host.
struct Generation(Reloadable, Arc<Policy>);

impl Reloadable {
    /// The policy for this request, noted so that the layers further in use the same one.
    pub(crate) fn settle(&self, request: &ServiceRequest) -> Arc<Policy> {
        let policy = self.of(request);
        request.extensions_mut().insert(Generation(self.clone(), Arc::clone(&policy)));
        policy
    }

    /// The policy for this request: the one that a layer further out used, or the current one.
    pub(crate) fn of(&self, request: &ServiceRequest) -> Arc<Policy> {
        self.settled(request).unwrap_or_else(|| self.current())
    }

    /// Returns whether `policy` is the policy for this request.
    pub(crate) fn holds(&self, request: &ServiceRequest, policy: &Arc<Policy>) -> bool {
        match self.settled(request) {
            Some(settled) => Arc::ptr_eq(&settled, policy),
            None => Arc::ptr_eq(&self.load(), policy),
        }
    }

    fn settled(&self, request: &ServiceRequest) -> Option<Arc<Policy>> {
        let extensions = request.extensions();
        let Generation(reloadable, policy) = extensions.get()?;
        Arc::ptr_eq(&reloadable.0, &self.0).then(|| Arc::clone(policy))
    }
}

impl fmt::Debug for Reloadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reloadable").field(&*self.load()).finish()
    }
}
