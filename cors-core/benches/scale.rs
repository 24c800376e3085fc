//! What a list of origins costs as it grows: the time to load it, its tables, and the time to match.
//!
//! `cargo bench -p cors-engine --bench scale --all-features` prints the table that stands in the README beside this.
//! Compiled policies have the same tables, read by the same code.

use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cors_engine::{Block, Config, Mode, Policy};

const SIZES: [usize; 8] = [1, 2, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// Of so many origins are the ones that are looked up.
const ASKED: usize = 1_000;

/// Each time is the least of so many rounds.
const ROUNDS: usize = 20;

fn main() {
    println!(
        "| origins | load | beside the text | exact: listed | not listed | pattern: matched | not matched | sorted, listed | `HashSet`, listed | one by one, listed |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut unit = None;
    for size in SIZES {
        let origins: Vec<String> = (0..size).map(|n| format!("https://tenant-{n:07}.example.com")).collect();
        let start = Instant::now();
        let exact = policy(origins.clone());
        let load = start.elapsed();
        // Patterns are judged by the public suffix list, one by one; the domains are of one length.
        let patterns = size.min(100_000);
        let patterns = policy((0..patterns).map(|n| format!("https://*.tenant-{n:07}.com")).collect());

        let text: usize = origins.iter().map(String::len).sum();
        let beside = (exact.table_size() - text) as f64 / size as f64;
        let step = (size / ASKED).max(1);
        let listed: Vec<_> = origins.iter().step_by(step).cloned().collect();
        let other = |origin: &String| origin.replace("tenant", "lodger");
        let unlisted: Vec<_> = listed.iter().map(other).collect();
        let below = |host: &str| {
            let last = size.min(100_000) - 1;
            (0..=last)
                .step_by((last / ASKED).max(1))
                .map(|n| format!("https://eu.{host}-{n:07}.com"))
                .collect::<Vec<_>>()
        };
        let (matched, unmatched) = (below("tenant"), below("lodger"));

        let mut sorted = origins.clone();
        sorted.sort_unstable();
        let hashed: HashSet<&[u8]> = origins.iter().map(|origin| origin.as_bytes()).collect();

        let times = [
            time(&listed, |origin| exact.allows_origin(origin), true),
            time(&unlisted, |origin| exact.allows_origin(origin), false),
            time(&matched, |origin| patterns.allows_origin(origin), true),
            time(&unmatched, |origin| patterns.allows_origin(origin), false),
            time(
                &listed,
                |origin| sorted.binary_search_by(|entry| entry.as_bytes().cmp(origin)).is_ok(),
                true,
            ),
            time(&listed, |origin| hashed.contains(origin), true),
            time(
                &listed[..listed.len().min(50)],
                |origin| origins.iter().any(|entry| entry.as_bytes() == origin),
                true,
            ),
        ];
        let unit = *unit.get_or_insert(times[0]);
        let ratios: Vec<_> =
            times.iter().map(|time| format!("{:.2}", time.as_secs_f64() / unit.as_secs_f64())).collect();
        println!("| {size} | {load:.0?} | {beside:.1} bytes | {} |", ratios.join(" | "));
    }
}

fn policy(origins: Vec<String>) -> Policy {
    Config::new(Block::new().origins(origins))
        .policy(Mode::Production)
        .unwrap_or_else(|faults| panic!("{faults}"))
}

/// The time for one lookup.
fn time(origins: &[String], matches: impl Fn(&[u8]) -> bool, expected: bool) -> Duration {
    let lookups = 20_000_usize.div_ceil(origins.len()) * origins.len();
    let round = |_| {
        let start = Instant::now();
        for origin in origins.iter().cycle().take(lookups) {
            assert_eq!(black_box(matches(black_box(origin.as_bytes()))), expected, "{origin}");
        }
        start.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default() * 1_000 / lookups as u32
}
