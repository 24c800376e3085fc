//! The item below `#[cors]`. Only its attributes, kind and name are read.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;

use crate::expand::spans::Extent;
use crate::expand::tokens::Tokens;

/// An item.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: TokenStream,
    /// Everything after that.
    pub(crate) rest: TokenStream,
    pub(crate) kind: Kind,
}

/// What kind of item.
pub(crate) enum Kind {
    /// With its name.
    Function(Ident),
    /// `body` is `None` for a module in its own file.
    Module {
        name: Ident,
        body: Option<Group>,
    },
    Other,
}

/// `#[path(…)]`
#[derive(Clone)]
pub(crate) struct Attribute {
    pound: TokenTree,
    brackets: Group,
    /// The segments of its path, without `r#`.
    pub(crate) path: Vec<Ident>,
    /// The content of the delimiters after the path, whatever their kind.
    pub(crate) arguments: Option<Group>,
}

impl Attribute {
    /// Reads one, if one comes next.
    pub(crate) fn read(input: &mut Tokens) -> Option<Self> {
        if !input.is_punct(0, '#') {
            return None;
        }
        let Some(TokenTree::Group(brackets)) = input.peek(1).cloned() else { return None };
        if brackets.delimiter() != Delimiter::Bracket {
            return None;
        }
        let pound = input.next()?;
        input.next();
        Some(Self::new(pound, brackets))
    }

    fn new(pound: TokenTree, brackets: Group) -> Self {
        let input = &mut Tokens::new(brackets.stream());
        let path = path(input);
        let arguments = match input.next() {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        };
        Self { pound, brackets, path, arguments }
    }

    /// The attributes that `#[cfg_attr(condition, a, b(…))]` stands for where its condition holds.
    pub(crate) fn conditional(&self) -> Vec<Self> {
        let Some(arguments) = &self.arguments else { return Vec::new() };
        let input = &mut Tokens::new(arguments.stream());
        let mut attributes = Vec::new();
        while !input.is_empty() {
            let written = input.until(|input| input.is_punct(0, ','));
            input.punct(',');
            attributes.push(Self::new(self.pound.clone(), Group::new(Delimiter::Bracket, written)));
        }
        attributes.split_off(attributes.len().min(1))
    }

    /// The last segment of its path.
    pub(crate) fn name(&self) -> String {
        self.path.last().map_or_else(String::new, |word| word.unraw().to_string())
    }

    /// The path, or all of it if it has none.
    pub(crate) fn extent(&self) -> Extent {
        match (self.path.first(), self.path.last()) {
            (Some(first), Some(last)) => Extent { start: first.span(), end: last.span() },
            _ => self.brackets.span().into(),
        }
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(self.pound.clone());
        tokens.append(self.brackets.clone());
    }
}

/// `actix_web::get`, as far as it goes.
fn path(input: &mut Tokens) -> Vec<Ident> {
    let mut segments = Vec::new();
    while input.peek_ident(0).is_some() || input.is_punct(0, ':') {
        match input.ident() {
            Some(word) => segments.push(word),
            None => {
                input.next();
            }
        }
    }
    segments
}

impl Item {
    pub(crate) fn read(stream: TokenStream) -> Self {
        let input = &mut Tokens::new(stream);
        let mut attributes = Vec::new();
        while let Some(attribute) = Attribute::read(input) {
            attributes.push(attribute);
        }
        let start = input.mark();
        skip_visibility(input);
        let visibility = input.stream_since(start);
        let start = input.mark();
        let kind = head(input);
        input.until(|_| false);
        let rest = input.stream_since(start);
        Self { attributes, visibility, rest, kind }
    }

    /// Removes and returns the attributes of this name.
    pub(crate) fn take_attributes(&mut self, name: &str) -> Vec<Attribute> {
        self.attributes.extract_if(.., |attribute| attribute.name() == name).collect()
    }

    /// The attributes of this name.
    pub(crate) fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(move |attribute| attribute.name() == name)
    }

    /// The item as it was written.
    pub(crate) fn tokens(&self) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.append_all(&self.attributes);
        tokens.extend(self.visibility.clone());
        tokens.extend(self.rest.clone());
        tokens
    }
}

/// Returns whether a function, read from its qualifiers on, declares a return type.
pub(crate) fn has_response(function: TokenStream) -> bool {
    let input = &mut Tokens::new(function);
    input.until(|input| {
        input.is_punct(0, '-') && input.is_punct(1, '>') || input.is_group(0, Delimiter::Brace)
    });
    input.is_punct(0, '-')
}

fn skip_visibility(input: &mut Tokens) {
    if input.is_word(0, "pub") {
        input.next();
        input.group(Delimiter::Parenthesis);
    }
}

/// Goes on to the keyword that says what kind of item this is.
fn skip_qualifiers(input: &mut Tokens) {
    skip_visibility(input);
    const BEFORE_FN: [&str; 4] = ["async", "const", "unsafe", "extern"];
    let qualifies = |input: &Tokens| {
        BEFORE_FN.iter().any(|word| input.is_word(0, word))
            || matches!(input.peek(0), Some(TokenTree::Literal(_)))
    };
    input.until(|input| !qualifies(input));
}

/// Returns whether a function comes next, or what a `macro_rules!` macro may make one of: `$visibility fn $name`.
pub(crate) fn may_be_function(input: &mut Tokens) -> bool {
    let start = input.mark();
    skip_qualifiers(input);
    let may_be = input.is_word(0, "fn") || input.is_punct(0, '$');
    input.back_to(start);
    may_be
}

/// Reads an item until its kind and name are known.
pub(crate) fn head(input: &mut Tokens) -> Kind {
    skip_qualifiers(input);
    let keyword = input.ident().map(|keyword| keyword.to_string());
    let name = input.ident();
    match (keyword.as_deref(), name) {
        (Some("fn"), Some(name)) => Kind::Function(name),
        (Some("mod"), Some(name)) => Kind::Module { name, body: input.group(Delimiter::Brace) },
        _ => Kind::Other,
    }
}
