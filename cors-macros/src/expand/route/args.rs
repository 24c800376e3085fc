//! The arguments of `#[cors(…)]`: the name of a policy or its settings, and the path of the crate.

use cors_engine::Key;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Lit;

use crate::expand::ast::Settings;
use crate::expand::parse;
use crate::expand::report::Errors;
use crate::expand::tokens::Tokens;

/// How settings are written here.
const SEPARATOR: char = '=';

/// The help if nothing could be read.
const HELP: &str =
    "write `#[cors(TASKS)]` with the name of a policy, or `#[cors(origins = […], …)]` with settings";

/// The arguments of the attribute.
pub(crate) struct Args {
    /// The arguments without `crate`, as they were written.
    pub(crate) written: TokenStream,
    /// The path of `cors_actix`.
    pub(crate) krate: TokenStream,
    pub(crate) policy: Policy,
}

/// Which policy.
pub(crate) enum Policy {
    /// One that `cors_policy!` declares.
    Named(TokenStream),
    /// The settings are in the attribute. They are read again for each route, because they include its methods.
    Inline,
    /// None could be read. The error has already been reported.
    Missing,
}

impl Args {
    pub(crate) fn read(stream: TokenStream, errors: &mut Errors) -> Self {
        let (krate, written) = split_crate(stream);
        let krate = krate.unwrap_or_else(|| quote!(::cors_actix));
        let policy = policy(&written, errors);
        Self { written, krate, policy }
    }

    /// The settings of an inline policy.
    pub(crate) fn settings(&self, errors: &mut Errors) -> Settings {
        parse::settings(&mut Tokens::new(self.written.clone()), SEPARATOR, errors)
    }
}

/// Takes `crate = path` out, wherever it is.
fn split_crate(stream: TokenStream) -> (Option<TokenStream>, TokenStream) {
    let input = &mut Tokens::new(stream);
    let (mut krate, mut rest) = (None, TokenStream::new());
    while !input.is_empty() {
        if input.is_word(0, "crate") && input.is_punct(1, SEPARATOR) {
            input.next();
            input.next();
            krate = Some(input.until(|input| input.is_punct(0, ',')));
            input.punct(',');
        } else {
            rest.extend(input.until(|input| input.is_punct(0, ',')));
            rest.extend(input.next());
        }
    }
    (krate, rest)
}

fn policy(written: &TokenStream, errors: &mut Errors) -> Policy {
    let input = &mut Tokens::new(written.clone());
    if input.is_empty() {
        errors.report_with_help(Span::call_site(), "`#[cors]` without a policy", HELP);
        return Policy::Missing;
    }
    if let Some(slip) = slip(input) {
        errors.report_with_help(input.span(), slip.message, format_args!("write `#[cors({})]`", slip.right));
        return Policy::Missing;
    }
    let path = path(input);
    let word = path.clone().into_iter().next();
    let is_key = matches!(&word, Some(TokenTree::Ident(word)) if is_key(&word.to_string()));
    let begins_setting = ['=', ':'].iter().any(|&mark| input.is_punct(0, mark))
        || input.is_group(0, Delimiter::Brace)
        || input.is_group(0, Delimiter::Parenthesis);
    if path.is_empty() || is_key || begins_setting {
        return Policy::Inline;
    }
    if !(input.is_empty() || input.is_punct(0, ',')) {
        let help = format_args!("write `#[cors({})]`", shown(&path));
        let message = "`#[cors]` takes the name of a policy and nothing after it";
        errors.report_with_help(input.span(), message, help);
        return Policy::Missing;
    }
    input.punct(',');
    if !input.is_empty() {
        errors.report_with_help(
            input.span(),
            "`#[cors]` takes a policy's name or settings, and not both",
            "a route's policy inherits nothing: put the settings into a `cors_policy!` of its own",
        );
    }
    Policy::Named(path)
}

/// An argument that was meant as the name of a policy.
struct NoName {
    message: String,
    right: String,
}

fn slip(input: &mut Tokens) -> Option<NoName> {
    let name = "`#[cors]` takes the name of a policy";
    if let Some(TokenTree::Literal(literal)) = input.peek(0) {
        let Lit::Str(text) = Lit::new(literal.clone()) else { return None };
        let text = text.value();
        let is_path = text.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | ':'));
        let right = if is_path && !text.is_empty() { text } else { "TASKS".into() };
        return Some(NoName { message: format!("{name}, not a string"), right });
    }
    if input.is_punct(0, '&') {
        let start = input.mark();
        input.next();
        let right = shown(&path(input));
        input.back_to(start);
        return Some(NoName { message: format!("{name}, without `&`"), right });
    }
    let is_named = ["policy", "name", "with"].iter().any(|word| input.is_word(0, word));
    if is_named && (input.is_punct(1, '=') || input.is_punct(1, ':')) && input.peek_ident(2).is_some() {
        let start = input.mark();
        input.next();
        input.next();
        let right = shown(&path(input));
        input.back_to(start);
        return Some(NoName { message: format!("{name}, and nothing before it"), right });
    }
    let is_any = input.is_word(0, "any") && (input.peek(1).is_none() || input.is_punct(1, ','));
    is_any.then(|| NoName {
        message: "`any` is not the name of a policy".into(),
        right: "origins = any, expect(any_origin, reason = \"…\")".into(),
    })
}

/// A path without spaces.
fn shown(path: &TokenStream) -> String {
    path.to_string().split_whitespace().collect()
}

/// `a::b`, as far as it goes.
fn path(input: &mut Tokens) -> TokenStream {
    let start = input.mark();
    loop {
        if input.is_punct(0, ':') && input.is_punct(1, ':') {
            input.next();
            input.next();
        }
        if input.ident().is_none() || !input.is_punct(0, ':') {
            return input.stream_since(start);
        }
    }
}

/// Returns whether this word is a key, and so the start of a setting that is being typed.
fn is_key(word: &str) -> bool {
    Key::from_name(word).is_some()
}
