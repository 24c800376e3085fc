//! What CORS costs per request, beside its peers: instructions, allocations, time.
//!
//! `cargo bench -p cors-actix` prints the table; `cors-actix/benches/table` puts it into the README
//! beside it. Instructions and allocations need valgrind: without it there are times only.

mod callgrind;
mod cases;
mod handwritten;
mod subjects;
mod table;

use std::env;
use std::time::Duration;

use crate::subjects::{Job, Subject};

/// Requests that callgrind looks at, for each case.
const COUNTED: usize = 64;

/// How long each subject is timed at a stretch, and how often in turn with the others.
const STRETCH: Duration = Duration::from_millis(20);
const ROUNDS: usize = 10;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let cases = cases::all();
    let runtime = actix_web::rt::System::new();
    if let [flag, name, ..] = arguments.as_slice()
        && flag == "--count"
    {
        let subject = Subject::ALL.into_iter().find(|subject| format!("{subject:?}") == *name);
        let subject = subject.expect("a subject's name");
        for case in &cases {
            runtime.block_on(subjects::run(subject, case, Job::Count(COUNTED)));
        }
        return;
    }

    let counts = if callgrind::is_there() {
        let counted = |subject: Subject| {
            callgrind::count(&callgrind::Run {
                arguments: &["--count", &format!("{subject:?}")],
                counted: "per_request::subjects::*measured",
                names: &["per_request::subjects::measured", "per_request::subjects::tower_measured"],
                cases: cases.len(),
                requests: COUNTED,
            })
            .expect("callgrind runs")
        };
        Some(Subject::ALL.map(counted))
    } else {
        eprintln!("valgrind is not there: no instructions and no allocations");
        None
    };
    let mut times = vec![[Duration::MAX; Subject::ALL.len()]; cases.len()];
    for (case, times) in cases.iter().zip(&mut times) {
        for _ in 0..ROUNDS {
            for (subject, least) in Subject::ALL.into_iter().zip(times.iter_mut()) {
                let time = runtime.block_on(subjects::run(subject, case, Job::Time(STRETCH)));
                *least = time.min(*least);
            }
        }
    }
    print!("{}", table::render(&cases, counts.as_ref(), &times));
}
