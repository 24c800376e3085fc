//! Turns tokens into the tree: the head of a `cors_policy!`, which names the static.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::expand::ast::{Declaration, Static};
use crate::expand::krate;
use crate::expand::parse;
use crate::expand::report::Errors;
use crate::expand::tokens::Tokens;

/// The help if the name cannot be read.
const HELP: &str = "write `pub static CORS;`";

/// The help if there is no name: the macro may be in an expression, where a static is not allowed.
const HELP_WITHOUT_NAME: &str = "put the macro beside your functions, begin it with `static CORS;`, and write `&CORS` where the policy is wanted";

/// Reads the input of `cors_policy!`.
pub(crate) fn declaration(stream: TokenStream, errors: &mut Errors) -> Declaration {
    let input = &mut Tokens::new(stream);
    let krate = crate_path(input).unwrap_or_else(krate::default_path);
    let (attributes, visibility) = (attributes(input), visibility(input));
    let name = name(input, errors);
    // `static CORS { … }` has been reported, and so has anything between the two.
    let braced = input.group(Delimiter::Brace);
    let mut settings = match &braced {
        Some(group) => parse::settings(&mut Tokens::new(group.stream()), ':', errors),
        None => parse::settings(input, ':', errors),
    };
    if braced.is_some() {
        input.punct(';');
    }
    settings.lost |= name.is_none();
    let further = further(input, errors);
    Declaration { krate, attributes, visibility, name, settings, further }
}

/// Reports the statics after the first and skips their settings.
fn further(input: &mut Tokens, errors: &mut Errors) -> Vec<Static> {
    let mut further = Vec::new();
    while !input.is_empty() {
        let (attributes, visibility, start) = (attributes(input), visibility(input), input.span());
        let unheard = &mut Errors::default();
        let name = name(input, unheard);
        let shown = name.as_ref().map_or("…".into(), Ident::to_string);
        let message = format_args!("a second static, `{shown}`: a `cors_policy!` declares one");
        let help = format_args!("put it into a macro of its own: `cors_policy! {{ static {shown}; … }}`");
        errors.report_with_help(start, message, help);
        parse::settings(input, ':', unheard);
        further.extend(name.map(|name| Static { attributes, visibility, name }));
    }
    further
}

/// `crate = path;`. `cors_actix::cors_policy!` puts one before the user's; the last one counts.
fn crate_path(input: &mut Tokens) -> Option<TokenStream> {
    let mut path = None;
    while input.is_word(0, "crate") && input.is_punct(1, '=') {
        input.next();
        input.next();
        path = Some(input.until(|input| input.is_punct(0, ';')));
        input.punct(';');
    }
    path
}

fn attributes(input: &mut Tokens) -> TokenStream {
    let mut attributes = TokenStream::new();
    while input.is_punct(0, '#') && input.is_group(1, Delimiter::Bracket) {
        attributes.extend(input.next());
        attributes.extend(input.next());
    }
    attributes
}

fn visibility(input: &mut Tokens) -> TokenStream {
    let mut visibility = TokenStream::new();
    if input.is_word(0, "pub") {
        visibility.extend(input.next());
        visibility.extend(input.group(Delimiter::Parenthesis).map(TokenTree::Group));
    }
    visibility
}

/// `static NAME;`
fn name(input: &mut Tokens, errors: &mut Errors) -> Option<Ident> {
    let start = input.span();
    let is_static = input.is_word(0, "static");
    if !is_static {
        errors.report_with_help(
            start,
            "a policy is a static of its own, and begins with its name",
            HELP_WITHOUT_NAME,
        );
    }
    if !is_static && !input.is_word(0, "const") {
        to_settings(input);
        return None;
    }
    input.next();
    let name = input.peek_ident(0).cloned().filter(is_no_keyword);
    match &name {
        None => errors.report_with_help(start, "expected a name after `static`", HELP),
        Some(name) if !input.is_punct(1, ';') => {
            let message = format_args!("expected `;` right after `{name}`");
            errors.report_with_help(name.span(), message, format_args!("write `static {name};`"));
        }
        Some(_) => {}
    }
    if name.is_some() {
        input.next();
    }
    // `: PolicySet = { … }`
    let is_key = input.is_punct(2, ':') && !input.is_punct(3, ':');
    let begins_type = input.is_punct(0, ':') && !is_key;
    if begins_type {
        input.until(|input| {
            input.is_punct(0, ';') || input.is_punct(0, '=') || input.is_group(0, Delimiter::Brace)
        });
    }
    input.punct('=');
    if !input.is_group(0, Delimiter::Brace) {
        to_settings(input);
    }
    name
}

fn is_no_keyword(ident: &Ident) -> bool {
    syn::parse2::<Ident>(ident.to_token_stream()).is_ok()
}

/// Goes on after the end of the head, or at the first setting if it has no end.
fn to_settings(input: &mut Tokens) {
    input.until(|input| input.is_punct(0, ';') || parse::begins_item(input));
    input.punct(';');
}
