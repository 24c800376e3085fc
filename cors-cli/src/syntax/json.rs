//! JSON that cannot be read.

use cors_engine::Language;

use super::{Fault, Refused, code, first, is_duration, meant_switch, never_closed, unclosed};

/// What is wrong, as serde_json sees it and as it was meant.
pub(crate) fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let said = error.to_string();
    // Errors of ours have another one in them, with its place.
    let (said, line, column) = located(&said).unwrap_or((said.as_str(), error.line(), error.column()));
    let said = said.split_once(": ").filter(|(key, _)| !key.contains(' ')).map_or(said, |(_, said)| said);
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    explained(&Refused::new(text, said, (start + column).saturating_sub(1)))
}

/// What `… at line 1 column 2` says, and where.
fn located(said: &str) -> Option<(&str, usize, usize)> {
    let (said, place) = said.split_once(" at line ")?;
    let mut numbers = place.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    Some((said, numbers.next()?, numbers.next()?))
}

fn explained(refused: &Refused<'_>) -> Fault {
    let (text, rest, word) = (refused.text, refused.rest(), refused.word());
    if let Some(fault) = code::fault(refused, Language::Json) {
        return fault;
    }
    let line = refused.line().trim();
    let is_comment = line.starts_with("//") || line.starts_with("/*") || line.starts_with('#');
    if is_comment || rest.starts_with(['/', '#']) {
        let comment = if is_comment { line } else { rest.lines().next().unwrap_or_default() };
        let bytes = refused.in_line(comment).unwrap_or_else(|| refused.bytes(comment));
        let help = "take it out, or write the policy as TOML or YAML, which have comments";
        return Fault::new(bytes, "JSON has no comments", help);
    }
    if text.trim().is_empty() {
        let help = "write the keys in braces: `{ \"origins\": [\"https://app.example\"] }`";
        return Fault::new(0..0, "the file is empty", help);
    }
    if let Some(fault) = refused.curly_quotes() {
        return fault;
    }
    let is_wanted = refused.says("key must be a string") || refused.says("expected value");
    if let Some(quoted) = rest.strip_prefix('\'').filter(|_| is_wanted) {
        let inside = quoted.split('\'').next().unwrap_or_default();
        let bytes = refused.at..refused.at + inside.len() + 2;
        return Fault::new(bytes, "JSON has only double quotes", format!("write `{inside:?}`"));
    }
    match () {
        () if refused.says("trailing comma") => {
            let comma = text[..refused.at].rfind(',').unwrap_or(refused.at);
            Fault::new(comma..comma + 1, "there is a comma before the closing bracket", "take the comma out")
        }
        () if refused.says("key must be a string") => {
            let key = rest.split([':', '=', ' ', ',', '\n']).next().unwrap_or_default();
            Fault::new(refused.bytes(key), "a key is written in double quotes", format!("write `{key:?}`"))
        }
        () if is_wanted => match meant_switch(word) {
            Some(on) => {
                let cause = format!("`{word}` is not a word of JSON");
                Fault::new(refused.bytes(word), cause, format!("write `{on}`"))
            }
            None if first(rest) == "," => {
                Fault::new(refused.bytes(","), "a comma with nothing before it", "take the comma out")
            }
            None => Fault::new(
                refused.bytes(word),
                "a text is written in double quotes",
                format!("write `{word:?}`"),
            ),
        },
        () if refused.says("expected `:`") && rest.starts_with('=') => {
            Fault::new(refused.bytes("="), "`=` is written where `:` belongs", "write `:`")
        }
        () if refused.says("expected `,`") => between(refused),
        () if refused.says("invalid escape") => {
            let slash = text[..refused.at].rfind('\\').unwrap_or(refused.at);
            refused.escape(slash, "in JSON", |escape| format!("write `\\{escape}`, and each backslash twice"))
        }
        () if refused.says("control character") => {
            let quote = text[..refused.at].rfind('"').unwrap_or(refused.at);
            never_closed(quote)
        }
        () if refused.says("EOF") => unclosed(text, text.len(), None)
            .unwrap_or_else(|| refused.with_help("a closing bracket or quote is missing")),
        () if refused.says("expected the settings") => {
            refused.with_help("write the keys in braces: `{ \"origins\": [\"https://app.example\"] }`")
        }
        () if refused.says("trailing characters") => Fault::new(
            refused.bytes(word),
            "there is something after the policy",
            "a file holds one policy: take it out",
        ),
        () => refused.as_said(),
    }
}

/// What stands where a comma or a closing bracket is expected.
fn between(refused: &Refused<'_>) -> Fault {
    let (text, rest) = (refused.text, refused.rest());
    let start = text[..refused.at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number = text[start..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    if is_duration(number) {
        let bytes = start..start + number.len();
        return Fault::new(bytes, "a duration is written in double quotes", format!("write `{number:?}`"));
    }
    match rest.chars().next() {
        Some(';') => Fault::new(refused.bytes(";"), "`;` is written where `,` belongs", "write `,`"),
        Some('"' | '{' | '[' | '\'') => {
            Fault::new(refused.bytes(first(rest)), "a comma is missing before this", "write `,` before this")
        }
        Some('}' | ']') => unclosed(text, refused.at, None).unwrap_or_else(|| refused.as_said()),
        _ => refused.with_help("write `,` before this, or close what was opened"),
    }
}
