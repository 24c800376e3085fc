//! Walks through an automaton, breadth first: the shortest words, and where they lead.
//!
//! DNS carries labels of at most 63 bytes. An automaton that counts them has 64 times the states, so those of origins do not
//! count, and the walks do.

use super::{Automaton, MARK};
use alloc::vec;
use alloc::vec::Vec;

/// As many bytes as a label of a host may have.
pub(crate) const MAX_LABEL: u8 = 63;

/// How many bytes of a label have been read; none outside of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(Option<u8>);

impl Label {
    /// Before an origin, or in what is none.
    pub(crate) const OUTSIDE: Self = Self(None);
    /// Before the first byte of a label.
    pub(crate) const START: Self = Self(Some(0));

    /// After one more byte. `None` if no label is so long.
    pub(super) fn then(self, byte: u8) -> Option<Self> {
        match (self.0, Kind::of(byte)) {
            (_, Kind::Slash) | (Some(_), Kind::Dot) => Some(Self::START),
            (None, _) => Some(self),
            (Some(_), Kind::End) => Some(Self::OUTSIDE),
            (Some(length), Kind::Other) => (length < MAX_LABEL).then_some(Self(Some(length + 1))),
        }
    }

    pub(super) fn length(self) -> u8 {
        self.0.unwrap_or_default()
    }

    pub(super) fn is_outside(self) -> bool {
        self.0.is_none()
    }
}

/// What a byte is to a [`Label`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Slash,
    Dot,
    /// Of the host: a port follows, or an address.
    End,
    Other,
}

impl Kind {
    const COUNT: usize = 4;

    pub(super) fn of(byte: u8) -> Self {
        match byte & !MARK {
            b'/' => Self::Slash,
            b'.' => Self::Dot,
            b':' | b'[' => Self::End,
            _ => Self::Other,
        }
    }
}

/// Returns whether every label of the host of `origin` is short enough for DNS.
pub(crate) fn has_short_labels(origin: &[u8]) -> bool {
    origin.iter().try_fold(Label::OUTSIDE, |label, &byte| label.then(byte)).is_some()
}

/// What a walk has come to.
pub(crate) struct Walk {
    /// The shortest ways first, and in byte order among equals.
    steps: Vec<Visit>,
    /// For each state, the first step that leads there, and the fewest bytes of a label with which one does.
    reached: Vec<Option<(usize, u8)>>,
}

#[derive(Clone, Copy)]
struct Visit {
    state: u32,
    label: Label,
    /// The visit before, and the byte between them.
    from: Option<(usize, u8)>,
}

impl Walk {
    /// Returns whether there is something new: a state, or a shorter label in one that was known.
    fn enter(&mut self, step: Visit) -> bool {
        let known = &mut self.reached[step.state as usize];
        let length = step.label.length();
        match known {
            Some((_, least)) if *least <= length => return false,
            Some((_, least)) => *least = length,
            None => *known = Some((self.steps.len(), length)),
        }
        self.steps.push(step);
        true
    }

    /// Returns whether a word leads to `state`.
    pub(crate) fn reaches(&self, state: u32) -> bool {
        self.reached[state as usize].is_some()
    }

    /// The fewest bytes of a label with which a word leads to `state`.
    pub(crate) fn least_label(&self, state: u32) -> Option<u8> {
        self.reached[state as usize].map(|(_, least)| least)
    }

    /// The shortest word that leads to `state`, and the first in byte order among those.
    pub(crate) fn word_to(&self, state: u32) -> Option<Vec<u8>> {
        self.reached[state as usize].map(|(step, _)| self.word(step))
    }

    /// The states that words lead to, each once.
    pub(crate) fn states(&self) -> impl Iterator<Item = u32> {
        let is_reached = |&state: &u32| self.reaches(state);
        (0..self.reached.len() as u32).filter(is_reached)
    }

    fn word(&self, step: usize) -> Vec<u8> {
        let mut word = Vec::new();
        let mut from = self.steps[step].from;
        while let Some((step, byte)) = from {
            word.push(byte);
            from = self.steps[step].from;
        }
        word.reverse();
        word
    }
}

impl Automaton {
    /// The shortest word whose labels are short enough for DNS, if it is an origin, and the first in byte order among those.
    pub(crate) fn shortest(&self) -> Option<Vec<u8>> {
        self.shortest_from(self.start, Label::OUTSIDE)
    }

    /// The shortest rest of a word that has led to `state`, and the first in byte order among those.
    pub(crate) fn shortest_from(&self, state: u32, label: Label) -> Option<Vec<u8>> {
        let walk = self.walk_until(&[state], label, |_| true, |state| self.is_accepting(state));
        let last = walk.steps.len().checked_sub(1)?;
        self.is_accepting(walk.steps[last].state).then(|| walk.word(last))
    }

    /// Goes on from `starts` by bytes that pass `allowed`, wherever that leads.
    pub(crate) fn walk(&self, starts: &[u32], label: Label, allowed: impl Fn(u8) -> bool) -> Walk {
        self.walk_until(starts, label, allowed, |_| false)
    }

    /// The last step of the walk is the first to a state that `is_end`, if there is one.
    fn walk_until(
        &self,
        starts: &[u32],
        label: Label,
        allowed: impl Fn(u8) -> bool,
        is_end: impl Fn(u32) -> bool,
    ) -> Walk {
        let bytes = self.representatives(allowed);
        let mut walk = Walk { steps: Vec::new(), reached: vec![None; self.accepting.len()] };
        for &state in starts.iter().filter(|&&state| state != 0) {
            if walk.enter(Visit { state, label, from: None }) && is_end(state) {
                return walk;
            }
        }
        let mut done = 0;
        while let Some(&Visit { state, label, .. }) = walk.steps.get(done) {
            for &(byte, class) in &bytes {
                let state = self.step(state, class);
                if state == 0 {
                    continue;
                }
                let Some(label) = label.then(byte) else { continue };
                if walk.enter(Visit { state, label, from: Some((done, byte)) }) && is_end(state) {
                    return walk;
                }
            }
            done += 1;
        }
        walk
    }

    /// The bytes that pass `allowed`, one for all that neither a state nor a label tells apart, with their classes.
    pub(super) fn representatives(&self, allowed: impl Fn(u8) -> bool) -> Vec<(u8, usize)> {
        let mut seen = [false; Kind::COUNT * 256];
        let bytes = (0..=u8::MAX).map(|byte| (byte, usize::from(self.classes[usize::from(byte)])));
        let is_new = |&(byte, class): &(u8, usize)| {
            allowed(byte)
                && !core::mem::replace(&mut seen[Kind::COUNT * class + Kind::of(byte) as usize], true)
        };
        bytes.filter(is_new).collect()
    }
}
