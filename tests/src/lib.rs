//! What the tests share: a naive reference, and the engine's answers in its terms.

pub mod engine;
pub mod reference;
