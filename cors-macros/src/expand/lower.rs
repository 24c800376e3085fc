//! Tree to configuration: passes on what was written, and keeps where it stands. The rules decide whether it is right.

use cors_engine::__private::build::{Expected, Written, push};
use cors_engine::{Block, Config, Key, Language};
use proc_macro2::Span;

use crate::expand::ast::{Argument, Element, Entry, Expect, Settings, Spanned, Value};
use crate::expand::origin_file;
use crate::expand::report::{Errors, spelled};
use crate::expand::spans::{Extent, FileLine, SettingSpans, Site, SpanMap};

/// How an expectation is written for a block.
const SETTING: &str = "write `expect(null_origin, reason = \"…\")`";

/// How it is written for an entry or a key.
const ATTRIBUTE: &str = "write `#[expect(null_origin, reason = \"…\")]`";

/// A configuration, the spans behind it, and the files it depends on.
pub(crate) struct Lowered {
    pub(crate) config: Config,
    pub(crate) spans: SpanMap,
    /// The files that it was read from, as absolute paths.
    pub(crate) files: Vec<String>,
}

/// Makes a configuration of settings. `name` is where to report what is missing.
pub(crate) fn lower(settings: &Settings, name: Span, errors: &mut Errors) -> Lowered {
    let mut files = Vec::new();
    let mut block = |entries: &[Entry]| {
        let mut lowered = Block::new();
        let mut spans = Vec::new();
        for entry in entries {
            let key = Key::from_name(&entry.key.to_string());
            let mut reader = Reader {
                key,
                separator: settings.separator,
                files: &mut files,
                errors,
                spans: at(entry, key),
            };
            let value = reader.setting(&entry.value);
            let expected = reader.expected(&entry.expects);
            lowered = push(lowered, &entry.key.to_string(), value, expected);
            reader.spans.expects = sites(&entry.expects);
            spans.push(reader.spans);
        }
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
    Lowered { config, spans, files }
}

/// Where a setting stands. Of a long list only the key is underlined, and of a key that is none.
fn at(entry: &Entry, key: Option<Key>) -> SettingSpans {
    let is_long = matches!(&entry.value.node, Value::List(list) if !list.is_empty());
    let name = entry.key.span().into();
    SettingSpans::of(name, if is_long || key.is_none() { name } else { entry.value.extent })
}

/// Where each `#[expect]` is to be reported: on its rule.
fn sites(expects: &[Expect]) -> Vec<Extent> {
    let site = |expect: &Expect| expect.arguments.first().map(|rule| rule.value.extent);
    expects.iter().map(|expect| site(expect).unwrap_or(expect.word.span().into())).collect()
}

/// Reads one setting. A value that is missing has been reported: another stands in for it, and the setting is unsound.
struct Reader<'r> {
    /// `None` for an unknown key.
    key: Option<Key>,
    separator: char,
    files: &'r mut Vec<String>,
    errors: &'r mut Errors,
    spans: SettingSpans,
}

impl Reader<'_> {
    fn setting(&mut self, value: &Spanned<Value>) -> Written {
        match &value.node {
            Value::List(elements) => {
                let mut entries = Vec::new();
                elements.iter().for_each(|element| self.element(element, &mut entries));
                Written::List(entries)
            }
            Value::Call { arguments, .. } if self.key == Some(Key::Expect) => {
                let expected = self.expectation(value.extent, arguments, SETTING);
                if let Some(rule) = arguments.first() {
                    self.spans.blame(rule.value.extent);
                }
                Written::Expect(expected)
            }
            Value::Missing => {
                self.spans.sound = false;
                self.stand_in()
            }
            node => scalar(node),
        }
    }

    /// A value of the type that the key takes.
    fn stand_in(&self) -> Written {
        match self.key {
            Some(Key::Credentials | Key::PrivateNetwork | Key::Timing) => Written::Bool(false),
            Some(Key::MaxAge) => Written::Number(0),
            Some(Key::PreflightStatus) => Written::Number(204),
            Some(Key::Expect) => Written::Expect(Expected { rule: String::new(), reason: None }),
            _ => Written::List(Vec::new()),
        }
    }

    fn element(&mut self, element: &Element, entries: &mut Vec<(Written, Vec<Expected>)>) {
        let Element { expects, value } = element;
        let written = match &value.node {
            Value::Missing => {
                self.spans.sound = false;
                return;
            }
            Value::Call { name, arguments } if name == "regex" || name == "file" => {
                let Some((text, extent)) = only_text(arguments) else {
                    let help = format!("write `{name}(\"…\")`");
                    return self.unsound(value.extent, &format!("`{name}` takes one string"), &help);
                };
                if name == "file" {
                    return self.file(text, extent, expects, entries);
                }
                self.spans.entries.push(Site { expects: sites(expects), ..Site::at(extent) });
                Written::Regex(text.into())
            }
            node => {
                self.spans.entries.push(Site { expects: sites(expects), ..Site::at(value.extent) });
                match node {
                    // The rules know what origin was meant by a bare host.
                    Value::Other(text) if self.key == Some(Key::Origins) && is_host(text) => {
                        Written::Text(text.clone())
                    }
                    node => scalar(node),
                }
            }
        };
        let expected = self.expected(expects);
        entries.push((written, expected));
    }

    fn file(
        &mut self,
        path: &str,
        extent: Extent,
        expects: &[Expect],
        entries: &mut Vec<(Written, Vec<Expected>)>,
    ) {
        if let Some(expect) = expects.first() {
            let message = "`#[expect]` on a `file`, which has many entries";
            self.unsound(expect.word.span().into(), message, "write `expect(…)` beside `origins`");
        }
        match origin_file::read(path) {
            Ok(file) => {
                for (number, origin) in file.origins {
                    let line = FileLine { file: path.into(), number };
                    self.spans.entries.push(Site { line: Some(line), ..Site::at(extent) });
                    entries.push((Written::Text(origin), Vec::new()));
                }
                self.files.push(file.path);
            }
            Err(origin_file::UnreadableFile { why, help }) => self.unsound(extent, &why, help),
        }
    }

    fn expected(&mut self, expects: &[Expect]) -> Vec<Expected> {
        let read =
            |expect: &Expect| self.expectation(expect.word.span().into(), &expect.arguments, ATTRIBUTE);
        expects.iter().map(read).collect()
    }

    /// The arguments of an `expect`, whose word stands at `extent`. `help` says how it is written there.
    fn expectation(&mut self, extent: Extent, arguments: &[Argument], help: &str) -> Expected {
        let mut expected = Expected { rule: String::new(), reason: None };
        let mut rest = arguments.iter();
        match rest.next() {
            Some(Argument { name: None, value: Spanned { node: Value::Word(rule), .. } }) => {
                expected.rule = rule.to_string();
            }
            Some(argument) => self.refuse_argument(&argument.value, help),
            None => self.refuse_argument(&Spanned { node: Value::Other(String::new()), extent }, help),
        }
        for argument in rest {
            match (&argument.name, &argument.value.node) {
                (Some(name), Value::Text(reason)) if name == "reason" && expected.reason.is_none() => {
                    expected.reason = Some(reason.clone());
                }
                _ => self.refuse_argument(&argument.value, help),
            }
        }
        expected
    }

    fn refuse_argument(&mut self, value: &Spanned<Value>, help: &str) {
        match value.node {
            Value::Missing => self.spans.sound = false,
            _ => self.unsound(value.extent, "`expect` takes a rule and a reason", help),
        }
    }

    fn unsound(&mut self, extent: Extent, message: &str, help: &str) {
        self.spans.sound = false;
        self.errors.report_with_help(extent, message, spelled(help, self.separator));
    }
}

/// A value that is no list. The rules judge whether it is of the right type.
fn scalar(node: &Value) -> Written {
    match node {
        Value::Bool(on) => Written::Bool(*on),
        Value::Word(word) => Written::Word(word.to_string()),
        Value::Text(text) => Written::Text(text.clone()),
        Value::Number { digits, unit } => match digits.parse() {
            Ok(number) if unit.is_empty() => Written::Number(number),
            _ => Written::Duration(format!("{digits}{unit}")),
        },
        Value::List(_) => Written::List(Vec::new()),
        Value::Call { name, .. } => Written::Other(format!("{name}(…)")),
        Value::Other(text) => Written::Other(text.clone()),
        Value::Missing => Written::Other(String::new()),
    }
}

/// Returns whether this looks like a host of several labels: `app.example`.
fn is_host(text: &str) -> bool {
    text.contains('.') && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-'))
}

fn only_text(arguments: &[Argument]) -> Option<(&str, Extent)> {
    match arguments {
        [Argument { name: None, value: Spanned { node: Value::Text(text), extent } }] => {
            Some((text, *extent))
        }
        _ => None,
    }
}
