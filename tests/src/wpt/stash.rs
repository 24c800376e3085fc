//! What handlers remember from one request to the next.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

use super::asked::Asked;

/// Values by path and token: no handler sees what another one has put there.
#[derive(Debug, Default)]
pub(super) struct Stash(Mutex<HashMap<(String, String), Value>>);

impl Stash {
    /// Takes out what the same handler has put there.
    pub(super) fn take(&self, asked: &Asked, token: &str) -> Option<Value> {
        self.0.lock().expect("no handler panics").remove(&(asked.path.clone(), token.to_owned()))
    }

    pub(super) fn put(&self, asked: &Asked, token: &str, value: impl Into<Value>) {
        let key = (asked.path.clone(), token.to_owned());
        self.0.lock().expect("no handler panics").insert(key, value.into());
    }
}
