//! Proposals are proved: over policies that are made up, and over a list of slips that people made.

use cors_engine::{Block, Config, Draft, Entry, Language, Mode, Policy, Proposal, Violation};
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

/// A value of a key other than `origins`, in a policy of its own.
struct OtherSlip {
    line: &'static str,
    key: &'static str,
    policy: serde_json::Value,
    /// What the list then holds; `None` if nothing is proposed.
    wanted: Option<Vec<&'static str>>,
}

fn other_slip(line: &'static str) -> OtherSlip {
    let (written, wanted) = line.split_once(" =>").unwrap_or_else(|| panic!("{line}: no arrow"));
    let (credentials, written) = match written.strip_prefix("credentials ") {
        Some(written) => (true, written),
        None => (false, written),
    };
    let (key, rest) = written.split_at(written.find([':', ' ']).unwrap_or_else(|| panic!("{line}: no key")));
    let value = match rest.strip_prefix(" = ") {
        Some(whole) => serde_json::from_str(whole).unwrap_or_else(|_| whole.into()),
        None => serde_json::json!([rest.strip_prefix(": ").unwrap_or_else(|| panic!("{line}: no value"))]),
    };
    let mut policy = serde_json::json!({ "origins": ["https://app.example"], "credentials": credentials });
    policy[key] = value;
    let wanted = (wanted != "!").then(|| wanted.split_whitespace().collect());
    OtherSlip { line, key, policy, wanted }
}

/// What the policy has for a key.
fn held(policy: &Policy, key: &str) -> String {
    let joined = |list: &mut dyn Iterator<Item = &str>| list.collect::<Vec<_>>().join(" ");
    match key {
        "methods" => joined(&mut policy.methods()),
        "headers" => joined(&mut policy.headers()),
        "expose" => joined(&mut policy.exposed()),
        "hosts" => joined(&mut policy.hosts()),
        "max_age" => policy.max_age().map(|seconds| seconds.to_string()).unwrap_or_default(),
        "preflight_status" => policy.preflight_status().to_string(),
        "timing" => policy.timing().to_string(),
        "private_network" => policy.private_network().to_string(),
        _ => panic!("{key} is no key of this test"),
    }
}

#[test]
fn slips_in_other_settings_are_mended() {
    let lines = include_str!("../data/settings.txt").lines();
    let slips = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(other_slip);
    let mut broken = Vec::new();
    for OtherSlip { line, key, policy, wanted } in slips {
        let draft: Draft = serde_json::from_value(policy).unwrap_or_else(|error| panic!("{line}: {error}"));
        let config = draft.into_config().written_in(Language::Toml);
        let Err(violations) = config.policy(Mode::Production) else {
            broken.push(format!("{line}: no rule"));
            continue;
        };
        if violations.iter().any(|violation| violation.help().is_none()) {
            broken.push(format!("{line}: no help\n{violations}"));
        }
        let is_proposed = violations.iter().any(|violation| violation.proposal().is_some());
        match (wanted, config.following(&violations).policy(Mode::Production)) {
            (None, _) if is_proposed => broken.push(format!("{line}: something is proposed\n{violations}")),
            (None, _) => {}
            (Some(wanted), Ok(policy)) if held(&policy, key) == wanted.join(" ") => {}
            (Some(_), Ok(policy)) => broken.push(format!("{line}: {}\n{violations}", held(&policy, key))),
            (Some(_), Err(left)) => broken.push(format!("{line}: {violations}\n\nfollowed: {left}")),
        }
    }
    assert!(broken.is_empty(), "{} broken:\n\n{}", broken.len(), broken.join("\n\n"));
}
