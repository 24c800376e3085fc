//! What a policy file breaks, in which of its modes and where.

use std::collections::BTreeSet;

use cors_engine::{Config, Fingerprint, Mode, Violation};

use crate::args::Modes;
use crate::policy_file::{PolicyFile, Region, keys};

/// A violation with its place in a file.
pub(crate) struct FileViolation {
    pub(crate) file: String,
    /// The file, and the keys that lead there.
    pub(crate) place: String,
    pub(crate) region: Option<Region>,
    pub(crate) violation: Violation,
}

impl FileViolation {
    /// All violations of a file, in the order of its lines.
    pub(crate) fn all(file: &PolicyFile, violations: Vec<Violation>) -> Vec<Self> {
        let finding = |violation: Violation| Self {
            file: file.name.clone(),
            place: format!("{}{}", file.name, keys(&violation)),
            region: file.region(&violation),
            violation,
        };
        let mut findings: Vec<Self> = violations.into_iter().map(finding).collect();
        findings.sort_by_key(|finding| finding.region.map(|region| region.start));
        findings
    }
}

/// The modes whose rules apply: without a block of its own, development is production.
pub(crate) fn modes(config: &Config, asked: Modes) -> &'static [Mode] {
    match asked {
        _ if !config.has(Mode::Development) => &[Mode::Production],
        Modes::Production => &[Mode::Production],
        Modes::Development => &[Mode::Development],
        Modes::Both => &[Mode::Production, Mode::Development],
    }
}

/// What the modes break, in the order of the file; what holds in both once.
pub(crate) fn broken(config: &Config, modes: &[Mode]) -> Vec<Violation> {
    judge(config, modes).0
}

/// What the modes break, and the fingerprint of the policy in each that breaks nothing.
pub(crate) fn judge(config: &Config, modes: &[Mode]) -> (Vec<Violation>, Vec<Fingerprint>) {
    let mut list: Vec<Violation> = Vec::new();
    let mut known = BTreeSet::new();
    let mut fingerprints = Vec::new();
    for &mode in modes {
        let violations = match config.policy(mode) {
            Ok(policy) => {
                fingerprints.push(policy.fingerprint());
                continue;
            }
            Err(violations) => violations,
        };
        for violation in violations {
            // A set, since there may be a hundred thousand.
            let place = format!("{:?}", violation.locus());
            if known.insert((place, violation.rule(), violation.message().to_owned())) {
                list.push(violation);
            }
        }
    }
    (list, fingerprints)
}
