//! Two languages made one: union, intersection and difference, and the questions they answer.

use super::Automaton;
use super::MAX_PRODUCT;
use super::error::TooBig;
use super::minimize::Complete;
use super::walk::{Kind, Label};
use alloc::collections::BTreeMap;
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

    /// Returns whether nothing can be accepted any more from a pair of states.
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

    /// Returns whether there is a word of both whose labels are short enough for DNS, if it is an origin.
    pub(crate) fn intersects(&self, other: &Self) -> bool {
        let (classes, pairs) = common_classes(self, other);
        let mut kinds = BTreeMap::new();
        for byte in 0..=u8::MAX {
            kinds.entry((classes[usize::from(byte)], Kind::of(byte))).or_insert(byte);
        }
        let steps: Vec<_> =
            kinds.into_iter().map(|((class, _), byte)| (pairs[usize::from(class)], byte)).collect();
        // The shortest label with which each pair was reached.
        let mut least = Pairs::new(self, other);
        let mut queue = vec![((self.start, other.start), Label::OUTSIDE)];
        while let Some(((left, right), label)) = queue.pop() {
            if left == 0 || right == 0 {
                continue;
            }
            let known = least.at((left, right));
            if known.is_some_and(|least| least <= label.length()) {
                continue;
            }
            *known = Some(label.length());
            if self.is_accepting(left) && other.is_accepting(right) {
                return true;
            }
            queue.extend(steps.iter().filter_map(|&((l, r), byte)| {
                Some(((self.step(left, l), other.step(right, r)), label.then(byte)?))
            }));
        }
        false
    }

    /// Returns whether `other` has every word of `self`.
    pub(crate) fn is_subset_of(&self, other: &Self) -> Result<bool, TooBig> {
        Ok(self.difference(other)?.is_empty())
    }

    /// Returns whether `other` has every word of `self`, except origins with a label that is too long for DNS.
    pub(crate) fn is_covered_by(&self, other: &Self) -> Result<bool, TooBig> {
        Ok(self.difference(other)?.shortest().is_none())
    }

    fn combine(&self, other: &Self, operation: Operation) -> Result<Self, TooBig> {
        let (classes, pairs) = common_classes(self, other);
        let mut ids = Pairs::new(self, other);
        let mut queue = vec![(0, 0)];
        let mut id = |pair, queue: &mut Vec<_>| {
            if operation.is_dead(pair) {
                return 0;
            }
            *ids.at(pair).get_or_insert_with(|| {
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

/// Something for each pair of states that has been met.
struct Pairs<T> {
    rows: Vec<Vec<Option<T>>>,
    width: usize,
}

impl<T: Copy> Pairs<T> {
    fn new(left: &Automaton, right: &Automaton) -> Self {
        Self { rows: vec![Vec::new(); left.len()], width: right.len() }
    }

    fn at(&mut self, (left, right): (u32, u32)) -> &mut Option<T> {
        let row = &mut self.rows[left as usize];
        if row.is_empty() {
            row.resize(self.width, None);
        }
        &mut row[right as usize]
    }
}

/// Numbers the bytes by their classes in both automata. Returns the two classes for each number.
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
