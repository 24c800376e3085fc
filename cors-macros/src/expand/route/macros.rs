//! The arguments of Actix's own route macros.
//!
//! Anything that cannot be read here is an error, never a route without its policy.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{Lit, LitStr};

use crate::expand::report::Errors;
use crate::expand::spans::Extent;
use crate::expand::tokens::Tokens;

use super::item::Attribute;

/// The arguments of a route macro.
pub(crate) struct Route {
    pub(crate) pattern: String,
    /// The resource's name, if it is not the handler's.
    pub(crate) name: Option<String>,
    pub(crate) methods: Vec<Method>,
    /// Paths of functions.
    pub(crate) guards: Vec<TokenStream>,
    /// Layers, the innermost first.
    pub(crate) wraps: Vec<TokenStream>,
}

/// A method and where it is named.
#[derive(Clone)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// Why a route cannot be read: where, what, and what to write.
pub(crate) struct Unreadable {
    at: Extent,
    message: String,
    help: String,
}

impl Unreadable {
    fn new(at: impl Into<Extent>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: at.into(), message: message.into(), help: help.into() }
    }

    pub(crate) fn report(self, errors: &mut Errors) {
        errors.report_with_help(self.at, self.message, self.help);
    }
}

impl Route {
    /// Reads the arguments of `attribute`, a route macro.
    pub(crate) fn read(attribute: &Attribute) -> Result<Self, Unreadable> {
        let macro_name = attribute.name();
        let mut route = Self {
            pattern: String::new(),
            name: None,
            methods: Vec::new(),
            guards: Vec::new(),
            wraps: Vec::new(),
        };
        if macro_name != "route" {
            let name = macro_name.to_ascii_uppercase();
            let span = attribute.path.last().map_or_else(Span::call_site, Ident::span);
            route.methods.push(Method { name, span });
        }
        let method = if macro_name == "route" { ", method = \"GET\"" } else { "" };
        let example = format!("write `#[{macro_name}(\"/path\"{method})]`");
        let Some(arguments) = &attribute.arguments else {
            return Err(Unreadable::new(attribute.extent(), "the route has no path", example));
        };
        let input = &mut Tokens::new(arguments.stream());
        let at = if input.is_empty() { arguments.span() } else { input.span() };
        let Some(pattern) = input.next().as_ref().and_then(text) else {
            return Err(Unreadable::new(at, "a route's path is a string, written out", example));
        };
        route.pattern = pattern.value();
        while !input.is_empty() {
            let at = input.span();
            if input.punct(',').is_none() {
                return Err(Unreadable::new(at, format!("expected `,` before {}", input.found()), example));
            }
            if !input.is_empty() {
                route.option(input, &macro_name)?;
            }
        }
        match route.methods.is_empty() {
            true => Err(Unreadable::new(attribute.extent(), "the route has no method", example)),
            false => Ok(route),
        }
    }

    /// Reads `key = "value"`.
    fn option(&mut self, input: &mut Tokens, macro_name: &str) -> Result<(), Unreadable> {
        let at = input.span();
        let refused = |found: &str| {
            let method = if macro_name == "route" { "`method`, " } else { "" };
            let help = format!("it takes {method}`name`, `guard` and `wrap`, each with a string");
            Unreadable::new(at, format!("`#[{macro_name}]` does not take {found}"), help)
        };
        let found = input.found();
        let key = input.ident().ok_or_else(|| refused(&found))?.to_string();
        let is_known = ["name", "guard", "wrap"].contains(&key.as_str());
        if !(is_known || key == "method" && macro_name == "route") {
            return Err(refused(&found));
        }
        let example = format!("write `{key} = \"…\"`");
        let unreadable = |at| Unreadable::new(at, format!("`{key}` takes a string"), example.clone());
        let at = input.span();
        input.punct('=').ok_or_else(|| unreadable(at))?;
        let at = input.span();
        let value = input.next().as_ref().and_then(text).ok_or_else(|| unreadable(at))?;
        match key.as_str() {
            "name" => self.name = Some(value.value()),
            "guard" => self.guards.push(value.parse().map_err(|_| {
                Unreadable::new(at, "`guard` names a function", "write `guard = \"path::of_a_function\"`")
            })?),
            "method" => {
                let (name, span) = (value.value(), value.span());
                if name.is_empty() || !name.chars().all(|char| char.is_ascii_uppercase()) {
                    let help = format!("write `method = \"{}\"`", name.to_ascii_uppercase());
                    return Err(Unreadable::new(span, "a route's methods are in upper case", help));
                }
                self.methods.push(Method { name, span });
            }
            _ => self.wraps.push(value.parse().map_err(|_| {
                Unreadable::new(at, "`wrap` is an expression", "write `wrap = \"from_fn(layer)\"`")
            })?),
        }
        Ok(())
    }
}

fn text(token: &TokenTree) -> Option<LitStr> {
    let TokenTree::Literal(literal) = token else { return None };
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text),
        _ => None,
    }
}
