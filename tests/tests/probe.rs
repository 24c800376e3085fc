//! `cors probe` against servers of this workspace: what a policy says is what a browser makes of it.

use std::path::PathBuf;
use std::process::Command;

use actix_web::{App, HttpResponse, web};
use cors_actix::{Config, Cors, Mode};
use cors_tests::example::{Profile, build};
use cors_tests::server::Server;
use cors_tests::task_api::TaskApi;
use serde_json::Value;

struct Probe(PathBuf);

impl Probe {
    fn build() -> Self {
        Self(build("cors", Profile::Debug))
    }

    /// The exit code, and what is printed as JSON.
    fn run(&self, url: &str, arguments: &[&str]) -> (Option<i32>, Value) {
        let mut command = Command::new(&self.0);
        command.args(["probe", url, "--format", "json", "--rate", "10000"]).args(arguments);
        for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(variable);
        }
        let output = command.output().expect("cors runs");
        let printed = serde_json::from_slice(&output.stdout);
        let printed =
            printed.unwrap_or_else(|_| panic!("{url}: {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), printed)
    }
}

/// But for what is true of every server here: it is on loopback.
fn findings(printed: &Value) -> Vec<&str> {
    let findings = printed["findings"].as_array().expect("there is a list of findings");
    let names = findings.iter().filter_map(|finding| finding["name"].as_str());
    names.filter(|name| *name != "local_network").collect()
}

#[test]
fn task_api_answers_as_its_policy_says() {
    let probe = Probe::build();
    let task_api = TaskApi::start(Profile::Debug, &[], &[]);
    let (trusted, untrusted) = (task_api.trusted.text.as_str(), task_api.untrusted.text.as_str());
    let url = format!("{}/api/tasks", task_api.api.text);
    let token = "--header=authorization: Bearer none";
    let json = "--header=content-type: application/json";
    for (name, origin, arguments, code, wanted) in [
        ("the demo's page", trusted, &["--credentials"][..], 0, &[][..]),
        ("with a preflight", trusted, &["--method=PUT", token, json, "--credentials"], 0, &[]),
        (
            "by a pattern",
            "https://shop.myapp.com",
            &["--method=PATCH", token],
            0,
            &["loopback_allowed", "subdomains_allowed"],
        ),
        ("a stranger", untrusted, &[], 1, &["origin_refused"]),
        ("a stranger's preflight", untrusted, &["--method=PUT", token], 1, &["origin_refused"]),
        ("a method", trusted, &["--method=PURGE"], 1, &["method_refused"]),
        ("a header", trusted, &["--method=POST", json, "--header=x-token"], 1, &["header_refused"]),
    ] {
        let (seen, printed) = probe.run(&url, &[&["--origin", origin], arguments].concat());
        assert_eq!((seen, findings(&printed)), (Some(code), wanted.to_vec()), "{name}: {printed:#}");
        assert_eq!(printed["allowed"], code == 0, "{name}");
    }
}

#[test]
fn faults_around_the_middleware_are_named() {
    let probe = Probe::build();
    let page = "https://app.example";
    let config = r#"{ "origins": ["https://app.example"], "credentials": true, "methods": ["GET", "PUT"] }"#;
    let config: Config = serde_json::from_str(config).expect("it is a policy");
    let cors = Cors::new(config.policy(Mode::Production).expect("it keeps the rules"));

    // Authentication outside `Cors` instead of inside.
    let outside = cors.clone();
    let authentication_first = Server::start(move || {
        let guard = |request: actix_web::dev::ServiceRequest, next: actix_web::middleware::Next<_>| async move {
            match request.headers().contains_key("authorization") {
                true => next.call(request).await,
                false => Err(actix_web::error::ErrorUnauthorized("who are you?")),
            }
        };
        App::new()
            .default_service(web::to(HttpResponse::Ok))
            .wrap(outside.clone())
            .wrap(actix_web::middleware::from_fn(guard))
    });
    // A proxy in front that adds the field once more.
    let twice = Server::start(move || {
        App::new().default_service(web::to(HttpResponse::Ok)).wrap(cors.clone()).wrap_fn(
            |request, service| {
                let answer = actix_web::dev::Service::call(service, request);
                async move {
                    let mut answer: actix_web::dev::ServiceResponse<_> = answer.await?;
                    let name = actix_web::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
                    answer.headers_mut().append(name, actix_web::http::header::HeaderValue::from_static("*"));
                    Ok(answer)
                }
            },
        )
    });
    // No CORS, and a router that knows no OPTIONS.
    let none = Server::start(|| App::new().route("/", web::put().to(HttpResponse::Ok)));

    for (name, server, wanted) in [
        ("authentication first", &authentication_first, "preflight_unauthorized"),
        ("two layers", &twice, "several_lines"),
        ("no CORS", &none, "preflight_not_handled"),
    ] {
        let url = format!("http://{}/", server.address());
        let (code, printed) = probe.run(&url, &["--origin", page, "--method", "PUT"]);
        assert_eq!((code, findings(&printed)), (Some(1), vec![wanted]), "{name}: {printed:#}");
    }
}
