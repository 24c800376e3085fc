//! What a million origins cost to load if a stranger chose them, beside as many ordinary ones of the same lengths.
//!
//! `cargo bench -p cors-engine --bench hostile --all-features` prints the table that stands in the README beside this.

use std::time::{Duration, Instant};

use cors_engine::{Block, Config, Mode, Policy};

const SIZE: usize = 1_000_000;

/// Each time is the least of so many rounds, in which a list and its ordinary twin take turns.
const ROUNDS: usize = 3;

/// The entry of a list at an index.
type Entry = fn(usize) -> String;

const LISTS: [(&str, Entry); 3] = [
    // Of four, two pairs had one hash under every seed of a hash that only multiplies and rotates.
    ("pairs that differ in two bits", |n| {
        let (one, other) = [("0", "a"), ("p", "i"), ("0", "i"), ("p", "a")][n % 4];
        format!("https://{:07}-shop{one}-eu{other}.tenants.example.com", n / 4)
    }),
    ("the same but for eight bytes near the end of 250", |n| {
        let label = "a".repeat(60);
        format!("https://{label}.{label}.{label}.{:0>45}.{n:07}a", "b")
    }),
    ("ports of few hosts", |n| format!("https://t{:02}.example.com:{}", n / 60_000, n % 60_000 + 1024)),
];

fn main() {
    println!("| a million origins | load, ordinary ones of the same lengths = 1 |\n|---|---|");
    for (name, entry) in LISTS {
        let hostile: Vec<String> = (0..SIZE).map(entry).collect();
        let twin: Vec<String> =
            hostile.iter().enumerate().map(|(n, entry)| ordinary(n, entry.len())).collect();
        let mut times = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            for (list, least) in [&hostile, &twin].into_iter().zip(&mut times) {
                *least = load(list).min(*least);
            }
        }
        println!("| {name} | {:.2} |", times[0].as_secs_f64() / times[1].as_secs_f64());
    }
}

/// An origin of this length, like others only by chance.
fn ordinary(n: usize, length: usize) -> String {
    let (before, after) = ("https://", ".example.com");
    let mut state = n as u64;
    let labels = (0..length - before.len() - after.len()).map(|at| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let is_dot = at % 50 == 49 && at + 1 < length - before.len() - after.len();
        if is_dot { '.' } else { char::from(b'a' + (state >> 33) as u8 % 26) }
    });
    format!("{before}{}{after}", labels.collect::<String>())
}

fn load(list: &[String]) -> Duration {
    let entries = list.to_vec();
    let start = Instant::now();
    let policy = policy(entries);
    let took = start.elapsed();
    assert!(list.iter().all(|origin| policy.allows_origin(origin.as_bytes())), "none is lost");
    took
}

fn policy(origins: Vec<String>) -> Policy {
    Config::new(Block::new().origins(origins))
        .policy(Mode::Production)
        .unwrap_or_else(|faults| panic!("{faults}"))
}
