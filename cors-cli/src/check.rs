//! `cors check`: every rule that a policy file breaks.

use std::fmt::Write as _;

use cors_engine::{Config, Mode, Rule, Violation};

use crate::args::{CheckArgs, Format, Modes};
use crate::policy_file::PolicyFile;
use crate::report::{GOOD, Problem, Report, Severity, Verdict, message_at, paint};

pub(crate) fn run(args: &CheckArgs) -> Result<Report, Problem> {
    let file = PolicyFile::read(&args.policy)?;
    let modes = match args.mode {
        // Without a block of its own, development is production.
        _ if !file.config.has(Mode::Development) => &[Mode::Production][..],
        Modes::Production => &[Mode::Production],
        Modes::Development => &[Mode::Development],
        Modes::Both => &[Mode::Production, Mode::Development],
    };
    let violations = broken(&file.config, modes);
    let out = match args.format {
        Format::Json => json(&violations)?,
        Format::Text => text(&file, modes, &violations),
    };
    Ok(Report { out, err: String::new(), verdict: Verdict::of(violations.is_empty()) })
}

/// What the modes break, in the order of the file; what holds in both once.
pub(crate) fn broken(config: &Config, modes: &[Mode]) -> Vec<Violation> {
    let mut list: Vec<Violation> = Vec::new();
    for &mode in modes {
        for violation in config.policy(mode).err().into_iter().flatten() {
            let same = |known: &Violation| {
                known.rule() == violation.rule()
                    && known.locus() == violation.locus()
                    && known.message() == violation.message()
            };
            if !list.iter().any(same) {
                list.push(violation);
            }
        }
    }
    list
}

/// As `Violations` serialises.
fn json(violations: &[Violation]) -> Result<String, Problem> {
    let text = serde_json::to_string_pretty(violations);
    text.map(|text| text + "\n")
        .map_err(|error| Problem(format!("the violations cannot be written: {error}")))
}

fn text(file: &PolicyFile, modes: &[Mode], violations: &[Violation]) -> String {
    let mut out = String::new();
    for violation in violations {
        let message = message_at(Severity::Error, &violation.to_string(), file.place(violation));
        let _ = writeln!(out, "{message}\n");
    }
    let names = modes.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(" and ");
    let name = &file.name;
    let _ = match violations.len() {
        0 => writeln!(out, "{} {name} keeps all {} rules in {names}", paint(GOOD, "ok:"), Rule::all().len()),
        1 => writeln!(out, "{name} breaks a rule"),
        count => writeln!(out, "{name} breaks rules in {count} places"),
    };
    out
}
