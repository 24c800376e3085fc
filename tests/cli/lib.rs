//! The modules of `cors-cli` as a library: its own only exports the commands.

#![allow(dead_code, reason = "the commands that nothing here calls")]

#[path = "../../cors-cli/src/args.rs"]
mod args;
#[path = "../../cors-cli/src/audit/mod.rs"]
mod audit;
#[path = "../../cors-cli/src/call.rs"]
mod call;
#[path = "../../cors-cli/src/check/mod.rs"]
mod check;
#[path = "../../cors-cli/src/diff.rs"]
mod diff;
#[path = "../../cors-cli/src/exchange.rs"]
mod exchange;
#[path = "../../cors-cli/src/explain/mod.rs"]
mod explain;
#[path = "../../cors-cli/src/export/mod.rs"]
mod export;
#[path = "../../cors-cli/src/fix/mod.rs"]
mod fix;
#[path = "../../cors-cli/src/import/mod.rs"]
mod import;
#[path = "../../cors-cli/src/judge.rs"]
mod judge;
#[path = "../../cors-cli/src/places/mod.rs"]
mod places;
#[path = "../../cors-cli/src/policy_file.rs"]
mod policy_file;
#[path = "../../cors-cli/src/positions.rs"]
mod positions;
#[path = "../../cors-cli/src/probe/mod.rs"]
mod probe;
#[path = "../../cors-cli/src/report.rs"]
mod report;
#[path = "../../cors-cli/src/syntax/mod.rs"]
mod syntax;

pub mod imports;
pub mod probes;
