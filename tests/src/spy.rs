//! Counts how often an app is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A counter that app and test share.
#[derive(Clone, Debug, Default)]
pub struct Spy(Arc<AtomicUsize>);

impl Spy {
    /// The app was asked.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// How often since the last call of this.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}
