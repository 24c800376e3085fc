//! A draft as a policy file, and as a `cors_policy!` block.

use std::fmt::Write as _;

use cors_engine::Key;

use super::draft::{Draft, Entry, Setting, Value};

/// The widest line of a comment, in characters.
const WIDTH: usize = 100;

/// What the static is called.
const NAME: &str = "CORS";

pub(super) fn toml(draft: &Draft) -> String {
    let mut out = String::new();
    comments(&mut out, "# ", &draft.remarks);
    for (index, Setting { key, value, remarks }) in draft.settings.iter().enumerate() {
        if index == 0 || !remarks.is_empty() {
            out.push('\n');
        }
        comments(&mut out, "# ", remarks);
        let value = match value {
            Value::Any => "\"any\"".into(),
            Value::On => "true".into(),
            Value::Number(number) => number.to_string(),
            Value::List(entries) => list(entries, "", |entry| match entry {
                Entry::Text(text) => toml_string(text),
                Entry::Regex(regex) => format!("{{ regex = {} }}", toml_string(regex)),
            }),
        };
        let _ = writeln!(out, "{key} = {value}");
    }
    out
}

pub(super) fn rust(draft: &Draft) -> String {
    let mut out = String::from("use cors_actix::cors_policy;\n\n");
    comments(&mut out, "// ", &draft.remarks);
    let _ = writeln!(out, "cors_policy! {{\n    pub static {NAME};");
    for Setting { key, value, remarks } in &draft.settings {
        out.push('\n');
        comments(&mut out, "    // ", remarks);
        let value = match value {
            Value::Any => "any".into(),
            Value::On => "true".into(),
            Value::Number(number) => number.to_string(),
            Value::List(entries) => list(entries, "    ", |entry| match entry {
                Entry::Text(text) if *key == Key::Methods && is_word(text) => text.clone(),
                Entry::Text(text) => format!("{text:?}"),
                Entry::Regex(regex) => format!("regex({})", rust_string(regex)),
            }),
        };
        let _ = writeln!(out, "    {key}: {value},");
    }
    out.push_str("}\n");
    out
}

/// On one line if it fits, else an entry a line.
fn list(entries: &[Entry], indent: &str, entry: impl Fn(&Entry) -> String) -> String {
    let entries: Vec<String> = entries.iter().map(entry).collect();
    let line = format!("[{}]", entries.join(", "));
    if line.chars().count() <= WIDTH - 20 {
        return line;
    }
    let lines: String = entries.iter().map(|entry| format!("{indent}    {entry},\n")).collect();
    format!("[\n{lines}{indent}]")
}

fn comments(out: &mut String, sign: &str, remarks: &[String]) {
    for remark in remarks {
        let mut line = String::from(sign);
        for word in remark.split_whitespace().map(written_out) {
            if line.len() > sign.len() && line.chars().count() + word.chars().count() >= WIDTH {
                let _ = writeln!(out, "{}", line.trim_end());
                line = sign.into();
            }
            line += &word;
            line.push(' ');
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// The settings may hold characters that a comment must not, such as `ESC` in a regex.
fn written_out(word: &str) -> String {
    let letter = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    word.chars().map(letter).collect()
}

/// A literal string where one can be, as for regexes; else a basic one.
fn toml_string(text: &str) -> String {
    if text.contains('\\') && !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out + "\""
}

fn rust_string(text: &str) -> String {
    if !text.contains(['\\', '"']) || text.chars().any(char::is_control) {
        return format!("{text:?}");
    }
    // As many signs as no quote inside is followed by.
    let longest =
        text.split('"').skip(1).map(|rest| rest.bytes().take_while(|byte| *byte == b'#').count() + 1).max();
    let signs = "#".repeat(longest.unwrap_or(0));
    format!("r{signs}\"{text}\"{signs}")
}

fn is_word(text: &str) -> bool {
    // Of other words some are keywords of Rust.
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_as_they_were() {
        for text in ["a", "", r"^https://\w+$", "it's \\ \"quoted\"", "a\u{7f}\n\t\u{85}", "ü", "\\'"] {
            let read: toml::Table = toml::from_str(&format!("a = {}", toml_string(text)))
                .unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(read["a"].as_str(), Some(text));
        }
        for (text, written) in [
            ("a", "\"a\""),
            (r"\d", "r\"\\d\""),
            ("\\\"", "r#\"\\\"\"#"),
            ("\"#", "r##\"\"#\"##"),
            ("\\\n", "\"\\\\\\n\""),
        ] {
            assert_eq!(rust_string(text), written);
        }
    }
}
