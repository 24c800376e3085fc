//! The rules about `expect`, which run last: they see what the others found.

use alloc::format;
use alloc::vec::Vec;

use super::report::{Finding, Report};
use super::settings::Settings;
use crate::build::config::{Expectation, Place};
use crate::build::suggest;
use crate::{Mode, Rule};

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
        if let Some((message, help)) = unfulfilled(rule, expectation, mode, fired.contains(&rule)) {
            let why = "An excuse without a cause would cover the next mistake; one without a reason teaches nobody.";
            let finding = Finding::new(Rule::UnfulfilledExpectation, message, why);
            report.add(site, finding.value(rule.name()).help(help));
        }
    }
}

fn unfulfilled(
    rule: Rule,
    expectation: &Expectation,
    mode: Mode,
    fired: bool,
) -> Option<(alloc::string::String, alloc::string::String)> {
    let reason = expectation.reason.as_deref().unwrap_or_default().trim();
    if !rule.is_excusable() {
        let message = format!("`{rule}` cannot be excused: a policy that breaks it cannot do what it says");
        return Some((message, "take the `expect` out, and mend what the rule complains of".into()));
    }
    if mode == Mode::Development {
        let message = format!("`{rule}` is expected in `development`, where it never fires");
        return Some((message, "take the `expect` out".into()));
    }
    if !fired {
        let message = format!("`{rule}` is expected, but nothing here breaks it");
        return Some((message, "take the `expect` out".into()));
    }
    reason.is_empty().then(|| {
        let message = format!("`{rule}` is expected without a reason");
        (message, format!("write `expect({rule}, reason = \"why it is right here\")`"))
    })
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
