//! The pages of web-platform-tests about CORS, run in a browser against an app whose fields come from `Cors`.
//!
//! Nothing of theirs is here: their pages come from a checkout, which the environment names, and what their server-side
//! scripts answer is written anew in `handlers`. Those say by themselves which `Access-Control-*` fields they want.
//! `policy` looks for a `Config` that gives these; where there is one, `Cors` answers, and where there is none, the
//! fields are sent as they are and the request is counted with the reason.

mod answer;
mod asked;
mod checkout;
mod expected;
mod handlers;
mod pipe;
mod policy;
mod run;
mod server;
mod stash;
mod substitute;
mod tally;

pub use checkout::Checkout;
pub use run::{Outcome, run};
