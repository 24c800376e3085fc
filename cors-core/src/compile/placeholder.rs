//! Text that a template or a program should have filled in: `${ORIGIN}`, `{{ origin }}`, `process.env.ORIGIN`, `undefined`.

use core::ops::Range;

/// The marks around a variable's name.
const MARKS: [(&str, &str); 10] = [
    ("${", "}"),
    ("{{", "}}"),
    ("#{", "}"),
    ("$(", ")"),
    ("<%", "%>"),
    ("[[", "]]"),
    ("__", "__"),
    ("%", "%"),
    ("<", ">"),
    ("{", "}"),
];

/// How programs read a variable.
const CALLS: [&str; 7] =
    ["process.env", "import.meta.env", "os.environ", "getenv(", "std::env", "ENV[", "env("];

/// The text that an unset variable becomes.
const UNSET: [&str; 6] = ["undefined", "None", "nil", "NaN", "[object Object]", "(null)"];

/// Names that variables have, without an underscore.
const NAMES: [&str; 6] = ["ORIGIN", "ORIGINS", "HOST", "HOSTNAME", "DOMAIN", "URL"];

/// The bytes of the first placeholder in `text`.
pub(crate) fn find(text: &str) -> Option<Range<usize>> {
    let bare = text.trim_matches(['"', '\'', ' ']);
    let is_null = bare.eq_ignore_ascii_case("null") && text != "null";
    if UNSET.contains(&bare) || is_null || is_variable(bare) {
        return Some(0..text.len());
    }
    if let Some(at) = CALLS.iter().find_map(|call| text.find(call)) {
        return Some(at..text.len());
    }
    MARKS.iter().find_map(|(open, close)| marked(text, open, close)).or_else(|| bare_variable(text))
}

/// The same in a regex, where `%` is a letter like others.
#[cfg(feature = "regex")]
pub(crate) fn find_in_regex(text: &str) -> Option<Range<usize>> {
    find(text).filter(|bytes| !matches!(&text[bytes.clone()], "%s" | "%d"))
}

/// Returns whether the whole of it is the name of a variable: `FRONTEND_URL`.
fn is_variable(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    NAMES.contains(&text)
        || text.contains('_')
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(is_name)
}

/// A name between marks.
fn marked(text: &str, open: &str, close: &str) -> Option<Range<usize>> {
    let is_class = |c: char| matches!(c, 'p' | 'P' | 'x' | 'u') && text.contains('\\');
    text.match_indices(open).find_map(|(start, _)| {
        let inner = start + open.len();
        let end = inner + text[inner..].find(close)?;
        let name = text[inner..end].trim();
        // `%e4%f6` is not a variable, and neither is a label that contains `__`.
        let is_name = match open {
            "%" => name.len() > 2 && is_word(name),
            "__" => {
                let is_message = name.starts_with("MSG_");
                name.len() > 2
                    && (is_message || name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
            }
            "<" => name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte)),
            // `\p{L}` is a class of letters.
            "{" => is_word(name.trim_start_matches('$')) && !text[..start].ends_with(is_class),
            "[[" => is_word(name),
            _ => true,
        };
        (is_name && !name.is_empty()).then_some(start..end + close.len())
    })
}

/// Returns whether it is one word, with dots perhaps, that begins with a letter.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// `$HOST` and `%s`.
fn bare_variable(text: &str) -> Option<Range<usize>> {
    let name_len =
        |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    text.match_indices(['$', '%']).find_map(|(at, mark)| {
        let rest = &text[at + 1..];
        let len = name_len(rest);
        let is_name = match mark {
            "$" => rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'),
            _ => matches!(&rest[..len], "s" | "d"),
        };
        is_name.then_some(at..at + 1 + len)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_to_be_filled_in() {
        for (text, found) in [
            ("${ORIGIN}", Some("${ORIGIN}")),
            ("https://${HOST}:3000", Some("${HOST}")),
            ("${CORS_ORIGIN:-https://a.com}", Some("${CORS_ORIGIN:-https://a.com}")),
            ("https://{{ domain }}", Some("{{ domain }}")),
            ("{{.Values.origin}}", Some("{{.Values.origin}}")),
            ("#{origin}", Some("#{origin}")),
            ("$(ORIGIN)", Some("$(ORIGIN)")),
            ("<%= origin %>", Some("<%= origin %>")),
            ("__ORIGIN__", Some("__ORIGIN__")),
            ("%ORIGIN%", Some("%ORIGIN%")),
            ("https://%s", Some("%s")),
            ("https://<your-domain>.com", Some("<your-domain>")),
            ("<ORIGIN>", Some("<ORIGIN>")),
            ("https://{host}", Some("{host}")),
            ("{$ORIGIN}", Some("{$ORIGIN}")),
            ("https://$HOST", Some("$HOST")),
            ("process.env.ORIGIN", Some("process.env.ORIGIN")),
            ("os.environ['ORIGIN']", Some("os.environ['ORIGIN']")),
            ("FRONTEND_URL", Some("FRONTEND_URL")),
            ("ORIGIN", Some("ORIGIN")),
            ("undefined", Some("undefined")),
            ("LOCALHOST", None),
            ("<https://a.com>", None),
            ("{www,shop}.a.com", None),
            ("https://a__b__c.com", None),
            ("https://%E4%F6.com", None),
            ("^https://[a-z]{3}\\.a\\.com$", None),
            ("^https://a\\.com$|^https://b\\.com$", None),
            ("http(s)://a.com", None),
            ("https://a.com", None),
            (r"^https://\p{L}+\.a\.com$", None),
            ("null", None),
            ("NULL", Some("NULL")),
            ("\"null\"", Some("\"null\"")),
            ("chrome-extension://__MSG_@@extension_id__", Some("__MSG_@@extension_id__")),
        ] {
            assert_eq!(find(text).and_then(|bytes| text.get(bytes)), found, "{text}");
        }
    }
}
