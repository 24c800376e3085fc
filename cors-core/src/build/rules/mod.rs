//! The rules: what each is called, what it says, and the one road by which macro and files run them.

pub(crate) mod rule;
pub(crate) mod violation;
