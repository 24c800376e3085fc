//! Words about a decision, for people. Nothing here runs unless somebody asks.

pub(crate) mod console;
pub(crate) mod denial;
pub(crate) mod diagnostic;
pub(crate) mod explanation;
pub(crate) mod misspelled;
pub(crate) mod nearest;
pub(crate) mod refused;
