//! Routes that the `#[cors]` of a module does not reach: in the bodies of functions, and in macros.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::expand::report::Errors;
use crate::expand::tokens::Tokens;

use super::item::{self, Attribute};
use super::role::{Doubt, Role};

/// The end of a help: what to do with a function that is not a route.
pub(crate) const MOVE_OUT: &str = "; what is no route moves out of the module";

/// Macros that make no route: `macro_rules!` itself (its rules are read), and those of `std`, `log` and `tracing`.
const KNOWN: [&str; 44] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "cors_policy",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "error",
    "event",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "info",
    "line",
    "log",
    "macro_rules",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "span",
    "stringify",
    "thread_local",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// The types through which a function registers routes.
const REGISTRIES: [&str; 2] = ["AppService", "ServiceConfig"];

/// Reports a macro call in the place of an item, unless the macro is known not to make a route.
///
/// Returns whether there is such a call. Only that macro knows what its tokens mean.
pub(crate) fn report_macro(input: &mut Tokens, errors: &mut Errors) -> bool {
    let start = input.mark();
    let name = macro_call(input);
    input.back_to(start);
    if let Some(name) = name.as_ref().filter(|name| !is_known(name)) {
        report_call(name, errors);
    }
    name.is_some_and(|name| name != "macro_rules")
}

/// Reports the routes inside of an item.
pub(crate) fn report_routes(item: TokenStream, errors: &mut Errors) {
    let registers = mentions(&item, &REGISTRIES) || calls_service(&item);
    walk(item, registers, errors);
}

/// `registers` says that this function registers routes, so a macro that it calls may make one.
fn walk(stream: TokenStream, registers: bool, errors: &mut Errors) {
    let input = &mut Tokens::new(stream);
    while !input.is_empty() {
        let mut attributes = Vec::new();
        while let Some(attribute) = Attribute::read(input) {
            attributes.push(attribute);
        }
        if !attributes.is_empty() {
            report_function(&attributes, input, errors);
            continue;
        }
        if registers && let Some(name) = macro_call(input) {
            if !is_known(&name) {
                report_call(&name, errors);
            }
            continue;
        }
        if let Some(TokenTree::Group(group)) = input.next() {
            walk(group.stream(), registers, errors);
        }
    }
}

/// Reports a function with these attributes that may be a route but has no `#[cors]`.
fn report_function(attributes: &[Attribute], input: &mut Tokens, errors: &mut Errors) {
    let roles: Vec<Role> = attributes.iter().map(Role::of).collect();
    if !item::may_be_function(input) || roles.contains(&Role::Cors) {
        return;
    }
    let route = roles.iter().position(|role| matches!(role, Role::Route | Role::Routes));
    if let Some(route) = route.and_then(|index| attributes.get(index)) {
        errors.report_with_help(
            route.extent(),
            "the `#[cors]` of the module does not reach this route",
            "put a `#[cors(…)]` right above it",
        );
    } else if let Some(doubt) = Doubt::find(attributes).filter(|_| may_be_handler(input)) {
        doubt.report(MOVE_OUT, errors);
    }
}

/// Returns whether the function that comes next returns something and is not a method.
fn may_be_handler(input: &mut Tokens) -> bool {
    let start = input.mark();
    let signature = input.until(|input| input.is_group(0, Delimiter::Brace));
    input.back_to(start);
    let mut tokens = signature.clone().into_iter();
    let parameters = tokens.find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    });
    item::has_response(signature) && !parameters.is_some_and(|parameters| mentions(&parameters, &["self"]))
}

/// Takes `path::name! …` up to its tokens, if it comes next, and gives the name.
fn macro_call(input: &mut Tokens) -> Option<Ident> {
    let start = input.mark();
    let mut name = input.ident();
    while name.is_some() && input.is_punct(0, ':') && input.is_punct(1, ':') {
        input.next();
        input.next();
        name = input.ident();
    }
    let is_call = name.is_some()
        && input.punct('!').is_some()
        && matches!(input.peek(0), Some(TokenTree::Group(_) | TokenTree::Ident(_)));
    if !is_call {
        input.back_to(start);
    }
    name.filter(|_| is_call)
}

fn is_known(name: &Ident) -> bool {
    KNOWN.iter().any(|known| name == known)
}

fn report_call(name: &Ident, errors: &mut Errors) {
    errors.report_with_help(
        name.span(),
        format_args!("`#[cors]` cannot see whether `{name}!` makes routes"),
        "move it out of the module; a route inside of a macro takes a `#[cors(…)]` of its own there",
    );
}

/// Returns whether the tokens contain `.service(…)`, at any depth.
fn calls_service(stream: &TokenStream) -> bool {
    let input = &mut Tokens::new(stream.clone());
    while !input.is_empty() {
        let calls = input.is_punct(0, '.')
            && input.is_word(1, "service")
            && input.is_group(2, Delimiter::Parenthesis);
        match input.next() {
            _ if calls => return true,
            Some(TokenTree::Group(group)) if calls_service(&group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// Returns whether the tokens contain one of the words, at any depth.
fn mentions(stream: &TokenStream, words: &[&str]) -> bool {
    stream.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Group(group) => mentions(&group.stream(), words),
        _ => false,
    })
}
