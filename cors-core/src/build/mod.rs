//! What runs when a policy is built, in the compiler or at start-up: settings, rules, tables.

pub(crate) mod config;
pub(crate) mod rules;
