//! What a policy is asked most, worked out when it is made: nearly every request gets by on it.

use super::fetch;
use super::policy::{Section, filled, flag, slice};
use super::table::names;
use super::table::set::Set;

#[derive(Clone, Copy)]
pub(super) struct Shortcuts {
    pub(super) matching: Matching,
    /// Which of the [standard methods](fetch::STANDARD_METHODS) are allowed, as bits.
    pub(super) standard_methods: u8,
}

/// How it is found out whether an origin is listed: by the least that the entries ask for.
#[derive(Clone, Copy)]
pub(super) enum Matching {
    /// None is: any is allowed.
    Any,
    /// There is one entry, exact, whose text lies here in the image.
    Sole { start: u32, end: u32 },
    /// All are exact.
    Exact,
    /// Patterns or regexes have a say, too.
    Wide,
}

impl Shortcuts {
    pub(super) const fn new(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> Self {
        let matching = Matching::new(image, flags, sections);
        Self { matching, standard_methods: standard_methods(image, flags, sections) }
    }
}

impl Matching {
    const fn new(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> Self {
        if flags & flag::ANY_ORIGIN != 0 {
            return Self::Any;
        }
        if filled(sections, Section::Patterns) || filled(sections, Section::Dfa) {
            return Self::Wide;
        }
        match Set::sole(slice(image, sections, Section::Exact)) {
            Some(text) => {
                let exact = Section::Exact as usize;
                Self::Sole { start: sections[exact] + text as u32, end: sections[exact + 1] }
            }
            None => Self::Exact,
        }
    }
}

const fn standard_methods(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> u8 {
    let listed = slice(image, sections, Section::Methods);
    let (mut bits, mut index) = (0, 0);
    while index < fetch::STANDARD_METHODS.len() {
        let method = fetch::STANDARD_METHODS[index].as_bytes();
        if flags & flag::ANY_METHOD != 0 || names::lists(listed, method) {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}
