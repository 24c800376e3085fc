//! From tokens to tokens: parse, then rules, then emit.

mod ast;
mod check;
mod conditional;
mod docs;
mod emit;
mod excuse;
mod foreign_regex;
mod head;
mod ide;
mod krate;
mod lower;
mod origin_file;
mod parse;
pub(crate) mod policy;
mod report;
pub(crate) mod route;
mod slip;
mod spans;
mod stub;
#[cfg(test)]
mod tests;
mod tokens;
