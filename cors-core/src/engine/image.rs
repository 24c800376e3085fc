//! The format of an image: a header of numbers, followed by a policy's tables, section by section.

use super::table;

/// The parts of an image, in their order. The header holds the end of each.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    /// The value of `Access-Control-Allow-Methods`.
    Methods,
    /// The value of `Access-Control-Allow-Headers`.
    Headers,
    /// The value of `Access-Control-Expose-Headers`.
    Expose,
    /// The value of `Access-Control-Max-Age`.
    MaxAge,
    /// The names in `Headers`, for looking up requested ones.
    Names,
    /// The prefixes of the families in `Headers`.
    Families,
    /// The exact origins.
    Exact,
    /// The origin patterns.
    Patterns,
    /// The automaton of the regexes.
    Dfa,
    /// The regexes as they were written.
    Regexes,
    /// The registrable domains of the origins that the regexes accept.
    Domains,
    /// The hosts.
    Hosts,
}

impl Section {
    pub(crate) const COUNT: usize = Self::Hosts as usize + 1;
}

/// The yes-or-no settings of a policy, as bits of the image's second word.
pub(crate) mod flag {
    pub(crate) const CREDENTIALS: u32 = 1;
    pub(crate) const ANY_ORIGIN: u32 = 1 << 1;
    pub(crate) const ANY_METHOD: u32 = 1 << 2;
    pub(crate) const ANY_HEADER: u32 = 1 << 3;
    pub(crate) const PRIVATE_NETWORK: u32 = 1 << 4;
    pub(crate) const TIMING: u32 = 1 << 5;
    pub(crate) const CHECKS_HOST: u32 = 1 << 6;
    pub(crate) const ANY_HOST: u32 = 1 << 7;
}

/// The image's first word: a magic number with the version of the format. Raise it with every change (see `tests/image.rs`).
pub(crate) const FORMAT: u32 = u32::from_le_bytes(*b"cor\x03");

/// The words before the first section: format, flags, preflight status, and the sections' ends.
pub(crate) const HEADER: usize = 3 + Section::COUNT;

/// The image of a policy that allows nothing: every section is empty.
pub(crate) static NOTHING: [u8; HEADER * 4] = {
    let mut words = [(HEADER * 4) as u32; HEADER];
    words[0] = FORMAT;
    words[1] = 0;
    words[2] = 204;
    let mut image = [0; HEADER * 4];
    let mut at = 0;
    while at < image.len() {
        image[at] = words[at / 4].to_le_bytes()[at % 4];
        at += 1;
    }
    image
};

/// The image's numbers.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) flags: u32,
    pub(super) status: u16,
    pub(super) sections: [u32; Section::COUNT + 1],
}

impl Header {
    pub(super) const fn read(image: &[u8]) -> Self {
        assert!(
            table::word(image, 0) == FORMAT,
            "cors-engine and cors-macros differ in version: give both the same one"
        );
        let mut sections = [(HEADER * 4) as u32; Section::COUNT + 1];
        let mut section = 0;
        while section < Section::COUNT {
            sections[section + 1] = table::word(image, 3 + section);
            section += 1;
        }
        Self { flags: table::word(image, 1), status: table::word(image, 2) as u16, sections }
    }
}

pub(super) const fn filled(sections: &[u32; Section::COUNT + 1], section: Section) -> bool {
    sections[section as usize] < sections[section as usize + 1]
}

#[inline]
pub(super) const fn slice<'t>(
    image: &'t [u8],
    sections: &[u32; Section::COUNT + 1],
    section: Section,
) -> &'t [u8] {
    let (start, end) = (sections[section as usize] as usize, sections[section as usize + 1] as usize);
    let Some((image, _)) = image.split_at_checked(end) else { return &[] };
    match image.split_at_checked(start) {
        Some((_, bytes)) => bytes,
        None => &[],
    }
}
