//! Any text as a regex origin: it is decided without a panic, the witness against it is one that it
//! accepts, and what it accepts is what another engine says of the same regex.

use cors_engine::{Block, Config, Entry, Mode, Policy, Proposal, Rule, Violation, Violations};
use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_automata::util::syntax;

use crate::origin;

/// Origins that a careless regex accepts.
const PROBES: &[&str] = &[
    "https://example.com",
    "https://www.example.com",
    "https://www-example.com",
    "https://example.com.evil.net",
    "https://evilexample.com",
    "https://a.b.example.com:8443",
    "http://example.com",
    "http://localhost:3000",
    "tauri://localhost",
];

/// The property. The first line is the regex, the others are origins to try it on.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(regex) = lines.next().and_then(crate::text) else { return };
    let Ok(policy) = judge(regex, Mode::Development) else {
        assert!(judge(regex, Mode::Production).is_err(), "{regex} is a mistake in development alone");
        return;
    };
    match judge(regex, Mode::Production) {
        Ok(policy) => assert!(policy.regex_domains().count() <= 16, "{regex} has {policy:?}"),
        Err(violations) => violations.iter().for_each(|violation| refused(regex, &policy, violation)),
    }
    let Some(second_opinion) = second_opinion(regex) else { return };
    let mut cache = second_opinion.create_cache();
    let probes = PROBES.iter().map(|probe| probe.as_bytes());
    for origin in probes.chain(lines).filter(|origin| origin::is_origin(origin)) {
        let wanted = second_opinion.is_match(&mut cache, origin);
        assert_eq!(policy.allows_origin(origin), wanted, "{} by {regex}", origin.escape_ascii());
    }
}

/// A witness is let in, and the repair keeps the rule.
fn refused(regex: &str, policy: &Policy, violation: &Violation) {
    let rules = [Rule::UnboundedRegex, Rule::LoopbackOrigin];
    assert!(rules.contains(&violation.rule()), "{regex}: {violation}");
    let witness =
        violation.witness().unwrap_or_else(|| panic!("{regex}: nobody who gets in is named: {violation}"));
    assert!(policy.allows_origin(witness.as_bytes()), "{regex} refuses {witness}: {violation}");
    assert_ne!(origin::is_serialized(witness.as_bytes()), Some(false), "{regex}: no browser sends {witness}");
    if let Some(Proposal::Entries(entries)) = violation.proposal() {
        let judged = Config::new(Block::new().origins(entries.clone())).policy(Mode::Production).map(drop);
        assert_eq!(judged, Ok(()), "{violation}");
    }
}

fn judge(regex: &str, mode: Mode) -> Result<Policy, Violations> {
    let entries = vec![Entry::regex(regex)];
    let block = Block::new().origins(entries);
    Config::default().production(block.clone()).development(block).policy(mode)
}

/// The same regex, matched against the whole of an origin by somebody else.
fn second_opinion(regex: &str) -> Option<PikeVM> {
    // A comment of `(?x)` would swallow the end; then there is none.
    PikeVM::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(1 << 20)))
        .build(&format!(r"\A(?:{regex})\z"))
        .ok()
}
