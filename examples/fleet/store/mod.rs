//! The store: one policy with its version, the tenants with theirs, and notifications of changes.

mod postgres;
mod redis;
mod sqlite;

use postgres::Postgres;
use redis::Redis;
use sqlite::Sqlite;

/// Why the store has no answer.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Clones share their connections.
#[derive(Clone)]
pub(crate) enum Store {
    Postgres(Postgres),
    Redis(Redis),
    Sqlite(Sqlite),
}

/// One number for the policy, and one for the tenants. Every change adds one.
pub(crate) struct Versions {
    pub(crate) policy: u64,
    pub(crate) tenants: u64,
}

/// What a notification says.
pub(crate) enum Change {
    Policy,
    Tenant { version: u64, origin: String },
}

impl Change {
    /// A change of a tenant is sent as its version and the origin. Anything else is a change of the policy.
    fn read(text: &str) -> Self {
        let tenant = text.split_once(' ').and_then(|(version, origin)| Some((version.parse().ok()?, origin)));
        match tenant {
            Some((version, origin)) => Self::Tenant { version, origin: origin.to_owned() },
            None => Self::Policy,
        }
    }
}

/// The policy of a process until somebody publishes one.
const FIRST: &str = "origins = ['https://app.example']\n";

impl Store {
    pub(crate) fn open(url: &str) -> Result<Self, Failure> {
        Ok(if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::Postgres(Postgres::open(url)?)
        } else if url.starts_with("redis://") {
            Self::Redis(Redis::open(url)?)
        } else {
            Self::Sqlite(Sqlite::open(url)?)
        })
    }

    /// Makes what is missing in an empty store.
    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        match self {
            Self::Postgres(store) => store.prepare().await,
            Self::Redis(store) => store.prepare().await,
            Self::Sqlite(store) => store.prepare().await,
        }
    }

    pub(crate) async fn versions(&self) -> Result<Versions, Failure> {
        match self {
            Self::Postgres(store) => store.versions().await,
            Self::Redis(store) => store.versions().await,
            Self::Sqlite(store) => store.versions().await,
        }
    }

    /// The policy's text, with its version.
    pub(crate) async fn policy(&self) -> Result<(u64, String), Failure> {
        match self {
            Self::Postgres(store) => store.policy().await,
            Self::Redis(store) => store.policy().await,
            Self::Sqlite(store) => store.policy().await,
        }
    }

    /// Stores a policy and tells everybody; returns its version.
    pub(crate) async fn publish(&self, text: &str) -> Result<u64, Failure> {
        match self {
            Self::Postgres(store) => store.publish(text).await,
            Self::Redis(store) => store.publish(text).await,
            Self::Sqlite(store) => store.publish(text).await,
        }
    }

    pub(crate) async fn is_tenant(&self, origin: &str) -> Result<bool, Failure> {
        match self {
            Self::Postgres(store) => store.is_tenant(origin).await,
            Self::Redis(store) => store.is_tenant(origin).await,
            Self::Sqlite(store) => store.is_tenant(origin).await,
        }
    }

    pub(crate) async fn add_tenant(&self, origin: &str) -> Result<(), Failure> {
        match self {
            Self::Postgres(store) => store.change_tenant(origin, true).await,
            Self::Redis(store) => store.change_tenant(origin, true).await,
            Self::Sqlite(store) => store.change_tenant(origin, true).await,
        }
    }

    pub(crate) async fn remove_tenant(&self, origin: &str) -> Result<(), Failure> {
        match self {
            Self::Postgres(store) => store.change_tenant(origin, false).await,
            Self::Redis(store) => store.change_tenant(origin, false).await,
            Self::Sqlite(store) => store.change_tenant(origin, false).await,
        }
    }

    /// Gives up a connection that does not answer. The next call makes a new one.
    pub(crate) async fn disconnect(&self) {
        match self {
            Self::Postgres(store) => store.disconnect().await,
            Self::Redis(store) => store.disconnect().await,
            Self::Sqlite(_) => {}
        }
    }

    pub(crate) fn listener(&self) -> Listener {
        match self {
            Self::Postgres(store) => Listener::Postgres(store.listener()),
            Self::Redis(store) => Listener::Redis(Box::new(store.listener())),
            Self::Sqlite(_) => Listener::Nobody,
        }
    }
}

/// Notifications of changes.
pub(crate) enum Listener {
    Postgres(postgres::Listener),
    Redis(Box<redis::Listener>),
    /// A file sends no notifications: its versions are polled.
    Nobody,
}

impl Listener {
    /// The next change. A connection that is new begins with one, since something may have been missed.
    ///
    /// Nothing is lost if the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<Change, Failure> {
        match self {
            Self::Postgres(listener) => listener.next().await,
            Self::Redis(listener) => listener.next().await,
            Self::Nobody => std::future::pending().await,
        }
    }

    pub(crate) fn disconnect(&mut self) {
        match self {
            Self::Postgres(listener) => listener.disconnect(),
            Self::Redis(listener) => listener.disconnect(),
            Self::Nobody => {}
        }
    }
}
