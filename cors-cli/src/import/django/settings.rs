//! Django's settings by name and type: what its checks refuse is refused, and the rest is read as Django reads it.

use serde_json::{Map, Value};

use crate::report::Problem;

/// A setting: its name, its name of old, and the check that judges its type.
pub(super) type Name = (&'static str, Option<&'static str>, &'static str);

pub(super) mod name {
    use super::Name;

    pub(in super::super) const ORIGINS: Name =
        ("CORS_ALLOWED_ORIGINS", Some("CORS_ORIGIN_WHITELIST"), "corsheaders.E006");
    pub(in super::super) const REGEXES: Name =
        ("CORS_ALLOWED_ORIGIN_REGEXES", Some("CORS_ORIGIN_REGEX_WHITELIST"), "corsheaders.E007");
    pub(in super::super) const ALL_ORIGINS: Name =
        ("CORS_ALLOW_ALL_ORIGINS", Some("CORS_ORIGIN_ALLOW_ALL"), "corsheaders.E005");
    pub(in super::super) const URLS: Name = ("CORS_URLS_REGEX", None, "corsheaders.E009");
    pub(in super::super) const METHODS: Name = ("CORS_ALLOW_METHODS", None, "corsheaders.E002");
    pub(in super::super) const HEADERS: Name = ("CORS_ALLOW_HEADERS", None, "corsheaders.E001");
    pub(in super::super) const EXPOSE: Name = ("CORS_EXPOSE_HEADERS", None, "corsheaders.E008");
    pub(in super::super) const MAX_AGE: Name = ("CORS_PREFLIGHT_MAX_AGE", None, "corsheaders.E004");
    pub(in super::super) const CREDENTIALS: Name = ("CORS_ALLOW_CREDENTIALS", None, "corsheaders.E003");
    pub(in super::super) const PRIVATE_NETWORK: Name =
        ("CORS_ALLOW_PRIVATE_NETWORK", None, "corsheaders.E015");
    pub(in super::super) const HOSTS: Name = ("ALLOWED_HOSTS", None, "ImproperlyConfigured");
    pub(in super::super) const DEBUG: Name = ("DEBUG", None, "DEBUG");

    pub(super) const ALL: [Name; 12] = [
        ORIGINS,
        REGEXES,
        ALL_ORIGINS,
        URLS,
        METHODS,
        HEADERS,
        EXPOSE,
        MAX_AGE,
        CREDENTIALS,
        PRIVATE_NETWORK,
        HOSTS,
        DEBUG,
    ];
}

/// Settings that django-cors-headers took away, and the checks that say so.
const REMOVED: [(&str, &str); 2] =
    [("CORS_MODEL", "corsheaders.E012"), ("CORS_REPLACE_HTTPS_REFERER", "corsheaders.E013")];

/// What all of its settings begin with.
const PREFIX: &str = "CORS_";

/// Settings that have been read as JSON, and what is wrong with them.
pub(super) struct Settings {
    source: String,
    values: Map<String, Value>,
    wrong: Vec<String>,
}

/// A sequence of strings, which in Python a string is, too: of its letters.
pub(super) struct Sequence {
    /// The name by which it was set.
    pub(super) name: &'static str,
    pub(super) items: Vec<String>,
    /// The string, if it was one.
    pub(super) string: Option<String>,
}

impl Settings {
    pub(super) fn parse(source: &str, text: &str) -> Result<Self, Problem> {
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Ok(Self { source: source.into(), values, wrong: Vec::new() }),
            Ok(_) => Err(Problem::new(format!("{source} is not a JSON object of settings by name"))),
            Err(error) => Err(Problem::new(format!(
                "{source} is not JSON: {error}\n\
                 help: a settings.py must be run to be read; `cors import django --help` shows the command that prints it as JSON"
            ))),
        }
    }

    pub(super) fn flag(&mut self, name: Name) -> bool {
        self.read(name, "true or false", Value::as_bool).unwrap_or_default()
    }

    /// A flag is a number, too: `True` is sent as a word, which browsers do not read.
    pub(super) fn seconds(&mut self, name: Name) -> Option<u64> {
        let seconds = |value: &Value| value.as_u64().or_else(|| value.as_bool().map(|_| 0));
        self.read(name, "a whole number of seconds, 0 or more", seconds)
    }

    pub(super) fn text(&mut self, name: Name) -> Option<String> {
        self.read(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A list that may not be a string.
    pub(super) fn list(&mut self, name: Name) -> Option<Vec<String>> {
        self.read(name, "a list of strings", strings)
    }

    pub(super) fn sequence(&mut self, name: Name) -> Option<Sequence> {
        let set_as = self.found(name)?.0;
        self.read(name, "a list of strings", |value| {
            let string = value.as_str().map(str::to_owned);
            let items = match &string {
                Some(string) => string.chars().map(String::from).collect(),
                None => strings(value)?,
            };
            Some(Sequence { name: set_as, items, string })
        })
    }

    /// The origins that are listed, each of which is checked.
    pub(super) fn origins(&mut self, name: Name) -> Option<Sequence> {
        let origins = self.sequence(name)?;
        let refused = origins.items.iter().find_map(|origin| Some((origin, origin_fault(origin)?)));
        if let Some((origin, (check, fault))) = refused {
            let string = match &origins.string {
                Some(string) => format!(": {string:?} is a string, so each letter counts as an origin"),
                None => String::new(),
            };
            self.wrong.push(format!("{origin:?} in {} {fault} ({check}){string}", origins.name));
        }
        Some(origins)
    }

    fn found(&self, (name, old, _): Name) -> Option<(&'static str, &Value)> {
        let by = |name: &'static str| Some((name, self.values.get(name)?));
        by(name).or_else(|| by(old?))
    }

    /// The value by the setting's name, else by its name of old, as django-cors-headers looks it up.
    fn read<T>(&mut self, name: Name, wanted: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let (set_as, value) = self.found(name)?;
        let read = read(value);
        if read.is_none() {
            let wrong = format!("{set_as} is {value}, and must be {wanted} ({})", name.2);
            if !self.wrong.contains(&wrong) {
                self.wrong.push(wrong);
            }
        }
        read
    }

    /// Remarks about settings that nothing here has read.
    pub(super) fn finish(self) -> Result<Vec<String>, Problem> {
        let mut wrong = self.wrong;
        let mut remarks = Vec::new();
        for key in self.values.keys().map(String::as_str) {
            let as_old = name::ALL.iter().find(|(_, old, _)| *old == Some(key));
            if let Some((_, check)) = REMOVED.iter().find(|(name, _)| *name == key) {
                wrong.push(format!("{key} was removed from django-cors-headers ({check})"));
            } else if let Some((name, ..)) = as_old {
                if self.values.contains_key(*name) {
                    remarks.push(format!(
                        "{key} is the old name of {name}, which is set as well: the old one had no effect."
                    ));
                }
            } else if key.starts_with(PREFIX) && !name::ALL.iter().any(|(name, ..)| *name == key) {
                remarks.push(format!("{key} is not a setting of django-cors-headers: it had no effect."));
            }
        }
        if wrong.is_empty() {
            return Ok(remarks);
        }
        Err(Problem::new(format!(
            "Django's checks refuse the settings in {}:\n{}",
            self.source,
            wrong.join("\n")
        )))
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// The check that refuses an origin, and what it says: `urlsplit` finds these parts.
fn origin_fault(origin: &str) -> Option<(&'static str, &'static str)> {
    if ["null", "file://"].contains(&origin) {
        return None;
    }
    let missing = Some(("corsheaders.E013", "is missing a scheme or a host"));
    let Some((scheme, rest)) = origin.split_once("://") else { return missing };
    let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if !is_scheme || end == 0 {
        return missing;
    }
    // An empty query or fragment is none.
    match &rest[end..] {
        "" | "?" | "#" | "?#" => None,
        part if part.starts_with('/') => Some(("corsheaders.E014", "must not have a path")),
        part if part.starts_with('?') && !part.starts_with("?#") => {
            Some(("corsheaders.E014", "must not have a query"))
        }
        _ => Some(("corsheaders.E014", "must not have a fragment")),
    }
}
