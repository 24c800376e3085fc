//! The modules of `cors-macros` as a library: nobody can call the functions of a proc-macro crate.

#[path = "../../cors-macros/src/expand/mod.rs"]
mod expand;

use proc_macro2::TokenStream;

/// What `cors_policy!` makes of its input.
pub fn cors_policy(input: TokenStream) -> TokenStream {
    expand::policy::expand(input)
}

/// What `#[cors(args)]` makes of the item below it.
pub fn cors(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::route::expand(args, item)
}
