//! The words of a language one by one, the shortest first and in byte order among equals.
//!
//! Words with a label that no host can have are left out, as in `walk.rs`: there may be too many of them to pass by.

use super::Automaton;
use super::walk::{Label, MAX_LABEL};
use alloc::vec;
use alloc::vec::Vec;

/// The words of at most a given length.
pub(crate) struct Words<'a> {
    automaton: &'a Automaton,
    /// A byte for all that neither a state nor a label tells apart, with their classes.
    bytes: Vec<(u8, usize)>,
    max_length: usize,
    /// For each length so far and each state, how a word of exactly that length is left.
    rests: Vec<Vec<Rest>>,
    /// The way to the next word: the state and the label at each byte, and the byte that comes next there.
    way: Vec<(u32, Label, u16)>,
    length: usize,
}

/// Whether a word of a given length is left, by the label that it goes on with.
#[derive(Clone, Copy, Default)]
struct Rest {
    /// In a label, the fewest bytes that still belong to it.
    in_label: Option<u8>,
    outside: bool,
}

impl Rest {
    const NOTHING: Self = Self { in_label: Some(0), outside: true };

    fn is_some(self) -> bool {
        self.in_label.is_some() || self.outside
    }

    fn goes_with(self, label: Label) -> bool {
        match label.is_outside() {
            true => self.outside,
            false => self.in_label.is_some_and(|bytes| label.length() + bytes <= MAX_LABEL),
        }
    }

    /// With one more byte in front.
    fn after(self, byte: u8) -> Self {
        let leads_on = |label: Label| label.then(byte).is_some_and(|next| self.goes_with(next));
        let in_label = match Label::START.then(byte) {
            // The byte is a part of the label.
            Some(next) if next.length() > 0 => {
                self.in_label.map(|bytes| bytes + 1).filter(|&bytes| bytes <= MAX_LABEL)
            }
            _ => leads_on(Label::START).then_some(0),
        };
        Self { in_label, outside: leads_on(Label::OUTSIDE) }
    }

    fn or(self, other: Self) -> Self {
        let in_label = match (self.in_label, other.in_label) {
            (Some(bytes), Some(others)) => Some(bytes.min(others)),
            (bytes, others) => bytes.or(others),
        };
        Self { in_label, outside: self.outside || other.outside }
    }
}

impl Automaton {
    /// The words of at most `max_length` bytes.
    pub(crate) fn words(&self, max_length: usize) -> Words<'_> {
        let empty = |&is_accepting: &bool| if is_accepting { Rest::NOTHING } else { Rest::default() };
        let rests = vec![self.accepting.iter().map(empty).collect()];
        let bytes = self.representatives(|_| true);
        Words { automaton: self, bytes, max_length, rests, way: self.first_byte(), length: 0 }
    }

    fn first_byte(&self) -> Vec<(u32, Label, u16)> {
        vec![(self.start, Label::OUTSIDE, 0)]
    }
}

impl Words<'_> {
    /// Returns whether a word of exactly `left` more bytes begins in `state`.
    fn is_live(&self, state: u32, label: Label, left: usize) -> bool {
        self.rests[left][state as usize].goes_with(label)
    }

    fn next_length(&mut self) -> bool {
        if self.length == self.max_length {
            return false;
        }
        let shorter = &self.rests[self.length];
        // Where no word of a length is left, none of a greater one is.
        if !shorter.iter().any(|rest| rest.is_some()) {
            return false;
        }
        self.length += 1;
        let longer = |state: u32| {
            let steps = self.bytes.iter().map(|&(byte, class)| (byte, self.automaton.step(state, class)));
            let steps = steps.filter(|&(_, next)| next != 0);
            steps.fold(Rest::default(), |rest, (byte, next)| rest.or(shorter[next as usize].after(byte)))
        };
        let longer = (0..self.automaton.accepting.len() as u32).map(longer).collect();
        self.rests.push(longer);
        self.way = self.automaton.first_byte();
        true
    }

    fn word(&self) -> Vec<u8> {
        // Each byte was counted past when the way went on by it.
        self.way.iter().take(self.length).map(|&(_, _, next)| (next - 1) as u8).collect()
    }
}

impl Iterator for Words<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let depth = self.way.len();
            let Some(&(state, label, byte)) = self.way.last() else {
                if !self.next_length() {
                    return None;
                }
                continue;
            };
            let left = (self.length + 1) - depth;
            if left == 0 {
                let word = self.automaton.is_accepting(state).then(|| self.word());
                self.way.pop();
                if word.is_some() {
                    return word;
                }
                continue;
            }
            let next = (byte..256).find_map(|byte| {
                let target = self.automaton.next_state(state, byte as u8);
                let label = label.then(byte as u8)?;
                (target != 0 && self.is_live(target, label, left - 1)).then_some((target, label, byte))
            });
            match next.filter(|_| self.is_live(state, label, left)) {
                Some((target, label, byte)) => {
                    self.way[depth - 1].2 = byte + 1;
                    self.way.push((target, label, 0));
                }
                None => {
                    self.way.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn words_come_shortest_first() {
        for (regex, expected) in [
            ("", &[""][..]),
            ("a|b|", &["", "a", "b"]),
            ("ba|a[ab]?|c{3}", &["a", "aa", "ab", "ba", "ccc"]),
            ("(ab)*", &["", "ab", "abab"]),
        ] {
            let automaton = Automaton::from_regex(regex).expect("it parses");
            let words: Vec<String> =
                automaton.words(5).map(|word| String::from_utf8(word).expect("ASCII")).collect();
            assert_eq!(words, expected, "{regex}");
        }
        assert_eq!(Automaton::empty().words(9).count(), 0);
    }

    #[test]
    fn words_with_labels_of_no_host_are_left_out() {
        for (regex, expected) in [
            ("https://[a-z]{64,70}", 0),
            ("https://[a-z]{64,70}\\.com|https://a\\.com", 1),
            ("https://a{63}\\.b{62,65}(:1)?", 4),
            ("https://(a{64}|a{60}\\.b)\\.com:8[0-9]{70}", 0),
            ("a{64}://b", 1),
        ] {
            let automaton = Automaton::from_regex(regex).expect("it parses");
            assert_eq!(automaton.words(140).take(9).count(), expected, "{regex}");
        }
    }
}
