//! `#[cors]` on a module: puts the attribute on each route inside that has none of its own.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, format_ident, quote};

use crate::expand::report::Errors;
use crate::expand::tokens::Tokens;

use super::args::{Args, Policy};
use super::handler;
use super::hidden;
use super::item::{self, Attribute, Item, Kind};
use super::role::{Doubt, Role};

/// Returns the module with a `#[cors]` on each of its routes.
pub(crate) fn expand(
    args: &Args,
    name: &Ident,
    body: Option<&Group>,
    module: &Item,
    errors: &mut Errors,
) -> TokenStream {
    let Some(body) = body else {
        report_file(name, errors);
        return module.tokens();
    };
    let sound = match &args.policy {
        Policy::Missing => false,
        Policy::Named(_) => true,
        Policy::Inline => handler::check_inline(args, errors),
    };
    if !sound {
        return module.tokens();
    }
    let before = errors.count();
    let mut spread = Spread { args, alias: alias(args, name), errors, found: 0 };
    let inside = spread.items(body.stream(), 1);
    let Spread { alias, found, .. } = spread;
    if found == 0 && errors.count() == before {
        errors.report_with_help(
            Span::call_site(),
            format_args!("no route in `{name}` takes this policy"),
            "`#[cors]` on a module is for the handlers in it with a route macro and no `#[cors]` of their own",
        );
    }
    if errors.count() > before {
        return module.tokens();
    }
    let mut braces = Group::new(body.delimiter(), inside);
    braces.set_span(body.span());
    let mut output = alias.as_ref().map(Alias::import).unwrap_or_default();
    output.append_all(&module.attributes);
    output.extend(module.visibility.clone());
    // The body is the last token.
    let mut rest: Vec<TokenTree> = module.rest.clone().into_iter().collect();
    rest.pop();
    output.extend(rest);
    output.append(braces);
    output
}

/// A second name for the policy. It works inside the module, whatever is imported there.
struct Alias<'a> {
    policy: &'a TokenStream,
    name: Ident,
}

/// `None` for an absolute path, which needs no alias.
fn alias<'a>(args: &'a Args, module: &Ident) -> Option<Alias<'a>> {
    let Policy::Named(policy) = &args.policy else { return None };
    let is_absolute = match policy.clone().into_iter().next() {
        Some(TokenTree::Ident(word)) => word == "crate",
        first => first.is_some(),
    };
    (!is_absolute).then(|| Alias { policy, name: format_ident!("__cors_{module}") })
}

impl Alias<'_> {
    fn import(&self) -> TokenStream {
        let Self { policy, name } = self;
        quote! {
            #[allow(unused_imports, non_upper_case_globals)]
            use #policy as #name;
        }
    }
}

/// The walk through the items.
struct Spread<'a, 'e> {
    args: &'a Args,
    alias: Option<Alias<'a>>,
    errors: &'e mut Errors,
    /// How many routes got the attribute.
    found: usize,
}

impl Spread<'_, '_> {
    /// The items of a module `depth` levels down, each route with the attribute.
    fn items(&mut self, stream: TokenStream, depth: usize) -> TokenStream {
        let input = &mut Tokens::new(stream);
        let mut output = TokenStream::new();
        while input.is_punct(0, '#') && input.is_punct(1, '!') {
            // An attribute of the module itself.
            output.extend((0..3).filter_map(|_| input.next()));
        }
        while !input.is_empty() {
            self.item(input, depth, &mut output);
        }
        output
    }

    fn item(&mut self, input: &mut Tokens, depth: usize, output: &mut TokenStream) {
        let mut attributes = Vec::new();
        while let Some(attribute) = Attribute::read(input) {
            attributes.push(attribute);
        }
        let has = |role| attributes.iter().any(|attribute| Role::of(attribute) == role);
        let is_route = has(Role::Route) || has(Role::Routes);
        let start = input.mark();
        // Nobody knows what another macro makes of its tokens, and an item with its own `#[cors]` expands itself.
        let is_read = !hidden::report_macro(input, self.errors) && !has(Role::Cors);
        let kind = item::head(input);
        if is_read && is_route {
            self.route(&attributes, depth, output);
        } else {
            output.append_all(&attributes);
        }
        match &kind {
            Kind::Module { body: Some(body), .. } if is_read => {
                let mut head: Vec<TokenTree> = input.stream_since(start).into_iter().collect();
                head.pop();
                output.extend(head);
                let mut braces = Group::new(body.delimiter(), self.items(body.stream(), depth + 1));
                braces.set_span(body.span());
                output.append(braces);
                return;
            }
            Kind::Module { name, body: None } if is_read => report_file(name, self.errors),
            _ => {}
        }
        if !matches!(kind, Kind::Module { body: Some(_), .. }) {
            input.until(ends_item);
            input.next();
        }
        let item = input.stream_since(start);
        if is_read {
            let may_be_route =
                is_route || matches!(kind, Kind::Function(_)) && item::has_response(item.clone());
            if let Some(doubt) = Doubt::find(&attributes).filter(|_| may_be_route) {
                doubt.report(hidden::MOVE_OUT, self.errors);
            }
            hidden::report_routes(item.clone(), self.errors);
        }
        output.extend(item);
    }

    /// Puts the attribute right above the route macro, below whatever has to come before it.
    fn route(&mut self, attributes: &[Attribute], depth: usize, output: &mut TokenStream) {
        self.found += 1;
        let is_route = |attribute: &Attribute| matches!(Role::of(attribute), Role::Route | Role::Routes);
        let first = attributes.iter().position(is_route).unwrap_or_default();
        output.append_all(&attributes[..first]);
        output.extend(self.attribute(depth));
        output.append_all(&attributes[first..]);
    }

    fn attribute(&self, depth: usize) -> TokenStream {
        let Args { krate, written, .. } = self.args;
        let policy = match &self.alias {
            None => written.clone(),
            Some(Alias { name, .. }) => {
                let up = (0..depth).map(|_| quote!(super::));
                quote!(#(#up)* #name)
            }
        };
        quote!(#[#krate::cors(crate = #krate, #policy)])
    }
}

/// Reports a module whose routes cannot be seen.
fn report_file(name: &Ident, errors: &mut Errors) {
    errors.report_with_help(
        name.span(),
        format_args!("`#[cors]` cannot see the routes of `{name}`, which stand in another file"),
        "put `#[cors(…)]` on each of them, and the `mod` outside of this module",
    );
}

/// Returns whether a semicolon or a block comes next, which ends an item. What may still follow a block is not an attribute.
fn ends_item(input: &Tokens) -> bool {
    input.is_punct(0, ';') || input.is_group(0, Delimiter::Brace)
}
