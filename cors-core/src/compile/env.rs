//! Settings from environment variables.

use alloc::vec;
use alloc::vec::Vec;

use crate::Key;

use super::config::{Block, Config, Entry, Expectation, Setting, SettingValue};
use super::language::{Language, Writer};
use super::rules::settings::{meant_key, named_rules};

/// The variable that names the mode is not a setting.
const MODE: &str = "MODE";

impl Config {
    /// Reads `<prefix>_ORIGINS`, `<prefix>_METHODS` and so on: one variable per key, with lists separated by commas.
    ///
    /// The value `any` stands for `any`, and `<prefix>_EXPECT` lists `rule = reason` pairs. An unset variable is an absent key,
    /// an empty one is an empty list, and a variable with the prefix whose name is not a key is an
    /// [`UnknownKey`](crate::Rule::UnknownKey). None of these ever means "everything". The only exception is `<prefix>_MODE`,
    /// which [`PolicySet::active`](crate::PolicySet::active) reads.
    ///
    /// ```
    /// use cors_engine::{Config, Mode, Rule};
    ///
    /// // Nothing is set here, and nothing is allowed.
    /// let violations = Config::from_env("APP_CORS").policy(Mode::Production).unwrap_err();
    /// assert_eq!(violations.iter().next().map(|violation| violation.rule()), Some(Rule::EmptyOrigins));
    /// ```
    pub fn from_env(prefix: &str) -> Self {
        Self::from_vars(
            prefix,
            std::env::vars_os().map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            }),
        )
    }

    /// Like [`from_env`](Self::from_env), with variables that come from elsewhere.
    ///
    /// ```
    /// use cors_engine::{Config, Mode};
    ///
    /// let variables = [("CORS_ORIGINS", "https://app.example, https://shop.app.example"), ("PATH", "/bin")];
    /// let policy = Config::from_vars("CORS", variables).policy(Mode::Production)?;
    /// assert!(policy.allows_origin(b"https://shop.app.example"));
    /// # Ok::<(), cors_engine::Violations>(())
    /// ```
    pub fn from_vars<N, V>(prefix: &str, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut block = Block::new();
        for (name, value) in variables {
            let key = name.as_ref().strip_prefix(prefix).and_then(|name| name.strip_prefix('_'));
            if let Some(key) = key.filter(|key| *key != MODE) {
                read(&mut block, key, value.as_ref());
            }
        }
        // The environment has no order of its own.
        block.settings.sort_by_key(Setting::key);
        let writer = Writer { language: Language::Env, prefix: prefix.into() };
        Self { writer, ..Self::new(block) }
    }
}

fn read(block: &mut Block, name: &str, value: &str) {
    let known = Key::ALL.into_iter().find(|key| key.name().to_ascii_uppercase() == name);
    let name = name.to_ascii_lowercase();
    let Some(key) = known.or_else(|| meant_key(&name)) else {
        block.settings.push(Setting::new(name, list(value)));
        return;
    };
    let trimmed = value.trim();
    let text = || SettingValue::Text(trimmed.into());
    let value = match key {
        Key::Origins | Key::Methods | Key::Headers | Key::Expose | Key::Hosts => list(value),
        Key::Credentials | Key::PrivateNetwork | Key::Timing => match trimmed {
            "true" => SettingValue::Bool(true),
            "false" => SettingValue::Bool(false),
            _ => text(),
        },
        Key::MaxAge => text(),
        Key::PreflightStatus => trimmed.parse().map_or_else(|_| text(), SettingValue::Number),
        Key::Expect => {
            let values: Vec<SettingValue> = match trimmed.starts_with(['{', '[']) {
                true => vec![SettingValue::Meant(trimmed.into(), named_rules(trimmed))],
                false => entries(value).map(expectation).collect(),
            };
            block.settings.extend(values.into_iter().map(|value| Setting::new(name.as_str(), value)));
            return;
        }
    };
    block.settings.push(Setting::new(name, value));
}

fn list(value: &str) -> SettingValue {
    let trimmed = value.trim();
    if trimmed == "any" {
        return SettingValue::Any;
    }
    // A JSON list, or quotes that a shell would have removed, are one mistake, not one per element.
    let is_quoted = |text: &str| text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
    let within = trimmed.strip_prefix('[').and_then(|text| text.strip_suffix(']')).map(str::trim);
    if is_quoted(trimmed) || within.is_some_and(is_quoted) {
        return SettingValue::Text(trimmed.into());
    }
    SettingValue::List(entries(value).map(Entry::from).collect::<Vec<Entry>>())
}

/// The elements between commas. A trailing comma adds no element.
fn entries(value: &str) -> impl Iterator<Item = &str> {
    let commas = value.match_indices(',').map(|(at, _)| at).filter(|&at| !is_in_count(value, at));
    let ends = commas.chain([value.len()]);
    let starts = core::iter::once(0).chain(ends.clone().map(|end| end + 1));
    starts.zip(ends).map(|(start, end)| value[start..end].trim()).filter(|entry| !entry.is_empty())
}

/// Returns whether a comma belongs to a count of a regex, `{2,3}`: one mistake, and not one for each half.
fn is_in_count(value: &str, comma: usize) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    value[..comma].trim_end_matches(is_digit).ends_with('{')
        && value[comma + 1..].trim_start_matches(is_digit).starts_with('}')
}

fn expectation(entry: &str) -> SettingValue {
    let expectation = |(rule, reason): (&str, &str)| Expectation {
        rule: rule.trim().into(),
        reason: Some(reason.trim().into()),
    };
    match (entry.split_once('='), entry.split_once(':')) {
        (Some(parts), _) => SettingValue::Expect(expectation(parts)),
        (None, Some(parts)) => SettingValue::Meant(entry.into(), vec![expectation(parts)]),
        (None, None) => SettingValue::Expect(Expectation { rule: entry.into(), reason: None }),
    }
}
