//! What was likely meant by a regex that lets strangers in: rewrites its pattern, and tries each result.

use super::super::automaton::{Ascii, Translator, counts, place, syntax};
use super::super::samples::is_optional_dot;
use crate::compile::public_suffix::suffix_of;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use regex_syntax::ast::Ast;

/// How many rewritten patterns are tried.
const MAX_TRIALS: usize = 24;

/// A pattern that is bounded and differs from the one at hand by a few bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repair {
    pub(crate) pattern: String,
    /// What was done to get it, each once.
    pub(crate) kinds: Vec<RepairKind>,
}

/// A likely mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum RepairKind {
    /// The scheme should be `https:`.
    Https,
    /// A dot should be a dot, not any byte.
    EscapeDot,
    /// There should be a `\.` between what is open and the domain.
    SeparateLabel,
    /// An alternation should only cover a part, so it needs a group.
    GroupAlternation,
    /// A class or `?` in a domain should be an alternation of what it stands for.
    SpellOut,
}

/// What begins a regex for `http:` as well.
const HTTP: [&str; 16] = [
    "(http://|https://)",
    "(https://|http://)",
    "(?:http://|https://)",
    "(?:https://|http://)",
    "http://",
    "https?://",
    "(http|https)://",
    "(https|http)://",
    "(?:http|https)://",
    "(?:https|http)://",
    "(https?)://",
    "(?:https?)://",
    "http(s)?://",
    "http(?:s)?://",
    "http(s|)://",
    "http[s]?://",
];

/// A way of rewriting: what replaces which bytes of the pattern.
#[derive(Clone)]
struct RegexEdit {
    kind: RepairKind,
    changes: Vec<(Range<usize>, String)>,
}

/// The first of the rewritten patterns, the least changed first, that `is_proved`.
pub(crate) fn find(pattern: &str, is_proved: &dyn Fn(&str) -> bool) -> Option<Repair> {
    let edits = Edits::of(pattern)?.edits;
    let single = edits.iter().map(|edit| vec![edit]);
    let pairs = edits
        .iter()
        .enumerate()
        .flat_map(|(index, first)| edits[index + 1..].iter().map(move |second| vec![first, second]));
    let trials = single.chain(pairs).filter_map(|edits| apply(pattern, &edits)).take(MAX_TRIALS);
    trials.into_iter().find(|repair| is_proved(&repair.pattern))
}

/// The pattern with a group, if it is an alternation of parts that are not origins by themselves: `https://a|b\.example\.com`.
pub(crate) fn grouped(pattern: &str) -> Option<String> {
    let ast = syntax(pattern).ok()?;
    let Ast::Alternation(alternation) = &ast else { return None };
    let is_part = |ast: &Ast| pattern.get(place(ast.span())).is_some_and(|part| !part.contains("://"));
    if !alternation.asts.iter().any(is_part) {
        return None;
    }
    let edits = Edits::of(pattern)?.edits;
    let group = edits.iter().find(|edit| edit.kind == RepairKind::GroupAlternation)?;
    apply(pattern, &[group]).map(|repair| repair.pattern)
}

/// `pattern` with `edits` made; `None` if two of them are about the same bytes.
fn apply(pattern: &str, edits: &[&RegexEdit]) -> Option<Repair> {
    let mut changes: Vec<&(Range<usize>, String)> = edits.iter().flat_map(|edit| &edit.changes).collect();
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    let mut rewritten = String::new();
    let mut done = 0;
    for (range, replacement) in changes {
        rewritten.push_str(pattern.get(done..range.start)?);
        rewritten.push_str(replacement);
        done = range.end;
    }
    rewritten.push_str(pattern.get(done..)?);
    let mut kinds: Vec<RepairKind> = edits.iter().map(|edit| edit.kind).collect();
    kinds.dedup();
    Some(Repair { pattern: without_repeats(rewritten), kinds })
}

/// The pattern without alternatives that an edit has made the same as an earlier one.
fn without_repeats(mut pattern: String) -> String {
    while let Some(repeat) = syntax(&pattern).ok().and_then(|ast| repeat(&pattern, &ast)) {
        pattern.replace_range(repeat, "");
    }
    pattern
}

/// Where an alternative stands, with the `|` before it, that says the same as an earlier one.
fn repeat(pattern: &str, ast: &Ast) -> Option<Range<usize>> {
    let parts = match ast {
        Ast::Group(group) => return repeat(pattern, &group.ast),
        Ast::Repetition(repetition) => return repeat(pattern, &repetition.ast),
        Ast::Concat(concat) => &concat.asts,
        Ast::Alternation(alternation) => {
            let parts: Vec<Range<usize>> = alternation.asts.iter().map(|ast| place(ast.span())).collect();
            // A regex stands for the whole of an origin, so an anchor changes nothing.
            let text = |part: &Range<usize>| Some(pattern.get(part.clone())?.trim_matches(['^', '$']));
            let is_said = |(index, part): &(usize, &Range<usize>)| {
                parts[..*index].iter().any(|earlier| text(earlier) == text(part))
            };
            if let Some((index, part)) = parts.iter().enumerate().find(is_said) {
                return Some(parts[index - 1].end..part.end);
            }
            &alternation.asts
        }
        _ => return None,
    };
    parts.iter().find_map(|ast| repeat(pattern, ast))
}

struct Edits<'p> {
    pattern: &'p str,
    edits: Vec<RegexEdit>,
    /// What makes a label of something open that something else follows at once.
    edges: Vec<(Range<usize>, String)>,
    dots: Vec<(Range<usize>, String)>,
    choices: Vec<(Range<usize>, String)>,
}

impl<'p> Edits<'p> {
    fn of(pattern: &'p str) -> Option<Self> {
        let ast = syntax(pattern).ok()?;
        let mut found = Self { pattern, edits: vec![], edges: vec![], dots: vec![], choices: vec![] };
        found.walk(&ast);
        found.https();
        let dots = core::mem::take(&mut found.dots);
        found.push(RepairKind::EscapeDot, dots);
        let choices = core::mem::take(&mut found.choices);
        found.push(RepairKind::SpellOut, choices);
        for edge in core::mem::take(&mut found.edges) {
            found.push(RepairKind::SeparateLabel, vec![edge]);
        }
        found.group(&ast);
        Some(found)
    }

    fn push(&mut self, kind: RepairKind, changes: Vec<(Range<usize>, String)>) {
        if !changes.is_empty() {
            self.edits.push(RegexEdit { kind, changes });
        }
    }

    fn https(&mut self) {
        for scheme in HTTP {
            let found = self.pattern.match_indices(scheme);
            let changes = found.map(|(start, _)| (start..start + scheme.len(), "https://".into())).collect();
            self.push(RepairKind::Https, changes);
        }
    }

    fn walk(&mut self, ast: &Ast) {
        match ast {
            Ast::Dot(span) => self.dots.push((place(span), r"\.".into())),
            Ast::ClassBracketed(class) => {
                if let Ok(set) = Translator::default().class(class)
                    && (2..=16).contains(&set.and(Ascii::HOST).len())
                {
                    let bytes = set.and(Ascii::HOST).bytes();
                    let each = bytes.map(|byte| regex_syntax::escape(&String::from(char::from(byte))));
                    let spelled = format!("({})", each.collect::<Vec<_>>().join("|"));
                    self.choices.push((place(&class.span), spelled));
                }
            }
            Ast::Repetition(repetition) => {
                let inner = place(repetition.ast.span());
                if counts(&repetition.op.kind) == (0, Some(1)) {
                    let span = place(&repetition.span);
                    let spelled = format!("({}|)", &self.pattern[inner.clone()]);
                    // After the last dot, a letter is not a choice: `a\.com?` does not mean `a.co`, which is a stranger's.
                    let is_label =
                        ["(\\.", "(?:\\."].iter().any(|open| self.pattern[inner.clone()].starts_with(open));
                    if is_label || self.pattern[span.end..].contains('.') {
                        self.choices.push((span, spelled));
                    }
                    if let Ast::Group(group) = &*repetition.ast {
                        self.walk(&group.ast);
                    }
                } else if !matches!(*repetition.ast, Ast::Dot(_) | Ast::ClassBracketed(_)) {
                    self.walk(&repetition.ast);
                }
            }
            Ast::Group(group) => self.walk(&group.ast),
            Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| self.walk(ast)),
            Ast::Concat(concat) => {
                concat.asts.iter().for_each(|ast| self.walk(ast));
                self.edges(&concat.asts);
            }
            _ => {}
        }
    }

    fn edges(&mut self, asts: &[Ast]) {
        // A dot that may be left out: `.*\.?example\.com`.
        for triple in asts.windows(3) {
            if let [Ast::Repetition(open), dot, Ast::Literal(name)] = triple
                && counts(&open.op.kind).1.is_none()
                && is_optional_dot(dot)
                && name.c.is_ascii_alphanumeric()
            {
                let (open, dot) = (place(&open.span), place(dot.span()));
                let below = format!(r"({}\.)?", &self.pattern[open.clone()]);
                self.edges.push((open.start..dot.end, below));
            }
        }
        for pair in asts.windows(2) {
            let is_open = match &pair[0] {
                Ast::Repetition(repetition) => counts(&repetition.op.kind) != (0, Some(1)),
                Ast::Dot(_) | Ast::ClassBracketed(_) | Ast::ClassPerl(_) => true,
                _ => false,
            };
            let names = match &pair[1] {
                Ast::Literal(literal) => literal.c.is_ascii_alphanumeric(),
                Ast::Group(_) => true,
                _ => false,
            };
            if !is_open || !names {
                continue;
            }
            let (open, at) = (place(pair[0].span()), place(pair[1].span()).start);
            let may_be_nothing =
                matches!(&pair[0], Ast::Repetition(repetition) if counts(&repetition.op.kind).0 == 0);
            self.edges.push(match may_be_nothing {
                // The name itself was meant as well.
                true => (open.clone(), format!(r"({}\.)?", &self.pattern[open])),
                false => (at..at, r"\.".into()),
            });
        }
    }

    /// A group from some label of the first alternative to the first label of the last one.
    fn group(&mut self, ast: &Ast) {
        let Ast::Alternation(alternation) = ast else {
            return;
        };
        let (Some(first), Some(last)) = (alternation.asts.first(), alternation.asts.last()) else {
            return;
        };
        let (first, last) = (place(first.span()), place(last.span()));
        let text = &self.pattern[first.clone()];
        // An alternative that ends in a domain is whole: `a\.com|b\.com` is not `a\.(com|b)\.com`, which lets in strangers.
        let end = text.rsplit_once(r"\.").map(|(_, end)| end.trim_end_matches('$'));
        if end.is_some_and(|end| suffix_of(end.split(':').next().unwrap_or_default()).1) {
            return;
        }
        let opens = text.rmatch_indices(r"\.").chain(text.rmatch_indices("//"));
        let opens: Vec<usize> = opens.map(|(at, found)| first.start + at + found.len()).collect();
        let close = self.pattern[last.clone()].find(r"\.").map(|at| last.start + at);
        for open in opens {
            let close = close.unwrap_or(last.end);
            let changes = vec![(open..open, "(".into()), (close..close, ")".into())];
            self.push(RepairKind::GroupAlternation, changes);
        }
    }
}
