//! TOML that cannot be read.

use cors_engine::{Language, Mode};

use super::{
    Fault, Refused, SINGLE_QUOTES, code, first, is_duration, meant_switch, unclosed, unclosed_quote,
};

/// What is wrong, as the crate `toml` sees it and as it was meant.
pub(crate) fn fault(text: &str, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    explained(&Refused::new(text, error.message(), span.start))
}

fn explained(refused: &Refused<'_>) -> Fault {
    let (text, rest, word) = (refused.text, refused.rest(), refused.word());
    let line = refused.line().trim();
    let whole_line = || refused.in_line(line).unwrap_or_else(|| refused.bytes(line));
    if text.trim_start().starts_with('{') {
        let help =
            "a `.toml` file holds TOML: name it `.json`, or write `origins = [\"https://app.example\"]`";
        return Fault::new(refused.bytes(first(rest)), "this is JSON", help);
    }
    if line.starts_with("//") || line.starts_with("/*") {
        return Fault::new(whole_line(), "this is not a comment in TOML", "a comment begins with `#`");
    }
    if let Some(fault) = code::fault(refused, Language::Toml) {
        return fault;
    }
    if let Some(fault) = refused.curly_quotes() {
        return fault;
    }
    let value = line.split_once('=').map_or("", |(_, value)| value.trim());
    let colon = line.split_once(':').filter(|(key, _)| !key.contains(['"', '=', '[']));
    match () {
        () if colon.is_some() && (refused.says("key with no value") || refused.says("expected")) => {
            let (key, value) = colon.unwrap_or_default();
            let help = match value.trim() {
                "" if Mode::from_name(key).is_some() => format!("write `[{key}]`"),
                value => format!("write `{key} = {value}`"),
            };
            let bytes = refused.in_line(":").unwrap_or_else(whole_line);
            Fault::new(bytes, "`:` is written where `=` belongs", help)
        }
        () if line.strip_suffix('{').is_some_and(|name| Mode::from_name(name.trim()).is_some()) => {
            let name = line.trim_end_matches('{').trim();
            let help = format!("write `[{name}]` on a line of its own, and no brace after its settings");
            Fault::new(refused.bytes("{"), "a block begins with its name in brackets", help)
        }
        () if refused.says("unclosed table") => {
            let name = line.trim_matches(['[', ']']);
            Fault::new(whole_line(), "this bracket is never closed", format!("write `[{name}]`"))
        }
        () if meant_switch(value.split(['#', ' ', ',']).next().unwrap_or_default()).is_some() => {
            let word = value.split(['#', ' ', ',']).next().unwrap_or_default();
            let bytes = refused.in_line(value).unwrap_or_else(whole_line);
            let bytes = bytes.start..bytes.start + word.len();
            let on = meant_switch(word).unwrap_or_default();
            Fault::new(bytes, format!("`{word}` is not a word of TOML"), format!("write `{on}`"))
        }
        () if refused.says("leading zero") => refused.with_help("write the number without the `0` in front"),
        () if refused.says("must be quoted") && value.starts_with(['(', '{']) => {
            let bytes = refused.bytes(first(rest));
            Fault::new(bytes, "a list is written in brackets", "write `[\"https://app.example\"]`")
        }
        () if refused.says("must be quoted") => {
            let what = if is_duration(word) { "a duration" } else { "a text" };
            Fault::new(
                refused.bytes(word),
                format!("{what} is written in quotes"),
                format!("write `{word:?}`"),
            )
        }
        () if refused.says("duplicate key") => {
            let name = rest.split([' ', '=', ']', '.', '\n']).next().unwrap_or_default();
            let cause = format!("`{name}` is there twice");
            Fault::new(refused.bytes(name), cause, "write everything that belongs to it in one place")
        }
        () if rest.starts_with(';') => {
            Fault::new(refused.bytes(";"), "a line does not end with `;`", "take it out")
        }
        () if rest.starts_with(',') && refused.says("expected newline") => {
            let is_last = rest[1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
                || rest[1..].trim().is_empty();
            let help = if is_last { "take it out" } else { "begin a new line for each key" };
            Fault::new(refused.bytes(","), "a line does not end with `,`", help)
        }
        () if refused.says("expected newline") => refused.with_help("begin a new line for each key"),
        () if refused.says("missing comma") && line.starts_with(word) && begins_setting(line) => {
            let before = text[..refused.line_start()].trim_end_matches(['\r', '\n']);
            let before = before.rfind('\n').map_or(0, |end| end + 1);
            let open = unclosed_quote(text, before).or_else(|| unclosed(text, refused.at, Some('#')));
            open.unwrap_or_else(|| refused.as_said())
        }
        () if refused.says("missing comma") => {
            Fault::new(refused.bytes(first(rest)), "a comma is missing before this", "write `,` before this")
        }
        () if refused.says("escape") => {
            let slash = text[..(refused.at + 1).min(text.len())].rfind('\\').unwrap_or(refused.at);
            refused.escape(slash, "between double quotes in TOML", |_| SINGLE_QUOTES.into())
        }
        () if refused.says("array") => unclosed(text, refused.at, Some('#')).unwrap_or_else(|| {
            refused.with_help("a list ends with `]`, and each text with the quote that it began with")
        }),
        () => refused.as_said(),
    }
}

/// Returns whether a line begins with a key and its `=`, or with the name of a block.
fn begins_setting(line: &str) -> bool {
    let key = line.split_once('=').map_or("", |(key, _)| key.trim_end());
    let is_key = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    line.starts_with('[') || !key.is_empty() && is_key(key)
}
