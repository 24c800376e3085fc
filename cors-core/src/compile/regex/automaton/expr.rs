//! What a regex means over ASCII: the tree between its syntax and the automaton.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// A set of ASCII bytes, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ascii(pub(crate) u128);

impl Ascii {
    /// The bytes of a host as the URL parser leaves it: no control, space or upper case, and
    /// none of the URL standard's forbidden domain code points.
    pub(crate) const HOST: Self =
        Self::range(b'!', b'~').and(Self::range(b'A', b'Z').not()).and(Self::of(b"#%/:<>?@[\\]^|").not());

    /// No byte at all.
    pub(crate) const EMPTY: Self = Self(0);
    /// `\d`
    pub(crate) const DIGIT: Self = Self::range(b'0', b'9');
    /// Upper and lower case.
    pub(crate) const LETTER: Self = Self::range(b'a', b'z').or(Self::range(b'A', b'Z'));
    /// `\w`
    pub(crate) const WORD: Self = Self::LETTER.or(Self::DIGIT).or(Self::range(b'_', b'_'));
    /// `\s`
    pub(crate) const SPACE: Self = Self::range(b'\t', b'\r').or(Self::range(b' ', b' '));

    /// The bytes from `first` to `last`; those that are not ASCII are left out.
    pub(crate) const fn range(first: u8, last: u8) -> Self {
        let last = if last < 0x80 { last } else { 0x7f };
        if first > last {
            return Self::EMPTY;
        }
        Self((u128::MAX >> (127 - last)) & (u128::MAX << first))
    }

    /// The ASCII bytes among these.
    const fn of(mut bytes: &[u8]) -> Self {
        let mut set = Self::EMPTY;
        while let [byte, rest @ ..] = bytes {
            set = set.or(Self::range(*byte, *byte));
            bytes = rest;
        }
        set
    }

    /// The bytes of either.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bytes of both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The ASCII bytes that are not in the set.
    pub(crate) const fn not(self) -> Self {
        Self(!self.0)
    }

    /// How many bytes there are.
    pub(crate) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Returns whether `byte` is in the set.
    pub(crate) const fn contains(self, byte: u8) -> bool {
        byte < 0x80 && self.0 >> byte & 1 == 1
    }

    /// The same letters in both cases.
    pub(crate) const fn in_both_cases(self) -> Self {
        let upper = self.and(Self::range(b'A', b'Z'));
        let lower = self.and(Self::range(b'a', b'z'));
        self.or(Self(upper.0 << 32)).or(Self(lower.0 >> 32))
    }

    /// The bytes in order.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> {
        (0..0x80).filter(move |&byte| self.contains(byte))
    }
}

/// A condition on the place between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Start,
    End,
    /// Whether there is a word byte before the place, and after it; `None` where it does not matter.
    Word(Option<bool>, Option<bool>),
    WordBoundary,
    NotWordBoundary,
}

/// A regular expression over ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    Empty,
    Bytes(Ascii),
    Look(Look),
    Concat(Vec<Expr>),
    Alternation(Vec<Expr>),
    Repeat { expr: Box<Expr>, min: u32, max: Option<u32> },
}

impl Expr {
    /// How many nodes the expression has once every counted repetition is written out.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Empty | Self::Look(_) | Self::Bytes(_) => 1,
            Self::Concat(parts) | Self::Alternation(parts) => {
                parts.iter().fold(1, |sum, part| sum.saturating_add(part.size()))
            }
            Self::Repeat { expr, min, max } => {
                let copies = max.unwrap_or(min.saturating_add(1)) as usize;
                expr.size().saturating_mul(copies).saturating_add(copies).saturating_add(1)
            }
        }
    }
}
