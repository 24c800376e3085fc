//! Which settings are in force in a mode, and the rules about keys themselves.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::proposal::Proposal;
use super::report::{Finding, Report};
use super::types;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Block, Config, Entry, Expectation, Locus, Place, Setting, SettingValue};
use crate::compile::language::{Language, Writer};
use crate::compile::suggest;

/// The place of a violation: its locus, and the key as it was written.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) locus: Locus,
    pub(crate) key: Option<String>,
}

impl Site {
    /// The site of something that is missing.
    pub(crate) fn nowhere() -> Self {
        let locus = Locus { place: Place::Outer, setting: None, entry: None, expectation: None, bytes: None };
        Self { locus, key: None }
    }

    fn setting(place: Place, index: usize, name: &str) -> Self {
        let locus = Locus { place, setting: Some(index), entry: None, expectation: None, bytes: None };
        Self { locus, key: Some(name.into()) }
    }

    /// An entry of the list here.
    pub(crate) fn entry(&self, index: usize) -> Self {
        let mut site = self.clone();
        site.locus.entry = Some(index);
        site
    }

    /// An expectation on what is here.
    pub(crate) fn expectation(&self, index: usize) -> Self {
        let mut site = self.clone();
        site.locus.expectation = Some(index);
        site
    }

    /// Some bytes of the text here.
    pub(crate) fn bytes(mut self, bytes: core::ops::Range<usize>) -> Self {
        self.locus.bytes = Some(bytes);
        self
    }
}

/// The settings of a mode: a block's override the outer ones.
pub(crate) struct Settings<'c> {
    in_force: Vec<InForce<'c>>,
    /// The keys that unknown names were likely meant as.
    likely: Vec<Key>,
    /// Whether an unknown name was likely meant as a block.
    likely_block: bool,
    pub(crate) expectations: Vec<(Site, &'c Expectation)>,
    /// The rules that expectations in another form were meant to excuse. Those are errors already, and one per mistake is enough.
    pub(crate) meant_excuses: BTreeSet<Rule>,
    /// The rules that the expectations name, and where.
    excused: BTreeSet<(Scope, Rule)>,
}

/// What an expectation covers: the whole mode, a setting, or an entry.
pub(crate) type Scope = Option<(Place, Option<usize>, Option<usize>)>;

/// What an expectation at this place covers. Those for a block are settings of their own.
pub(crate) fn scope(locus: &Locus) -> Scope {
    locus.expectation.map(|_| (locus.place, locus.setting, locus.entry))
}

struct InForce<'c> {
    key: Key,
    site: Site,
    setting: &'c Setting,
    /// Whether its value has a type that the key takes.
    fits: bool,
}

/// What a mode has for a key that takes a list.
pub(crate) enum List<'s, 'c> {
    Absent,
    Any(&'s Site),
    Entries(&'s Site, &'c [Entry]),
    /// Something else, which has been reported.
    Unfit,
}

impl<'c> Settings<'c> {
    /// Collects them, and reports keys that are unknown or occur twice in a block, and values of the wrong type.
    pub(crate) fn collect(config: &'c Config, mode: Mode, report: &mut Report<'_>) -> Self {
        let mut settings = Self {
            in_force: Vec::new(),
            likely: Vec::new(),
            likely_block: false,
            expectations: Vec::new(),
            meant_excuses: BTreeSet::new(),
            excused: BTreeSet::new(),
        };
        for place in [Place::of(mode), Place::Outer] {
            if let Some(block) = config.block(place) {
                settings.take(config, block, place, mode, report);
            }
        }
        settings.excused = settings
            .expectations
            .iter()
            .filter_map(|(site, expectation)| Some((scope(&site.locus), meant_rule(&expectation.rule)?)))
            .chain(settings.meant_excuses.iter().map(|rule| (None, *rule)))
            .collect();
        settings
    }

    fn take(
        &mut self,
        config: &'c Config,
        block: &'c Block,
        place: Place,
        mode: Mode,
        report: &mut Report<'_>,
    ) {
        let mut seen: Vec<Key> = Vec::new();
        // In development, only the expectations of its own block have to excuse something.
        let expects = place != Place::Outer || mode == Mode::Production;
        for (index, setting) in block.settings.iter().enumerate() {
            let site = Site::setting(place, index, &setting.name);
            let Some(key) = setting.key() else {
                self.unknown(&site, setting, config, report);
                continue;
            };
            if let (Key::Expect, SettingValue::Expect(expectation)) = (key, &setting.value) {
                if expects {
                    self.expectations.push((site, expectation));
                }
                continue;
            }
            if let SettingValue::Meant(_, meant) = &setting.value {
                let rules = meant.iter().filter_map(|expectation| Rule::from_name(&expectation.rule));
                self.meant_excuses.extend(rules.filter(|rule| rule.is_excusable()));
            }
            if key != Key::Expect && seen.contains(&key) {
                report.add(&site, duplicate_key(key));
                continue;
            }
            seen.push(key);
            if key != Key::Expect && self.find(key).is_some() {
                continue;
            }
            let fits = types::check(&site, key, setting, report);
            if expects {
                self.expect_within(&site, setting);
            }
            self.in_force.push(InForce { key, site, setting, fits });
        }
    }

    /// Records the expectations on a setting and on its entries.
    fn expect_within(&mut self, site: &Site, setting: &'c Setting) {
        let on = |site: &Site, expectations: &'c [Expectation]| {
            let numbered = expectations.iter().enumerate();
            numbered.map(|(index, expectation)| (site.expectation(index), expectation)).collect::<Vec<_>>()
        };
        self.expectations.extend(on(site, &setting.expectations));
        let SettingValue::List(entries) = &setting.value else { return };
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.expectations.is_empty()) {
            self.expectations.extend(on(&site.entry(index), &entry.expectations));
        }
    }

    fn unknown(&mut self, site: &Site, setting: &Setting, config: &Config, report: &mut Report<'_>) {
        let meant = meant(&setting.name).filter(|meant| meant.fits(&setting.value));
        let holds_keys = matches!(setting.value, SettingValue::Table { has_keys: true, .. });
        match meant {
            Some(Meant::Key(key)) => self.likely.push(key),
            Some(Meant::Block(_)) => self.likely_block = true,
            None if holds_keys || Mode::from_name(&setting.name).is_some() => self.likely_block = true,
            None => self.likely.extend(any_of(&setting.name)),
        }
        let finding = match meant {
            None if Mode::from_name(&setting.name).is_some() => {
                no_block(setting, site.locus.place, report.writer())
            }
            None if holds_keys => no_level(setting, report.writer()),
            meant => unknown_key(setting, meant, config, site.locus.place, report),
        };
        report.add(site, finding);
    }

    fn find(&self, key: Key) -> Option<&InForce<'c>> {
        self.in_force.iter().find(|held| held.key == key)
    }

    /// The setting of a key, and its place, if its value fits.
    pub(crate) fn get(&self, key: Key) -> Option<(&Site, &'c SettingValue)> {
        self.find(key).filter(|held| held.fits).map(|held| (&held.site, &held.setting.value))
    }

    /// The setting of a key that takes a list.
    pub(crate) fn list(&self, key: Key) -> List<'_, 'c> {
        match self.find(key) {
            None => List::Absent,
            Some(InForce { fits: true, site, setting, .. }) => match &setting.value {
                SettingValue::Any => List::Any(site),
                SettingValue::List(entries) => List::Entries(site, entries),
                _ => List::Unfit,
            },
            Some(_) => List::Unfit,
        }
    }

    /// Returns whether an expectation excuses `rule` for an entry of the list at `site`.
    pub(crate) fn excuses(&self, rule: Rule, site: &Site, entry: usize) -> bool {
        let (place, setting) = (site.locus.place, site.locus.setting);
        let scopes = [None, Some((place, setting, None)), Some((place, setting, Some(entry)))];
        scopes.into_iter().any(|scope| self.excused.contains(&(scope, rule)))
    }

    /// Returns whether an unknown name was likely meant as this key.
    pub(crate) fn is_likely_misspelled(&self, key: Key) -> bool {
        self.likely_block || self.likely.contains(&key)
    }

    /// Returns whether a yes-or-no setting is on.
    pub(crate) fn is_on(&self, key: Key) -> bool {
        matches!(self.get(key), Some((_, SettingValue::Bool(true))))
    }
}

fn duplicate_key(key: Key) -> Finding {
    Finding::new(
        Rule::DuplicateEntry,
        format!("`{key}` is set twice"),
        "Only one of the two can take effect; the other misleads whoever reads it.",
    )
    .value(key.name())
    .help(format!("keep one `{key}` in a block"))
}

/// What an unknown name was most likely meant as.
#[derive(Clone, Copy)]
enum Meant {
    Key(Key),
    Block(Mode),
}

impl Meant {
    fn mode(self) -> Option<Mode> {
        match self {
            Meant::Key(_) => None,
            Meant::Block(mode) => Some(mode),
        }
    }

    /// Returns whether this guess fits the value: `debug = true` is not a block.
    fn fits(self, value: &SettingValue) -> bool {
        match self {
            Meant::Key(_) => true,
            Meant::Block(_) => matches!(value, SettingValue::Table { .. } | SettingValue::Other(_)),
        }
    }
}

fn meant(name: &str) -> Option<Meant> {
    if Mode::from_name(name).is_some() {
        return None;
    }
    let name = &*name.to_ascii_lowercase().replace('-', "_");
    let block = match name {
        "prod" | "prd" | "release" | "live" => Some(Mode::Production),
        "dev" | "devel" | "develop" | "debug" | "local" => Some(Mode::Development),
        _ => None,
    };
    if let Some(mode) = block {
        return Some(Meant::Block(mode));
    }
    if let Some(key) = known_elsewhere(name) {
        return Some(Meant::Key(key));
    }
    let blocks = [Mode::Production, Mode::Development].map(Mode::name);
    let nearest = suggest::nearest(name, Key::ALL.map(Key::name).into_iter().chain(blocks))?;
    Key::from_name(nearest).map(Meant::Key).or_else(|| Mode::from_name(nearest).map(Meant::Block))
}

/// The key that an unknown name was most likely meant as: its value is read as that key's.
pub fn meant_key(name: &str) -> Option<Key> {
    match meant(name) {
        Some(Meant::Key(key)) => Some(key),
        _ => None,
    }
}

/// The mode that the name of a block was most likely meant as.
pub fn meant_mode(name: &str) -> Option<Mode> {
    meant(name).and_then(Meant::mode)
}

/// The rule that a name was most likely meant as, or is.
pub fn meant_rule(name: &str) -> Option<Rule> {
    let nearest = || suggest::nearest(name, Rule::all().filter(|rule| rule.is_excusable()).map(Rule::name));
    Rule::from_name(name).or_else(|| Rule::from_name(nearest()?))
}

/// The rules that a text names: what was meant by an `expect` in another form.
pub(crate) fn named_rules(text: &str) -> Vec<Expectation> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let rules = words.filter_map(Rule::from_name);
    rules.map(|rule| Expectation { rule: rule.name().into(), reason: None }).collect()
}

/// Returns whether a block has a key under its name, or before `setting` under a name that was meant as it.
fn is_set(block: &Block, key: Key, setting: &Setting) -> bool {
    let mut before = block.settings.iter().take_while(|before| !core::ptr::eq(*before, setting));
    let is_slip = |before: &Setting| before.key().is_none() && meant_key(&before.name) == Some(key);
    block.settings.iter().any(|setting| setting.key() == Some(key)) || before.any(is_slip)
}

/// Returns whether a table outside of the blocks is the only one that stands for the block of this mode.
fn is_only_block(config: &Config, mode: Mode, setting: &Setting) -> bool {
    let stands_for_it =
        |other: &&Setting| other.key().is_none() && meant(&other.name).and_then(Meant::mode) == Some(mode);
    let mut others = config.outer.settings.iter().filter(stands_for_it);
    let is_table = matches!(setting.value, SettingValue::Table { .. });
    is_table
        && !config.has(mode)
        && others.next().is_some_and(|one| core::ptr::eq(one, setting))
        && others.next().is_none()
}

/// A block that contains something other than settings, or that is inside another block.
fn no_block(setting: &Setting, place: Place, writer: &Writer) -> Finding {
    let name = &setting.name;
    let (message, help) = match place {
        Place::Outer => match writer.block(name) {
            Some(shape) => {
                (format!("`{}` is a block of settings", writer.name(name)), format!("write `{shape}`"))
            }
            None => (
                format!("`{}` is not a key of a policy", writer.name(name)),
                "what stands here holds in both modes: a file and `cors_policy!` have a block for each"
                    .into(),
            ),
        },
        _ => {
            let outer = if place == Place::Production { Mode::Production } else { Mode::Development };
            let message = format!("`{}` is inside `{}`", writer.name(name), writer.name(outer.name()));
            (message, "write the two blocks one after the other: they do not nest".into())
        }
    };
    Finding::new(Rule::UnknownKey, message, SKIPPED).value(name).help(help)
}

/// A table around the keys of a policy: a section for CORS, or a mode that does not exist.
fn no_level(setting: &Setting, writer: &Writer) -> Finding {
    let name = writer.name(&setting.name);
    let modes = [Mode::Production, Mode::Development].map(|mode| writer.name(mode.name()));
    let [production, development] = &modes;
    let is_file = !matches!(writer.language, Language::Macro | Language::Attribute);
    let top = if is_file { "at the top of the file" } else { "by themselves" };
    let is_mode = ["staging", "stage", "test", "testing", "preview", "qa", "ci", "default", "base"];
    let (message, help) = match is_mode.contains(&setting.name.to_ascii_lowercase().as_str()) {
        true => (
            format!("`{name}` is not a mode"),
            format!(
                "the modes are `{production}` and `{development}`, and what stands outside of both holds in both; `{name}` needs a file of its own"
            ),
        ),
        false => (
            format!("the keys of the policy are inside `{name}`"),
            format!("take `{name}` out: the keys go {top}, or in `{production}` and `{development}`"),
        ),
    };
    Finding::new(Rule::UnknownKey, message, SKIPPED).value(&setting.name).help(help)
}

/// Why no setting may be ignored.
const SKIPPED: &str = "If it were ignored, the setting would silently be missing.";

fn unknown_key(
    setting: &Setting,
    meant: Option<Meant>,
    config: &Config,
    place: Place,
    report: &Report<'_>,
) -> Finding {
    let (name, writer) = (&setting.name, report.writer());
    let message = format!("`{}` is not a key of a policy", writer.name(name));
    let finding = Finding::new(Rule::UnknownKey, message, SKIPPED).value(name);
    if let Some(key) = any_of(name).filter(|_| meant.is_none()) {
        return finding.help(any_help(key, setting, report));
    }
    if let Some(why) = needless(name).filter(|_| meant.is_none()) {
        return finding.help(format!("take it out: {why}"));
    }
    match meant {
        Some(Meant::Key(key)) if !config.block(place).is_some_and(|block| is_set(block, key, setting)) => {
            finding.propose(format!("write `{}`", writer.name(key.name())), Proposal::Key(key))
        }
        Some(Meant::Key(key)) => {
            let written = writer.name(key.name());
            match setting.value {
                SettingValue::List(_) => finding.propose(
                    format!("write its entries into `{written}`, which is what it is called here"),
                    Proposal::Into(key),
                ),
                _ => finding
                    .help(format!("it is called `{written}` here, which is set already: keep one of them")),
            }
        }
        Some(Meant::Block(mode)) if is_only_block(config, mode, setting) => {
            finding.propose(format!("write `{}`", writer.name(mode.name())), Proposal::Block(mode))
        }
        Some(Meant::Block(mode)) => {
            let name = writer.name(mode.name());
            match place {
                Place::Outer if config.has(mode) => finding
                    .help(format!("it is called `{name}` here, which is there already: keep one of them")),
                _ => finding.help(format!("write `{name}`")),
            }
        }
        None => {
            let keys = Key::ALL.map(|key| writer.name(key.name())).join(", ");
            finding.help(format!("the keys are {keys}"))
        }
    }
}

/// A name without the prefixes of other libraries, and without the separators of its words.
fn bare(name: &str) -> String {
    // `nginx.ingress.kubernetes.io/cors-allow-origin`
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase().replace('-', "_");
    name.trim_start_matches("cors_").trim_start_matches("access_control_").replace('_', "")
}

/// The key for which other libraries have a switch that stands for `any`.
fn any_of(name: &str) -> Option<Key> {
    Some(match &*bare(name) {
        "allowanyorigin" | "allowanyorigins" | "allowallorigins" | "allowall" | "originallowall"
        | "anyorigin" => Key::Origins,
        "allowanymethod" | "allowallmethods" | "anymethod" => Key::Methods,
        "allowanyheader" | "allowallheaders" | "anyheader" => Key::Headers,
        "exposeanyheader" | "exposeallheaders" | "exposeany" => Key::Expose,
        _ => return None,
    })
}

/// What to write for a switch that stands for `any`.
fn any_help(key: Key, setting: &Setting, report: &Report<'_>) -> String {
    let writer = report.writer();
    if matches!(setting.value, SettingValue::Bool(false)) {
        return format!("take it out: nothing is allowed but what `{}` lists", writer.name(key.name()));
    }
    match key {
        Key::Origins => {
            let list = writer.list(key, &["https://app.example".into()]);
            format!(
                "list the origins of your front ends: `{list}`; for public data it is `{}`",
                writer.any(key)
            )
        }
        _ => format!("it is `{}` here", writer.any(key)),
    }
}

/// Why a setting of other libraries has no counterpart.
fn needless(name: &str) -> Option<&'static str> {
    Some(match &*bare(name) {
        "vary" | "varyheader" | "varyorigin" | "sendvary" => "`Vary` is added wherever it is needed",
        "preflightcontinue" | "optionspassthrough" | "automaticoptions" => {
            "preflights are answered before they reach the app"
        }
        "mode" | "env" | "environment" => "the build says which mode holds, and the variable `CORS_MODE`",
        "enable" | "enabled" | "enablecors" => "a policy holds wherever the app wraps it",
        "path" | "paths" | "pathpattern" | "resource" | "resources" | "mapping" | "urlsregex" => {
            "the app says for which paths a policy holds, with `Cors::at`"
        }
        "sendwildcard" | "alwayssend" => "what is sent follows from the origins",
        "blockonoriginmismatch" => "`enforce` of the middleware refuses requests of other origins",
        "$schema" | "comment" | "comments" | "description" | "//" => "a file holds only settings",
        _ => return None,
    })
}

/// What other libraries and the standard call a key.
fn known_elsewhere(name: &str) -> Option<Key> {
    let bare = bare(name);
    if let Some(key) = Key::ALL.into_iter().find(|key| key.name().replace('_', "") == bare) {
        return Some(key);
    }
    Some(match &*bare {
        "alloworigin"
        | "alloworigins"
        | "allowedorigins"
        | "allowedorigin"
        | "origin"
        | "corsorigins"
        | "originwhitelist"
        | "whitelist"
        | "allowlist"
        | "domains"
        | "originregex"
        | "originregexes"
        | "allowedoriginregex"
        | "allowedoriginregexes"
        | "alloworiginregex"
        | "originpatterns"
        | "allowedoriginpatterns"
        | "allowedoriginspatterns" => Key::Origins,
        "allowcredentials" | "supportscredentials" | "withcredentials" | "allowedcredentials" => {
            Key::Credentials
        }
        "allowmethods" | "allowedmethods" => Key::Methods,
        "allowheaders" | "allowedheaders" | "requestheaders" => Key::Headers,
        "exposeheaders" | "exposedheaders" | "exposed" => Key::Expose,
        "preflightmaxage" | "maxageseconds" | "maxagesecs" | "maxagesec" | "cache" => Key::MaxAge,
        "optionssuccessstatus" | "successstatus" | "optionsstatus" | "status" => Key::PreflightStatus,
        "timingalloworigin" | "timingalloworigins" => Key::Timing,
        "allowedhosts" | "allowhosts" => Key::Hosts,
        "allowprivatenetwork" | "allowprivatenetworkaccess" => Key::PrivateNetwork,
        _ => return None,
    })
}
