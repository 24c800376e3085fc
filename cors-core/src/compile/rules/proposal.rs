//! What to write instead, as data, and how a configuration follows it.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::violation::Violation;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Block, Config, Entry, Expectation, Place, Setting, SettingValue};

/// What to write instead of the text that a violation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proposal {
    /// Nothing: remove the entry, the setting or the expectation.
    Remove,
    /// These entries instead of the one at fault.
    Entries(Vec<Entry>),
    /// These entries instead of the one at fault, and of others that they cover.
    Cover {
        /// What to write.
        entries: Vec<Entry>,
        /// The indices of the entries to remove from the same list.
        covered: Vec<usize>,
    },
    /// A list of these entries instead of the setting's value.
    List(Vec<Entry>),
    /// `any` instead of the list, with the expectation that it needs in production.
    Any {
        /// The rule to expect, if one is needed.
        expect: Option<Rule>,
    },
    /// `true` or `false` instead of the setting's value.
    Switch(bool),
    /// This number instead of the setting's value.
    Number(i64),
    /// This key instead of the one that was written.
    Key(Key),
    /// The block of this mode in place of what was written as its name.
    Block(Mode),
    /// Its entries moved to this key, which is already set.
    Into(Key),
    /// This rule instead of the one that the expectation names.
    Rule(Rule),
}

impl Proposal {
    /// The entries to write.
    pub(crate) fn entries(&self) -> &[Entry] {
        match self {
            Self::Entries(entries) | Self::Cover { entries, .. } | Self::List(entries) => entries,
            _ => &[],
        }
    }
}

impl Config {
    /// The configuration after following every [proposal](crate::Violation::proposal) of these violations.
    ///
    /// Violations without a proposal remain.
    ///
    /// ```
    /// use cors_engine::{Block, Config, Mode};
    ///
    /// let config = Config::new(Block::new().origins(["app.example", "https://shop.example/"]).methods(["get"]));
    /// let violations = config.policy(Mode::Production).unwrap_err();
    /// let policy = config.following(&violations).policy(Mode::Production)?;
    /// assert!(policy.allows_origin(b"https://app.example") && policy.allows_method(b"GET"));
    /// # Ok::<(), cors_engine::Violations>(())
    /// ```
    #[must_use]
    pub fn following<'v>(&self, violations: impl IntoIterator<Item = &'v Violation>) -> Self {
        let mut edits: Vec<Edit<'_>> = violations
            .into_iter()
            .filter_map(|violation| {
                let locus = violation.locus();
                let at = (locus.place, locus.setting?, locus.entry, locus.expectation);
                Some(Edit { at, proposal: violation.proposal()? })
            })
            .collect();
        edits.sort_by_key(|edit| edit.at);
        let renamed = edits.iter().filter_map(|edit| match edit.proposal {
            Proposal::Block(mode) => {
                let setting = self.block(edit.at.0)?.settings.get(edit.at.1)?;
                Some((*mode, setting))
            }
            _ => None,
        });
        let renamed: Vec<(Mode, &Setting)> = renamed.collect();
        let mut config = self.clone();
        for place in [Place::Outer, Place::Production, Place::Development] {
            let Some(block) = self.block(place) else { continue };
            let within = edits.iter().filter(|edit| edit.at.0 == place).collect::<Vec<_>>();
            *config.block_mut(place) = follow(block, &within);
        }
        for (mode, setting) in renamed {
            if let SettingValue::Table { block, .. } = &setting.value {
                *config.block_mut(Place::of(mode)) = block.clone();
            }
        }
        config
    }
}

/// What to change: block, setting, entry, expectation.
struct Edit<'v> {
    at: (Place, usize, Option<usize>, Option<usize>),
    proposal: &'v Proposal,
}

fn follow(block: &Block, edits: &[&Edit<'_>]) -> Block {
    let mut settings: Vec<Option<Setting>> = Vec::with_capacity(block.settings.len());
    let mut moved: Vec<(Key, Vec<Entry>)> = Vec::new();
    let mut next = 0;
    for (index, setting) in block.settings.iter().enumerate() {
        let begin = next;
        while edits.get(next).is_some_and(|edit| edit.at.1 == index) {
            next += 1;
        }
        settings.push(edited(setting, &edits[begin..next], &mut moved));
    }
    let mut settings: Vec<Setting> = settings.into_iter().flatten().collect();
    for (key, entries) in moved {
        if let Some(Setting { value: SettingValue::List(list), .. }) =
            settings.iter_mut().find(|setting| setting.key() == Some(key))
        {
            list.extend(entries);
        }
    }
    Block { settings }
}

/// The setting with its edits made. `None` if it is removed.
fn edited(setting: &Setting, edits: &[&Edit<'_>], moved: &mut Vec<(Key, Vec<Entry>)>) -> Option<Setting> {
    let mut setting = setting.clone();
    let whole = edits.iter().filter(|edit| edit.at.2.is_none());
    for edit in whole {
        match (edit.at.3, edit.proposal) {
            (Some(index), proposal) => amend(&mut setting.expectations, index, proposal),
            (None, Proposal::Remove | Proposal::Block(_)) => return None,
            (None, Proposal::Into(key)) => {
                if let SettingValue::List(entries) = setting.value {
                    moved.push((*key, entries));
                }
                return None;
            }
            (None, Proposal::Rule(rule)) => {
                if let SettingValue::Expect(expectation) = &mut setting.value {
                    expectation.rule = rule.name().to_string();
                }
            }
            (None, proposal) => replace(&mut setting, proposal),
        }
    }
    setting.expectations.retain(|expectation| !expectation.rule.is_empty());
    if let SettingValue::List(entries) = setting.value {
        let mut result = Vec::with_capacity(entries.len());
        let covered: Vec<usize> = edits
            .iter()
            .filter_map(|edit| match edit.proposal {
                Proposal::Cover { covered, .. } => Some(covered.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        let mut edits = edits.iter().filter(|edit| edit.at.2.is_some()).peekable();
        for (index, mut entry) in entries.into_iter().enumerate() {
            let mut instead: Option<Vec<Entry>> = None;
            let mut any = None;
            while let Some(edit) = edits.next_if(|edit| edit.at.2 == Some(index)) {
                match (edit.at.3, edit.proposal) {
                    (Some(index), proposal) => amend(&mut entry.expectations, index, proposal),
                    (None, Proposal::Remove) => instead = Some(Vec::new()),
                    (None, Proposal::Entries(entries) | Proposal::Cover { entries, .. })
                        if instead.is_none() =>
                    {
                        instead = Some(entries.clone())
                    }
                    (None, Proposal::Any { .. }) => any = Some(edit.proposal),
                    (None, _) => {}
                }
            }
            if let Some(any) = any {
                let mut setting =
                    Setting { value: SettingValue::Any, ..setting_head(&setting.name, setting.expectations) };
                replace(&mut setting, any);
                return Some(setting);
            }
            entry.expectations.retain(|expectation| !expectation.rule.is_empty());
            match instead {
                Some(entries) => result.extend(entries),
                None if covered.contains(&index) => {}
                None => result.push(entry),
            }
        }
        setting.value = SettingValue::List(result);
    }
    Some(setting)
}

fn setting_head(name: &str, expectations: Vec<Expectation>) -> Setting {
    Setting { name: name.to_string(), value: SettingValue::Any, expectations }
}

fn replace(setting: &mut Setting, proposal: &Proposal) {
    match proposal {
        Proposal::List(entries) => setting.value = SettingValue::List(entries.clone()),
        Proposal::Any { expect } => {
            setting.value = SettingValue::Any;
            if let Some(rule) = expect {
                let reason = Some("it was asked for".to_string());
                setting.expectations.push(Expectation { rule: rule.name().to_string(), reason });
            }
        }
        Proposal::Switch(on) => setting.value = SettingValue::Bool(*on),
        Proposal::Number(number) => setting.value = SettingValue::Number(*number),
        Proposal::Key(key) => setting.name = key.name().to_string(),
        _ => {}
    }
}

/// Changes an expectation. A removed one stays, without a rule, until all changes are made.
fn amend(expectations: &mut [Expectation], index: usize, proposal: &Proposal) {
    let Some(expectation) = expectations.get_mut(index) else { return };
    match proposal {
        Proposal::Remove => expectation.rule.clear(),
        Proposal::Rule(rule) => expectation.rule = rule.name().to_string(),
        _ => {}
    }
}
