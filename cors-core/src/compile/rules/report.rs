//! The collector of violations: it knows the mode, and what the expectations excuse.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::settings::Site;
use super::violation::Violation;
use crate::Mode;
use crate::Rule;

/// What a rule has to say, before it is known where and in which mode.
#[derive(Clone)]
pub(crate) struct Finding {
    rule: Rule,
    value: Option<String>,
    message: String,
    why: Cow<'static, str>,
    help: Option<String>,
}

impl Finding {
    pub(crate) fn new(rule: Rule, message: impl Into<String>, why: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, value: None, message: message.into(), why: why.into(), help: None }
    }

    /// The value at fault.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// The fix.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The fix, where there is one.
    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// The violations found so far.
pub(crate) struct Report {
    mode: Mode,
    list: Vec<Violation>,
}

impl Report {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { mode, list: Vec::new() }
    }

    /// The mode that is judged.
    #[cfg(feature = "regex")]
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Takes a finding down, unless its rule is silent in this mode.
    pub(crate) fn add(&mut self, site: &Site, finding: Finding) {
        let Finding { rule, value, message, why, help } = finding;
        if self.mode == Mode::Development && rule.is_excusable() {
            return;
        }
        let Site { locus, key } = site.clone();
        self.list.push(Violation { rule, mode: self.mode, locus, key, value, message, why, help });
    }

    /// Takes out what `rule` found; was there anything?
    pub(crate) fn excuse(&mut self, rule: Rule) -> bool {
        let before = self.list.len();
        self.list.retain(|violation| violation.rule != rule);
        self.list.len() < before
    }

    /// The violations in the order in which the settings stand.
    pub(crate) fn finish(mut self) -> Vec<Violation> {
        self.list.sort_by_key(|violation| {
            let locus = &violation.locus;
            (locus.place, locus.setting, locus.entry)
        });
        self.list
    }
}
