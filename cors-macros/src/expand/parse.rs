//! Tokens to tree: settings and blocks. What cannot be read is reported and left out, what follows is
//! read all the same.

use cors_engine::Mode;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::Lit;

use crate::expand::ast::{Argument, Block, Entry, Settings, Spanned, Value};
use crate::expand::report::Errors;
use crate::expand::tokens::Tokens;

/// Reads settings and blocks up to the end. `separator` stands between a key and its value: `:` in
/// `cors_policy!`, `=` in `#[cors]`.
pub(crate) fn settings(input: &mut Tokens, separator: char, errors: &mut Errors) -> Settings {
    let mut parser = Parser { separator, errors, lost: false, loose: Vec::new() };
    let (mut outer, mut production, mut development) = (Vec::new(), None, None);
    while !input.is_empty() {
        match parser.item(input) {
            Some(Item::Entry(entry)) => outer.push(entry),
            Some(Item::Block(Mode::Production, block)) => parser.keep(block, &mut production),
            Some(Item::Block(Mode::Development, block)) => parser.keep(block, &mut development),
            None => parser.lost = true,
        }
    }
    Settings { separator, outer, production, development, lost: parser.lost, loose: parser.loose }
}

/// `key: value` or `mode { … }`
enum Item {
    Entry(Entry),
    Block(Mode, Block),
}

struct Parser<'e> {
    separator: char,
    errors: &'e mut Errors,
    /// Whether something could not be read, not even its key.
    lost: bool,
    /// Words that nothing follows.
    loose: Vec<Ident>,
}

impl Parser<'_> {
    /// Reads an item and the comma after it; `None` if it cannot be read.
    fn item(&mut self, input: &mut Tokens) -> Option<Item> {
        let Some(key) = input.ident() else {
            let message = format_args!("expected a setting, found {}", input.found());
            let help = format_args!("write `key{} value`", self.separator);
            self.errors.report_with_help(input.span(), message, help);
            input.next();
            skip_item(input);
            return None;
        };
        let separated = input.is_punct(0, self.separator) && input.is_group(1, Delimiter::Brace);
        if separated && mode(&key).is_some() {
            let message = format_args!("`{key}` is followed by its block at once");
            self.errors.report_with_help(input.span(), message, format_args!("write `{key} {{ … }}`"));
            input.next();
        }
        match input.group(Delimiter::Brace) {
            Some(body) => {
                // After a block, whose end is plain, the comma may be left out.
                input.punct(',');
                self.block(key, &body)
            }
            None => self.entry(key, input).map(Item::Entry),
        }
    }

    fn block(&mut self, keyword: Ident, body: &Group) -> Option<Item> {
        let Some(mode) = mode(&keyword) else {
            let message = format_args!("no block is called `{keyword}`");
            let help = "the blocks are `production { … }` and `development { … }`";
            self.errors.report_with_help(keyword.span(), message, help);
            return None;
        };
        let input = &mut Tokens::new(body.stream());
        let mut entries = Vec::new();
        while !input.is_empty() {
            match self.item(input) {
                Some(Item::Entry(entry)) => entries.push(entry),
                Some(Item::Block(_, inner)) => {
                    let message = format_args!("`{}` inside `{keyword}`", inner.keyword);
                    let help = format_args!("close `{keyword}` before it: blocks do not nest");
                    self.errors.report_with_help(inner.keyword.span(), message, help);
                    self.lost = true;
                }
                None => self.lost = true,
            }
        }
        Some(Item::Block(mode, Block { keyword, entries }))
    }

    fn keep(&mut self, block: Block, place: &mut Option<Block>) {
        if place.is_none() {
            *place = Some(block);
            return;
        }
        let message = format_args!("a second `{}` block", block.keyword);
        self.errors.report_with_help(block.keyword.span(), message, "put its settings into the first one");
        self.lost = true;
    }

    /// Reads what follows a key.
    fn entry(&mut self, key: Ident, input: &mut Tokens) -> Option<Entry> {
        let span = key.span();
        let value = if input.is_group(0, Delimiter::Parenthesis) {
            Some(call(key.clone(), input, self.errors))
        } else if self.separator(&key, input) {
            value(input, Within::Settings, self.errors)
        } else {
            self.loose.push(key);
            skip_item(input);
            return None;
        };
        let value = match value {
            Some(value) => {
                end_element(input, self.errors);
                value
            }
            None => {
                self.errors.report(span, format_args!("`{key}` has no value"));
                input.punct(',');
                Spanned { node: Value::Missing, extent: span.into() }
            }
        };
        Some(Entry { key, value })
    }

    /// Reads what stands between a key and its value, or what somebody took for it.
    fn separator(&mut self, key: &Ident, input: &mut Tokens) -> bool {
        if input.punct(self.separator).is_some() {
            return true;
        }
        let taken_for_it = input.punct('=').or_else(|| input.punct(':'));
        let message = format_args!("expected `{}` after `{key}`", self.separator);
        self.errors.report(taken_for_it.unwrap_or(key.span()), message);
        taken_for_it.is_some()
    }
}

fn mode(keyword: &Ident) -> Option<Mode> {
    [Mode::Production, Mode::Development].into_iter().find(|mode| keyword == mode.name())
}

/// Does a setting or a block begin here? Where something cannot be read, reading goes on at the next.
pub(crate) fn begins_item(input: &Tokens) -> bool {
    let opens = input.is_group(1, Delimiter::Brace) || input.is_group(1, Delimiter::Parenthesis);
    let separates = input.is_punct(1, ':') || input.is_punct(1, '=');
    input.peek_ident(0).is_some() && (opens || separates)
}

fn skip_item(input: &mut Tokens) {
    input.until(|input| input.is_punct(0, ',') || begins_item(input));
    input.punct(',');
}

/// Reads the comma after a setting or an element.
fn end_element(input: &mut Tokens, errors: &mut Errors) {
    if input.punct(',').is_none() && !input.is_empty() {
        errors.report(input.span(), format_args!("expected `,` before {}", input.found()));
    }
}

/// What a value is part of: it tells where the value ends if its comma is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Settings,
    List,
}

impl Within {
    /// Is this the end of a value, whatever it was?
    fn ends(self, input: &Tokens) -> bool {
        let next =
            self == Within::Settings && begins_item(input) && !input.is_group(1, Delimiter::Parenthesis);
        input.is_empty() || input.is_punct(0, ',') || next
    }

    /// Does something begin here that must be the next one, after a value that is whole?
    fn begins_next(self, input: &Tokens) -> bool {
        match self {
            Within::Settings => begins_item(input),
            Within::List => matches!(input.peek(0), Some(TokenTree::Ident(_) | TokenTree::Literal(_))),
        }
    }
}

/// Reads a value, if there is one. If it goes on in a way that values do not, up to where the next
/// begins, the whole is [`Value::Other`].
fn value(input: &mut Tokens, within: Within, errors: &mut Errors) -> Option<Spanned<Value>> {
    if within.ends(input) {
        return None;
    }
    let start = input.mark();
    let node = match primary(input, errors) {
        Some(node) if within.ends(input) || within.begins_next(input) => node,
        _ => {
            input.until(|input| within.ends(input));
            Value::Other(input.text_since(start))
        }
    };
    // A call is told from others by its name.
    let extent = match &node {
        Value::Call { name, .. } => name.span().into(),
        _ => input.extent_since(start),
    };
    Some(Spanned { node, extent })
}

/// A value that goes no further than it has to.
fn primary(input: &mut Tokens, errors: &mut Errors) -> Option<Value> {
    let negative = input.is_punct(0, '-') && matches!(input.peek(1), Some(TokenTree::Literal(_)));
    if negative {
        input.next();
    }
    Some(match input.next()? {
        TokenTree::Ident(word) if input.is_group(0, Delimiter::Parenthesis) => {
            Value::Call { arguments: arguments(input, errors), name: word }
        }
        TokenTree::Ident(word) if word == "true" || word == "false" => Value::Bool(word == "true"),
        TokenTree::Ident(word) => Value::Word(word),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Value::List(list(group.stream(), errors))
        }
        TokenTree::Literal(literal) => match Lit::new(literal) {
            Lit::Str(text) if !negative => Value::Text(text.value()),
            Lit::Int(number) => Value::number(negative, number.base10_digits(), number.suffix()),
            Lit::Float(number) => Value::number(negative, number.base10_digits(), number.suffix()),
            _ => return None,
        },
        TokenTree::Group(_) | TokenTree::Punct(_) => return None,
    })
}

fn list(stream: TokenStream, errors: &mut Errors) -> Vec<Spanned<Value>> {
    let input = &mut Tokens::new(stream);
    let mut elements = Vec::new();
    while !input.is_empty() {
        match value(input, Within::List, errors) {
            Some(element) => elements.push(element),
            None => elements.push(missing(input, errors)),
        }
        end_element(input, errors);
    }
    elements
}

/// What stands in for an element that is not there.
fn missing(input: &Tokens, errors: &mut Errors) -> Spanned<Value> {
    errors.report(input.span(), format_args!("expected a value, found {}", input.found()));
    Spanned { node: Value::Missing, extent: input.span().into() }
}

/// `name(…)` as the value of the key `name`.
fn call(name: Ident, input: &mut Tokens, errors: &mut Errors) -> Spanned<Value> {
    let extent = name.span().into();
    Spanned { node: Value::Call { name, arguments: arguments(input, errors) }, extent }
}

fn arguments(input: &mut Tokens, errors: &mut Errors) -> Vec<Argument> {
    let Some(group) = input.group(Delimiter::Parenthesis) else { return Vec::new() };
    let input = &mut Tokens::new(group.stream());
    let mut arguments = Vec::new();
    while !input.is_empty() {
        let name = if input.is_punct(1, '=') { input.ident() } else { None };
        if name.is_some() {
            input.next();
        }
        match value(input, Within::List, errors) {
            Some(value) => arguments.push(Argument { name, value }),
            None => arguments.push(Argument { name, value: missing(input, errors) }),
        }
        end_element(input, errors);
    }
    arguments
}
