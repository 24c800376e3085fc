//! Code of a program in a file, which holds nothing but values: `/…/`, `process.env.ORIGIN`, `undefined`.

use std::ops::Range;

use cors_engine::{Block, Config, Entry, Key, Language, Mode, Proposal};

use super::{Fault, Refused};

/// What is wrong where a parser came upon code.
pub(super) fn fault(refused: &Refused<'_>, language: Language) -> Option<Fault> {
    if let Some(fault) = template(refused) {
        return Some(fault);
    }
    let start = refused.line_start();
    let line = refused.line();
    // Parsers stop at the beginning of an expression or within it.
    let place = refused.at - start;
    let expression = expressions(line).into_iter().find(|bytes| bytes.contains(&place))?;
    let bytes = start + expression.start..start + expression.end;
    let code = &line[expression];
    if let Some(regex) = regex_of(code) {
        let cause = "a regex is written as an entry of its own";
        return Some(Fault::new(bytes, cause, instead_of(&regex, language)));
    }
    if let Some(nothing) = NOTHING.iter().find(|nothing| **nothing == code) {
        let cause = format!("`{nothing}` is not a value that a policy can have");
        return Some(Fault::new(bytes, cause, "take it out: what is not set is not written"));
    }
    is_code(code).then(|| Fault::new(bytes, "this is code, and a file holds only values", VALUE))
}

/// What to write instead of what is only known when a program runs.
const VALUE: &str =
    "write the value itself, or have `Config::from_env(\"CORS\")` read it from the environment";

/// What is wrong on a line that a template engine should have filled in.
pub(super) fn template(refused: &Refused<'_>) -> Option<Fault> {
    let line = refused.line();
    let (open, close) =
        [("{{", "}}"), ("{%", "%}"), ("<%", "%>")].into_iter().find(|(open, _)| line.contains(open))?;
    let start = line.find(open)?;
    let length = line[start..].find(close)? + close.len();
    let bytes = refused.line_start() + start..refused.line_start() + start + length;
    Some(Fault::new(bytes, "this template was not filled in, and a file holds only values", VALUE))
}

/// What languages write for nothing.
const NOTHING: [&str; 5] = ["undefined", "null", "None", "nil", "NULL"];

/// Where the expressions of a line are: what commas and brackets leave of it, quotes and calls whole.
fn expressions(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut calls = 0_usize;
    let mut at = 0;
    while let Some(letter) = line[at..].chars().next() {
        let before = line[..at].trim_end();
        let length = match letter {
            '"' | '\'' | '`' => quoted(&line[at..], letter),
            '/' if start.is_none() || before.ends_with(['(', '[', ',', '=', ':']) => slashed(&line[at..]),
            _ => None,
        };
        let is_call = before.len() == at && before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match letter {
            '(' | '[' if calls > 0 || (is_call && start.is_some()) => calls += 1,
            ')' | ']' if calls > 0 => calls -= 1,
            ',' | '[' | ']' | '{' | '}' | '=' | '#' if calls == 0 && length.is_none() => {
                found.extend(start.take().map(|start: usize| start..before.len()));
            }
            // The colon of a key, and not that of an origin.
            ':' if calls == 0 && before.ends_with(['"', '\'']) && !line[at..].starts_with("://") => {
                start = None
            }
            letter if letter.is_whitespace() => {}
            _ => start = start.or(Some(at)),
        }
        at += length.unwrap_or(letter.len_utf8());
    }
    found.extend(start.map(|start| start..line.trim_end().len()));
    found
}

/// How long the quoted text is with which `text` begins.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            letter if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How long the regex of JavaScript is with which `text` begins, its flags with it.
fn slashed(text: &str) -> Option<usize> {
    if !text.starts_with('/') || text.starts_with("//") || text.starts_with("/*") {
        return None;
    }
    let mut in_class = false;
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let flags = text[at + 1..].bytes().take_while(u8::is_ascii_lowercase).count();
                return Some(at + 1 + flags);
            }
            _ => {}
        }
    }
    None
}

/// The regex of an expression that makes one: `/…/`, `new RegExp("…")`, `re.compile(r"…")`, `Regex::new(r"…")`.
fn regex_of(code: &str) -> Option<String> {
    if slashed(code) == Some(code.len()) {
        return Some(code.into());
    }
    let inside = code.split_once(['(']).filter(|(call, _)| {
        let call = call.to_ascii_lowercase();
        call.contains("regex") || call.contains("re.compile") || call.contains("pattern.compile")
    })?;
    let inside = inside.1.trim_start();
    let is_raw = inside.starts_with(['r', '/']);
    let inside = inside.trim_start_matches(['r', '#']);
    if let Some(length) = slashed(inside) {
        return Some(inside[..length].into());
    }
    let quote = inside.chars().next().filter(|c| "\"'`".contains(*c))?;
    let length = quoted(inside, quote)?;
    let text = inside.get(1..length - 1)?;
    Some(if is_raw { text.into() } else { text.replace("\\\\", "\\") })
}

/// What to write for a regex, if what it says is right by the rules.
fn instead_of(regex: &str, language: Language) -> String {
    let entry = Entry::regex(regex);
    let entries = match Config::new(Block::new().origins([entry.clone()])).policy(Mode::Production) {
        Ok(_) => vec![entry],
        Err(violations) => {
            let proposed = violations.iter().find_map(|violation| match violation.proposal() {
                Some(Proposal::Entries(entries)) => Some(entries.clone()),
                _ => None,
            });
            proposed.unwrap_or_default()
        }
    };
    if entries.is_empty() {
        let example = Entry::regex(r"^https://pr-\d+\.app\.example$");
        return format!("for example {}", language.entry(Key::Origins, &example));
    }
    let written: Vec<_> = entries.iter().map(|entry| language.entry(Key::Origins, entry)).collect();
    format!("write {}", written.join(", "))
}

/// Returns whether this is evaluated before it is a value.
fn is_code(code: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.:".contains(c);
    let name = &code[..code.find(|c| !is_name(c)).unwrap_or(code.len())];
    let rest = &code[name.len()..];
    let is_call = !name.is_empty() && rest.starts_with(['(', '[', '"', '\'', '`']);
    let first = code.chars().next().filter(|first| "\"'".contains(*first));
    let joined = first.and_then(|quote| code.get(quoted(code, quote)?..));
    let is_joined = joined.is_some_and(|rest| rest.trim_start().starts_with('+'));
    let is_place =
        ["process.", "import.meta", "os.", "std::", "settings."].iter().any(|begin| name.starts_with(begin));
    let is_variable = ["...", "$", "%", "new "].iter().any(|begin| code.starts_with(begin));
    let is_template = code.starts_with('`') && code.contains("${");
    let is_sum =
        code.contains(['*', '+', '/']) && code.bytes().all(|byte| b"0123456789_*+-/ ".contains(&byte));
    is_call || is_joined || is_place || is_variable || is_template || is_sum
}
