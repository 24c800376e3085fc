//! Two languages made one: union, intersection and difference, and the questions they answer.

use super::Automaton;
use super::MAX_PRODUCT;
use super::error::TooBig;
use crate::compile::regex::automaton::minimize::Complete;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

impl Operation {
    fn accepts(self, left: bool, right: bool) -> bool {
        match self {
            Self::Union => left || right,
            Self::Intersection => left && right,
            Self::Difference => left && !right,
        }
    }

    /// Whether nothing can be accepted any more from a pair of states.
    fn is_dead(self, (left, right): (u32, u32)) -> bool {
        match self {
            Self::Union => left == 0 && right == 0,
            Self::Intersection => left == 0 || right == 0,
            Self::Difference => left == 0,
        }
    }
}

impl Automaton {
    /// The words of either.
    pub(crate) fn union(&self, other: &Self) -> Result<Self, TooBig> {
        self.combine(other, Operation::Union)
    }

    /// The words of both.
    pub(crate) fn intersection(&self, other: &Self) -> Result<Self, TooBig> {
        self.combine(other, Operation::Intersection)
    }

    /// The words of `self` that are not in `other`.
    pub(crate) fn difference(&self, other: &Self) -> Result<Self, TooBig> {
        self.combine(other, Operation::Difference)
    }

    /// Whether there is a word of both.
    pub(crate) fn intersects(&self, other: &Self) -> bool {
        let (_, classes) = common_classes(self, other);
        let mut seen = BTreeSet::new();
        let mut queue = vec![(self.start, other.start)];
        while let Some((left, right)) = queue.pop() {
            if left == 0 || right == 0 || !seen.insert((left, right)) {
                continue;
            }
            if self.is_accepting(left) && other.is_accepting(right) {
                return true;
            }
            queue.extend(classes.iter().map(|&(l, r)| (self.step(left, l), other.step(right, r))));
        }
        false
    }

    /// Whether `other` has every word of `self`.
    pub(crate) fn is_subset_of(&self, other: &Self) -> Result<bool, TooBig> {
        Ok(self.difference(other)?.is_empty())
    }

    fn combine(&self, other: &Self, operation: Operation) -> Result<Self, TooBig> {
        let (classes, pairs) = common_classes(self, other);
        let mut ids = BTreeMap::new();
        let mut queue = vec![(0, 0)];
        let mut id = |pair, queue: &mut Vec<_>| {
            if operation.is_dead(pair) {
                return 0;
            }
            *ids.entry(pair).or_insert_with(|| {
                queue.push(pair);
                (queue.len() - 1) as u32
            })
        };
        let start = id((self.start, other.start), &mut queue);
        let mut next = vec![0; pairs.len()];
        let mut accepting = vec![false];
        while let Some(&(left, right)) = queue.get(accepting.len()) {
            accepting.push(operation.accepts(self.is_accepting(left), other.is_accepting(right)));
            for &(l, r) in &pairs {
                next.push(id((self.step(left, l), other.step(right, r)), &mut queue));
            }
            if queue.len() > MAX_PRODUCT {
                return Err(TooBig::States(MAX_PRODUCT));
            }
        }
        Ok(Complete { classes, stride: pairs.len(), next, accepting, start }.minimize())
    }
}

/// Numbers the bytes by their classes in both automata, and tells the two for each number.
fn common_classes(left: &Automaton, right: &Automaton) -> ([u8; 256], Vec<(usize, usize)>) {
    let mut pairs = Vec::new();
    let mut classes = [0; 256];
    for (byte, class) in classes.iter_mut().enumerate() {
        let pair = (usize::from(left.classes[byte]), usize::from(right.classes[byte]));
        let known = pairs.iter().position(|&known| known == pair);
        *class = known.unwrap_or_else(|| {
            pairs.push(pair);
            pairs.len() - 1
        }) as u8;
    }
    (classes, pairs)
}
