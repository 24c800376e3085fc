//! The example program `tenants`: domains that are in a database.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use cors_tests::example::Example;
use cors_tests::head::Head;
use cors_tests::http;
use rusqlite::Connection;

const TENANT: &str = "https://tenant.example";

/// A file of this test's own.
struct Database(PathBuf);

impl Database {
    fn new(test: &str) -> Self {
        let name = format!("tenants-{test}-{}.db", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn start(&self, arguments: &[&str]) -> Example {
        let path = self.0.to_str().expect("the path is text");
        Example::start("tenants", &[&[path], arguments].concat())
    }

    fn run(&self, sql: &str) {
        let database = Connection::open(&self.0).expect("the file is a database");
        database.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn is_allowed(example: &Example, origin: &str) -> bool {
    let preflight = || Head::preflight("/tasks", origin, "PUT").send(example.address).status == 204;
    let before = preflight();
    let actual = Head::get("/tasks").origin(origin).send(example.address);
    let named = actual.one("access-control-allow-origin") == Some(origin);
    // What is remembered may end between the two.
    assert!(before == named || named == preflight(), "the preflight and the call are of one mind");
    named
}

fn add(example: &Example, origin: &str) -> http::Response {
    let body = format!("{{\"origin\": \"{origin}\"}}");
    http::send(example.address, "PUT /tenants", &[("Content-Type", "application/json")], &body)
}

#[test]
fn tenants_come_and_go_without_a_restart() {
    let database = Database::new("added");
    let example = database.start(&["--remember", "1"]);
    assert!(is_allowed(&example, "https://app.example") && !is_allowed(&example, TENANT));
    assert_eq!(add(&example, TENANT).status, 204);
    assert!(is_allowed(&example, TENANT), "at once, if it was added here");

    let comes_to_be = |origin: &str, allowed: bool| {
        let deadline = Instant::now() + Duration::from_secs(20);
        while is_allowed(&example, origin) != allowed {
            assert!(Instant::now() < deadline, "{origin}: {allowed} never comes");
            thread::sleep(Duration::from_millis(50));
        }
    };
    let other = "https://other.example";
    assert!(!is_allowed(&example, other));
    database.run("INSERT INTO tenants VALUES ('https://other.example')");
    comes_to_be(other, true);
    database.run("DELETE FROM tenants");
    comes_to_be(other, false);
    comes_to_be(TENANT, false);

    for (origin, said) in [
        ("https://tenant.example/", "[invalid_origin]"),
        ("http://tenant.example", "[insecure_origin]"),
        ("https://*.tenant.example", "patterns are for the policy"),
    ] {
        let refused = add(&example, origin);
        assert_eq!(refused.status, 422, "{origin}");
        assert!(refused.text().contains(said), "{origin}: {}", refused.text());
    }
}

#[test]
fn a_database_that_fails_lets_nobody_in() {
    let database = Database::new("fails");
    let example = database.start(&["--remember", "60"]);
    database.run("DROP TABLE tenants");
    assert!(is_allowed(&example, "https://app.example"), "the policy needs no database");
    assert!(!is_allowed(&example, TENANT));
    let line = example.logged("the source of origins failed");
    assert!(line.contains("no such table") && line.contains(TENANT), "{line}");
    // A failure is not remembered.
    database.run("CREATE TABLE tenants (origin TEXT PRIMARY KEY) STRICT; INSERT INTO tenants VALUES ('https://tenant.example')");
    assert!(is_allowed(&example, TENANT));
}

#[test]
fn a_database_that_hangs_lets_nobody_in_and_holds_nobody_up() {
    let database = Database::new("hangs");
    let example = database.start(&["--wait", "300"]);
    let lock = Connection::open(&database.0).expect("the file is a database");
    // SQLite waits five seconds for a lock, and a request here less than one.
    lock.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        .expect("nobody else has locked it");
    let begun = Instant::now();
    assert!(!is_allowed(&example, TENANT));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    example.logged("no answer within 300ms");
    assert!(is_allowed(&example, "https://app.example"), "the policy needs no database");
}

#[test]
fn many_requests_at_once_ask_the_database_once() {
    let database = Database::new("once");
    let example = database.start(&["--wait", "20000"]);
    database.run("INSERT INTO tenants VALUES ('https://tenant.example')");
    // The first is held up until all of them wait.
    let lock = Connection::open(&database.0).expect("the file is a database");
    lock.execute_batch("BEGIN EXCLUSIVE").expect("nobody else has locked it");
    let address = example.address;
    let calls: Vec<_> =
        (0..40).map(|_| thread::spawn(move || Head::get("/tasks").origin(TENANT).send(address))).collect();
    thread::sleep(Duration::from_millis(500));
    lock.execute_batch("COMMIT").expect("it is locked");
    for call in calls {
        let received = call.join().expect("it is answered");
        assert_eq!(received.one("access-control-allow-origin"), Some(TENANT));
    }
    let stranger = "https://stranger.example";
    assert!(!is_allowed(&example, stranger));
    let asked: Vec<_> = example.log_until(stranger);
    let about_tenant = asked.iter().filter(|line| line.contains("is asked about https://tenant.example"));
    assert_eq!(about_tenant.count(), 1, "{asked:#?}");
}
