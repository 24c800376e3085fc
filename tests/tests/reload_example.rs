//! The example program `reload`: the file is edited, and the API follows.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use cors_tests::example::Example;
use cors_tests::head::Head;

/// How long the API may take to follow the file.
const PATIENCE: Duration = Duration::from_secs(20);

/// A directory of this test's own.
fn directory() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reload-{}", std::process::id()));
    fs::create_dir_all(&path).expect("the directory can be made");
    path
}

#[test]
fn the_api_follows_the_file() {
    let directory = directory();
    let file = directory.join("policy.toml");
    let shown = file.to_str().expect("the path is text");
    let write = |text: &str| fs::write(&file, text).expect("the file can be written");
    write("origins = ['https://app.example']\nmethods = ['PUT']");
    let example = Example::start("reload", &[shown]);
    let is_allowed =
        |origin: &str| Head::preflight("/tasks", origin, "PUT").send(example.address).status == 204;
    let comes_to_be = |origin: &str| {
        let deadline = Instant::now() + PATIENCE;
        while !is_allowed(origin) {
            assert!(Instant::now() < deadline, "{origin} is not let in");
            thread::sleep(Duration::from_millis(10));
        }
    };
    assert!(is_allowed("https://app.example") && !is_allowed("https://shop.example"));

    write("origins = ['https://app.example', 'https://shop.example']\nmethods = ['PUT']");
    comes_to_be("https://shop.example");

    for (name, text, said) in [
        ("a rule", "origins = ['https://*.com']\nmethods = ['PUT']", "[public_suffix]"),
        ("a slip", "origins = ['myapp.com']\nmethod = ['PUT']", "help: write \"https://myapp.com\""),
        ("no TOML", "origins = [", "TOML parse error"),
    ] {
        write(text);
        example.logged("is refused, the old policy stays");
        example.logged(said);
        assert!(is_allowed("https://shop.example"), "{name}: the old policy stays");
    }

    // The log may be in the same directory, so that what it says of a missing file is an event there.
    fs::remove_file(&file).expect("it is there");
    example.logged("the old policy stays: cannot read");
    for number in 0..3 {
        fs::write(directory.join("log"), [number]).expect("the file can be written");
        thread::sleep(Duration::from_millis(250));
    }

    // As editors save: a new file takes the place of the old one.
    let new = directory.join("policy.toml.new");
    fs::write(&new, "origins = ['https://new.example']\nmethods = ['PUT']").expect("the file can be written");
    fs::rename(&new, &file).expect("it can be renamed");
    comes_to_be("https://new.example");
    assert!(!is_allowed("https://shop.example"));
    let log = example.log_until("is in force");
    assert!(!log.iter().any(|line| line.contains("cannot read")), "it was told: {log:#?}");
    drop(example);
    fs::remove_dir_all(directory).expect("it is the test's own");
}
