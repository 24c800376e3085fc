//! Finds the methods and headers that were meant by a text that is not a name, or that could be the name of something else.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::compile::pattern;
use crate::engine::standard;
use crate::explain::misspelled::{distance, is_known_header, misspelled_header};

/// Returns whether this text means "every name": `*`, `ALL`, `all methods`, `.*`.
pub(super) fn stands_for_all(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split([' ', '-', '_']).filter(|word| !matches!(*word, "methods" | "headers"));
    let is_word = words.next().is_some_and(pattern::is_word_for_all);
    let is_pattern = text.contains('*') && text.bytes().all(|byte| b"*.^$()/".contains(&byte));
    pattern::is_any(text) || is_pattern || is_word && words.next().is_none()
}

/// The standard method of this name, in any case.
fn standard_method(name: &str) -> Option<&'static str> {
    standard::STANDARD_METHODS.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// The standard methods that are one typo away from a name, in any case.
pub(super) fn near_methods(name: &str) -> Vec<&'static str> {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let near = |known: &&str| is_word && distance(name, known, 1) == Some(1);
    standard::STANDARD_METHODS.into_iter().filter(near).collect()
}

/// The standard methods that a token names, with signs between them or with what other languages write before one:
/// `GET|POST`, `HttpMethod.GET`, `http.MethodGet`, `HTTP_GET`.
pub(super) fn named_methods(token: &str) -> Option<Vec<String>> {
    let words = token.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let is_before = |word: &&str| {
        let word = word.to_ascii_lowercase();
        matches!(&*word, "http" | "method" | "methods" | "httpmethod" | "httpmethods" | "requestmethod")
    };
    let mut names: Vec<String> = Vec::new();
    for word in words.filter(|word| !is_before(word)) {
        let bare = word.strip_prefix("Method").unwrap_or(word);
        let name = standard_method(bare)?.to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then_some(names)
}

/// The headers that a token names, with signs that no header has, or as the constant of another language:
/// `content-type|x-a`, `'x-a'`, `HttpHeaders.AUTHORIZATION`.
pub(super) fn named_headers(token: &str) -> Option<Vec<String>> {
    let is_sign = |c: char| matches!(c, '|' | '&' | '\'' | '`');
    if let Some((of, constant)) = token.split_once('.') {
        let of = of.to_ascii_lowercase();
        let is_constant = matches!(&*of, "httpheaders" | "httpheader" | "headers" | "header" | "headernames");
        let name = constant.to_ascii_lowercase().replace('_', "-");
        let name = misspelled_header(&name).map_or(name, ToString::to_string);
        return (is_constant && is_known_header(&name)).then(|| vec![name]);
    }
    let is_name = |name: &String| is_known_header(name) || name.contains('-');
    several(token, is_sign, header_case).filter(|names| token.contains(is_sign) && names.iter().all(is_name))
}

/// The methods that were meant by a text that is not a method: `get, post`, `GET/POST`, `Method::PUT`.
pub(super) fn meant_methods(text: &str) -> Option<Vec<String>> {
    // Browsers send a custom method as the page writes it.
    let spell = |name: &str| {
        let name = last_segment(name).trim_end_matches("()");
        match &near_methods(name)[..] {
            [one] if standard_method(name).is_none() => (*one).into(),
            _ => standard_method(name).unwrap_or(name).to_string(),
        }
    };
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
    several(text, is_between, spell).or_else(|| {
        let names = several(text, |c| is_between(c) || c == '/', spell)?;
        // `GET /api` is a route.
        names.iter().all(|name| standard_method(name).is_some()).then_some(names)
    })
}

/// The headers that were meant by a text that is not a header: `Content Type`, `x-a, x-b`, `header::AUTHORIZATION`.
pub(super) fn meant_headers(text: &str) -> Option<Vec<String>> {
    let mut words = text.split_whitespace().filter(|_| !text.contains(':'));
    // `Content-Type Authorization` are two, and `Content Type` is one.
    let are_headers = words.any(|word| word.contains('-') || is_known_header(word));
    several(text, |c| matches!(c, ',' | ';') || are_headers && c.is_whitespace(), header_case)
}

/// The family that was meant by a pattern of another kind: `x-app*`, `x-app-.*`. `None` if a single name was, as by `authori*`.
pub(super) fn meant_family(name: &str) -> Option<Vec<String>> {
    let stem = name.trim_start_matches('^').trim_end_matches('$').strip_suffix('*')?;
    let stem = stem.trim_end_matches(['*', '.', '-']);
    (stem.contains('-') && misspelled_header(stem).is_none() && !is_known_header(stem))
        .then(|| vec![format!("{stem}-*")])
        .filter(|names| names[0] != name)
}

/// Several names in one string, or one with the wrong spelling, as they should be written.
fn several(
    text: &str,
    separator: impl Fn(char) -> bool,
    spell: impl Fn(&str) -> String,
) -> Option<Vec<String>> {
    let quotes = ['"', '\'', '[', ']'];
    let mut names: Vec<String> = Vec::new();
    for name in text.split(separator).map(|name| spell(name.trim().trim_matches(quotes))) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    let is_name = |name: &String| {
        standard::is_token(name.as_bytes()) && (!name.contains('*') || standard::family(name).is_some())
    };
    let legal = !names.is_empty() && names.iter().all(is_name);
    // There is nothing to propose if the text is right already.
    legal.then_some(names).filter(|names| *names != [text])
}

/// `Content Type:` is `content-type`, and so is `header::CONTENT_TYPE`.
fn header_case(name: &str) -> String {
    if name.contains("::") {
        return last_segment(name).to_ascii_lowercase().replace('_', "-");
    }
    let name = name.split([':', '=']).next().unwrap_or_default();
    let words = name.split_whitespace().map(str::to_ascii_lowercase);
    words.collect::<Vec<_>>().join("-")
}

/// The constant of a path: `GET` of `Method::GET`.
fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
