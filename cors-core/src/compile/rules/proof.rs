//! Proves that the proposals of a list work together: all are followed at once, and the result is checked again.
//!
//! Each proposal follows the rules on its own (see `propose`). Together two of them may say the same, or one may cover
//! an entry that was right before: then there is less to write, and the message says so.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::check;
use super::origins;
use super::proposal::Proposal;
use super::types;
use super::violation::{Violation, Violations};
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Config, Entry, Place, SettingValue};
use crate::compile::pattern::OriginPattern;

/// How often proposals are followed and checked. Each round changes at least one of them.
const MAX_ROUNDS: usize = 6;

/// The violations, with proposals that may all be followed at once, and with another help if there is no proposal.
pub(super) fn prove(config: &Config, mode: Mode, violations: Violations) -> Violations {
    let mut violations = with_proved(config, mode, violations);
    for violation in violations.list.iter_mut().filter(|violation| violation.help.is_none()) {
        violation.help = types::example(violation, &config.writer);
    }
    violations
}

/// The violations, without the proposals that cannot be followed.
fn with_proved(config: &Config, mode: Mode, mut violations: Violations) -> Violations {
    let hidden = uncover(config, mode, &mut violations);
    for _ in 0..MAX_ROUNDS {
        if violations.list.iter().all(|violation| violation.proposal.is_none()) {
            return violations;
        }
        let left = check(&config.following(&violations), mode).1;
        let unproposed: BTreeSet<(Rule, Option<String>)> =
            violations.iter().filter(|known| known.proposal.is_none()).map(fault).collect();
        let new: Vec<Violation> = left
            .into_iter()
            .filter(|left| !unproposed.contains(&fault(left)) && !hidden.contains(&fault(left)))
            .collect();
        if new.is_empty() {
            return violations;
        }
        let changes = Together::of(config, &violations).changes(&new);
        let mut has_changed = false;
        for (index, proposal) in changes {
            let violation = &mut violations.list[index];
            if violation.proposal == proposal {
                continue;
            }
            has_changed = true;
            (violation.help, violation.proposal) = match proposal {
                Some(proposal) => (Some(words(config, violation, &proposal)), Some(proposal)),
                None => (violation.help.take().filter(|_| is_no_text(violation.proposal.as_ref())), None),
            };
        }
        if !has_changed {
            break;
        }
    }
    for violation in &mut violations.list {
        violation.help = violation.help.take().filter(|_| is_no_text(violation.proposal.as_ref()));
        violation.proposal = None;
    }
    violations
}

/// Adds what is wrong with the values of misspelled keys, and returns all that comes to light once the keys are right: no proposal is
/// the cause of it.
fn uncover(config: &Config, mode: Mode, violations: &mut Violations) -> BTreeSet<(Rule, Option<String>)> {
    let is_rename = |violation: &&Violation| {
        matches!(violation.proposal, Some(Proposal::Key(_) | Proposal::Block(_) | Proposal::Into(_)))
    };
    let renames: Vec<&Violation> = violations.iter().filter(is_rename).collect();
    if renames.is_empty() {
        return BTreeSet::new();
    }
    let is_key = |violation: &&&Violation| matches!(violation.proposal, Some(Proposal::Key(_)));
    let keys: Vec<&Violation> = renames.iter().filter(is_key).copied().collect();
    let renamed: BTreeSet<SettingPlace> = keys.iter().map(|violation| place(violation)).collect();
    let hidden = check(&config.following(renames), mode).1.iter().map(fault).collect();
    let within = check(&config.following(keys), mode).1;
    let within = within.into_iter().filter(|violation| renamed.contains(&place(violation)));
    violations.list.extend(within.map(|violation| as_written(config, violation)));
    violations.list.sort_by_key(|violation| {
        let locus = violation.locus();
        (locus.place, locus.setting, locus.entry, locus.expectation)
    });
    hidden
}

/// A violation that was found under the right key, reported on the key that was written.
fn as_written(config: &Config, mut violation: Violation) -> Violation {
    let locus = violation.locus();
    let block = config.block(locus.place);
    let setting = block.zip(locus.setting).and_then(|(block, setting)| block.settings.get(setting));
    if let Some((setting, key)) = setting.zip(violation.meant_key()) {
        let (written, meant) = (config.writer.name(&setting.name), config.writer.name(key.name()));
        let named = format!("`{written}`, read as `{meant}`,");
        violation.message = violation.message.replace(&format!("`{meant}`"), &named);
        violation.key = Some(setting.name.clone());
    }
    violation
}

/// Returns whether the help is right even if the proposal is not, because it names no text that could break a rule.
fn is_no_text(proposal: Option<&Proposal>) -> bool {
    matches!(
        proposal,
        None | Some(Proposal::Remove | Proposal::Key(_) | Proposal::Block(_) | Proposal::Rule(_))
    )
}

fn fault(violation: &Violation) -> (Rule, Option<String>) {
    (violation.rule(), violation.value().map(String::from))
}

/// The words between a text to write and the entries that it covers.
const COVERS: &str = ", and take out what it covers: ";

fn words(config: &Config, violation: &Violation, proposal: &Proposal) -> String {
    let key = violation.meant_key().unwrap_or(Key::Origins);
    let written = |entries: &[Entry]| config.writer.shown(key, entries);
    match proposal {
        Proposal::Entries(entries) => format!("write {}", written(entries)),
        Proposal::Cover { entries, covered } => {
            let text = |index: &usize| entry(config, violation, *index).map(written_as(config, key));
            let covered: Vec<String> = covered.iter().filter_map(text).collect();
            let help = violation.help.clone().unwrap_or_else(|| format!("write {}", written(entries)));
            let help = help.split(COVERS).next().unwrap_or_default();
            format!("{help}{COVERS}{}", covered.join(", "))
        }
        _ => "take it out: the list already has the origin that it means".into(),
    }
}

fn written_as(config: &Config, key: Key) -> impl Fn(&Entry) -> String {
    move |entry| config.writer.entry(key, entry)
}

/// An entry of the list that a violation is about.
fn entry<'c>(config: &'c Config, violation: &Violation, index: usize) -> Option<&'c Entry> {
    let locus = violation.locus();
    match &config.block(locus.place)?.settings.get(locus.setting?)?.value {
        SettingValue::List(entries) => entries.get(index),
        _ => None,
    }
}

/// The setting that a violation is about.
type SettingPlace = (Place, Option<usize>);

/// The proposals of a list together.
struct Together<'v> {
    violations: &'v [Violation],
    /// Which violations propose a text, in lower case.
    proposers: BTreeMap<String, Vec<usize>>,
    /// The positions of entries without violations.
    listed: BTreeMap<String, (SettingPlace, usize)>,
}

impl<'v> Together<'v> {
    fn of(config: &Config, violations: &'v Violations) -> Self {
        let mut proposers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut settings: BTreeSet<(Place, usize)> = BTreeSet::new();
        let mut faulty: BTreeSet<(Place, Option<usize>, Option<usize>)> = BTreeSet::new();
        for (index, violation) in violations.iter().enumerate() {
            let locus = violation.locus();
            settings.extend(locus.setting.map(|setting| (locus.place, setting)));
            faulty.insert((locus.place, locus.setting, locus.entry));
            for entry in violation.proposal().iter().flat_map(|proposal| proposal.entries()) {
                proposers.entry(entry.text.to_ascii_lowercase()).or_default().push(index);
            }
        }
        let mut listed = BTreeMap::new();
        for (place, setting) in settings {
            let value = config.block(place).and_then(|block| block.settings.get(setting));
            let Some(SettingValue::List(entries)) = value.map(|setting| &setting.value) else { continue };
            for (index, entry) in entries.iter().enumerate() {
                if !faulty.contains(&(place, Some(setting), Some(index))) {
                    listed.entry(entry.text.to_ascii_lowercase()).or_insert(((place, Some(setting)), index));
                }
            }
        }
        Self { violations: &violations.list, proposers, listed }
    }

    /// What to do about proposals that together cause new violations.
    fn changes(&self, new: &[Violation]) -> BTreeMap<usize, Option<Proposal>> {
        let mut changes: BTreeMap<usize, Option<Proposal>> = BTreeMap::new();
        let mut seen: BTreeSet<(Rule, String)> = BTreeSet::new();
        let mut taken_back: BTreeSet<Option<Key>> = BTreeSet::new();
        for violation in new {
            let text = violation.value().unwrap_or_default().to_ascii_lowercase();
            // Violations that concern many entries are settled at once, because a list may be long.
            if !seen.insert((violation.rule(), text.clone())) {
                continue;
            }
            let is_double = matches!(violation.rule(), Rule::DuplicateEntry | Rule::RedundantOrigin);
            match self.proposers.get(&text) {
                Some(proposers) if is_double => {
                    // If several propose the same, the first one is kept.
                    let stays = violation.rule() == Rule::DuplicateEntry && !self.listed.contains_key(&text);
                    for &index in proposers.iter().skip(usize::from(stays)) {
                        let less = self.without(changes.get(&index), index, &text);
                        changes.insert(index, Some(less));
                    }
                }
                None if is_double => self.cover(&text, &mut changes),
                _ if taken_back.insert(violation.meant_key()) => self.take_back(violation, &mut changes),
                _ => {}
            }
        }
        changes
    }

    /// A proposal without one of its entries.
    fn without(&self, changed: Option<&Option<Proposal>>, index: usize, text: &str) -> Proposal {
        let proposal = changed.and_then(Option::as_ref).or_else(|| self.violations[index].proposal());
        let entries = proposal.map(Proposal::entries).unwrap_or_default().iter();
        let kept: Vec<Entry> =
            entries.filter(|entry| !entry.text.eq_ignore_ascii_case(text)).cloned().collect();
        if kept.is_empty() { Proposal::Remove } else { Proposal::Entries(kept) }
    }

    /// An entry that was right is covered by what is proposed.
    fn cover(&self, text: &str, changes: &mut BTreeMap<usize, Option<Proposal>>) {
        let Some(&(setting, covered_at)) = self.listed.get(text) else { return };
        let Ok(pattern) = OriginPattern::parse(text) else { return };
        let by_text = origins::covers(&pattern);
        let by_text = by_text.iter().find_map(|cover| self.proposers.get(cover)?.first().copied());
        let found = by_text.or_else(|| self.regex_over(&pattern, setting));
        let Some(index) = found.filter(|&index| place(&self.violations[index]) == setting) else {
            return self.take_back_in(setting, changes);
        };
        let proposal = changes.get(&index).cloned().flatten();
        let (entries, mut covered) = match proposal.or_else(|| self.violations[index].proposal.clone()) {
            Some(Proposal::Cover { entries, covered }) => (entries, covered),
            Some(proposal) => (proposal.entries().to_vec(), vec![]),
            None => return,
        };
        if !covered.contains(&covered_at) {
            covered.push(covered_at);
        }
        changes.insert(index, Some(Proposal::Cover { entries, covered }));
    }

    /// The violation for which a regex is proposed that accepts all that `pattern` does, as far as samples tell.
    #[cfg(feature = "regex")]
    fn regex_over(&self, pattern: &OriginPattern, setting: SettingPlace) -> Option<usize> {
        let prover = crate::compile::regex::advice::Prover::default();
        let samples = pattern.samples();
        let covers = |entry: &Entry| {
            entry.is_regex() && samples.iter().all(|sample| prover.accepts(&entry.text, sample))
        };
        self.violations.iter().position(|violation| {
            let entries = violation.proposal().map(Proposal::entries).unwrap_or_default();
            place(violation) == setting && entries.iter().any(covers)
        })
    }

    #[cfg(not(feature = "regex"))]
    fn regex_over(&self, _: &OriginPattern, _: SettingPlace) -> Option<usize> {
        None
    }

    fn take_back_in(&self, setting: SettingPlace, changes: &mut BTreeMap<usize, Option<Proposal>>) {
        let within = self.violations.iter().enumerate().filter(|(_, violation)| {
            place(violation) == setting && matches!(violation.proposal(), Some(Proposal::Entries(_)))
        });
        changes.extend(within.map(|(index, _)| (index, None)));
    }

    /// A violation that two proposals cause together cannot be assigned to one of them, so all about that key are dropped, or all of the
    /// list if none is.
    fn take_back(&self, new: &Violation, changes: &mut BTreeMap<usize, Option<Proposal>>) {
        let proposing =
            self.violations.iter().enumerate().filter(|(_, violation)| violation.proposal.is_some());
        let near: Vec<usize> = proposing
            .clone()
            .filter(|(_, violation)| violation.meant_key() == new.meant_key())
            .map(|(index, _)| index)
            .collect();
        let all = || proposing.clone().map(|(index, _)| index).collect();
        let which: Vec<usize> = if near.is_empty() { all() } else { near };
        changes.extend(which.into_iter().map(|index| (index, None)));
    }
}

fn place(violation: &Violation) -> SettingPlace {
    (violation.locus().place, violation.locus().setting)
}
