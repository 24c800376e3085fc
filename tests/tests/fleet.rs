//! The example `fleet`: several processes, one policy, and a store that fails.
//!
//! `fleet_under_load` takes a release build and two minutes, or `CORS_FLEET_SECONDS`:
//! `cargo test -p cors-tests --test fleet -- --ignored --nocapture --test-threads=1`
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cors_tests::example::{Example, Profile, build, build_with};
use cors_tests::head::Head;
use cors_tests::http::{Connection, Response};
use cors_tests::store::{Line, StoreServer};

const APP: &str = "https://app.example";

/// The policy of a version. What it answers tells which version it is, in two ways.
fn policy(version: u64) -> String {
    format!(
        "origins = [\"{APP}\", \"https://v{version}.example\"]\nmethods = [\"PUT\"]\nexpose = [\"x-v{version}\"]\nmax_age = {version}\n"
    )
}

/// The version that answered a call, after a look at whether all of the answer is of that version.
fn version_of(response: &Response) -> Option<u64> {
    let version = response.one("access-control-expose-headers")?.strip_prefix("x-v")?.parse().ok()?;
    assert_eq!(response.one("access-control-allow-origin"), Some(APP));
    Some(version)
}

/// The program, and how to run it.
struct Fleet {
    program: PathBuf,
    folder: PathBuf,
}

impl Fleet {
    fn new(profile: Profile, test: &str) -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleet-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room");
        Self { program: build_with("fleet", profile, &["fleet"]), folder }
    }

    fn serve(&self, store: &str, arguments: &[&str]) -> Example {
        let arguments = [&["--store", store, "serve", "--port", "0"], arguments].concat();
        Example::start_program("fleet", &self.program, &arguments)
    }

    /// Runs a command of the program, and returns what it says, or why it failed.
    fn run(&self, store: &str, arguments: &[&str]) -> Result<String, String> {
        let output =
            Command::new(&self.program).args(["--store", store]).args(arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// The file that is published.
    fn file(&self) -> PathBuf {
        self.folder.join("policy.toml")
    }

    fn publish(&self, store: &str, text: &str) -> Result<String, String> {
        let file = self.file();
        fs::write(&file, text).expect("there is room");
        self.run(store, &["publish", file.to_str().expect("the path is text")])
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_allowed(process: &Example, origin: &str) -> bool {
    let response = Head::get("/tasks").origin(origin).send(process.address);
    response.one("access-control-allow-origin") == Some(origin)
}

fn fingerprint(process: &Example) -> String {
    Head::get("/policy").send(process.address).text()
}

/// The fingerprint that an event of the log has.
fn fingerprint_in(line: &str) -> String {
    let (_, rest) = line.split_once("fingerprint=").unwrap_or_else(|| panic!("no fingerprint in {line}"));
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

fn comes_to_be(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never comes to be: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What holds of every store: everybody follows, mistakes are refused by everybody, and tenants come and go.
fn follows(fleet: &Fleet, store: &str, write_policy: impl Fn(&str)) {
    let processes: Vec<_> = (0..3).map(|_| fleet.serve(store, &["--require", APP])).collect();
    let everybody = |what: &str, is_so: &dyn Fn(&Example) -> bool| {
        comes_to_be(what, || processes.iter().all(is_so));
    };

    // All begin with the same policy, and say so.
    let began: BTreeSet<String> =
        processes.iter().map(|process| fingerprint_in(&process.logged("CORS is in force"))).collect();
    assert!(began.len() == 1 && began.iter().all(|digits| digits.len() == 16), "{began:?}");
    let said = fleet.publish(store, &policy(7)).expect("a sound policy is published");
    everybody("all have the new policy", &|process| is_allowed(process, "https://v7.example"));
    let printed = said.trim().rsplit(' ').next().expect("it says a fingerprint").to_owned();
    everybody("all have the fingerprint that was printed", &|process| fingerprint(process) == printed);
    for process in &processes {
        // Before it comes what the store began with.
        let line = process.logged(&format!("fingerprint={printed}"));
        assert!(line.contains("the new policy is in force"), "{line}");
    }
    let checked = Command::new(build("cors", Profile::Debug)).arg("check").arg(fleet.file()).output();
    let checked = String::from_utf8(checked.expect("it runs").stdout).expect("it is text");
    assert!(checked.contains(&format!("in production ({printed})")), "{printed} in {checked}");

    // A policy that breaks a rule is not published; one that gets into the store all the same is refused by everybody.
    let refused = fleet.publish(store, "origins = ['https://*.com']").expect_err("it breaks a rule");
    assert!(refused.contains("[public_suffix]"), "{refused}");
    write_policy("origins = ['https://app.example', 'https://*.com']");
    for process in &processes {
        let line = process.logged("the new policy is refused and the old one stays");
        assert!(line.contains("breaks the rules"), "{line}");
        assert_eq!(fingerprint(process), printed);
    }

    // One that would lock out an origin that is required is refused, too.
    fleet.publish(store, "origins = ['https://elsewhere.example']").expect("it keeps the rules");
    for process in &processes {
        let line = process.logged("the new policy is refused and the old one stays");
        assert!(line.contains("would lock out https://app.example"), "{line}");
        assert_eq!(fingerprint(process), printed);
    }

    // After a mistake things go on.
    fleet.publish(store, &policy(8)).expect("a sound policy is published");
    everybody("all have the policy after the mistakes", &|process| {
        is_allowed(process, "https://v8.example") && !is_allowed(process, "https://v7.example")
    });

    // The answer about a tenant is remembered by then, and forgotten when it changes.
    let tenant = "https://tenant.example";
    assert!(processes.iter().all(|process| !is_allowed(process, tenant)));
    fleet.run(store, &["tenant", "add", tenant]).expect("it is added");
    everybody("all let the tenant in", &|process| is_allowed(process, tenant));
    fleet.run(store, &["tenant", "remove", tenant]).expect("it is removed");
    everybody("none lets the tenant in", &|process| !is_allowed(process, tenant));
    let refused =
        fleet.run(store, &["tenant", "add", "http://tenant.example"]).expect_err("it breaks a rule");
    assert!(refused.contains("[insecure_origin]"), "{refused}");
}

#[test]
fn a_file_is_followed() {
    let fleet = Fleet::new(Profile::Debug, "sqlite");
    let file = fleet.folder.join("fleet.db");
    let store = file.to_str().expect("the path is text");
    follows(&fleet, store, |text| {
        let database = rusqlite::Connection::open(&file).expect("it is a database");
        database.busy_timeout(Duration::from_secs(5)).expect("it can wait");
        let change = "UPDATE state SET policy = ?1, policy_version = policy_version + 1";
        database.execute(change, [text]).expect("it is written");
    });
}

#[test]
#[ignore = "installs and starts PostgreSQL: tests/run runs it"]
fn postgres_is_followed_through_a_crash_and_a_cut_line() {
    let fleet = Fleet::new(Profile::Debug, "postgres");
    let mut server = StoreServer::start("postgres");
    let store = server.url(server.address);
    follows(&fleet, &store, |text| {
        let change =
            format!("UPDATE cors_state SET policy = $${text}$$, policy_version = policy_version + 1");
        psql(&store, &format!("{change}; NOTIFY cors, 'policy'"));
    });
    survives(&fleet, &mut server);
}

#[test]
#[ignore = "installs and starts Redis: tests/run runs it"]
fn redis_is_followed_through_a_crash_and_a_cut_line() {
    let fleet = Fleet::new(Profile::Debug, "redis");
    let mut server = StoreServer::start("redis");
    let store = server.url(server.address);
    let port = server.address.port().to_string();
    follows(&fleet, &store, |text| {
        for command in [&["SET", "cors:policy", text][..], &["INCR", "cors:policy:version"]] {
            let output =
                Command::new("redis-cli").args(["-p", &port]).args(command).output().expect("it runs");
            assert!(output.status.success(), "{output:?}");
        }
        // Nobody is told: the version is polled.
    });
    survives(&fleet, &mut server);
}

/// A store that crashes and comes back, and a line that carries nothing for a while.
fn survives(fleet: &Fleet, server: &mut StoreServer) {
    let store = server.url(server.address);
    let line = Line::to(server.address);
    let near = fleet.serve(&store, &[]);
    let far = fleet.serve(&server.url(line.address), &[]);
    let publish = |version: u64| {
        fleet.publish(&store, &policy(version)).unwrap_or_else(|error| panic!("version {version}: {error}"));
    };
    let has = |process: &Example, version: u64| is_allowed(process, &format!("https://v{version}.example"));
    publish(20);
    comes_to_be("both have version 20", || has(&near, 20) && has(&far, 20));

    line.cut();
    publish(21);
    comes_to_be("the near one has version 21", || has(&near, 21));
    assert!(has(&far, 20), "behind a line that is cut the old policy stays");
    assert!(!is_allowed(&far, "https://tenant.example"), "who cannot be looked up is not let in");
    far.logged("the store of policies cannot be reached");
    line.mend();
    comes_to_be("the far one has version 21", || has(&far, 21));

    server.kill();
    near.logged("the store of policies cannot be reached");
    assert!(has(&near, 21) && has(&far, 21), "without a store the old policy stays");
    server.start_again();
    publish(22);
    comes_to_be("both have version 22", || has(&near, 22) && has(&far, 22));
}

fn psql(store: &str, sql: &str) {
    let output =
        Command::new("psql").args([store, "-v", "ON_ERROR_STOP=1", "-qc", sql]).output().expect("it runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
}

const PROCESSES: usize = 5;
const CONNECTIONS: usize = 2;
/// 5 processes × 2 connections × 200 a second are 2000 a second.
const PAUSE: Duration = Duration::from_millis(5);
const TENANTS: u64 = 1_000_000;
/// How many answers about tenants a process remembers: as many as it asks for in five seconds, so that what they take up stops growing
/// before it is measured.
const REMEMBERED: u64 = 1000;
/// How long all this takes, without `CORS_FLEET_SECONDS`.
const SECONDS: u64 = 100;
/// In how many milliseconds a process that has a line to the store has the new policy, without `CORS_FLEET_LAG`.
const MOST_LAG: u64 = 15_000;
/// How long the store is gone, twice, and how long one process is cut off from it.
const OUTAGE: u64 = 3;
const CUT: u64 = 10;

/// What was published, and when: before it was begun, and after it was done.
#[derive(Default)]
struct Timeline {
    begun: Vec<(u64, Instant)>,
    done: Vec<(u64, Instant)>,
    /// While the store, or the line to it, was not there.
    outages: Vec<(Instant, Instant)>,
}

#[derive(Default)]
struct Figures {
    requests: AtomicU64,
    /// Tenants that were kept out because nobody could be asked.
    unknown: AtomicU64,
}

#[test]
#[ignore = "takes a release build, PostgreSQL and two minutes"]
fn fleet_under_load() {
    let fleet = Fleet::new(Profile::Release, "load");
    let mut server = StoreServer::start("postgres");
    let store = server.url(server.address);
    fleet.publish(&store, &policy(1)).expect("a sound policy is published");
    psql(
        &store,
        &format!(
            "INSERT INTO cors_tenants SELECT 'https://t' || i || '.example' FROM generate_series(1, {TENANTS}) i"
        ),
    );
    let lines: Vec<_> = (0..PROCESSES).map(|_| Line::to(server.address)).collect();
    let remembered = REMEMBERED.to_string();
    let arguments = ["--require", APP, "--remember", &remembered];
    let processes: Vec<_> =
        lines.iter().map(|line| fleet.serve(&server.url(line.address), &arguments)).collect();
    comes_to_be("all have version 1", || {
        processes.iter().all(|process| is_allowed(process, "https://v1.example"))
    });

    let timeline = Arc::new(Mutex::new(Timeline::default()));
    timeline.lock().expect("nobody panicked").begun.push((1, Instant::now()));
    let figures = Arc::new(Figures::default());
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..PROCESSES * CONNECTIONS)
        .map(|number| {
            let address = processes[number % PROCESSES].address;
            let (timeline, figures, stop) = (timeline.clone(), figures.clone(), stop.clone());
            thread::spawn(move || call(address, number as u64, &timeline, &figures, &stop))
        })
        .collect();

    let seconds = std::env::var("CORS_FLEET_SECONDS").ok().map_or(SECONDS, |seconds| {
        seconds.parse().unwrap_or_else(|_| panic!("CORS_FLEET_SECONDS={seconds} is no number"))
    });
    // The store is killed twice, and between that one process is cut off.
    let [killed, cut, killed_again] = [1, 2, 4].map(|fifths| seconds * fifths / 5);
    assert!(killed + OUTAGE < cut && cut + CUT < killed_again, "CORS_FLEET_SECONDS={seconds} are too few");
    let begin = Instant::now();
    let (mut version, mut next) = (1, begin);
    let mut down_since = None;
    let mut cut_since = None;
    let mut residents = Vec::new();
    for second in 0..seconds {
        next += Duration::from_secs(1);
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let ends = |since: Instant| {
            timeline.lock().expect("nobody panicked").outages.push((since, Instant::now()));
        };
        if second == killed || second == killed_again {
            down_since = Some(Instant::now());
            server.kill();
        } else if second == killed + OUTAGE || second == killed_again + OUTAGE {
            server.start_again();
            ends(down_since.take().expect("it was killed"));
        } else if second == cut {
            cut_since = Some(Instant::now());
            lines[0].cut();
        } else if second == cut + CUT {
            lines[0].mend();
            ends(cut_since.take().expect("it was cut"));
        }
        if down_since.is_none() {
            version += 1;
            timeline.lock().expect("nobody panicked").begun.push((version, Instant::now()));
            fleet.publish(&store, &policy(version)).expect("a sound policy is published");
            timeline.lock().expect("nobody panicked").done.push((version, Instant::now()));
        }
        if second % (seconds / 10) == seconds / 10 - 1 {
            residents
                .push(processes.iter().map(|process| resident(process.process_id())).collect::<Vec<_>>());
        }
    }
    stop.store(true, Ordering::Relaxed);
    let seen: Vec<Vec<Seen>> =
        clients.into_iter().map(|client| client.join().expect("every answer was right")).collect();

    let timeline = timeline.lock().expect("nobody panicked");
    let lag = longest_lag(&timeline, &seen);
    println!(
        "{} requests in {:.0?} by {PROCESSES} processes, {version} policies, {TENANTS} tenants; longest time with an old policy, \
         connected: {lag:.0?}; tenants kept out while the store was gone: {}; resident KiB: {residents:?}",
        figures.requests.load(Ordering::Relaxed),
        begin.elapsed(),
        figures.unknown.load(Ordering::Relaxed),
    );
    // A second where nothing else runs, which is not for a test of every change to ask.
    let most = std::env::var("CORS_FLEET_LAG").ok().map_or(MOST_LAG, |millis| {
        millis.parse().unwrap_or_else(|_| panic!("CORS_FLEET_LAG={millis} is no number"))
    });
    assert!(lag < Duration::from_millis(most), "{lag:?}");
    for process in 0..PROCESSES {
        let of = |samples: &[Vec<u64>]| {
            samples.iter().map(|sample| sample[process]).max().expect("there are samples")
        };
        let (first, rest) = residents.split_at(residents.len() / 2);
        assert!(of(rest) <= of(first) + of(first) / 4, "memory grows: {residents:?}");
    }
}

/// A version that answered, when the request was sent.
type Seen = (Instant, u64);

/// Calls one process, and looks at each answer. Returns which version answered when.
fn call(
    server: SocketAddr,
    number: u64,
    timeline: &Mutex<Timeline>,
    figures: &Figures,
    stop: &AtomicBool,
) -> Vec<Seen> {
    let mut connection = Connection::open(server);
    let mut seen: Vec<Seen> = Vec::new();
    let mut random = number + 1;
    let mut next = Instant::now();
    for turn in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        next += PAUSE;
        thread::sleep(next.saturating_duration_since(Instant::now()));
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let sent = Instant::now();
        figures.requests.fetch_add(1, Ordering::Relaxed);
        let version = match turn % 4 {
            0 => {
                let answer = get(&mut connection, server, APP);
                assert_eq!(answer.status, 200);
                version_of(&answer)
            }
            1 => {
                let answer = connection.exchange(
                    format!("OPTIONS /tasks HTTP/1.1\r\nHost: {server}\r\nOrigin: {APP}\r\nAccess-Control-Request-Method: PUT\r\n\r\n").as_bytes(),
                );
                assert_eq!((answer.status, answer.one("access-control-allow-origin")), (204, Some(APP)));
                answer.one("access-control-max-age").and_then(|age| age.parse().ok())
            }
            2 => {
                let tenant = format!("https://t{}.example", (random >> 20) % TENANTS + 1);
                let answer = get(&mut connection, server, &tenant);
                assert_eq!(answer.status, 200);
                if answer.one("access-control-allow-origin") != Some(&tenant) {
                    figures.unknown.fetch_add(1, Ordering::Relaxed);
                }
                continue;
            }
            _ => {
                let answer = get(&mut connection, server, &format!("https://s{random}.example"));
                assert_eq!((answer.status, answer.one("access-control-allow-origin")), (200, None));
                continue;
            }
        };
        let version = version.expect("the app's origin is in every policy");
        let newest =
            timeline.lock().expect("nobody panicked").begun.last().map_or(0, |(version, _)| *version);
        assert!(version <= newest, "version {version} before it was published");
        let before = seen.last().map_or(0, |(_, version)| *version);
        assert!(before <= version, "version {version} after {before}");
        seen.push((sent, version));
    }
    seen
}

fn get(connection: &mut Connection, server: SocketAddr, origin: &str) -> Response {
    connection
        .exchange(format!("GET /tasks HTTP/1.1\r\nHost: {server}\r\nOrigin: {origin}\r\n\r\n").as_bytes())
}

/// How long after the end of a `publish` somebody still answered by an older policy, not counting outages and the second
/// after each in which processes connect again.
fn longest_lag(timeline: &Timeline, seen: &[Vec<Seen>]) -> Duration {
    let is_out = |at: Instant| {
        timeline.outages.iter().any(|(from, to)| *from <= at && at <= *to + Duration::from_millis(500))
    };
    let lag_of = |(at, version): &Seen| {
        let overtaken = timeline.done.iter().find(|(newer, done)| newer > version && done <= at)?;
        // A policy that was published during an outage counts from its end.
        let from = timeline
            .outages
            .iter()
            .filter(|(from, to)| (*from..=*to).contains(&overtaken.1))
            .map(|(_, to)| *to);
        let from = from.chain([overtaken.1]).max()?;
        (!is_out(*at)).then(|| at.saturating_duration_since(from))
    };
    seen.iter().flatten().filter_map(lag_of).max().unwrap_or_default()
}

/// `VmRSS`, in KiB.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).expect("Linux says how much it has")
}
