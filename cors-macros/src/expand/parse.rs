//! Turns tokens into the tree: settings and blocks. What cannot be read is reported and left out, and reading goes on after it.

use cors_engine::__private::build::{is_list, meant_key, meant_mode};
use cors_engine::{Key, Mode};
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use syn::Lit;

use crate::expand::ast::{Argument, Block, Element, Entry, Expect, Settings, Spanned, Value};
use crate::expand::conditional::{self, Conditional};
use crate::expand::excuse::{self, Excuse};
use crate::expand::foreign_regex;
use crate::expand::report::{Errors, spelled};
use crate::expand::slip::{self, Slip};
use crate::expand::spans::Extent;
use crate::expand::tokens::{self, Blanks, Tokens};

/// Reads settings and blocks up to the end, or to where another declaration begins. `separator` is the sign between a key and its
/// value: `:` in `cors_policy!`, `=` in `#[cors]`.
pub(crate) fn settings(input: &mut Tokens, separator: char, errors: &mut Errors) -> Settings {
    let mut parser = Parser { separator, errors, lost: false, loose: Vec::new() };
    let (mut outer, mut production, mut development) = (Vec::new(), None, None);
    while !(input.is_empty() || separator == ':' && begins_declaration(input)) {
        match parser.item(input) {
            Some(BlockItem::Entry(entry)) => outer.push(entry),
            Some(BlockItem::Block(Mode::Production, block)) => parser.keep(block, &mut production),
            Some(BlockItem::Block(Mode::Development, block)) => parser.keep(block, &mut development),
            None => parser.lost = true,
        }
    }
    Settings { separator, outer, production, development, lost: parser.lost, loose: parser.loose }
}

/// What stands behind a key: `:`, or ` =`.
fn mark(separator: char) -> &'static str {
    if separator == '=' { " =" } else { ":" }
}

/// Returns whether `pub static` comes next, its attributes aside.
fn begins_declaration(input: &Tokens) -> bool {
    let mut at = 0;
    while input.is_punct(at, '#') && input.is_group(at + 1, Delimiter::Bracket) {
        at += 2;
    }
    if input.is_word(at, "pub") {
        at += 1 + usize::from(input.is_group(at + 1, Delimiter::Parenthesis));
    }
    input.is_word(at, "static")
}

/// `key: value` or `mode { … }`
enum BlockItem {
    Entry(Entry),
    Block(Mode, Block),
}

/// What stands in the place of a block has no settings in it. The error has been reported.
struct NoSettings;

/// The setting that an excuse in another form was meant as.
fn excused(excuse: &Excuse, word: &Ident) -> Entry {
    let span = word.span();
    let name = Ident::new(Key::Expect.name(), span);
    let value = Value::Call { name: name.clone(), arguments: excuse.arguments(span) };
    Entry { expects: Vec::new(), key: name, value: Spanned { node: value, extent: span.into() } }
}

struct Parser<'e> {
    separator: char,
    errors: &'e mut Errors,
    /// Whether a setting was unreadable, its key included.
    lost: bool,
    /// Words with nothing after them.
    loose: Vec<Ident>,
}

impl Parser<'_> {
    /// Reads an item and the comma after it; `None` if it cannot be read.
    fn item(&mut self, input: &mut Tokens) -> Option<BlockItem> {
        if input.is_punct(0, '#') && input.is_punct(1, '!') && input.is_group(2, Delimiter::Bracket) {
            return self.inner_attribute(input).map(BlockItem::Entry);
        }
        if excuse::begins_level(input) {
            return self.level(input).map(BlockItem::Entry);
        }
        let Attributes { expects, cfg } = attributes(input, self.errors);
        let start = input.mark();
        if let Some(conditional) = conditional::read(input) {
            self.errors.report_with_help(
                conditional.word.span(),
                no_condition(&conditional.word),
                in_blocks(&conditional, |branch| branch.into()),
            );
            input.punct(',');
            return None;
        }
        let item = self.item_after(expects, input);
        let Some(Cfg { word, mode }) = cfg else { return item };
        let written = tokens::text(input.stream_since(start), Blanks::AsRead);
        let help = match mode {
            Some(mode) => format!("write `{} {{ {written} }}`", mode.name()),
            None => NO_CONDITION.into(),
        };
        self.errors.report_with_help(word.span(), format_args!("`#[{word}]` has no meaning here"), help);
        None
    }

    /// Reads `#![expect(…)]`: reported, and read as the setting that was meant.
    fn inner_attribute(&mut self, input: &mut Tokens) -> Option<Entry> {
        let start = input.mark();
        (0..2).for_each(|_| drop(input.next()));
        let inside = &mut Tokens::new(input.group(Delimiter::Bracket)?.stream());
        let extent = input.extent_since(start);
        let word = inside.ident();
        let excuse = inside.group(Delimiter::Parenthesis).and_then(|group| Excuse::read(group.stream()));
        let (message, help, excuse) = match (&word, excuse) {
            (Some(word), _) if word == "doc" => {
                ("a `//!` comment documents nothing here".into(), "write `//`".into(), None)
            }
            (Some(word), Some(excuse)) => match excuse::no_effect(word) {
                Some(message) => (message, "take it out".into(), None),
                // The comma, since an attribute has none.
                None => {
                    let help = format!("write `{},`", excuse.written());
                    (format!("`#![{word}]` is written as a setting here"), help, Some(excuse))
                }
            },
            (Some(word), None) if word == "expect" => {
                let help = "write `expect(rule, reason = \"…\"),`".into();
                ("`#![expect]` is written as a setting here".into(), help, None)
            }
            _ => ("a policy has no attributes like `#![…]`".into(), "take it out".into(), None),
        };
        self.errors.report_with_help(extent, message, help);
        // A comma after it belongs to the setting that was meant.
        input.punct(',');
        excuse.zip(word).map(|(excuse, word)| excused(&excuse, &word))
    }

    /// Reads `allow(rule)` and its like: reported, and read as the `expect` that was meant.
    fn level(&mut self, input: &mut Tokens) -> Option<Entry> {
        let word = input.ident()?;
        let excuse = Excuse::read(input.group(Delimiter::Parenthesis)?.stream())?;
        input.punct(',');
        if let Some(message) = excuse::no_effect(&word) {
            self.errors.report_with_help(word.span(), message, "take it out");
            return None;
        }
        let message = format_args!("a rule is excused with `expect`, not `{word}`");
        self.errors.report_with_help(word.span(), message, format_args!("write `{}`", excuse.written()));
        Some(excused(&excuse, &word))
    }

    /// Reads what stands after the attributes of an item.
    fn item_after(&mut self, expects: Vec<Expect>, input: &mut Tokens) -> Option<BlockItem> {
        if let Some(mark) = input.punct(';').or_else(|| input.punct(',')) {
            self.errors.report_with_help(mark, "a separator with nothing before it", "take it out");
            return None;
        }
        let start = input.mark();
        if let Some(path) = file_path(input) {
            let help = format_args!("write `origins{} [file({path})]`", mark(self.separator));
            self.errors.report_with_help(input.extent_since(start), FILE, help);
            input.punct(',');
            return None;
        }
        if let Some(name) = header(input) {
            let message = "a block is written in braces";
            self.errors.report_with_help(input.span(), message, format_args!("write `{name} {{ … }}`"));
            input.next();
            return None;
        }
        let Some(key) = self.key(input) else {
            let message = format_args!("expected a setting, found {}", input.found());
            let help = format_args!("write `key{} value`", mark(self.separator));
            self.errors.report_with_help(input.span(), message, help);
            input.next();
            skip_item(input);
            return None;
        };
        if syn::parse_str::<Ident>(&key.to_string()).is_err() {
            let message = format_args!("`{key}` is a word of Rust, and no setting");
            self.errors.report_with_help(key.span(), message, "take the statement out");
            input.until(|input| input.is_punct(0, ',') || input.is_punct(0, ';'));
            input.next();
            return None;
        }
        match self.body(&key, input) {
            Some(Err(NoSettings)) => None,
            Some(Ok(body)) => {
                // A block needs no comma after it.
                input.punct(',');
                if let Some(Expect { word, .. }) = expects.first() {
                    let message = format_args!("`#[expect]` on `{key}`, which is a block");
                    let help =
                        "put it on the entry or the key that it excuses, or write `expect(…)` in the block";
                    self.errors.report_with_help(word.span(), message, help);
                }
                self.block(key, &body)
            }
            None => self.entry(expects, key, start, input).map(BlockItem::Entry),
        }
    }

    /// Takes the braces of a block. After the name of a mode, other delimiters and a mark before them are reported, and read as the braces.
    fn body(&mut self, key: &Ident, input: &mut Tokens) -> Option<Result<Group, NoSettings>> {
        let is_mode = mode(key).is_some();
        if input.is_group(0, Delimiter::Brace) || !is_mode && meant_mode(&key.to_string()).is_none() {
            return input.group(Delimiter::Brace).map(Ok);
        }
        let start = input.mark();
        let marked = input.punct(':').or_else(|| input.punct('='));
        if marked.is_some() {
            // `=>` and `==`
            let _ = input.punct('>').or_else(|| input.punct('='));
        }
        let Some(TokenTree::Group(body)) = input.peek(0).cloned() else {
            input.back_to(start);
            return None;
        };
        input.next();
        let is_braced = body.delimiter() == Delimiter::Brace;
        let inside = Tokens::new(body.stream());
        let has_settings = is_braced || inside.is_empty() || inside.is_punct(0, '#') || begins_item(&inside);
        if !is_mode && !has_settings && body.delimiter() == Delimiter::Parenthesis {
            // `debug(true)` is no block.
            input.back_to(start);
            return None;
        }
        // A name that is none is reported with the block, with all that is to be written.
        if is_mode || !has_settings {
            let name = mode(key).or_else(|| meant_mode(&key.to_string())).map_or("production", Mode::name);
            let help = format_args!("write `{name} {{ … }}`");
            match marked.filter(|_| is_braced) {
                Some(mark) => {
                    let message = format_args!("`{key}` is followed directly by its block");
                    self.errors.report_with_help(mark, message, help);
                }
                None if has_settings => {
                    self.errors.report_with_help(body.span_open(), "a block is written in braces", help);
                }
                None if is_mode => {
                    let message = format_args!("`{key}` is a block of settings");
                    self.errors.report_with_help(key.span(), message, help);
                }
                None => {
                    let message = format_args!("no block is called `{key}`");
                    self.errors.report_with_help(key.span(), message, help);
                }
            }
        }
        if has_settings {
            return Some(Ok(body));
        }
        input.punct(',');
        Some(Err(NoSettings))
    }

    fn block(&mut self, keyword: Ident, body: &Group) -> Option<BlockItem> {
        let meant = mode(&keyword).or_else(|| {
            let message = format_args!("no block is called `{keyword}`");
            let meant = meant_mode(&keyword.to_string());
            let help = match meant {
                Some(mode) => format!("write `{} {{ … }}`", mode.name()),
                None => "the blocks are `production { … }` and `development { … }`".into(),
            };
            self.errors.report_with_help(keyword.span(), message, help);
            meant
        });
        let mode = meant?;
        let keyword = Ident::new(mode.name(), keyword.span());
        let input = &mut Tokens::new(body.stream());
        let mut entries = Vec::new();
        while !input.is_empty() {
            match self.item(input) {
                Some(BlockItem::Entry(entry)) => entries.push(entry),
                Some(BlockItem::Block(_, inner)) => {
                    let message = format_args!("`{}` inside `{keyword}`", inner.keyword);
                    let help = format_args!("close `{keyword}` before it: blocks do not nest");
                    self.errors.report_with_help(inner.keyword.span(), message, help);
                    self.lost = true;
                }
                None => self.lost = true,
            }
        }
        Some(BlockItem::Block(mode, Block { keyword, entries }))
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

    /// Reads a key. A key in quotes or with hyphens is reported, and read as the key that was meant.
    fn key(&mut self, input: &mut Tokens) -> Option<Ident> {
        let start = input.mark();
        if let Some(TokenTree::Literal(literal)) = input.peek(0).cloned()
            && (input.is_punct(1, ':') || input.is_punct(1, '='))
            && let Lit::Str(text) = Lit::new(literal.clone())
            && let Ok(key) = syn::parse_str::<Ident>(&text.value())
        {
            input.next();
            let help = format_args!("write `{key}`");
            self.errors.report_with_help(literal.span(), "a key is written without quotes", help);
            return Some(Ident::new(&key.to_string(), literal.span()));
        }
        let key = input.ident()?;
        let mut name = key.to_string();
        while input.is_punct(0, '-')
            && let Some(word) = input.peek_ident(1)
        {
            name = format!("{name}_{word}");
            input.next();
            input.next();
        }
        if key == name {
            return Some(key);
        }
        let meant = Key::from_name(&name).or_else(|| meant_key(&name));
        let right = meant.map_or(name, |key| key.name().into());
        let message = format_args!("a key has no `-`: `{}`", input.text_since(start));
        self.errors.report_with_help(input.extent_since(start), message, format_args!("write `{right}`"));
        Some(Ident::new(&right, key.span()))
    }

    /// Reads what follows a key.
    fn entry(
        &mut self,
        expects: Vec<Expect>,
        key: Ident,
        key_start: usize,
        input: &mut Tokens,
    ) -> Option<Entry> {
        let (span, start) = (key.span(), key_start);
        // What is wrong with the value of a misspelled key is found as if the name were right.
        let name = key.to_string();
        let meant = Key::from_name(&name).or_else(|| meant_key(&name));
        let name = meant.map_or(name, |key| key.name().into());
        let mut values = Values {
            key: &name,
            separator: self.separator,
            within: Within::Settings,
            errors: &mut *self.errors,
        };
        let value = if input.is_group(0, Delimiter::Parenthesis) {
            Some(match meant {
                Some(Key::Expect) | None => values.call(key.clone(), input),
                Some(meant) => values.called(meant, &key, input),
            })
        } else if separator(&key, meant, input, self.separator, values.errors) {
            values.value(input)
        } else {
            self.loose.push(key);
            skip_item(input);
            return None;
        };
        let mut expects = expects;
        let value = match value {
            Some(value) => {
                values.late_expects(&mut expects, start, input);
                values.end_element(input);
                value
            }
            None => {
                let help = match mode(&key) {
                    Some(_) => format!("write `{key} {{ … }}`"),
                    None => format!("write `{key}{} …`", mark(self.separator)),
                };
                values.errors.report_with_help(span, format_args!("`{key}` has no value"), help);
                input.punct(',');
                Spanned { node: Value::Missing, extent: span.into() }
            }
        };
        Some(Entry { expects, key, value })
    }
}

/// Reads the mark between a key and its value. Another mark in its place is reported, and read as this one. After a name that is no key,
/// `meant` is `None`, and the name alone is at fault.
fn separator(
    key: &Ident,
    meant: Option<Key>,
    input: &mut Tokens,
    separator: char,
    errors: &mut Errors,
) -> bool {
    // `origins => […]` and `origins == […]` do not count as `=`.
    let goes_on = separator == '=' && (input.is_punct(1, '>') || input.is_punct(1, '='));
    if !goes_on && input.punct(separator).is_some() {
        return true;
    }
    let message = format_args!("expected `{separator}` after `{key}`");
    let name = meant.map_or(key.to_string(), |key| key.name().into());
    let help = format_args!("write `{name}{} …`", mark(separator));
    match input.punct('=').or_else(|| input.punct(':')) {
        Some(taken_for_it) => {
            // `=>` and `==`
            let _ = input.punct('>').or_else(|| input.punct('='));
            if meant.is_some() {
                errors.report_with_help(taken_for_it, message, help);
            }
            true
        }
        None => {
            errors.report_with_help(key.span(), message, help);
            false
        }
    }
}

/// The attributes in front of a setting or an element.
struct Attributes {
    expects: Vec<Expect>,
    /// What no policy has; it is reported once it is known what stands behind it.
    cfg: Option<Cfg>,
}

/// `#[cfg(…)]`
struct Cfg {
    word: Ident,
    /// The mode that it stands for, if it does for one.
    mode: Option<Mode>,
}

/// The help where a condition stands for no mode.
const NO_CONDITION: &str = "a policy is the same in every build, but for `development { … }`, which release builds do not have; what is only known when the app starts goes into a `Config`";

fn no_condition(word: &Ident) -> String {
    format!("a macro sees the word `{word}`, not what it decides")
}

/// The blocks for what a condition decides, each with what `within` makes of a branch.
fn in_blocks(conditional: &Conditional, within: impl Fn(&str) -> String) -> String {
    if conditional.branches.is_empty() {
        return NO_CONDITION.into();
    }
    let block = |(mode, branch): &(Mode, String)| format!("`{} {{ {} }}`", mode.name(), within(branch));
    let blocks: Vec<String> = conditional.branches.iter().map(block).collect();
    format!("write {}", blocks.join(" and "))
}

/// Reads the attributes in front of a setting or an element: `#[expect(…)]`, and no other.
fn attributes(input: &mut Tokens, errors: &mut Errors) -> Attributes {
    let mut expects = Vec::new();
    let mut cfg = None;
    while input.is_punct(0, '#') && input.is_group(1, Delimiter::Bracket) {
        let pound = input.span();
        input.next();
        let Some(group) = input.group(Delimiter::Bracket) else { break };
        let inside = &mut Tokens::new(group.stream());
        match inside.ident() {
            Some(word) if word == "expect" => {
                let mut values =
                    Values { key: "expect", separator: ':', within: Within::List, errors: &mut *errors };
                let arguments = values.arguments(inside);
                expects.push(Expect { word, arguments });
            }
            Some(word) if word == "doc" => {
                errors.report_with_help(pound, "a `///` comment documents only the static", "write `//`");
            }
            Some(word) if word == "cfg" || word == "cfg_attr" => {
                let condition = inside.group(Delimiter::Parenthesis).filter(|_| word == "cfg");
                let mode = condition.and_then(|group| conditional::mode_of(group.stream()));
                cfg.get_or_insert(Cfg { word, mode });
            }
            word => {
                let span = word.as_ref().map_or(pound, |word| word.span());
                if let Some(message) = word.as_ref().and_then(excuse::no_effect) {
                    errors.report_with_help(span, message, "take it out");
                    continue;
                }
                let message = "the only attribute in a policy is `#[expect]`";
                let arguments = inside.group(Delimiter::Parenthesis);
                let excuse = arguments.and_then(|group| Excuse::read(group.stream()));
                let Some((excuse, word)) = excuse.zip(word) else {
                    let help = "write `#[expect(rule, reason = \"…\")]`, or take it out";
                    errors.report_with_help(span, message, help);
                    continue;
                };
                errors.report_with_help(span, message, format_args!("write `#[{}]`", excuse.written()));
                // It excuses what it was meant to, so that this is the only error.
                expects.push(Expect { word, arguments: excuse.arguments(span) });
            }
        }
    }
    Attributes { expects, cfg }
}

fn mode(keyword: &Ident) -> Option<Mode> {
    Mode::from_name(&keyword.to_string())
}

/// Returns whether a setting or a block begins here. Where something cannot be read, reading goes on at the next.
pub(crate) fn begins_item(input: &Tokens) -> bool {
    let opens = input.is_group(1, Delimiter::Brace) || input.is_group(1, Delimiter::Parenthesis);
    let begins_path = input.is_punct(1, ':') && input.is_punct(2, ':');
    let separates = input.is_punct(1, ':') && !begins_path || input.is_punct(1, '=');
    input.peek_ident(0).is_some() && (opens || separates)
}

fn skip_item(input: &mut Tokens) {
    input.until(|input| input.is_punct(0, ',') || begins_known_item(input));
    input.punct(',');
}

/// The block that a header of TOML names, `[production]`.
fn header(input: &Tokens) -> Option<&'static str> {
    let Some(TokenTree::Group(group)) = input.peek(0) else { return None };
    let inside = &mut Tokens::new(group.stream());
    let name = inside.ident().filter(|_| group.delimiter() == Delimiter::Bracket && inside.is_empty())?;
    mode(&name).or_else(|| meant_mode(&name.to_string())).map(Mode::name)
}

/// Returns whether a setting begins here whose key is known, or a block.
fn begins_known_item(input: &Tokens) -> bool {
    let is_known = |name: String| Key::from_name(&name).or_else(|| meant_key(&name)).is_some();
    let is_block = input.is_group(1, Delimiter::Brace);
    begins_item(input) && input.peek_ident(0).is_some_and(|word| is_block || is_known(word.to_string()))
}

/// What a value is part of. It decides where the value ends if its comma is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    Settings,
    List,
}

impl Within {
    /// Returns whether this is the end of a value, whatever it was.
    fn ends(self, input: &Tokens) -> bool {
        let next =
            self == Within::Settings && begins_item(input) && !input.is_group(1, Delimiter::Parenthesis);
        input.is_empty() || input.is_punct(0, ',') || input.is_punct(0, ';') || next
    }
}

/// Reads the values of one key.
pub(crate) struct Values<'v> {
    pub(crate) key: &'v str,
    pub(crate) separator: char,
    /// What the value that is read next is part of.
    pub(crate) within: Within,
    pub(crate) errors: &'v mut Errors,
}

impl Values<'_> {
    /// `key: value`, as it is written here.
    pub(crate) fn setting(&self, value: &str) -> String {
        format!("{}{} {value}", self.key, mark(self.separator))
    }

    /// Reads the comma after a setting or an element.
    fn end_element(&mut self, input: &mut Tokens) {
        if input.punct(',').is_some() || input.is_empty() {
            return;
        }
        let what = if self.within == Within::Settings { "settings" } else { "entries" };
        let (span, found) = (input.span(), input.found());
        match input.punct(';') {
            Some(semicolon) => {
                let message = format_args!("`;` between {what}");
                self.errors.report_with_help(semicolon, message, "write `,`");
            }
            None => {
                let message = format_args!("expected `,` before {found}");
                self.errors.report_with_help(span, message, format_args!("write `,` between {what}"));
            }
        }
    }

    /// Reads expectations that stand behind what they excuse: reported, and taken as what they were meant as. `start` is where that begins.
    fn late_expects(&mut self, expects: &mut Vec<Expect>, start: usize, input: &mut Tokens) {
        let is_attribute = input.is_punct(0, '#') && input.is_group(1, Delimiter::Bracket);
        let is_call = input.is_word(0, "expect") && input.is_group(1, Delimiter::Parenthesis);
        let ends = match input.peek(2) {
            None => true,
            Some(_) => input.is_punct(2, ',') || input.is_punct(2, ';'),
        };
        // `expect(…)` between two settings is one of its own.
        if !(ends && (is_attribute || is_call && self.within == Within::List)) {
            return;
        }
        let before = tokens::text(input.stream_since(start), Blanks::AsRead);
        let late = input.mark();
        if is_attribute {
            let read = attributes(input, self.errors);
            if read.expects.is_empty() {
                return;
            }
            expects.extend(read.expects);
        } else if let Some(word) = input.ident() {
            let arguments = self.arguments(input);
            expects.push(Expect { word, arguments });
        }
        let written = tokens::text(input.stream_since(late), Blanks::AsRead);
        let attribute = if is_attribute { written.replace("# [", "#[") } else { format!("#[{written}]") };
        let help = format_args!("write `{attribute} {}`", before.trim_end_matches(','));
        self.errors.report_with_help(
            input.extent_since(late),
            "`#[expect]` goes before what it excuses",
            help,
        );
    }

    /// Reads a value, if there is one. Other tokens are read up to where the next value begins, and become what was clearly
    /// meant, or [`Value::Other`].
    fn value(&mut self, input: &mut Tokens) -> Option<Spanned<Value>> {
        let within = self.within;
        let start = input.mark();
        if self.key == Key::Origins.name()
            && let Some(path) = file_path(input)
        {
            let extent = input.extent_since(start);
            let entry = format!("file({path})");
            let help = match within {
                Within::List => format!("write `{entry}`"),
                Within::Settings => format!("write `{}`", self.setting(&format!("[{entry}]"))),
            };
            self.errors.report_with_help(extent, FILE, help);
            return Some(Spanned { node: Value::Missing, extent });
        }
        if self.key == Key::Origins.name()
            && let Some(regexes) = foreign_regex::read(input)
        {
            let extent = input.extent_since(start);
            let entries: Vec<String> = regexes.iter().map(|text| format!("regex({text})")).collect();
            let entries = entries.join(", ");
            let help = match within {
                Within::List => format!("write `{entries}`"),
                Within::Settings => format!("write `{}`", self.setting(&format!("[{entries}]"))),
            };
            self.errors.report_with_help(extent, "a regex is written as `regex(…)` here", help);
            return Some(Spanned { node: Value::Missing, extent });
        }
        if let Some(conditional) = conditional::read(input) {
            let extent = input.extent_since(start);
            let setting = |value: &str| match within {
                Within::List => self.setting(&format!("[{value}]")),
                Within::Settings => self.setting(value),
            };
            let help = in_blocks(&conditional, setting);
            self.errors.report_with_help(extent, no_condition(&conditional.word), help);
            return Some(Spanned { node: Value::Missing, extent });
        }
        if within.ends(input) {
            return None;
        }
        let is_closure = input.is_punct(0, '|');
        let mut node = match self.primary(input) {
            Some(node) if within.ends(input) || self.begins_next(&node, input) => node,
            _ => {
                // The arguments of a closure have commas of their own.
                if is_closure {
                    input.until(|input| input.is_punct(0, '|'));
                    input.next();
                }
                input.until(|input| within.ends(input));
                match input.text_since(start) {
                    // The rules know what it can stand for.
                    star if star == "*" || star == "'*'" => Value::Text("*".into()),
                    text => Value::Other(text),
                }
            }
        };
        let extent = input.extent_since(start);
        if let Some(Slip { message, help, meant }) = slip::find(self, &node, input.stream_since(start)) {
            self.errors.report_with_help(extent, message, spelled(&help, self.separator));
            node = meant;
        }
        // A call is underlined at its name.
        let extent = match &node {
            Value::Call { name, .. } => name.span().into(),
            _ => extent,
        };
        Some(Spanned { node, extent })
    }

    /// Returns whether something begins here that must be the next one, after `value`, which is whole.
    fn begins_next(&self, value: &Value, input: &Tokens) -> bool {
        let is_word = matches!(value, Value::Word(_));
        let begins = match (self.within, input.peek(0)) {
            (Within::Settings, _) => begins_item(input),
            // Two words where strings belong are one string without its quotes.
            (Within::List, Some(TokenTree::Ident(_))) => !is_word || self.key == "methods",
            (Within::List, Some(TokenTree::Literal(_))) => true,
            (Within::List, _) => false,
        };
        begins || input.is_punct(0, '#') && input.is_group(1, Delimiter::Bracket)
    }

    /// Reads the shortest value that begins here.
    fn primary(&mut self, input: &mut Tokens) -> Option<Value> {
        let negative = input.is_punct(0, '-') && matches!(input.peek(1), Some(TokenTree::Literal(_)));
        if negative {
            input.next();
        }
        Some(match input.next()? {
            TokenTree::Ident(word) if input.is_group(0, Delimiter::Parenthesis) => {
                Value::Call { arguments: self.arguments(input), name: word }
            }
            TokenTree::Ident(word) if word == "true" || word == "false" => Value::Bool(word == "true"),
            TokenTree::Ident(word) => Value::Word(word),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                Value::List(self.list(group.stream()))
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

    pub(crate) fn list(&mut self, stream: TokenStream) -> Vec<Element> {
        let input = &mut Tokens::new(stream);
        let outer = std::mem::replace(&mut self.within, Within::List);
        let mut elements = Vec::new();
        while !input.is_empty() {
            let Attributes { mut expects, cfg } = attributes(input, self.errors);
            expects.extend(self.bare_expect(input));
            let start = input.mark();
            if cfg.is_none()
                && let Some(mut inner) = self.nested(input)
            {
                match &mut inner[..] {
                    [one] => one.expects.append(&mut expects),
                    _ if expects.is_empty() => {}
                    // It is not known which of them it excuses.
                    inner => inner.iter_mut().for_each(|element| element.value.node = Value::Missing),
                }
                elements.extend(inner);
                self.end_element(input);
                continue;
            }
            let mut value = self.value(input).unwrap_or_else(|| missing(input, self.errors));
            if let Some(Cfg { word, mode }) = cfg {
                let written = tokens::text(input.stream_since(start), Blanks::AsRead);
                let list = self.setting(&format!("[{written}]"));
                let help = match mode {
                    Some(mode) => {
                        format!(
                            "write `{} {{ {list} }}`, whose list holds there and not this one",
                            mode.name()
                        )
                    }
                    None => NO_CONDITION.into(),
                };
                let message = format_args!("`#[{word}]` has no meaning here");
                self.errors.report_with_help(word.span(), message, help);
                value.node = Value::Missing;
            }
            self.late_expects(&mut expects, start, input);
            self.end_element(input);
            self.late_expects(&mut expects, start, input);
            elements.push(Element { expects, value });
        }
        self.within = outer;
        elements
    }

    /// Takes `expect(…)` or a level before an entry, without `#[…]`: reported, and read as the attribute that was meant.
    fn bare_expect(&mut self, input: &mut Tokens) -> Option<Expect> {
        let is_expect = input.is_word(0, "expect") && input.is_group(1, Delimiter::Parenthesis);
        let ends = input.peek(2).is_none() || input.is_punct(2, ',') || input.is_punct(2, ';');
        if ends || self.key == Key::Expect.name() || !(is_expect || excuse::begins_level(input)) {
            return None;
        }
        let start = input.mark();
        let word = input.ident()?;
        let Some(excuse) = Excuse::read(input.group(Delimiter::Parenthesis)?.stream()) else {
            input.back_to(start);
            return None;
        };
        if let Some(message) = excuse::no_effect(&word) {
            self.errors.report_with_help(input.extent_since(start), message, "take it out");
            return None;
        }
        let message = format_args!("`{word}` before an entry is the attribute `#[expect]`");
        let help = format_args!("write `#[{}]`", excuse.written());
        self.errors.report_with_help(input.extent_since(start), message, help);
        Some(Expect { arguments: excuse.arguments(word.span()), word })
    }

    /// Takes a list, a tuple or a map inside a list: reported, and read as the entries in it.
    fn nested(&mut self, input: &mut Tokens) -> Option<Vec<Element>> {
        let Some(TokenTree::Group(group)) = input.peek(0).cloned() else { return None };
        let start = input.mark();
        // A file's form of a regex has an error of its own.
        if self.key == Key::Expect.name() || foreign_regex::read(input).is_some() {
            input.back_to(start);
            return None;
        }
        let ends = [',', ';', '#'].into_iter().any(|mark| input.is_punct(1, mark));
        let (entries, is_map) = slip::entries(&group);
        let is_unclear = is_map && entries.is_empty() || slip::is_everything(&entries);
        if is_unclear || !(ends || input.peek(1).is_none()) {
            return None;
        }
        input.next();
        let what = match group.delimiter() {
            _ if is_map => "maps",
            Delimiter::Parenthesis => "tuples",
            Delimiter::Brace => "braces",
            _ => "lists",
        };
        let help = match tokens::text(entries.clone(), Blanks::AsRead) {
            none if none.is_empty() => "take it out".into(),
            entries => format!("write `{entries}`"),
        };
        let extent = Extent { start: group.span_open(), end: group.span_close() };
        self.errors.report_with_help(extent, format_args!("a list has no {what} in it"), help);
        if entries.is_empty() {
            let value = Spanned { node: Value::Missing, extent };
            return Some(vec![Element { expects: Vec::new(), value }]);
        }
        Some(self.list(entries))
    }

    /// `name(…)` as the value of the key `name`.
    fn call(&mut self, name: Ident, input: &mut Tokens) -> Spanned<Value> {
        let extent = name.span().into();
        Spanned { node: Value::Call { name, arguments: self.arguments(input) }, extent }
    }

    /// `origins("…")`, in the style of a builder. It is reported, and read as the setting that was meant.
    fn called(&mut self, meant: Key, key: &Ident, input: &mut Tokens) -> Spanned<Value> {
        let extent = key.span().into();
        let stream = input.group(Delimiter::Parenthesis).map(|group| group.stream()).unwrap_or_default();
        let text = stream.to_string();
        let takes_list = is_list(meant);
        let value = match (takes_list, text.is_empty()) {
            (true, _) => format!("[{text}]"),
            (false, true) => "…".into(),
            (false, false) => text,
        };
        let message = format_args!("expected `{}` after `{key}`", self.separator);
        let help = format_args!("write `{meant}{} {value}`", mark(self.separator));
        self.errors.report_with_help(key.span(), message, help);
        let mut list = self.list(stream);
        let node = match takes_list {
            true => Value::List(list),
            false if list.len() == 1 => list.remove(0).value.node,
            false => Value::Missing,
        };
        Spanned { node, extent }
    }

    fn arguments(&mut self, input: &mut Tokens) -> Vec<Argument> {
        let Some(group) = input.group(Delimiter::Parenthesis) else { return Vec::new() };
        let input = &mut Tokens::new(group.stream());
        let outer = std::mem::replace(&mut self.within, Within::List);
        let mut arguments = Vec::new();
        while !input.is_empty() {
            let name = if input.is_punct(1, '=') { input.ident() } else { None };
            if name.is_some() {
                input.next();
            }
            let value = self.value(input).unwrap_or_else(|| missing(input, self.errors));
            arguments.push(Argument { name, value });
            self.end_element(input);
        }
        self.within = outer;
        arguments
    }
}

/// What is wrong with a file that is named like a setting.
const FILE: &str = "a file of origins is an entry of `origins`";

/// Takes `file = "…"`, and returns the path as it is written.
fn file_path(input: &mut Tokens) -> Option<Literal> {
    named_text(input, "file")
}

/// Takes a string after this word and a mark, `word = "…"`, and returns it as it is written.
pub(crate) fn named_text(input: &mut Tokens, word: &str) -> Option<Literal> {
    let begins = input.is_word(0, word) && (input.is_punct(1, '=') || input.is_punct(1, ':'));
    let TokenTree::Literal(literal) = input.peek(2).filter(|_| begins)?.clone() else { return None };
    let Lit::Str(_) = Lit::new(literal.clone()) else { return None };
    (0..3).for_each(|_| drop(input.next()));
    Some(literal)
}

/// A stand-in for a missing element.
fn missing(input: &Tokens, errors: &mut Errors) -> Spanned<Value> {
    let message = format_args!("expected a value, found {}", input.found());
    match input.is_punct(0, ',') || input.is_punct(0, ';') {
        true => errors.report_with_help(input.span(), message, "take it out"),
        false => errors.report(input.span(), message),
    }
    Spanned { node: Value::Missing, extent: input.span().into() }
}
