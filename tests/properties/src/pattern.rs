//! Any text as an entry of `origins`: it is judged without a panic, what is accepted matches what it
//! spells and nothing near it, and what a refusal proposes is no mistake itself.

use cors_engine::{Block, Config, Mode, Policy, Proposal, Rule, Violations};

use crate::reference;

/// The property. The first line is the entry, the others are origins to try it on.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(entry) = lines.next().and_then(crate::text) else { return };
    // In production more rules read it; the grammar is that of both modes.
    let in_production = Config::new(Block::new().origins([entry])).policy(Mode::Production);
    match judge(entry) {
        Ok(policy) => {
            assert!(policy.origins().eq([entry]), "{entry:?} became {policy:?}");
            let sample = entry.replacen("://*.", "://a.", 1).replacen(":*", "", 1);
            assert!(policy.allows_origin(sample.as_bytes()), "{entry:?} does not accept {sample:?}");
            compare(entry, &policy, sample.as_bytes());
            near(sample.as_bytes(), |origin| compare(entry, &policy, origin));
            lines.for_each(|origin| compare(entry, &policy, origin));
        }
        Err(violations) => {
            assert_eq!(violations.len(), 1, "{entry:?}: {violations}");
            for violation in violations.iter() {
                assert_eq!(violation.rule(), Rule::InvalidOrigin, "{entry:?}: {violation}");
                let bytes = violation.locus().bytes.clone().expect("the fault has a place");
                assert!(entry.get(bytes.clone()).is_some(), "{entry:?}: {bytes:?}");
            }
            assert!(in_production.is_err(), "{entry:?} is a mistake in development alone");
        }
    }
    for violation in in_production.err().iter().flatten() {
        let proposed = match violation.proposal() {
            Some(Proposal::Entries(entries) | Proposal::Cover { entries, .. } | Proposal::List(entries)) => {
                entries
            }
            _ => continue,
        };
        assert!(!proposed.is_empty(), "{violation}");
        let judged = Config::new(Block::new().origins(proposed.clone())).policy(Mode::Production).map(drop);
        assert_eq!(judged, Ok(()), "{violation}\n{proposed:?} is proposed");
        assert!(violation.help().is_some(), "{violation}: what is proposed is said");
    }
}

fn judge(entry: &str) -> Result<Policy, Violations> {
    Config::default().development(Block::new().origins([entry])).policy(Mode::Development)
}

fn compare(entry: &str, policy: &Policy, origin: &[u8]) {
    let wanted = reference::accepts(entry, origin);
    assert_eq!(policy.allows_origin(origin), wanted, "{} by {entry:?}", origin.escape_ascii());
}

/// What is one byte away.
fn near(origin: &[u8], mut visit: impl FnMut(&[u8])) {
    for at in 0..=origin.len() {
        let (before, after) = origin.split_at(at);
        for other in [".", "*", ":", "/", "a", "A", "-", "_", "0", "@", "\n", "\0", "\u{e9}"] {
            visit(&[before, other.as_bytes(), after].concat());
            if let Some((_, after)) = after.split_first() {
                visit(&[before, other.as_bytes(), after].concat());
                visit(&[before, after].concat());
            }
        }
    }
}
