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

    /// An expectation on what stands here.
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
    /// The rules that the expectations name, and where.
    excused: BTreeSet<(Scope, Rule)>,
}

/// What an expectation covers: the whole mode, a setting, or an entry.
pub(crate) type Scope = Option<(Place, Option<usize>, Option<usize>)>;

/// What an expectation that stands here covers. Those for a block are settings of their own.
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
    /// Collects them, and reports keys that are unknown or stand twice in a block, and values of the wrong type.
    pub(crate) fn collect(config: &'c Config, mode: Mode, report: &mut Report<'_>) -> Self {
        let mut settings = Self {
            in_force: Vec::new(),
            likely: Vec::new(),
            likely_block: false,
            expectations: Vec::new(),
            excused: BTreeSet::new(),
        };
        for place in [Place::of(mode), Place::Outer] {
            if let Some(block) = config.block(place) {
                settings.take(block, place, mode, report);
            }
        }
        settings.excused = settings
            .expectations
            .iter()
            .filter_map(|(site, expectation)| Some((scope(&site.locus), Rule::from_name(&expectation.rule)?)))
            .collect();
        settings
    }

    fn take(&mut self, block: &'c Block, place: Place, mode: Mode, report: &mut Report<'_>) {
        let mut seen: Vec<Key> = Vec::new();
        // In development, only the expectations of its own block have to excuse something.
        let expects = place != Place::Outer || mode == Mode::Production;
        for (index, setting) in block.settings.iter().enumerate() {
            let site = Site::setting(place, index, &setting.name);
            let Some(key) = setting.key() else {
                self.unknown(&site, setting, block, report);
                continue;
            };
            if let (Key::Expect, SettingValue::Expect(expectation)) = (key, &setting.value) {
                if expects {
                    self.expectations.push((site, expectation));
                }
                continue;
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

    fn unknown(&mut self, site: &Site, setting: &Setting, block: &Block, report: &mut Report<'_>) {
        let meant = meant(&setting.name);
        match meant {
            Some(Meant::Key(key)) => self.likely.push(key),
            Some(Meant::Block(_)) => self.likely_block = true,
            None => {}
        }
        report.add(site, unknown_key(setting, meant, block, report));
    }

    fn find(&self, key: Key) -> Option<&InForce<'c>> {
        self.in_force.iter().find(|held| held.key == key)
    }

    /// The setting of a key, and where it stands, if its value fits.
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
        "Only one of the two can hold; the other says what the service does not do.",
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

fn meant(name: &str) -> Option<Meant> {
    let name = &*name.to_ascii_lowercase().replace('-', "_");
    let block = match name {
        "prod" | "release" | "live" => Some(Mode::Production),
        "dev" | "debug" | "local" => Some(Mode::Development),
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
    Key::from_name(nearest).map(Meant::Key).or_else(|| {
        let mode = [Mode::Production, Mode::Development].into_iter().find(|mode| mode.name() == nearest);
        mode.map(Meant::Block)
    })
}

/// The key that an unknown name was most likely meant as: its value is read as that key's.
pub(crate) fn meant_key(name: &str) -> Option<Key> {
    match meant(name) {
        Some(Meant::Key(key)) => Some(key),
        _ => None,
    }
}

/// Returns whether a block has a key under its name, or before `setting` under a name that was meant as it.
fn is_set(block: &Block, key: Key, setting: &Setting) -> bool {
    let mut before = block.settings.iter().take_while(|before| !core::ptr::eq(*before, setting));
    let is_slip = |before: &Setting| before.key().is_none() && meant_key(&before.name) == Some(key);
    block.settings.iter().any(|setting| setting.key() == Some(key)) || before.any(is_slip)
}

fn unknown_key(setting: &Setting, meant: Option<Meant>, block: &Block, report: &Report<'_>) -> Finding {
    let (name, writer) = (&setting.name, report.writer());
    let finding = Finding::new(
        Rule::UnknownKey,
        format!("`{}` is no key of a policy", writer.name(name)),
        "If the setting were skipped, it would be missing without a word.",
    )
    .value(name);
    match meant {
        Some(Meant::Key(key)) if !is_set(block, key, setting) => {
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
        Some(Meant::Block(mode)) => finding.help(format!("write `{}`", writer.name(mode.name()))),
        None => {
            let keys = Key::ALL.map(|key| writer.name(key.name())).join(", ");
            finding.help(format!("the keys are {keys}"))
        }
    }
}

/// What other libraries and the standard call a key.
fn known_elsewhere(name: &str) -> Option<Key> {
    let bare = name.trim_start_matches("cors_").trim_start_matches("access_control_");
    let bare = bare.replace('_', "");
    Some(match &*bare {
        "alloworigin" | "alloworigins" | "allowedorigins" | "allowedorigin" | "origin" | "corsorigins"
        | "originwhitelist" | "whitelist" | "allowlist" | "domains" => Key::Origins,
        "allowcredentials" | "supportscredentials" | "withcredentials" | "allowedcredentials" => {
            Key::Credentials
        }
        "allowmethods" | "allowedmethods" => Key::Methods,
        "allowheaders" | "allowedheaders" => Key::Headers,
        "exposeheaders" | "exposedheaders" | "exposed" => Key::Expose,
        "preflightmaxage" | "maxageseconds" | "cache" => Key::MaxAge,
        "optionssuccessstatus" | "optionsstatus" | "status" => Key::PreflightStatus,
        "allowedhosts" | "allowhosts" => Key::Hosts,
        "allowprivatenetwork" | "allowprivatenetworkaccess" => Key::PrivateNetwork,
        _ => return None,
    })
}
