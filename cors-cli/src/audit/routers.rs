//! Routers of axum: which of their routes have a CORS layer around them, over all files of a workspace.
//!
//! `.layer` applies to what comes before it in the chain, and to everything in a router that is nested or merged there.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprMethodCall, ImplItemFn, ItemFn, Local, Pat, Stmt};

/// Every router of a workspace.
#[derive(Default)]
pub(super) struct Routers {
    found: Vec<Router>,
}

/// A chain of calls that builds a router.
struct Router {
    file: String,
    line: usize,
    /// What it is called where it is used.
    name: RouterName,
    /// What it goes on from; `None` for `Router::new()`.
    from: Option<RouterName>,
    parts: Vec<Part>,
}

/// What a chain adds.
struct Part {
    what: What,
    /// Whether a CORS layer follows in the chain.
    has_layer: bool,
}

enum What {
    Route(String),
    Router(RouterName),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RouterName {
    Function(String),
    Variable {
        file: String,
        function: String,
        name: String,
    },
    /// One that is written where it is used, by its number.
    Inline(usize),
}

impl Routers {
    pub(super) fn read(&mut self, file: &str, parsed: &syn::File) {
        let mut reader = RouterVisitor { file, function: String::new(), variable: None, routers: self };
        reader.visit_file(parsed);
    }

    /// The routers with routes without a layer around them: place, and the routes.
    pub(super) fn bare(&self) -> Vec<String> {
        let routers = self.known();
        let mut layered: BTreeSet<&RouterName> = BTreeSet::new();
        loop {
            let before = layered.len();
            for router in &routers {
                let is_layered = layered.contains(&router.name);
                let parts = router.parts.iter().filter(|part| is_layered || part.has_layer);
                layered.extend(parts.filter_map(|part| match &part.what {
                    What::Router(name) => Some(name),
                    What::Route(_) => None,
                }));
            }
            if layered.len() == before {
                break;
            }
        }
        let line = |router: &&Router| {
            let bare = router.parts.iter().filter(|part| !part.has_layer);
            let routes: Vec<&str> = bare
                .filter_map(|part| match &part.what {
                    What::Route(path) => Some(path.as_str()),
                    What::Router(_) => None,
                })
                .collect();
            let has_layer = router.parts.iter().any(|part| part.has_layer);
            let why = if has_layer { ", because they come after the layer" } else { "" };
            let place = format!("{}: line {}, Router: {}{why}", router.file, router.line, routes.join(", "));
            (!layered.contains(&router.name) && !routes.is_empty()).then_some(place)
        };
        routers.iter().filter_map(line).collect()
    }

    /// The chains that go back to a `Router::new()`.
    fn known(&self) -> Vec<&Router> {
        let mut names: BTreeSet<&RouterName> = BTreeSet::new();
        let is_router = |names: &BTreeSet<&RouterName>, router: &Router| {
            router.from.as_ref().is_none_or(|from| names.contains(from))
        };
        loop {
            let before = names.len();
            let found: Vec<&RouterName> = self
                .found
                .iter()
                .filter(|router| is_router(&names, router))
                .map(|router| &router.name)
                .collect();
            names.extend(found);
            if names.len() == before {
                break;
            }
        }
        self.found.iter().filter(|router| is_router(&names, router)).collect()
    }
}

struct RouterVisitor<'r> {
    file: &'r str,
    function: String,
    /// The variable whose value is read.
    variable: Option<String>,
    routers: &'r mut Routers,
}

impl RouterVisitor<'_> {
    fn variable(&self, name: &str) -> RouterName {
        RouterName::Variable { file: self.file.into(), function: self.function.clone(), name: name.into() }
    }

    fn within(&mut self, function: &str, block: &Block) {
        let outer = std::mem::replace(&mut self.function, function.to_owned());
        self.visit_block(block);
        // `fn api() -> Router { let app = …; app }`
        if let Some(Stmt::Expr(Expr::Path(path), None)) = block.stmts.last()
            && let Some(variable) = path.path.get_ident()
        {
            let from = self.variable(&variable.to_string());
            let part = Part { what: What::Router(from.clone()), has_layer: false };
            self.push(
                path.span().start().line,
                RouterName::Function(function.into()),
                Some(from),
                vec![part],
            );
        }
        self.function = outer;
    }

    fn push(&mut self, line: usize, name: RouterName, from: Option<RouterName>, parts: Vec<Part>) {
        self.routers.found.push(Router { file: self.file.into(), line, name, from, parts });
    }

    /// Reads a chain; `None` for an expression that can be no router.
    fn chain(&mut self, expr: &Expr, name: Option<RouterName>) -> Option<RouterName> {
        let mut calls = Vec::new();
        let root = root(expr, &mut calls);
        let from = match root {
            Expr::Path(path) => Some(self.variable(&path.path.get_ident()?.to_string())),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let mut segments =
                        path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
                    let (last, owner) = (segments.next()?, segments.next());
                    let is_new = last == "new" && owner.as_deref() == Some("Router");
                    (!is_new).then_some(RouterName::Function(last))
                }
                _ => return None,
            },
            _ => return None,
        };
        let has_calls = calls.iter().any(|call| ADDS.iter().chain(&LAYERS).any(|known| call.method == known));
        if from.is_some() && !has_calls {
            return from;
        }
        let name = name.unwrap_or(RouterName::Inline(self.routers.found.len()));
        let is_layer = |call: &&ExprMethodCall| {
            let text = call.args.to_token_stream().to_string().to_ascii_lowercase();
            LAYERS.iter().any(|known| call.method == known) && text.contains("cors")
        };
        let last_layer = calls.iter().rposition(is_layer);
        let mut parts: Vec<Part> = Vec::new();
        if let Some(from) = &from {
            parts.push(Part { what: What::Router(from.clone()), has_layer: last_layer.is_some() });
        }
        let index = self.routers.found.len();
        self.push(root.span().start().line, name.clone(), from, Vec::new());
        for (at, call) in calls.iter().enumerate() {
            let has_layer = last_layer.is_some_and(|layer| at < layer);
            let what = match (call.method.to_string().as_str(), call.args.first(), call.args.last()) {
                ("nest" | "merge", _, Some(inner)) => self.chain(inner, None).map(What::Router),
                ("fallback" | "fallback_service", ..) => Some(What::Route("the fallback".into())),
                (_, Some(path), _) if ADDS.iter().any(|known| call.method == known) => {
                    Some(What::Route(path.to_token_stream().to_string()))
                }
                _ => None,
            };
            parts.extend(what.map(|what| Part { what, has_layer }));
        }
        self.routers.found[index].parts = parts;
        Some(name)
    }
}

/// What adds to a router, and what wraps it.
const ADDS: [&str; 7] =
    ["route", "route_service", "nest", "nest_service", "merge", "fallback", "fallback_service"];
const LAYERS: [&str; 2] = ["layer", "route_layer"];

/// The expression at the root of a chain of calls.
fn root<'e>(expr: &'e Expr, calls: &mut Vec<&'e ExprMethodCall>) -> &'e Expr {
    match expr {
        Expr::MethodCall(call) => {
            let found = root(&call.receiver, calls);
            calls.push(call);
            found
        }
        Expr::Paren(inner) => root(&inner.expr, calls),
        Expr::Try(inner) => root(&inner.expr, calls),
        Expr::Await(inner) => root(&inner.base, calls),
        expr => expr,
    }
}

impl<'ast> Visit<'ast> for RouterVisitor<'_> {
    fn visit_item_fn(&mut self, found: &'ast ItemFn) {
        self.within(&found.sig.ident.to_string(), &found.block);
    }

    fn visit_impl_item_fn(&mut self, found: &'ast ImplItemFn) {
        self.within(&found.sig.ident.to_string(), &found.block);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let pattern = match &local.pat {
            Pat::Type(typed) => &*typed.pat,
            pattern => pattern,
        };
        let Pat::Ident(name) = pattern else { return visit::visit_local(self, local) };
        let outer = self.variable.replace(name.ident.to_string());
        visit::visit_local(self, local);
        self.variable = outer;
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if let Expr::Assign(assign) = expr {
            let outer = std::mem::replace(&mut self.variable, ident(&assign.left));
            self.visit_expr(&assign.right);
            self.variable = outer;
            return;
        }
        if matches!(expr, Expr::MethodCall(_) | Expr::Call(_)) {
            let before = self.routers.found.len();
            let name = match &self.variable {
                Some(variable) => self.variable(variable),
                None => RouterName::Function(self.function.clone()),
            };
            let found = self.chain(expr, Some(name));
            if found.is_some() && self.routers.found.len() > before {
                return;
            }
        }
        visit::visit_expr(self, expr);
    }
}

fn ident(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}
