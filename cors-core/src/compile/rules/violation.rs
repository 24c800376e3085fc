//! A broken rule, with one message for the compiler and the log.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::proposal::Proposal;
use super::settings::meant_key;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::Locus;
use crate::compile::language::Language;
use crate::compile::shown::Shown;

/// A rule that a policy breaks: where, why it matters, and the fix.
///
/// `Display` is the message as the compiler shows it: what is wrong, the bytes at fault, why it matters, and what to write
/// instead, in the language of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub(crate) rule: Rule,
    pub(crate) mode: Mode,
    pub(crate) language: Language,
    pub(crate) locus: Locus,
    /// The key as it was written.
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) message: String,
    pub(crate) why: Cow<'static, str>,
    pub(crate) help: Option<String>,
    pub(crate) excuse: Option<String>,
    pub(crate) witness: Option<String>,
    pub(crate) proposal: Option<Proposal>,
}

impl Violation {
    /// The rule.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The mode in which the rule is broken.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The language in which the help is written.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The place in the configuration.
    pub fn locus(&self) -> &Locus {
        &self.locus
    }

    /// The key as it was written; `None` if there was none.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The key that was meant: the one that was written, or the nearest one if there is no key of that name.
    pub fn meant_key(&self) -> Option<Key> {
        let name = self.key.as_deref()?;
        Key::from_name(name).or_else(|| meant_key(name))
    }

    /// The offending value as it was written.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong, in a line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why it matters: who gets in, or what never works.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The fix in words, with the text to write if there is a proposal.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// How to keep the setting and give a reason, for rules that [can be excused](Rule::is_excusable).
    pub fn excuse(&self) -> Option<&str> {
        self.excuse.as_deref()
    }

    /// An origin that shows what is wrong: the entry accepts it, and a stranger can have it.
    pub fn witness(&self) -> Option<&str> {
        self.witness.as_deref()
    }

    /// What to write instead, as data.
    ///
    /// It has been proved: the text follows every rule and still accepts what the original was clearly meant for.
    pub fn proposal(&self) -> Option<&Proposal> {
        self.proposal.as_ref()
    }

    /// The value with carets under the bytes at fault, in two lines. `None` if the whole value is at fault.
    ///
    /// ```
    /// use cors_engine::{Block, Config, Mode};
    ///
    /// let config = Config::new(Block::new().origins(["https://app.example/shop"]));
    /// let violations = config.policy(Mode::Production).unwrap_err();
    /// let marked = violations.iter().next().and_then(|violation| violation.marked());
    /// assert_eq!(marked.as_deref(), Some("https://app.example/shop\n                   ^^^^^"));
    /// ```
    pub fn marked(&self) -> Option<String> {
        let (value, bytes) = (self.value.as_deref()?, self.locus.bytes.clone()?);
        let width = |part| Shown(part).width();
        let (before, wrong) = (value.get(..bytes.start)?, value.get(bytes)?);
        if wrong.is_empty() || wrong.len() == value.len() {
            return None;
        }
        let line = Shown(value);
        Some(format!("{line}\n{:width$}{}", "", "^".repeat(width(wrong)), width = width(before)))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {}: {} [{}]", self.mode, self.message, self.rule)?;
        for line in self.marked().iter().flat_map(|marked| marked.lines()) {
            write!(f, "\n    {line}")?;
        }
        write!(f, "\n{}", self.why)?;
        for help in self.help.iter().chain(&self.excuse) {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

/// Every rule that a policy breaks, in the order of the settings.
///
/// It implements `Error` and `IntoIterator`, and with the feature `serde` also `Serialize`. `{}` shows the first 50 and counts
/// the rest; `{:#}` shows all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations {
    pub(crate) list: Vec<Violation>,
}

/// The most violations that `Display` shows.
const SHOWN: usize = 50;

impl Violations {
    /// The violations.
    pub fn iter(&self) -> core::slice::Iter<'_, Violation> {
        self.list.iter()
    }

    /// How many there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

impl<'v> IntoIterator for &'v Violations {
    type Item = &'v Violation;
    type IntoIter = core::slice::Iter<'v, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = alloc::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list.len() {
            1 => f.write_str("this CORS policy breaks a rule")?,
            count => write!(f, "this CORS policy breaks {count} rules")?,
        }
        let shown = if f.alternate() { self.list.len() } else { SHOWN };
        for violation in self.list.iter().take(shown) {
            write!(f, "\n\n")?;
            if let Some(key) = &violation.key {
                write!(f, "{key}: ")?;
            }
            write!(f, "{violation}")?;
        }
        match self.list.len().saturating_sub(shown) {
            0 => Ok(()),
            more => write!(f, "\n\n… and {more} more"),
        }
    }
}

impl core::error::Error for Violations {}
