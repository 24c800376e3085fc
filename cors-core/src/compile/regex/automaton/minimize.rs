//! The least automaton of a language, in one numbering, so that equal languages are equal values.

use super::Automaton;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// A deterministic automaton with a transition for everything. State 0 is dead: it does not
/// accept and leads to itself.
pub(crate) struct Complete {
    pub(crate) classes: [u8; 256],
    pub(crate) stride: usize,
    /// The transitions of state 0, those of state 1, …, each in the order of the classes.
    pub(crate) next: Vec<u32>,
    pub(crate) accepting: Vec<bool>,
    pub(crate) start: u32,
}

impl Complete {
    pub(crate) fn minimize(self) -> Automaton {
        #[cfg(test)]
        super::work::add(self.next.len());
        let blocks = Partition::refined(&self).block_of;
        self.quotient(&blocks)
    }

    /// Merges the states of each block, leaves out what is never reached, and numbers states and
    /// classes in the order in which the words of the language meet them.
    fn quotient(&self, block_of: &[usize]) -> Automaton {
        let (classes, representatives) = self.merged_classes(block_of);
        let mut numbering = Numbering { ids: vec![None; block_of.len()], order: Vec::new() };
        numbering.id(block_of[0], 0);
        let start = self.start as usize;
        let start = numbering.id(block_of[start], start);
        let (mut next, mut accepting) = (Vec::new(), Vec::new());
        while let Some(&state) = numbering.order.get(accepting.len()) {
            accepting.push(self.accepting[state]);
            for &class in &representatives {
                let target = self.next[state * self.stride + class] as usize;
                next.push(numbering.id(block_of[target], target));
            }
        }
        Automaton { classes, stride: representatives.len(), next, accepting, start }
    }

    /// The classes with those made one that no state tells apart any more, in byte order, and for
    /// each of them one of the old.
    fn merged_classes(&self, block_of: &[usize]) -> ([u8; 256], Vec<usize>) {
        let mut columns = vec![Vec::with_capacity(self.accepting.len()); self.stride];
        for row in self.next.chunks_exact(self.stride) {
            for (column, &target) in columns.iter_mut().zip(row) {
                column.push(block_of[target as usize]);
            }
        }
        let mut first_with = BTreeMap::new();
        let same_as: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(class, column)| *first_with.entry(column).or_insert(class))
            .collect();
        let mut numbering = Numbering { ids: vec![None; self.stride], order: Vec::new() };
        let classes = self.classes.map(|class| {
            let class = same_as[usize::from(class)];
            numbering.id(class, class) as u8
        });
        (classes, numbering.order)
    }
}

/// Numbers things in the order in which they are met.
struct Numbering {
    ids: Vec<Option<u32>>,
    order: Vec<usize>,
}

impl Numbering {
    /// The number of a thing; `as_met` is kept for a new one.
    fn id(&mut self, thing: usize, as_met: usize) -> u32 {
        *self.ids[thing].get_or_insert_with(|| {
            self.order.push(as_met);
            (self.order.len() - 1) as u32
        })
    }
}

/// States by block. The members of a block stand together in `members`, those that the splitter
/// at hand has met first.
struct Partition {
    members: Vec<usize>,
    place: Vec<usize>,
    block_of: Vec<usize>,
    blocks: Vec<Part>,
}

struct Part {
    start: usize,
    end: usize,
    met: usize,
    waiting: bool,
}

impl Partition {
    /// Hopcroft's algorithm: splits blocks by where their states lead until none differ.
    fn refined(automaton: &Complete) -> Self {
        let sources = Sources::new(automaton);
        let mut partition = Self::by_acceptance(&automaton.accepting);
        let mut waiting: Vec<usize> = (0..partition.blocks.len()).collect();
        let mut touched = Vec::new();
        while let Some(splitter) = waiting.pop() {
            partition.blocks[splitter].waiting = false;
            let Part { start, end, .. } = partition.blocks[splitter];
            let targets = partition.members[start..end].to_vec();
            for class in 0..automaton.stride {
                for &target in &targets {
                    for &source in sources.of(target, class) {
                        partition.meet(source as usize, &mut touched);
                    }
                }
                for block in touched.drain(..) {
                    partition.split(block, &mut waiting);
                }
            }
        }
        partition
    }

    fn by_acceptance(accepting: &[bool]) -> Self {
        let mut members: Vec<usize> = (0..accepting.len()).collect();
        members.sort_by_key(|&state| accepting[state]);
        let mut place = vec![0; members.len()];
        for (index, &state) in members.iter().enumerate() {
            place[state] = index;
        }
        let middle = members.partition_point(|&state| !accepting[state]);
        let block = |start, end| Part { start, end, met: 0, waiting: true };
        let mut blocks = vec![block(0, middle)];
        if middle < members.len() {
            blocks.push(block(middle, members.len()));
        }
        let block_of = accepting.iter().map(|&accepting| usize::from(accepting)).collect();
        Self { members, place, block_of, blocks }
    }

    fn meet(&mut self, state: usize, touched: &mut Vec<usize>) {
        let id = self.block_of[state];
        let block = &mut self.blocks[id];
        let (from, to) = (self.place[state], block.start + block.met);
        if from < to {
            return;
        }
        if block.met == 0 {
            touched.push(id);
        }
        block.met += 1;
        let other = self.members[to];
        self.members.swap(from, to);
        self.place[state] = to;
        self.place[other] = from;
    }

    /// Parts the states of `block` that were met from those that were not.
    fn split(&mut self, block: usize, waiting: &mut Vec<usize>) {
        let id = self.blocks.len();
        let old = &mut self.blocks[block];
        let middle = old.start + old.met;
        old.met = 0;
        if middle == old.end {
            return;
        }
        let new = Part { start: old.start, end: middle, met: 0, waiting: false };
        old.start = middle;
        let smaller_is_new = new.end - new.start <= old.end - old.start;
        let wait = if old.waiting || smaller_is_new { id } else { block };
        for &state in &self.members[new.start..new.end] {
            self.block_of[state] = id;
        }
        self.blocks.push(new);
        self.blocks[wait].waiting = true;
        waiting.push(wait);
    }
}

/// The transitions backwards: for each state and class, the states it is reached from.
struct Sources {
    stride: usize,
    starts: Vec<u32>,
    states: Vec<u32>,
}

impl Sources {
    fn new(automaton: &Complete) -> Self {
        let stride = automaton.stride;
        let slot = |index: usize, target: u32| target as usize * stride + index % stride;
        let mut starts = vec![0; automaton.next.len() + 1];
        for (index, &target) in automaton.next.iter().enumerate() {
            starts[slot(index, target) + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut free = starts.clone();
        let mut states = vec![0; automaton.next.len()];
        for (index, &target) in automaton.next.iter().enumerate() {
            let free = &mut free[slot(index, target)];
            states[*free as usize] = (index / stride) as u32;
            *free += 1;
        }
        Self { stride, starts, states }
    }

    fn of(&self, target: usize, class: usize) -> &[u32] {
        let slot = target * self.stride + class;
        &self.states[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }
}
