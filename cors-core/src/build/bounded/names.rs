//! Host names read from the right: which labels may stand left of the ones already read.

use super::super::automaton::{Automaton, TooBig};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// What a registry takes as a label.
const REGISTRABLE_LABEL: &str = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

/// Origins whose host has `suffix_labels` labels and, left of them, one that can be registered.
pub(super) fn shape(suffix_labels: usize) -> Automaton {
    let label = REGISTRABLE_LABEL;
    Automaton::from_regex(&format!(
        r"https://([^.:]+\.)*{label}(\.{label}){{{suffix_labels}}}\.?(:\d+)?"
    ))
    .expect("the shape of an origin is a sound regex")
}

/// What stands before the host of every origin here.
const SCHEME: &[u8] = b"https://";

/// Origins of `https:` with a host name, by the reverse of their automaton.
///
/// Every state of it is on the way to an origin, so whatever can be read from the right belongs to
/// one: no reading ends in a dead end, which is what bounds the work.
pub(super) struct Names {
    host_start: u32,
    /// For each state, the bytes of a host that lead there, and from where.
    sources: Vec<Vec<(u8, u32)>>,
    /// For each state, the shortest piece of a host that leads there.
    heads: Vec<Option<Vec<u8>>>,
    /// What may follow a host (a final dot, a port), and after which states.
    tails: BTreeMap<Vec<u8>, States>,
}

/// States in order.
pub(super) type States = Vec<u32>;

/// Where a reading from the right stands: with each tail, the states that read so far to the end.
pub(super) type Reading = Vec<(Vec<u8>, States)>;

impl Names {
    /// The origins among `accepted` of the [`shape`] with so many labels.
    pub(super) fn new(accepted: &Automaton, suffix_labels: usize) -> Result<Self, TooBig> {
        let automaton = accepted.intersection(&shape(suffix_labels))?;
        let host_start = automaton.read(automaton.start(), SCHEME);
        let heads = automaton.shortest_to_each(host_start, |byte| byte != b':');
        let mut sources = vec![Vec::new(); automaton.len()];
        let mut tails: BTreeMap<_, States> = BTreeMap::new();
        for state in 1..automaton.len() as u32 {
            if heads[state as usize].is_none() {
                continue;
            }
            for (byte, target) in automaton.steps(state).filter(|&(byte, _)| byte != b':') {
                sources[target as usize].push((byte, state));
            }
            if let Some(tail) = tail(&automaton, state) {
                tails.entry(tail).or_default().push(state);
            }
        }
        Ok(Self {
            host_start,
            sources,
            heads,
            tails,
        })
    }

    /// Where a reading begins.
    pub(super) fn end(&self) -> Reading {
        self.tails
            .iter()
            .map(|(tail, states)| (tail.clone(), states.clone()))
            .collect()
    }

    /// Where a reading stands left of the dot before `name`; at the end if `name` is empty.
    pub(super) fn left_of(&self, name: &str) -> Reading {
        if name.is_empty() {
            return self.end();
        }
        let dotted = name.bytes().rev().chain([b'.']);
        dotted.fold(self.end(), |reading, byte| self.back(&reading, byte))
    }

    /// Whether `name` can be the whole host.
    pub(super) fn has_host(&self, name: &str) -> bool {
        let read = name
            .bytes()
            .rev()
            .fold(self.end(), |reading, byte| self.back(&reading, byte));
        self.is_at_start(&read)
    }

    /// Where a reading stands after one more byte to the left.
    fn back(&self, reading: &Reading, byte: u8) -> Reading {
        let back = |states: &States| {
            let sources = states
                .iter()
                .flat_map(|&state| &self.sources[state as usize]);
            let mut states: States = sources
                .filter(|&&(b, _)| b == byte)
                .map(|&(_, source)| source)
                .collect();
            states.sort_unstable();
            states.dedup();
            states
        };
        let read = reading
            .iter()
            .map(|(tail, states)| (tail.clone(), back(states)));
        read.filter(|(_, states)| !states.is_empty()).collect()
    }

    fn is_at_start(&self, reading: &Reading) -> bool {
        reading
            .iter()
            .any(|(_, states)| states.binary_search(&self.host_start).is_ok())
    }

    /// Whether a label that was read down to here may be complete.
    fn is_label(&self, reading: &Reading) -> bool {
        self.is_at_start(reading) || !self.back(reading, b'.').is_empty()
    }

    /// The bytes other than a dot that may stand to the left, in order.
    fn bytes(&self, reading: &Reading) -> Vec<u8> {
        let states = reading.iter().flat_map(|(_, states)| states);
        let sources = states.flat_map(|&state| &self.sources[state as usize]);
        let mut bytes: Vec<u8> = sources
            .map(|&(byte, _)| byte)
            .filter(|&byte| byte != b'.')
            .collect();
        bytes.sort_unstable();
        bytes.dedup();
        bytes
    }

    /// Calls `visit` with the labels that may stand at `reading`, each once, until it breaks.
    pub(super) fn each_label(
        &self,
        reading: Reading,
        visit: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut stack = vec![(String::new(), reading)];
        while let Some((label, reading)) = stack.pop() {
            if !label.is_empty() && self.is_label(&reading) {
                visit(&label)?;
            }
            for byte in self.bytes(&reading).into_iter().rev() {
                stack.push((
                    format!("{}{label}", char::from(byte)),
                    self.back(&reading, byte),
                ));
            }
        }
        ControlFlow::Continue(())
    }

    /// The labels that may stand at `reading`, by length, until `visit` says after one length that
    /// it has enough or `limit` pieces of labels have been looked at.
    pub(super) fn labels_by_length(
        &self,
        reading: Reading,
        limit: usize,
        mut visit: impl FnMut(&[String]) -> ControlFlow<()>,
    ) {
        let mut pieces = vec![(String::new(), reading)];
        let mut seen = 0;
        while !pieces.is_empty() && seen < limit {
            let mut longer = Vec::new();
            for (label, reading) in &pieces {
                for byte in self.bytes(reading) {
                    let label = format!("{}{label}", char::from(byte));
                    longer.push((label, self.back(reading, byte)));
                }
            }
            pieces = longer;
            seen += pieces.len();
            let complete = pieces.iter().filter(|(_, reading)| self.is_label(reading));
            let labels: Vec<String> = complete.map(|(label, _)| label.clone()).collect();
            if visit(&labels).is_break() {
                return;
            }
        }
    }

    /// The shortest origin, and the first in byte order among those, whose host has one label or
    /// more left of `suffix`.
    pub(super) fn shortest_under(&self, suffix: &str) -> Option<String> {
        let reading = self.left_of(suffix);
        let origins = reading.iter().flat_map(|(tail, states)| {
            let heads = states
                .iter()
                .filter_map(|&state| self.heads[state as usize].as_deref());
            heads.map(move |head| [SCHEME, head, b".", suffix.as_bytes(), tail].concat())
        });
        let origin = origins.min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))?;
        String::from_utf8(origin).ok()
    }
}

/// The shortest of what may follow a host that ends in `state`: nothing, a dot, a port, or both.
fn tail(automaton: &Automaton, state: u32) -> Option<Vec<u8>> {
    let after_dot = automaton.read(state, b".");
    let plain = [(&b""[..], state), (b".", after_dot)];
    let plain = plain
        .into_iter()
        .filter(|&(_, state)| automaton.is_accepting(state));
    let with_port = [(&b""[..], state), (b".", after_dot)]
        .into_iter()
        .filter_map(|(dot, state)| {
            let port = shortest_port(automaton, automaton.read(state, b":"))?;
            Some([dot, b":", &port].concat())
        });
    let tails = plain.map(|(tail, _)| tail.to_vec()).chain(with_port);
    tails.min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
}

fn shortest_port(automaton: &Automaton, state: u32) -> Option<Vec<u8>> {
    let mut ports = vec![(Vec::new(), state)];
    while !ports.is_empty() {
        if let Some((port, _)) = ports
            .iter()
            .find(|&&(_, state)| automaton.is_accepting(state))
        {
            return Some(port.clone());
        }
        let longer = ports.iter().flat_map(|(port, state)| {
            automaton
                .steps(*state)
                .map(move |(byte, next)| ([&port[..], &[byte]].concat(), next))
        });
        let mut known = Vec::new();
        ports = longer
            .filter(|&(_, state)| {
                !known.contains(&state) && {
                    known.push(state);
                    true
                }
            })
            .collect();
    }
    None
}
