//! `cors check --fix`: every proposal that is proved, written into the file; comments and form stay.
//!
//! The engine says what proposals lead to (`Config::following`), and an edited text is only used if it reads as
//! exactly that. So an edit that goes wrong is not made.

mod edit;

use std::collections::BTreeSet;

use cors_engine::{Key, Language, Mode, Place, Proposal, Rule, Violation};
use similar::TextDiff;

use crate::args::Modes;
use crate::judge::modes;
use crate::policy_file::PolicyFile;
use crate::report::Problem;

/// How often a file is fixed and checked again: a fix may uncover more.
const MAX_ROUNDS: usize = 64;

/// The file with every proposal applied that can be. The rest is for a person to decide.
pub(crate) fn fixed(file: &PolicyFile) -> Result<PolicyFile, Problem> {
    if file.positions().is_none() {
        return Err(Problem::new(format!(
            "{} cannot be fixed in place: it merges tables by `<<`\nhelp: without `--fix` each message says what to write",
            file.name
        )));
    }
    let mut file = file.with_text(file.text().to_owned())?;
    let mut seen = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        seen.insert(file.text().to_owned());
        match mended(&file).filter(|next| !seen.contains(next.text())) {
            Some(next) => file = next,
            None => break,
        }
    }
    Ok(file)
}

/// The lines where the reason of an expectation is only a placeholder.
pub(crate) fn reasons_to_write(before: &str, after: &PolicyFile) -> Vec<usize> {
    let lines = after.text().lines().enumerate();
    let new =
        lines.filter(|(_, line)| line.contains(Language::REASON) && !before.lines().any(|old| old == *line));
    new.map(|(index, _)| index + 1).collect()
}

/// What differs, as `diff -u` shows it.
pub(crate) fn diff(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(before, after);
    format!("{}\n", diff.unified_diff().context_radius(2).header(name, name))
}

/// The file after one round.
fn mended(file: &PolicyFile) -> Option<PolicyFile> {
    let modes = modes(&file.config, Modes::Both).iter();
    let violations: Vec<Violation> =
        modes.flat_map(|&mode| file.config.policy(mode).err()).flatten().collect();
    let proposed: Vec<&Violation> =
        violations.iter().filter(|violation| is_for_all(file, violation, &violations)).collect();
    let (expectations, others): (Vec<&Violation>, Vec<&Violation>) =
        proposed.into_iter().partition(|violation| is_unfulfilled(violation));
    // An expectation that nothing fulfills may be about something that has to be fixed first.
    let is_last = violations.iter().all(is_unfulfilled);
    let expectations = if is_last { expectations } else { Vec::new() };
    follow(file, &once(others)).or_else(|| follow(file, &once(expectations)))
}

fn is_unfulfilled(violation: &Violation) -> bool {
    violation.rule() == Rule::UnfulfilledExpectation
}

/// Follows proposals, or as many of them as go together.
fn follow(file: &PolicyFile, violations: &[&Violation]) -> Option<PolicyFile> {
    if violations.is_empty() {
        return None;
    }
    let text = edit::followed(file, violations);
    let next = text.and_then(|text| file.with_text(text).ok());
    let meant = || file.config.following(violations.iter().copied());
    next.filter(|next| next.config == meant()).or_else(|| {
        let (first, second) = violations.split_at(violations.len() / 2);
        let is_split = !first.is_empty();
        is_split.then(|| follow(file, first).or_else(|| follow(file, second))).flatten()
    })
}

/// Each place once.
fn once(violations: Vec<&Violation>) -> Vec<&Violation> {
    let mut seen = BTreeSet::new();
    let at = |violation: &Violation| {
        let locus = violation.locus();
        (locus.place, locus.setting, locus.entry, locus.expectation)
    };
    violations.into_iter().filter(|violation| seen.insert(at(violation))).collect()
}

/// Returns whether a proposal can be followed without asking anybody.
fn is_for_all(file: &PolicyFile, violation: &Violation, all: &[Violation]) -> bool {
    let (locus, Some(proposal)) = (violation.locus(), violation.proposal()) else { return false };
    let setting = file.positions().and_then(|positions| positions.setting(locus));
    let Some(setting) = setting else { return false };
    // Whoever gave a reason for an entry knows what it is for.
    let entry = locus.entry.and_then(|index| setting.list()?.elements().get(index));
    let is_expected = entry.is_some_and(|entry| entry.field(Key::Expect.name()).is_some());
    if is_expected && locus.expectation.is_none() {
        return false;
    }
    // Allowing every origin needs a reason.
    if matches!(proposal, Proposal::Any { expect: Some(_) }) {
        return false;
    }
    locus.place != Place::Outer || is_for_both(file, violation, all)
}

/// Returns whether what is written for both modes may be changed for one of them.
fn is_for_both(file: &PolicyFile, violation: &Violation, all: &[Violation]) -> bool {
    let has_own = |place| {
        let settings = file.positions().map(|positions| positions.settings(place)).unwrap_or_default();
        settings.iter().any(|setting| Some(setting.field.name.as_str()) == violation.key())
    };
    let (other, place) = match violation.mode() {
        Mode::Production => (Mode::Development, Place::Development),
        Mode::Development => (Mode::Production, Place::Production),
    };
    if !file.config.has(Mode::Development) || has_own(place) {
        return true;
    }
    let same = |known: &&Violation| known.mode() == other && known.locus() == violation.locus();
    match all.iter().find(same) {
        Some(known) => match (known.proposal(), violation.proposal()) {
            (Some(Proposal::Entries(theirs)), Some(Proposal::Entries(ours))) => {
                theirs.iter().map(|entry| entry.text()).eq(ours.iter().map(|entry| entry.text()))
            }
            (theirs, ours) => theirs == ours,
        },
        // The other mode does not object to it: over `http:`, it allows origins that the proposal would exclude.
        None => violation.rule() != Rule::InsecureOrigin,
    }
}
