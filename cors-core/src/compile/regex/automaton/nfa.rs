//! A regex with its repetitions written out: the nondeterministic automaton, and its determinization.

use super::error::TooBig;
use super::expr::{Ascii, Expr, Look};
use crate::compile::regex::automaton::minimize::Complete;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::mem;

/// Which bytes of a word get the high bit, to tell what a regex spells out from what it leaves open.
///
/// A word over ASCII has the bit free, so one automaton carries both the word and where it came
/// from. A marked automaton is for analysis only: its words are not origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// None.
    None,
    /// Those that a dot or a class chose among several that may stand in a host, and those inside a
    /// repetition whose count is open. `[.]` offers no choice, nor does a letter under `(?i)`.
    Open,
}

/// The bit of a marked byte.
pub(crate) const MARK: u8 = 0x80;

/// The most nodes that an expression may have. A table within its limit has at most 32 000 transitions, and hardly any regex
/// needs more nodes than its automaton has transitions.
const MAX_NODES: usize = 40_000;

/// How many members the sets of all states may have together.
const MAX_MEMBERS: usize = 2_000_000;

/// How many members may be looked at in all, which bounds the time.
const MAX_WORK: usize = 5_000_000;

enum State {
    /// Goes on after a byte of the set with this index.
    Byte(usize, usize),
    Split(Vec<usize>),
    Look(Look, usize),
    Match,
}

pub(crate) struct Nfa {
    states: Vec<State>,
    start: usize,
    sets: Vec<(Ascii, bool)>,
    looks: bool,
}

impl Nfa {
    pub(crate) fn new(expr: &Expr, marks: Marks) -> Result<Self, TooBig> {
        let size = expr.size();
        if size > MAX_NODES {
            // Two classes at least, and two bytes for each.
            return Err(TooBig::Table(size.saturating_mul(4)));
        }
        let mut nfa = Self { states: vec![State::Match], start: 0, sets: Vec::new(), looks: false };
        nfa.start = nfa.add(expr, 0, marks, false);
        Ok(nfa)
    }

    /// Adds `expr` before the state `next` and returns where it begins.
    fn add(&mut self, expr: &Expr, next: usize, marks: Marks, repeated: bool) -> usize {
        match expr {
            Expr::Empty => next,
            Expr::Bytes(set) => {
                let marked = match marks {
                    Marks::None => false,
                    Marks::Open => repeated || set.and(Ascii::HOST).len() > 1,
                };
                let set = self.set(*set, marked);
                self.push(State::Byte(set, next))
            }
            Expr::Look(look) => {
                self.looks = true;
                self.push(State::Look(*look, next))
            }
            Expr::Concat(parts) => {
                parts.iter().rev().fold(next, |next, part| self.add(part, next, marks, repeated))
            }
            Expr::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.add(part, next, marks, repeated)).collect();
                self.push(State::Split(starts))
            }
            Expr::Repeat { expr, min, max } => {
                let repeated = repeated || Some(*min) != *max;
                let mut start = match max {
                    Some(max) => (*min..*max).fold(next, |tail, _| {
                        let copy = self.add(expr, tail, marks, repeated);
                        self.push(State::Split(vec![copy, next]))
                    }),
                    None => {
                        let turn = self.push(State::Split(vec![next]));
                        let copy = self.add(expr, turn, marks, repeated);
                        self.states[turn] = State::Split(vec![copy, next]);
                        turn
                    }
                };
                for _ in 0..*min {
                    start = self.add(expr, start, marks, repeated);
                }
                start
            }
        }
    }

    fn push(&mut self, state: State) -> usize {
        self.states.push(state);
        self.states.len() - 1
    }

    fn set(&mut self, set: Ascii, marked: bool) -> usize {
        let known = self.sets.iter().position(|&known| known == (set, marked));
        known.unwrap_or_else(|| {
            self.sets.push((set, marked));
            self.sets.len() - 1
        })
    }

    pub(crate) fn determinize(&self) -> Result<Complete, TooBig> {
        Subsets::new(self).run()
    }
}

/// What is on one side of a place, as far as an assertion can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Edge,
    Word,
    Other,
}

impl Look {
    fn holds(self, before: Side, after: Side) -> bool {
        let (left, right) = (before == Side::Word, after == Side::Word);
        match self {
            Self::Start => before == Side::Edge,
            Self::End => after == Side::Edge,
            Self::Word(l, r) => l.is_none_or(|l| l == left) && r.is_none_or(|r| r == right),
            Self::WordBoundary => left != right,
            Self::NotWordBoundary => left == right,
        }
    }
}

/// A deterministic state: what may come next, before assertions about the place are decided, and
/// the byte before it. Deciding them a byte late is what makes them exact.
type Subset = (Vec<usize>, Side);

struct Subsets<'n> {
    nfa: &'n Nfa,
    classes: [u8; 256],
    /// For each class, whether it holds word bytes.
    sides: Vec<Side>,
    /// For each byte set, the classes in it.
    members: Vec<Vec<usize>>,
    ids: BTreeMap<Subset, u32>,
    queue: Vec<Subset>,
    /// For each state, the last closure that reached it.
    reached: Vec<usize>,
    round: usize,
    work: usize,
    stored: usize,
}

impl<'n> Subsets<'n> {
    fn new(nfa: &'n Nfa) -> Self {
        let (classes, representatives) = classes(nfa);
        let members = nfa
            .sets
            .iter()
            .map(|&set| {
                let has = |&class: &usize| holds(set, representatives[class]);
                (0..representatives.len()).filter(has).collect()
            })
            .collect();
        let side = |&byte: &u8| match nfa.looks && Ascii::WORD.contains(byte & !MARK) {
            true => Side::Word,
            false => Side::Other,
        };
        Self {
            nfa,
            classes,
            sides: representatives.iter().map(side).collect(),
            members,
            ids: BTreeMap::new(),
            queue: Vec::new(),
            reached: vec![0; nfa.states.len()],
            round: 0,
            work: 0,
            stored: 0,
        }
    }

    fn run(mut self) -> Result<Complete, TooBig> {
        let stride = self.sides.len();
        let before = if self.nfa.looks { Side::Edge } else { Side::Other };
        let start = self.id((vec![self.nfa.start], before))?;
        let mut next = vec![0; stride];
        let mut accepting = vec![false];
        let mut done = 0;
        while done < self.queue.len() {
            let subset = self.queue[done].clone();
            done += 1;
            accepting.push(self.accepts(&subset));
            for (class, targets) in self.step(&subset)?.into_iter().enumerate() {
                let side = self.sides[class];
                next.push(if targets.is_empty() { 0 } else { self.id((targets, side))? });
            }
        }
        Ok(Complete { classes: self.classes, stride, next, accepting, start })
    }

    /// The number of a subset; 0 is kept for the empty one.
    fn id(&mut self, subset: Subset) -> Result<u32, TooBig> {
        if let Some(&id) = self.ids.get(&subset) {
            return Ok(id);
        }
        self.stored += subset.0.len();
        let id = self.ids.len() + 1;
        if self.stored > MAX_MEMBERS || id > super::MAX_STATES {
            return Err(TooBig::States(id - 1));
        }
        self.ids.insert(subset.clone(), id as u32);
        self.queue.push(subset);
        Ok(id as u32)
    }

    fn accepts(&mut self, subset: &Subset) -> bool {
        let closure = self.closure(subset, Side::Edge);
        closure.into_iter().any(|state| matches!(self.nfa.states[state], State::Match))
    }

    /// For each class, what may come after a byte of it.
    fn step(&mut self, subset: &Subset) -> Result<Vec<Vec<usize>>, TooBig> {
        let mut targets = vec![Vec::new(); self.sides.len()];
        let sides = if self.nfa.looks { &[Side::Word, Side::Other][..] } else { &[Side::Other] };
        for &side in sides {
            for state in self.closure(subset, side) {
                if let State::Byte(set, next) = self.nfa.states[state] {
                    self.work += self.members[set].len();
                    for &class in &self.members[set] {
                        if self.sides[class] == side {
                            targets[class].push(next);
                        }
                    }
                }
            }
        }
        if self.work > MAX_WORK {
            return Err(TooBig::States(self.ids.len()));
        }
        for targets in &mut targets {
            targets.sort_unstable();
            targets.dedup();
        }
        Ok(targets)
    }

    /// The states that `subset` reaches without a byte, if one of `after` comes next.
    fn closure(&mut self, (states, before): &Subset, after: Side) -> Vec<usize> {
        self.round += 1;
        let mut closure = Vec::new();
        let mut stack = states.clone();
        while let Some(state) = stack.pop() {
            self.work += 1;
            if mem::replace(&mut self.reached[state], self.round) == self.round {
                continue;
            }
            closure.push(state);
            match &self.nfa.states[state] {
                State::Split(nexts) => stack.extend(nexts),
                State::Look(look, next) if look.holds(*before, after) => stack.push(*next),
                _ => {}
            }
        }
        closure
    }
}

fn holds((set, marked): (Ascii, bool), byte: u8) -> bool {
    set.contains(byte & !MARK) && marked == (byte & MARK != 0)
}

/// Numbers the bytes so that two with one number are the same to every set; and a byte of each.
fn classes(nfa: &Nfa) -> ([u8; 256], Vec<u8>) {
    let mut ids = BTreeMap::new();
    let mut classes = [0; 256];
    let mut representatives = Vec::new();
    for byte in 0..=u8::MAX {
        let mut signature: Vec<bool> = nfa.sets.iter().map(|&set| holds(set, byte)).collect();
        signature.push(nfa.looks && Ascii::WORD.contains(byte & !MARK));
        let id = *ids.entry(signature).or_insert_with(|| {
            representatives.push(byte);
            representatives.len() - 1
        });
        classes[usize::from(byte)] = id as u8;
    }
    (classes, representatives)
}
