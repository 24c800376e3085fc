//! What is wrong with a server, and the fix.

use serde_json::json;

use crate::report::{Severity, message};

/// Something that a server's answers show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// What tests and scripts call it.
    pub(super) name: &'static str,
    message: String,
    why: String,
    help: String,
}

impl Finding {
    /// The browser blocks the call for it.
    pub(super) fn error(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, name, message)
    }

    /// The call goes through, and somebody else is harmed.
    pub(super) fn warning(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, name, message)
    }

    /// Good to know.
    pub(super) fn note(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, name, message)
    }

    fn new(severity: Severity, name: &'static str, message: impl Into<String>) -> Self {
        Self { severity, name, message: message.into(), why: String::new(), help: String::new() }
    }

    /// Why it matters.
    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// The fix.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// In the form of a broken rule.
    pub(super) fn text(&self) -> String {
        let Self { severity, name, message: what, why, help } = self;
        message(*severity, &format!("{what} [{name}]\n{why}\nhelp: {help}"))
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let Self { severity, name, message, why, help } = self;
        json!({ "severity": severity.name(), "name": name, "message": message, "why": why, "help": help })
    }
}
