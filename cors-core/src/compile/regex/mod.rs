//! The origins that a regex accepts, and who can have them.

pub(crate) mod advice;
pub(crate) mod alternatives;
pub(crate) mod automaton;
pub(crate) mod origin_language;
pub(crate) mod reach;
mod samples;
