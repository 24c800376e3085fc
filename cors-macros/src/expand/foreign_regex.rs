//! A regex as files and other crates write it: `regex = "…"`, `{ regex = "…" }`, `Regex::new("…")`, `regex!("…")`.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use syn::Lit;

use crate::expand::parse::named_text;
use crate::expand::tokens::Tokens;

/// Takes such a regex, or several from a set of them, and returns them as they are written.
pub(crate) fn read(input: &mut Tokens) -> Option<Vec<Literal>> {
    if let Some(TokenTree::Group(group)) = input.peek(0).cloned()
        && group.delimiter() == Delimiter::Brace
    {
        let inside = &mut Tokens::new(group.stream());
        let text = named_text(inside, "regex").filter(|_| inside.is_empty())?;
        input.next();
        return Some(vec![text]);
    }
    if let Some(text) = named_text(input, "regex") {
        return Some(vec![text]);
    }
    let start = input.mark();
    let regexes = call(input);
    if regexes.is_none() {
        input.back_to(start);
    }
    regexes
}

/// `Regex::new("…").unwrap()`, `regex!("…")`, `regex "…"`. The grammar's own `regex("…")` is none of these.
fn call(input: &mut Tokens) -> Option<Vec<Literal>> {
    let mut name = input.ident()?;
    let mut is_foreign = name != "regex";
    let mut is_regex = is_name(&name.to_string());
    while input.is_punct(0, ':') && input.is_punct(1, ':') {
        input.next();
        input.next();
        name = input.ident()?;
        is_regex |= is_name(&name.to_string());
        is_foreign = true;
    }
    is_foreign |= input.punct('!').is_some();
    let regexes = match input.next().filter(|_| is_regex)? {
        TokenTree::Literal(literal) => {
            is_foreign = true;
            vec![string(literal)?]
        }
        TokenTree::Group(group) => {
            let (regexes, is_list) = arguments(&group)?;
            is_foreign |= is_list;
            regexes
        }
        _ => return None,
    };
    // `.unwrap()`
    while input.punct('.').is_some() {
        input.ident()?;
        input.group(Delimiter::Parenthesis)?;
        is_foreign = true;
    }
    is_foreign |= input.punct('?').is_some();
    let ends = input.is_empty() || [',', ';', '#'].into_iter().any(|mark| input.is_punct(0, mark));
    (is_foreign && ends).then_some(regexes)
}

/// `Regex`, `regex`, `RegexSet`, `lazy_regex`
fn is_name(word: &str) -> bool {
    word.to_ascii_lowercase().contains("regex")
}

/// The regexes between the parentheses, and whether they are in a list.
fn arguments(group: &Group) -> Option<(Vec<Literal>, bool)> {
    let input = &mut Tokens::new(group.stream());
    input.punct('&');
    match input.group(Delimiter::Bracket) {
        Some(list) => Some((strings(list.stream())?, true)),
        None => strings(group.stream()).filter(|strings| strings.len() == 1).map(|one| (one, false)),
    }
}

fn strings(stream: TokenStream) -> Option<Vec<Literal>> {
    let input = &mut Tokens::new(stream);
    let mut strings = Vec::new();
    while !input.is_empty() {
        let TokenTree::Literal(literal) = input.next()? else { return None };
        strings.push(string(literal)?);
        if input.punct(',').is_none() && !input.is_empty() {
            return None;
        }
    }
    Some(strings).filter(|strings| !strings.is_empty())
}

fn string(literal: Literal) -> Option<Literal> {
    matches!(Lit::new(literal.clone()), Lit::Str(_)).then_some(literal)
}
