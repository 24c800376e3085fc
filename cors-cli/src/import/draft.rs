//! A policy that is being put together, with remarks about where it comes from.

use cors_engine::Key;

/// The keys of a policy in the order in which they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// What belongs to no key.
    pub(super) remarks: Vec<String>,
    pub(super) settings: Vec<Setting>,
    /// Whom the old settings let in, and the policy does not.
    pub(super) holes: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) key: Key,
    pub(super) value: Value,
    /// What differs from before.
    pub(super) remarks: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Any,
    On,
    Number(u64),
    List(Vec<Entry>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Text(String),
    Regex(String),
}

impl Draft {
    pub(super) fn set(&mut self, key: Key, value: Value, remarks: Vec<String>) {
        self.settings.push(Setting { key, value, remarks });
    }

    pub(super) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }
}
