//! Which origins belong to tenants. The store's answers are remembered until they change.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::dev::RequestHead;
use cors_actix::OriginSource;
use moka::future::Cache;

use crate::store::{Failure, Store};

/// The store notifies of changes. If that fails, they are polled. This is in case the store forgets to count one.
const LONGEST: Duration = Duration::from_secs(300);

/// The tenants. Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Tenants {
    store: Store,
    /// By origin, whether it is a tenant's. Refusals are remembered, too.
    answers: Cache<String, bool>,
    /// Counts what was forgotten, so that an answer which was looked up meanwhile is not remembered.
    changes: Arc<AtomicU64>,
}

impl Tenants {
    /// Remembers so many answers; what is asked about often stays.
    pub(crate) fn new(store: Store, remembered: u64) -> Self {
        let answers = Cache::builder().max_capacity(remembered).time_to_live(LONGEST).build();
        Self { store, answers, changes: Arc::default() }
    }

    /// Forgets the answer for one origin, which has just changed.
    pub(crate) async fn forget(&self, origin: &str) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.answers.invalidate(origin).await;
    }

    /// Forgets all answers: a change was missed.
    pub(crate) fn forget_all(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.answers.invalidate_all();
    }

    async fn look_up(&self, origin: String) -> Result<bool, Missing> {
        let before = self.changes.load(Ordering::SeqCst);
        let answer = self.store.is_tenant(&origin).await.map_err(Missing::Failed)?;
        if self.changes.load(Ordering::SeqCst) == before { Ok(answer) } else { Err(Missing::Changed(answer)) }
    }
}

impl OriginSource for Tenants {
    type Error = Arc<Missing>;

    async fn allows(&self, origin: &str, _head: &RequestHead) -> Result<bool, Arc<Missing>> {
        // Of many requests at once for one origin, in whatever worker, one asks, and all get its answer. An error is not
        // remembered.
        let answer = self.answers.try_get_with_by_ref(origin, self.look_up(origin.to_owned())).await;
        answer.or_else(|error| match *error {
            Missing::Changed(answer) => Ok(answer),
            Missing::Failed(_) => Err(error),
        })
    }
}

/// Why there is no answer to remember.
pub(crate) enum Missing {
    Failed(Failure),
    /// The tenants changed while the store was asked. Its answer was right for a moment.
    Changed(bool),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Changed(_) => f.write_str("the tenants changed meanwhile"),
        }
    }
}
