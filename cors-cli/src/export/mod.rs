//! `cors export`: a checked policy as the configuration of a gateway.
//!
//! `plan` says what every target has to do, a file for each target says how. What a target cannot express is an error.

mod apache;
mod caddy;
mod envoy;
mod gateway_api;
mod haproxy;
mod nginx;
mod plan;
mod regex;
mod s3;

// What the importers read again.
pub(crate) use plan::{headers_of, is_forbidden_methods, methods_of};

use std::fs;

use crate::args::{ExportArgs, Target};
use crate::explain::no_policy;
use crate::policy_file::PolicyFile;
use crate::report::{Problem, Report, Severity, Verdict, message};

use plan::Plan;

/// What a target cannot express, as a sentence.
struct Unsayable(String);

pub(crate) fn run(args: &ExportArgs) -> Result<Report, Problem> {
    let file = PolicyFile::read(&args.policy)?;
    let policy = match file.config.policy(args.mode.mode()) {
        Ok(policy) => policy,
        Err(violations) => return Ok(no_policy(&file, &violations)),
    };
    let title = Title::new(args, &policy)?;
    let exported = Plan::new(&policy).and_then(|plan| match args.target {
        Target::Nginx => nginx::write(&plan, &title),
        Target::Haproxy => haproxy::write(&plan, &title),
        Target::Caddy => caddy::write(&plan, &title),
        Target::Apache => apache::write(&plan, &title),
        Target::Envoy => envoy::write(&plan, &title, &args.cluster),
        Target::GatewayApi => gateway_api::write(&plan, &title),
        Target::S3 => s3::write(&plan, &title),
    });
    let out = exported.map_err(|Unsayable(why)| {
        Problem::new(format!("{} cannot express this policy: {why}", args.target.title()))
    })?;
    let mut err = String::new();
    if policy.checks_host() {
        let note = "`hosts` is not exported: it is not part of CORS\nThe gateway's own host names, or the app's `AllowedHosts`, check it.";
        err = format!("{}\n", message(Severity::Note, note));
    }
    match &args.check {
        None => Ok(Report { out, err, verdict: Verdict::Good }),
        Some(path) => {
            let held = fs::read_to_string(path)
                .map_err(|error| Problem::new(format!("{} cannot be read: {error}", path.display())))?;
            let is_same = held == out;
            if !is_same {
                let stale = format!(
                    "{} is not what this policy exports\nIt was edited, or the policy was changed since.\nhelp: write it again: {} > {}",
                    path.display(),
                    title.command,
                    path.display()
                );
                err += &format!("{}\n", message(Severity::Error, &stale));
            }
            Ok(Report { out: String::new(), err, verdict: Verdict::of(is_same) })
        }
    }
}

/// The head of an exported file: from which policy and by which command it was written.
struct Title {
    command: String,
    fingerprint: Option<String>,
}

impl Title {
    fn new(args: &ExportArgs, policy: &cors_engine::Policy) -> Result<Self, Problem> {
        let path = args.policy.to_string_lossy();
        for (what, word) in [("the policy's path", &*path), ("the cluster's name", args.cluster.as_str())] {
            // A line break would end the comment, and what follows would be the gateway's to obey. Caddy reads `{$…}` in comments.
            if word.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
                || word.contains("{$")
            {
                return Err(Problem::new(format!(
                    "{what} cannot be written in the comment on top of the file: {word:?}\n\
                     help: take one without line breaks, control characters and `{{$`"
                )));
            }
        }
        let mut command = format!("cors export {} {}", args.target.name(), shell_word(&path));
        if let Some(option) = args.mode.option() {
            command += option;
        }
        if args.target == Target::Envoy && args.cluster != crate::args::DEFAULT_CLUSTER {
            command += &format!(" --cluster {}", shell_word(&args.cluster));
        }
        Ok(Self { command, fingerprint: fingerprint(policy) })
    }

    /// Comment lines, each behind `#`; `place` says where the text belongs.
    fn comment(&self, place: &[&str]) -> String {
        let mut lines = vec![format!("# Written by `{}`: change the policy, not this file.", self.command)];
        lines.extend(self.fingerprint.iter().map(|fingerprint| format!("# Policy: {fingerprint}")));
        lines.extend(place.iter().map(|line| format!("# {line}")));
        lines.join("\n") + "\n"
    }
}

/// A word of a command line, so that the command can be pasted.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./@%+=:,~".contains(c);
    if word.chars().all(is_plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The same for the same policy, whatever the file looks like.
fn fingerprint(policy: &cors_engine::Policy) -> Option<String> {
    Some(policy.fingerprint().to_string())
}
