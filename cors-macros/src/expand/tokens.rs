//! A cursor over tokens, with unlimited look-ahead.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::expand::spans::Extent;

/// Tokens that are read from the front. Reading cannot fail; it can only come to the end.
pub(crate) struct Tokens {
    tokens: Vec<TokenTree>,
    at: usize,
}

impl Tokens {
    pub(crate) fn new(stream: TokenStream) -> Self {
        let mut tokens = Vec::new();
        unwrap_invisible(stream, &mut tokens);
        Self { tokens, at: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.tokens.len()
    }

    pub(crate) fn peek(&self, ahead: usize) -> Option<&TokenTree> {
        self.tokens.get(self.at + ahead)
    }

    /// The next token's span; at the end, the last one's.
    pub(crate) fn span(&self) -> Span {
        self.peek(0).or(self.tokens.last()).map_or_else(Span::call_site, TokenTree::span)
    }

    /// The next token, as a message names it.
    pub(crate) fn found(&self) -> String {
        match self.peek(0) {
            None => "the end".into(),
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Parenthesis => "`(`".into(),
                Delimiter::Bracket => "`[`".into(),
                Delimiter::Brace | Delimiter::None => "`{`".into(),
            },
            Some(token) => format!("`{token}`"),
        }
    }

    /// The position of the next token.
    pub(crate) fn mark(&self) -> usize {
        self.at
    }

    /// Goes back to a position.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.at = mark;
    }

    /// The extent of what was read since `mark`.
    pub(crate) fn extent_since(&self, mark: usize) -> Extent {
        let read = &self.tokens[mark..self.at];
        let spans = read.first().zip(read.last()).map(|(first, last)| (first.span(), last.span()));
        spans.map_or_else(|| self.span().into(), |(start, end)| Extent { start, end })
    }

    /// The text of what was read since `mark`, without spaces.
    pub(crate) fn text_since(&self, mark: usize) -> String {
        self.tokens[mark..self.at].iter().map(TokenTree::to_string).collect()
    }

    /// The tokens that were read since `mark`.
    pub(crate) fn stream_since(&self, mark: usize) -> TokenStream {
        self.tokens[mark..self.at].iter().cloned().collect()
    }

    pub(crate) fn peek_ident(&self, ahead: usize) -> Option<&Ident> {
        match self.peek(ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    pub(crate) fn is_word(&self, ahead: usize, word: &str) -> bool {
        self.peek_ident(ahead).is_some_and(|ident| ident == word)
    }

    pub(crate) fn is_punct(&self, ahead: usize, char: char) -> bool {
        matches!(self.peek(ahead), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
    }

    pub(crate) fn is_group(&self, ahead: usize, delimiter: Delimiter) -> bool {
        matches!(self.peek(ahead), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    pub(crate) fn next(&mut self) -> Option<TokenTree> {
        let token = self.peek(0).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    pub(crate) fn ident(&mut self) -> Option<Ident> {
        let ident = self.peek_ident(0).cloned()?;
        self.next();
        Some(ident)
    }

    pub(crate) fn group(&mut self, delimiter: Delimiter) -> Option<Group> {
        let Some(TokenTree::Group(group)) = self.peek(0) else { return None };
        let group = (group.delimiter() == delimiter).then(|| group.clone())?;
        self.next();
        Some(group)
    }

    /// Takes this punctuation mark if it comes next.
    pub(crate) fn punct(&mut self, char: char) -> Option<Span> {
        let span = self.peek(0)?.span();
        self.is_punct(0, char).then(|| {
            self.next();
            span
        })
    }

    /// Takes the tokens up to the first before which `stop` holds.
    pub(crate) fn until(&mut self, stop: impl Fn(&Self) -> bool) -> TokenStream {
        let mut taken = TokenStream::new();
        while !stop(self) {
            match self.next() {
                Some(token) => taken.extend([token]),
                None => break,
            }
        }
        taken
    }
}

/// Takes the tokens out of groups without delimiters: a fragment of a `macro_rules!` macro comes in one.
fn unwrap_invisible(stream: TokenStream, tokens: &mut Vec<TokenTree>) {
    for token in stream {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                unwrap_invisible(group.stream(), tokens);
            }
            token => tokens.push(token),
        }
    }
}
