//! Which registrable domains a regex spells out, and which are a choice of a class or repetition.
//!
//! `(a|b)\.com` names its domains and `[ab]\.com` leaves them open, though both mean the same. So
//! this is asked of the regex and not of its language: of the regex with the high bit set in every
//! byte that a class chose or that a repetition may leave out, as the automaton marks them. A
//! domain is spelled out if some way to it has no such byte. An alternation is no choice, nor is a
//! count that is fixed. A class is one only where two of its bytes lead to an origin: the last dot
//! of `https://a.com` can be nothing but a dot, for `a-com` is a name that nobody can register.

use super::super::automaton::{Automaton, MARK, Marks, RegexError};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// A regex with its marks, one automaton for each kind of them.
pub(super) struct Spelling {
    choices: Automaton,
    repetitions: Automaton,
}

impl Spelling {
    /// `counted` are the origins that count.
    pub(super) fn of(pattern: &str, counted: &Automaton) -> Result<Self, RegexError> {
        let counted = counted.ignoring_marks();
        let marked = |marks| -> Result<_, RegexError> {
            Ok(Automaton::from_regex_marked(pattern, marks)?.intersection(&counted)?)
        };
        Ok(Self {
            choices: marked(Marks::Choices)?,
            repetitions: marked(Marks::Repetitions)?,
        })
    }

    /// Whether the regex spells `domain` out.
    pub(super) fn has(&self, domain: &str) -> bool {
        spells(&self.choices, domain, true) && spells(&self.repetitions, domain, false)
    }
}

/// Whether `marked` has an origin under `domain` in which no byte of the domain has a mark; with
/// `forced`, one that is the only marked byte in its place does not count as such.
fn spells(marked: &Automaton, domain: &str, forced: bool) -> bool {
    let mut states = label_starts(marked);
    for byte in domain.bytes() {
        let read = states.iter().flat_map(|&state| {
            let plain = marked.read(state, &[byte]);
            let chosen = marked.read(state, &[byte | MARK]);
            let is_forced = forced && chosen != 0 && marked_steps(marked, state) == 1;
            [plain, if is_forced { chosen } else { 0 }]
        });
        states = read.filter(|&state| state != 0).collect();
    }
    states.into_iter().any(|state| ends_host(marked, state))
}

fn marked_steps(marked: &Automaton, state: u32) -> usize {
    marked
        .steps(state)
        .filter(|&(byte, _)| byte & MARK != 0)
        .count()
}

/// The states in which a label of the host may begin.
fn label_starts(marked: &Automaton) -> BTreeSet<u32> {
    let mut hosts = BTreeSet::from([marked.start()]);
    for byte in *b"https://" {
        hosts = hosts
            .into_iter()
            .flat_map(|state| either(marked, state, byte))
            .collect();
    }
    let mut starts = hosts.clone();
    let mut stack: Vec<u32> = hosts.iter().copied().collect();
    while let Some(state) = stack.pop() {
        for (byte, next) in marked.steps(state) {
            match byte & !MARK {
                b':' => continue,
                b'.' => starts.insert(next),
                _ => false,
            };
            if hosts.insert(next) {
                stack.push(next);
            }
        }
    }
    starts
}

/// Where `byte` leads with the mark and without.
fn either(marked: &Automaton, state: u32, byte: u8) -> impl Iterator<Item = u32> {
    let targets = [
        marked.read(state, &[byte]),
        marked.read(state, &[byte | MARK]),
    ];
    targets.into_iter().filter(|&target| target != 0)
}

/// Whether a host can be at its end in `state`.
fn ends_host(marked: &Automaton, state: u32) -> bool {
    let ends = |state| marked.is_accepting(state) || either(marked, state, b':').next().is_some();
    ends(state) || either(marked, state, b'.').any(ends)
}
