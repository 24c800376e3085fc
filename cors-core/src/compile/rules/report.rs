//! The collector of violations: it knows the mode and the language, and says how a rule is excused.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::proposal::Proposal;
use super::settings::Site;
use super::violation::Violation;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::Entry;
use crate::compile::language::Writer;

/// A broken rule, before it is known where and in which mode.
#[derive(Clone)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    value: Option<String>,
    message: String,
    why: Cow<'static, str>,
    help: Option<String>,
    excuse: Excuse,
    witness: Option<String>,
    proposal: Option<Proposal>,
}

/// How to keep the setting unchanged, if the rule can be excused.
#[derive(Clone)]
enum Excuse {
    /// With an expectation on the entry.
    Entry,
    /// With one on the key, next to the setting as it is written here.
    Setting(String),
    /// With one for the block, because the entry should not be repeated.
    Block,
}

impl Finding {
    pub(crate) fn new(rule: Rule, message: impl Into<String>, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            rule,
            value: None,
            message: message.into(),
            why: why.into(),
            help: None,
            excuse: Excuse::Entry,
            witness: None,
            proposal: None,
        }
    }

    /// The value at fault.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Another reason.
    #[cfg(feature = "regex")]
    pub(crate) fn because(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.why = why.into();
        self
    }

    /// The witness.
    #[cfg(feature = "regex")]
    pub(crate) fn shows(&self) -> Option<&str> {
        self.witness.as_deref()
    }

    /// The fix, in words.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The fix, in words and as data.
    pub(crate) fn propose(mut self, help: impl Into<String>, proposal: Proposal) -> Self {
        self.help = Some(help.into());
        self.proposal = Some(proposal);
        self
    }

    /// An origin that shows what is wrong.
    #[cfg(feature = "regex")]
    pub(crate) fn witness(mut self, witness: impl Into<String>) -> Self {
        self.witness = Some(witness.into());
        self
    }

    /// Says that it is about a whole setting, and how that is written.
    pub(crate) fn on_setting(mut self, written: String) -> Self {
        self.excuse = Excuse::Setting(written);
        self
    }

    /// Says that the entry should not be repeated.
    pub(crate) fn excused_by_block(mut self) -> Self {
        self.excuse = Excuse::Block;
        self
    }

    /// Returns whether the fix is to take out what does nothing.
    pub(crate) fn is_needless(&self) -> bool {
        self.rule == Rule::InertEntry && self.proposal == Some(Proposal::Remove)
    }

    pub(crate) fn has_help(&self) -> bool {
        self.help.is_some()
    }
}

/// The violations found so far.
pub(crate) struct Report<'c> {
    mode: Mode,
    writer: &'c Writer,
    list: Vec<Violation>,
}

impl<'c> Report<'c> {
    pub(crate) fn new(mode: Mode, writer: &'c Writer) -> Self {
        Self { mode, writer, list: Vec::new() }
    }

    /// The mode that is checked.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Writes settings in the language of the configuration.
    pub(crate) fn writer(&self) -> &'c Writer {
        self.writer
    }

    /// Records a finding about an entry, unless its rule does not apply in this mode.
    pub(crate) fn add_entry(&mut self, site: &Site, entry: &Entry, finding: Finding) {
        self.push(site, Some(entry), finding);
    }

    /// Records a finding, unless its rule does not apply in this mode.
    pub(crate) fn add(&mut self, site: &Site, finding: Finding) {
        self.push(site, None, finding);
    }

    fn push(&mut self, site: &Site, entry: Option<&Entry>, finding: Finding) {
        if self.mode == Mode::Development && finding.rule.is_excusable() {
            return;
        }
        let excuse = finding.rule.is_excusable().then(|| self.excuse(site, entry, &finding));
        let Finding { rule, value, message, why, help, witness, proposal, .. } = finding;
        let Site { locus, key } = site.clone();
        let (mode, language) = (self.mode, self.writer.language);
        self.list.push(Violation {
            rule,
            mode,
            language,
            locus,
            key,
            value,
            message,
            why,
            help,
            excuse,
            witness,
            proposal,
        });
    }

    fn excuse(&self, site: &Site, entry: Option<&Entry>, finding: &Finding) -> String {
        let rule = finding.rule;
        let key = site.key.as_deref().and_then(Key::from_name);
        let text = match (&finding.excuse, entry, key) {
            (Excuse::Entry, Some(entry), Some(key)) => self.writer.excused_entry(key, entry, rule),
            (Excuse::Setting(written), ..) => self.writer.excused_setting(rule, written),
            _ => self.writer.excuse(rule),
        };
        format!("to keep it, say why: `{text}`")
    }

    /// Keeps the violations for which `keep` returns `true`.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Violation) -> bool) {
        self.list.retain(keep);
    }

    /// The violations in the order of the settings.
    pub(crate) fn finish(mut self) -> Vec<Violation> {
        // `any` with credentials can never work, so it is not also reported as open to everybody.
        if self.list.iter().any(|violation| violation.rule == Rule::AnyOriginWithCredentials) {
            self.list.retain(|violation| violation.rule != Rule::AnyOrigin);
        }
        self.list.sort_by_key(|violation| {
            let locus = &violation.locus;
            (locus.place, locus.setting, locus.entry, locus.expectation)
        });
        self.list
    }
}
