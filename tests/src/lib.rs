//! What the tests share: a naive reference, the engine's answers in its terms, and an app behind a
//! socket with a client that shows every byte.

pub mod client;
pub mod engine;
pub mod reference;
pub mod server;
pub mod spy;
