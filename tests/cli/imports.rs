//! Any text as somebody's configuration: what is read of it is a policy of ours, written and read alike, and lets nobody in whom the
//! configuration does not name.
//!
//! The first line says whose configuration it is, as on the command line.

use clap::ValueEnum as _;
use cors_engine::{Block, Config, Key, Mode, Policy};
use proc_macro2::TokenStream;
use serde_json::{Value as Json, json};

use crate::args::Source;
use crate::import::draft::{Draft, Entry, Value};
use crate::import::{Imported, read};
use crate::judge::broken;
use crate::policy_file::PolicyFile;
use crate::report::{Severity, message, message_at};

/// How much is written whatever is read, and how much for each byte: a remark says a value once more.
const MOST_WRITTEN: (usize, usize) = (16 * 1024, 16);

/// A stranger in every configuration: nobody registers this domain.
const STRANGERS: [&str; 3] =
    ["https://stranger.zq7canary", "http://stranger.zq7canary:8080", "https://a.stranger.zq7canary"];

/// What makes every origin one that is named, by a source's own words.
const EVERYBODY: [&str; 8] = [
    "*",
    "any",
    "permissive",
    "mirror_request",
    "http_origin",
    "origin_allow_all",
    "allow_all_origins",
    "regex",
];

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((source, text)) = text.split_once('\n') else { return };
    let Ok(source) = Source::from_str(source, false) else { return };
    let Ok(imported) = read(source, "settings", text) else { return };
    assert!(imported.len() <= text.len(), "{} policies", imported.len());
    for one in imported {
        written(text, &one);
        let origins = one.draft.settings.iter().filter(|setting| setting.key == Key::Origins);
        for origins in origins {
            names(source, text, &origins.value);
        }
    }
}

/// The policy is a file that we read, with the same settings; what is wrong with it can be said.
fn written(text: &str, imported: &Imported) {
    let toml = imported.toml();
    let most = MOST_WRITTEN.0 + MOST_WRITTEN.1 * text.len();
    assert!(toml.len() <= most, "{} bytes are written of {}", toml.len(), text.len());
    for warning in imported.warnings() {
        assert!(!message(Severity::Warning, &warning).is_empty(), "{toml}");
    }
    read_back(&imported.draft, &toml);
    let rust = imported.rust();
    assert!(rust.parse::<TokenStream>().is_ok(), "no Rust: {rust}");
    let file = PolicyFile::from_toml("<stdout>".into(), toml.clone());
    let file = file.unwrap_or_else(|problem| panic!("{problem}\n{toml}"));
    // Whom a regex lets in takes seconds to say, and is a target of its own.
    if toml.contains("regex = ") {
        return;
    }
    for violation in broken(&file.config, &[Mode::Production]) {
        let message = message_at(Severity::Error, &violation.to_string(), file.place(&violation));
        assert!(!message.is_empty(), "{toml}");
    }
}

fn read_back(draft: &Draft, toml: &str) {
    let settings: Json = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let wanted = draft.settings.iter().map(|setting| (setting.key.name().to_owned(), value(&setting.value)));
    assert_eq!(settings, Json::Object(wanted.collect()), "{toml}");
    let count = settings.as_object().map(serde_json::Map::len);
    assert_eq!(count, Some(draft.settings.len()), "{toml}");
}

fn value(value: &Value) -> Json {
    match value {
        Value::Any => "any".into(),
        Value::On => true.into(),
        Value::Number(number) => (*number).into(),
        Value::List(entries) => entries
            .iter()
            .map(|entry| match entry {
                Entry::Text(text) => text.as_str().into(),
                Entry::Regex(regex) => json!({ "regex": regex }),
            })
            .collect(),
    }
}

/// Nobody gets in who is not named.
fn names(source: Source, text: &str, origins: &Value) {
    let lower = text.to_lowercase();
    let Value::List(entries) = origins else {
        // Where nothing is written, ingress-nginx has a default; an escape may spell any of the words.
        let is_said = source == Source::IngressNginx || text.contains(['\\', '!']);
        assert!(is_said || EVERYBODY.iter().any(|word| lower.contains(word)), "everybody, by {text}");
        return;
    };
    // What may be meant for a part of an origin, and so for strangers.
    let parts: &[&str] = match source {
        Source::Nginx => &["~"],
        Source::Django => &["regex"],
        Source::Istio | Source::Envoy => &["regex", "prefix", "suffix", "contains"],
        _ => &[],
    };
    let has_parts = parts.iter().any(|part| lower.contains(part)) || text.contains(['\\', '!']);
    for found in entries {
        if let Entry::Text(origin) = found
            && !text.contains(['\\', '!'])
        {
            assert!(plain(&lower).contains(&plain(&origin.to_lowercase())), "{origin} is not in {text}");
        }
        if !has_parts
            && !lower.contains("zq7canary")
            && let Some(policy) = alone(found)
        {
            let stranger = STRANGERS.iter().find(|stranger| policy.allows_origin(stranger.as_bytes()));
            assert_eq!(stranger, None, "by {found:?}, of {text}");
        }
    }
}

/// Without what a language may put between the letters of one text: line breaks, quotes, and `_` for `-` in a constant of Rust.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric() || ".:/*[]@".contains(*letter)).collect()
}

/// The policy of this entry alone, if there is one.
fn alone(entry: &Entry) -> Option<Policy> {
    let entry = match entry {
        Entry::Text(text) => cors_engine::Entry::from(text.as_str()),
        Entry::Regex(regex) => cors_engine::Entry::regex(regex.as_str()),
    };
    Config::default().development(Block::new().origins([entry])).policy(Mode::Development).ok()
}
