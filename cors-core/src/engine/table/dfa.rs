//! Runs the automaton that a policy's regexes were compiled to.
//!
//! # The table
//!
//! `compile/regex/automaton/table.rs` writes it, and this file reads it. Nothing else depends on its layout. Numbers are
//! little-endian `u16`.
//!
//! | bytes | what |
//! |---|---|
//! | 2 | the start state |
//! | 2 | the end of the accepting states: exactly the states below it accept |
//! | 2 | the number of transitions |
//! | 256 | the class of each byte |
//! | 2 each | the transitions, grouped by state, one for each class |
//!
//! A state is the index of its first transition, so a step is an addition and a read. States that
//! accept come first, so one comparison decides. The dead state, from which nothing is accepted any more, has no transitions. Its
//! number is [`DEAD`], which is larger than any index, so the bounds check of a read is also the early exit.
//!
//! A table from elsewhere can make the runner answer wrongly, but it cannot make it read out of bounds, panic, or take more than
//! one step per byte.

/// The state from which nothing is accepted any more.
#[cfg(any(feature = "regex", test))]
pub(crate) const DEAD: u16 = u16::MAX;

/// The bytes before the class map.
const NUMBERS: usize = 6;

/// The bytes before the transitions.
#[cfg(any(feature = "regex", test))]
pub(crate) const HEADER: usize = NUMBERS + 256;

/// A matcher over a table in the binary or on the heap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dfa<'t> {
    start: u16,
    accepting_end: u16,
    classes: &'t [u8; 256],
    next: &'t [[u8; 2]],
}

impl<'t> Dfa<'t> {
    /// Reads the header. `None` if the length of the table does not fit its header.
    pub(crate) const fn new(table: &'t [u8]) -> Option<Self> {
        let Some((numbers, rest)) = table.split_first_chunk::<NUMBERS>() else {
            return None;
        };
        let Some((classes, next)) = rest.split_first_chunk::<256>() else {
            return None;
        };
        let (next, odd) = next.as_chunks::<2>();
        let len = u16::from_le_bytes([numbers[4], numbers[5]]);
        if !odd.is_empty() || next.len() != len as usize {
            return None;
        }
        Some(Self {
            start: u16::from_le_bytes([numbers[0], numbers[1]]),
            accepting_end: u16::from_le_bytes([numbers[2], numbers[3]]),
            classes,
            next,
        })
    }

    /// Returns whether the automaton accepts the whole of `input`.
    pub(crate) fn is_match(&self, input: &[u8]) -> bool {
        self.run(input, || ()).is_some_and(|state| state < usize::from(self.accepting_end))
    }

    /// The state after `input`, unless it is dead; `on_step` is for the tests, which count.
    #[inline]
    fn run(&self, input: &[u8], mut on_step: impl FnMut()) -> Option<usize> {
        // Pieces of a fixed length are unrolled, and cost six instructions a byte instead of nine.
        let (pieces, rest) = input.as_chunks::<8>();
        let mut state = usize::from(self.start);
        for piece in pieces {
            for &byte in piece {
                on_step();
                state = self.step(state, byte)?;
            }
        }
        for &byte in rest {
            on_step();
            state = self.step(state, byte)?;
        }
        Some(state)
    }

    #[inline]
    fn step(&self, state: usize, byte: u8) -> Option<usize> {
        let class = usize::from(self.classes[usize::from(byte)]);
        let next = self.next.get(state + class)?;
        Some(usize::from(u16::from_le_bytes(*next)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    /// `ab*`, written by hand: class 0 is any other byte, 1 is `a`, 2 is `b`; state 0 is "after
    /// the a" and state 3 the start.
    fn table() -> [u8; HEADER + 12] {
        let mut table = [0; HEADER + 12];
        table[0] = 3;
        table[2] = 3;
        table[4] = 6;
        table[NUMBERS + usize::from(b'a')] = 1;
        table[NUMBERS + usize::from(b'b')] = 2;
        table[HEADER..].copy_from_slice(&[
            0xff, 0xff, 0xff, 0xff, 0, 0, //
            0xff, 0xff, 0, 0, 0xff, 0xff,
        ]);
        table
    }

    #[test]
    fn the_whole_input_counts() {
        let table = table();
        let dfa = Dfa::new(&table).expect("a sound table");
        for (input, expected) in [
            ("", false),
            ("a", true),
            ("abbb", true),
            ("b", false),
            ("aba", false),
            ("abc", false),
            ("ab\u{e9}", false),
        ] {
            assert_eq!(dfa.is_match(input.as_bytes()), expected, "{input:?}");
        }
    }

    #[test]
    fn a_const_table_needs_no_start_up() {
        static EMPTY: [u8; HEADER] = {
            let mut table = [0; HEADER];
            (table[0], table[1]) = (0xff, 0xff);
            table
        };
        const DFA: Option<Dfa<'static>> = Dfa::new(&EMPTY);
        assert!(!DFA.expect("a sound table").is_match(b""));
    }

    #[test]
    fn a_dead_state_takes_no_further_step() {
        let table = table();
        let dfa = Dfa::new(&table).expect("a sound table");
        let steps = Cell::new(0);
        let input = [b'x'; 65536];
        assert_eq!(dfa.run(&input, || steps.set(steps.get() + 1)), None);
        assert_eq!(steps.get(), 2);
    }

    #[test]
    fn a_truncated_table_is_refused_at_every_length() {
        let table = table();
        for len in 0..table.len() {
            assert!(Dfa::new(&table[..len]).is_none(), "{len} bytes");
        }
    }

    #[test]
    fn a_corrupt_table_never_panics() {
        let sound = table();
        for index in 0..sound.len() {
            for value in [0x00, 0x01, 0x7f, 0xff] {
                let mut table = sound;
                table[index] = value;
                if let Some(dfa) = Dfa::new(&table) {
                    for input in [&b""[..], b"a", b"abbb", b"\xff\x00", &[0x80; 512]] {
                        let _ = dfa.is_match(input);
                    }
                }
            }
        }
    }
}
