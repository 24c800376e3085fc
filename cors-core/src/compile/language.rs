//! How settings are written in each policy language. Only this file knows these grammars.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::config::{Entry, EntryKind};
use crate::Key;
use crate::Rule;

/// The language in which a policy is written. Messages show the text to write in this language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// `cors_policy! { origins: ["https://app.example"] }`, and a program that builds a `Config`.
    #[default]
    Macro,
    /// `#[cors(origins = ["https://app.example"])]`
    Attribute,
    /// `origins = ["https://app.example"]`
    Toml,
    /// `"origins": ["https://app.example"]`
    Json,
    /// `origins: ["https://app.example"]`
    Yaml,
    /// `CORS_ORIGINS=https://app.example`
    Env,
}

impl Language {
    /// The placeholder for the reason of a proposed expectation.
    pub const REASON: &'static str = REASON;

    /// An entry of the list of `key`, as it is written in this language.
    ///
    /// ```
    /// use cors_engine::{Entry, Key, Language};
    ///
    /// let entry = Entry::regex(r"^https://pr-\d+\.app\.example$");
    /// assert_eq!(Language::Json.entry(Key::Origins, &entry), r#"{ "regex": "^https://pr-\\d+\\.app\\.example$" }"#);
    /// ```
    pub fn entry(self, key: Key, entry: &Entry) -> String {
        Writer { language: self, prefix: String::new() }.entry(key, entry)
    }

    /// `any` as the value of a list, as it is written in this language.
    pub fn any(self) -> &'static str {
        match self {
            Self::Toml | Self::Json => "\"any\"",
            _ => "any",
        }
    }

    /// The language that a deserializer reads, by the name of its type. TOML if the name is unknown.
    #[cfg(feature = "serde")]
    pub(crate) fn of_deserializer(type_name: &str) -> Self {
        let name = type_name.to_ascii_lowercase();
        let is = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        match () {
            () if is(&["toml"]) => Self::Toml,
            () if is(&["yaml", "yml", "norway", "saphyr"]) => Self::Yaml,
            () if is(&["json"]) => Self::Json,
            () => Self::Toml,
        }
    }
}

/// The placeholder for the reason, in a text to paste.
pub const REASON: &str = "why it is right here";

/// Writes settings in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) language: Language,
    /// The prefix of the variables' names, without the `_`.
    pub(crate) prefix: String,
}

impl Writer {
    /// A key, or another name, as it is written here.
    pub(crate) fn name(&self, name: &str) -> String {
        match self.language {
            Language::Env => format!("{}_{}", self.prefix, name.to_ascii_uppercase()),
            Language::Json => format!("{name:?}"),
            _ => name.to_owned(),
        }
    }

    /// `key: value`, for a value that is already written in this language.
    pub(crate) fn setting(&self, key: Key, value: &str) -> String {
        let name = self.name(key.name());
        match self.language {
            Language::Macro | Language::Json | Language::Yaml => format!("{name}: {value}"),
            Language::Attribute | Language::Toml => format!("{name} = {value}"),
            Language::Env => format!("{name}={value}"),
        }
    }

    /// `key: any`
    pub(crate) fn any(&self, key: Key) -> String {
        self.setting(key, self.language.any())
    }

    /// `key: any` together with the expectation that it needs.
    pub(crate) fn any_with(&self, key: Key, expect: Option<Rule>) -> String {
        match expect {
            None => format!("`{}`", self.any(key)),
            Some(rule) if self.language == Language::Macro => {
                format!("`{}`", self.excused_setting(rule, &self.any(key)))
            }
            Some(rule) => format!("`{}` and `{}`", self.any(key), self.excuse(rule)),
        }
    }

    /// `key: true`
    pub(crate) fn switch(&self, key: Key, on: bool) -> String {
        self.setting(key, if on { "true" } else { "false" })
    }

    /// `key: […]`
    pub(crate) fn list(&self, key: Key, entries: &[Entry]) -> String {
        let entries = self.entries(key, entries);
        match self.language {
            Language::Env => self.setting(key, &entries),
            _ => self.setting(key, &format!("[{entries}]")),
        }
    }

    /// Entries with their separators.
    pub(crate) fn entries(&self, key: Key, entries: &[Entry]) -> String {
        let separator = if self.language == Language::Env { "," } else { ", " };
        entries.iter().map(|entry| self.entry(key, entry)).collect::<Vec<_>>().join(separator)
    }

    /// Entries as a message shows them: in quotes of some kind.
    pub(crate) fn shown(&self, key: Key, entries: &[Entry]) -> String {
        let entries = self.entries(key, entries);
        if self.language == Language::Env { format!("`{entries}`") } else { entries }
    }

    /// An entry of a list. The environment cannot hold a regex: see [`can_write`](Self::can_write).
    pub(crate) fn entry(&self, key: Key, entry: &Entry) -> String {
        let text = match (entry.kind, self.language) {
            (EntryKind::Regex, Language::Macro | Language::Attribute) => {
                format!("regex({})", raw_string(&entry.text))
            }
            (EntryKind::Regex, _) => self.table(&[("regex", &self.quoted(&entry.text))]),
            _ => self.quoted(&entry.text),
        };
        let Some(expectation) = entry.expectations.first() else { return text };
        let (rule, reason) = (&expectation.rule, expectation.reason.as_deref().unwrap_or_default());
        match self.language {
            Language::Macro | Language::Attribute => format!("#[expect({rule}, reason = {reason:?})] {text}"),
            Language::Env => text,
            _ => {
                let excuse = self.excuse_table(rule, reason);
                let field = match entry.kind {
                    EntryKind::Regex => "regex",
                    _ => field(key),
                };
                self.table(&[(field, &self.quoted(&entry.text)), ("expect", &excuse)])
            }
        }
    }

    /// Returns whether there is a way to write the entry here.
    pub(crate) fn can_write(&self, entry: &Entry) -> bool {
        self.language != Language::Env || entry.kind != EntryKind::Regex && !entry.text.contains(',')
    }

    /// An entry together with an expectation on it.
    pub(crate) fn excused_entry(&self, key: Key, entry: &Entry, rule: Rule) -> String {
        if self.language == Language::Env {
            return self.excuse(rule);
        }
        let mut excused = entry.clone();
        excused.expectations.clear();
        self.entry(key, &excused.expect(rule.name(), REASON))
    }

    /// A key together with an expectation on it; `setting` is what is written now.
    pub(crate) fn excused_setting(&self, rule: Rule, setting: &str) -> String {
        match self.language {
            Language::Macro => format!("#[expect({rule}, reason = {REASON:?})] {setting}"),
            _ => self.excuse(rule),
        }
    }

    /// An expectation for the whole block.
    pub(crate) fn excuse(&self, rule: Rule) -> String {
        self.excuses(&[(rule.name(), REASON)])
    }

    /// Expectations for the whole block, each with its reason.
    pub(crate) fn excuses(&self, rules: &[(&str, &str)]) -> String {
        let each = |write: &dyn Fn(&str, &str) -> String| {
            rules.iter().map(|(rule, reason)| write(rule, reason)).collect::<Vec<_>>().join(", ")
        };
        match self.language {
            Language::Macro | Language::Attribute => {
                each(&|rule, reason| format!("expect({rule}, reason = {reason:?})"))
            }
            Language::Env => self.setting(Key::Expect, &each(&|rule, reason| format!("{rule} = {reason}"))),
            _ => {
                let tables = each(&|rule, reason| self.excuse_table(rule, reason));
                self.setting(Key::Expect, &format!("[{tables}]"))
            }
        }
    }

    /// An expectation as it is written next to its entry or setting.
    pub(crate) fn excuse_alone(&self, rule: Rule) -> String {
        match self.language {
            Language::Macro | Language::Attribute => format!("#[expect({rule}, reason = {REASON:?})]"),
            Language::Env => self.excuse(rule),
            _ => self.pair("expect", &self.excuse_table(rule.name(), REASON)),
        }
    }

    /// A block, as it is written here; `None` if this language has no blocks.
    pub(crate) fn block(&self, name: &str) -> Option<String> {
        Some(match self.language {
            Language::Macro => format!("{name} {{ … }}"),
            Language::Toml => format!("[{name}]"),
            Language::Json => format!("\"{name}\": {{ … }}"),
            Language::Yaml => format!("{name}:"),
            Language::Attribute | Language::Env => return None,
        })
    }

    /// A duration with its unit, as it is written here.
    pub(crate) fn duration(&self, text: &str) -> String {
        match self.language {
            Language::Toml | Language::Json => format!("\"{text}\""),
            _ => text.to_owned(),
        }
    }

    /// The block for development only, as it is written here; `None` if this language has no blocks.
    pub(crate) fn development(&self) -> Option<String> {
        self.block(crate::Mode::Development.name())
    }

    /// A text as a string of the language.
    pub(crate) fn quoted(&self, text: &str) -> String {
        match self.language {
            Language::Env => text.to_owned(),
            Language::Toml if has_backslash_or_quote(text) && !text.contains(is_no_literal) => {
                format!("'{text}'")
            }
            Language::Yaml if has_backslash_or_quote(text) && !text.contains(char::is_control) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            Language::Json | Language::Toml | Language::Yaml => json_string(text),
            _ => format!("{text:?}"),
        }
    }

    pub(crate) fn excuse_table(&self, rule: &str, reason: &str) -> String {
        self.table(&[("rule", &self.quoted(rule)), ("reason", &self.quoted(reason))])
    }

    fn table(&self, fields: &[(&str, &str)]) -> String {
        let fields = fields.iter().map(|(name, value)| self.pair(name, value));
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }

    fn pair(&self, name: &str, value: &str) -> String {
        match self.language {
            Language::Json => format!("{name:?}: {value}"),
            Language::Yaml => format!("{name}: {value}"),
            _ => format!("{name} = {value}"),
        }
    }
}

fn is_no_literal(letter: char) -> bool {
    letter == '\'' || letter.is_control()
}

fn has_backslash_or_quote(text: &str) -> bool {
    text.contains(['\\', '"'])
}

/// The field name, in a file, of an entry that has an expectation.
pub(crate) const fn field(key: Key) -> &'static str {
    match key {
        Key::Methods => "method",
        Key::Headers | Key::Expose => "header",
        Key::Hosts => "host",
        _ => "origin",
    }
}

/// `r"…"`, with as many `#` as the text asks for.
fn raw_string(text: &str) -> String {
    let mut hashes = String::new();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// A string that JSON, TOML and YAML read alike.
fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() && u32::from(c) <= 0xffff => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
