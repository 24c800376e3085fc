//! Turns a compiled policy back into a file that says the same, for tools that read files.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::config::{Block, Config, Entry, SettingValue};
use super::language::{Language, Writer};
use super::rules::values::DEFAULT_STATUS;
use crate::engine::mode::{Mode, PolicySet};
use crate::engine::policy::Policy;
use crate::{Key, Rule};

/// The reason for expectations, because the tables do not contain the original ones.
const REASON: &str = "the crate says why, where it declares the policy";

impl Policy {
    /// The policy as a TOML file. It compiles to a policy that makes the same decisions.
    ///
    /// The tables do not contain comments and reasons. So every rule that has to be expected in production is expected for the
    /// whole block.
    ///
    /// ```
    /// use cors_engine::{Block, Config, Mode};
    ///
    /// let policy = Config::new(Block::new().origins(["https://app.example"]).methods(["PUT"])).policy(Mode::Production)?;
    /// assert_eq!(policy.to_toml(), "origins = [\"https://app.example\"]\nmethods = [\"PUT\"]\n");
    /// # Ok::<(), cors_engine::Violations>(())
    /// ```
    pub fn to_toml(&self) -> String {
        written(&excused(block(self)))
    }
}

impl PolicySet {
    /// The policies as a TOML file, for tools such as `cors explain`: the production policy, and in a debug build also the
    /// development policy.
    ///
    /// ```
    /// use cors_engine::PolicySet;
    ///
    /// fn save(set: &PolicySet) -> std::io::Result<()> {
    ///     std::fs::write("tasks.toml", set.to_toml())
    /// }
    /// ```
    pub fn to_toml(&self) -> String {
        let production = format!("[production]\n{}", self.production().to_toml());
        match self.get(Mode::Development) {
            Some(policy) => format!("{production}\n[development]\n{}", written(&block(policy))),
            None => production,
        }
    }
}

fn block(policy: &Policy) -> Block {
    let texts = |texts: &mut dyn Iterator<Item = &str>| texts.map(Entry::from).collect::<Vec<_>>();
    let list = |key, is_any, entries| {
        Block::new().with(key, if is_any { SettingValue::Any } else { SettingValue::List(entries) })
    };
    let mut origins = texts(&mut policy.origins());
    origins.extend(policy.origin_regexes().map(Entry::regex));
    let exposed = texts(&mut policy.exposed());
    let any_exposed = exposed.iter().any(|entry| entry.text() == "*");
    let headers = texts(&mut policy.headers());
    let mut parts: Vec<Block> = Vec::from([
        list(Key::Origins, policy.allows_any_origin(), origins),
        list(Key::Methods, policy.allows_any_method(), texts(&mut policy.methods())),
    ]);
    if policy.allows_any_header() || !headers.is_empty() {
        parts.push(list(Key::Headers, policy.allows_any_header(), headers));
    }
    if !exposed.is_empty() {
        parts.push(list(Key::Expose, any_exposed, exposed));
    }
    if policy.allows_any_host() || policy.checks_host() {
        parts.push(list(Key::Hosts, policy.allows_any_host(), texts(&mut policy.hosts())));
    }
    let switches = [
        (Key::Credentials, policy.credentials()),
        (Key::PrivateNetwork, policy.private_network()),
        (Key::Timing, policy.timing()),
    ];
    parts.extend(
        switches
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(key, on)| Block::new().with(key, SettingValue::Bool(on))),
    );
    parts.extend(policy.max_age().map(|seconds| Block::new().max_age(seconds)));
    if policy.preflight_status() != DEFAULT_STATUS {
        parts.push(Block::new().preflight_status(policy.preflight_status()));
    }
    Block { settings: parts.into_iter().flat_map(|part| part.settings).collect() }
}

/// The block with an expectation for each rule that it would otherwise break in production.
fn excused(block: Block) -> Block {
    let violations = Config::new(block.clone()).policy(Mode::Production).err();
    let rules: BTreeSet<Rule> = violations.iter().flatten().map(|violation| violation.rule()).collect();
    rules
        .into_iter()
        .filter(|rule| rule.is_excusable())
        .fold(block, |block, rule| block.expect(rule.name(), REASON))
}

fn written(block: &Block) -> String {
    let writer = Writer { language: Language::Toml, prefix: String::new() };
    let mut out = String::new();
    let mut expected: Vec<String> = Vec::new();
    for setting in &block.settings {
        let Some(key) = setting.key() else { continue };
        let line = match &setting.value {
            SettingValue::Any => writer.any(key),
            SettingValue::List(entries) => writer.list(key, entries),
            SettingValue::Bool(on) => writer.switch(key, *on),
            SettingValue::Number(number) => writer.setting(key, &format!("{number}")),
            SettingValue::Expect(expectation) => {
                let reason = expectation.reason.as_deref().unwrap_or_default();
                expected.push(writer.excuse_table(&expectation.rule, reason));
                continue;
            }
            SettingValue::Text(_)
            | SettingValue::Meant(..)
            | SettingValue::Table { .. }
            | SettingValue::Other(_) => continue,
        };
        out += &line;
        out.push('\n');
    }
    if !expected.is_empty() {
        out += &writer.setting(Key::Expect, &format!("[{}]", expected.join(", ")));
        out.push('\n');
    }
    out
}
