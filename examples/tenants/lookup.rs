//! Which origins belong to tenants. The database's answers are remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::web;
use cors_actix::OriginSource;
use moka::future::Cache;

use crate::store::Store;

/// How many answers are remembered. Strangers decide which origins are asked about, so the number is limited;
/// what is asked about often stays.
const REMEMBERED: u64 = 10_000;

/// The tenants. Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Tenants {
    store: Store,
    /// By origin: is it a tenant's? Refusals are remembered, too.
    answers: Cache<String, bool>,
}

impl Tenants {
    pub(crate) fn new(store: Store, remember: Duration) -> Self {
        Self { store, answers: Cache::builder().max_capacity(REMEMBERED).time_to_live(remember).build() }
    }

    /// Adds one, which is allowed from the next request on.
    pub(crate) async fn add(&self, origin: String) -> Result<(), Failure> {
        let (store, added) = (self.store.clone(), origin.clone());
        blocking(move || store.add(&added)).await?;
        self.answers.insert(origin, true).await;
        Ok(())
    }
}

impl OriginSource for Tenants {
    type Error = Arc<Failure>;

    async fn allows(&self, origin: &str, _head: &RequestHead) -> Result<bool, Arc<Failure>> {
        let store = self.store.clone();
        let asked = origin.to_owned();
        // Of many requests at once for one origin, whatever their workers, one asks, and all get its answer. A
        // failure is not remembered.
        let look_up = async move { blocking(move || store.contains(&asked)).await };
        self.answers.try_get_with_by_ref(origin, look_up).await
    }
}

/// Why the database has no answer.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs it on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    Ok(web::block(work).await??)
}
