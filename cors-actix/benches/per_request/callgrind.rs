//! Instructions and allocations per request, as valgrind counts them.

use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// What one request costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
}

/// What callgrind looks at in this program when it is run again.
pub(crate) struct Run<'r> {
    /// The arguments to run it with.
    pub(crate) arguments: &'r [&'r str],
    /// The pattern of the functions where it counts.
    pub(crate) counted: &'r str,
    /// The same functions' names, after which it writes down what it saw. It takes no pattern for this; and given two
    /// names instead of a pattern for where to look on, it looks nowhere.
    pub(crate) names: &'r [&'r str],
    /// How many cases there are.
    pub(crate) cases: usize,
    /// How many requests each case serves, after as many to warm up.
    pub(crate) requests: usize,
}

/// Is valgrind there?
pub(crate) fn is_there() -> bool {
    let asked = Command::new("valgrind").arg("--version").output();
    asked.is_ok_and(|answer| answer.status.success())
}

/// In how many processes it is counted. A header map hashes names otherwise in each: where two names come to lie at one
/// place, a request costs some 30 instructions more.
const PROCESSES: usize = 5;

/// What a request costs in each case: of several processes the median.
pub(crate) fn count(run: &Run<'_>) -> io::Result<Vec<Cost>> {
    let runs = (0..PROCESSES).map(|_| once(run)).collect::<io::Result<Vec<_>>>()?;
    let median = |case: usize| {
        let mut costs: Vec<Cost> = runs.iter().map(|run| run[case]).collect();
        costs.sort_by_key(|cost| cost.instructions);
        costs[costs.len() / 2]
    };
    Ok((0..run.cases).map(median).collect())
}

fn once(run: &Run<'_>) -> io::Result<Vec<Cost>> {
    let folder = env::temp_dir().join(format!("cors-per-request-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--toggle-collect={}", run.counted))
        .args(run.names.iter().map(|name| format!("--dump-after={name}")))
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(env::current_exe()?)
        .args(run.arguments)
        .output()?;
    if !ran.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&ran.stderr).into_owned()));
    }
    // Each case fills two dumps: the first is its warm-up.
    let costs = (1..=run.cases).map(|case| read(&folder.join(format!("out.{}", case * 2)), run.requests));
    let costs = costs.collect();
    fs::remove_dir_all(&folder)?;
    costs
}

/// Functions by which memory is had.
const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

fn read(dump: &Path, requests: usize) -> io::Result<Cost> {
    let text = fs::read_to_string(dump)?;
    let (mut instructions, mut allocations, mut allocates) = (0, 0, false);
    for line in text.lines() {
        if let Some(total) = line.strip_prefix("totals: ") {
            instructions = total.trim().parse().map_err(io::Error::other)?;
        } else if let Some(called) = line.strip_prefix("cfn=") {
            allocates = ALLOCATORS.contains(&called);
        } else if let Some(calls) = line.strip_prefix("calls=").filter(|_| allocates) {
            let calls = calls.split(' ').next().unwrap_or_default();
            allocations += calls.parse::<u64>().map_err(io::Error::other)?;
        }
    }
    let each = |total: u64| (total + requests as u64 / 2) / requests as u64;
    Ok(Cost { instructions: each(instructions), allocations: each(allocations) })
}
