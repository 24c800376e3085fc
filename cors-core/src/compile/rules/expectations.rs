//! The rules about `expect`, which run last: they see what the others found.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

use super::proposal::Proposal;
use super::report::{Finding, Report};
use super::settings::{Scope, Settings, meant_rule, scope};
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Expectation, Locus, Place};
use crate::compile::language::{Language, Writer};

/// Takes the excused violations out of the report, and reports expectations that excuse nothing.
pub(crate) fn settle(settings: &Settings<'_>, mode: Mode, report: &mut Report<'_>) {
    let mut expected: BTreeMap<(Scope, Rule), bool> = BTreeMap::new();
    for (site, expectation) in &settings.expectations {
        if let Some(rule) = meant_rule(&expectation.rule).filter(|rule| rule.is_excusable()) {
            expected.insert((scope(&site.locus), rule), false);
        }
    }
    expected.extend(settings.meant_excuses.iter().map(|rule| ((None, *rule), false)));
    if !expected.is_empty() {
        report.retain(|violation| {
            let Locus { place, setting, entry, .. } = violation.locus;
            let mut is_excused = false;
            for scope in [None, Some((place, setting, None)), Some((place, setting, entry))] {
                if let Some(fired) = expected.get_mut(&(scope, violation.rule)) {
                    (*fired, is_excused) = (true, true);
                }
            }
            !is_excused
        });
    }
    let writer = report.writer();
    let mut seen: BTreeSet<(Place, Scope, Rule)> = BTreeSet::new();
    for (site, expectation) in &settings.expectations {
        let Some(rule) = Rule::from_name(&expectation.rule) else {
            report.add(site, unknown_rule(&expectation.rule, writer.language));
            continue;
        };
        let scope = scope(&site.locus);
        if !seen.insert((site.locus.place, scope, rule)) {
            report.add(site, duplicate(rule));
            continue;
        }
        let fired = expected.get(&(scope, rule)).copied().unwrap_or(false);
        if let Some(finding) = unfulfilled(rule, expectation, mode, fired, scope.is_some(), writer) {
            report.add(site, finding.value(rule.name()));
        }
    }
}

fn unfulfilled(
    rule: Rule,
    expectation: &Expectation,
    mode: Mode,
    fired: bool,
    is_on_one: bool,
    writer: &Writer,
) -> Option<Finding> {
    let finding =
        |message: String, why: &'static str| Finding::new(Rule::UnfulfilledExpectation, message, why);
    let take_out = "take the `expect` out";
    if !rule.is_excusable() {
        let finding = finding(
            format!("`{rule}` cannot be excused"),
            "A policy that breaks it cannot do what it says, whatever the reason.",
        );
        return Some(finding.propose(format!("{take_out}, and fix what the rule reports"), Proposal::Remove));
    }
    if mode == Mode::Development {
        let finding = finding(
            format!("`{rule}` is expected in `development`, where it never fires"),
            "In development only what can never work is refused.",
        );
        return Some(finding.propose(take_out, Proposal::Remove));
    }
    if !fired {
        let finding = finding(
            format!("`{rule}` is expected, but nothing here breaks it"),
            "An excuse without a cause would hide the next mistake.",
        );
        return Some(finding.propose(take_out, Proposal::Remove));
    }
    if !expectation.reason.as_deref().unwrap_or_default().trim().is_empty() {
        return None;
    }
    let finding = finding(
        format!("`{rule}` is expected without a reason"),
        "Whoever reads the policy next must be able to tell whether the excuse still holds.",
    );
    let written = match is_on_one {
        true => writer.excuse_alone(rule),
        false => writer.excuse(rule),
    };
    Some(finding.help(format!("write `{written}`")))
}

fn duplicate(rule: Rule) -> Finding {
    Finding::new(
        Rule::DuplicateEntry,
        format!("`{rule}` is expected twice"),
        "One `expect` covers every place where its rule fires.",
    )
    .value(rule.name())
    .propose("take this one out", Proposal::Remove)
}

fn unknown_rule(name: &str, language: Language) -> Finding {
    let finding = Finding::new(
        Rule::UnknownRule,
        format!("`{name}` is not a rule"),
        "An `expect` with an unknown name excuses nothing.",
    )
    .value(name);
    match meant_rule(name) {
        Some(rule) => finding.propose(format!("write `{rule}`"), Proposal::Rule(rule)),
        None if language == Language::Env && name.contains(' ') => {
            finding.help("a reason ends at the next comma: write it without commas")
        }
        None => finding.help("the rule's name stands in brackets at the end of its message"),
    }
}
