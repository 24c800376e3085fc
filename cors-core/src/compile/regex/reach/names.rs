//! Host names read from the right: which labels may stand left of the ones already read.

use super::super::automaton::{Automaton, Label, MAX_LABEL, TooBig, Walk};
use super::super::origin_language;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::ControlFlow;

#[cfg(test)]
use super::super::automaton::work;

/// The text before the host of every origin here.
const SCHEME: &[u8] = b"https://";

/// Origins whose host has `suffix_labels` labels and, left of them, one that can be registered.
fn shape(suffix_labels: usize) -> Automaton {
    Automaton::from_regex(&origin_language::shape(suffix_labels))
        .expect("the shape of an origin is a sound regex")
}

/// Origins of `https:` with a host name, by the reverse of their automaton.
///
/// Every state of it is on the way to an origin, so whatever can be read from the right belongs to
/// one: no reading ends in a dead end, which is what bounds the work.
pub(super) struct Names {
    host_start: u32,
    /// The bytes of a host, those together that no state tells apart.
    classes: Vec<Vec<u8>>,
    /// For each state, the classes that lead there, and from where.
    sources: Vec<Vec<(usize, u32)>>,
    /// The ways from the beginning of the host to each state.
    heads: Walk,
    /// What has been read so far in any way, each once.
    readings: Vec<Reading>,
    /// The reading of no byte.
    end: ReadingId,
    ids: BTreeMap<Places, ReadingId>,
}

/// The place that a reading from the right has reached.
pub(super) type ReadingId = usize;

/// The reading that has come to nothing.
const NOWHERE: ReadingId = 0;

/// For each tail (what may follow a host: a final dot, a port), the states from which what was read
/// and then the tail lead to the end.
type Places = BTreeMap<Vec<u8>, Vec<u32>>;

struct Reading {
    places: Rc<Places>,
    /// The fewest bytes that can stand left of it in the label at hand.
    least: u8,
    /// Where one more byte leads, once somebody has asked.
    further: Option<Rc<[(u8, ReadingId)]>>,
}

impl Names {
    /// The origins among `accepted`, which are all of the shape with one label, of the [`shape`] with so many.
    pub(super) fn new(accepted: &Automaton, suffix_labels: usize) -> Result<Self, TooBig> {
        let automaton = match suffix_labels {
            1 => accepted.clone(),
            _ => accepted.intersection(&shape(suffix_labels))?,
        };
        let host_start = automaton.read(automaton.start(), SCHEME);
        let heads = automaton.walk(&[host_start], Label::START, |byte| byte != b':');
        let mut sources = vec![Vec::new(); automaton.len()];
        let classes = automaton.classes_of(|byte| byte != b':');
        let mut tails = Places::new();
        let mut after = Tails { automaton: &automaton, ports: BTreeMap::new() };
        for state in heads.states() {
            for (class, bytes) in classes.iter().enumerate() {
                let target = automaton.read(state, &bytes[..1]);
                if target != 0 {
                    sources[target as usize].push((class, state));
                }
            }
            if let Some(tail) = after.after(state) {
                tails.entry(tail).or_default().push(state);
            }
        }
        let (readings, ids) = (Vec::new(), BTreeMap::new());
        let mut names = Self { host_start, sources, classes, heads, readings, end: NOWHERE, ids };
        names.reading(Places::new());
        names.end = names.reading(tails);
        Ok(names)
    }

    fn reading(&mut self, places: Places) -> ReadingId {
        if let Some(&id) = self.ids.get(&places) {
            return id;
        }
        let states = places.values().flatten();
        let least = states.filter_map(|&state| self.heads.least_label(state)).min().unwrap_or_default();
        self.readings.push(Reading { places: Rc::new(places.clone()), least, further: None });
        self.ids.insert(places, self.readings.len() - 1);
        self.readings.len() - 1
    }

    /// The bytes that may stand to the left, in order, and where they lead.
    fn further(&mut self, reading: ReadingId) -> Rc<[(u8, ReadingId)]> {
        if let Some(further) = &self.readings[reading].further {
            return further.clone();
        }
        let mut by_class = vec![Places::new(); self.classes.len()];
        for (tail, states) in &*self.readings[reading].places {
            #[cfg(test)]
            work::add(states.len());
            let mut sources = vec![Vec::new(); self.classes.len()];
            for &(class, source) in states.iter().flat_map(|&state| &self.sources[state as usize]) {
                sources[class].push(source);
            }
            for (places, mut states) in by_class.iter_mut().zip(sources) {
                if !states.is_empty() {
                    states.sort_unstable();
                    states.dedup();
                    places.insert(tail.clone(), states);
                }
            }
        }
        let mut further = Vec::new();
        for (class, places) in by_class.into_iter().enumerate() {
            if !places.is_empty() {
                let id = self.reading(places);
                further.extend(self.classes[class].iter().map(|&byte| (byte, id)));
            }
        }
        further.sort_unstable();
        let further: Rc<[_]> = further.into();
        self.readings[reading].further = Some(further.clone());
        further
    }

    fn back(&mut self, reading: ReadingId, byte: u8) -> ReadingId {
        let further = self.further(reading);
        further.iter().find(|&&(b, _)| b == byte).map_or(NOWHERE, |&(_, id)| id)
    }

    /// Where a reading stands left of the dot before `name`; at the end if `name` is empty.
    pub(super) fn left_of(&mut self, name: &str) -> ReadingId {
        let dot = if name.is_empty() { None } else { Some(b'.') };
        name.bytes().rev().chain(dot).fold(self.end, |reading, byte| self.back(reading, byte))
    }

    /// Returns whether `name` can be the whole host.
    pub(super) fn has_host(&mut self, name: &str) -> bool {
        let read = name.bytes().rev().fold(self.end, |reading, byte| self.back(reading, byte));
        self.is_at_start(read)
    }

    /// Returns whether there is a host under `name`.
    pub(super) fn has_any_under(&mut self, name: &str) -> bool {
        self.left_of(name) != NOWHERE
    }

    fn is_at_start(&self, reading: ReadingId) -> bool {
        let mut states = self.readings[reading].places.values();
        states.any(|states| states.binary_search(&self.host_start).is_ok())
    }

    /// Returns whether a label that was read down to here may be complete.
    fn is_label(&mut self, reading: ReadingId) -> bool {
        self.is_at_start(reading) || self.back(reading, b'.') != NOWHERE
    }

    /// Calls `visit` with the labels that may stand left of `name`, each once, until it breaks.
    ///
    /// Every piece of a label that is looked at can become one that DNS carries.
    pub(super) fn each_label(
        &mut self,
        name: &str,
        visit: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // The label fills up from its end.
        let mut label = [0; MAX_LABEL as usize];
        let mut stack = Vec::new();
        let mut at = (label.len(), self.left_of(name));
        loop {
            let (start, reading) = at;
            let longer = self.further(reading);
            let is_short = |reading: ReadingId| usize::from(self.readings[reading].least) < start;
            let longer = longer.iter().rev().filter(|&&(byte, reading)| byte != b'.' && is_short(reading));
            stack.extend(longer.map(|&(byte, reading)| (start - 1, byte, reading)));
            let Some((start, byte, reading)) = stack.pop() else { return ControlFlow::Continue(()) };
            label[start] = byte;
            if self.is_label(reading) {
                visit(core::str::from_utf8(&label[start..]).unwrap_or_default())?;
            }
            at = (start, reading);
        }
    }

    /// The shortest origin, and the first in byte order among those, whose host has one label or
    /// more left of `suffix`.
    pub(super) fn shortest_under(&mut self, suffix: &str) -> Option<String> {
        let reading = self.left_of(suffix);
        let origins = self.readings[reading].places.iter().flat_map(|(tail, states)| {
            let heads = states.iter().filter_map(|&state| self.heads.word_to(state));
            heads.map(move |head| [SCHEME, &head, b".", suffix.as_bytes(), tail].concat())
        });
        let origin = origins.min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))?;
        String::from_utf8(origin).ok()
    }
}

/// What may follow a host.
struct Tails<'a> {
    automaton: &'a Automaton,
    /// For each state after the colon, the shortest port.
    ports: BTreeMap<u32, Option<Vec<u8>>>,
}

impl Tails<'_> {
    /// The shortest of what may follow a host that ends in `state`: nothing, a dot, a port, or
    /// both.
    fn after(&mut self, state: u32) -> Option<Vec<u8>> {
        let mut tails = Vec::new();
        for dot in [&b""[..], b"."] {
            let state = self.automaton.read(state, dot);
            if self.automaton.is_accepting(state) {
                tails.push(dot.to_vec());
            }
            if let Some(port) = self.port(self.automaton.read(state, b":")) {
                tails.push([dot, b":", &port].concat());
            }
        }
        tails.into_iter().min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
    }

    fn port(&mut self, start: u32) -> Option<Vec<u8>> {
        let automaton = self.automaton;
        let shortest = || match start {
            0 => None,
            _ => automaton.shortest_from(start, Label::OUTSIDE),
        };
        self.ports.entry(start).or_insert_with(shortest).clone()
    }
}
