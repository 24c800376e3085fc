//! A short name for the content of a policy, the same on every machine.

use core::fmt;

use super::policy::Policy;

/// A short name for the content of a policy, made by [`Policy::fingerprint`]. Its `Display` is 16 hex digits.
///
/// It is not a cryptographic hash: policies that people write have different fingerprints, but an attacker can make two policies
/// with the same one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint as a number, for a metric or a field of a log.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Policy {
    /// The policy's fingerprint: the same for the same settings in the same order, in every process, on every machine, and
    /// whether the policy was compiled or read from a file. Log it to see which policy each machine of a fleet runs.
    ///
    /// It is computed from the settings, not from the tables, so it stays the same in a version of this crate that has other
    /// tables. The call takes time linear in the policy's size and allocates nothing. Call it when a policy is made, not per
    /// request.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use cors_engine::{Block, Config, Mode};
    ///
    /// let policy = |origin: &str| Config::new(Block::new().origins([origin])).policy(Mode::Production);
    /// let one = policy("https://app.example")?.fingerprint();
    /// assert_eq!(one, policy("https://app.example")?.fingerprint());
    /// assert_ne!(one, policy("https://shop.example")?.fingerprint());
    /// assert_eq!(one.to_string().len(), 16);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fingerprint(&self) -> Fingerprint {
        let switches = [
            self.allows_any_origin(),
            self.allows_any_method(),
            self.allows_any_header(),
            self.credentials(),
            self.private_network(),
            self.timing(),
            self.checks_host(),
            self.allows_any_host(),
        ];
        let mut hash = Fnv::default();
        hash.take(&switches.map(u8::from));
        hash.take(&self.preflight_status().to_le_bytes());
        if let Some(seconds) = self.max_age() {
            hash.take(&seconds.to_le_bytes());
        }
        hash.end();
        self.origins().for_each(|entry| hash.take(entry.as_bytes()));
        hash.end();
        self.origin_regexes().for_each(|entry| hash.take(entry.as_bytes()));
        hash.end();
        self.methods().for_each(|entry| hash.take(entry.as_bytes()));
        hash.end();
        self.headers().for_each(|entry| hash.take(entry.as_bytes()));
        hash.end();
        self.exposed().for_each(|entry| hash.take(entry.as_bytes()));
        hash.end();
        self.hosts().for_each(|entry| hash.take(entry.as_bytes()));
        Fingerprint(hash.0)
    }
}

/// FNV-1a with 64 bits. It stays the same when the hash of the tables changes.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Hashes a text, and a byte that marks its end and that no text contains.
    fn take(&mut self, text: &[u8]) {
        text.iter().chain(&[0xff]).for_each(|&byte| self.byte(byte));
    }

    /// Marks the end of a list.
    fn end(&mut self) {
        self.byte(0xfe);
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use crate::Block;
    use crate::Config;
    use crate::Fingerprint;
    use crate::Mode;

    fn fingerprint(block: Block) -> Fingerprint {
        let policy = Config::default().development(block).policy(Mode::Development);
        policy.unwrap_or_else(|violations| panic!("{violations}")).fingerprint()
    }

    #[test]
    fn each_setting_counts() {
        let block = || Block::new().origins(["https://app.example", "https://*.shop.example"]);
        let all: Vec<Fingerprint> = [
            block(),
            Block::new().origins(["https://app.example"]),
            Block::new().origins(["https://shop.example", "https://app.example"]),
            Block::new().origins(["https://app.example", "https://shop.example"]),
            Block::new().any_origin(),
            block().credentials(true),
            block().methods(["GET"]),
            block().methods(["GET", "PATCH"]),
            block().methods(["GET", "patch"]),
            block().headers(["x-a"]),
            block().headers(["x-a", "x-b"]),
            block().headers(["x-ax-b"]),
            block().expose(["x-a"]),
            block().max_age(0_u32),
            block().max_age(600_u32),
            block().hosts(["app.example"]),
        ]
        .into_iter()
        .map(fingerprint)
        .collect();
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "the policy at {index} has that of another");
        }
    }

    #[test]
    fn it_is_the_same_in_every_version() {
        let block = Block::new().origins(["https://app.example"]).methods(["GET", "PUT"]);
        assert_eq!(fingerprint(block).to_string(), "2982aa3cb197a1d0");
    }
}
