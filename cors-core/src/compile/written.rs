//! Settings as a macro passes them on: everything that was written, with the types of its tokens.

use alloc::string::String;
use alloc::vec::Vec;

use super::config::{Block, Entry, EntryKind, Expectation, Setting, SettingValue};
use super::rules::settings::{meant_key, named_rules};
use super::rules::types;
use crate::Key;

/// A value, or an element of a list, as it was written.
#[derive(Clone, Debug)]
pub enum Written {
    /// A bare word: `any`, `GET`.
    Word(String),
    /// A string.
    Text(String),
    /// A number without a unit.
    Number(i64),
    /// A number with a unit, or one that is not an integer: `1h`, `2.5`.
    Duration(String),
    /// `true` or `false`.
    Bool(bool),
    /// `[…]`, each element with its expectations.
    List(Vec<(Written, Vec<Expected>)>),
    /// `regex("…")`
    Regex(String),
    /// `expect(rule, reason = "…")`
    Expect(Expected),
    /// Anything else, as its tokens print.
    Other(String),
}

/// `expect(rule, reason = "…")`
#[derive(Clone, Debug)]
pub struct Expected {
    /// The rule's name.
    pub rule: String,
    /// The reason, if there is one.
    pub reason: Option<String>,
}

impl From<Expected> for Expectation {
    fn from(expected: Expected) -> Self {
        Self { rule: expected.rule, reason: expected.reason }
    }
}

/// Adds a setting to a block: one setting of its own, whatever it is.
#[must_use]
pub fn push(mut block: Block, name: &str, value: Written, expected: Vec<Expected>) -> Block {
    let value = typed(Key::from_name(name).or_else(|| meant_key(name)), value);
    let expectations = expected.into_iter().map(Expectation::from).collect();
    block.settings.push(Setting { expectations, ..Setting::new(name, value) });
    block
}

fn typed(key: Option<Key>, value: Written) -> SettingValue {
    match value {
        Written::Word(text) | Written::Text(text) | Written::Other(text) if key == Some(Key::Expect) => {
            let meant = named_rules(&text);
            SettingValue::Meant(text, meant)
        }
        Written::List(list) if key == Some(Key::Expect) => {
            let text = |(written, _): &(Written, _)| match written {
                Written::Word(text) | Written::Text(text) => named_rules(text),
                _ => Vec::new(),
            };
            SettingValue::Meant("[…]".into(), list.iter().flat_map(text).collect())
        }
        // `cors: { … }`
        Written::Other(written) if written.starts_with('{') => {
            let mut words = written.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let has_keys = words.any(|word| Key::from_name(word).is_some());
            SettingValue::Table { written, has_keys, block: Block::new() }
        }
        Written::Word(word) if word == "any" && key.is_none_or(types::is_list) => SettingValue::Any,
        Written::Word(text) | Written::Text(text) => SettingValue::Text(text),
        Written::Number(number) => SettingValue::Number(number),
        Written::Bool(on) => SettingValue::Bool(on),
        Written::List(list) => SettingValue::List(list.into_iter().map(entry).collect()),
        Written::Expect(expected) => SettingValue::Expect(expected.into()),
        Written::Duration(text) if key == Some(Key::MaxAge) => SettingValue::Text(text),
        Written::Duration(text) | Written::Regex(text) | Written::Other(text) => SettingValue::Other(text),
    }
}

fn entry((value, expected): (Written, Vec<Expected>)) -> Entry {
    let mut entry = match value {
        Written::Word(text) | Written::Text(text) => Entry::from(text),
        Written::Regex(text) => Entry::regex(text),
        Written::Number(number) => Entry::new(EntryKind::Other, alloc::format!("{number}")),
        Written::Bool(on) => Entry::new(EntryKind::Other, alloc::format!("{on}")),
        Written::List(_) => Entry::new(EntryKind::Other, "[…]"),
        Written::Expect(expected) => Entry::new(EntryKind::Other, expected.rule),
        Written::Duration(text) | Written::Other(text) => Entry::new(EntryKind::Other, text),
    };
    entry.expectations = expected.into_iter().map(Expectation::from).collect();
    entry
}
