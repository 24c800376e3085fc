//! Samples of what was meant by a regex: every alternative once, and something short for every open part.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use regex_syntax::ast::Ast;

use super::automaton::{Ascii, Translator, counts, syntax};
use crate::engine::origin::MAX_ORIGIN;

/// The most samples that a regex gets.
const MAX_SAMPLES: usize = 64;

/// What stands for something open before a dot or an edge: a label, and a dot that was left out.
const LABEL: &str = "shop";

/// Samples of a regex, as far as it can be read.
///
/// A dot without a backslash counts as a dot, and what is open right before a name for its
/// subdomains and, if it may be nothing, the name itself: `https://.*example.com` gives `https://example.com` and
/// `https://shop.example.com`.
pub(super) fn of(regex: &str) -> Vec<String> {
    let Ok(ast) = syntax(regex) else { return Vec::new() };
    let mut samples = pieces(&ast, false);
    samples.sort();
    samples.dedup();
    samples
}

/// Returns whether a sample stands for an origin that a typo shut out. The regex itself does not have to accept it.
pub(super) fn is_mended(sample: &str) -> bool {
    sample.contains(&format!("{LABEL}."))
}

/// The samples of a part; `is_before_name` if a letter or digit follows.
fn pieces(ast: &Ast, is_before_name: bool) -> Vec<String> {
    match ast {
        Ast::Literal(literal) => vec![String::from(literal.c)],
        Ast::Dot(_) => vec![".".into()],
        Ast::ClassPerl(_) | Ast::ClassUnicode(_) | Ast::ClassBracketed(_) => class(ast).into_iter().collect(),
        Ast::Repetition(repetition) => {
            let (least, most) = counts(&repetition.op.kind);
            let inner = &*repetition.ast;
            if let Ast::Dot(_) = inner {
                return open(LABEL, least, most, is_before_name);
            }
            let samples = pieces(inner, false);
            let is_one = most == Some(1);
            let is_group = matches!(inner, Ast::Group(_) | Ast::Literal(_));
            if is_one || is_group {
                let count = least.max(1) as usize;
                let mut all: Vec<String> =
                    samples.iter().filter_map(|sample| repeated(sample, count.min(16))).collect();
                if least == 0 {
                    all.push(String::new());
                }
                return all;
            }
            let one = samples.first().cloned().unwrap_or_default();
            let count = if most.is_some_and(|most| most < 4) { least.max(1) } else { least.max(3) };
            let Some(many) = repeated(&one, count.min(63) as usize) else { return Vec::new() };
            open(&many, least, most, is_before_name)
        }
        Ast::Group(group) => pieces(&group.ast, is_before_name),
        Ast::Alternation(alternation) => {
            alternation.asts.iter().flat_map(|ast| pieces(ast, is_before_name)).take(MAX_SAMPLES).collect()
        }
        Ast::Concat(concat) => {
            let mut samples = vec![String::new()];
            for (index, part) in concat.asts.iter().enumerate() {
                let before_name = match concat.asts.get(index + 1) {
                    Some(next) => begins_name(next),
                    None => is_before_name,
                };
                let follows_open = index > 0 && is_open(&concat.asts[index - 1]);
                let part = match is_optional_dot(part) && before_name && follows_open {
                    // `.*\.?example\.com` is for subdomains.
                    true => vec![".".into()],
                    false => pieces(part, before_name),
                };
                samples = joined(&samples, &part);
            }
            samples
        }
        _ => vec![String::new()],
    }
}

/// `None` if no origin has room for it: repetitions of repetitions soon fill the memory.
fn repeated(sample: &str, count: usize) -> Option<String> {
    (sample.len() * count <= MAX_ORIGIN).then(|| sample.repeat(count))
}

/// Something open: with a dot if a name follows at once, and nothing if that may be.
fn open(text: &str, least: u32, most: Option<u32>, is_before_name: bool) -> Vec<String> {
    let is_long = most.is_none_or(|most| most > 2);
    let filled = if is_before_name && is_long { format!("{LABEL}.") } else { text.into() };
    match (least, is_before_name) {
        (0, true) => vec![String::new(), filled],
        _ => vec![filled],
    }
}

fn is_open(ast: &Ast) -> bool {
    matches!(ast, Ast::Repetition(repetition) if counts(&repetition.op.kind).1.is_none())
}

/// Returns whether it is `\.?`.
pub(super) fn is_optional_dot(ast: &Ast) -> bool {
    let Ast::Repetition(repetition) = ast else { return false };
    let is_dot = matches!(&*repetition.ast, Ast::Literal(literal) if literal.c == '.');
    is_dot && counts(&repetition.op.kind) == (0, Some(1))
}

fn begins_name(ast: &Ast) -> bool {
    match ast {
        Ast::Literal(literal) => literal.c.is_ascii_alphanumeric(),
        Ast::Group(group) => begins_name(&group.ast),
        Ast::Concat(concat) => concat.asts.first().is_some_and(begins_name),
        Ast::Alternation(alternation) => alternation.asts.iter().all(begins_name),
        _ => false,
    }
}

/// A byte of the class that a host may have, a letter if there is one.
fn class(ast: &Ast) -> Option<String> {
    let set = match ast {
        Ast::ClassBracketed(class) => Translator::default().class(class).ok()?,
        Ast::ClassPerl(class) => match (&class.kind, class.negated) {
            (regex_syntax::ast::ClassPerlKind::Digit, false) => return Some("1".into()),
            _ => return Some("a".into()),
        },
        _ => return Some("a".into()),
    };
    let mut bytes: Vec<u8> = set.and(Ascii::HOST).bytes().collect();
    bytes.sort_by_key(|byte| (!byte.is_ascii_lowercase(), !byte.is_ascii_digit(), *byte));
    let byte = bytes.into_iter().next().or_else(|| set.bytes().next())?;
    Some(String::from(char::from(byte)))
}

/// Every sample of either side once: not each with each, which would be many.
fn joined(left: &[String], right: &[String]) -> Vec<String> {
    if right.is_empty() || left.is_empty() {
        return Vec::new();
    }
    if left.len() * right.len() <= MAX_SAMPLES {
        return left
            .iter()
            .flat_map(|left| right.iter().map(move |right| format!("{left}{right}")))
            .collect();
    }
    let count = left.len().max(right.len()).min(MAX_SAMPLES);
    (0..count).map(|at| format!("{}{}", left[at % left.len()], right[at % right.len()])).collect()
}
