//! The image of a policy: one string of bytes, written when the policy is made, read in place.
//!
//! The image of a compiled policy is in the binary, that of a loaded one is on the heap. Both are read in the same way. All
//! numbers are little-endian, so the machine that compiles and the machine that runs can differ. Reads are bounds-checked: a
//! damaged image matches less, but it never causes a panic.

pub(crate) mod dfa;
pub(crate) mod families;
pub(crate) mod hosts;
mod labels;
pub(crate) mod names;
pub(crate) mod origins;
pub(crate) mod set;

/// Bytes from compile time, or from run time.
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
