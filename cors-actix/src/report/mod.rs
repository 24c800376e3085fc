//! Reports about decisions: the log and counters.

pub(crate) mod foretell;
pub(crate) mod log;
pub(crate) mod metrics;
