//! Why a file cannot be read: parsers say what they expect, and not what was meant.

mod code;
mod json;
mod toml;
mod yaml;

use std::ops::Range;

pub(crate) use json::fault as json;
pub(crate) use toml::fault as toml;
pub(crate) use yaml::fault as yaml;

/// What is wrong with a text, where, and what to write.
pub(crate) struct Fault {
    pub(crate) cause: String,
    pub(crate) help: Option<String>,
    pub(crate) bytes: Range<usize>,
}

impl Fault {
    fn new(bytes: Range<usize>, cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: cause.into(), help: Some(help.into()), bytes }
    }
}

/// A text that a parser refuses, and where it does.
struct Refused<'t> {
    text: &'t str,
    /// What the parser says, without the place.
    said: String,
    at: usize,
}

impl<'t> Refused<'t> {
    fn new(text: &'t str, said: &str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Self { text, said: said.trim().into(), at }
    }

    fn says(&self, part: &str) -> bool {
        self.said.contains(part)
    }

    /// The text from there on.
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Where its line begins.
    fn line_start(&self) -> usize {
        self.text[..self.at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Its line.
    fn line(&self) -> &'t str {
        self.text[self.line_start()..].lines().next().unwrap_or_default()
    }

    /// Where something in its line stands.
    fn in_line(&self, part: &str) -> Option<Range<usize>> {
        let start = self.line_start() + self.line().find(part)?;
        Some(start..start + part.len())
    }

    /// The bytes of what begins there.
    fn bytes(&self, what: &str) -> Range<usize> {
        self.at..(self.at + what.len()).min(self.text.len())
    }

    /// What begins there, up to the end of an entry or a line.
    fn word(&self) -> &'t str {
        let end = self.rest().find([',', ']', '}', '\n', '\r', '#']).unwrap_or(self.rest().len());
        self.rest()[..end].trim_end()
    }

    /// What the parser said, where nothing better is known.
    fn as_said(&self) -> Fault {
        let bytes = self.bytes(first(self.rest()).trim());
        Fault { cause: self.said.clone(), help: None, bytes }
    }

    fn with_help(&self, help: impl Into<String>) -> Fault {
        Fault { help: Some(help.into()), ..self.as_said() }
    }

    /// An escape that the language does not have, with its backslash at `slash`.
    fn escape(&self, slash: usize, where_it_is: &str, help: impl FnOnce(&str) -> String) -> Fault {
        let escape: String = self.text[slash..].chars().take(2).collect();
        let cause = format!("`{escape}` is not an escape {where_it_is}");
        Fault::new(slash..slash + escape.len(), cause, help(&escape))
    }

    /// Quotes of a word processor, or of Markdown.
    fn curly_quotes(&self) -> Option<Fault> {
        let is_quote = |c: char| matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '`');
        let rest = self.rest().strip_prefix(is_quote)?;
        let inside = rest.split([',', '\n']).next().unwrap_or_default();
        let inside = inside.find(is_quote).map_or(inside, |end| &inside[..end]);
        let quote = &self.rest()[..self.rest().len() - rest.len()];
        let cause = format!("`{quote}` is not a quote that a file can have");
        Some(Fault::new(self.bytes(quote), cause, format!("write `\"{inside}\"`")))
    }
}

/// A line on which a quote begins that does not end there.
fn unclosed_quote(text: &str, line: usize) -> Option<Fault> {
    let quotes = text[line..].lines().next()?.match_indices('"');
    let (last, _) = quotes.clone().next_back().filter(|_| quotes.count() % 2 == 1)?;
    Some(never_closed(line + last))
}

/// A quote whose line ends before its text does.
fn never_closed(quote: usize) -> Fault {
    let help = "a text ends in its line: write `\"` after it";
    Fault::new(quote..quote + 1, "this quote is never closed", help)
}

/// Where a backslash needs no other.
const SINGLE_QUOTES: &str = "write the regex in single quotes, `'…'`, where a backslash stands for itself";

/// The first character, as a text.
fn first(text: &str) -> &str {
    text.chars().next().map_or("", |first| &text[..first.len_utf8()])
}

/// `true` or `false`, where somebody meant one of them by this.
fn meant_switch(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Returns whether this is a number with a unit: `1h`.
fn is_duration(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < word.len() && matches!(unit, "s" | "m" | "h" | "d")
}

/// The last bracket before `end` that is open there, and the one that closes it. What stands in quotes or behind a `comment` sign
/// does not count.
fn open_bracket(text: &str, end: usize, comment: Option<char>) -> Option<(usize, char)> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut letters = text[..end.min(text.len())].char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some('"'), '\\') => drop(letters.next()),
            (Some(_), '\n') => quote = None,
            (Some(begun), _) if begun == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, _) if comment == Some(letter) => {
                let end = text[at..].find('\n').unwrap_or(text.len() - at);
                while letters.offset() < at + end && letters.next().is_some() {}
            }
            (None, '[') => open.push((at, ']')),
            (None, '{') => open.push((at, '}')),
            (None, ']' | '}') => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// A bracket that nothing closes.
fn unclosed(text: &str, end: usize, comment: Option<char>) -> Option<Fault> {
    let (at, closing) = open_bracket(text, end, comment)?;
    let help = match closing {
        ']' => "a list ends with `]`: write it after the last entry",
        _ => "write `}` after the last setting",
    };
    Some(Fault::new(at..at + 1, "this bracket is never closed", help))
}
