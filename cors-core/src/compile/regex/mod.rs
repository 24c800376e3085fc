//! What a regex accepts, and who could get in through it.

pub(crate) mod advice;
pub(crate) mod automaton;
pub(crate) mod origin_language;
pub(crate) mod reach;
mod samples;
