//! An app, as data, and as the code that would make it.

use std::fmt::{self, Display};

use crate::policy::Policy;

/// Whom a handler notes: the place of a plain one, or which of the [pool](crate::app::Route) it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// A handler without a policy of its own.
    Plain(u32),
    /// A handler with `#[cors]`.
    Cors(Route),
}

/// A handler with `#[cors]`: one of those that are compiled. It may stand in an app more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path's pattern.
    pub pattern: &'static str,
    /// The one method, or two as `GET+PUT`.
    pub method: &'static str,
    /// What it may be read by.
    pub policy: Policy,
    /// Its guard beside the method.
    pub guard: Guard,
}

impl Route {
    /// The methods that it serves.
    pub fn methods(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.method.split('+')
    }
}

/// What beside path and method has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    No,
    /// `Host: one.test`, which a preflight has as well.
    Host,
    /// `Accept-Language: de`, which no preflight shows.
    Field,
}

/// A resource whose handlers have no policy of their own.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The path's pattern.
    pub pattern: &'static str,
    /// The guard of the resource.
    pub guard: Guard,
    /// Whether a method is the resource's guard, as `#[get("…")]` has it, or each route's, as `resource` has.
    pub is_attribute: bool,
    /// The routes: method (`None` for any), guard, and who the handler is.
    pub routes: Vec<(Option<&'static str>, Guard, u32)>,
    /// What answers what no route takes.
    pub default: Option<u32>,
    /// What is wrapped around it, the outermost first.
    pub layers: Vec<Layer>,
}

impl Plain {
    /// Returns whether the resource has the name of the handlers with `#[cors]`.
    pub fn is_namesake(&self) -> bool {
        self.routes.first().is_some_and(|(_, _, id)| id % 3 == 0)
    }
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The prefix.
    pub prefix: &'static str,
    /// Its guard.
    pub guard: Guard,
    /// What is in it.
    pub items: Vec<Item>,
    /// What answers what nothing in it takes.
    pub default: Option<u32>,
    /// What is wrapped around it, the outermost first.
    pub layers: Vec<Layer>,
}

/// What an app or a scope registers.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each is documented where it is defined")]
pub enum Item {
    Cors(Route),
    Plain(Plain),
    Scope(Scope),
}

/// A layer around an app, a scope or a resource.
#[derive(Clone, Debug)]
pub enum Layer {
    /// `Cors`
    Cors(Cors),
    /// Answers requests with `X-Fail: error` by an `Err`, those with `X-Fail: response` by a 401.
    Fails(u32),
    /// `NormalizePath`
    Normalizes(Slashes),
    /// Takes `/v1` off the front of a path.
    Rewrites,
}

/// A `Cors` layer, and what is asked of it.
#[derive(Clone, Debug)]
pub struct Cors {
    /// Which it is, for those who note that a request came through it.
    pub id: u32,
    /// Its policy.
    pub policy: Policy,
    /// `.enforce()`
    pub enforce: bool,
    /// `.unguarded_upgrades()`
    pub unguarded_upgrades: bool,
}

/// What `NormalizePath` makes of slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are Actix's")]
pub enum Slashes {
    Trim,
    MergeOnly,
    Always,
}

/// An app.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// What it registers.
    pub items: Vec<Item>,
    /// What answers what nothing takes.
    pub default: Option<u32>,
    /// What is wrapped around it, the outermost first.
    pub layers: Vec<Layer>,
    /// Whether its `Cors` layers have the switch `scopes_are_guarded`.
    pub scopes_are_guarded: bool,
}

impl App {
    /// Every layer, wherever it is.
    pub fn all_layers(&self) -> Vec<&Layer> {
        fn of<'a>(items: &'a [Item], all: &mut Vec<&'a Layer>) {
            for item in items {
                match item {
                    Item::Cors(_) => {}
                    Item::Plain(plain) => all.extend(&plain.layers),
                    Item::Scope(scope) => {
                        all.extend(&scope.layers);
                        of(&scope.items, all);
                    }
                }
            }
        }
        let mut all: Vec<_> = self.layers.iter().collect();
        of(&self.items, &mut all);
        all
    }

    /// The `Cors` layer of this number.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn cors(&self, id: u32) -> &Cors {
        let layers = self.all_layers();
        let mut all = layers.into_iter().filter_map(|layer| match layer {
            Layer::Cors(cors) => Some(cors),
            _ => None,
        });
        all.find(|cors| cors.id == id).expect("each layer is there")
    }

    /// Returns whether there is a route with `#[cors]` on this pattern, and a resource without that has its name, too.
    pub fn has_twins(&self, pattern: &str) -> bool {
        fn has(items: &[Item], is_one: &dyn Fn(&Item) -> bool) -> bool {
            items.iter().any(|item| match item {
                Item::Scope(scope) => has(&scope.items, is_one),
                item => is_one(item),
            })
        }
        has(&self.items, &|item| matches!(item, Item::Cors(route) if route.pattern == pattern))
            && has(
                &self.items,
                &|item| matches!(item, Item::Plain(plain) if plain.is_namesake() && plain.pattern == pattern),
            )
    }

    /// Returns whether a handler is a default service.
    pub fn is_default(&self, handler: Handler) -> bool {
        fn is_in(items: &[Item], id: u32) -> bool {
            items.iter().any(|item| match item {
                Item::Cors(_) => false,
                Item::Plain(plain) => plain.default == Some(id),
                Item::Scope(scope) => scope.default == Some(id) || is_in(&scope.items, id),
            })
        }
        matches!(handler, Handler::Plain(id) if self.default == Some(id) || is_in(&self.items, id))
    }

    /// Returns whether something between a `Cors` layer and a handler may change the path to one that the layer
    /// cannot foresee: everything but `NormalizePath`, and that too where it adds slashes, since then no route without
    /// one is reached.
    pub fn rewrites_inside(&self) -> bool {
        let outer = self.layers.iter().skip_while(|layer| !matches!(layer, Layer::Cors(_)));
        outer.clone().any(|layer| matches!(layer, Layer::Rewrites | Layer::Normalizes(Slashes::Always)))
    }

    /// Returns whether something takes a segment off paths.
    pub fn rewrites(&self) -> bool {
        self.all_layers().iter().any(|layer| matches!(layer, Layer::Rewrites))
    }

    /// Returns whether something adds a slash to paths.
    pub fn adds_slashes(&self) -> bool {
        self.all_layers().iter().any(|layer| matches!(layer, Layer::Normalizes(Slashes::Always)))
    }

    /// Returns whether a layer cannot tell a default service behind a scope that turned a request away from a layer in front of it: from
    /// one between itself and the router, or from one of that scope or of one around it, which ends where the default service does.
    pub fn hides_default_services(&self) -> bool {
        fn is_mixed(layers: &[Layer]) -> bool {
            let mut inside = layers.iter().skip_while(|layer| !matches!(layer, Layer::Cors(_)));
            inside.any(|layer| !matches!(layer, Layer::Cors(_)))
        }
        fn hides(items: &[Item], is_in_scope: bool) -> bool {
            let scopes = || {
                items.iter().filter_map(|item| if let Item::Scope(scope) = item { Some(scope) } else { None })
            };
            scopes().any(|scope| {
                let may_end_alike = is_in_scope || scope.prefix.is_empty() || scopes().count() > 1;
                is_mixed(&scope.layers)
                    || (scope.guard != Guard::No && may_end_alike)
                    || hides(&scope.items, true)
            })
        }
        is_mixed(&self.layers) || hides(&self.items, false)
    }

    /// Returns whether a scope has a guard.
    pub fn guards_scopes(&self) -> bool {
        fn are_in(items: &[Item]) -> bool {
            items.iter().any(|item| match item {
                Item::Scope(scope) => scope.guard != Guard::No || are_in(&scope.items),
                _ => false,
            })
        }
        are_in(&self.items)
    }
}

impl Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App::new()")?;
        inside(f, &self.items, self.default, &self.layers, 1)?;
        f.write_str(if self.scopes_are_guarded { "\n// each Cors: .scopes_are_guarded()" } else { "" })
    }
}

/// What an app or a scope has, a line each.
fn inside(
    f: &mut fmt::Formatter<'_>,
    items: &[Item],
    default: Option<u32>,
    layers: &[Layer],
    depth: usize,
) -> fmt::Result {
    let indent = "    ".repeat(depth);
    for item in items {
        write!(f, "\n{indent}")?;
        match item {
            Item::Cors(Route { pattern, method, policy, guard }) => {
                write!(f, ".service(#[cors({policy:?})] #[{method}({pattern:?}{})])", guarded(*guard))?;
            }
            Item::Plain(Plain { pattern, guard, is_attribute, routes, default, layers }) => {
                let kind = if *is_attribute { "attribute" } else { "resource" };
                write!(f, ".service({kind}({pattern:?}{})", guarded(*guard))?;
                for (method, guard, id) in routes {
                    write!(f, ".route({}{} => {id})", method.unwrap_or("any"), guarded(*guard))?;
                }
                inside(f, &[], *default, layers, depth + 1)?;
                f.write_str(")")?;
            }
            Item::Scope(Scope { prefix, guard, items, default, layers }) => {
                write!(f, ".service(scope({prefix:?}{})", guarded(*guard))?;
                inside(f, items, *default, layers, depth + 1)?;
                f.write_str(")")?;
            }
        }
    }
    if let Some(id) = default {
        write!(f, "\n{indent}.default_service({id})")?;
    }
    for layer in layers.iter().rev() {
        write!(f, "\n{indent}.wrap({layer})")?;
    }
    Ok(())
}

fn guarded(guard: Guard) -> &'static str {
    match guard {
        Guard::No => "",
        Guard::Host => ", guard = Host(\"one.test\")",
        Guard::Field => ", guard = Accept-Language: de",
    }
}

impl Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cors(Cors { policy, enforce, unguarded_upgrades, .. }) => {
                write!(f, "Cors::new({policy:?})")?;
                f.write_str(if *enforce { ".enforce()" } else { "" })?;
                f.write_str(if *unguarded_upgrades { ".unguarded_upgrades()" } else { "" })
            }
            Self::Fails(_) => f.write_str("fails if X-Fail says so"),
            Self::Normalizes(slashes) => write!(f, "NormalizePath::{slashes:?}"),
            Self::Rewrites => f.write_str("takes /v1 off"),
        }
    }
}
