//! Turns the tree into a configuration: passes on what was written, and remembers its place. The rules decide whether it is
//! right.

use cors_engine::__private::build::{Expected, REASON, Written, is_list, meant_key, push};
use cors_engine::{Block, Config, Key, Language, Rule};
use proc_macro2::Span;

use crate::expand::ast::{Argument, Element, Entry, Expect, Settings, Spanned, Value};
use crate::expand::excuse::named_rule;
use crate::expand::origin_file;
use crate::expand::report::{Errors, spelled};
use crate::expand::spans::{Extent, FileLine, SettingSpans, Site, SpanMap};

/// How an expectation is written: for a block, or for an entry or a key.
#[derive(Clone, Copy)]
enum Form {
    Setting,
    Attribute,
}

impl Form {
    fn help(self, expected: &Expected) -> String {
        let rule = if expected.rule.is_empty() { Rule::LoopbackOrigin.name() } else { &expected.rule };
        let reason = expected.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or(REASON);
        let text = format!("expect({rule}, reason = {reason:?})");
        let how = if expected.rule.is_empty() { "for example" } else { "write" };
        match self {
            Form::Setting => format!("{how} `{text}`"),
            Form::Attribute => format!("{how} `#[{text}]`"),
        }
    }
}

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
            // The value of a misspelled key is read as that of the key that was meant.
            let name = entry.key.to_string();
            let key = Key::from_name(&name).or_else(|| meant_key(&name));
            let mut reader = Reader {
                key,
                separator: settings.separator,
                files: &mut files,
                errors,
                spans: at(entry, key),
            };
            let value = reader.setting(&entry.value);
            let expected = reader.expected(&entry.expects);
            lowered = push(lowered, &name, value, expected);
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

/// The place of a setting. If the list is long, only the key is underlined.
fn at(entry: &Entry, key: Option<Key>) -> SettingSpans {
    let takes_list = key.is_none_or(is_list);
    let is_long = takes_list && matches!(&entry.value.node, Value::List(list) if !list.is_empty());
    let name = entry.key.span().into();
    SettingSpans::of(name, if is_long { name } else { entry.value.extent })
}

/// Where to report each `#[expect]`: on its rule.
fn sites(expects: &[Expect]) -> Vec<Extent> {
    let site = |expect: &Expect| expect.arguments.first().map(|rule| rule.value.extent);
    expects.iter().map(|expect| site(expect).unwrap_or(expect.word.span().into())).collect()
}

/// Reads one setting. A value that is missing has been reported: an empty list stands in for it, and the setting is unsound, so nobody asks
/// for its type.
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
                let expected = self.expectation(value.extent, arguments, Form::Setting);
                if let Some(rule) = arguments.first() {
                    self.spans.blame(rule.value.extent);
                }
                Written::Expect(expected)
            }
            Value::Missing => {
                self.spans.sound = false;
                Written::List(Vec::new())
            }
            node => scalar(node),
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
                    // The rules know which origin was meant by a bare host.
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
            |expect: &Expect| self.expectation(expect.word.span().into(), &expect.arguments, Form::Attribute);
        expects.iter().map(read).collect()
    }

    /// The arguments of an `expect`; the word itself is at `extent`. Another form is reported, once, and read as what was meant.
    fn expectation(&mut self, extent: Extent, arguments: &[Argument], form: Form) -> Expected {
        let mut expected = Expected { rule: String::new(), reason: None };
        let mut wrong = if arguments.is_empty() { Some(extent) } else { None };
        for (index, Argument { name, value }) in arguments.iter().enumerate() {
            let is_reason = name.as_ref().is_some_and(|name| name == "reason");
            match &value.node {
                Value::Missing => {
                    self.spans.sound = false;
                    continue;
                }
                Value::Word(rule) if index == 0 && name.is_none() => {
                    expected.rule = rule.to_string();
                    continue;
                }
                Value::Text(reason) if is_reason && expected.reason.is_none() => {
                    expected.reason = Some(reason.clone());
                    continue;
                }
                Value::Text(text) | Value::Other(text) => match named_rule(text) {
                    Some(rule) if expected.rule.is_empty() => expected.rule = rule.name().into(),
                    Some(_) => {}
                    None if expected.reason.is_none() => {
                        let is_text = matches!(value.node, Value::Text(_));
                        expected.reason = Some(if is_text { text.clone() } else { reason_in(text) });
                    }
                    None => {}
                },
                _ => {}
            }
            wrong = wrong.or(Some(value.extent));
        }
        if let Some(at) = wrong {
            self.unsound(at, "`expect` takes a rule and a reason", &form.help(&expected));
            expected.reason.get_or_insert_with(|| REASON.into());
        }
        expected
    }

    fn unsound(&mut self, extent: Extent, message: &str, help: &str) {
        self.spans.sound = false;
        self.errors.report_with_help(extent, message, spelled(help, self.separator));
    }
}

/// A value that is not a list. The rules judge whether it is of the right type.
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

/// The reason in `reason: "the app"`, or the text itself.
fn reason_in(text: &str) -> String {
    let parts: Vec<&str> = text.split('"').collect();
    match parts[..] {
        [_, reason, _] => reason.into(),
        _ => String::new(),
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
