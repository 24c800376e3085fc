//! `cors probe` against real software, as people configure it; and the policies that it shows, applied there.
//!
//! `tests/planted/install` brings the software. The servers of this workspace's own language need none.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use actix_web::{App, HttpResponse, web};
use cors_actix::{Config, Cors, Mode};
use cors_planted::board;
use cors_planted::probe::{Probe, Seen};
use cors_planted::real::rows::{FAULTS, MENDED, Real, SOUND};
use cors_planted::real::{Running, Site, Software};
use cors_planted::row::{PAGE, allow, right};
use cors_planted::scanners::SCANNERS;
use cors_planted::server::{Answer, Server, get};
use cors_tests::server::Server as ActixServer;

/// The apps behind the software.
struct Apps {
    /// Says nothing of CORS.
    plain: Server,
    /// Speaks of CORS itself.
    twice: Server,
    /// The same without `Vary`.
    careless: Server,
    /// Lets every origin in, with credentials.
    mirror: Server,
}

impl Apps {
    fn start() -> Self {
        let listed = |origin: &str| [PAGE, "https://admin.myapp.com"].contains(&origin);
        Self {
            plain: Server::start(|_| Answer::new(200).with("x-total-count", "7")),
            twice: Server::start(move |head| allow(head, listed(head.field("origin")), true)),
            careless: Server::start(move |head| {
                allow(head, listed(head.field("origin")), true).without("vary")
            }),
            mirror: Server::start(|head| allow(head, !head.field("origin").is_empty(), true)),
        }
    }

    fn site(&self, row: &Real) -> Site {
        let fill = |text: &str| {
            text.replace("TWICE", &self.twice.address.to_string())
                .replace("CARELESS", &self.careless.address.to_string())
        };
        Site { outer: fill(row.outer), inner: fill(row.inner) }
    }

    /// Where requests go from the software.
    fn behind(&self, software: Software) -> SocketAddr {
        if software == Software::Varnish { self.twice.address } else { self.plain.address }
    }

    /// The apps behind the software that a policy has to hold for: what a proxy lets in is not for the app to widen.
    fn all_behind(&self, software: Software) -> Vec<SocketAddr> {
        use Software::{Apache, Caddy, Envoy, Haproxy, Nginx};
        let others = matches!(software, Nginx | Apache | Haproxy | Caddy | Envoy);
        let mirror = others.then_some(self.mirror.address);
        [self.behind(software)].into_iter().chain(mirror).collect()
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/")
}

/// Starts the rows of each software together.
fn start_all(apps: &Apps, rows: &[Real]) -> Vec<(Running, Vec<Real>)> {
    let mut started = Vec::new();
    let mut left: Vec<Real> = rows.to_vec();
    while let Some(first) = left.first() {
        let software = first.software;
        let (these, others): (Vec<Real>, Vec<Real>) =
            left.into_iter().partition(|row| row.software == software);
        let sites: Vec<Site> = these.iter().map(|row| apps.site(row)).collect();
        started.push((software.start(&sites, apps.behind(software)), these));
        left = others;
    }
    started
}

fn mistake(row: &str, seen: &Seen, wanted: &[&str]) -> Option<String> {
    let found = seen.findings();
    (found != wanted)
        .then(|| format!("{row}: found {found:?}, planted {wanted:?}: {:#}", seen.printed["findings"]))
}

#[test]
#[ignore = "needs the software that tests/planted/install brings"]
fn what_is_planted_in_real_software_is_found() {
    let (probe, apps) = (Probe::build(), Apps::start());
    let mut mistakes = Vec::new();
    for (title, rows) in
        [("sites of real software with a fault", FAULTS), ("sound sites of real software", SOUND)]
    {
        let mut found = [0; 1 + SCANNERS.len()];
        for (running, rows) in start_all(&apps, rows) {
            for (row, address) in rows.iter().zip(&running.addresses) {
                if let Some(origin) = row.before {
                    get(*address, origin).unwrap_or_else(|error| panic!("{}: {error}", row.name));
                }
                let seen = probe.run(&url(*address), row.page(), row.call, &[]);
                let name = format!("{:?}, {}", row.software, row.name);
                mistakes.extend(mistake(&name, &seen, row.findings));
                found[0] += usize::from(!seen.findings().is_empty());
                for (scanner, count) in SCANNERS.iter().zip(&mut found[1..]) {
                    *count += usize::from(scanner.finds(*address, row.page()));
                }
            }
        }
        let found = found.map(|count| count.to_string()).join(" | ");
        board::holds(&format!("| {} {title} | {found} |", rows.len()));
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
#[ignore = "needs the software that tests/planted/install brings"]
fn the_policy_that_is_shown_mends_real_software() {
    let (probe, apps) = (Probe::build(), Apps::start());
    for (running, rows) in start_all(&apps, MENDED) {
        for (row, address) in rows.iter().zip(&running.addresses) {
            let software = format!("{:?}", row.software).to_ascii_lowercase();
            let named = format!("--server={software}");
            let name = format!("{software}, {}", row.name);
            let seen = probe.run(&url(*address), row.page(), row.call, &[&named]);
            assert!(!seen.findings().is_empty(), "{name} has a fault");
            let text = seen
                .configuration()
                .unwrap_or_else(|| panic!("{name}: no policy is shown: {:#}", seen.printed["findings"]));
            let site = applied(row.software, text);
            for behind in apps.all_behind(row.software) {
                let mended = row.software.start(std::slice::from_ref(&site), behind);
                let seen = probe.run(&url(mended.addresses[0]), row.page(), row.call, &["--strict"]);
                let app = if behind == apps.mirror.address { ", before an app that lets all in" } else { "" };
                assert_eq!(
                    (seen.code, seen.findings()),
                    (Some(0), vec![]),
                    "{name}{app}: {text}\n{:#}",
                    seen.printed["findings"]
                );
            }
        }
    }
}

/// The policy where its comments say that it belongs.
fn applied(software: Software, text: &str) -> Site {
    let inside = "# In the `location`";
    match text.find(inside).filter(|_| software == Software::Nginx) {
        Some(start) => Site { outer: text[..start].to_owned(), inner: text[start..].to_owned() },
        None => Site { outer: String::new(), inner: text.to_owned() },
    }
}

/// A policy of actix-cors, with what a probe has to say of it.
type Configured = (&'static str, fn() -> actix_cors::Cors, &'static [&'static str]);

#[test]
fn actix_cors_and_our_own() {
    let probe = Probe::build();
    let app = |cors: fn() -> actix_cors::Cors| {
        ActixServer::start(move || App::new().default_service(web::to(HttpResponse::Ok)).wrap(cors()))
    };
    let rows: [Configured; 4] = [
        ("permissive", actix_cors::Cors::permissive, &["origin_reflected"]),
        (
            "ends_with",
            || {
                let ends = |origin: &http_of_actix::HeaderValue| origin.as_bytes().ends_with(b"myapp.com");
                actix_cors::Cors::default()
                    .allowed_origin_fn(move |origin, _| ends(origin))
                    .allowed_methods(["GET", "PUT"])
                    .supports_credentials()
            },
            &["plain_http_allowed", "suffix_match"],
        ),
        (
            "null",
            || {
                actix_cors::Cors::default()
                    .allowed_origin_fn(|origin, _| [PAGE, "null"].iter().any(|listed| origin == listed))
                    .supports_credentials()
            },
            &["null_allowed"],
        ),
        ("a list", || actix_cors::Cors::default().allowed_origin(PAGE).supports_credentials(), &[]),
    ];
    for (name, cors, wanted) in rows {
        let server = app(cors);
        let seen = probe.run(&url(server.address()), PAGE, "credentials", &[]);
        assert_eq!(seen.findings(), wanted, "{name}: {:#}", seen.printed["findings"]);
    }

    let config = "origins = [\"https://shop.myapp.com\", \"https://*.myapp.org\"]\ncredentials = true\nmethods = [\"PUT\"]";
    let config: Config = cors_planted_toml(config);
    let cors = Cors::new(config.policy(Mode::Production).expect("it keeps the rules"));
    let server =
        ActixServer::start(move || App::new().default_service(web::to(HttpResponse::Ok)).wrap(cors.clone()));
    for call in ["credentials", "PUT credentials"] {
        let seen = probe.run(&url(server.address()), PAGE, call, &["--strict"]);
        assert_eq!((seen.code, seen.findings()), (Some(0), vec![]), "ours: {:#}", seen.printed["findings"]);
    }

    let call = "PUT authorization credentials read:x-total-count";
    let nothing = Server::start(|_| Answer::new(200));
    let seen = probe.run(&url(nothing.address), PAGE, call, &["--server=actix-cors"]);
    assert_eq!(
        seen.configuration(),
        Some(include_str!("mended/actix_cors.rs")),
        "{:#}",
        seen.printed["findings"]
    );
    let server = app(|| include!("mended/actix_cors.rs"));
    let seen = probe.run(&url(server.address()), PAGE, call, &["--strict"]);
    assert_eq!((seen.code, seen.findings()), (Some(0), vec![]), "{:#}", seen.printed["findings"]);
}

use actix_web::http::header as http_of_actix;

fn cors_planted_toml(text: &str) -> Config {
    toml::from_str(text).expect("it is a policy")
}

/// An app of axum behind this layer, until the test ends.
fn axum(cors: tower_http::cors::CorsLayer) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("it does not block");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("it is a listener");
            let app = axum::Router::new().fallback(|| async { "ok" }).layer(cors);
            axum::serve(listener, app).await
        })
    });
    address
}

#[test]
fn tower_http() {
    use tower_http::cors::{AllowOrigin, CorsLayer};
    let probe = Probe::build();
    let ends = AllowOrigin::predicate(|origin, _| origin.as_bytes().ends_with(b".myapp.com"));
    let mirrors = CorsLayer::new().allow_origin(AllowOrigin::mirror_request()).allow_credentials(true);
    let listed = AllowOrigin::list([http::HeaderValue::from_static("https://shop.myapp.com")]);
    for (name, cors, wanted) in [
        ("mirror_request", mirrors, &["origin_reflected"][..]),
        ("a predicate", CorsLayer::new().allow_origin(ends), &["plain_http_allowed"]),
        ("very_permissive", CorsLayer::very_permissive(), &["origin_reflected"]),
        ("a list", CorsLayer::new().allow_origin(listed), &[]),
        ("permissive is public", CorsLayer::permissive(), &[]),
    ] {
        let call = if ["mirror_request", "very_permissive"].contains(&name) { "credentials" } else { "" };
        let seen = probe.run(&url(axum(cors)), PAGE, call, &[]);
        assert_eq!(seen.findings(), wanted, "{name}: {:#}", seen.printed["findings"]);
    }

    let call = "PUT authorization credentials read:x-total-count";
    let nothing = Server::start(|_| Answer::new(200));
    let seen = probe.run(&url(nothing.address), PAGE, call, &["--server=tower-http"]);
    assert_eq!(
        seen.configuration(),
        Some(include_str!("mended/tower_http.rs")),
        "{:#}",
        seen.printed["findings"]
    );
    let address = axum(include!("mended/tower_http.rs"));
    let seen = probe.run(&url(address), PAGE, call, &["--strict"]);
    assert_eq!((seen.code, seen.findings()), (Some(0), vec![]), "{:#}", seen.printed["findings"]);
}

#[test]
fn the_apps_behind_are_as_they_say() {
    // What the rows build on.
    let head = cors_planted::server::Head::default();
    assert_eq!(right(&head).field("vary"), "Origin");
    let apps = Apps::start();
    for (name, app, vary) in [("twice", &apps.twice, "Origin"), ("careless", &apps.careless, "")] {
        let answer = get(app.address, PAGE).expect("it answers");
        assert_eq!(
            (answer.field("access-control-allow-origin"), answer.field("vary")),
            (PAGE, vary),
            "{name}"
        );
    }
    let answer = get(apps.plain.address, PAGE).expect("it answers");
    assert_eq!((answer.field("access-control-allow-origin"), answer.status), ("", 200));
}
