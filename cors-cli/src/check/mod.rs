//! `cors check`: every rule that policies break, in files of our own and in other tools' configuration.

mod github;
pub(crate) mod sarif;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cors_engine::{Fingerprint, Mode, Rule};
use serde_json::{Value, json};

use crate::args::{CheckArgs, CheckFormat, Modes, Source};
use crate::fix;
use crate::import;
use crate::judge::{FileViolation, judge, modes};
use crate::policy_file::{PolicyFile, Region, read_text};
use crate::report::{At, GOOD, Problem, Report, Severity, Verdict, message, message_at, paint};

/// As many violations of a file as are shown in full.
const SHOWN: usize = 50;

pub(crate) fn run(args: &CheckArgs) -> Result<Report, Problem> {
    let paths = expanded(&args.policies)?;
    let mut judged = Vec::new();
    let mut changes = String::new();
    for path in &paths {
        if let Some(source) = args.from {
            judged.extend(read_from(source, path, args.mode)?);
            continue;
        }
        if args.fix && path == Path::new("-") {
            return Err(Problem::new(
                "standard input cannot be fixed\nhelp: `--diff` shows what would change".into(),
            ));
        }
        let mut file = PolicyFile::read(path)?;
        let mut warnings = Vec::new();
        if args.fix || args.diff {
            let fixed = fix::fixed(&file)?;
            changes += &fix::diff(&file.name, file.text(), fixed.text());
            if args.fix && fixed.text() != file.text() {
                fixed.write(path)?;
                let lines = fix::reasons_to_write(file.text(), &fixed);
                warnings.extend(lines.into_iter().map(|line| {
                    format!("line {line} allows something for a reason that you still have to write")
                }));
                file = fixed;
            }
        }
        let modes = modes(&file.config, args.mode);
        let (violations, fingerprints) = judge(&file.config, modes);
        judged.push(Judged {
            findings: FileViolation::all(&file, violations),
            modes,
            fingerprints,
            name: file.name.clone(),
            file: Some(file),
            warnings,
        });
    }
    let is_good = judged.iter().all(|judged| judged.findings.is_empty());
    let out = match args.format {
        CheckFormat::Text => changes + &judged.iter().map(|judged| judged.text(args.all)).collect::<String>(),
        CheckFormat::Json => format!("{:#}\n", json_of(&judged)?),
        CheckFormat::Sarif => {
            format!("{:#}\n", sarif::log(judged.iter().flat_map(|judged| &judged.findings)))
        }
        CheckFormat::Github => {
            judged.iter().flat_map(|judged| &judged.findings).map(github::annotation).collect()
        }
    };
    Ok(Report { out, err: String::new(), verdict: Verdict::of(is_good) })
}

/// The files that paths and globs name, each once.
fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let text = path.to_string_lossy();
        let is_glob = !path.exists() && text.contains(['*', '?', '[']);
        let found = match is_glob {
            false => vec![path.clone()],
            true => {
                let found = glob::glob(&text)
                    .map_err(|error| Problem::new(format!("{text} is not a glob: {error}")))?;
                let found: Vec<PathBuf> =
                    found.filter_map(Result::ok).filter(|path| path.is_file()).collect();
                if found.is_empty() {
                    return Err(Problem::new(format!("{text} matches no file")));
                }
                found
            }
        };
        files.extend(found.into_iter().filter(|path| seen.insert(path.clone())));
    }
    Ok(files)
}

/// Each policy of another tool's configuration.
fn read_from(source: Source, path: &Path, asked: Modes) -> Result<Vec<Judged>, Problem> {
    let (name, text) = read_text(path)?;
    let mut judged = Vec::new();
    for imported in import::read(source, &name, &text)? {
        let place =
            if imported.place.is_empty() { name.clone() } else { format!("{name}: {}", imported.place) };
        let file = PolicyFile::from_toml(place.clone(), imported.toml())?;
        let modes = modes(&file.config, asked);
        let (violations, fingerprints) = judge(&file.config, modes);
        let line = imported.line.map(|line| Region { start: (line, 1), end: (line, 1) });
        let finding =
            |violation| FileViolation { file: name.clone(), place: place.clone(), region: line, violation };
        judged.push(Judged {
            name: place.clone(),
            modes,
            fingerprints,
            warnings: imported.warnings().collect(),
            findings: violations.into_iter().map(finding).collect(),
            file: None,
        });
    }
    Ok(judged)
}

/// A policy, and what is wrong with it.
struct Judged {
    name: String,
    modes: &'static [Mode],
    /// The policy's fingerprint in each of the modes in which it keeps the rules.
    fingerprints: Vec<Fingerprint>,
    /// Where it is a file of ours, so that messages can show its lines.
    file: Option<PolicyFile>,
    warnings: Vec<String>,
    findings: Vec<FileViolation>,
}

impl Judged {
    fn text(&self, all: bool) -> String {
        let mut out = String::new();
        for warning in &self.warnings {
            let _ = writeln!(out, "{}\n --> {}\n", message(Severity::Warning, warning), self.name);
        }
        let shown = if all { self.findings.len() } else { SHOWN };
        for finding in self.findings.iter().take(shown) {
            let at = match &self.file {
                Some(file) => file.place(&finding.violation),
                None => At::Path(finding.place.clone()),
            };
            let message = message_at(Severity::Error, &finding.violation.to_string(), at);
            let _ = writeln!(out, "{message}\n");
        }
        if self.findings.len() > shown {
            let _ = writeln!(out, "and {} more: `--all` shows them\n", self.findings.len() - shown);
        }
        let modes = self.modes.iter().zip(&self.fingerprints);
        let names = modes.map(|(mode, fingerprint)| format!("{} ({fingerprint})", mode.name()));
        let names = names.collect::<Vec<_>>().join(" and ");
        let name = &self.name;
        let _ = match self.findings.len() {
            0 => writeln!(
                out,
                "{} {name} keeps all {} rules in {names}",
                paint(GOOD, "ok:"),
                Rule::all().len()
            ),
            1 => writeln!(out, "{name} breaks a rule"),
            count => writeln!(out, "{name} breaks rules in {count} places"),
        };
        out
    }
}

/// As `Violations` serializes, with the file and, where it is known, the place in it.
fn json_of(judged: &[Judged]) -> Result<Value, Problem> {
    let mut list = Vec::new();
    for finding in judged.iter().flat_map(|judged| &judged.findings) {
        let value = serde_json::to_value(&finding.violation);
        let mut value =
            value.map_err(|error| Problem::new(format!("the violations cannot be written: {error}")))?;
        value["file"] = json!(finding.file);
        if let Some(Region { start, end }) = finding.region {
            value["line"] = json!(start.0);
            value["column"] = json!(start.1);
            value["end_line"] = json!(end.0);
            value["end_column"] = json!(end.1);
        }
        list.push(value);
    }
    Ok(Value::Array(list))
}
