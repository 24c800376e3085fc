//! A regular language over bytes, as its least complete automaton.

mod error;
mod expr;
mod minimize;
mod nfa;
mod parse;
mod product;
mod table;
mod walk;
mod words;
#[cfg(test)]
pub(crate) mod work;

#[cfg(test)]
pub(crate) use error::RegexErrorKind;
pub(crate) use error::{RegexError, TooBig};
pub(crate) use expr::Ascii;
pub(crate) use nfa::{MARK, Marks};
pub(crate) use parse::{Translator, counts, place, syntax};
pub(crate) use walk::{Label, MAX_LABEL, Walk, has_short_labels};

use alloc::vec;
use alloc::vec::Vec;
use minimize::Complete;
use nfa::Nfa;

/// As many states as a regex may have before its automaton is made minimal.
const MAX_STATES: usize = 32_000;

/// As many states as two automata may have together before theirs is made minimal.
const MAX_PRODUCT: usize = 10_000;

/// A regular language over bytes.
///
/// The automaton is the least one and numbered in one way only, so equal languages are equal
/// values and make equal tables. State 0 is dead, whether or not a word leads there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Automaton {
    classes: [u8; 256],
    /// How many classes there are.
    stride: usize,
    next: Vec<u32>,
    accepting: Vec<bool>,
    start: u32,
}

impl Automaton {
    /// The language of a regex, which always means the whole of an origin: `^` at its start and `$`
    /// at its end change nothing.
    ///
    /// An origin is ASCII, so `\w`, `.`, `(?i)` and every class mean their ASCII part. It has one
    /// line, so `^` and `$` are its ends under `(?m)` as well.
    pub(crate) fn from_regex(pattern: &str) -> Result<Self, RegexError> {
        Self::from_regex_marked(pattern, Marks::None)
    }

    /// [`from_regex`](Self::from_regex), with the high bit set in the bytes that `marks` names.
    pub(crate) fn from_regex_marked(pattern: &str, marks: Marks) -> Result<Self, RegexError> {
        let expr = parse::parse(pattern)?;
        Ok(Nfa::new(&expr, marks)?.determinize()?.minimize())
    }

    /// The language of no word.
    pub(crate) fn empty() -> Self {
        let (next, accepting) = (vec![0], vec![false]);
        Complete { classes: [0; 256], stride: 1, next, accepting, start: 0 }.minimize()
    }

    /// Returns whether the language has no word.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == 0
    }

    /// Returns whether `word` is in the language.
    pub(crate) fn accepts(&self, word: &[u8]) -> bool {
        self.is_accepting(self.read(self.start, word))
    }

    /// The same words with the high bit set in any of their bytes, or none.
    pub(crate) fn ignoring_marks(&self) -> Self {
        let mut classes = self.classes;
        let (plain, marked) = classes.split_at_mut(usize::from(MARK));
        marked.copy_from_slice(plain);
        Self { classes, ..self.clone() }
    }

    /// Where every word begins.
    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    /// How many states there are, the dead one among them.
    pub(crate) fn len(&self) -> usize {
        self.accepting.len()
    }

    /// Returns whether a word may end in `state`.
    pub(crate) fn is_accepting(&self, state: u32) -> bool {
        self.accepting[state as usize]
    }

    /// Where `word` leads from `state`.
    pub(crate) fn read(&self, state: u32, word: &[u8]) -> u32 {
        word.iter().fold(state, |state, &byte| self.next_state(state, byte))
    }

    /// The bytes that pass `allowed`, those together that no state tells apart.
    pub(crate) fn classes_of(&self, allowed: impl Fn(u8) -> bool) -> Vec<Vec<u8>> {
        let mut classes = vec![Vec::new(); self.stride];
        for byte in (0..=u8::MAX).filter(|&byte| allowed(byte)) {
            classes[usize::from(self.classes[usize::from(byte)])].push(byte);
        }
        classes.sort();
        classes.retain(|bytes| !bytes.is_empty());
        classes
    }

    /// The `classes` on which `state` has a future, and where they lead.
    pub(crate) fn steps<'c>(
        &self,
        state: u32,
        classes: &'c [Vec<u8>],
    ) -> impl Iterator<Item = (&'c [u8], u32)> {
        let all = classes.iter().map(move |bytes| (&bytes[..], self.next_state(state, bytes[0])));
        all.filter(|&(_, target)| target != 0)
    }

    fn next_state(&self, state: u32, byte: u8) -> u32 {
        self.step(state, usize::from(self.classes[usize::from(byte)]))
    }

    fn step(&self, state: u32, class: usize) -> u32 {
        self.next[state as usize * self.stride + class]
    }
}

#[cfg(test)]
mod tests;
