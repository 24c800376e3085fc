//! Random policies, written at random in each file format.

use std::fmt::Write as _;

/// SplitMix64: https://prng.di.unimi.it/splitmix64.c
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % count as u64) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Toml,
    Json,
    Yaml,
}

impl Format {
    pub(crate) const ALL: [Self; 3] = [Self::Toml, Self::Json, Self::Yaml];

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    /// A key, read as the format reads it.
    pub(crate) fn key(self, text: &str) -> Option<String> {
        match self {
            Self::Toml => {
                let table: toml::Table = toml::from_str(&format!("{text} = 1")).ok()?;
                table.keys().next().cloned()
            }
            Self::Json | Self::Yaml => self.value(text, 1)?.as_str().map(str::to_owned),
        }
    }

    /// What stands at a place, read as the format reads it. Its first line begins at `column`, counted from 1.
    pub(crate) fn value(self, text: &str, column: usize) -> Option<serde_json::Value> {
        match self {
            Self::Toml => {
                let table: toml::Table = toml::from_str(&format!("it = {text}")).ok()?;
                serde_json::to_value(table.get("it")?).ok()
            }
            Self::Json => serde_json::from_str(text).ok(),
            Self::Yaml => serde_saphyr::from_str(&format!("{:1$}{text}", "", column - 1)).ok(),
        }
    }
}

/// A policy as data: blocks, each with its settings in order.
pub(crate) type Blocks = Vec<(&'static str, Vec<(&'static str, Value)>)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(&'static str),
    Number(i64),
    Bool(bool),
    List(Vec<Value>),
    Table(Vec<(&'static str, Value)>),
}

pub(crate) const ORIGINS: [&str; 18] = [
    "https://app.example",
    "https://shop.example",
    "https://*.app.example",
    "app.example",
    "shop.example/",
    "https://bücher.example",
    "HTTPS://App.example",
    "https://app.example:443",
    "http://app.example",
    "localhost:3000",
    "null",
    "*",
    "https://a.example, https://b.example",
    "^https://.*\\.app\\.example$",
    "it's \"quoted\" # no comment",
    "https://münchen.example/ä",
    "",
    "true",
];
const REGEXES: [&str; 5] =
    ["^https://.*evil\\.com$", "(", "^https://pr-\\d+\\.app\\.example$", "https://www.app.example", "ü"];
const METHODS: [&str; 7] = ["GET", "get", "PATCH", "patch", "TRACE", "G T", "*"];
const HEADERS: [&str; 9] =
    ["authorization", "content-type", "Content Type", "dnt", "cookie", "x-ü", "x-*", "autorization", "*"];
const HOSTS: [&str; 5] = ["api.example", ".app.example", "api.example:80", "ü.example", "*"];
const REASON: &str = "wir wissen es: ä, \"so\"";

/// Settings with many mistakes.
pub(crate) fn blocks(chance: &mut Chance) -> Blocks {
    let mut blocks: Blocks = vec![("", settings(chance))];
    for name in ["production", "development"] {
        if chance.one_in(3) {
            blocks.push((name, settings(chance)));
        }
    }
    blocks
}

fn settings(chance: &mut Chance) -> Vec<(&'static str, Value)> {
    let keys = [
        "origins",
        "orgins",
        "methods",
        "headers",
        "expose",
        "hosts",
        "credentials",
        "max_age",
        "preflight_status",
        "timing",
        "expect",
        "zeal",
    ];
    let mut settings: Vec<(&str, Value)> = Vec::new();
    for _ in 0..chance.below(6) {
        let key = chance.pick(&keys);
        if settings.iter().all(|(known, _)| *known != key) {
            settings.push((key, setting(key, chance)));
        }
    }
    settings
}

fn setting(key: &str, chance: &mut Chance) -> Value {
    let expectation = |chance: &mut Chance| {
        let rule = chance.pick(&["loopback_origin", "any_origin", "unbounded_regx", "inert_entry"]);
        Value::Table(vec![("rule", Value::Text(rule)), ("reason", Value::Text(REASON))])
    };
    if chance.one_in(8) {
        return match chance.below(4) {
            0 => Value::Text("any"),
            1 => Value::Text("so"),
            2 => Value::Number(7),
            _ => Value::Bool(true),
        };
    }
    let count = 1 + chance.below(4);
    let list: Vec<Value> = match key {
        "credentials" | "timing" => return Value::Bool(chance.one_in(2)),
        "max_age" => {
            return [Value::Number(600), Value::Number(99_999), Value::Text("1d"), Value::Text("1h")]
                [chance.below(4)]
            .clone();
        }
        "preflight_status" => return Value::Number([204, 404][chance.below(2)]),
        "expect" if chance.one_in(2) => return expectation(chance),
        "expect" => (0..count).map(|_| expectation(chance)).collect(),
        "methods" => (0..count).map(|_| Value::Text(chance.pick(&METHODS))).collect(),
        "hosts" => (0..count).map(|_| Value::Text(chance.pick(&HOSTS))).collect(),
        "headers" | "expose" | "zeal" => (0..count).map(|_| Value::Text(chance.pick(&HEADERS))).collect(),
        _ => (0..count)
            .map(|_| match chance.below(6) {
                0 => Value::Table(vec![("regex", Value::Text(chance.pick(&REGEXES)))]),
                1 => {
                    let origin = Value::Text(chance.pick(&ORIGINS));
                    Value::Table(vec![("origin", origin), ("expect", expectation(chance))])
                }
                _ => Value::Text(chance.pick(&ORIGINS)),
            })
            .collect(),
    };
    match chance.below(6) {
        0 => Value::Table(vec![("value", Value::List(list)), ("expect", expectation(chance))]),
        _ => Value::List(list),
    }
}

/// The policy as a file.
pub(crate) fn file(format: Format, blocks: &Blocks, chance: &mut Chance) -> String {
    let mut writer = Writer { chance, anchors: 0, last_list: None };
    let text = match format {
        Format::Toml => writer.toml(blocks),
        Format::Json => writer.json(blocks),
        Format::Yaml => writer.yaml(blocks),
    };
    let text = if chance.one_in(4) { text.replace('\n', "\r\n") } else { text };
    if chance.one_in(4) { format!("\u{feff}{text}") } else { text }
}

struct Writer<'c> {
    chance: &'c mut Chance,
    anchors: usize,
    /// The list that has the last anchor.
    last_list: Option<Value>,
}

impl Writer<'_> {
    fn toml(&mut self, blocks: &Blocks) -> String {
        let mut out = String::from("# für alle\n");
        for (name, settings) in blocks {
            let (open, prefix, close) = match (name.is_empty(), self.chance.below(3)) {
                (true, _) => (String::new(), String::new(), ""),
                (_, 0) => (String::new(), format!("{name}."), ""),
                (_, 1) => (format!("{name} = {{"), String::new(), "}\n"),
                _ => (format!("[ {name} ] # ä\n"), String::new(), ""),
            };
            // What is dotted or in braces may not stand behind a header.
            let is_behind = out.contains("[ production ]");
            let (open, prefix, close) = match is_behind && !name.is_empty() {
                true => (format!("[{name}]\n"), String::new(), ""),
                false => (open, prefix, close),
            };
            let is_inline = !close.is_empty();
            out += &open;
            for (index, (key, value)) in settings.iter().enumerate() {
                let key = if self.chance.one_in(4) { format!("\"{key}\"") } else { (*key).to_owned() };
                let value = self.toml_value(value, !is_inline);
                let separator = if is_inline && index > 0 { ", " } else { "" };
                let end = if is_inline { "" } else { ["\n", " # ü\n", "\n\n"][self.chance.below(3)] };
                let _ = write!(out, "{separator}{prefix}{key} = {value}{end}");
            }
            out += close;
        }
        out
    }

    fn toml_value(&mut self, value: &Value, may_break: bool) -> String {
        match value {
            Value::Text(text) => {
                let is_literal = !text.contains('\'') && self.chance.one_in(2);
                match (is_literal, self.chance.below(4)) {
                    (true, _) => format!("'{text}'"),
                    (_, 0) if may_break && !text.is_empty() => {
                        format!("\"\"\"\n{}\"\"\"", self.escaped(text))
                    }
                    _ => format!("\"{}\"", self.escaped(text)),
                }
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::List(list) => {
                let breaks = may_break && self.chance.one_in(2);
                let list: Vec<String> = list.iter().map(|entry| self.toml_value(entry, breaks)).collect();
                match breaks {
                    true => format!("[\n    {}, # ü [\n]", list.join(", # ä,\n    ")),
                    false => format!("[{}]", list.join(", ")),
                }
            }
            Value::Table(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("{key} = {}", self.toml_value(value, false)))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    /// The inside of a basic string, as TOML, JSON and YAML read it.
    fn escaped(&mut self, text: &str) -> String {
        let mut out = String::new();
        for letter in text.chars() {
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                _ if self.chance.one_in(12) => {
                    let _ = write!(out, "\\u{:04x}", u32::from(letter));
                }
                _ => out.push(letter),
            }
        }
        out
    }

    fn json(&mut self, blocks: &Blocks) -> String {
        let mut fields: Vec<(&str, Value)> = Vec::new();
        for (name, settings) in blocks {
            match name.is_empty() {
                true => fields.extend(settings.iter().cloned()),
                false => fields.push((name, Value::Table(settings.clone()))),
            }
        }
        // JSON lets a key stand twice.
        if let Some(first) = fields.first().filter(|_| fields.len() > 1 && self.chance.one_in(4)).cloned() {
            fields.push(first);
        }
        self.json_value(&Value::Table(fields)) + "\n"
    }

    fn json_value(&mut self, value: &Value) -> String {
        let gap = ["", " ", "\n", "\n\t "][self.chance.below(4)];
        match value {
            Value::Text(text) => {
                format!("\"{}\"", self.escaped(text).replace('/', ["/", "\\/"][self.chance.below(2)]))
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::List(list) => {
                let list: Vec<String> = list.iter().map(|entry| self.json_value(entry)).collect();
                format!("[{gap}{}{gap}]", list.join(&format!("{gap},{gap}")))
            }
            Value::Table(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("\"{}\":{gap}{}", self.escaped(key), self.json_value(value)))
                    .collect();
                format!("{{{gap}{}{gap}}}", fields.join(&format!(",{gap}")))
            }
        }
    }

    fn yaml(&mut self, blocks: &Blocks) -> String {
        let mut out = String::from(["", "# für alle\n", "---\n", "%YAML 1.2\n---\n"][self.chance.below(4)]);
        if blocks.iter().all(|(_, settings)| settings.is_empty()) {
            return out + "{}\n";
        }
        for (name, settings) in blocks {
            if name.is_empty() {
                out += &self.yaml_fields(settings, 0);
            } else if self.chance.one_in(3) {
                let table = self.yaml_flow(&Value::Table(settings.clone()));
                let _ = writeln!(out, "{name}: {table}");
            } else {
                let _ = writeln!(out, "{name}: # ä");
                out += &self.yaml_fields(settings, 2);
            }
        }
        out
    }

    fn yaml_fields(&mut self, fields: &[(&'static str, Value)], indent: usize) -> String {
        let mut out = String::new();
        for (key, value) in fields {
            let key = if self.chance.one_in(4) { format!("'{key}'") } else { (*key).to_owned() };
            let value = self.yaml_value(value, indent);
            let _ = writeln!(out, "{:indent$}{key}:{value}", "");
        }
        out
    }

    /// What follows a `:` or a `-`.
    fn yaml_value(&mut self, value: &Value, indent: usize) -> String {
        let inner = indent + [0, 2, 4][self.chance.below(3)];
        match value {
            // A table can be used again only within its document.
            Value::List(_) if self.last_list.as_ref() == Some(value) && self.chance.one_in(2) => {
                format!(" *a{}", self.anchors)
            }
            Value::List(list) if self.chance.one_in(2) => {
                let mut out = self.anchor(value);
                for entry in list {
                    let entry = self.yaml_value(entry, inner + 2);
                    let _ = write!(out, "\n{:inner$}-{entry}", "");
                }
                out
            }
            Value::Table(fields) if self.chance.one_in(2) && !fields.is_empty() => {
                let fields = self.yaml_fields(fields, indent + 2);
                format!("\n{}", fields.trim_end_matches('\n'))
            }
            Value::List(_) => format!("{} {}", self.anchor(value), self.yaml_flow(value)),
            Value::Text(text) if self.chance.one_in(5) && !text.is_empty() => {
                let sign = [">-", "|-"][self.chance.below(2)];
                format!(" {sign} # ü\n{:1$}{text}", "", indent + 2)
            }
            value => format!(" {}{}", self.yaml_flow(value), ["", " # ü"][self.chance.below(2)]),
        }
    }

    fn anchor(&mut self, value: &Value) -> String {
        if !self.chance.one_in(2) {
            return String::new();
        }
        self.anchors += 1;
        self.last_list = Some(value.clone());
        format!(" &a{}", self.anchors)
    }

    fn yaml_flow(&mut self, value: &Value) -> String {
        match value {
            Value::Text(text) => {
                let is_plain = text.starts_with("https://")
                    && text.chars().all(|letter| letter.is_alphanumeric() || ":/.".contains(letter));
                match self.chance.below(3) {
                    0 if is_plain => (*text).to_owned(),
                    1 => format!("'{}'", text.replace('\'', "''")),
                    _ => format!("\"{}\"", self.escaped(text)),
                }
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::List(list) => {
                let list: Vec<String> = list.iter().map(|entry| self.yaml_flow(entry)).collect();
                format!("[ {} ]", list.join(" , "))
            }
            Value::Table(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(key, value)| format!("{key}: {}", self.yaml_flow(value))).collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }
}
