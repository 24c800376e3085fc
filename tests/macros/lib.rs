//! The modules of `cors-macros` as a library: nobody can call the functions of a proc-macro crate.

#[path = "../../cors-macros/src/ast.rs"]
mod ast;
#[path = "../../cors-macros/src/check.rs"]
mod check;
#[path = "../../cors-macros/src/docs.rs"]
mod docs;
#[path = "../../cors-macros/src/emit.rs"]
mod emit;
#[path = "../../cors-macros/src/head.rs"]
mod head;
#[path = "../../cors-macros/src/ide.rs"]
mod ide;
#[path = "../../cors-macros/src/krate.rs"]
mod krate;
#[path = "../../cors-macros/src/lower.rs"]
mod lower;
#[path = "../../cors-macros/src/origin_file.rs"]
mod origin_file;
#[path = "../../cors-macros/src/parse.rs"]
mod parse;
#[path = "../../cors-macros/src/policy.rs"]
mod policy;
#[path = "../../cors-macros/src/report.rs"]
mod report;
#[path = "../../cors-macros/src/route/mod.rs"]
mod route;
#[path = "../../cors-macros/src/spans.rs"]
mod spans;
#[path = "../../cors-macros/src/stub.rs"]
mod stub;
#[path = "../../cors-macros/src/tokens.rs"]
mod tokens;

use proc_macro2::TokenStream;

/// What `cors_policy!` makes of its input.
pub fn cors_policy(input: TokenStream) -> TokenStream {
    policy::expand(input)
}

/// What `#[cors(args)]` makes of the item below it.
pub fn cors(args: TokenStream, item: TokenStream) -> TokenStream {
    route::expand(args, item)
}
