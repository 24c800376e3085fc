//! An expectation in another form: `#![expect(…)]`, `allow(…)`, `#[deny(…)]`, and what was meant by it.

use cors_engine::__private::build::{REASON, meant_rule};
use cors_engine::Rule;
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::Lit;

use crate::expand::ast::{Argument, Spanned, Value};
use crate::expand::spans::Extent;
use crate::expand::tokens::Tokens;

/// A rule that is named, and the reason for it.
pub(crate) struct Excuse {
    rule: Rule,
    reason: String,
}

impl Excuse {
    /// Reads what is in the parentheses; `None` if it does not begin with a rule.
    pub(crate) fn read(arguments: TokenStream) -> Option<Self> {
        let input = &mut Tokens::new(arguments);
        let start = input.mark();
        input.until(|input| input.is_punct(0, ','));
        let rule = named_rule(&input.text_since(start))?;
        let rest = input.until(Tokens::is_empty);
        let reason = rest.into_iter().find_map(|token| match token {
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(text) => Some(text.value()).filter(|text| !text.trim().is_empty()),
                _ => None,
            },
            _ => None,
        });
        Some(Self { rule, reason: reason.unwrap_or_else(|| REASON.into()) })
    }

    /// As it is written for a whole block.
    pub(crate) fn written(&self) -> String {
        format!("expect({}, reason = {:?})", self.rule, self.reason)
    }

    /// As if it had been written so.
    pub(crate) fn arguments(&self, span: Span) -> Vec<Argument> {
        let extent = Extent::from(span);
        let argument = |name, node| Argument { name, value: Spanned { node, extent } };
        let rule = argument(None, Value::Word(Ident::new(self.rule.name(), span)));
        let reason = argument(Some(Ident::new("reason", span)), Value::Text(self.reason.clone()));
        vec![rule, reason]
    }
}

/// What is wrong with a level of rustc that makes a rule as strict as it is.
pub(crate) fn no_effect(word: &Ident) -> Option<String> {
    is_strict(word).then(|| format!("`{word}` has no effect: every rule is an error already"))
}

fn is_strict(word: &Ident) -> bool {
    word == "deny" || word == "forbid"
}

/// Returns whether a level of rustc comes next, with a rule in parentheses and without `#[…]`.
pub(crate) fn begins_level(input: &Tokens) -> bool {
    let is_level = |word: &Ident| word == "allow" || word == "warn" || is_strict(word);
    match input.peek(1) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            input.peek_ident(0).is_some_and(is_level) && Excuse::read(group.stream()).is_some()
        }
        _ => false,
    }
}

/// The rule that a text names: `loopback-origin`, `Rule::LoopbackOrigin`.
pub(crate) fn named_rule(text: &str) -> Option<Rule> {
    let name = text.rsplit("::").next().unwrap_or(text).trim().trim_matches('"');
    meant_rule(&name.replace('-', "_"))
}
