//! Proposals are proved: over policies that are made up, and over a list of slips that people made.

use cors_engine::{Block, Config, Entry, Mode, Proposal, Violation};
use cors_properties::advice;

/// How many policies are made up: 10⁵ with `CORS_LONG=1`; few where nothing is optimized.
fn count() -> u64 {
    match std::env::var_os("CORS_LONG") {
        Some(_) => 100_000,
        None if cfg!(debug_assertions) => 150,
        None => 3_000,
    }
}

#[test]
fn every_proposal_of_a_list_can_be_followed_at_once() {
    for seed in 0..count() {
        // SplitMix64: https://prng.di.unimi.it/splitmix64.c
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)) as u8
        };
        let length = 24 + usize::from(next() % 8);
        let data: Vec<u8> = (0..length).map(|_| next()).collect();
        let broken = std::panic::catch_unwind(|| advice::holds(&data));
        if let Err(broken) = broken {
            eprintln!("by seed {seed}");
            std::panic::resume_unwind(broken);
        }
    }
}

struct Slip {
    line: &'static str,
    entry: Entry,
    meant: Vec<&'static str>,
    /// Whether some text keeps the rules and serves what was meant.
    can_be_had: bool,
}

fn slips() -> Vec<Slip> {
    let lines = include_str!("../data/slips.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(slip).collect()
}

fn slip(line: &'static str) -> Slip {
    let (entry, meant) = line.split_once(" =>").unwrap_or_else(|| panic!("{line}: no arrow"));
    let (meant, can_be_had) = match meant.strip_prefix('!') {
        Some(meant) => (meant, false),
        None => (meant, true),
    };
    let entry = match entry.strip_prefix("re:") {
        Some(regex) => Entry::regex(regex),
        None => Entry::from(entry),
    };
    Slip { line, entry, meant: meant.split_whitespace().collect(), can_be_had }
}

#[test]
fn slips_that_people_made_are_mended() {
    let mut broken = Vec::new();
    for Slip { line, entry, meant, can_be_had } in slips() {
        let config = Config::new(Block::new().origins([entry]));
        let violations = match config.policy(Mode::Production) {
            Ok(policy) => {
                if !meant.iter().all(|origin| policy.allows_origin(origin.as_bytes())) {
                    broken.push(format!("{line}: no rule, and it is shut out"));
                }
                continue;
            }
            Err(violations) => violations,
        };
        let entries = |violation: &Violation| matches!(violation.proposal(), Some(Proposal::Entries(_)));
        let is_proposed = violations.iter().any(entries);
        match config.following(&violations).policy(Mode::Production) {
            _ if is_proposed != can_be_had => broken.push(format!("{line}: {violations}")),
            Ok(policy) if is_proposed => {
                let shut_out = meant.iter().filter(|origin| !policy.allows_origin(origin.as_bytes()));
                broken.extend(shut_out.map(|origin| format!("{line}: {origin} is shut out\n{violations}")));
            }
            Err(left) if is_proposed => broken.push(format!("{line}: {violations}\n\nfollowed: {left}")),
            _ => {}
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n\n{}", broken.len(), slips().len(), broken.join("\n\n"));
}
