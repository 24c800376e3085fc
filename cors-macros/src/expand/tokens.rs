//! A cursor over tokens, with unlimited look-ahead.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::expand::spans::Extent;

/// Which blanks the text of tokens has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blanks {
    /// None between the outer tokens, so that the text can be compared with a word.
    None,
    /// Those that a reader expects, for a help: none before `,`, `:` and `!`, and no comma at the end.
    AsRead,
}

/// The text of tokens. Literals stay as they are written.
pub(crate) fn text(stream: TokenStream, blanks: Blanks) -> String {
    match blanks {
        Blanks::None => stream.into_iter().map(|token| token.to_string()).collect(),
        Blanks::AsRead => {
            let printed = stream.to_string();
            let mut text = String::with_capacity(printed.len());
            let mut rest = printed.as_str();
            for literal in literals(stream) {
                let Some((before, after)) = rest.split_once(literal.as_str()) else { continue };
                text.push_str(&without_blanks(before));
                text.push_str(&literal);
                rest = after;
            }
            text.push_str(&without_blanks(rest));
            text.truncate(text.trim_end_matches(',').len());
            text
        }
    }
}

/// Every literal, in the order in which they are printed.
fn literals(stream: TokenStream) -> Vec<String> {
    stream
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Literal(literal) => vec![literal.to_string()],
            TokenTree::Group(group) => literals(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

fn without_blanks(printed: &str) -> String {
    printed.replace(" ,", ",").replace(" :", ":").replace(" !", "!")
}

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
        text(self.stream_since(mark), Blanks::None)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_tokens() {
        for (source, compact, as_read) in [
            ("", "", ""),
            ("* . app", "*.app", "* . app"),
            ("max - age", "max-age", "max - age"),
            ("origins : any ,", "origins:any,", "origins: any"),
            ("cfg ! (a , b)", "cfg!(a , b)", "cfg! (a, b)"),
            (r#""a , b : c !" , any"#, r#""a , b : c !",any"#, r#""a , b : c !", any"#),
            (r#"[ "x :" , 1 , "1 ,"] ,"#, r#"["x :" , 1 , "1 ,"],"#, r#"["x :", 1, "1 ,"]"#),
            (r#"regex("1 ,", 1)"#, r#"regex("1 ," , 1)"#, r#"regex ("1 ,", 1)"#),
        ] {
            let stream: TokenStream = source.parse().unwrap_or_else(|error| panic!("{source}: {error}"));
            assert_eq!(text(stream.clone(), Blanks::None), compact, "{source}, no blanks");
            assert_eq!(text(stream, Blanks::AsRead), as_read, "{source}, as read");
        }
    }
}
