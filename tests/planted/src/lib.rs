//! The proof bench of `cors probe`: what it finds on servers whose faults are known, and what it says of sound ones.
//!
//! A row is a server, a call, and exactly the errors and warnings that a probe has to report.
//!
//! ```text
//! faults ─┐                     ┌─ probe      the program, as a user runs it
//! sound  ─┼─ row ─ server ──────┤
//! real   ─┘   └─ trust          └─ scanners   what the payload lists of others find on the same server
//! ```

pub mod board;
pub mod faults;
pub mod probe;
pub mod real;
pub mod row;
pub mod scanners;
pub mod server;
pub mod sound;
