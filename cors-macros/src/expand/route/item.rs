//! What `#[cors]` stands on, read as far as it matters: attributes, kind and name.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

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
    /// `body` is `None` for one in a file of its own.
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
    pub(crate) brackets: Group,
    /// The last segment of its path.
    pub(crate) name: String,
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
        let name = last_segment(brackets.stream());
        Some(Self { pound, brackets, name })
    }

    pub(crate) fn span(&self) -> Span {
        self.brackets.span()
    }

    /// The attribute with other tokens between its brackets.
    pub(crate) fn with(&self, stream: TokenStream) -> Self {
        let mut brackets = Group::new(Delimiter::Bracket, stream);
        brackets.set_span(self.brackets.span());
        Self { pound: self.pound.clone(), brackets, name: self.name.clone() }
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(self.pound.clone());
        tokens.append(self.brackets.clone());
    }
}

/// `get` of `actix_web::get("/")`.
fn last_segment(stream: TokenStream) -> String {
    let input = &mut Tokens::new(stream);
    let mut name = String::new();
    while input.peek_ident(0).is_some() || input.is_punct(0, ':') {
        if let Some(word) = input.ident() {
            name = word.to_string();
        } else {
            input.next();
        }
    }
    name
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

    /// Takes the attributes of this name away.
    pub(crate) fn take_attributes(&mut self, name: &str) -> Vec<Attribute> {
        self.attributes.extract_if(.., |attribute| attribute.name == name).collect()
    }

    /// The attributes of this name.
    pub(crate) fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(move |attribute| attribute.name == name)
    }

    /// Does a function say what it returns?
    pub(crate) fn has_response(&self) -> bool {
        let input = &mut Tokens::new(self.rest.clone());
        input.until(|input| input.is_punct(0, '-') && input.is_punct(1, '>'));
        !input.is_empty()
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

fn skip_visibility(input: &mut Tokens) {
    if input.is_word(0, "pub") {
        input.next();
        input.group(Delimiter::Parenthesis);
    }
}

/// Reads an item up to where its kind and name are plain.
pub(crate) fn head(input: &mut Tokens) -> Kind {
    skip_visibility(input);
    const BEFORE_FN: [&str; 4] = ["async", "const", "unsafe", "extern"];
    let qualifies = |input: &Tokens| {
        BEFORE_FN.iter().any(|word| input.is_word(0, word))
            || matches!(input.peek(0), Some(TokenTree::Literal(_)))
    };
    input.until(|input| !qualifies(input));
    let keyword = input.ident().map(|keyword| keyword.to_string());
    let name = input.ident();
    match (keyword.as_deref(), name) {
        (Some("fn"), Some(name)) => Kind::Function(name),
        (Some("mod"), Some(name)) => Kind::Module { name, body: input.group(Delimiter::Brace) },
        _ => Kind::Other,
    }
}
