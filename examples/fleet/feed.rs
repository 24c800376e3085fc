//! The store as a feed of policies. It also tells the tenants' cache what has changed.

use cors_actix::{Config, PolicyFeed};

use crate::store::{Change, Failure, Listener, Store};
use crate::tenants::Tenants;

pub(crate) struct Feed {
    store: Store,
    listener: Listener,
    tenants: Tenants,
    /// The version of the tenants up to which the cache was told.
    told: Option<u64>,
    /// Set while an answer is waited for: if it still is at the next call, that answer never came.
    is_asking: bool,
}

impl Feed {
    pub(crate) fn new(store: Store, tenants: Tenants) -> Self {
        let listener = store.listener();
        Self { store, listener, tenants, told: None, is_asking: false }
    }

    /// Connects anew if the last call was given up.
    async fn begin(&mut self) {
        if std::mem::replace(&mut self.is_asking, true) {
            self.store.disconnect().await;
            self.listener.disconnect();
        }
    }
}

impl PolicyFeed for Feed {
    type Error = Failure;

    async fn changed(&mut self) -> Result<(), Failure> {
        loop {
            match self.listener.next().await? {
                Change::Policy => return Ok(()),
                Change::Tenant { version, origin } => {
                    // Numbers without a gap: nothing was missed.
                    if self.told.is_some_and(|told| told + 1 == version) {
                        self.tenants.forget(&origin).await;
                    } else {
                        self.tenants.forget_all();
                    }
                    self.told = Some(version);
                }
            }
        }
    }

    async fn version(&mut self) -> Result<u64, Failure> {
        self.begin().await;
        let versions = self.store.versions().await?;
        self.is_asking = false;
        if self.told != Some(versions.tenants) {
            self.tenants.forget_all();
            self.told = Some(versions.tenants);
        }
        Ok(versions.policy)
    }

    async fn load(&mut self) -> Result<(u64, Config), Failure> {
        self.begin().await;
        let (version, text) = self.store.policy().await?;
        self.is_asking = false;
        Ok((version, toml::from_str(&text)?))
    }
}
