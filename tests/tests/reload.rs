//! Policies that are swapped while an app runs. `load` does it under load.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, web};
use cors_actix::{AllowedHosts, Config, Cors, Mode, Reloadable, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;

const APP: &str = "https://app.example";

fn serve(cors: Cors, reloadable: &Reloadable) -> Server {
    let hosts = AllowedHosts::new(reloadable);
    Server::start(move || {
        App::new().route("/a", web::get().to(async || "done")).wrap(cors.clone()).wrap(hosts.clone())
    })
}

#[test]
fn a_config_with_violations_leaves_the_old_policy_in_place() {
    let config = |text: &str| toml::from_str::<Config>(text).unwrap_or_else(|error| panic!("{error}"));
    let good = config("origins = ['https://app.example']\nmethods = ['PUT']");
    let reloadable = Reloadable::new(good.policy(Mode::Production).unwrap_or_else(|error| panic!("{error}")));
    let server = serve(Cors::new(reloadable.clone()), &reloadable);
    let is_allowed = |origin| Head::preflight("/a", origin, "PUT").send(server.address()).status == 204;
    let shop = "https://shop.example";
    assert!(is_allowed(APP) && !is_allowed(shop));

    let bad = config("origins = ['https://shop.example/', 'https://*.com']\nmethods = ['put']");
    let violations = reloadable.reload(&bad, Mode::Production).expect_err("it breaks three rules");
    let mut rules: Vec<_> = violations.iter().map(|violation| violation.rule().name()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["inert_entry", "invalid_origin", "public_suffix"]);
    assert!(is_allowed(APP) && !is_allowed(shop), "the old one stays");

    let other = config("origins = ['https://shop.example']\nmethods = ['PUT']");
    reloadable.reload(&other, Mode::Production).unwrap_or_else(|violations| panic!("{violations}"));
    assert!(!is_allowed(APP) && is_allowed(shop), "the new one holds");
}

#[test]
fn a_path_can_have_a_reloadable_policy() {
    cors_policy! { static FIXED; origins: ["https://fixed.example"], methods: [PUT] }
    cors_policy! { static ONE; origins: ["https://app.example"], methods: [GET, PUT] }
    cors_policy! { static OTHER; origins: ["https://app.example"], methods: [PUT, DELETE] }
    let reloadable = Reloadable::new(ONE.production().clone());
    let cors = Cors::paths().at("/fixed", &FIXED).at("/{tail}*", &reloadable);
    let server = Server::start(move || App::new().wrap(cors.clone()));
    let allowed = |path, origin| {
        let received = Head::preflight(path, origin, "PUT").send(server.address());
        received.one("access-control-allow-methods").map(str::to_owned)
    };
    let fixed = Some("PUT".to_owned());
    assert_eq!(allowed("/a", APP).as_deref(), Some("GET, HEAD, PUT"));
    assert_eq!(allowed("/fixed", "https://fixed.example"), fixed);
    let old = reloadable.swap(OTHER.production().clone());
    assert_eq!(*old, *ONE.production());
    assert_eq!(allowed("/a", APP).as_deref(), Some("PUT, DELETE"));
    assert_eq!(allowed("/fixed", "https://fixed.example"), fixed);
}

/// The policy that has checked the host of a request decides it, whatever is swapped before it gets to `Cors`.
#[test]
fn a_request_that_is_under_way_keeps_its_policy() {
    cors_policy! { static OLD; origins: ["https://app.example"], hosts: ["localhost"] }
    cors_policy! { static NEW; origins: ["https://shop.example"], hosts: ["api.example"] }
    let reloadable = Reloadable::new(OLD.production().clone());
    let server = {
        let reloadable = reloadable.clone();
        Server::start(move || {
            let swapped = reloadable.clone();
            let swap = from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
                swapped.swap(NEW.production().clone());
                next.call(request)
            });
            App::new().wrap(Cors::new(&reloadable)).wrap(swap).wrap(AllowedHosts::new(&reloadable))
        })
    };
    let answer = || {
        let received = Head::get("/a").origin(APP).send(server.address());
        (received.status, received.one("access-control-allow-origin").map(str::to_owned))
    };
    assert_eq!(answer(), (404, Some(APP.to_owned())), "the old one has let it in");
    assert_eq!(answer().0, 400, "the next one meets the new one");
    reloadable.swap(OLD.production().clone());
    assert_eq!(answer(), (404, Some(APP.to_owned())), "and again");
}

#[test]
fn hosts_are_swapped_too() {
    let config = |host: &str| -> Config {
        toml::from_str(&format!("origins = ['https://app.example']\nhosts = ['{host}']")).expect("it is TOML")
    };
    let policy = config("localhost").policy(Mode::Production).unwrap_or_else(|error| panic!("{error}"));
    let reloadable = Reloadable::new(policy);
    let server = serve(Cors::new(&reloadable), &reloadable);
    let status = || Head::get("/a").send(server.address()).status;
    assert_eq!(status(), 200);
    reloadable.reload(&config("api.example"), Mode::Production).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(status(), 400);
}
