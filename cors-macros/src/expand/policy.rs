//! `cors_policy!`: a declaration becomes a static with its tables.

use proc_macro2::{Span, TokenStream};

use crate::expand::ast::Declaration;
use crate::expand::check::{self, Policies};
use crate::expand::emit;
use crate::expand::head;
use crate::expand::ide;
use crate::expand::lower;
use crate::expand::report::Errors;
use crate::expand::stub;

/// Works in two stages: everything that cannot be read or breaks a rule is found before anything is emitted.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let declaration = head::declaration(input, &mut errors);
    let Some(name) = &declaration.name else {
        // The macro may be in an expression, where the compiler takes one macro call and no items.
        return errors.into_first();
    };
    let (mut output, _) = item(&declaration, name.span(), 0, &mut errors);
    output.extend(ide::mentions(&declaration));
    output.extend(errors.into_tokens());
    output
}

/// The static of a declaration, and its policies. If there are more than `before` errors, it is a stub without policies.
pub(crate) fn item(
    declaration: &Declaration,
    name: Span,
    before: usize,
    errors: &mut Errors,
) -> (TokenStream, Option<Policies>) {
    let lowered = lower::lower(&declaration.settings, name, errors);
    let policies = check::check(&lowered, errors).filter(|_| errors.count() == before);
    let mut tokens = match &policies {
        Some(policies) => emit::item(declaration, policies),
        None => stub::item(declaration),
    };
    tokens.extend(emit::dependencies(&lowered.files));
    (tokens, policies)
}
