//! Facts about a policy that nearly every request needs, worked out when the policy is made.

use super::table::names;
use super::table::set::{self, SetHeader};
use crate::engine::image::{Section, filled, flag, slice};
use crate::engine::standard;

#[derive(Clone, Copy)]
pub(super) struct Shortcuts {
    pub(super) matching: Matching,
    /// Of the exact origins.
    pub(super) exact: SetHeader,
    /// Of the names of request headers.
    pub(super) names: SetHeader,
    /// Which of the [standard methods](standard::STANDARD_METHODS) are allowed, as bits.
    pub(super) standard_methods: u8,
}

/// The cheapest way to find out whether an origin is listed.
#[derive(Clone, Copy)]
pub(super) enum Matching {
    /// There is no list: any origin is allowed.
    Any,
    /// There is one entry, and it is exact. Its text is here in the image.
    Sole { start: u32, end: u32 },
    /// There is one entry, and it is a pattern. Its text is here in the image.
    SolePattern { start: u32, end: u32 },
    /// All entries are exact.
    Exact,
    /// There are patterns or regexes as well.
    Wide,
}

impl Shortcuts {
    pub(super) const fn new(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> Self {
        Self {
            matching: Matching::new(image, flags, sections),
            exact: SetHeader::read(slice(image, sections, Section::Exact)),
            names: SetHeader::read(slice(image, sections, Section::Names)),
            standard_methods: standard_methods(image, flags, sections),
        }
    }
}

impl Matching {
    const fn new(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> Self {
        if flags & flag::ANY_ORIGIN != 0 {
            return Self::Any;
        }
        let has_exact = filled(sections, Section::Exact);
        let has_patterns = filled(sections, Section::Patterns);
        let has_regexes = filled(sections, Section::Dfa);
        if !has_patterns && !has_regexes {
            return match sole(image, sections, Section::Exact) {
                Some((start, end)) => Self::Sole { start, end },
                None => Self::Exact,
            };
        }
        match sole(image, sections, Section::Patterns) {
            Some((start, end)) if !has_exact && !has_regexes => Self::SolePattern { start, end },
            _ => Self::Wide,
        }
    }
}

/// Where the text of a set's only entry is in the image.
const fn sole(image: &[u8], sections: &[u32; Section::COUNT + 1], section: Section) -> Option<(u32, u32)> {
    match set::sole(slice(image, sections, section)) {
        Some((start, end)) => {
            let first = sections[section as usize];
            Some((first.saturating_add(start), first.saturating_add(end)))
        }
        None => None,
    }
}

const fn standard_methods(image: &[u8], flags: u32, sections: &[u32; Section::COUNT + 1]) -> u8 {
    let listed = slice(image, sections, Section::Methods);
    let (mut bits, mut index) = (0, 0);
    while index < standard::STANDARD_METHODS.len() {
        let method = standard::STANDARD_METHODS[index].as_bytes();
        if flags & flag::ANY_METHOD != 0 || names::lists(listed, method) {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}
