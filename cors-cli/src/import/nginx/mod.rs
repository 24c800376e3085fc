//! An nginx configuration: `add_header`, and the `map`, `if` and `set` that feed it.

mod habits;

use std::collections::BTreeSet;

use cors_engine::Key;
use nginx_lint_parser::ast::{Argument, ArgumentValue, Config, Directive};
use nginx_lint_parser::parse_string;

use super::Imported;
use super::draft::{Draft, Entry, Value};
use crate::export::{headers_of, is_forbidden_methods, methods_of};
use crate::report::Problem;

const ORIGIN: &str = "$http_origin";
const ASKED_METHOD: &str = "$http_access_control_request_method";
const ASKED_HEADERS: &str = "$http_access_control_request_headers";

/// One policy for each place with an `Access-Control-Allow-Origin`.
pub(super) fn read(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    let config = parse_string(text)
        .map_err(|error| Problem::new(format!("{source} is not an nginx configuration: {error}")))?;
    let mut places = Vec::new();
    let top: Vec<&Directive> = config.directives().collect();
    collect("the top of the file", &top, &mut places);
    let mut imported: Vec<Imported> = Vec::new();
    for CorsBlock { name, line, directives } in &places {
        let reader =
            PolicyReader { config: &config, directives, followed: BTreeSet::new(), draft: Draft::default() };
        let draft = reader.read();
        imported.push(Imported { place: format!("line {line}, {name}"), line: Some(*line), draft });
    }
    Ok(imported)
}

/// A block that sets `Access-Control-Allow-Origin`, with all of its own directives, those in an `if` included.
struct CorsBlock<'c> {
    name: String,
    line: usize,
    directives: Vec<(Option<Condition>, &'c Directive)>,
}

/// `if (LEFT SIGN RIGHT)`
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    left: String,
    sign: String,
    right: String,
}

fn collect<'c>(name: &str, directives: &[&'c Directive], places: &mut Vec<CorsBlock<'c>>) {
    let mut own: Vec<(Option<Condition>, &Directive)> = Vec::new();
    for directive in directives {
        match (&directive.block, directive.name.as_str()) {
            (Some(block), "if") => {
                let condition = condition(directive);
                own.extend(block.directives().map(|inner| (condition.clone(), inner)));
            }
            (Some(_), "map") => {}
            (Some(block), kind) => {
                let words: Vec<String> = directive.args.iter().map(text).collect();
                let inner: Vec<&Directive> = block.directives().collect();
                collect(format!("{kind} {}", words.join(" ")).trim_end(), &inner, places);
            }
            (None, _) => own.push((None, directive)),
        }
    }
    if let Some((_, first)) = own.iter().find(|(_, directive)| sets_origin(directive)) {
        places.push(CorsBlock { name: name.into(), line: first.name_span.start.line, directives: own });
    }
}

/// Returns whether this is a line with `Access-Control-Allow-Origin`.
fn sets_origin(directive: &Directive) -> bool {
    header(directive).is_some_and(|(name, _)| name == "access-control-allow-origin")
}

/// The name, in lower case, and the value of an `add_header` or a `more_set_headers`.
fn header(directive: &Directive) -> Option<(String, String)> {
    match (directive.name.as_str(), directive.args.as_slice()) {
        ("add_header", [name, value, ..]) => Some((text(name).to_ascii_lowercase(), text(value))),
        ("more_set_headers", [.., both]) => {
            let both = text(both);
            let (name, value) = both.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().into()))
        }
        _ => None,
    }
}

fn text(argument: &Argument) -> String {
    match &argument.value {
        ArgumentValue::Variable(name) => format!("${name}"),
        _ => argument.as_str().into(),
    }
}

fn condition(directive: &Directive) -> Option<Condition> {
    let mut words: Vec<String> = directive.args.iter().map(text).collect();
    if let Some(first) = words.first_mut() {
        *first = first.strip_prefix('(').unwrap_or(first).into();
    }
    if let Some(last) = words.last_mut() {
        *last = last.strip_suffix(')').unwrap_or(last).into();
    }
    words.retain(|word| !word.is_empty());
    match words.as_slice() {
        [left] => Some(Condition { left: left.clone(), sign: "!=".into(), right: String::new() }),
        [left, sign] => Some(Condition { left: left.clone(), sign: sign.clone(), right: String::new() }),
        [left, sign, right] => {
            Some(Condition { left: left.clone(), sign: sign.clone(), right: right.clone() })
        }
        _ => None,
    }
}

struct PolicyReader<'c> {
    config: &'c Config,
    directives: &'c [(Option<Condition>, &'c Directive)],
    /// The variables that were followed: what one lets in does not depend on the way to it.
    followed: BTreeSet<String>,
    draft: Draft,
}

impl PolicyReader<'_> {
    fn read(mut self) -> Draft {
        self.origins();
        let credentials = self.values("access-control-allow-credentials");
        self.draft.flag(Key::Credentials, credentials.iter().any(|value| value == "true"));
        self.list(Key::Methods, "access-control-allow-methods", ASKED_METHOD);
        self.list(Key::Headers, "access-control-allow-headers", ASKED_HEADERS);
        self.list(Key::Expose, "access-control-expose-headers", "");
        match self.values("access-control-max-age").as_slice() {
            [] => {}
            [seconds] => match seconds.parse() {
                Ok(seconds) => self.draft.set(Key::MaxAge, Value::Number(seconds), Vec::new()),
                Err(_) => self.draft.unread.push(format!("Access-Control-Max-Age: {seconds}")),
            },
            several => self
                .draft
                .unread
                .push(format!("several values of Access-Control-Max-Age: {}", several.join(", "))),
        }
        let private = self.values("access-control-allow-private-network");
        self.draft.flag(Key::PrivateNetwork, private.iter().any(|value| value == "true"));
        self.draft.flag(Key::Timing, !self.values("timing-allow-origin").is_empty());
        self.status();
        habits::note(self.directives, &mut self.draft);
        self.draft
    }

    fn origins(&mut self) {
        let mut entries: Vec<Entry> = Vec::new();
        let mut is_any = false;
        let allow: Vec<(Option<Condition>, String)> = self
            .directives
            .iter()
            .filter_map(|(condition, directive)| Some((condition.clone(), header(directive)?)))
            .filter(|(_, (name, _))| name == "access-control-allow-origin")
            .map(|(condition, (_, value))| (condition, value))
            .collect();
        for (condition, value) in allow {
            self.origin(condition.as_ref(), &value, &mut entries, &mut is_any, 0);
        }
        if is_any {
            self.draft.set(Key::Origins, Value::Any, Vec::new());
        } else {
            let mut seen = BTreeSet::new();
            entries.retain(|entry| seen.insert(format!("{entry:?}")));
            self.draft.set(Key::Origins, Value::List(entries), Vec::new());
        }
    }

    /// What a value of `Access-Control-Allow-Origin` lets in, under a condition.
    fn origin(
        &mut self,
        condition: Option<&Condition>,
        value: &str,
        entries: &mut Vec<Entry>,
        is_any: &mut bool,
        depth: usize,
    ) {
        match value {
            "" => {}
            "*" => *is_any = true,
            ORIGIN => match condition {
                Some(Condition { left, sign, right }) if left == ORIGIN => match sign.as_str() {
                    "=" => entries.push(Entry::Text(right.clone())),
                    "~" => entries.push(whole(right, false)),
                    "~*" => entries.push(whole(right, true)),
                    _ => self.reflected(is_any),
                },
                Some(condition) if self.is_of_origin(&condition.left) && depth < 4 => {
                    // `if ($allowed) { add_header … $http_origin }`: what sets the variable decides.
                    self.variable(&condition.left.clone(), entries, is_any, depth);
                }
                _ => self.reflected(is_any),
            },
            value if value.starts_with('$') && !value[1..].contains(['$', ' ']) && depth < 4 => {
                self.variable(value, entries, is_any, depth);
            }
            value if value.contains('$') => {
                self.draft.unread.push(format!("Access-Control-Allow-Origin: {value}"));
            }
            value => entries.push(Entry::Text(value.into())),
        }
    }

    fn reflected(&mut self, is_any: &mut bool) {
        *is_any = true;
        self.draft.hole(
            "`$http_origin` is sent back whatever it is\n\
             Every site is allowed, and with credentials every site reads as the user.\n\
             help: list the origins in a `map`, in the old configuration as well while it is in use",
        );
    }

    /// Returns whether something sets the variable by the origin.
    fn is_of_origin(&self, variable: &str) -> bool {
        let sets = |(_, directive): &(Option<Condition>, &Directive)| {
            directive.is("set") && directive.args.first().is_some_and(|name| text(name) == variable)
        };
        self.map(variable).is_some() || self.directives.iter().any(sets)
    }

    fn map(&self, variable: &str) -> Option<&Directive> {
        self.config.all_directives().find(|directive| {
            let words: Vec<String> = directive.args.iter().map(text).collect();
            directive.is("map") && matches!(words.as_slice(), [from, to] if from == ORIGIN && to == variable)
        })
    }

    fn variable(&mut self, variable: &str, entries: &mut Vec<Entry>, is_any: &mut bool, depth: usize) {
        if !self.followed.insert(variable.into()) {
            return;
        }
        if !self.is_of_origin(variable) {
            self.draft.unread.push(format!("{variable}, which nothing in this file sets by the origin"));
            return;
        }
        let rows: Vec<(String, String)> = self
            .map(variable)
            .and_then(|map| map.block.as_ref())
            .map(|block| {
                let row =
                    |row: &Directive| (row.name.clone(), row.args.first().map(text).unwrap_or_default());
                block.directives().map(row).collect()
            })
            .unwrap_or_default();
        for (key, value) in rows {
            let is_nothing = value.is_empty() || value == "0";
            match key.as_str() {
                _ if is_nothing => {}
                "default" => {
                    self.origin(None, if value == "*" { "*" } else { ORIGIN }, entries, is_any, depth + 1)
                }
                "hostnames" | "volatile" | "include" => {
                    self.draft.unread.push(format!("`{key}` in the map of {variable}"));
                }
                key => match key.strip_prefix('~') {
                    Some(regex) => match regex.strip_prefix('*') {
                        Some(regex) => entries.push(whole(regex, true)),
                        None => entries.push(whole(regex, false)),
                    },
                    None => entries.push(Entry::Text(key.into())),
                },
            }
        }
        let settings: Vec<(Option<Condition>, String)> = self
            .directives
            .iter()
            .filter(|(_, directive)| {
                directive.is("set") && directive.args.first().is_some_and(|name| text(name) == variable)
            })
            .map(|(condition, directive)| {
                (condition.clone(), directive.args.get(1).map(text).unwrap_or_default())
            })
            .collect();
        for (condition, value) in settings {
            let is_nothing = value.is_empty() || value == "0";
            let is_flag =
                !value.contains("://") && value != "*" && value != "null" && !value.starts_with('$');
            match condition {
                _ if is_nothing => {}
                Some(condition) if condition.left == ORIGIN && is_flag => {
                    self.origin(Some(&condition), ORIGIN, entries, is_any, depth + 1);
                }
                condition => self.origin(condition.as_ref(), &value, entries, is_any, depth + 1),
            }
        }
    }

    /// The values that a field may carry, those of a variable included; empty ones send no field.
    fn values(&self, name: &str) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        let mut add = |value: String| {
            if !value.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        };
        for (_, directive) in self.directives {
            let Some((_, value)) = header(directive).filter(|(found, _)| found == name) else { continue };
            let set: Vec<String> = self
                .directives
                .iter()
                .filter(|(_, directive)| {
                    directive.is("set") && directive.args.first().is_some_and(|name| text(name) == value)
                })
                .filter_map(|(_, directive)| directive.args.get(1).map(text))
                .collect();
            if set.is_empty() { add(value) } else { set.into_iter().for_each(&mut add) }
        }
        values
    }

    fn list(&mut self, key: Key, name: &str, mirrored: &str) {
        let mut entries: Vec<String> = Vec::new();
        for value in self.values(name) {
            if value == mirrored {
                match self.limits(mirrored) {
                    Ok(names) => entries.extend(names),
                    // What is guessed may only tighten.
                    Err(regex) => {
                        self.draft.unread.push(format!("`{mirrored}` under the condition `{regex}`"))
                    }
                }
            } else if value.contains('$') && value.starts_with('$') {
                self.draft.unread.push(format!("{name}: {value}"));
            } else {
                self.draft.is_sent(key);
                entries.extend(
                    value.split(',').map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()),
                );
            }
        }
        let mut seen = BTreeSet::new();
        entries.retain(|entry| seen.insert(entry.to_ascii_lowercase()));
        if key != Key::Methods {
            entries.iter_mut().for_each(|entry| entry.make_ascii_lowercase());
        }
        if !entries.is_empty() {
            self.draft.list(key, entries);
        }
    }

    /// The names that are sent back if they are asked for, `*` for any; or the condition that nobody can read.
    fn limits(&self, mirrored: &str) -> Result<Vec<String>, String> {
        let mut names: Option<Vec<String>> = None;
        for (condition, _) in self.directives {
            let Some(Condition { left, sign, right }) = condition else { continue };
            let is_emptiness = right.is_empty() || right == "\"\"";
            if left != mirrored || is_emptiness {
                continue;
            }
            let listed = match sign.as_str() {
                "!~" | "!~*" if mirrored == ASKED_METHOD => methods_of(right),
                "!~" | "!~*" => headers_of(right),
                "~*" if mirrored == ASKED_METHOD && is_forbidden_methods(right) => continue,
                _ => None,
            };
            match listed {
                Some(listed) if names.as_ref().is_none_or(|names| *names == listed) => names = Some(listed),
                _ => return Err(format!("{sign} {right}")),
            }
        }
        Ok(names.unwrap_or_else(|| vec!["*".into()]))
    }

    fn status(&mut self) {
        let returns = self.directives.iter().filter(|(_, directive)| directive.is("return"));
        let status = returns.filter_map(|(condition, directive)| {
            condition.as_ref()?;
            directive.args.first().map(text)?.parse::<u64>().ok()
        });
        if let Some(status) = status.into_iter().find(|status| (200..300).contains(status) && *status != 204)
        {
            self.draft.set(Key::PreflightStatus, Value::Number(status), Vec::new());
        }
    }
}

/// A regex of nginx, which matches anywhere, as one that matches the whole origin.
fn whole(regex: &str, ignores_case: bool) -> Entry {
    let start = if regex.starts_with('^') || regex.starts_with("(^") { "" } else { ".*" };
    let end = if regex.ends_with('$') && !regex.ends_with("\\$") { "" } else { ".*" };
    let case = if ignores_case { "(?i)" } else { "" };
    // An outer bar parts the regex, and what is added must hold for all of it.
    let regex = if (start.is_empty() && end.is_empty()) || !regex.contains('|') {
        regex.to_owned()
    } else {
        format!("({regex})")
    };
    Entry::Regex(format!("{case}{start}{regex}{end}"))
}
