//! Which registrable domains a regex spells out, and which are a choice of a class or repetition.
//!
//! `(a|b)\.com` names its domains and `[ab]\.com` leaves them open, though both mean the same. So
//! this is asked of the regex and not of its language: of the regex with the high bit set in every
//! byte that a class chose or that a repetition may leave out, as the automaton marks them. A
//! domain is spelled out if some way to it has no such byte. An alternation does not count as a choice, and neither does a fixed
//! count, nor a dot that is read as a dot: any other reading of it makes another domain, and that domain is open.

use super::super::automaton::{Automaton, Label, MARK, Marks, RegexError};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// A regex with its marks.
pub(super) struct Spelling {
    marked: Automaton,
    /// The states in which a label of the host may begin.
    label_starts: BTreeSet<u32>,
}

impl Spelling {
    /// `counted` are the origins that count.
    pub(super) fn of(pattern: &str, counted: &Automaton) -> Result<Self, RegexError> {
        let marked = Automaton::from_regex_marked(pattern, Marks::Open)?;
        let marked = marked.intersection(&counted.ignoring_marks())?;
        let label_starts = label_starts(&marked);
        Ok(Self { marked, label_starts })
    }

    /// Returns whether the regex spells `domain` out: there is an origin under it in which no byte of the
    /// domain but a dot has a mark.
    pub(super) fn has(&self, domain: &str) -> bool {
        let mut states = self.label_starts.clone();
        for byte in domain.bytes() {
            let read = states.iter().flat_map(|&state| {
                let plain = self.marked.read(state, &[byte]);
                let marked = self.marked.read(state, &[byte | MARK]);
                [plain, if byte == b'.' { marked } else { 0 }]
            });
            states = read.filter(|&state| state != 0).collect();
        }
        states.into_iter().any(|state| ends_host(&self.marked, state))
    }
}

/// The states in which a label of the host may begin.
fn label_starts(marked: &Automaton) -> BTreeSet<u32> {
    let mut hosts = BTreeSet::from([marked.start()]);
    for byte in *b"https://" {
        hosts = hosts.into_iter().flat_map(|state| either(marked, state, byte)).collect();
    }
    let hosts: Vec<u32> = hosts.into_iter().collect();
    let walk = marked.walk(&hosts, Label::START, |byte| byte & !MARK != b':');
    let after_dots = walk.states().flat_map(|state| either(marked, state, b'.'));
    hosts.iter().copied().chain(after_dots).collect()
}

/// Where `byte` leads with the mark and without.
fn either(marked: &Automaton, state: u32, byte: u8) -> impl Iterator<Item = u32> {
    let targets = [marked.read(state, &[byte]), marked.read(state, &[byte | MARK])];
    targets.into_iter().filter(|&target| target != 0)
}

/// Returns whether a host can be at its end in `state`.
fn ends_host(marked: &Automaton, state: u32) -> bool {
    let ends = |state| marked.is_accepting(state) || either(marked, state, b':').next().is_some();
    ends(state) || either(marked, state, b'.').any(ends)
}
