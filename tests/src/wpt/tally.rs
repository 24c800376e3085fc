//! How many requests `Cors` answered, and how many it could not, with the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::asked::Asked;

/// What one engine's run came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Answered by `Cors`: preflights, and other requests.
    pub(super) preflights: usize,
    pub(super) actual: usize,
    /// Answered by hand, by the reason.
    pub(super) by_hand: BTreeMap<String, usize>,
    /// What pages asked for and nobody here has.
    pub(super) missing: BTreeSet<String>,
}

impl Tally {
    /// Counts a request that `Cors` answers.
    pub(super) fn count(&mut self, asked: &Asked) {
        let counter = if asked.is_preflight() { &mut self.preflights } else { &mut self.actual };
        *counter += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_hand: usize = self.by_hand.values().sum();
        writeln!(f, "answered by `Cors`: {} preflights, {} other requests", self.preflights, self.actual)?;
        writeln!(f, "answered by hand: {by_hand}")?;
        self.by_hand.iter().try_for_each(|(reason, count)| writeln!(f, "{count:6}  {reason}"))
    }
}
