//! A policy that is being put together, with remarks about where it comes from.

use cors_engine::Key;

/// The keys of a policy in the order in which they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What belongs to no key.
    pub(crate) remarks: Vec<String>,
    pub(crate) settings: Vec<Setting>,
    /// What the old settings do and the policy does not, such as requests that they let in or refuse.
    pub(crate) holes: Vec<String>,
    /// What could not be read, with its text: nothing is guessed.
    pub(crate) unread: Vec<String>,
    /// Lists that the server answers with as they are written: see [`Draft::is_sent`].
    sent: Vec<Key>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: Value,
    /// What differs from before.
    pub(crate) remarks: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Any,
    On,
    Number(u64),
    List(Vec<Entry>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Text(String),
    Regex(String),
}

impl Draft {
    pub(crate) fn set(&mut self, key: Key, value: Value, remarks: Vec<String>) {
        self.settings.push(Setting { key, value, remarks });
    }

    /// Sets a list that is known by the words of its language: a lone `*` stands for `any`.
    pub(crate) fn list(&mut self, key: Key, entries: impl IntoIterator<Item = impl Into<String>>) {
        let entries: Vec<String> = entries.into_iter().map(Into::into).collect();
        let value = match entries.iter().any(|entry| entry == "*") {
            true => Value::Any,
            false => Value::List(entries.into_iter().map(Entry::Text).collect()),
        };
        self.set(key, value, Vec::new());
    }

    /// Notes that a browser sees this list as it is written, with its `*`.
    pub(crate) fn is_sent(&mut self, key: Key) {
        self.sent.push(key);
    }

    /// Says for each `*` that browsers saw what only `any` allows. <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
    pub(crate) fn say_what_stars_meant(&mut self) {
        let has_credentials = self.settings.iter().any(|setting| setting.key == Key::Credentials);
        for setting in &mut self.settings {
            if setting.value != Value::Any || !self.sent.contains(&setting.key) {
                continue;
            }
            let left_out = match (setting.key, has_credentials) {
                (Key::Headers, true) => "for calls with credentials, nor for Authorization",
                (Key::Headers, false) => "for Authorization",
                (_, true) => "for calls with credentials",
                (_, false) => continue,
            };
            setting.remarks.push(format!(
                "Before, browsers saw `*`, which does not work {left_out}. `any` does: list the names if that is too much."
            ));
        }
    }

    /// Notes, once, what the old settings do and the policy does not.
    pub(crate) fn hole(&mut self, hole: &str) {
        if !self.holes.iter().any(|known| known == hole) {
            self.holes.push(hole.into());
        }
    }

    /// Sets a key that is on; off is the same as absent.
    pub(crate) fn flag(&mut self, key: Key, is_on: bool) {
        if is_on {
            self.set(key, Value::On, Vec::new());
        }
    }

    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }
}
