//! Reading a policy, and finding the place of a violation in it again.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use cors_engine::{Config, Place, Violation};

use crate::positions::Positions;
use crate::report::{At, Problem};

/// The name on the command line that stands for standard input.
const STDIN: &str = "-";

/// What editors on Windows put in front of UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(crate) struct PolicyFile {
    pub(crate) name: String,
    text: String,
    pub(crate) config: Config,
    /// JSON has none: its parser does not tell them.
    positions: Option<Positions>,
}

impl PolicyFile {
    /// TOML or JSON, by the file's extension; on standard input by the first byte.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        let (name, text) = read_text(path)?;
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        let is_json = match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("toml") => false,
            Some("json") => true,
            None if path == Path::new(STDIN) => text.trim_start().starts_with('{'),
            _ => return Err(Problem(format!("{name}: a policy is a .toml or a .json file"))),
        };
        if !is_json {
            return Self::from_toml(name, text);
        }
        let config = serde_json::from_str(&text).map_err(|error| no_policy(&name, &error))?;
        Ok(Self { name, text, config, positions: None })
    }

    /// A policy whose text is at hand; `name` is what messages call it.
    pub(crate) fn from_toml(name: String, text: String) -> Result<Self, Problem> {
        let config = toml::from_str(&text).map_err(|error| no_policy(&name, &error))?;
        let positions = Positions::read(&text);
        Ok(Self { name, text, config, positions })
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
fn keys(violation: &Violation) -> String {
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

fn no_policy(name: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem(format!("{name} is no policy\n{}", error.to_string().trim_end()))
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
            Err(Problem(format!("{name} cannot be read: {error}{help}")))
        }
    }
}
