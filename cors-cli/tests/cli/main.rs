//! The program as a user runs it: what it prints, and its exit code.

mod audit;
mod check;
mod command_line;
mod diff;
mod django;
mod explain;
mod export;
mod export_schema;
mod fix;
mod import;
mod positions;
mod probe;
mod program;
mod server;
mod written;
