//! `cors import`: the CORS settings of another framework, server or gateway, as a policy.

mod django;
pub(crate) mod draft;
mod nginx;
pub(crate) mod rust;
mod write;
mod yaml;

use cors_engine::{Mode, Violation};

use crate::args::{Emit, ImportArgs, Source};
use crate::fix;
use crate::judge::broken;
use crate::policy_file::{PolicyFile, read_text};
use crate::report::{Problem, Report, Severity, Verdict, message, message_at};

use draft::Draft;

/// What messages call the file that is written.
const WRITTEN: &str = "<stdout>";

/// A policy that was found in somebody's configuration.
pub(crate) struct Imported {
    /// Where it stands, in the words of the configuration.
    pub(crate) place: String,
    pub(crate) line: Option<usize>,
    pub(crate) draft: Draft,
}

impl Imported {
    /// The policy as a file.
    pub(crate) fn toml(&self) -> String {
        write::toml(&self.draft)
    }

    /// The policy as Rust source.
    pub(crate) fn rust(&self) -> String {
        write::rust(&self.draft)
    }

    /// What is said about it beside the rules: what it let in and no policy does, and what could not be read.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        let unread = self.draft.unread.iter().map(|text| {
            format!("not read: {text}\nIt may allow more, or less, than the policy says.\nhelp: write by hand what it does")
        });
        self.draft.holes.iter().cloned().chain(unread)
    }
}

/// Every policy in a configuration.
pub(crate) fn read(source: Source, name: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    let mut imported = match source {
        Source::Django => {
            vec![Imported { place: String::new(), line: None, draft: django::read(name, text)? }]
        }
        Source::Nginx => nginx::read(name, text)?,
        Source::GatewayApi => yaml::gateway_api(name, text)?,
        Source::IngressNginx => yaml::ingress_nginx(name, text)?,
        Source::Istio => yaml::istio(name, text)?,
        Source::Envoy => yaml::envoy(name, text)?,
        Source::S3 => yaml::s3(name, text)?,
        Source::Gcs => yaml::gcs(name, text)?,
        Source::ActixCors => rust::read(name, text, rust::Library::ActixCors)?,
        Source::TowerHttp => rust::read(name, text, rust::Library::TowerHttp)?,
    };
    if imported.is_empty() {
        return Err(Problem::new(format!("{name} has no CORS settings of {}", source.title())));
    }
    imported.iter_mut().for_each(|found| found.draft.say_what_stars_meant());
    for Imported { place, draft, .. } in imported.iter_mut().filter(|_| source != Source::Django) {
        let place = if place.is_empty() { String::new() } else { format!(", {place}") };
        draft.remarks.insert(0, format!("From {name}{place} ({}).", source.title()));
        let unread: Vec<String> = draft.unread.iter().map(|text| format!("Not read: {text}")).collect();
        draft.remarks.extend(unread);
    }
    Ok(imported)
}

pub(crate) fn run(source: Source, args: &ImportArgs) -> Result<Report, Problem> {
    let (name, text) = read_text(&args.settings)?;
    let imported = read(source, &name, &text)?;
    let chosen = match (args.nth, imported.as_slice()) {
        (None, [only]) => only,
        (None, several) => {
            let lines: Vec<String> = several
                .iter()
                .enumerate()
                .map(|(index, found)| format!("  {}: {}", index + 1, found.place))
                .collect();
            return Err(Problem::new(format!(
                "{name} has {} policies\n{}\nhelp: choose one, `--nth 1`; `cors check --from {}` judges all",
                several.len(),
                lines.join("\n"),
                source.name()
            )));
        }
        (Some(nth), several) => several
            .get(nth.saturating_sub(1))
            .ok_or_else(|| Problem::new(format!("{name} has {} policies, and no {nth}", several.len())))?,
    };
    let toml = chosen.toml();
    let file = PolicyFile::from_toml(WRITTEN.into(), toml.clone())?;
    let violations = broken(&file.config, &[Mode::Production]);
    let mut err = String::new();
    for warning in chosen.warnings() {
        err += &format!("{}\n\n", message(Severity::Warning, &warning));
    }
    err += &told(&file, &violations, args.emit);
    if !violations.is_empty() {
        let broken = match violations.len() {
            1 => "a rule".to_owned(),
            count => format!("rules in {count} places"),
        };
        err += &format!("{name} breaks {broken}; the policy is written as it is\n");
        if args.emit == Emit::Toml {
            err += &offer(&file)?;
        }
    }
    let out = match args.emit {
        Emit::Toml => toml,
        Emit::Rust => chosen.rust(),
    };
    Ok(Report { out, err, verdict: Verdict::of(violations.is_empty()) })
}

/// What `cors check --fix` would make of the policy.
fn offer(file: &PolicyFile) -> Result<String, Problem> {
    let fixed = fix::fixed(file)?;
    let diff = fix::diff("policy.toml", file.text(), fixed.text());
    Ok(match diff.is_empty() {
        true => {
            "help: none of it can be fixed without you: each message says what you have to decide\n".into()
        }
        false => format!(
            "help: save the policy as policy.toml and run `cors check policy.toml --fix`, which changes this:\n\n{diff}"
        ),
    })
}

fn told(file: &PolicyFile, violations: &[Violation], emit: Emit) -> String {
    let mut told = String::new();
    for violation in violations {
        let text = violation.to_string();
        told += &match emit {
            Emit::Toml => message_at(Severity::Error, &text, file.place(violation)),
            Emit::Rust => message(Severity::Error, &text),
        };
        told += "\n\n";
    }
    told
}
