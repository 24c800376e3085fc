//! The syntax tree: what was written, with the spans that errors need. It does not interpret anything.

use proc_macro2::{Ident, TokenStream};

use crate::expand::spans::Extent;

/// The whole input of `cors_policy!`.
pub(crate) struct Declaration {
    /// The path of the crate that the expansion names.
    pub(crate) krate: TokenStream,
    /// The user's attributes and doc comments.
    pub(crate) attributes: TokenStream,
    /// `pub`, `pub(crate)`, … or nothing.
    pub(crate) visibility: TokenStream,
    /// `None` if it is missing or unreadable.
    pub(crate) name: Option<Ident>,
    /// Everything after the head.
    pub(crate) settings: Settings,
    /// Statics after the first. They are errors: each needs its own macro call.
    pub(crate) further: Vec<Static>,
}

/// `pub static NAME;` with its attributes.
pub(crate) struct Static {
    pub(crate) attributes: TokenStream,
    pub(crate) visibility: TokenStream,
    pub(crate) name: Ident,
}

/// The settings of a policy: what `cors_policy!` and `#[cors]` have in common.
pub(crate) struct Settings {
    /// The sign between a key and its value.
    pub(crate) separator: char,
    /// The settings that hold in both modes.
    pub(crate) outer: Vec<Entry>,
    /// `production { … }`
    pub(crate) production: Option<Block>,
    /// `development { … }`
    pub(crate) development: Option<Block>,
    /// Whether a setting was unreadable, its key included.
    pub(crate) lost: bool,
    /// Words with nothing after them, usually keys that are being typed.
    pub(crate) loose: Vec<Ident>,
}

/// A block of settings.
pub(crate) struct Block {
    /// `production` or `development`.
    pub(crate) keyword: Ident,
    /// The content of the braces.
    pub(crate) entries: Vec<Entry>,
}

/// `key: value`
pub(crate) struct Entry {
    pub(crate) expects: Vec<Expect>,
    pub(crate) key: Ident,
    pub(crate) value: Spanned<Value>,
}

/// An element of a list.
pub(crate) struct Element {
    pub(crate) expects: Vec<Expect>,
    pub(crate) value: Spanned<Value>,
}

/// `#[expect(rule, reason = "…")]` above a setting or an element.
pub(crate) struct Expect {
    /// The word `expect`.
    pub(crate) word: Ident,
    pub(crate) arguments: Vec<Argument>,
}

/// A node and its place.
pub(crate) struct Spanned<T> {
    pub(crate) node: T,
    pub(crate) extent: Extent,
}

/// A value of a setting or an element of a list, of any type.
pub(crate) enum Value {
    /// `true`
    Bool(bool),
    /// `any`, `GET`
    Word(Ident),
    /// `"https://app.example"`
    Text(String),
    /// `3600`, `1h`, `-1`: the digits and the unit after them.
    Number { digits: String, unit: String },
    /// `[…]`
    List(Vec<Element>),
    /// `regex("…")`
    Call { name: Ident, arguments: Vec<Argument> },
    /// Any other tokens.
    Other(String),
    /// No value. The error has already been reported.
    Missing,
}

impl Value {
    pub(crate) fn number(negative: bool, digits: &str, unit: &str) -> Self {
        let sign = if negative { "-" } else { "" };
        Self::Number { digits: format!("{sign}{digits}"), unit: unit.into() }
    }
}

/// An argument of a call: `"…"`, or `reason = "…"`.
pub(crate) struct Argument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Spanned<Value>,
}
