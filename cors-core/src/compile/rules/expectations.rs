//! The rules about `expect`, which run last: they see what the others found.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::report::{Finding, Report};
use super::settings::Settings;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Expectation, Place};
use crate::compile::suggest;

/// Takes the excused violations out of the report, and reports expectations that excuse nothing.
pub(crate) fn settle(settings: &Settings<'_>, mode: Mode, report: &mut Report) {
    let mut fired: Vec<Rule> = Vec::new();
    let mut seen: Vec<(Place, Rule)> = Vec::new();
    for (site, expectation) in &settings.expectations {
        let Some(rule) = Rule::from_name(&expectation.rule) else {
            report.add(site, unknown_rule(&expectation.rule));
            continue;
        };
        let place = site.locus.place;
        if seen.contains(&(place, rule)) {
            report.add(site, duplicate(rule));
            continue;
        }
        seen.push((place, rule));
        if rule.is_excusable() && report.excuse(rule) {
            fired.push(rule);
        }
        if let Some(finding) = unfulfilled(rule, expectation, mode, fired.contains(&rule)) {
            report.add(site, finding.value(rule.name()));
        }
    }
}

fn unfulfilled(rule: Rule, expectation: &Expectation, mode: Mode, fired: bool) -> Option<Finding> {
    let finding = |message: String, why, help: String| {
        Some(Finding::new(Rule::UnfulfilledExpectation, message, why).help(help))
    };
    let reason = expectation.reason.as_deref().unwrap_or_default().trim();
    let take_out = "take the `expect` out";
    if !rule.is_excusable() {
        return finding(
            format!("`{rule}` cannot be excused"),
            "A policy that breaks it cannot do what it says, whatever the reason.",
            format!("{take_out}, and mend what the rule complains of"),
        );
    }
    if mode == Mode::Development {
        return finding(
            format!("`{rule}` is expected in `development`, where it never fires"),
            "In development only what can never work is refused.",
            take_out.into(),
        );
    }
    if !fired {
        return finding(
            format!("`{rule}` is expected, but nothing here breaks it"),
            "An excuse that has outlived its cause would cover the next mistake.",
            take_out.into(),
        );
    }
    reason.is_empty().then_some(())?;
    finding(
        format!("`{rule}` is expected without a reason"),
        "Whoever reads the policy next must be able to tell whether the excuse still holds.",
        format!("write `expect({rule}, reason = \"why it is right here\")`"),
    )
}

fn duplicate(rule: Rule) -> Finding {
    Finding::new(
        Rule::DuplicateEntry,
        format!("`{rule}` is expected twice"),
        "One `expect` covers every place where its rule fires.",
    )
    .value(rule.name())
    .help("take this one out")
}

fn unknown_rule(name: &str) -> Finding {
    let finding = Finding::new(
        Rule::UnknownRule,
        format!("`{name}` is no rule"),
        "An `expect` that names none excuses nothing.",
    )
    .value(name);
    match suggest::nearest(name, Rule::all().filter(|rule| rule.is_excusable()).map(Rule::name)) {
        Some(rule) => finding.help(format!("write `{rule}`")),
        None => finding.help("the rule's name stands in brackets at the end of its message"),
    }
}
