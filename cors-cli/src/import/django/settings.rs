//! Django's settings by name and type: what is of another type is refused, as Django's own checks do.

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

/// Settings that django-cors-headers took away, and refuses to start with.
const REMOVED: [&str; 2] = ["CORS_MODEL", "CORS_REPLACE_HTTPS_REFERER"];

/// What all of its settings begin with.
const PREFIX: &str = "CORS_";

/// Settings that have been read as JSON, and what is wrong with them.
pub(super) struct Settings {
    source: String,
    values: Map<String, Value>,
    wrong: Vec<String>,
}

impl Settings {
    pub(super) fn parse(source: &str, text: &str) -> Result<Self, Problem> {
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Ok(Self { source: source.into(), values, wrong: Vec::new() }),
            Ok(_) => Err(Problem(format!("{source} is no JSON object of settings, name by name"))),
            Err(error) => Err(Problem(format!(
                "{source} is no JSON: {error}\n\
                 help: a settings.py must be run to be read; `cors import django --help` shows the command that prints it as JSON"
            ))),
        }
    }

    pub(super) fn flag(&mut self, name: Name) -> bool {
        self.read(name, "true or false", Value::as_bool).unwrap_or_default()
    }

    pub(super) fn seconds(&mut self, name: Name) -> Option<u64> {
        self.read(name, "a whole number of seconds, 0 or more", Value::as_u64)
    }

    pub(super) fn text(&mut self, name: Name) -> Option<String> {
        self.read(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn list(&mut self, name: Name) -> Option<Vec<String>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.read(name, "a list of strings", |value| value.as_array()?.iter().map(text).collect())
    }

    /// The value by the setting's name, else by its name of old, as django-cors-headers looks it up.
    fn read<T>(
        &mut self,
        (name, old, check): Name,
        wanted: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let found = self.values.get_key_value(name).or_else(|| self.values.get_key_value(old?));
        let (name, value) = found?;
        let read = read(value);
        if read.is_none() {
            let wrong = format!("{name} is {value}, and must be {wanted} ({check})");
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
            if REMOVED.contains(&key) {
                wrong.push(format!(
                    "{key} was taken away from django-cors-headers, which does not start with it"
                ));
            } else if let Some((name, ..)) = as_old {
                if self.values.contains_key(*name) {
                    remarks.push(format!(
                        "{key} is the old name of {name}, which is set as well: the old one did nothing."
                    ));
                }
            } else if key.starts_with(PREFIX) && !name::ALL.iter().any(|(name, ..)| *name == key) {
                remarks.push(format!("{key} is no setting of django-cors-headers: it did nothing."));
            }
        }
        if wrong.is_empty() {
            return Ok(remarks);
        }
        Err(Problem(format!(
            "Django does not start with the settings in {}:\n{}",
            self.source,
            wrong.join("\n")
        )))
    }
}
