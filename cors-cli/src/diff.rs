//! `cors diff`: what a new policy lets in that the old one does not, and the other way round.

use std::fmt::Write as _;

use cors_engine::compare::{Change, Comparison, compare};
use cors_engine::{Key, Mode, Policy};
use serde_json::{Value, json};

use crate::args::{DiffArgs, DiffFormat};
use crate::explain::no_policy;
use crate::policy_file::PolicyFile;
use crate::report::{BAD, BOLD, GOOD, Problem, Report, Verdict, paint};

pub(crate) fn run(args: &DiffArgs) -> Result<Report, Problem> {
    let (old, new) = (PolicyFile::read(&args.old)?, PolicyFile::read(&args.new)?);
    let mode = args.mode.mode();
    let policies = (policy(&old, mode), policy(&new, mode));
    let (before, after) = match policies {
        (Ok(before), Ok(after)) => (before, after),
        (Err(report), _) | (_, Err(report)) => return Ok(report),
    };
    let comparison = compare(&before, &after).map_err(|error| Problem::new(error.to_string()))?;
    let names = (old.name.as_str(), new.name.as_str());
    let out = match args.format {
        DiffFormat::Text => text(names, &comparison),
        DiffFormat::Markdown => markdown(names, &comparison),
        DiffFormat::Json => format!("{:#}\n", json(&comparison)),
    };
    Ok(Report { out, err: String::new(), verdict: Verdict::of(!comparison.lets_in_more()) })
}

fn policy(file: &PolicyFile, mode: Mode) -> Result<Policy, Report> {
    file.config.policy(mode).map_err(|violations| no_policy(file, &violations))
}

/// What a change does, in a word.
fn effect(change: &Change) -> &'static str {
    match change {
        Change::LetIn { .. } => "newly allowed",
        Change::ShutOut { .. } => "no longer allowed",
        _ => "changed",
    }
}

/// What the witness shows, as a sentence without its end.
fn example(key: Key, entry: &str, witness: Option<&str>) -> Option<String> {
    let witness = witness.filter(|witness| *witness != entry)?;
    Some(match key {
        Key::Origins => format!("for example a page at {witness}"),
        _ => format!("for example {witness}"),
    })
}

fn text((old, new): (&str, &str), comparison: &Comparison) -> String {
    let mut out = String::new();
    for change in comparison.changes() {
        let key = paint(BOLD, change.key().name());
        let _ = match change {
            Change::LetIn { entry, witness, .. } => {
                let example = example(change.key(), entry, witness.as_deref());
                let example = example.map(|example| format!(", {example}")).unwrap_or_default();
                writeln!(out, "{} {key}: {entry} is newly allowed{example}", paint(BAD, "+"))
            }
            Change::ShutOut { entry, witness, .. } => {
                let example = example(change.key(), entry, witness.as_deref());
                let example = example.map(|example| format!(", {example}")).unwrap_or_default();
                writeln!(out, "{} {key}: {entry} is no longer allowed{example}", paint(GOOD, "-"))
            }
            Change::Altered { before, after, .. } => {
                writeln!(out, "  {key}: {} becomes {}", value(before), value(after))
            }
            _ => Ok(()),
        };
    }
    let _ = match comparison.lets_in_more() {
        true => writeln!(out, "{new} allows more than {old}"),
        false => writeln!(out, "{} {new} allows nothing that {old} does not", paint(GOOD, "ok:")),
    };
    out
}

fn value(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("absent")
}

/// For a comment on a pull request.
fn markdown((old, new): (&str, &str), comparison: &Comparison) -> String {
    let mut out = match comparison.lets_in_more() {
        true => format!("**CORS: {} allows more than {}.**\n", code(new), code(old)),
        false => format!("CORS: {} allows nothing that {} does not.\n", code(new), code(old)),
    };
    if !comparison.changes().is_empty() {
        out += "\n| | key | entry | for example |\n|---|---|---|---|\n";
    }
    for change in comparison.changes() {
        let (entry, witness) = match change {
            Change::LetIn { entry, witness, .. } | Change::ShutOut { entry, witness, .. } => {
                (code(entry), witness.as_deref().map(code).unwrap_or_default())
            }
            Change::Altered { before, after, .. } => {
                (format!("{} → {}", code(value(before)), code(value(after))), String::new())
            }
            _ => continue,
        };
        let _ = writeln!(out, "| {} | {} | {entry} | {witness} |", effect(change), code(change.key().name()));
    }
    out
}

/// A code span for a cell of a table: a bar would end the cell, and a backquote the span.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn json(comparison: &Comparison) -> Value {
    let change = |change: &Change| {
        let key = change.key().name();
        let effect = match change {
            Change::LetIn { .. } => "let_in",
            Change::ShutOut { .. } => "shut_out",
            _ => "altered",
        };
        match change {
            Change::LetIn { entry, witness, .. } | Change::ShutOut { entry, witness, .. } => {
                json!({ "key": key, "effect": effect, "entry": entry, "witness": witness })
            }
            Change::Altered { before, after, .. } => {
                json!({ "key": key, "effect": effect, "before": before, "after": after })
            }
            _ => json!({ "key": key, "effect": effect }),
        }
    };
    json!({
        "lets_in_more": comparison.lets_in_more(),
        "changes": comparison.changes().iter().map(change).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn no_entry_leaves_its_cell() {
        assert_eq!(code(r"^https://(a|b)\.example$"), r"`^https://(a\|b)\.example$`");
        assert_eq!(code("https://a`b.example"), "`` https://a`b.example ``");
    }
}
