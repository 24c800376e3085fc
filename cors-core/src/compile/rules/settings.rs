//! Which settings are in force in a mode, and the rules about keys themselves.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::report::{Finding, Report};
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Config, Expectation, Locus, Place, Setting};
use crate::compile::suggest;

/// Where a violation is: the locus, and the key as it was written.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) locus: Locus,
    pub(crate) key: Option<String>,
}

impl Site {
    /// The site of something that is missing.
    pub(crate) fn nowhere() -> Self {
        Self { locus: Locus { place: Place::Outer, setting: None, entry: None, bytes: None }, key: None }
    }

    /// An entry of the list here.
    pub(crate) fn entry(&self, index: usize) -> Self {
        let mut site = self.clone();
        site.locus.entry = Some(index);
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
    in_force: Vec<(Key, Site, &'c Setting)>,
    pub(crate) expectations: Vec<(Site, &'c Expectation)>,
}

impl<'c> Settings<'c> {
    /// Collects them, and reports keys that are unknown or stand twice in a block.
    pub(crate) fn collect(config: &'c Config, mode: Mode, report: &mut Report) -> Self {
        let mut settings = Self { in_force: Vec::new(), expectations: Vec::new() };
        for place in [Place::of(mode), Place::Outer] {
            settings.take(config, place, mode, report);
        }
        settings
    }

    fn take(&mut self, config: &'c Config, place: Place, mode: Mode, report: &mut Report) {
        let Some(block) = config.block(place) else { return };
        let mut seen: Vec<Key> = Vec::new();
        for (index, setting) in block.settings.iter().enumerate() {
            let name = match (setting, setting.key()) {
                (_, Some(key)) => key.name().to_string(),
                (Setting::Unknown(name), None) => name.clone(),
                (_, None) => continue,
            };
            let site = Site {
                locus: Locus { place, setting: Some(index), entry: None, bytes: None },
                key: Some(name.clone()),
            };
            match (setting, setting.key()) {
                (Setting::Expect(expectation), _) => {
                    if place != Place::Outer || mode == Mode::Production {
                        self.expectations.push((site, expectation));
                    }
                }
                (_, Some(key)) if seen.contains(&key) => report.add(&site, duplicate_key(key)),
                (_, Some(key)) => {
                    seen.push(key);
                    if self.get(key).is_none() {
                        self.in_force.push((key, site, setting));
                    }
                }
                (_, None) => report.add(&site, unknown_key(&name)),
            }
        }
    }

    /// The setting of a key, and where it stands.
    pub(crate) fn get(&self, key: Key) -> Option<(&Site, &'c Setting)> {
        self.in_force.iter().find(|(known, ..)| *known == key).map(|(_, site, setting)| (site, *setting))
    }

    /// Is a yes-or-no setting on?
    pub(crate) fn is_on(&self, key: Key) -> bool {
        matches!(
            self.get(key),
            Some((_, Setting::Credentials(true) | Setting::PrivateNetwork(true) | Setting::Timing(true)))
        )
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

fn unknown_key(name: &str) -> Finding {
    if let Some((key, value)) = name.split_once('=') {
        let message = format!("`{}` is neither `true` nor `false`", value.escape_debug());
        let why = "A switch that is not understood would silently stay off.";
        return Finding::new(Rule::UnknownKey, message, why).value(value).help(format!("write `{key}=true`"));
    }
    let finding = Finding::new(
        Rule::UnknownKey,
        format!("`{name}` is no key of a policy"),
        "A setting that is not understood would silently not hold.",
    )
    .value(name);
    let keys = Key::ALL.map(Key::name);
    let name = &*name.to_ascii_lowercase().replace('-', "_");
    match known_elsewhere(name).or_else(|| suggest::nearest(name, keys)) {
        Some(key) => finding.help(format!("write `{key}`")),
        None => finding.help(format!("the keys are {}", keys.join(", "))),
    }
}

/// What other libraries and the standard call a key.
fn known_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.trim_start_matches("cors_").trim_start_matches("access_control_") {
        "allow_origin" | "allow_origins" | "allowed_origins" | "allowed_origin" => "origins",
        "allow_credentials" | "supports_credentials" => "credentials",
        "allow_methods" | "allowed_methods" => "methods",
        "allow_headers" | "allowed_headers" => "headers",
        "expose_headers" | "exposed_headers" => "expose",
        "preflight_max_age" => "max_age",
        "allowed_hosts" | "allow_hosts" => "hosts",
        "allow_private_network" => "private_network",
        _ => return None,
    })
}
