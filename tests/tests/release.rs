//! What a release binary does not have: the development policy.

use cors_engine::{__private::image, Mode, Policy};
use cors_tests::http;
use cors_tests::task_api::{Profile, TaskApi, build};

// The example's own file, compiled here in debug mode, so that both policies are at hand.
#[expect(dead_code, reason = "the example's program uses the rest")]
#[path = "../../examples/task-api/policy.rs"]
mod policy;

fn contains(binary: &[u8], policy: &Policy) -> bool {
    let image = image(policy);
    binary.windows(image.len()).any(|window| window == image)
}

#[test]
#[ignore = "builds task-api in release mode, which takes minutes: tests/run does it"]
fn the_development_policy_is_not_in_a_release_binary() {
    let read = |profile| std::fs::read(build(profile)).expect("cargo built it");
    let production = policy::TASKS.production();
    let development = policy::TASKS.get(Mode::Development).expect("this test is a debug build");

    let debug = read(Profile::Debug);
    assert!(contains(&debug, production), "the tables can be found");
    assert!(contains(&debug, development), "the tables can be found");
    let release = read(Profile::Release);
    assert!(contains(&release, production), "the tables can be found");
    assert!(!contains(&release, development), "the development policy is in the release binary");

    for (arguments, environment) in [
        (&["--mode", "development"][..], &[][..]),
        (&[], &[("CORS_MODE", "development")]),
        (&[], &[("DEBUG", "true"), ("CORS_MODE", "development")]),
    ] {
        let task_api = TaskApi::start(Profile::Release, arguments, environment);
        let fields = [("Origin", "https://anyone.example")];
        let answer = http::send(task_api.api.address, "GET /api/health", &fields, "");
        assert_eq!(answer.cors(), [("vary", "Origin")], "{arguments:?} {environment:?}");
    }
}
