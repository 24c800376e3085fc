//! `#[cors]`: a separate policy for a route, or for each route of a module.
//!
//! The route macros are read and left out. In the handler's place stands a service of the same name: it holds the handler as it
//! was written, and registers the route together with its preflight.

mod args;
mod handler;
mod hidden;
mod item;
mod macros;
mod module;
mod role;

use proc_macro2::{Span, TokenStream};

use crate::expand::report::Errors;
use args::Args;
use item::{Item, Kind};

/// Expands `#[cors(args)]` on `item`. The item is always part of the output, whatever is wrong.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(args, &mut errors);
    let mut item = Item::read(item);
    for twice in item.take_attributes("cors") {
        errors.report_with_help(
            twice.extent(),
            "a second `#[cors]` on one item: a route has one policy",
            "remove one of them",
        );
    }
    let mut output = match &item.kind {
        Kind::Function(name) => handler::expand(&args, name, &item, &mut errors),
        Kind::Module { name, body } => module::expand(&args, name, body.as_ref(), &item, &mut errors),
        Kind::Other => {
            errors.report_with_help(
                Span::call_site(),
                "`#[cors]` belongs on a route or on a module of routes",
                "put it above the route macro of a handler, such as `#[get(\"/\")]`, or above `#[scope(\"/…\")]`",
            );
            item.tokens()
        }
    };
    output.extend(errors.into_tokens());
    output
}
