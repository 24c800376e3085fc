//! YAML that cannot be read.

use cors_engine::Mode;

use super::{Fault, Refused, SINGLE_QUOTES, code, first, unclosed};

/// What libraries say to their callers, and is of no use to people who write a policy.
const ASIDES: [&str; 2] = [
    ", set DuplicateKeyPolicy in Options if acceptable",
    "; use from_str_multiple or from_str_multiple_with_options",
];

/// What is wrong, as serde-saphyr sees it and as it was meant.
pub(crate) fn fault(text: &str, error: &serde_saphyr::Error) -> Fault {
    let said = error.without_snippet().to_string();
    let said = ASIDES.iter().fold(said, |said, aside| said.replace(aside, ""));
    let (said, line, column) = located(&said);
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within: usize = text[start..].chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    explained(&Refused::new(text, said, start + within))
}

/// What `key: … at line 1, column 2` says, and where.
fn located(said: &str) -> (&str, usize, usize) {
    let first = said.lines().next().unwrap_or_default();
    let (said, place) = first.rsplit_once(" at line ").unwrap_or((first, ""));
    let mut numbers = place.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    let said = said.split_once(": ").filter(|(key, _)| !key.contains(' ')).map_or(said, |(_, said)| said);
    (said, numbers.next().unwrap_or(1), numbers.next().unwrap_or(1))
}

fn explained(refused: &Refused<'_>) -> Fault {
    let (text, rest) = (refused.text, refused.rest());
    let line = refused.line();
    if let Some(fault) = code::template(refused) {
        return fault;
    }
    let begins = |mark: char| line.split_once(mark).filter(|(key, _)| is_key(key.trim()));
    match () {
        () if refused.says("alias") => {
            let word = refused.word();
            let cause = "a text that begins with `*` is an alias in YAML";
            Fault::new(refused.bytes(word), cause, format!("write `{word:?}`"))
        }
        () if refused.says("tab") && line.contains('\t') => {
            let tab = refused.in_line("\t").unwrap_or_else(|| refused.bytes(first(rest)));
            Fault::new(tab, "YAML cannot be indented with tabs", "indent with spaces")
        }
        () if refused.says("duplicate mapping key") => {
            refused.with_help("write everything that belongs to it in one place")
        }
        () if refused.says("merge value") => refused
            .with_help("`<<:` takes over settings, and this is none: write it behind the key that it is for"),
        () if refused.says("multiple YAML documents") => {
            refused.with_help("a file holds one policy: end it before the second `---`")
        }
        () if refused.says("escape") => {
            let slash = rest.find('\\').map_or(refused.at, |slash| refused.at + slash);
            refused.escape(slash, "between double quotes in YAML", |_| SINGLE_QUOTES.into())
        }
        () if refused.says("unclosed quote") || refused.says("quoted scalar") => {
            let bytes = refused.bytes(first(rest));
            Fault::new(bytes, "this quote is never closed", format!("write `{}` after the text", first(rest)))
        }
        () if refused.says("mapping") && begins('=').is_some() => {
            let (key, value) = begins('=').unwrap_or_default();
            let bytes = refused.in_line("=").unwrap_or_else(|| refused.bytes(first(rest)));
            let help = format!("write `{}: {}`", key.trim(), value.trim());
            Fault::new(bytes, "`=` is written where `:` belongs", help)
        }
        () if begins(':')
            .is_some_and(|(_, value)| !value.is_empty() && !value.starts_with([' ', '\t', '\r'])) =>
        {
            let (key, value) = begins(':').unwrap_or_default();
            let bytes = refused.in_line(":").unwrap_or_else(|| refused.bytes(first(rest)));
            let help = format!("write `{}: {}`", key.trim(), value.trim());
            Fault::new(bytes, "a space is missing after the `:`", help)
        }
        () if line
            .trim_end()
            .strip_suffix('{')
            .is_some_and(|name| Mode::from_name(name.trim()).is_some()) =>
        {
            let name = line.trim_end().trim_end_matches('{').trim();
            let help = format!("write `{name}:`, and its settings below it, indented");
            Fault::new(refused.bytes(name), "a block begins with its name and a `:`", help)
        }
        () if refused.says("expected mapping start") || refused.says("expected the settings") => {
            let help = "write the keys of the policy: `origins: [\"https://app.example\"]`";
            Fault { cause: "a policy is a table of keys".into(), ..refused.with_help(help) }
        }
        () if refused.says("cannot start any token") || refused.says("unexpected character") => {
            let word = refused.word();
            let cause = format!("a text that begins with `{}` is written in quotes", first(rest));
            Fault::new(refused.bytes(word), cause, format!("write `{word:?}`"))
        }
        () if refused.says("unclosed bracket") => {
            let closing = if rest.starts_with('{') { "`}`" } else { "`]`" };
            let help = format!("write {closing} after the last entry");
            Fault::new(refused.bytes(first(rest)), "this bracket is never closed", help)
        }
        () if rest.starts_with(',') => {
            Fault::new(refused.bytes(","), "a line does not end with `,`", "take it out")
        }
        () if line.trim_start().starts_with("- ") => {
            refused.with_help("the entries of a list begin in the same column")
        }
        () => unclosed(text, text.len(), Some('#')).unwrap_or_else(|| {
            refused.with_help(
                "the keys of a block begin in the same column, and a list in brackets ends with `]`",
            )
        }),
    }
}

/// Returns whether this looks like a key.
fn is_key(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
