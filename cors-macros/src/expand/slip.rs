//! Mistakes that show in the tokens: Rust expressions where a policy needs words, and what was meant.

use std::iter;

use cors_engine::__private::build::{is_known_header, is_list};
use cors_engine::{Key, Mode};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use syn::Lit;

use crate::expand::ast::{Element, Spanned, Value};
use crate::expand::conditional;
use crate::expand::parse::{Values, Within};
use crate::expand::tokens::{Blanks, Tokens, text};

/// A mistake: what is wrong, what to write, and which value to continue with.
pub(crate) struct Slip {
    pub(crate) message: String,
    pub(crate) help: String,
    /// What was clearly meant, or [`Value::Missing`].
    pub(crate) meant: Value,
}

/// The help for values that are not known at build time.
const LATER: &str = "what is only known when the app starts goes into a `Config`";

/// Looks for a mistake in a value: `node` as it was read, `tokens` as they were written.
pub(crate) fn find(values: &mut Values<'_>, node: &Value, tokens: TokenStream) -> Option<Slip> {
    match node {
        // What an `expect` was meant as is found where it is read.
        _ if values.key == "expect" => None,
        Value::Word(word) if is_method(values, word) => Some(one_method(values, word)),
        Value::Word(word) if is_constant(values, word) => Some(constant(values, &word.to_string())),
        Value::Word(word) if wants_quotes(values, word) => Some(quotes(values, &word.to_string())),
        Value::Call { name, .. }
            if name == "regex" && values.key == "origins" && values.within == Within::Settings =>
        {
            let written = text(tokens, Blanks::AsRead).replacen("regex (", "regex(", 1);
            Some(Slip {
                message: "a regex is an entry of a list".into(),
                help: format!("write `{}`", values.setting(&format!("[{written}]"))),
                meant: Value::Missing,
            })
        }
        Value::Call { name, .. } if name == "Some" => some(values, &mut Tokens::new(tokens)),
        Value::Text(text) if values.key == "max_age" && is_duration(text) => Some(quoted_duration(text)),
        Value::Other(text) => other(values, text, &mut Tokens::new(tokens)),
        _ => None,
    }
}

/// Returns whether this is the name of a constant, in a place where such a word is not a value.
fn is_constant(values: &Values<'_>, word: &Ident) -> bool {
    let word = word.to_string();
    let screams = word.len() > 1 && word.chars().all(|char| char.is_ascii_uppercase() || char == '_');
    match Key::from_name(values.key) {
        // A name without its quotes may be in any case.
        Some(Key::Headers | Key::Expose) => screams && word != "ANY",
        Some(Key::Methods) => values.within == Within::Settings && screams && word != "ANY",
        Some(Key::Expect) | None => false,
        Some(_) => {
            let is_value = ["any", "true", "false", "yes", "no", "on", "off"];
            word.starts_with(|first: char| first.is_uppercase())
                && !is_value.contains(&word.to_ascii_lowercase().as_str())
        }
    }
}

/// Returns whether this word is in a list of strings.
fn wants_quotes(values: &Values<'_>, word: &Ident) -> bool {
    let wants = match Key::from_name(values.key) {
        // The rules say more about any other word: even in quotes it is not an origin.
        Some(Key::Origins) => word == "null",
        Some(Key::Headers | Key::Expose | Key::Hosts) => word != "any",
        _ => false,
    };
    wants && values.within == Within::List
}

/// `Some(3600)`
fn some(values: &mut Values<'_>, input: &mut Tokens) -> Option<Slip> {
    input.ident();
    let inside = input.group(Delimiter::Parenthesis)?.stream();
    let mut tokens = Tokens::new(inside.clone());
    let is_literal = matches!(tokens.next(), Some(TokenTree::Literal(_))) && tokens.is_empty();
    let shown = text(inside.clone(), Blanks::AsRead);
    let meant = if is_literal { values.list(inside).pop()?.value.node } else { return None };
    Some(Slip { message: "a value stands without `Some`".into(), help: format!("write `{shown}`"), meant })
}

fn constant(values: &Values<'_>, text: &str) -> Slip {
    if text == "None" {
        let help = format!("take `{}` out: what is not set is absent", values.key);
        return Slip { message: "a key that is absent is not written".into(), help, meant: Value::Missing };
    }
    let name = text.to_ascii_lowercase().replace('_', "-");
    if matches!(values.key, "headers" | "expose") && is_known_header(&name) {
        let message = format!("a macro sees the words `{text}`, not the value behind them");
        return Slip { message, help: format!("write `{name:?}`"), meant: Value::Text(name) };
    }
    Slip {
        message: format!("a macro sees the words `{text}`, not the value behind them"),
        help: format!("write {}; {LATER}", example(values)),
        meant: Value::Missing,
    }
}

/// A value of this kind, as an example.
fn example(values: &Values<'_>) -> String {
    let (key, whole) = (values.key, values.within == Within::Settings);
    let value = match Key::from_name(key) {
        Some(Key::Origins) => "\"https://app.example\"",
        Some(Key::Methods) => "PUT",
        Some(Key::Headers) => "\"authorization\"",
        Some(Key::Expose) => "\"x-total-count\"",
        Some(Key::Hosts) => "\"api.example\"",
        Some(Key::MaxAge) => return "the seconds, as in `max_age: 3600`".into(),
        Some(Key::PreflightStatus) => return "the number, as in `preflight_status: 204`".into(),
        Some(Key::Credentials | Key::PrivateNetwork | Key::Timing) => return "`true` or `false`".into(),
        _ => return "the value itself".into(),
    };
    if whole { format!("the list, as in `{key}: [{value}]`") } else { format!("the value, as in `{value}`") }
}

fn other(values: &mut Values<'_>, text: &str, input: &mut Tokens) -> Option<Slip> {
    if input.is_punct(0, '&') && input.is_group(1, Delimiter::Bracket) {
        input.next();
        return list(values, input, "&");
    }
    if let Some(TokenTree::Literal(literal)) = input.peek(0).cloned() {
        return of_literal(values, &Lit::new(literal));
    }
    if input.is_punct(0, '\'')
        && let Some(word) = input.peek_ident(1)
    {
        return Some(quotes(values, &word.to_string()));
    }
    if let Some(text) = words(values, text, input) {
        return Some(quotes(values, &text));
    }
    if let Some(list) = unbracketed(values, input) {
        return Some(list);
    }
    let path = path(input);
    let last = path.last()?.clone();
    if input.punct('!').is_some() {
        return macro_call(values, &last, input);
    }
    match input.group(Delimiter::Parenthesis) {
        Some(arguments) if input.is_empty() => call(values, text, &last, arguments.stream()),
        Some(_) => Some(constant(values, text)),
        None if input.is_empty() => Some(of_path(values, text, &path)),
        None => None,
    }
}

/// `&["…"]` and `vec!["…"]`
fn list(values: &mut Values<'_>, input: &mut Tokens, before: &str) -> Option<Slip> {
    let list = input.group(Delimiter::Bracket).filter(|_| input.is_empty())?;
    let elements = list.stream().to_string().replace(" ,", ",");
    Some(Slip {
        message: format!("a list is written in brackets, without `{before}`"),
        help: format!("write `{}: [{elements}]`", values.key),
        meant: Value::List(values.list(list.stream())),
    })
}

/// `("…", "…")` and `{ "…" }` in the place of a list.
fn unbracketed(values: &mut Values<'_>, input: &Tokens) -> Option<Slip> {
    let takes_list = Key::from_name(values.key).is_some_and(is_list);
    let Some(TokenTree::Group(group)) = input.peek(0).filter(|_| takes_list && input.peek(1).is_none())
    else {
        return None;
    };
    let (entries, _) = entries(group);
    if entries.is_empty() || is_everything(&entries) {
        return None;
    }
    let written = text(entries.clone(), Blanks::AsRead);
    Some(Slip {
        message: "a list is written in brackets".into(),
        help: format!("write `{}: [{written}]`", values.key),
        meant: Value::List(values.list(entries)),
    })
}

/// The entries between the delimiters, and whether they were a map. None are left of a map that is unclear.
pub(crate) fn entries(group: &Group) -> (TokenStream, bool) {
    match pairs(group.stream()) {
        Some(entries) => (entries, true),
        None => (flat(group.stream()), false),
    }
}

/// The entries of a list, with those of the lists and tuples in it.
fn flat(stream: TokenStream) -> TokenStream {
    let input = &mut Tokens::new(stream);
    let mut flattened = TokenStream::new();
    while !input.is_empty() {
        let entry = input.until(|input| input.is_punct(0, ','));
        let comma = input.next();
        let mut tokens = entry.clone().into_iter();
        match (tokens.next(), tokens.next()) {
            (Some(TokenTree::Group(group)), None) if group.delimiter() != Delimiter::Brace => {
                let inner = flat(group.stream());
                flattened.extend(Tokens::new(inner).until(ends_in_comma));
            }
            _ => flattened.extend(entry),
        }
        flattened.extend(comma);
    }
    flattened
}

/// Returns whether only a last comma is left.
fn ends_in_comma(input: &Tokens) -> bool {
    input.is_punct(0, ',') && input.peek(1).is_none()
}

/// Returns whether this is one word for everything, which is no entry of a list. The rules know what to write.
pub(crate) fn is_everything(entries: &TokenStream) -> bool {
    ["any", "*", "\"any\"", "\"*\""].contains(&entries.to_string().as_str())
}

/// The entries that a map was meant as, `{ "name": "…" }` or `{ "…": true }`: the string behind `origin`, or the strings behind all
/// names, or if there are none the names that are `true`. `None` if this is no map.
fn pairs(stream: TokenStream) -> Option<TokenStream> {
    let input = &mut Tokens::new(stream);
    if input.is_empty() {
        return None;
    }
    let (mut names, mut texts, mut origins) = (Vec::new(), Vec::new(), Vec::new());
    while !input.is_empty() {
        let name = input.next()?;
        input.punct('=').or_else(|| input.punct(':'))?;
        input.punct('>');
        let value = input.until(|input| input.is_punct(0, ','));
        input.punct(',');
        match value.into_iter().next()? {
            text if is_string(&text) && name.to_string().trim_matches('"') == "origin" => origins.push(text),
            text if is_string(&text) => texts.push(text),
            TokenTree::Ident(on) if on == "true" && is_string(&name) => names.push(name),
            _ => {}
        }
    }
    let found = [origins, texts, names].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let comma = || TokenTree::from(Punct::new(',', Spacing::Alone));
    Some(found.into_iter().flat_map(|entry| [entry, comma()]).collect())
}

fn is_string(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if matches!(Lit::new(literal.clone()), Lit::Str(_)))
}

/// `Content Type`, `content-type`, `M-SEARCH`, `api.example`: a text without its quotes.
fn words(values: &Values<'_>, text: &str, input: &mut Tokens) -> Option<String> {
    let start = input.mark();
    let mut words = Vec::new();
    while let Some(word) = input.ident() {
        words.push(word.to_string());
        // `x-app-*`
        if input.is_punct(0, '-') && input.is_punct(1, '*') {
            input.next();
            input.next();
            words.push("*".into());
            break;
        }
        if input.punct('-').is_none() && input.punct('.').is_none() && input.peek_ident(0).is_none() {
            break;
        }
    }
    let is_all = input.is_empty() && words.len() > 1 && values.within == Within::List;
    input.back_to(start);
    match Key::from_name(values.key).filter(|_| is_all)? {
        Key::Headers | Key::Expose => Some(words.join("-").to_ascii_lowercase()),
        Key::Methods | Key::Hosts => Some(text.into()),
        _ => None,
    }
}

/// Returns whether this is a duration as it is written here. The rules know what was meant by another.
fn is_duration(text: &str) -> bool {
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    !digits.is_empty() && text.len() <= digits.len() + 1 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `"1h"`
fn quoted_duration(text: &str) -> Slip {
    Slip {
        message: "a duration is written without quotes".into(),
        help: format!("write `max_age: {text}`"),
        meant: Value::number(false, "", text),
    }
}

/// Returns whether this is a method in the place of its list.
fn is_method(values: &Values<'_>, word: &Ident) -> bool {
    const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];
    values.key == "methods"
        && values.within == Within::Settings
        && METHODS.iter().any(|method| word == method)
}

fn one_method(values: &Values<'_>, word: &Ident) -> Slip {
    let value = Spanned { node: Value::Word(word.clone()), extent: word.span().into() };
    Slip {
        message: format!("`{}` is a list", values.key),
        help: format!("write `{}: [{word}]`", values.key),
        meant: Value::List(vec![Element { expects: Vec::new(), value }]),
    }
}

/// `"…".into()`, `b"…"`, `'…'`
fn of_literal(values: &Values<'_>, literal: &Lit) -> Option<Slip> {
    match literal {
        // A string alone is read as one.
        Lit::Str(text) => Some(string("a string needs no method here", &text.value())),
        Lit::ByteStr(bytes) => {
            let text = String::from_utf8(bytes.value()).ok()?;
            Some(string("a string is written without `b`", &text))
        }
        Lit::Char(char) => Some(quotes(values, &char.value().to_string())),
        _ => None,
    }
}

fn quotes(values: &Values<'_>, text: &str) -> Slip {
    let slip = string("a string is written in double quotes", text);
    // In quotes, the word would break a rule as well, and one error is enough.
    if values.key == "origins" { Slip { meant: Value::Missing, ..slip } } else { slip }
}

fn string(message: &str, text: &str) -> Slip {
    Slip { message: message.into(), help: format!("write `{text:?}`"), meant: Value::Text(text.into()) }
}

/// `a::b`, as far as it goes.
fn path(input: &mut Tokens) -> Vec<Ident> {
    let mut path: Vec<Ident> = input.ident().into_iter().collect();
    while !path.is_empty() && input.is_punct(0, ':') && input.is_punct(1, ':') {
        input.next();
        input.next();
        path.extend(input.ident());
    }
    path
}

fn macro_call(values: &mut Values<'_>, name: &Ident, input: &mut Tokens) -> Option<Slip> {
    if name == "vec" {
        return list(values, input, "vec!");
    }
    if name == "concat"
        && let Some(TokenTree::Group(group)) = input.peek(0)
        && let Some(text) = joined(group.stream())
    {
        return Some(string("a macro sees `concat!`, not its result", &text));
    }
    let modes = match input.peek(0) {
        Some(TokenTree::Group(group)) if name == "cfg" => conditional::mode_of(group.stream()),
        _ => None,
    };
    let help = if let Some(mode) = modes {
        let block = |mode: Mode, on| format!("`{} {{ {} }}`", mode.name(), values.setting(on));
        format!("write {} and {}", block(mode, "true"), block(conditional::other(mode), "false"))
    } else if name == "env" || name == "option_env" {
        format!("write {}; `Config::from_env` reads the environment when the app starts", example(values))
    } else if name == "include_str" && values.key == "origins" {
        "write `file(\"partners.txt\")` for a file of origins".into()
    } else {
        format!("write {}; {LATER}", example(values))
    };
    let message = format!("a macro sees `{name}!`, not its result");
    Some(Slip { message, help, meant: Value::Missing })
}

/// What `concat!` makes of strings; `None` if there is anything else.
fn joined(stream: TokenStream) -> Option<String> {
    let input = &mut Tokens::new(stream);
    let parts = iter::from_fn(|| {
        let part = input.next().map(|token| match token {
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
        input.punct(',');
        part
    });
    parts.collect()
}

/// `Duration::from_secs(60)`, `String::from("…")`
fn call(values: &Values<'_>, text: &str, name: &Ident, arguments: TokenStream) -> Option<Slip> {
    let input = &mut Tokens::new(arguments);
    let argument = match input.next() {
        Some(TokenTree::Literal(literal)) if input.is_empty() => Some(Lit::new(literal)),
        _ => None,
    };
    let unit = match name.to_string().as_str() {
        "from_secs" => Some("s"),
        "from_mins" => Some("m"),
        "from_hours" => Some("h"),
        _ => None,
    };
    Some(match (argument, unit) {
        (Some(Lit::Int(number)), Some(unit)) if values.key == "max_age" => Slip {
            message: "a duration is a number with its unit".into(),
            help: format!("write `max_age: {}{unit}`", number.base10_digits()),
            meant: Value::number(false, number.base10_digits(), unit),
        },
        (Some(Lit::Str(text)), _) => string("a string is written here as it is", &text.value()),
        _ => constant(values, text),
    })
}

/// `Method::GET`, `header::AUTHORIZATION`
fn of_path(values: &Values<'_>, text: &str, path: &[Ident]) -> Slip {
    let message = format!("a macro sees the words `{text}`, not the value behind them");
    match path {
        [.., of, method] if values.key == "methods" && of == "Method" => {
            Slip { message, help: format!("write `{method}`"), meant: Value::Word(method.clone()) }
        }
        [.., of, name] if matches!(values.key, "headers" | "expose") && of == "header" => {
            let name = name.to_string().to_ascii_lowercase().replace('_', "-");
            Slip { message, help: format!("write `{name:?}`"), meant: Value::Text(name) }
        }
        _ => constant(values, text),
    }
}
