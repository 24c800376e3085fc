//! `cors check --fix`: every proposal that is proved, written into the file; comments and form stay.

use cors_engine::{Entry, Key, Locus, Place, Proposal, Violation};
use similar::TextDiff;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::policy_file::PolicyFile;
use crate::report::Problem;

/// The text with every proposal followed that can be. What is left is for a person to decide.
pub(super) fn fixed(file: &PolicyFile, violations: &[Violation]) -> Result<String, Problem> {
    if !file.is_toml() {
        return Err(Problem(format!(
            "{} cannot be fixed in place: only TOML is\nhelp: without `--fix` each message says what to write",
            file.name
        )));
    }
    let mut text = file.text().to_owned();
    let mut left: Vec<Violation> = violations.to_vec();
    // What one proposal changes may be what the next one is about: one place after the other, from the back.
    for _ in 0..violations.len() {
        let mut document: DocumentMut =
            text.parse().map_err(|error| Problem(format!("{} is no TOML: {error}", file.name)))?;
        let edits = in_order(&left);
        if edits.is_empty() {
            break;
        }
        let mut done = false;
        for violation in edits {
            done |= follow(&mut document, violation);
        }
        let next = document.to_string();
        // A text that reads no better is not written.
        let Ok(read) = PolicyFile::from_toml(file.name.clone(), next.clone()) else { break };
        let after = super::broken(&read.config, super::modes(&read.config, crate::args::Modes::Both));
        if !done || next == text || after.len() > left.len() {
            break;
        }
        text = next;
        left = after;
    }
    Ok(text)
}

/// What differs, as `diff -u` shows it.
pub(super) fn diff(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(before, after);
    format!("{}\n", diff.unified_diff().context_radius(2).header(name, name))
}

/// The violations with a proposal, each place once, the last first: so no index moves before it is used.
fn in_order(violations: &[Violation]) -> Vec<&Violation> {
    let at = |violation: &Violation| {
        let Locus { place, setting, entry, expectation, .. } = violation.locus().clone();
        (place, setting, entry, expectation)
    };
    let mut edits: Vec<&Violation> = violations
        .iter()
        .filter(|violation| violation.proposal().is_some() && violation.locus().setting.is_some())
        .collect();
    edits.sort_by_key(|violation| at(violation));
    edits.dedup_by_key(|violation| at(violation));
    edits.reverse();
    edits
}

/// Follows one proposal; `false` if the place is not what it was thought to be.
fn follow(document: &mut DocumentMut, violation: &Violation) -> bool {
    let (locus, Some(proposal)) = (violation.locus(), violation.proposal()) else { return false };
    let table: &mut dyn TableLike = match locus.place {
        Place::Outer => document.as_table_mut(),
        Place::Production | Place::Development => {
            let name = if locus.place == Place::Production { "production" } else { "development" };
            match document.get_mut(name).and_then(Item::as_table_like_mut) {
                Some(table) => table,
                None => return false,
            }
        }
    };
    let Some(key) = violation.key().map(str::to_owned) else { return false };
    if !table.contains_key(&key) {
        return false;
    }
    // An expectation of its own, or one on an entry, is a person's to reword.
    if locus.expectation.is_some() || key == Key::Expect.name() {
        return false;
    }
    match (proposal, locus.entry) {
        (Proposal::Remove, None) => table.remove(&key).is_some(),
        (Proposal::Remove, Some(index)) => list(table, &key).is_some_and(|list| replace(list, index, &[])),
        (Proposal::Entries(entries), Some(index)) => {
            list(table, &key).is_some_and(|list| replace(list, index, entries))
        }
        (Proposal::Cover { entries, covered }, Some(index)) => list(table, &key).is_some_and(|list| {
            let mut others: Vec<usize> = covered.iter().copied().filter(|other| *other != index).collect();
            others.sort_unstable();
            // Those behind go first, so that the indices in front stay.
            let (behind, before): (Vec<usize>, Vec<usize>) =
                others.into_iter().partition(|other| *other > index);
            let behind_gone = behind.into_iter().rev().all(|other| replace(list, other, &[]));
            let replaced = replace(list, index, entries);
            let before_gone = before.into_iter().rev().all(|other| replace(list, other, &[]));
            behind_gone && replaced && before_gone
        }),
        (Proposal::List(entries) | Proposal::Entries(entries), None) => {
            let array: Array = entries.iter().map(entry).collect();
            set(table, &key, array.into())
        }
        (Proposal::Switch(on), None) => set(table, &key, (*on).into()),
        (Proposal::Number(number), None) => set(table, &key, (*number).into()),
        (Proposal::Key(right), None) => rename(table, &key, right.name()),
        // `any` widens, and what is to be expected needs a reason: both are a person's to write.
        _ => false,
    }
}

/// The list of a key, which may be `{ value = […], expect = … }`.
fn list<'t>(table: &'t mut dyn TableLike, key: &str) -> Option<&'t mut Array> {
    let item = table.get_mut(key)?;
    if item.is_array() {
        return item.as_array_mut();
    }
    item.as_table_like_mut()?.get_mut("value")?.as_array_mut()
}

/// Puts entries in the place of one. Blanks and comments around it stay.
fn replace(list: &mut Array, index: usize, entries: &[Entry]) -> bool {
    if index >= list.len() {
        return false;
    }
    let old = list.remove(index);
    for (offset, new) in entries.iter().enumerate() {
        let mut value = entry(new);
        // What is expected of an entry stays with it.
        if let (Some(table), Some(text)) =
            (old.as_inline_table().filter(|table| table.contains_key("expect")), value.as_str())
        {
            let mut kept = table.clone();
            let name = kept
                .iter()
                .map(|(name, _)| name.to_owned())
                .find(|name| name != "expect")
                .unwrap_or_default();
            kept.insert(&name, text.into());
            value = kept.into();
        }
        *value.decor_mut() = old.decor().clone();
        if offset > 0 && list.iter().next().is_some() {
            value.decor_mut().set_prefix(" ");
        }
        list.insert_formatted(index + offset, value);
    }
    true
}

/// An entry as a file writes it.
fn entry(entry: &Entry) -> Value {
    if !entry.is_regex() {
        return entry.text().into();
    }
    let mut table = InlineTable::new();
    table.insert("regex", literal(entry.text()));
    table.into()
}

/// A literal string where one can be, so that no backslash is doubled.
fn literal(text: &str) -> Value {
    let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
    match format!("'{text}'").parse::<Value>() {
        Ok(value) if is_plain => value,
        _ => text.into(),
    }
}

fn set(table: &mut dyn TableLike, key: &str, value: Value) -> bool {
    let Some(item) = table.get_mut(key) else { return false };
    let item = match item.as_table_like_mut().is_some_and(|inner| inner.contains_key("value")) {
        true => item.as_table_like_mut().and_then(|inner| inner.get_mut("value")),
        false => Some(item),
    };
    let Some(Item::Value(old)) = item else { return false };
    let decor = old.decor().clone();
    *old = value;
    *old.decor_mut() = decor;
    true
}

/// Writes another key in the place of one, so that the order and the comments stay.
fn rename(table: &mut dyn TableLike, from: &str, to: &str) -> bool {
    if table.contains_key(to) {
        return false;
    }
    let all: Vec<(String, Option<toml_edit::Key>, Item)> = {
        let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
        names
            .into_iter()
            .filter_map(|name| {
                let key = table.key(&name).cloned();
                Some((name.clone(), key, table.remove(&name)?))
            })
            .collect()
    };
    let mut fresh = Table::new();
    for (name, key, item) in all {
        let new = if name == from { to } else { &name };
        let mut formatted = toml_edit::Key::new(new);
        if let Some(old) = key {
            formatted = formatted.with_leaf_decor(old.leaf_decor().clone());
        }
        fresh.insert_formatted(&formatted, item);
    }
    for (name, item) in fresh.iter() {
        table.insert(name, item.clone());
        if let (Some(mut key), Some(old)) = (table.key_mut(name), fresh.key(name)) {
            *key.leaf_decor_mut() = old.leaf_decor().clone();
        }
    }
    true
}
