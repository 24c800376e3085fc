//! Rust source: the builder calls of actix-cors and tower-http.
//!
//! Literals are read. A closure, or a value from elsewhere, is reported as such, with its text.

use std::collections::BTreeMap;

use cors_engine::Key;
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Lit};

use super::Imported;
use super::draft::{Draft, Entry, Value};
use crate::report::Problem;

/// The library whose layer is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    ActixCors,
    TowerHttp,
}

impl Library {
    /// As its crate is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ActixCors => "actix-cors",
            Self::TowerHttp => "tower-http",
        }
    }
}

/// A layer that a file builds.
pub(crate) struct Layer {
    pub(crate) library: Library,
    pub(crate) imported: Imported,
}

pub(super) fn read(source: &str, text: &str, library: Library) -> Result<Vec<Imported>, Problem> {
    let layers =
        layers(text).map_err(|error| Problem::new(format!("{source} is not Rust source: {error}")))?;
    Ok(layers.into_iter().filter(|layer| layer.library == library).map(|layer| layer.imported).collect())
}

/// Every layer of a file, in the order of the file.
pub(crate) fn layers(text: &str) -> Result<Vec<Layer>, syn::Error> {
    // Or statements, as somebody copies them out of a file.
    let file = syn::parse_file(text)
        .or_else(|error| syn::parse_file(&format!("fn copied() {{ {text}\n}}")).map_err(|_| error))?;
    let mut finder = Finder::default();
    finder.visit_file(&file);
    Ok(finder.found.into_iter().map(Found::layer).collect())
}

/// A layer whose calls are not all known yet.
struct Found {
    library: Library,
    place: String,
    line: usize,
    settings: Collected,
}

impl Found {
    fn layer(self) -> Layer {
        let Self { library, place, line, settings } = self;
        Layer { library, imported: Imported { place, line: Some(line), draft: settings.draft(library) } }
    }
}

#[derive(Default)]
struct Finder {
    found: Vec<Found>,
    /// The variables of the function that hold a layer, with its index.
    variables: BTreeMap<String, usize>,
}

impl Finder {
    /// Visits a function, which does not see the variables of others.
    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = std::mem::take(&mut self.variables);
        visit(self);
        self.variables = outside;
    }

    /// Visits the value of a variable.
    fn visit_value(&mut self, name: Option<String>, value: &Expr) {
        let next = self.found.len();
        self.visit_expr(value);
        let layer = match root(value) {
            Some(variable) => self.variables.get(&variable).copied(),
            None => chain(value, &mut Vec::new()).map(|_| next),
        };
        if let Some((name, layer)) = name.zip(layer) {
            self.variables.insert(name, layer);
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.within(|finder| visit::visit_item_fn(finder, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.within(|finder| visit::visit_impl_item_fn(finder, function));
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let name = match &local.pat {
            syn::Pat::Type(typed) => &typed.pat,
            pattern => pattern,
        };
        let name = match name {
            syn::Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        };
        if let Some(init) = &local.init {
            self.visit_value(name, &init.expr);
            init.diverge.iter().for_each(|(_, otherwise)| self.visit_expr(otherwise));
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if let Expr::Assign(assign) = expr {
            return self.visit_value(root(&assign.left), &assign.right);
        }
        let mut calls = Vec::new();
        if let Some((library, start, root)) = chain(expr, &mut calls) {
            let line = root.span().start().line;
            let settings = Collected::of(library, &start, &calls);
            let place = format!("line {line}, {}", root.to_token_stream().to_string().replace(' ', ""));
            self.found.push(Found { library, place, line, settings });
            // The arguments may build others, the chain itself is done.
            for call in calls {
                call.args.iter().for_each(|argument| self.visit_expr(argument));
            }
            return;
        }
        if let Expr::MethodCall(call) = expr
            && let Some(variable) = root(expr)
            && let Some(found) = self.variables.get(&variable).map(|layer| &mut self.found[*layer])
        {
            found.settings.later(found.library, &variable, call);
        }
        visit::visit_expr(self, expr);
    }
}

/// The variable at the root of a chain of calls.
fn root(expr: &Expr) -> Option<String> {
    match expr {
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// The builder at the root of a chain of calls, and the calls in their order.
fn chain<'a>(expr: &'a Expr, calls: &mut Vec<&'a ExprMethodCall>) -> Option<(Library, String, &'a ExprCall)> {
    match expr {
        Expr::MethodCall(call) => {
            let found = chain(&call.receiver, calls)?;
            calls.push(call);
            Some(found)
        }
        Expr::Paren(inner) => chain(&inner.expr, calls),
        Expr::Try(inner) => chain(&inner.expr, calls),
        Expr::Call(call) if call.args.is_empty() => {
            let Expr::Path(path) = &*call.func else { return None };
            let mut segments = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
            let (function, owner) = (segments.next()?, segments.next()?);
            let library = match (owner.as_str(), function.as_str()) {
                ("Cors", "default" | "permissive") => Library::ActixCors,
                ("CorsLayer", "new" | "permissive" | "very_permissive" | "default") => Library::TowerHttp,
                _ => return None,
            };
            Some((library, function, call))
        }
        _ => None,
    }
}

/// What the calls add up to.
#[derive(Default)]
struct Collected {
    origins: Vec<Entry>,
    any_origin: bool,
    credentials: bool,
    lists: [Vec<String>; 3],
    any: [bool; 3],
    /// Which of these browsers see as `*`.
    stars: [bool; 3],
    max_age: Option<u64>,
    private_network: bool,
    /// Preflights are left to the app, which nobody has read.
    without_preflights: bool,
    unread: Vec<String>,
}

/// The methods that the `http` crate has constants for and that pages can send.
const STANDARD_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The lists of `Collected`, by index.
const LISTS: [Key; 3] = [Key::Methods, Key::Headers, Key::Expose];

impl Collected {
    fn of(library: Library, start: &str, calls: &[&ExprMethodCall]) -> Self {
        let mut settings = Self::default();
        match (library, start) {
            (Library::ActixCors, "permissive") => {
                settings = Self {
                    any_origin: true,
                    credentials: true,
                    any: [false, true, true],
                    max_age: Some(3600),
                    ..settings
                };
                settings.standard_methods();
            }
            (Library::TowerHttp, "permissive") => {
                settings = Self { any_origin: true, any: [true; 3], stars: [true; 3], ..settings }
            }
            (Library::TowerHttp, "very_permissive") => {
                settings = Self { any_origin: true, credentials: true, any: [true, true, false], ..settings };
            }
            _ => {}
        }
        for call in calls {
            settings.call(library, call);
        }
        settings
    }

    fn draft(mut self, library: Library) -> Draft {
        if self.without_preflights {
            for index in 0..=1 {
                self.any[index] = false;
                self.lists[index].clear();
            }
            self.unread.push("`.disable_preflight()`: the app answers preflights, or nothing does".into());
        }
        let mut draft = Draft::default();
        let origins = if self.any_origin { Value::Any } else { Value::List(self.origins) };
        draft.set(Key::Origins, origins, Vec::new());
        draft.flag(Key::Credentials, self.credentials);
        for ((key, list), any) in LISTS.into_iter().zip(self.lists).zip(self.any) {
            match any {
                true => draft.set(key, Value::Any, Vec::new()),
                false if !list.is_empty() => draft.list(key, list),
                // Without a list, actix-cors refuses every preflight, and browsers let pass what needs none.
                false if key == Key::Methods && library == Library::ActixCors => draft.list(key, list),
                false => {}
            }
        }
        for (key, _) in LISTS.into_iter().zip(self.stars).filter(|(_, is_star)| *is_star) {
            draft.is_sent(key);
        }
        if let Some(seconds) = self.max_age {
            draft.set(Key::MaxAge, Value::Number(seconds), Vec::new());
        }
        draft.flag(Key::PrivateNetwork, self.private_network);
        draft.unread = self.unread;
        draft
    }

    /// A call on the variable that holds the layer, which may never be made, or in another order.
    ///
    /// What it sets is left out if it may have become less.
    fn later(&mut self, library: Library, variable: &str, call: &ExprMethodCall) {
        let key = match call.method.to_string().as_str() {
            "clone" | "into" | "unwrap" | "expect" => return,
            "allowed_origin" | "allow_origin" => Some(Key::Origins),
            "allowed_methods" | "allow_methods" => Some(Key::Methods),
            "allowed_header" | "allowed_headers" | "allow_headers" => Some(Key::Headers),
            "expose_headers" => Some(Key::Expose),
            "allow_credentials" => Some(Key::Credentials),
            "allow_private_network" => Some(Key::PrivateNetwork),
            _ => None,
        };
        let is_kept = library == Library::ActixCors;
        match key {
            Some(Key::Origins) => {
                self.any_origin = false;
                self.origins.retain(|_| is_kept);
            }
            Some(Key::Credentials) => self.credentials = false,
            Some(Key::PrivateNetwork) => self.private_network = false,
            Some(key) => {
                if let Some(index) = LISTS.iter().position(|list| *list == key) {
                    self.any[index] = false;
                    self.lists[index].retain(|_| is_kept);
                }
            }
            None => {}
        }
        self.unread.push(format!("`{variable}.{}`: not a part of the chain", shown(call)));
    }

    fn call(&mut self, library: Library, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let argument = call.args.first();
        match (library, name.as_str()) {
            (Library::ActixCors, "allowed_origin") => self.origin(call, argument),
            (Library::ActixCors, "allow_any_origin") => {
                self.any_origin = true;
                self.origins.clear();
            }
            (Library::ActixCors, "allowed_methods") => self.list(0, library, call, argument),
            (Library::ActixCors, "allow_any_method") => self.standard_methods(),
            (Library::ActixCors, "allowed_header" | "allowed_headers") => {
                self.list(1, library, call, argument)
            }
            (Library::ActixCors, "allow_any_header") => self.all(1),
            (Library::ActixCors, "expose_headers") => self.list(2, library, call, argument),
            (Library::ActixCors, "expose_any_header") => self.all(2),
            (Library::ActixCors, "supports_credentials") => self.credentials = true,
            (Library::ActixCors, "allow_private_network_access") => self.private_network = true,
            (Library::ActixCors, "max_age") => self.seconds(call, argument),
            // How it answers, not whom.
            (Library::ActixCors, "send_wildcard" | "disable_vary_header" | "block_on_origin_mismatch") => {}
            (Library::ActixCors, "disable_preflight") => self.without_preflights = true,
            (Library::TowerHttp, "allow_origin") => self.tower_origins(call, argument),
            (Library::TowerHttp, "allow_methods") => self.list(0, library, call, argument),
            (Library::TowerHttp, "allow_headers") => self.list(1, library, call, argument),
            (Library::TowerHttp, "expose_headers") => self.list(2, library, call, argument),
            (Library::TowerHttp, "allow_credentials") => match argument.and_then(boolean) {
                Some(on) => self.credentials = on,
                None => self.unread(call),
            },
            (Library::TowerHttp, "allow_private_network") => match argument.and_then(boolean) {
                Some(on) => self.private_network = on,
                None => self.unread(call),
            },
            (Library::TowerHttp, "max_age") => self.seconds(call, argument),
            (Library::TowerHttp, "vary") => {}
            (_, "clone" | "into" | "unwrap" | "expect") => {}
            _ => self.unread(call),
        }
    }

    fn unread(&mut self, call: &ExprMethodCall) {
        let is_closure = |argument: &Expr| match argument {
            Expr::Closure(_) => true,
            Expr::Call(call) => call.args.iter().any(|argument| matches!(argument, Expr::Closure(_))),
            _ => false,
        };
        let what = if call.args.iter().any(is_closure) { "a closure decides" } else { "not a literal" };
        self.unread.push(format!("`.{}`: {what}", shown(call)));
    }

    fn origin(&mut self, call: &ExprMethodCall, argument: Option<&Expr>) {
        match argument.and_then(text) {
            Some(origin) => {
                self.any_origin = false;
                self.origins.push(Entry::Text(origin));
            }
            None => self.unread(call),
        }
    }

    /// What actix-cors means by any method.
    fn standard_methods(&mut self) {
        self.lists[0] = STANDARD_METHODS.map(String::from).into();
    }

    /// Everything, instead of a list.
    fn all(&mut self, index: usize) {
        self.any[index] = true;
        self.lists[index].clear();
    }

    fn tower_origins(&mut self, call: &ExprMethodCall, argument: Option<&Expr>) {
        let Some(argument) = argument else { return };
        // Each call takes the place of those before it.
        self.any_origin = false;
        self.origins.clear();
        match function(argument).as_deref() {
            Some("Any" | "any") => self.any_origin = true,
            // The request's own origin, whatever it is.
            Some("mirror_request") => self.any_origin = true,
            _ => match texts(argument) {
                Some(origins) => self.origins.extend(origins.into_iter().map(Entry::Text)),
                None => self.unread(call),
            },
        }
    }

    fn list(&mut self, index: usize, library: Library, call: &ExprMethodCall, argument: Option<&Expr>) {
        let Some(argument) = argument else { return };
        // A list takes the place of everything, and in tower-http that of a list as well.
        self.any[index] = false;
        self.stars[index] = false;
        if library == Library::TowerHttp {
            self.lists[index].clear();
        }
        match function(argument).as_deref() {
            Some("mirror_request") => self.any[index] = true,
            Some("Any" | "any") => {
                self.any[index] = true;
                self.stars[index] = true;
            }
            _ => match texts(argument) {
                Some(mut names) => {
                    if index > 0 {
                        names.iter_mut().for_each(|name| name.make_ascii_lowercase());
                    }
                    let list = &mut self.lists[index];
                    names.retain(|name| !list.contains(name));
                    list.extend(names);
                }
                None => self.unread(call),
            },
        }
    }

    fn seconds(&mut self, call: &ExprMethodCall, argument: Option<&Expr>) {
        let is_none = argument.and_then(function).as_deref() == Some("None");
        match argument.and_then(seconds) {
            Some(seconds) => self.max_age = Some(seconds),
            None if is_none => self.max_age = None,
            None => self.unread(call),
        }
    }
}

/// A call as it is written, without its receiver.
fn shown(call: &ExprMethodCall) -> String {
    let source = |argument: &Expr| {
        let text = argument.span().source_text().unwrap_or_else(|| argument.to_token_stream().to_string());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    format!("{}({})", call.method, call.args.iter().map(source).collect::<Vec<_>>().join(", "))
}

/// The last name of a path or of the function that is called: `Any`, `AllowOrigin::any()`.
fn function(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        Expr::Call(call) => function(&call.func),
        Expr::Reference(inner) => function(&inner.expr),
        _ => None,
    }
}

/// One literal text, through the conversions that builders need.
fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            Lit::ByteStr(bytes) => String::from_utf8(bytes.value()).ok(),
            _ => None,
        },
        // `header::CONTENT_TYPE`, `Method::GET`
        Expr::Path(path) if path.path.segments.len() > 1 => {
            constant(&path.path.segments.last()?.ident.to_string())
        }
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            let is_constant = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            // Of the constants of a file, those of the `http` crate have a meaning that is known.
            (is_constant && KNOWN.contains(&name.as_str())).then(|| constant(&name)).flatten()
        }
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "parse" | "unwrap" | "expect" | "into" | "to_string" | "to_owned" | "as_str" | "try_into"
            | "clone" => text(&call.receiver),
            _ => None,
        },
        Expr::Call(call) => match (function(&call.func)?.as_str(), call.args.len()) {
            ("from_static" | "from" | "from_str" | "exact" | "try_from", 1) => text(call.args.first()?),
            _ => None,
        },
        Expr::Reference(inner) => text(&inner.expr),
        Expr::Paren(inner) => text(&inner.expr),
        Expr::Try(inner) => text(&inner.expr),
        _ => None,
    }
}

/// Constants that are imported by their name alone.
const KNOWN: [&str; 11] = [
    "ACCEPT",
    "ACCEPT_LANGUAGE",
    "AUTHORIZATION",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "CONTENT_DISPOSITION",
    "COOKIE",
    "ETAG",
    "LOCATION",
    "ORIGIN",
    "USER_AGENT",
];

/// `CONTENT_TYPE` as a header; a method has no underscore, and stands in upper case.
fn constant(name: &str) -> Option<String> {
    const METHODS: [&str; 9] =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    let is_constant =
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_constant.then(|| match METHODS.contains(&name) {
        true => name.to_owned(),
        false => name.to_ascii_lowercase().replace('_', "-"),
    })
}

/// A literal list, or one literal.
fn texts(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Array(array) => array.elems.iter().map(text).collect(),
        Expr::Reference(inner) => texts(&inner.expr),
        Expr::Macro(found) if found.mac.path.is_ident("vec") => {
            let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
            let elements = found.mac.parse_body_with(parser).ok()?;
            elements.iter().map(text).collect()
        }
        Expr::Call(call) if matches!(function(&call.func).as_deref(), Some("list")) => {
            texts(call.args.first()?)
        }
        Expr::MethodCall(call)
            if ["into_iter", "iter", "to_vec", "into"].contains(&call.method.to_string().as_str()) =>
        {
            texts(&call.receiver)
        }
        expr => Some(vec![text(expr)?]),
    }
}

fn boolean(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => Some(value.value),
            _ => None,
        },
        _ => None,
    }
}

/// `3600`, `Some(3600)`, `Duration::from_secs(60) * 10`
fn seconds(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::Mul(_)) => {
            seconds(&binary.left)?.checked_mul(seconds(&binary.right)?)
        }
        Expr::Paren(inner) => seconds(&inner.expr),
        Expr::Call(call) => {
            let number = seconds(call.args.first()?)?;
            let factor = match function(&call.func)?.as_str() {
                "Some" | "from_secs" => 1,
                "from_mins" => 60,
                "from_hours" => 3600,
                _ => return None,
            };
            number.checked_mul(factor)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_the_rest_is_shown() {
        let text = r#"
            fn a() -> Cors {
                Cors::default()
                    .allowed_origin("https://a.example")
                    .allowed_origin(&config.origin)
                    .allowed_origin_fn(|origin, _| origin.as_bytes().ends_with(b".a.example"))
                    .allowed_methods(vec!["GET", "PUT"])
                    .allowed_headers(&[header::AUTHORIZATION, header::CONTENT_TYPE])
                    .allowed_header("X-Token")
                    .supports_credentials()
                    .max_age(60 * 60)
            }
            fn b() { app.layer(tower_http::cors::CorsLayer::new()
                .allow_origin(["https://b.example".parse::<HeaderValue>().unwrap()])
                .allow_methods([Method::GET, Method::DELETE])
                .allow_headers(Any)
                .max_age(Duration::from_secs(60) * 10)); }
            fn c() { App::new().wrap(actix_cors::Cors::permissive()); }
        "#;
        let copied = layers("let cors = CorsLayer::permissive();").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(copied[0].imported.line, Some(1));
        let layers = layers(text).unwrap_or_else(|error| panic!("{error}"));
        let [a, b, c] = layers.as_slice() else { panic!("{} layers", layers.len()) };
        let of = |layer: &Layer, key: Key| {
            let settings = &layer.imported.draft.settings;
            settings.iter().find(|setting| setting.key == key).map(|setting| format!("{:?}", setting.value))
        };
        assert_eq!(of(a, Key::Origins).as_deref(), Some(r#"List([Text("https://a.example")])"#));
        assert_eq!(a.imported.draft.unread.len(), 2, "{:?}", a.imported.draft.unread);
        assert_eq!(
            of(a, Key::Headers).as_deref(),
            Some(r#"List([Text("authorization"), Text("content-type"), Text("x-token")])"#)
        );
        assert_eq!(of(a, Key::MaxAge).as_deref(), Some("Number(3600)"));
        assert_eq!(of(b, Key::Origins).as_deref(), Some(r#"List([Text("https://b.example")])"#));
        assert_eq!(of(b, Key::Headers).as_deref(), Some("Any"));
        assert_eq!(of(b, Key::MaxAge).as_deref(), Some("Number(600)"));
        assert_eq!((c.library, of(c, Key::Credentials).as_deref()), (Library::ActixCors, Some("On")));
    }
}
