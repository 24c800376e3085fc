//! Reports about decisions: the log, the line at start-up, counters.

pub(crate) mod foretell;
pub(crate) mod log;
pub(crate) mod metrics;
pub(crate) mod nesting;
pub(crate) mod startup;
