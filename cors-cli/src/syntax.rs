//! What to write where a file cannot be read: parsers say what they expect, and not what was meant.

use cors_engine::Language;

/// What libraries say to those who call them, and nobody who writes a policy.
const ASIDES: [&str; 2] = [
    ", set DuplicateKeyPolicy in Options if acceptable",
    "; use from_str_multiple or from_str_multiple_with_options",
];

/// What a parser said, with a help where the cause is known.
pub(crate) fn explained(language: Language, text: &str, said: &str) -> String {
    let said = ASIDES.iter().fold(said.trim_end().to_owned(), |said, aside| said.replace(aside, ""));
    let at = place(&said);
    let line = at.and_then(|(line, _)| text.lines().nth(line.checked_sub(1)?)).unwrap_or_default();
    let rest = at.and_then(|(_, column)| {
        let start = line.char_indices().nth(column.checked_sub(1)?)?.0;
        line.get(start..)
    });
    let help = match language {
        Language::Json => json(&said, line, rest.unwrap_or_default()),
        Language::Yaml => yaml(&said),
        _ => toml(&said, line),
    };
    help.map_or(said.clone(), |help| format!("{said}\nhelp: {help}"))
}

/// Line and column, counted from 1, as all three parsers write them.
fn place(said: &str) -> Option<(usize, usize)> {
    let number = |text: &str| {
        let digits = text.trim_start_matches([',', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse::<usize>().ok()
    };
    let (_, after) = said.split_once("line ")?;
    let (_, column) = after.split_once("column ")?;
    Some((number(after)?, number(column)?))
}

fn toml(said: &str, line: &str) -> Option<&'static str> {
    let line = line.trim();
    let value = line.split_once('=').map_or("", |(_, value)| value.trim());
    let says = |part: &str| said.contains(part);
    Some(match () {
        () if line.starts_with("//") || line.starts_with("/*") => "a comment begins with `#`",
        () if says("key with no value") && line.contains(':') => {
            "`=` stands between a key and its value: `origins = [\"https://app.example\"]`"
        }
        () if is_switch(value) => "write `true` or `false`",
        () if says("leading zero") => "write the number without the `0` in front",
        () if says("must be quoted") && value.starts_with(['(', '{']) => {
            "a list stands in brackets: `[\"https://app.example\"]`"
        }
        () if says("must be quoted") => {
            "a text stands in quotes, `\"1h\"`, and so does each entry of a list, `[\"GET\", \"PUT\"]`"
        }
        () if says("duplicate key") => "write what belongs to it in one place",
        () if says("expected newline") && line.contains(';') => "a line ends without `;`",
        () if says("expected newline") => "begin a new line for each key",
        () if says("missing comma") => "write `,` between entries",
        () if says("array") => "a list ends with `]`, and each text with the quote that it began with",
        () => return None,
    })
}

/// Returns whether somebody meant yes or no by this.
fn is_switch(value: &str) -> bool {
    let word = value.split(['#', ' ', ',']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(word.as_str(), "true" | "false" | "yes" | "no" | "on" | "off")
}

fn json(said: &str, line: &str, rest: &str) -> Option<&'static str> {
    let line = line.trim();
    let says = |part: &str| said.contains(part);
    let is_comment = line.starts_with("//") || line.starts_with("/*") || line.starts_with('#');
    Some(match () {
        () if is_comment || rest.starts_with('/') => {
            "JSON has no comments: take it out, or write the policy as TOML or YAML, which have"
        }
        () if says("trailing comma") => "take the comma before the closing bracket out",
        () if says("key must be a string") && rest.starts_with('\'') => {
            "JSON knows double quotes alone: `\"origins\"`"
        }
        () if says("key must be a string") => "a key stands in double quotes: `\"origins\"`",
        () if says("expected value") && is_switch(rest.trim_end_matches(['}', ']'])) => {
            "write `true` or `false`"
        }
        () if says("expected value") => "a text stands in double quotes: `\"https://app.example\"`",
        () if says("expected `,`") => "write `,` before this, or close what was opened",
        () if says("EOF") => "a closing bracket or quote is missing",
        () if says("expected the settings") => {
            "write the keys in braces: `{ \"origins\": [\"https://app.example\"] }`"
        }
        () => return None,
    })
}

fn yaml(said: &str) -> Option<&'static str> {
    let says = |part: &str| said.contains(part);
    Some(match () {
        () if says("alias") => {
            "put a text that begins with `*` in quotes: without them it is an alias in YAML"
        }
        () if says("tabs") => "indent with spaces",
        () if says("duplicate mapping key") => "write what belongs to it in one place",
        () if says("multiple YAML documents") => "a file holds one policy: end it before the second `---`",
        () if says("expected mapping start") || says("expected the settings") => {
            "write the keys of the policy: `origins: [\"https://app.example\"]`"
        }
        () if says("expected key") || says("illegal placement") => {
            "the keys of a block begin in the same column, and a list in brackets ends with `]`"
        }
        () => return None,
    })
}
