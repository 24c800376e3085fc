//! The words of a language one by one, the shortest first and in byte order among equals.

use super::Automaton;
use alloc::vec;
use alloc::vec::Vec;

/// The words of at most a given length.
pub(crate) struct Words<'a> {
    automaton: &'a Automaton,
    classes: Vec<Vec<u8>>,
    max_length: usize,
    /// For each length so far, the states from which a word of exactly that length is left.
    live: Vec<Vec<bool>>,
    /// The way to the next word: the state at each byte, and the byte that comes next there.
    way: Vec<(u32, u16)>,
    length: usize,
}

impl Automaton {
    /// The words of at most `max_length` bytes.
    pub(crate) fn words(&self, max_length: usize) -> Words<'_> {
        let live = vec![self.accepting.clone()];
        let classes = self.classes_of(|_| true);
        Words { automaton: self, classes, max_length, live, way: vec![(self.start, 0)], length: 0 }
    }
}

impl Words<'_> {
    /// Returns whether a word of exactly `left` more bytes begins in `state`.
    fn is_live(&self, state: u32, left: usize) -> bool {
        self.live[left][state as usize]
    }

    fn next_length(&mut self) -> bool {
        if self.length == self.max_length {
            return false;
        }
        let shorter = &self.live[self.length];
        // Where no word of a length is left, none of a greater one is.
        if !shorter.contains(&true) {
            return false;
        }
        self.length += 1;
        let states = 0..self.automaton.accepting.len() as u32;
        let longer: Vec<bool> = states
            .map(|state| self.automaton.steps(state, &self.classes).any(|(_, next)| shorter[next as usize]))
            .collect();
        self.live.push(longer);
        self.way = vec![(self.automaton.start, 0)];
        true
    }

    fn word(&self) -> Vec<u8> {
        // Each byte was counted past when the way went on by it.
        self.way.iter().take(self.length).map(|&(_, next)| (next - 1) as u8).collect()
    }
}

impl Iterator for Words<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let depth = self.way.len();
            let Some(&(state, byte)) = self.way.last() else {
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
            let next = (byte..256).find(|&byte| {
                let target = self.automaton.next_state(state, byte as u8);
                target != 0 && self.is_live(target, left - 1)
            });
            match next.filter(|_| self.is_live(state, left)) {
                Some(byte) => {
                    self.way[depth - 1].1 = byte + 1;
                    self.way.push((self.automaton.next_state(state, byte as u8), 0));
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
}
