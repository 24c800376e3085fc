//! Whether an attribute can make a function a route.

use crate::expand::report::Errors;

use super::item::Attribute;

/// The macros with one method, which is their name in upper case.
const METHODS: [&str; 10] =
    ["connect", "delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];

/// The compiler's own attributes for functions. No other macro can take these names.
const BUILT_IN: [&str; 24] = [
    "allow",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "instruction_set",
    "link_section",
    "must_use",
    "no_mangle",
    "optimize",
    "should_panic",
    "target_feature",
    "track_caller",
    "unsafe",
    "unstable",
    "warn",
];

/// Names that belong to tools: `#[rustfmt::skip]`.
const TOOLS: [&str; 4] = ["clippy", "diagnostic", "miri", "rustfmt"];

/// Function macros that are known not to make a route: tests, and `tracing`'s.
const KNOWN: [&str; 3] = ["bench", "instrument", "test"];

/// What an attribute of a function means to `#[cors]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// An Actix macro that makes a route. Below a [`Routes`](Self::Routes), several of them make one route together.
    Route,
    /// `#[routes]`
    Routes,
    /// `#[cors]`
    Cors,
    /// `#[cfg_attr(…)]`: its role depends on its attributes.
    Conditional,
    /// It makes no route, whatever its arguments are.
    NoRoute,
    /// It may be anything, including a route macro under another name.
    Unknown,
}

impl Role {
    pub(crate) fn of(attribute: &Attribute) -> Self {
        let name = attribute.name();
        let [first, rest @ ..] = &attribute.path[..] else { return Self::Unknown };
        let is_tool = !rest.is_empty() && TOOLS.iter().any(|tool| first == tool);
        match name.as_str() {
            "cfg_attr" if rest.is_empty() => Self::Conditional,
            "cors" => Self::Cors,
            "route" => Self::Route,
            "routes" => Self::Routes,
            name if METHODS.contains(&name) => Self::Route,
            name if KNOWN.contains(&name) || is_tool => Self::NoRoute,
            name if rest.is_empty() && BUILT_IN.contains(&name) => Self::NoRoute,
            _ => Self::Unknown,
        }
    }
}

/// An attribute that may make a route, but cannot be read as one.
pub(crate) struct Doubt {
    attribute: Attribute,
    /// Whether it is inside a `cfg_attr`.
    is_conditional: bool,
}

impl Doubt {
    /// Finds one among the attributes of a function.
    ///
    /// Next to a route macro, unknown attributes are fine: they act on a handler that already has its policy.
    pub(crate) fn find(attributes: &[Attribute]) -> Option<Self> {
        let is_route = attributes.iter().any(|attribute| Role::of(attribute) == Role::Route);
        attributes.iter().find_map(|attribute| Self::in_one(attribute, is_route, false))
    }

    fn in_one(attribute: &Attribute, is_route: bool, is_conditional: bool) -> Option<Self> {
        let is_doubtful = match Role::of(attribute) {
            Role::Conditional => {
                let inner = attribute.conditional();
                return inner.iter().find_map(|attribute| Self::in_one(attribute, is_route, true));
            }
            Role::Route | Role::Routes | Role::Cors => is_conditional,
            Role::Unknown => !is_route,
            Role::NoRoute => false,
        };
        is_doubtful.then(|| Self { attribute: attribute.clone(), is_conditional })
    }

    /// Reports it. `otherwise` says what to do if it makes no route.
    pub(crate) fn report(&self, otherwise: &str, errors: &mut Errors) {
        let Self { attribute, is_conditional } = self;
        let name = attribute.name();
        let (message, help) = if *is_conditional {
            let help =
                format!("take `{name}` out of it; `#[cfg(…)]` above the `#[cors]` covers the whole handler");
            (format!("`#[cors]` cannot read `{name}` inside a `cfg_attr`"), help)
        } else {
            let help = format!("name Actix's own macro, as in `#[get(\"/path\")]`{otherwise}");
            (format!("`#[cors]` cannot tell whether `{name}` makes a route"), help)
        };
        errors.report_with_help(attribute.extent(), message, help);
    }
}
