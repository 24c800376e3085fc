//! Actix's own route macros: which attributes they are, and what they are told.
//!
//! They are read leniently. What they refuse, they refuse themselves, on the user's tokens.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote};
use syn::{Lit, LitStr};

use crate::expand::tokens::Tokens;

use super::item::Attribute;

/// The macros with one method, which is their name in upper case.
const METHODS: [&str; 10] =
    ["connect", "delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];

/// Is it a macro that registers a route?
pub(crate) fn is_route(attribute: &Attribute) -> bool {
    attribute.name == "route" || METHODS.contains(&attribute.name.as_str())
}

/// `#[routes]` makes one of several of them.
pub(crate) fn is_routes(attribute: &Attribute) -> bool {
    attribute.name == "routes"
}

/// What a route macro was told.
pub(crate) struct Route {
    pub(crate) pattern: String,
    /// The resource's name, if it is not the handler's.
    pub(crate) name: Option<String>,
    pub(crate) methods: Vec<Method>,
    /// Paths of functions.
    pub(crate) guards: Vec<TokenStream>,
}

/// A method and where it is named.
#[derive(Clone)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) span: Span,
}

impl Route {
    /// `None` if the macro itself will refuse what it was told.
    pub(crate) fn read(attribute: &Attribute) -> Option<Self> {
        let (word, arguments) = split(attribute)?;
        let input = &mut Tokens::new(arguments.stream());
        let mut route = Self {
            pattern: text(&input.next()?)?.value(),
            name: None,
            methods: Vec::new(),
            guards: Vec::new(),
        };
        if attribute.name != "route" {
            let name = attribute.name.to_ascii_uppercase();
            route.methods.push(Method { name, span: word.span() });
        }
        while input.punct(',').is_some() && !input.is_empty() {
            let key = input.ident()?.to_string();
            input.punct('=')?;
            let value = text(&input.next()?)?;
            match key.as_str() {
                "name" => route.name = Some(value.value()),
                "method" if value.value().chars().all(|char| char.is_ascii_uppercase()) => {
                    route.methods.push(Method { name: value.value(), span: value.span() })
                }
                "guard" => route.guards.push(value.parse().ok()?),
                "wrap" => {}
                _ => return None,
            }
        }
        (input.is_empty() && !route.methods.is_empty()).then_some(route)
    }
}

/// The attribute with one more `wrap`, which as the last one is the outermost.
pub(crate) fn wrapped(attribute: &Attribute, layer: &TokenStream) -> Attribute {
    let Some((_, arguments)) = split(attribute) else { return attribute.clone() };
    let mut stream = arguments.stream();
    let ends_in_comma =
        matches!(stream.clone().into_iter().last(), Some(TokenTree::Punct(mark)) if mark.as_char() == ',');
    let comma = (!ends_in_comma).then(|| quote!(,));
    let layer = Literal::string(&layer.to_string());
    stream.extend(quote!(#comma wrap = #layer));
    let mut parentheses = Group::new(Delimiter::Parenthesis, stream);
    parentheses.set_span(arguments.span());
    let path = attribute.brackets.stream().into_iter();
    let mut replaced: TokenStream = path.take_while(|token| !matches!(token, TokenTree::Group(_))).collect();
    replaced.append(parentheses);
    attribute.with(replaced)
}

/// The last word of the path, and the arguments.
fn split(attribute: &Attribute) -> Option<(Ident, Group)> {
    let mut word = None;
    for token in attribute.brackets.stream() {
        match token {
            TokenTree::Ident(ident) => word = Some(ident),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                return Some((word?, group));
            }
            _ => {}
        }
    }
    None
}

fn text(token: &TokenTree) -> Option<LitStr> {
    let TokenTree::Literal(literal) = token else { return None };
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text),
        _ => None,
    }
}
