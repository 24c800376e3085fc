//! Tree to configuration: what was written gets the type that its key asks for. Whether it is a good
//! policy is for the rules to say.

use cors_engine::__private::build::{Expected, Written, push};
use cors_engine::{Block, Config, Key, Language};
use proc_macro2::{Ident, Span};

use crate::expand::ast::{Argument, Entry, Settings, Spanned, Value};
use crate::expand::origin_file;
use crate::expand::report::{Errors, spelt};
use crate::expand::spans::{Extent, FileLine, SettingSpans, Site, SpanMap};

/// A configuration, and what else is known about it.
pub(crate) struct Lowered {
    pub(crate) config: Config,
    /// What stands between a key and its value.
    pub(crate) separator: char,
    pub(crate) spans: SpanMap,
    /// The files that it was read from, as absolute paths.
    pub(crate) files: Vec<String>,
}

/// Gives every setting its type. `name` is where to report what is missing.
pub(crate) fn lower(settings: &Settings, name: Span, errors: &mut Errors) -> Lowered {
    let mut files = Vec::new();
    let mut block = |entries: &[Entry]| {
        let mut lowered = Block::new();
        let spans = entries.iter().map(|entry| {
            let (value, spans) = setting(entry, settings.separator, &mut files, errors);
            lowered = push(std::mem::take(&mut lowered), &entry.key.to_string(), value, Vec::new());
            spans
        });
        let spans = spans.collect();
        (lowered, spans)
    };
    let (outer, outer_spans) = block(&settings.outer);
    let mut spans = SpanMap::new(name.into(), settings.lost, outer_spans);
    let language = if settings.separator == ':' { Language::Macro } else { Language::Attribute };
    let mut config = Config::new(outer).written_in(language);
    if let Some(production) = &settings.production {
        let lowered;
        (lowered, spans.production) = block(&production.entries);
        config = config.production(lowered);
    }
    if let Some(development) = &settings.development {
        let lowered;
        (lowered, spans.development) = block(&development.entries);
        config = config.development(lowered);
    }
    Lowered { config, separator: settings.separator, spans, files }
}

fn setting(
    entry: &Entry,
    separator: char,
    files: &mut Vec<String>,
    errors: &mut Errors,
) -> (Written, SettingSpans) {
    let Entry { key: name, value } = entry;
    let Some(key) = Key::from_name(&name.to_string()) else {
        return (unknown(&value.node), SettingSpans::of(name.span().into(), name.span().into()));
    };
    // Of a long list only the key is underlined.
    let is_long = matches!(&value.node, Value::List(list) if !list.is_empty());
    let whole = if is_long { name.span().into() } else { value.extent };
    let spans = SettingSpans::of(name.span().into(), whole);
    let mut reader = Reader { key, separator, files, errors, spans };
    let setting = reader.setting(value);
    (setting, reader.spans)
}

/// The value of a key that is none, as far as it can be read: the rules guess what was meant.
fn unknown(value: &Value) -> Written {
    let Value::List(elements) = value else { return Written::Other(String::new()) };
    let text = |element: &Spanned<Value>| match &element.node {
        Value::Text(text) => Some((Written::Text(text.clone()), Vec::new())),
        Value::Word(word) => Some((Written::Word(word.to_string()), Vec::new())),
        _ => None,
    };
    Written::List(elements.iter().filter_map(text).collect())
}

/// Reads the value of one setting. What is of another type is reported, and something of the right
/// type put in its place, so that the setting is there, if unsound.
struct Reader<'r> {
    key: Key,
    separator: char,
    files: &'r mut Vec<String>,
    errors: &'r mut Errors,
    spans: SettingSpans,
}

impl Reader<'_> {
    fn setting(&mut self, value: &Spanned<Value>) -> Written {
        match self.key {
            Key::Origins => self.listed(value, Self::origin),
            Key::Methods => self.listed(value, Self::method),
            Key::Headers | Key::Expose | Key::Hosts => self.listed(value, Self::text),
            Key::Credentials | Key::PrivateNetwork | Key::Timing => Written::Bool(self.bool(value)),
            Key::MaxAge => self.max_age(value),
            Key::PreflightStatus => Written::Number(self.status(value)),
            Key::Expect => Written::Expect(self.expectation(value)),
            // Of a newer core.
            _ => Written::Other(String::new()),
        }
    }

    fn listed(
        &mut self,
        value: &Spanned<Value>,
        element: fn(&mut Self, &Spanned<Value>, &mut Vec<Written>),
    ) -> Written {
        let mut entries = Vec::new();
        match &value.node {
            Value::Word(word) if word == "any" => return Written::Word(word.to_string()),
            Value::List(elements) => elements.iter().for_each(|value| element(self, value, &mut entries)),
            _ => self.refuse(value),
        }
        Written::List(entries.into_iter().map(|entry| (entry, Vec::new())).collect())
    }

    fn origin(&mut self, value: &Spanned<Value>, entries: &mut Vec<Written>) {
        match &value.node {
            Value::Call { name, arguments } if name == "regex" || name == "file" => {
                match only_text(arguments) {
                    Some((path, extent)) if name == "file" => self.file(path, extent, entries),
                    Some((regex, extent)) => {
                        self.spans.entries.push(Site::at(extent));
                        entries.push(Written::Regex(regex.into()));
                    }
                    None => self.refuse_call(value, name),
                }
            }
            _ => self.text(value, entries),
        }
    }

    fn file(&mut self, path: &str, extent: Extent, entries: &mut Vec<Written>) {
        match origin_file::read(path) {
            Ok(file) => {
                for (number, origin) in file.origins {
                    let line = FileLine { file: path.into(), number };
                    self.spans.entries.push(Site { extent, line: Some(line) });
                    entries.push(Written::Text(origin));
                }
                self.files.push(file.path);
            }
            Err(origin_file::Unreadable { why, help }) => {
                self.spans.sound = false;
                self.errors.report_with_help(extent, why, help);
            }
        }
    }

    fn method(&mut self, value: &Spanned<Value>, entries: &mut Vec<Written>) {
        match &value.node {
            Value::Word(word) => {
                self.spans.entries.push(Site::at(value.extent));
                entries.push(Written::Word(word.to_string()));
            }
            _ => self.text(value, entries),
        }
    }

    fn text(&mut self, value: &Spanned<Value>, entries: &mut Vec<Written>) {
        let text = match &value.node {
            Value::Text(text) => text.clone(),
            // The rules know what was meant.
            Value::Word(word) if word == "any" => word.to_string(),
            _ => return self.refuse_element(value),
        };
        self.spans.entries.push(Site::at(value.extent));
        entries.push(Written::Text(text));
    }

    fn bool(&mut self, value: &Spanned<Value>) -> bool {
        if let Value::Bool(bool) = value.node {
            return bool;
        }
        self.refuse(value);
        false
    }

    fn max_age(&mut self, value: &Spanned<Value>) -> Written {
        let Value::Number { digits, unit } = &value.node else {
            self.refuse(value);
            return Written::Number(0);
        };
        match digits.parse() {
            Ok(seconds) if unit.is_empty() => Written::Number(seconds),
            _ => Written::Text(format!("{digits}{unit}")),
        }
    }

    fn status(&mut self, value: &Spanned<Value>) -> i64 {
        match &value.node {
            Value::Number { digits, unit } if unit.is_empty() => {
                if let Ok(status) = digits.parse() {
                    return status;
                }
            }
            _ => {}
        }
        self.refuse(value);
        0
    }

    fn expectation(&mut self, value: &Spanned<Value>) -> Expected {
        let mut expectation = Expected { rule: String::new(), reason: None };
        let Value::Call { arguments, .. } = &value.node else {
            self.refuse(value);
            return expectation;
        };
        let mut rest = arguments.iter();
        match rest.next() {
            Some(Argument { name: None, value: Spanned { node: Value::Word(rule), extent } }) => {
                expectation.rule = rule.to_string();
                self.spans.blame(*extent);
            }
            Some(argument) => self.refuse(&argument.value),
            None => self.refuse(value),
        }
        for argument in rest {
            match (&argument.name, &argument.value.node) {
                (Some(name), Value::Text(reason)) if name == "reason" && expectation.reason.is_none() => {
                    expectation.reason = Some(reason.clone());
                }
                _ => self.refuse(&argument.value),
            }
        }
        expectation
    }

    /// Reports a value of another type than the key's.
    fn refuse(&mut self, value: &Spanned<Value>) {
        let key = self.key;
        let (takes, example) = shape(key);
        let right = match written(&value.node) {
            Some(text) if is_list(key) => format!("{key}: [{text:?}]"),
            _ => example.into(),
        };
        let help = spelt(&format!("write `{right}`"), self.separator);
        self.unsound(value, format!("`{key}` takes {takes}"), &help);
    }

    /// Reports an element of another type than the list's.
    fn refuse_element(&mut self, value: &Spanned<Value>) {
        let key = self.key;
        let kinds = match key {
            Key::Origins => "a string, `regex(\"…\")` or `file(\"…\")`",
            Key::Methods => "a name or a string",
            _ => "a string",
        };
        let help = match written(&value.node) {
            Some(text) => format!("write {text:?}"),
            None => spelt(&format!("write `{}`", shape(key).1), self.separator),
        };
        self.unsound(value, format!("an entry of `{key}` is {kinds}"), &help);
    }

    fn refuse_call(&mut self, value: &Spanned<Value>, name: &Ident) {
        self.unsound(value, format!("`{name}` takes one string"), &format!("write `{name}(\"…\")`"));
    }

    fn unsound(&mut self, value: &Spanned<Value>, message: String, help: &str) {
        self.spans.sound = false;
        if !matches!(value.node, Value::Missing) {
            self.errors.report_with_help(value.extent, message, help);
        }
    }
}

fn is_list(key: Key) -> bool {
    matches!(key, Key::Origins | Key::Methods | Key::Headers | Key::Expose | Key::Hosts)
}

/// What was written, where it lacks no more than quotes or brackets.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Word(word) => Some(word.to_string()),
        Value::Other(text) if !text.contains(['"', '(', '[', '{']) => Some(text.clone()),
        _ => None,
    }
}

fn only_text(arguments: &[Argument]) -> Option<(&str, Extent)> {
    match arguments {
        [Argument { name: None, value: Spanned { node: Value::Text(text), extent } }] => {
            Some((text, *extent))
        }
        _ => None,
    }
}

/// What a key takes, and an example of it.
fn shape(key: Key) -> (&'static str, &'static str) {
    match key {
        Key::Origins => ("a list of origins, or `any`", "origins: [\"https://app.example\"]"),
        Key::Credentials => ("`true` or `false`", "credentials: true"),
        Key::Methods => ("a list of methods, or `any`", "methods: [GET, PUT]"),
        Key::Headers => ("a list of header names, or `any`", "headers: [\"authorization\"]"),
        Key::Expose => ("a list of header names, or `any`", "expose: [\"x-total-count\"]"),
        Key::MaxAge => ("seconds or a duration", "max_age: 1h"),
        Key::PrivateNetwork => ("`true` or `false`", "private_network: true"),
        Key::Timing => ("`true` or `false`", "timing: true"),
        Key::PreflightStatus => ("a status", "preflight_status: 204"),
        Key::Hosts => ("a list of hosts, or `any`", "hosts: [\"api.example\"]"),
        _ => ("a rule and a reason", "expect(null_origin, reason = \"…\")"),
    }
}
