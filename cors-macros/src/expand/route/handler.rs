//! `#[cors]` on a handler.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::expand::ast::{Declaration, Element, Entry, Settings, Spanned, Value};
use crate::expand::check;
use crate::expand::ide;
use crate::expand::lower;
use crate::expand::policy;
use crate::expand::report::Errors;

use super::args::{Args, Policy};
use super::item::{self, Attribute, Item};
use super::macros::{Method, Route};
use super::role::{Doubt, Role};

/// A handler of the same name, which registers preflight and route.
pub(crate) fn expand(args: &Args, name: &Ident, item: &Item, errors: &mut Errors) -> TokenStream {
    if let Some(doubt) = Doubt::find(&item.attributes) {
        doubt.report("", errors);
        return item.tokens();
    }
    let has = |role| item.attributes.iter().any(|attribute| Role::of(attribute) == role);
    if !(has(Role::Route) || has(Role::Routes)) {
        errors.report_with_help(
            Span::call_site(),
            format_args!("no route macro below this `#[cors]` makes `{name}` a route"),
            "put `#[cors(…)]` above `#[get(\"/…\")]`: a route macro hides its path from attributes below it",
        );
        return item.tokens();
    }
    let Some(routes) = routes(name, item, errors) else { return unread(args, name, item) };
    let methods: Vec<Method> = routes.iter().flat_map(|route| route.methods.clone()).collect();
    let (policy, declared) = match &args.policy {
        Policy::Missing => return item.tokens(),
        Policy::Named(path) => (path.clone(), check_methods(args, path, name, &methods)),
        Policy::Inline => inline(args, name, &methods, errors),
    };
    registering(args, name, item, &routes, &policy, &declared)
}

/// The arguments of the route macros. `None` if one of them cannot be read, which has already been reported.
fn routes(name: &Ident, item: &Item, errors: &mut Errors) -> Option<Vec<Route>> {
    let before = errors.count();
    let mut routes = Vec::new();
    for attribute in item.attributes.iter().filter(|attribute| Role::of(attribute) == Role::Route) {
        match Route::read(attribute) {
            Ok(route) => routes.push(route),
            Err(unreadable) => unreadable.report(errors),
        }
    }
    if errors.count() == before && routes.is_empty() {
        let help = "write `#[get(\"/path\")]` below `#[routes]`";
        errors.report_with_help(name.span(), format_args!("`{name}` has `#[routes]` and no route"), help);
    }
    if errors.count() == before && !item::has_response(item.rest.clone()) {
        let help = format_args!("write `async fn {name}(…) -> impl Responder`");
        errors.report_with_help(name.span(), format_args!("`{name}` returns no response"), help);
    }
    (errors.count() == before).then_some(routes)
}

/// A handler of the same name that registers nothing. The error says why. The route macros are left out, because they would
/// report the same mistake again.
fn unread(args: &Args, name: &Ident, item: &Item) -> TokenStream {
    let rest = &item.rest;
    let body = quote! {
        let _ = __config;
        #[allow(dead_code)]
        #rest
    };
    handler(args, name, item, &body)
}

/// The handler of the same name. The user's own handler is inside, with its attributes in their order, except the route macros:
/// the run time registers the route itself, so that the route also gets its preflights.
fn registering(
    args: &Args,
    name: &Ident,
    item: &Item,
    routes: &[Route],
    policy: &TokenStream,
    declared: &TokenStream,
) -> TokenStream {
    let (macros, attributes): (Vec<_>, Vec<_>) = item
        .attributes
        .iter()
        .partition(|attribute| matches!(Role::of(attribute), Role::Route | Role::Routes));
    // Otherwise the imports of the route macros would count as unused. Macros below `#[routes]` need no import, because it reads
    // them itself.
    let is_one_of_several = macros.iter().any(|attribute| Role::of(attribute) == Role::Routes);
    let named = if is_one_of_several { Role::Routes } else { Role::Route };
    let macros = macros.iter().filter(|attribute| Role::of(attribute) == named).map(|attribute| {
        let path = &attribute.path;
        quote!(#[allow(unused_imports)] use #(#path)::* as _;)
    });
    let rest = &item.rest;
    let routes = routes.iter().map(|route| registration(&args.krate, name, policy, route));
    let body = quote! {
        #(#macros)*
        #declared
        #(#attributes)*
        #rest
        #(#routes)*
    };
    handler(args, name, item, &body)
}

/// A handler of this name. Actix registers it by running `body`.
fn handler(args: &Args, name: &Ident, item: &Item, body: &TokenStream) -> TokenStream {
    let krate = &args.krate;
    let conditions: Vec<&Attribute> = item.attributes("cfg").collect();
    let documentation = item.attributes("doc");
    quote! {
        #(#conditions)*
        #(#documentation)*
        #[allow(non_camel_case_types, missing_docs, unreachable_pub)]
        // The same visibility as with Actix's own macros.
        pub struct #name;

        #(#conditions)*
        impl #krate::__private::HttpServiceFactory for #name {
            fn register(self, __config: &mut #krate::__private::AppService) {
                #body
            }
        }
    }
}

/// Registers a route. Only a route with its own layers needs its own types.
fn registration(krate: &TokenStream, handler: &Ident, policy: &TokenStream, route: &Route) -> TokenStream {
    let Route { pattern, name, methods, guards, wraps } = route;
    let name = name.clone().unwrap_or_else(|| handler.to_string());
    let methods = methods.iter().map(|method| &method.name);
    let register = if wraps.is_empty() { quote!(register) } else { quote!(register_wrapped) };
    let service = wraps.iter().fold(
        quote!(#krate::__private::to(#handler)),
        |service, wrap| quote!(#krate::__private::wrap(#wrap, #service)),
    );
    quote! {
        #krate::__private::#register(
            __config,
            &#policy,
            #krate::__private::RouteParts {
                pattern: #pattern,
                name: #name,
                methods: &[#(#methods),*],
                guards: ::std::vec![#(::std::boxed::Box::new(#krate::__private::fn_guard(#guards))),*],
            },
            #service,
        );
    }
}

/// The name of an inline policy, and its static.
fn inline(
    args: &Args,
    handler: &Ident,
    methods: &[Method],
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    let krate = &args.krate;
    let name = Ident::new("__CORS", Span::call_site());
    let before = errors.count();
    let settings = args.settings(errors);
    let mut declaration = Declaration {
        krate: quote!(#krate::__core),
        attributes: TokenStream::new(),
        visibility: TokenStream::new(),
        name: Some(name.clone()),
        settings,
        further: Vec::new(),
    };
    let mut tokens = ide::mentions(&declaration);
    default_methods(&mut declaration.settings, methods);
    let (item, policies) = policy::item(&declaration, Span::call_site(), before, errors);
    tokens.extend(item);
    if let Some(policies) = policies {
        let refused =
            methods.iter().filter(|method| !policies.production.allows_method(method.name.as_bytes()));
        for method in refused {
            let (message, help) = not_allowed(handler, &method.name);
            errors.report_with_help(method.span, message, help);
        }
    }
    (name.into_token_stream(), tokens)
}

/// Checks inline settings above a whole module, without the methods of any route.
pub(crate) fn check_inline(args: &Args, errors: &mut Errors) -> bool {
    let before = errors.count();
    let settings = args.settings(errors);
    let lowered = lower::lower(&settings, Span::call_site(), errors);
    check::check(&lowered, errors);
    errors.count() == before
}

/// `methods = [the route's own]`, unless the settings have some.
fn default_methods(settings: &mut Settings, methods: &[Method]) {
    if settings.outer.iter().any(|entry| entry.key == "methods") {
        return;
    }
    let mut named: Vec<&Method> = Vec::new();
    for method in methods {
        // `GET` includes `HEAD`, and two routes of one handler may share a method.
        let implied = method.name == "HEAD" && methods.iter().any(|other| other.name == "GET");
        if !implied && !named.iter().any(|other| other.name == method.name) {
            named.push(method);
        }
    }
    let entry = |method: &&Method| Element {
        expects: Vec::new(),
        value: Spanned { node: Value::Text(method.name.clone()), extent: method.span.into() },
    };
    let Some(first) = named.first() else { return };
    let value = Spanned { extent: first.span.into(), node: Value::List(named.iter().map(entry).collect()) };
    settings.outer.push(Entry { expects: Vec::new(), key: Ident::new("methods", first.span), value });
}

/// Checks the policy for each method by const evaluation. The error points to the attribute.
///
/// The production policy decides: a method that only the development policy allows would fail in production.
fn check_methods(args: &Args, policy: &TokenStream, handler: &Ident, methods: &[Method]) -> TokenStream {
    let krate = &args.krate;
    let checks = methods.iter().map(|Method { name, .. }| {
        let (message, help) = not_allowed(handler, name);
        let message = Literal::string(&format!("{message}\nhelp: {help}"));
        quote_spanned! {Span::call_site()=>
            const _: () = if !#krate::__core::__private::allows_method(#policy.production(), #name) {
                ::core::panic!(#message)
            };
        }
    });
    checks.collect()
}

/// The message for a route whose policy does not allow its method.
fn not_allowed(handler: &Ident, method: &str) -> (String, String) {
    let message = format!(
        "the policy of `{handler}` does not allow {method}: every preflight for this route would be refused"
    );
    (message, format!("add {method} to the policy's `methods`"))
}
