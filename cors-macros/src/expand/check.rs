//! Runs the rules, in each mode that the policy has.

use std::collections::HashSet;

use cors_engine::{Locus, Mode, Policy, Rule, Violations};

use crate::expand::lower::Lowered;
use crate::expand::report::Errors;

/// The policies of one declaration.
pub(crate) struct Policies {
    pub(crate) production: Policy,
    pub(crate) development: Option<Policy>,
}

/// Returns the policies, unless a rule is broken.
pub(crate) fn check(lowered: &Lowered, errors: &mut Errors) -> Option<Policies> {
    let Lowered { config, spans, .. } = lowered;
    let production = config.policy(Mode::Production);
    let development = config.has(Mode::Development).then(|| config.policy(Mode::Development)).transpose();
    let in_production = production.as_ref().err().into_iter().flat_map(Violations::iter);
    let known: HashSet<(Rule, &Locus)> =
        in_production.clone().map(|broken| (broken.rule(), broken.locus())).collect();
    let in_development = development.as_ref().err().into_iter().flat_map(Violations::iter);
    // A violation in both modes is reported once.
    let new = in_development.filter(|broken| !known.contains(&(broken.rule(), broken.locus())));
    errors.violations(in_production.chain(new), spans);
    Some(Policies { production: production.ok()?, development: development.ok()? })
}
