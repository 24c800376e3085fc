//! Settings as they were written, unchecked: what `cors_policy!` and files have in common.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::language::{Language, Writer};
use crate::Key;
use crate::Mode;

/// The settings of a policy as somebody wrote them, mistakes included.
///
/// [`policy`](Self::policy) checks them by the same rules as `cors_policy!` and returns either a
/// [`Policy`](crate::Policy) or every [`Violations`](crate::Violations). With the feature `serde`, a `Config` can be read from
/// any serde format. In a program, it is built from [`Block`]s.
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
    pub(crate) writer: Writer,
}

impl Config {
    /// A configuration with these settings for both modes.
    pub fn new(outer: Block) -> Self {
        Self { outer, ..Self::default() }
    }

    /// Sets the settings for production only. They override the outer settings.
    #[must_use]
    pub fn production(mut self, block: Block) -> Self {
        self.production = Some(block);
        self
    }

    /// Sets the settings for development only. They override the outer settings.
    #[must_use]
    pub fn development(mut self, block: Block) -> Self {
        self.development = Some(block);
        self
    }

    /// Sets the language in which messages show the text to write.
    ///
    /// For a file, the language is guessed from the deserializer; an unknown one counts as [`Language::Toml`]. A configuration
    /// that is built in a program has [`Language::Macro`].
    ///
    /// ```
    /// use cors_engine::{Block, Config, Language, Mode};
    ///
    /// let config = Config::new(Block::new()).written_in(Language::Yaml);
    /// let violations = config.policy(Mode::Production).unwrap_err();
    /// assert!(violations.to_string().contains("origins: [\"https://app.example\"]"));
    /// ```
    #[must_use]
    pub fn written_in(mut self, language: Language) -> Self {
        self.writer.language = language;
        self
    }

    /// Returns whether there is a block for `mode`.
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

    pub(crate) fn block_mut(&mut self, place: Place) -> &mut Block {
        match place {
            Place::Outer => &mut self.outer,
            Place::Production => self.production.get_or_insert_default(),
            Place::Development => self.development.get_or_insert_default(),
        }
    }
}

/// The settings in one place of a [`Config`], in the order in which they were written.
///
/// The same key may occur twice: that is a violation, not a lost setting.
///
/// ```
/// use cors_engine::{Block, Config, Entry, Mode};
///
/// let block = Block::new()
///     .origins([Entry::from("https://app.example"), Entry::regex(r"https://pr-\d+\.app\.example")])
///     .any_method()
///     .max_age(3600);
/// let policy = Config::new(block).policy(Mode::Production)?;
/// # #[cfg(feature = "regex")]
/// assert!(policy.allows_origin(b"https://pr-7.app.example"));
/// # Ok::<(), cors_engine::Violations>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub(crate) settings: Vec<Setting>,
}

impl Block {
    /// No settings.
    pub const fn new() -> Self {
        Self { settings: Vec::new() }
    }

    pub(crate) fn with(mut self, key: Key, value: SettingValue) -> Self {
        self.settings.push(Setting::new(key.name(), value));
        self
    }

    fn list<T: Into<Entry>>(self, key: Key, entries: impl IntoIterator<Item = T>) -> Self {
        self.with(key, SettingValue::List(entries.into_iter().map(Into::into).collect()))
    }

    /// `origins`: a list of origins, patterns and regexes.
    #[must_use]
    pub fn origins<T: Into<Entry>>(self, origins: impl IntoIterator<Item = T>) -> Self {
        self.list(Key::Origins, origins)
    }

    /// `origins: any`
    #[must_use]
    pub fn any_origin(self) -> Self {
        self.with(Key::Origins, SettingValue::Any)
    }

    /// `methods`
    #[must_use]
    pub fn methods<T: Into<Entry>>(self, methods: impl IntoIterator<Item = T>) -> Self {
        self.list(Key::Methods, methods)
    }

    /// `methods: any`
    #[must_use]
    pub fn any_method(self) -> Self {
        self.with(Key::Methods, SettingValue::Any)
    }

    /// `headers`: the request headers that pages may send.
    #[must_use]
    pub fn headers<T: Into<Entry>>(self, headers: impl IntoIterator<Item = T>) -> Self {
        self.list(Key::Headers, headers)
    }

    /// `headers: any`
    #[must_use]
    pub fn any_header(self) -> Self {
        self.with(Key::Headers, SettingValue::Any)
    }

    /// `expose`: the response headers that pages may read.
    #[must_use]
    pub fn expose<T: Into<Entry>>(self, headers: impl IntoIterator<Item = T>) -> Self {
        self.list(Key::Expose, headers)
    }

    /// `expose: any`
    #[must_use]
    pub fn expose_any(self) -> Self {
        self.with(Key::Expose, SettingValue::Any)
    }

    /// `hosts`
    #[must_use]
    pub fn hosts<T: Into<Entry>>(self, hosts: impl IntoIterator<Item = T>) -> Self {
        self.list(Key::Hosts, hosts)
    }

    /// `hosts: any`
    #[must_use]
    pub fn any_host(self) -> Self {
        self.with(Key::Hosts, SettingValue::Any)
    }

    /// `credentials`
    #[must_use]
    pub fn credentials(self, on: bool) -> Self {
        self.with(Key::Credentials, SettingValue::Bool(on))
    }

    /// `max_age`, in seconds.
    #[must_use]
    pub fn max_age(self, seconds: u32) -> Self {
        self.with(Key::MaxAge, SettingValue::Number(seconds.into()))
    }

    /// `private_network`
    #[must_use]
    pub fn private_network(self, on: bool) -> Self {
        self.with(Key::PrivateNetwork, SettingValue::Bool(on))
    }

    /// `timing`
    #[must_use]
    pub fn timing(self, on: bool) -> Self {
        self.with(Key::Timing, SettingValue::Bool(on))
    }

    /// `preflight_status`
    #[must_use]
    pub fn preflight_status(self, status: u16) -> Self {
        self.with(Key::PreflightStatus, SettingValue::Number(status.into()))
    }

    /// `expect(rule, reason = "…")`, for the whole block.
    #[must_use]
    pub fn expect(self, rule: impl Into<String>, reason: impl Into<String>) -> Self {
        self.with(Key::Expect, SettingValue::Expect(Expectation::new(rule, reason)))
    }

    /// Adds an expectation to one key: to its last setting in this block, or to the whole block if it has no such setting.
    ///
    /// ```
    /// use cors_engine::{Block, Config, Key, Mode};
    ///
    /// let block = Block::new().any_origin().expect_on(Key::Origins, "any_origin", "public data");
    /// assert!(Config::new(block).policy(Mode::Production).is_ok());
    /// ```
    #[must_use]
    pub fn expect_on(mut self, key: Key, rule: impl Into<String>, reason: impl Into<String>) -> Self {
        match self.settings.iter_mut().rfind(|setting| setting.key() == Some(key)) {
            Some(setting) => {
                setting.expectations.push(Expectation::new(rule, reason));
                self
            }
            None => self.expect(rule, reason),
        }
    }
}

/// One `key: value` of a [`Block`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The key as it was written, which may be unknown.
    pub(crate) name: String,
    pub(crate) value: SettingValue,
    pub(crate) expectations: Vec<Expectation>,
}

impl Setting {
    pub(crate) fn new(name: impl Into<String>, value: SettingValue) -> Self {
        Self { name: name.into(), value, expectations: Vec::new() }
    }

    /// The key. `None` for an unknown name.
    pub(crate) fn key(&self) -> Option<Key> {
        Key::from_name(&self.name)
    }
}

/// A value of any type. The rules decide whether the key takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SettingValue {
    /// `any`
    Any,
    /// `[…]`
    List(Vec<Entry>),
    Bool(bool),
    Number(i64),
    /// A text, or a word: `1h`, `"yes"`.
    Text(String),
    /// What follows `expect`.
    Expect(Expectation),
    /// An `expect` in another form, as it was written, and what was meant by it.
    Meant(String, Vec<Expectation>),
    /// A table where no key takes one, as it was written.
    Table {
        written: String,
        /// Whether it contains keys of a policy.
        has_keys: bool,
        /// What it holds if it is a block whose name is misspelled.
        block: Block,
    },
    /// Anything else, as it was written.
    Other(String),
}

/// An entry of a list: a text, or for `origins` a regex.
///
/// ```
/// use cors_engine::{Block, Config, Entry, Mode};
///
/// let app = Entry::from("https://localhost").expect("loopback_origin", "the Android app's WebView");
/// let config = Config::new(Block::new().origins([Entry::from("https://app.example"), app]));
/// assert!(config.policy(Mode::Production).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(crate) kind: EntryKind,
    pub(crate) text: String,
    pub(crate) expectations: Vec<Expectation>,
    /// What was meant by an entry of a type that no list takes.
    pub(crate) meant: Option<Box<Entry>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Text,
    Regex,
    /// Of a type that no list takes; the text is what was written.
    Other,
}

impl Entry {
    pub(crate) fn new(kind: EntryKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), expectations: Vec::new(), meant: None }
    }

    /// A regular expression, which must match the whole origin.
    #[must_use]
    pub fn regex(pattern: impl Into<String>) -> Self {
        Self::new(EntryKind::Regex, pattern)
    }

    /// Adds an expectation to this entry only.
    #[must_use]
    pub fn expect(mut self, rule: impl Into<String>, reason: impl Into<String>) -> Self {
        self.expectations.push(Expectation::new(rule, reason));
        self
    }

    /// The text as it was written; for a regex, its pattern.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the entry is a regex.
    pub fn is_regex(&self) -> bool {
        self.kind == EntryKind::Regex
    }
}

impl From<&str> for Entry {
    fn from(text: &str) -> Self {
        Self::new(EntryKind::Text, text)
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        Self::new(EntryKind::Text, text)
    }
}

impl From<&String> for Entry {
    fn from(text: &String) -> Self {
        Self::new(EntryKind::Text, text)
    }
}

/// `expect(rule, reason = "…")`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// The name of the rule.
    pub(crate) rule: String,
    /// Why it may fire here.
    pub(crate) reason: Option<String>,
}

impl Expectation {
    fn new(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { rule: rule.into(), reason: Some(reason.into()) }
    }
}

/// A place for settings in a configuration.
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

/// A position in a [`Config`]. The macro uses it to find the token at fault, tools use it to find the line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Locus {
    /// The block.
    pub place: Place,
    /// The index of the setting in its block; `None` if the setting is missing.
    pub setting: Option<usize>,
    /// The index of the entry in the setting's list.
    pub entry: Option<usize>,
    /// The index of the expectation on that entry or setting, if the expectation is at fault.
    pub expectation: Option<usize>,
    /// The bytes of the value that are at fault, if not all of them are.
    pub bytes: Option<Range<usize>>,
}
