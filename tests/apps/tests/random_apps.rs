//! P1 to P4 in apps made by chance, from fixed seeds.
//!
//! ```sh
//! CORS_APPS=1000000 cargo test -p cors-apps --release --test random_apps -- --nocapture    # more of them
//! CORS_APP=17 cargo test -p cors-apps --test random_apps -- --nocapture                    # this one
//! ```

use std::collections::BTreeMap;
use std::env;
use std::thread;

use actix_web::rt::System;
use cors_apps::check::{Case, Counts, check};
use cors_apps::draw;
use cors_apps::shrink::shrink;

/// How many violations of one property a thread shows.
const SHOWN: usize = 4;

/// How many there are if nobody says.
const APPS: u64 = 20_000;

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

/// Runs the seeds of one thread; what fails comes back as it is to be shown.
fn run(cases: impl Iterator<Item = (u64, Case)>) -> (Counts, Vec<String>) {
    System::new().block_on(async {
        let (mut counts, mut failures, mut found) = (Counts::default(), Vec::new(), Vec::new());
        for (seed, case) in cases {
            match check(&case).await {
                Ok(of_one) => counts += of_one,
                Err(violation) => {
                    found.push(violation.property);
                    if found.iter().filter(|property| **property == violation.property).count() <= SHOWN {
                        let (case, violation) = shrink(&case, *violation).await;
                        failures.push(format!("seed {seed}: {violation}\n{}", case.app));
                    }
                }
            }
        }
        if !found.is_empty() {
            let mut counts = BTreeMap::<String, u32>::new();
            found.iter().for_each(|property| *counts.entry(format!("{property:?}")).or_default() += 1);
            failures.push(format!("{} apps failed: {counts:?}", found.len()));
        }
        (counts, failures)
    })
}

/// Runs the cases of all seeds that are asked for.
fn run_all(draw: fn(u64) -> Option<Case>) -> (u64, Counts) {
    let (first, count) = match number("CORS_APP") {
        Some(seed) => (seed, 1),
        None => (0, number("CORS_APPS").unwrap_or(APPS)),
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get()) as u64;
    let running: Vec<_> = (0..threads)
        .map(|thread| {
            let seeds = (first..first + count).filter(move |seed| seed % threads == thread);
            thread::spawn(move || run(seeds.filter_map(|seed| Some((seed, draw(seed)?)))))
        })
        .collect();
    let (mut counts, mut failures) = (Counts::default(), Vec::new());
    for thread in running {
        let (of_one, failed) = thread.join().expect("the thread ends");
        counts += of_one;
        failures.extend(failed);
    }
    println!("{count} apps: {counts:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    (count, counts)
}

#[test]
fn what_is_guessed_only_tightens() {
    let (count, counts) = run_all(|seed| Some(draw::case(seed)));
    if count >= APPS {
        // A property that never had anything to say was not tested.
        let Counts { guarded_runs, refusals, fields, preflights, certain_routes, certain_layers, errors } =
            counts;
        for (name, seen) in [
            ("guarded_runs", guarded_runs),
            ("refusals", refusals),
            ("fields", fields),
            ("preflights", preflights),
            ("certain_routes", certain_routes),
            ("certain_layers", certain_layers),
            ("errors", errors),
        ] {
            assert!(seen > count / 50, "{name}: {seen}");
        }
    }
}

/// What `SECURITY.md` says of apps without the switch: a scope that turns a request away is found out.
#[test]
fn what_was_found_out_holds_from_then_on() {
    let (count, counts) = run_all(draw::case_without_switch);
    if count >= APPS {
        for (name, seen) in [
            ("guarded_runs", counts.guarded_runs),
            ("fields", counts.fields),
            ("preflights", counts.preflights),
        ] {
            assert!(seen > count / 100, "{name}: {seen}");
        }
    }
}
