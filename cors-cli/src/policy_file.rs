//! Reading a policy, and finding the place of a violation in it again.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use cors_engine::{Config, Draft, Language, Place, Violation};

use crate::places;
use crate::positions::Positions;
use crate::report::{At, Problem};
use crate::syntax::{self, Fault};

/// The name on the command line that stands for standard input.
const STDIN: &str = "-";

/// What editors on Windows put in front of UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(crate) struct PolicyFile {
    pub(crate) name: String,
    text: String,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    language: Language,
    pub(crate) config: Config,
    /// None for YAML that merges tables, because the reader does not tell which of them a setting comes from.
    positions: Option<Positions>,
}

/// The place of something in a text: line and column, each counted from 1; the end is past the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: (usize, usize),
    pub(crate) end: (usize, usize),
}

impl PolicyFile {
    /// TOML, JSON or YAML, by the file's extension; on standard input by the first byte.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        let (name, text) = read_text(path)?;
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("toml") => Self::from_toml(name, text),
            Some("json") => Self::from_text(name, text, Language::Json),
            Some("yaml" | "yml") => Self::from_text(name, text, Language::Yaml),
            None if path == Path::new(STDIN) && text.trim_start().starts_with('{') => {
                Self::from_text(name, text, Language::Json)
            }
            None if path == Path::new(STDIN) => Self::from_toml(name, text),
            _ => Err(Problem::new(format!("{name}: a policy is a .toml, a .json or a .yaml file"))),
        }
    }

    /// A policy whose text is at hand; `name` is what messages call it.
    pub(crate) fn from_text(name: String, text: String, language: Language) -> Result<Self, Problem> {
        let no_policy = |fault: Fault| no_policy(&name, &text, fault);
        let (draft, places): (Result<Draft, Problem>, _) = match language {
            Language::Json => (
                serde_json::from_str(&text).map_err(|error| no_policy(syntax::json(&text, &error))),
                places::json(&text),
            ),
            Language::Yaml => (
                serde_saphyr::from_str(&text).map_err(|error| no_policy(syntax::yaml(&text, &error))),
                places::yaml(&text),
            ),
            _ => (
                toml::from_str(&text).map_err(|error| no_policy(syntax::toml(&text, &error))),
                places::toml(&text),
            ),
        };
        let (config, positions) = (draft?.into_config(), places.map(Positions::new));
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Ok(Self { name, text, lines, language, config, positions })
    }

    pub(crate) fn from_toml(name: String, text: String) -> Result<Self, Problem> {
        Self::from_text(name, text, Language::Toml)
    }

    /// The same file with another text.
    pub(crate) fn with_text(&self, text: String) -> Result<Self, Problem> {
        Self::from_text(self.name.clone(), text, self.language)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Where its settings are.
    pub(crate) fn positions(&self) -> Option<&Positions> {
        self.positions.as_ref()
    }

    /// Writes the text to the file that was read. A byte order mark stays.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Problem> {
        let has_mark = fs::read_to_string(path).is_ok_and(|text| text.starts_with(BYTE_ORDER_MARK));
        let mark = if has_mark { BYTE_ORDER_MARK.to_string() } else { String::new() };
        fs::write(path, mark + &self.text)
            .map_err(|error| Problem::new(format!("{} cannot be written: {error}", self.name)))
    }

    /// Where a violation is, as people count lines and columns.
    pub(crate) fn region(&self, violation: &Violation) -> Option<Region> {
        let bytes = self.positions.as_ref()?.find(violation)?;
        let place = |at: usize| {
            let line = self.lines.partition_point(|start| *start <= at);
            let before = self.text.get(self.lines[line - 1]..at).unwrap_or_default();
            (line, before.chars().count() + 1)
        };
        Some(Region { start: place(bytes.start), end: place(bytes.end) })
    }

    pub(crate) fn place(&self, violation: &Violation) -> At<'_> {
        let path = self.name.as_str();
        let found = self.positions.as_ref().and_then(|positions| positions.find(violation));
        match found {
            Some(bytes) => At::Bytes { path, text: &self.text, start: bytes.start, end: bytes.end },
            None => At::Path(format!("{path}{}", keys(violation))),
        }
    }
}

/// The keys that lead to the place: `: production.origins[1]`.
pub(crate) fn keys(violation: &Violation) -> String {
    let locus = violation.locus();
    let block = match locus.place {
        Place::Outer => None,
        Place::Production => Some("production"),
        Place::Development => Some("development"),
    };
    let keys: Vec<&str> = block.into_iter().chain(violation.key()).collect();
    let keys = if keys.is_empty() { String::new() } else { format!(": {}", keys.join(".")) };
    let entry = locus.entry.map(|entry| format!("[{entry}]")).unwrap_or_default();
    keys + &entry
}

fn no_policy(name: &str, text: &str, Fault { cause, help, bytes }: Fault) -> Problem {
    let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    Problem::at(format!("{name} is not a policy: {cause}{help}"), name, text, bytes)
}

/// The name that messages use, and the text without a byte order mark.
pub(crate) fn read_text(path: &Path) -> Result<(String, String), Problem> {
    let (name, read) = if path == Path::new(STDIN) {
        let mut text = String::new();
        ("<stdin>".into(), io::stdin().read_to_string(&mut text).map(|_| text))
    } else {
        (path.display().to_string(), fs::read_to_string(path))
    };
    match read {
        Ok(text) => Ok((name, text.strip_prefix(BYTE_ORDER_MARK).map(ToOwned::to_owned).unwrap_or(text))),
        Err(error) => {
            // What `>` of an old PowerShell writes is UTF-16.
            let is_text = error.kind() != io::ErrorKind::InvalidData;
            let help = if is_text { "" } else { "\nhelp: save it as UTF-8" };
            Err(Problem::new(format!("{name} cannot be read: {error}{help}")))
        }
    }
}
