//! Translates the syntax of the `regex` crate into its meaning over ASCII.

use super::error::RegexError;
use super::expr::{Ascii, Expr, Look};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;
use regex_syntax::ast::{self, Ast};

/// Parses `pattern`.
pub(crate) fn parse(pattern: &str) -> Result<Expr, RegexError> {
    Translator::default().expr(&syntax(pattern)?)
}

/// Parses `pattern` to what was written rather than to what it means.
pub(crate) fn syntax(pattern: &str) -> Result<Ast, RegexError> {
    ast::parse::Parser::new().parse(pattern).map_err(|error| match error.kind() {
        ast::ErrorKind::UnsupportedLookAround => RegexError::look_around(place(error.span())),
        kind => RegexError::syntax(kind.to_string(), place(error.span())),
    })
}

/// The place of a piece of syntax in the pattern.
pub(crate) fn place(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// Gives syntax its meaning, by the flags that change one here. `u` does not (an origin is ASCII), nor does `m` (it has
/// one line), nor `U` (a language has no greed).
#[derive(Clone, Copy, Default)]
pub(crate) struct Translator {
    case_insensitive: bool,
    dot_matches_new_line: bool,
}

impl Translator {
    fn expr(&mut self, ast: &Ast) -> Result<Expr, RegexError> {
        Ok(match ast {
            Ast::Empty(_) => Expr::Empty,
            Ast::Flags(set) => {
                self.set(&set.flags);
                Expr::Empty
            }
            Ast::Literal(literal) => Expr::Bytes(self.literal(literal)?),
            Ast::Dot(_) => Expr::Bytes(self.dot()),
            Ast::Assertion(assertion) => Expr::Look(look(&assertion.kind)),
            Ast::ClassUnicode(class) => return Err(unicode_class(class)),
            Ast::ClassPerl(class) => Expr::Bytes(perl(class)),
            Ast::ClassBracketed(class) => Expr::Bytes(self.class(class)?),
            Ast::Repetition(repetition) => {
                let (min, max) = counts(&repetition.op.kind);
                Expr::Repeat { expr: Box::new(self.expr(&repetition.ast)?), min, max }
            }
            Ast::Group(group) => {
                let outer = *self;
                if let ast::GroupKind::NonCapturing(flags) = &group.kind {
                    self.set(flags);
                }
                let expr = self.expr(&group.ast);
                *self = outer;
                expr?
            }
            Ast::Alternation(alternation) => Expr::Alternation(self.exprs(&alternation.asts)?),
            Ast::Concat(concat) => Expr::Concat(self.exprs(&concat.asts)?),
        })
    }

    fn exprs(&mut self, asts: &[Ast]) -> Result<Vec<Expr>, RegexError> {
        asts.iter().map(|ast| self.expr(ast)).collect()
    }

    fn set(&mut self, flags: &ast::Flags) {
        if let Some(on) = flags.flag_state(ast::Flag::CaseInsensitive) {
            self.case_insensitive = on;
        }
        if let Some(on) = flags.flag_state(ast::Flag::DotMatchesNewLine) {
            self.dot_matches_new_line = on;
        }
    }

    fn dot(self) -> Ascii {
        match self.dot_matches_new_line {
            true => Ascii::EMPTY.not(),
            false => Ascii::range(b'\n', b'\n').not(),
        }
    }

    fn literal(self, literal: &ast::Literal) -> Result<Ascii, RegexError> {
        match u8::try_from(literal.c) {
            Ok(byte) if byte.is_ascii() => Ok(self.folded(Ascii::range(byte, byte))),
            _ => Err(RegexError::non_ascii(&format!("`{}`", literal.c), place(&literal.span))),
        }
    }

    fn folded(self, set: Ascii) -> Ascii {
        if self.case_insensitive { set.in_both_cases() } else { set }
    }

    /// The bytes of a bracketed class.
    pub(crate) fn class(self, class: &ast::ClassBracketed) -> Result<Ascii, RegexError> {
        let set = self.class_set(&class.kind)?;
        let set = if class.negated { set.not() } else { set };
        if set == Ascii::EMPTY {
            return Err(RegexError::non_ascii("this class", place(&class.span)));
        }
        Ok(set)
    }

    fn class_set(self, set: &ast::ClassSet) -> Result<Ascii, RegexError> {
        let op = match set {
            ast::ClassSet::Item(item) => return self.item(item),
            ast::ClassSet::BinaryOp(op) => op,
        };
        let (left, right) = (self.class_set(&op.lhs)?, self.class_set(&op.rhs)?);
        Ok(match op.kind {
            ast::ClassSetBinaryOpKind::Intersection => left.and(right),
            ast::ClassSetBinaryOpKind::Difference => left.and(right.not()),
            ast::ClassSetBinaryOpKind::SymmetricDifference => left.or(right).and(left.and(right).not()),
        })
    }

    /// The ASCII part of a range.
    ///
    /// Under `(?i)` it must have no other: `ſ` (U+017F) stands for `s` there and the Kelvin sign for `k`, so that a negated
    /// class of them leaves out more than its ASCII part says.
    fn range(self, first: char, last: char, span: &ast::Span) -> Result<Ascii, RegexError> {
        if self.case_insensitive && !last.is_ascii() {
            return Err(RegexError::folds_to_ascii(place(span)));
        }
        Ok(self.folded(ascii_part(first, last)))
    }

    /// One item of a bracketed class: its ASCII part, which may be empty.
    fn item(self, item: &ast::ClassSetItem) -> Result<Ascii, RegexError> {
        Ok(match item {
            ast::ClassSetItem::Empty(_) => Ascii::EMPTY,
            ast::ClassSetItem::Literal(literal) => self.range(literal.c, literal.c, &literal.span)?,
            ast::ClassSetItem::Range(range) => self.range(range.start.c, range.end.c, &range.span)?,
            ast::ClassSetItem::Ascii(class) => {
                let set = self.folded(posix(&class.kind));
                if class.negated { set.not() } else { set }
            }
            ast::ClassSetItem::Unicode(class) => return Err(unicode_class(class)),
            ast::ClassSetItem::Perl(class) => perl(class),
            ast::ClassSetItem::Bracketed(class) => {
                let set = self.class_set(&class.kind)?;
                if class.negated { set.not() } else { set }
            }
            ast::ClassSetItem::Union(union) => {
                let mut set = Ascii::EMPTY;
                for item in &union.items {
                    set = set.or(self.item(item)?);
                }
                set
            }
        })
    }
}

fn ascii_part(first: char, last: char) -> Ascii {
    match u8::try_from(first) {
        Ok(first) => Ascii::range(first, u8::try_from(last).unwrap_or(u8::MAX)),
        Err(_) => Ascii::EMPTY,
    }
}

fn unicode_class(class: &ast::ClassUnicode) -> RegexError {
    RegexError {
        help: "write the ASCII class that is meant, such as `[a-z]`, `\\d` or `\\w`".into(),
        ..RegexError::non_ascii("a Unicode class", place(&class.span))
    }
}

fn perl(class: &ast::ClassPerl) -> Ascii {
    let set = match class.kind {
        ast::ClassPerlKind::Digit => Ascii::DIGIT,
        ast::ClassPerlKind::Space => Ascii::SPACE,
        ast::ClassPerlKind::Word => Ascii::WORD,
    };
    if class.negated { set.not() } else { set }
}

fn posix(kind: &ast::ClassAsciiKind) -> Ascii {
    use ast::ClassAsciiKind as Kind;
    let graph = Ascii::range(b'!', b'~');
    let blank = Ascii::range(b' ', b' ').or(Ascii::range(b'\t', b'\t'));
    let hex = Ascii::DIGIT.or(Ascii::range(b'a', b'f')).or(Ascii::range(b'A', b'F'));
    match kind {
        Kind::Alnum => Ascii::LETTER.or(Ascii::DIGIT),
        Kind::Alpha => Ascii::LETTER,
        Kind::Ascii => Ascii::EMPTY.not(),
        Kind::Blank => blank,
        Kind::Cntrl => Ascii::range(b' ', b'~').not(),
        Kind::Digit => Ascii::DIGIT,
        Kind::Graph => graph,
        Kind::Lower => Ascii::range(b'a', b'z'),
        Kind::Print => Ascii::range(b' ', b'~'),
        Kind::Punct => graph.and(Ascii::LETTER.or(Ascii::DIGIT).not()),
        Kind::Space => Ascii::SPACE,
        Kind::Upper => Ascii::range(b'A', b'Z'),
        Kind::Word => Ascii::WORD,
        Kind::Xdigit => hex,
    }
}

fn look(kind: &ast::AssertionKind) -> Look {
    use ast::AssertionKind as Kind;
    match kind {
        Kind::StartLine | Kind::StartText => Look::Start,
        Kind::EndLine | Kind::EndText => Look::End,
        Kind::WordBoundary => Look::WordBoundary,
        Kind::NotWordBoundary => Look::NotWordBoundary,
        Kind::WordBoundaryStart | Kind::WordBoundaryStartAngle => Look::Word(Some(false), Some(true)),
        Kind::WordBoundaryEnd | Kind::WordBoundaryEndAngle => Look::Word(Some(true), Some(false)),
        Kind::WordBoundaryStartHalf => Look::Word(Some(false), None),
        Kind::WordBoundaryEndHalf => Look::Word(None, Some(false)),
    }
}

/// The least and the greatest count of a repetition.
pub(crate) fn counts(kind: &ast::RepetitionKind) -> (u32, Option<u32>) {
    match *kind {
        ast::RepetitionKind::ZeroOrOne => (0, Some(1)),
        ast::RepetitionKind::ZeroOrMore => (0, None),
        ast::RepetitionKind::OneOrMore => (1, None),
        ast::RepetitionKind::Range(ast::RepetitionRange::Exactly(n)) => (n, Some(n)),
        ast::RepetitionKind::Range(ast::RepetitionRange::AtLeast(n)) => (n, None),
        ast::RepetitionKind::Range(ast::RepetitionRange::Bounded(m, n)) => (m, Some(n)),
    }
}
