//! `cors import`: the CORS settings of another framework, as a policy.

mod django;
mod draft;
mod write;

use cors_engine::Mode;

use crate::args::{DjangoArgs, Emit};
use crate::check;
use crate::policy_file::{PolicyFile, read_text};
use crate::report::{Problem, Report, Severity, Verdict, message, message_at};

/// What messages call the file that is written.
const WRITTEN: &str = "<stdout>";

pub(crate) fn run(args: &DjangoArgs) -> Result<Report, Problem> {
    let (name, text) = read_text(&args.settings)?;
    let draft = django::read(&name, &text)?;
    let toml = write::toml(&draft);
    let file = PolicyFile::from_toml(WRITTEN.into(), toml.clone())?;
    let violations = check::broken(&file.config, &[Mode::Production]);
    let mut err = String::new();
    for hole in &draft.holes {
        err += &format!("{}\n\n", message(Severity::Warning, hole));
    }
    for violation in &violations {
        let text = violation.to_string();
        err += &match args.emit {
            Emit::Toml => message_at(Severity::Error, &text, file.place(violation)),
            Emit::Rust => message(Severity::Error, &text),
        };
        err += "\n\n";
    }
    if !violations.is_empty() {
        err += &format!(
            "{name} breaks rules in {} places; the policy is written as it stands\n",
            violations.len()
        );
    }
    let out = match args.emit {
        Emit::Toml => toml,
        Emit::Rust => write::rust(&draft),
    };
    Ok(Report { out, err, verdict: Verdict::of(violations.is_empty()) })
}
