//! Settings as they were written, unchecked: what `cors_policy!` and files have in common.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::Key;
use crate::Mode;

/// The settings of a policy as somebody wrote them, mistakes included.
///
/// [`policy`](Self::policy) judges them by the same rules as `cors_policy!` and returns either a
/// [`Policy`](crate::Policy) or every [`Violations`](crate::Violations). With the feature `serde` a
/// `Config` comes from any serde format; in a program it is put together from [`Block`]s.
///
/// ```
/// use cors_engine::{Block, Config, Mode};
///
/// let config = Config::new(Block::new().methods(["GET", "PUT"]))
///     .production(Block::new().origins(["https://app.example"]).credentials(true));
/// let policy = config.policy(Mode::Production)?;
/// assert!(policy.allows_origin(b"https://app.example"));
/// # Ok::<(), cors_engine::Violations>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    pub(crate) outer: Block,
    pub(crate) production: Option<Block>,
    pub(crate) development: Option<Block>,
}

impl Config {
    /// A configuration with these settings for both modes.
    pub fn new(outer: Block) -> Self {
        Self { outer, production: None, development: None }
    }

    /// Sets what holds in production alone, and overrides the outer settings there.
    #[must_use]
    pub fn production(mut self, block: Block) -> Self {
        self.production = Some(block);
        self
    }

    /// Sets what holds in development alone, and overrides the outer settings there.
    #[must_use]
    pub fn development(mut self, block: Block) -> Self {
        self.development = Some(block);
        self
    }

    /// Has it settings of its own for `mode`?
    pub fn has(&self, mode: Mode) -> bool {
        self.block(Place::of(mode)).is_some()
    }

    pub(crate) fn block(&self, place: Place) -> Option<&Block> {
        match place {
            Place::Outer => Some(&self.outer),
            Place::Production => self.production.as_ref(),
            Place::Development => self.development.as_ref(),
        }
    }
}

/// Settings that hold in one place of a [`Config`], in the order in which they were written.
///
/// The same key may stand twice: that is a violation, not a lost setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub(crate) settings: Vec<Setting>,
}

impl Block {
    /// No settings.
    pub const fn new() -> Self {
        Self { settings: Vec::new() }
    }

    /// Adds a setting.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// `origins`: a list of origins and patterns.
    #[must_use]
    pub fn origins<T: Into<String>>(self, origins: impl IntoIterator<Item = T>) -> Self {
        let entries = origins.into_iter().map(|origin| OriginEntry::Pattern(origin.into()));
        self.with(Setting::Origins(Listed::Entries(entries.collect())))
    }

    /// `origins: any`
    #[must_use]
    pub fn any_origin(self) -> Self {
        self.with(Setting::Origins(Listed::Any))
    }

    /// `methods`
    #[must_use]
    pub fn methods<T: Into<String>>(self, methods: impl IntoIterator<Item = T>) -> Self {
        self.with(Setting::Methods(Listed::entries(methods)))
    }

    /// `headers`: the request headers that pages may send.
    #[must_use]
    pub fn headers<T: Into<String>>(self, headers: impl IntoIterator<Item = T>) -> Self {
        self.with(Setting::Headers(Listed::entries(headers)))
    }

    /// `expose`: the response headers that pages may read.
    #[must_use]
    pub fn expose<T: Into<String>>(self, headers: impl IntoIterator<Item = T>) -> Self {
        self.with(Setting::Expose(Listed::entries(headers)))
    }

    /// `hosts`
    #[must_use]
    pub fn hosts<T: Into<String>>(self, hosts: impl IntoIterator<Item = T>) -> Self {
        self.with(Setting::Hosts(Listed::entries(hosts)))
    }

    /// `credentials`
    #[must_use]
    pub fn credentials(self, on: bool) -> Self {
        self.with(Setting::Credentials(on))
    }

    /// `max_age`, in seconds.
    #[must_use]
    pub fn max_age(self, seconds: u32) -> Self {
        self.with(Setting::MaxAge(MaxAge::Seconds(seconds.into())))
    }

    /// `expect(rule, reason = "…")`
    #[must_use]
    pub fn expect(self, rule: impl Into<String>, reason: impl Into<String>) -> Self {
        self.with(Setting::Expect(Expectation { rule: rule.into(), reason: Some(reason.into()) }))
    }
}

/// One `key: value` of a [`Block`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// `origins`
    Origins(Listed<OriginEntry>),
    /// `credentials`
    Credentials(bool),
    /// `methods`
    Methods(Listed<String>),
    /// `headers`
    Headers(Listed<String>),
    /// `expose`
    Expose(Listed<String>),
    /// `max_age`
    MaxAge(MaxAge),
    /// `private_network`
    PrivateNetwork(bool),
    /// `timing`
    Timing(bool),
    /// `preflight_status`
    PreflightStatus(i64),
    /// `preflight_status`, as a text that is no number.
    PreflightStatusText(String),
    /// `hosts`
    Hosts(Listed<String>),
    /// `expect(rule, reason = "…")`
    Expect(Expectation),
    /// A key that no policy has, with whatever value.
    Unknown(String),
}

impl Setting {
    /// The key; `None` for one that no policy has.
    pub fn key(&self) -> Option<Key> {
        Some(match self {
            Self::Origins(_) => Key::Origins,
            Self::Credentials(_) => Key::Credentials,
            Self::Methods(_) => Key::Methods,
            Self::Headers(_) => Key::Headers,
            Self::Expose(_) => Key::Expose,
            Self::MaxAge(_) => Key::MaxAge,
            Self::PrivateNetwork(_) => Key::PrivateNetwork,
            Self::Timing(_) => Key::Timing,
            Self::PreflightStatus(_) | Self::PreflightStatusText(_) => Key::PreflightStatus,
            Self::Hosts(_) => Key::Hosts,
            Self::Expect(_) => Key::Expect,
            Self::Unknown(_) => return None,
        })
    }
}

/// A list, or the word `any`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed<T> {
    /// `any`
    Any,
    /// `[…]`
    Entries(Vec<T>),
}

impl<T> Listed<T> {
    fn entries<U: Into<T>>(entries: impl IntoIterator<Item = U>) -> Self {
        Self::Entries(entries.into_iter().map(Into::into).collect())
    }
}

/// An entry of `origins`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginEntry {
    /// `"https://app.example"`, `"https://*.app.example"`, `"null"`
    Pattern(String),
    /// `regex("…")`
    Regex(String),
}

/// A value of `max_age`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaxAge {
    /// `3600`
    Seconds(i64),
    /// `1h`
    Text(String),
}

/// `expect(rule, reason = "…")`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The name of the rule.
    pub rule: String,
    /// Why it may fire here.
    pub reason: Option<String>,
}

/// A place where settings stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Outside the blocks: for both modes.
    Outer,
    /// In `production { … }`.
    Production,
    /// In `development { … }`.
    Development,
}

impl Place {
    pub(crate) const fn of(mode: Mode) -> Self {
        match mode {
            Mode::Production => Place::Production,
            Mode::Development => Place::Development,
        }
    }
}

/// Where in a [`Config`] something stands: how the macro finds the token at fault.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locus {
    /// The block.
    pub place: Place,
    /// The index of the setting in its block; `None` where one is missing.
    pub setting: Option<usize>,
    /// The index of the entry in the setting's list.
    pub entry: Option<usize>,
    /// The bytes of the entry's text.
    pub bytes: Option<Range<usize>>,
}
