//! The commands `cors` and `cargo cors`, for their two programs. For a program of your own, use `cors-engine` instead.

mod args;
mod audit;
mod call;
mod check;
mod diff;
mod exchange;
mod explain;
mod export;
mod fix;
mod import;
mod judge;
mod places;
mod policy_file;
mod positions;
mod probe;
mod report;
mod syntax;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use args::{Args, CargoArgs, CargoCommand, Command, CorsCommand};
use report::{Problem, Report};

/// The command `cors`.
pub fn cors() -> ExitCode {
    let args = Args::parse();
    args.color.write_global();
    let done = match args.command {
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Import { from } => {
            let (source, args) = from.source();
            import::run(source, args)
        }
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Help { topic } => help(&topic),
    };
    report::print(done)
}

/// The command `cargo cors`.
pub fn cargo_cors() -> ExitCode {
    let CargoCommand::Cors { color, command: CorsCommand::Audit(args) } = CargoArgs::parse().command;
    color.write_global();
    report::print(audit::run(&args))
}

/// The help of a command by its words, or the format of policy files.
fn help(topic: &[String]) -> Result<Report, Problem> {
    if topic == ["file"] {
        return Ok(Report::good(cors_engine::file_format::TEXT.into()));
    }
    let words = ["cors"].into_iter().chain(topic.iter().map(String::as_str)).chain(["--help"]);
    match Args::command().try_get_matches_from(words) {
        Err(help) if help.kind() == ErrorKind::DisplayHelp => {
            Ok(Report::good(help.render().ansi().to_string()))
        }
        _ => Err(Problem::new(format!(
            "there is no help about `{}`\nhelp: `cors help` lists the commands; `cors help file` is about policy files",
            topic.join(" ")
        ))),
    }
}

fn completions(shell: clap_complete::Shell) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "cors", &mut script);
    Report::good(String::from_utf8_lossy(&script).into_owned())
}
