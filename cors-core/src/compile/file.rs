//! Settings from any serde format, and violations to any.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::any::type_name;
use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::Key;
use crate::Mode;

use super::config::{Block, Config, Entry, EntryKind, Expectation, Setting, SettingValue};
use super::language::{Language, Writer, field};
use super::rules::settings::{meant_key, meant_rule};
use super::rules::types;
use super::rules::violation::{Violation, Violations};

/// The word that replaces a list.
pub(crate) const ANY: &str = "any";

/// Reads a map with the keys of a policy and the blocks `production` and `development`. A value of the wrong type is an error.
/// Unknown keys and values out of range are kept, and [`Config::policy`] reports them with the rest. To get wrong types reported
/// with the rest as well, read a [`Draft`].
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, true)
    }
}

/// A [`Config`] whose values may be of any type: a wrong one is a violation like the rest ([`WrongType`](crate::Rule::WrongType)).
///
/// For tools that show everything that is wrong with a file at once. An app should read a [`Config`]: it fails at the first value
/// of a wrong type, while the format still knows the line.
///
/// ```
/// use cors_engine::{Draft, Mode, Rule};
///
/// let json = r#"{ "origins": ["https://app.example"], "credentials": "yes", "methods": ["get"] }"#;
/// let draft: Draft = serde_json::from_str(json)?;
/// let violations = draft.into_config().policy(Mode::Production).unwrap_err();
/// let rules: Vec<Rule> = violations.iter().map(|violation| violation.rule()).collect();
/// assert_eq!(rules, [Rule::WrongType, Rule::InertEntry]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    config: Config,
}

impl Draft {
    /// The configuration, wrong types included.
    pub fn into_config(self) -> Config {
        self.config
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, false).map(|config| Self { config })
    }
}

fn read<'de, D: Deserializer<'de>>(deserializer: D, is_strict: bool) -> Result<Config, D::Error> {
    let language = Language::of_deserializer(type_name::<D>());
    let reader = ConfigVisitor { is_strict, writer: Writer { language, prefix: String::new() } };
    deserializer.deserialize_map(&reader)
}

/// Reads settings; a strict one fails at the first value of a wrong type.
struct ConfigVisitor {
    is_strict: bool,
    writer: Writer,
}

impl<'de> Visitor<'de> for &ConfigVisitor {
    type Value = Config;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of a CORS policy")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Config, A::Error> {
        let mut config = Config { writer: self.writer.clone(), ..Config::default() };
        while let Some(name) = map.next_key::<String>()? {
            let Some(mode) = Mode::from_name(&name) else {
                self.setting(&mut config.outer, name, &mut map)?;
                continue;
            };
            let block = match mode {
                Mode::Production => &mut config.production,
                Mode::Development => &mut config.development,
            };
            let read = map.next_value_seed(BlockSeed { reader: self, name: &name })?;
            match (read, block.is_some()) {
                (Ok(read), false) => *block = Some(read),
                (Ok(_), true) if self.is_strict => {
                    return Err(A::Error::custom(format_args!("`{name}` is there twice")));
                }
                (Ok(read), true) => block.get_or_insert_default().settings.extend(read.settings),
                (Err(written), _) => {
                    config.outer.settings.push(Setting::new(name, SettingValue::Other(written)))
                }
            }
        }
        Ok(config)
    }
}

impl ConfigVisitor {
    fn setting<'de, A: MapAccess<'de>>(
        &self,
        block: &mut Block,
        name: String,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let key = Key::from_name(&name);
        let raw = map
            .next_value_seed(ValueSeed { key: key.filter(|_| self.is_strict), writer: &self.writer })
            // For formats without positions: otherwise the error would not say which of the values is wrong.
            .map_err(|error| {
                if self.is_strict { error } else { A::Error::custom(format_args!("{name}: {error}")) }
            })?;
        block.settings.extend(settings(&name, key, raw));
        Ok(())
    }
}

/// Reads one mode's settings, or reports the value that is there instead.
struct BlockSeed<'r> {
    reader: &'r ConfigVisitor,
    name: &'r str,
}

impl<'de> DeserializeSeed<'de> for BlockSeed<'_> {
    type Value = Result<Block, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.reader.is_strict {
            true => deserializer.deserialize_map(self),
            false => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for BlockSeed<'_> {
    type Value = Result<Block, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings of `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut block = Block::new();
        while let Some(name) = map.next_key::<String>()? {
            self.reader.setting(&mut block, name, &mut map)?;
        }
        Ok(Ok(block))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Self::Value, E> {
        Ok(Err(format!("{on}")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Err(format!("{number}")))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Err(format!("{number}")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Err(format!("{number}")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Err(text.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        // An empty block in YAML.
        Ok(Ok(Block::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Err("[…]".into()))
    }
}

/// Any value in a file.
#[derive(Clone)]
enum Raw {
    Null,
    Bool(bool),
    Number(i64),
    /// A number that no key takes, or a date.
    Other(String),
    Text(String),
    List(Vec<Raw>),
    Table(Vec<(String, Raw)>),
}

/// The field in which the crate `toml` passes a date or a time.
const TOML_DATE: &str = "$__toml_private_datetime";

impl Raw {
    /// The text of a date or a time of TOML.
    fn date(&self) -> Option<&str> {
        match self {
            Self::Table(fields) => match &fields[..] {
                [(name, Raw::Text(text))] if name == TOML_DATE => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(on) => format!("{on}"),
            Self::Number(number) => format!("{number}"),
            Self::Other(text) | Self::Text(text) => text.clone(),
            Self::List(_) => "[…]".into(),
            Self::Table(_) if self.date().is_some() => self.date().unwrap_or_default().into(),
            Self::Table(fields) if fields.is_empty() => "{}".into(),
            Self::Table(fields) => {
                let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
                format!("{{ {} }}", names.join(", "))
            }
        }
    }
}

/// Reads a value. A strict reader refuses one that `key` does not take at this point, so that a format with positions can name the line.
struct ValueSeed<'r> {
    key: Option<Key>,
    writer: &'r Writer,
}

impl ValueSeed<'_> {
    fn inner(&self) -> Self {
        Self { key: None, writer: self.writer }
    }

    fn done<E: Error>(&self, raw: Raw) -> Result<Raw, E> {
        let Some(key) = self.key else { return Ok(raw) };
        match self.refusal(key, &raw) {
            Some(refusal) => Err(E::custom(refusal)),
            None => Ok(raw),
        }
    }

    fn refusal(&self, key: Key, raw: &Raw) -> Option<String> {
        let settings = settings(key.name(), Some(key), raw.clone());
        settings.iter().find_map(|setting| types::refusal(key, &setting.value, self.writer))
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Raw;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Raw, E> {
        self.done(Raw::Bool(on))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Raw, E> {
        self.done(Raw::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Raw, E> {
        self.done(Raw::Number(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Raw, E> {
        self.done(Raw::Other(format!("{number}")))
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Raw, E> {
        self.done(Raw::Other(format!("{number}")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Raw, E> {
        self.done(Raw::Other(format!("{number}")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Raw, E> {
        self.done(Raw::Text(text.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        self.done(Raw::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Raw, E> {
        self.done(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = seq.next_element_seed(self.inner())? {
            list.push(entry);
        }
        self.done(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            fields.push((name, map.next_value_seed(self.inner())?));
        }
        self.done(Raw::Table(fields))
    }
}

/// The settings for a key of a file: one, or for `expect` one per element.
fn settings(name: &str, key: Option<Key>, raw: Raw) -> Vec<Setting> {
    let Some(key) = key.or_else(|| meant_key(name)) else { return vec![Setting::new(name, unknown(raw))] };
    if key == Key::Expect {
        let list = match raw {
            Raw::List(list) => list,
            one => vec![one],
        };
        let value = |raw: Raw| match expectation(&raw) {
            Some(expectation) => SettingValue::Expect(expectation),
            None => SettingValue::Meant(raw.written(), meant_expectations(&raw)),
        };
        return list.into_iter().map(|raw| Setting::new(name, value(raw))).collect();
    }
    let (raw, expectations) = match excused(raw, "value") {
        Ok((value, expectations)) => (value, expectations),
        Err(raw) => (raw, Vec::new()),
    };
    vec![Setting { expectations, ..Setting::new(name, value(key, raw)) }]
}

/// The value of an unknown key. It is kept, because the name may be a typo.
fn unknown(raw: Raw) -> SettingValue {
    match raw {
        Raw::List(list) if !list.iter().any(has_keys) => {
            SettingValue::List(list.into_iter().map(|raw| entry(Key::Origins, raw)).collect())
        }
        Raw::Bool(on) => SettingValue::Bool(on),
        Raw::Number(number) => SettingValue::Number(number),
        Raw::Text(text) if text == ANY => SettingValue::Any,
        Raw::Text(text) => SettingValue::Text(text),
        other => other_value(&other),
    }
}

fn other_value(raw: &Raw) -> SettingValue {
    match raw {
        Raw::Table(_) | Raw::List(_) if raw.date().is_none() => {
            SettingValue::Table { written: raw.written(), has_keys: has_keys(raw), block: block(raw) }
        }
        _ => SettingValue::Other(raw.written()),
    }
}

/// The settings in a table, as if it were a block.
fn block(raw: &Raw) -> Block {
    let fields = match raw {
        Raw::Table(fields) => fields.as_slice(),
        _ => &[],
    };
    let read = |(name, raw): &(String, Raw)| settings(name, Key::from_name(name), raw.clone());
    Block { settings: fields.iter().flat_map(read).collect() }
}

/// Returns whether this value contains keys of a policy at any depth.
fn has_keys(raw: &Raw) -> bool {
    match raw {
        Raw::Table(fields) => fields.iter().any(is_setting),
        Raw::List(list) => list.iter().any(has_keys),
        _ => false,
    }
}

fn is_setting((name, raw): &(String, Raw)) -> bool {
    Key::from_name(name).or_else(|| meant_key(name)).is_some() || has_keys(raw)
}

fn value(key: Key, raw: Raw) -> SettingValue {
    match raw {
        Raw::List(list) if types::is_list(key) => {
            SettingValue::List(list.into_iter().map(|raw| entry(key, raw)).collect())
        }
        Raw::Text(text) if types::is_list(key) && text == ANY => SettingValue::Any,
        Raw::Text(text) => SettingValue::Text(text),
        Raw::Bool(on) => SettingValue::Bool(on),
        Raw::Number(number) => SettingValue::Number(number),
        other => other_value(&other),
    }
}

fn entry(key: Key, raw: Raw) -> Entry {
    let raw = match raw {
        Raw::Text(text) => return Entry::from(text),
        raw => raw,
    };
    let raw = match excused(raw, field(key)) {
        Ok((Raw::Text(text), expectations)) => return Entry { expectations, ..Entry::from(text) },
        Ok((other, _)) => return Entry::new(EntryKind::Other, other.written()),
        Err(raw) => raw,
    };
    match excused(raw, "regex") {
        Ok((Raw::Text(text), expectations)) => Entry { expectations, ..Entry::regex(text) },
        Ok((other, _)) => Entry::new(EntryKind::Other, other.written()),
        Err(raw) => {
            let meant = meant_entry(key, &raw).map(Box::new);
            Entry { meant, ..Entry::new(EntryKind::Other, raw.written()) }
        }
    }
}

/// What was meant by a table with other field names, `{ url = … }`, or with an expectation in another form.
fn meant_entry(key: Key, raw: &Raw) -> Option<Entry> {
    let Raw::Table(fields) = raw else { return None };
    let (mut entry, mut expectations, mut reason) = (None, Vec::new(), None);
    for (name, raw) in fields {
        match (name.as_str(), raw) {
            ("regex" | "regexp" | "re", Raw::Text(text)) if key == Key::Origins && entry.is_none() => {
                entry = Some(Entry::regex(text.as_str()));
            }
            ("url" | "name" | "value" | "origin" | "method" | "header" | "host", Raw::Text(text))
                if entry.is_none() =>
            {
                entry = Some(Entry::from(text.as_str()));
            }
            ("expect" | "allow" | "rule", raw) => expectations.extend(meant_expectations(raw)),
            ("reason", Raw::Text(text)) => reason = Some(text.clone()),
            _ => return None,
        }
    }
    // A reason without a rule excuses nothing.
    if expectations.is_empty() && fields.len() > 1 {
        return None;
    }
    for expectation in &mut expectations {
        expectation.reason = expectation.reason.take().or_else(|| reason.clone());
    }
    Some(Entry { expectations, ..entry? })
}

/// Splits `{ field = …, expect = … }`, and returns anything else as it is.
fn excused(raw: Raw, field: &str) -> Result<(Raw, Vec<Expectation>), Raw> {
    let Raw::Table(mut fields) = raw else { return Err(raw) };
    let is_sound = |(name, raw): &(String, Raw)| match name.as_str() {
        "expect" => expectations(raw).is_some(),
        name => name == field,
    };
    let has_field = fields.iter().filter(|(name, _)| name == field).count() == 1;
    if !has_field || fields.len() > 2 || !fields.iter().all(is_sound) {
        return Err(Raw::Table(fields));
    }
    let mut found = Vec::new();
    let at = fields.iter().position(|(name, _)| name == field).unwrap_or_default();
    let (_, value) = fields.swap_remove(at);
    for (_, raw) in &fields {
        found.extend(expectations(raw).unwrap_or_default());
    }
    Ok((value, found))
}

fn expectations(raw: &Raw) -> Option<Vec<Expectation>> {
    match raw {
        Raw::List(list) => list.iter().map(expectation).collect(),
        one => expectation(one).map(|expectation| vec![expectation]),
    }
}

fn expectation(raw: &Raw) -> Option<Expectation> {
    let Raw::Table(fields) = raw else { return None };
    let (mut rule, mut reason) = (None, None);
    for (name, raw) in fields {
        let place = match name.as_str() {
            "rule" => &mut rule,
            "reason" => &mut reason,
            _ => return None,
        };
        let Raw::Text(text) = raw else { return None };
        *place = Some(text.clone());
    }
    Some(Expectation { rule: rule?, reason })
}

/// What was meant by an `expect` in another form: `any_origin`, `any_origin: reason`, `{ any_origin: reason }`, other field
/// names.
fn meant_expectations(raw: &Raw) -> Vec<Expectation> {
    let text = |raw: &Raw| match raw {
        Raw::Text(text) => Some(text.clone()),
        _ => None,
    };
    let named = |name: &str, reason: Option<String>| {
        let rule = meant_rule(name.trim())?;
        Some(Expectation { rule: rule.name().into(), reason })
    };
    match raw {
        Raw::Text(text) => match text.split_once([':', '=']) {
            Some((rule, reason)) => named(rule, Some(reason.trim().into())).into_iter().collect(),
            None => text.split(',').filter_map(|rule| named(rule, None)).collect(),
        },
        Raw::Table(fields) => {
            let names = |field: &str| matches!(field, "rule" | "rules" | "name" | "id" | "lint" | "lints");
            let reason = fields.iter().find(|(name, _)| !names(name)).and_then(|(_, raw)| text(raw));
            let rules = fields.iter().filter(|(name, _)| names(name)).flat_map(|(_, raw)| match raw {
                Raw::List(list) => list.iter().filter_map(text).collect(),
                one => text(one).into_iter().collect::<Vec<_>>(),
            });
            let found: Vec<Expectation> = rules.filter_map(|rule| named(&rule, reason.clone())).collect();
            let by_rule = |(name, raw): &(String, Raw)| named(name, text(raw));
            if found.is_empty() { fields.iter().filter_map(by_rule).collect() } else { found }
        }
        _ => Vec::new(),
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Violation", 12)?;
        fields.serialize_field("rule", self.rule().name())?;
        fields.serialize_field("mode", self.mode().name())?;
        fields.serialize_field("key", &self.key())?;
        fields.serialize_field("entry", &self.locus().entry)?;
        fields.serialize_field("value", &self.value())?;
        fields.serialize_field("bytes", &self.locus().bytes)?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("why", self.why())?;
        fields.serialize_field("help", &self.help())?;
        fields.serialize_field("excuse", &self.excuse())?;
        fields.serialize_field("witness", &self.witness())?;
        fields.serialize_field("url", &self.rule().url())?;
        fields.end()
    }
}

impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
