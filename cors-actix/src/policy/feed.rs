//! A policy that a whole fleet follows: see [`Reloadable::follow`].

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use actix_web::web::block;
use cors_engine::{Config, Mode, Policy, Violations};

use crate::policy::reload::Reloadable;
use crate::report::{log, metrics};

/// Where the processes of a fleet get their policy, such as a database.
///
/// [`Reloadable::follow`] takes one. It asks for the [`version`](Self::version) whenever
/// [`changed`](Self::changed) returns, and from time to time in any case, since a notification can be lost. If the version
/// has changed, it [loads](Self::load) the policy.
///
/// **After an error, the next call must start from scratch**: a feed that has lost its connection has to connect again. The same
/// holds after a dropped future, because a call that takes too long is canceled.
///
/// The example `fleet` has feeds for PostgreSQL (`LISTEN`), Redis (pub/sub) and SQLite (polled).
pub trait PolicyFeed {
    /// Why the store cannot answer. It is logged.
    type Error: fmt::Display;

    /// Returns when the policy may have changed.
    ///
    /// Returning too often is harmless. For a store without notifications, wait forever with [`std::future::pending`]; the
    /// version is then polled. The future is dropped whenever it is time to poll, so dropping it must not lose a notification.
    ///
    /// # Errors
    ///
    /// If the connection for notifications is lost.
    fn changed(&mut self) -> impl Future<Output = Result<(), Self::Error>>;

    /// The version of the newest policy: any number that differs from the previous version.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached.
    fn version(&mut self) -> impl Future<Output = Result<u64, Self::Error>>;

    /// The newest policy, with its version.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached, or what it holds cannot be read.
    fn load(&mut self) -> impl Future<Output = Result<(u64, Config), Self::Error>>;
}

/// Keeps a [`Reloadable`] up to date with a [`PolicyFeed`], for as long as it [runs](Self::run).
///
/// [`Reloadable::follow`] makes one.
#[must_use = "nothing is followed until `run` is spawned"]
pub struct Follow<F> {
    policy: Reloadable,
    feed: F,
    mode: Mode,
    poll: Duration,
    patience: Duration,
    required: Vec<String>,
    /// The last version that was loaded, whether it was accepted or refused.
    seen: Option<u64>,
    is_reachable: bool,
}

/// How often the version is polled without a notification.
const POLL: Duration = Duration::from_secs(1);

/// How long the store may take for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait before a store that failed is asked again. Half a second, so that a fleet has the new policy within a
/// second of being connected again.
const RETRY: Duration = Duration::from_millis(500);

impl Reloadable {
    /// Follows a feed of policies, so that every process of a fleet has the same policy.
    ///
    /// * A policy that breaks a rule is refused: the old one stays, and the log and a metric say so. All processes have the
    ///   same rules, so they decide the same way.
    /// * While the store cannot be reached, the old policy stays.
    /// * [`requires`](Follow::requires) names origins that no new policy may lock out, such as the administrator's.
    /// * The [fingerprint](Policy::fingerprint) of the policy in force is in the log, at start-up and at each change, and in the gauge
    ///   `cors_policy_fingerprint`. `cors check` prints it for a file.
    ///
    /// Needs the features `reload` and `config`.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use std::future::pending;
    ///
    /// use cors_actix::{Config, PolicyFeed, Reloadable, cors_policy};
    ///
    /// cors_policy! { static TASKS; origins: ["https://app.example"] }
    ///
    /// /// A store that holds one policy for ever.
    /// struct Constant;
    ///
    /// impl PolicyFeed for Constant {
    ///     type Error = toml::de::Error;
    ///
    ///     async fn changed(&mut self) -> Result<(), Self::Error> {
    ///         pending().await
    ///     }
    ///
    ///     async fn version(&mut self) -> Result<u64, Self::Error> {
    ///         Ok(1)
    ///     }
    ///
    ///     async fn load(&mut self) -> Result<(u64, Config), Self::Error> {
    ///         Ok((1, toml::from_str("origins = ['https://app.example', 'https://shop.example']")?))
    ///     }
    /// }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// // This policy holds until the store has answered.
    /// let policy = Reloadable::new(TASKS.production().clone());
    /// let follow = policy.follow(Constant).requires(["https://app.example"]);
    /// let following = actix_web::rt::spawn(follow.run());
    /// # while !policy.current().allows_origin(b"https://shop.example") { actix_web::rt::task::yield_now().await }
    /// // Abort the task to stop. Dropping the handle does not.
    /// following.abort();
    /// # }
    /// # type _Unused = Infallible;
    /// ```
    pub fn follow<F: PolicyFeed>(&self, feed: F) -> Follow<F> {
        Follow {
            policy: self.clone(),
            feed,
            mode: Mode::Production,
            poll: POLL,
            patience: PATIENCE,
            required: Vec::new(),
            seen: None,
            is_reachable: true,
        }
    }
}

impl<F: PolicyFeed> Follow<F> {
    /// Sets the mode of the policy that is taken from each configuration. The default is [`Mode::Production`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets how often the version is polled without a notification. The default is once a second.
    pub fn poll_every(mut self, interval: Duration) -> Self {
        self.poll = interval;
        self
    }

    /// Sets how long the store may take for an answer. The default is two seconds.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets origins that every policy has to allow. A policy that would lock out any of them is refused.
    ///
    /// An administrator who mistypes the list of origins can then still reach the page to fix it.
    pub fn requires<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.required.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Follows the feed until the future is dropped.
    pub async fn run(mut self) -> Infallible {
        metrics::policy_in_force(&self.policy.current());
        loop {
            match self.catch_up().await {
                Ok(()) => {
                    if !self.is_reachable {
                        self.is_reachable = true;
                        log::feed_is_back();
                    }
                    // A timeout is no failure: it is time to poll.
                    if let Ok(Err(error)) = timeout(self.poll, self.feed.changed()).await {
                        self.unreachable(&error).await;
                    }
                }
                Err(error) => self.unreachable(&error).await,
            }
        }
    }

    /// Takes the newest policy, unless it has been loaded already.
    async fn catch_up(&mut self) -> Result<(), Failure<F::Error>> {
        let version = within(self.patience, self.feed.version()).await?;
        if self.seen == Some(version) {
            return Ok(());
        }
        let (version, config) = within(self.patience, self.feed.load()).await?;
        self.seen = Some(version);
        match self.judge(config).await {
            Ok(policy) => {
                let policy = Arc::new(policy);
                self.policy.swap(Arc::clone(&policy));
                metrics::policy_followed(&policy);
                log::policy_followed(version, &policy);
            }
            Err(refused) => {
                metrics::policy_not_followed(refused.kind());
                log::policy_not_followed(version, &refused);
            }
        }
        Ok(())
    }

    async fn judge(&self, config: Config) -> Result<Policy, Rejected> {
        let mode = self.mode;
        // A long list takes a while, and the worker that this runs on has requests to answer.
        let Ok(judged) = block(move || config.policy(mode)).await else {
            // The runtime is shutting down.
            return pending().await;
        };
        let policy = judged.map_err(Rejected::Rules)?;
        match self.required.iter().find(|origin| !policy.allows_origin(origin.as_bytes())) {
            Some(origin) => Err(Rejected::LocksOut(origin.clone())),
            None => Ok(policy),
        }
    }

    async fn unreachable(&mut self, error: &dyn fmt::Display) {
        metrics::policy_not_followed("unavailable");
        // Log each outage once, not each attempt.
        if self.is_reachable {
            self.is_reachable = false;
            log::feed_failed(error);
        }
        sleep(RETRY).await;
    }
}

impl<F> fmt::Debug for Follow<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, mode, poll, patience, required, seen, .. } = self;
        f.debug_struct("Follow")
            .field("policy", policy)
            .field("mode", mode)
            .field("poll", poll)
            .field("patience", patience)
            .field("required", required)
            .field("seen", seen)
            .finish_non_exhaustive()
    }
}

/// Why the store gave no answer.
enum Failure<E> {
    Error(E),
    Late(Duration),
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Late(patience) => write!(f, "no answer within {patience:?}"),
        }
    }
}

async fn within<T, E>(
    patience: Duration,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, Failure<E>> {
    match timeout(patience, answer).await {
        Ok(answer) => answer.map_err(Failure::Error),
        Err(_) => Err(Failure::Late(patience)),
    }
}

/// Why a new policy is refused.
pub(crate) enum Rejected {
    Rules(Violations),
    LocksOut(String),
}

impl Rejected {
    fn kind(&self) -> &'static str {
        match self {
            Self::Rules(_) => "breaks_rules",
            Self::LocksOut(_) => "locks_out",
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rules(violations) => write!(f, "it breaks the rules:\n{violations}"),
            Self::LocksOut(origin) => write!(f, "it would lock out {origin}, which `requires` names"),
        }
    }
}
