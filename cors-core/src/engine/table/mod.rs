//! The image of a policy: one string of bytes, written when the policy is made, read in place.
//!
//! The image of a compiled policy lies in the binary, that of a loaded one on the heap; reading makes no difference. All
//! numbers are little-endian, so that the machine which compiles and the machine which runs need not agree on anything.
//! Reads are checked: a damaged image matches less, it never panics.

pub(crate) mod dfa;
pub(crate) mod families;
pub(crate) mod hosts;
mod labels;
pub(crate) mod names;
pub(crate) mod origins;
pub(crate) mod set;

/// Bytes that were there at compile time, or that came later.
#[derive(Clone)]
pub(crate) enum Image {
    Static(&'static [u8]),
    #[cfg(feature = "alloc")]
    Heap(alloc::sync::Arc<[u8]>),
}

impl Image {
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            #[cfg(feature = "alloc")]
            Self::Heap(bytes) => bytes,
        }
    }
}

/// The `index`th 32-bit number of `bytes`; 0 past the end.
#[inline]
pub(crate) const fn word(bytes: &[u8], index: usize) -> u32 {
    let at = index * 4;
    if at + 4 > bytes.len() {
        return 0;
    }
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Text of the image; empty if it is damaged.
pub(crate) fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
