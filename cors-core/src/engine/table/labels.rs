//! The hash of a host, label by label from its right end, so that the hash of each suffix is computed along the way.

use super::set;

/// The suffixes of a host that begin with a label, shortest first, each with its hash.
pub(super) struct Suffixes<'h> {
    key: u64,
    state: u64,
    host: &'h [u8],
    /// What is left of the last suffix and its dot.
    before: Option<&'h [u8]>,
}

impl<'h> Suffixes<'h> {
    #[inline]
    pub(super) fn new(key: u64, host: &'h [u8]) -> Self {
        Self { key, state: key, host, before: Some(host) }
    }
}

impl<'h> Iterator for Suffixes<'h> {
    type Item = (&'h [u8], u64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.before?;
        let (label, start) = match rest.iter().rposition(|&byte| byte == b'.') {
            Some(dot) => {
                self.before = rest.get(..dot);
                (rest.get(dot + 1..)?, dot + 1)
            }
            None => {
                self.before = None;
                (rest, 0)
            }
        };
        self.state = set::absorb(self.key, self.state, label);
        Some((self.host.get(start..)?, self.state))
    }
}

/// The hash of a whole host.
#[cfg(feature = "alloc")]
pub(super) fn hash(key: u64, host: &[u8]) -> u64 {
    Suffixes::new(key, host).last().map_or(key, |(_, hash)| hash)
}
