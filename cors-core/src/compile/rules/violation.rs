//! What a broken rule says: one message for the compiler and for the log.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::Mode;
use crate::Rule;
use crate::compile::config::Locus;

/// A rule that a policy breaks: where, why it matters, and the fix.
///
/// `Display` is the message as the compiler shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub(crate) rule: Rule,
    pub(crate) mode: Mode,
    pub(crate) locus: Locus,
    /// The key as it was written.
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) message: String,
    pub(crate) why: Cow<'static, str>,
    pub(crate) help: Option<String>,
}

impl Violation {
    /// The rule.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The mode in which it is broken.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where in the configuration.
    pub fn locus(&self) -> &Locus {
        &self.locus
    }

    /// The key as it was written; `None` where none was.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The offending value as it was written.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong, in a line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Who gets in, or what never works.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The fix, where there is one to propose.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {}: {} [{}]\n{}", self.mode, self.message, self.rule, self.why)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// Every rule that a policy breaks, in the order in which the settings stand.
///
/// It is an `Error`; it iterates; with the feature `serde` it serialises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations {
    pub(crate) list: Vec<Violation>,
}

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
        for violation in &self.list {
            write!(f, "\n\n")?;
            if let Some(key) = &violation.key {
                write!(f, "{key}: ")?;
            }
            write!(f, "{violation}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Violations {}
