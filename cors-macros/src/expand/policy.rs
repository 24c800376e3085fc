//! `cors_policy!`: a declaration becomes a static with its tables.

use proc_macro2::TokenStream;

use crate::expand::check;
use crate::expand::emit;
use crate::expand::head;
use crate::expand::ide;
use crate::expand::lower;
use crate::expand::report::Errors;
use crate::expand::stub;

/// Two gates: everything that cannot be read or breaks a rule is found before anything is written.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let declaration = head::declaration(input, &mut errors);
    let Some(name) = &declaration.name else {
        // It may stand in an expression, where the compiler takes one macro call and no items.
        return errors.into_first();
    };
    let lowered = lower::lower(&declaration.settings, name.span(), &mut errors);
    let policies = check::check(&lowered, &mut errors);
    let mut output = match policies {
        Some(policies) if errors.is_empty() => emit::item(&declaration, &policies),
        _ => stub::item(&declaration),
    };
    output.extend(emit::dependencies(&lowered.files));
    output.extend(ide::mentions(&declaration));
    output.extend(errors.into_tokens());
    output
}
