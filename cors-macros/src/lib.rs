//! `cors_policy!`: CORS policies that are checked and compiled when the program is built.
//!
//! The macro is a translator. It reads tokens into the configuration that `cors-core` reads from files,
//! has it judged by the same rules, puts each violation on the token at fault, and writes the tables of
//! a flawless policy into a `static`. It holds no rule and no lookup of its own.
//!
//! An app on Actix Web uses it as `cors_actix::cors_policy!`; one on another framework depends on this
//! crate and `cors-core`.

mod ast;
mod check;
mod docs;
mod emit;
mod head;
mod ide;
mod krate;
mod lower;
mod origin_file;
mod parse;
mod report;
mod spans;
mod stub;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro::TokenStream;
use proc_macro2::Span;

use crate::report::Errors;

/// Declares a CORS policy as a `static`.
#[proc_macro]
pub fn cors_policy(input: TokenStream) -> TokenStream {
    expand(input.into()).into()
}

/// Two gates: everything that cannot be read or breaks a rule is found before anything is written.
fn expand(input: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let declaration = head::declaration(input, &mut errors);
    let name = declaration.name.as_ref().map_or_else(Span::call_site, |name| name.span());
    let lowered = lower::lower(&declaration.settings, name, &mut errors);
    let policies = check::check(&lowered, &mut errors);
    let mut output = match policies {
        Some(policies) if errors.is_empty() => emit::item(&declaration, &policies),
        _ => stub::item(&declaration),
    };
    output.extend(emit::dependencies(&lowered.files));
    output.extend(ide::imports(&declaration));
    output.extend(errors.into_tokens());
    output
}
