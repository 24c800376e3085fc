//! What goes wrong around a policy: the app's own code panics, clients leave or send everything at once.

use std::io::{Read, Write};
use std::net::Shutdown;

use actix_web::{App, HttpResponse, get, web};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::http;
use cors_tests::server::Server;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
}

#[cors(TASKS)]
#[get("/route/panics")]
async fn panics() -> HttpResponse {
    panic!("a defect of the handler's own")
}

fn serve(cors: Cors) -> Server {
    Server::start(move || {
        let fails = || async { if true { panic!("a defect of the handler's own") } else { "never" } };
        App::new()
            .service(panics)
            .route("/panics", web::get().to(fails))
            .route("/tasks", web::get().to(|| async { "tasks" }))
            .wrap(cors.clone())
    })
}

/// The one worker goes on as if nothing had been.
#[track_caller]
fn lives(server: &Server, enforces: bool) {
    let foreign = if enforces { (403, "") } else { (200, "tasks") };
    for (origin, (status, body), allowed) in [(APP, (200, "tasks"), Some(APP)), (FOREIGN, foreign, None)] {
        let next = Head::get("/tasks").origin(origin).send(server.address());
        let got = (next.status, next.text(), next.one("access-control-allow-origin"));
        assert_eq!(got, (status, body.to_owned(), allowed));
    }
    let preflight = Head::preflight("/tasks", APP, "PUT").send(server.address());
    assert_eq!((preflight.status, preflight.one("access-control-allow-origin")), (204, Some(APP)));
}

#[test]
fn a_handler_that_panics_leaves_nothing_behind() {
    for (cors, enforces) in [(Cors::new(&TASKS), false), (Cors::new(&TASKS).enforce(), true)] {
        let server = serve(cors);
        for path in ["/panics", "/route/panics"] {
            for _ in 0..2 {
                let mut client = http::connect(server.address()).expect("the server takes connections");
                client.write_all(&Head::get(path).origin(APP).bytes()).expect("it takes the request");
                // Actix closes the connection; a response that is half ours there never is.
                let mut bytes = Vec::new();
                client.read_to_end(&mut bytes).expect("it is closed");
                assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
                lives(&server, enforces);
            }
        }
    }
}

#[test]
fn an_on_refusal_that_panics_lets_nobody_in() {
    let cors = Cors::new(&TASKS).enforce().on_refusal(|_, _| panic!("a defect of the app's own"));
    let server = serve(cors);
    for request in [Head::get("/tasks").origin(FOREIGN), Head::preflight("/tasks", FOREIGN, "PUT")] {
        let mut client = http::connect(server.address()).expect("the server takes connections");
        client.write_all(&request.bytes()).expect("it takes the request");
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).expect("it is closed");
        assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
        let next = Head::get("/tasks").origin(APP).send(server.address());
        assert_eq!((next.status, next.one("access-control-allow-origin")), (200, Some(APP)));
    }
}

/// Each answer belongs to its own request, whatever stood before it on the connection.
#[test]
fn requests_that_are_sent_all_at_once_are_answered_in_turn() {
    let server = serve(Cors::new(&TASKS));
    let requests = [
        (Head::get("/tasks").origin(APP), 200, Some(APP)),
        (Head::get("/tasks").origin(FOREIGN), 200, None),
        (Head::preflight("/tasks", APP, "PUT"), 204, Some(APP)),
        (Head::preflight("/tasks", FOREIGN, "PUT"), 403, None),
        (Head::get("/nowhere"), 404, None),
        (Head::get("/tasks").origin(APP), 200, Some(APP)),
    ];
    let mut client = http::connect(server.address()).expect("the server takes connections");
    let bytes: Vec<u8> = requests.iter().flat_map(|(head, ..)| head.clone().keeps_alive().bytes()).collect();
    client.write_all(&bytes).expect("it takes the requests");
    // A client that has no more to say may still listen.
    client.shutdown(Shutdown::Write).expect("the connection is open");
    let mut answers = Vec::new();
    client.read_to_end(&mut answers).expect("it is closed");
    let answers = String::from_utf8(answers).expect("answers are text");
    let answers: Vec<_> = answers.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), requests.len(), "{answers:#?}");
    for ((head, status, allowed), answer) in requests.iter().zip(answers) {
        assert!(answer.starts_with(&status.to_string()), "{head:?}: {answer}");
        let line = answer.lines().find_map(|line| line.strip_prefix("access-control-allow-origin: "));
        assert_eq!(line, *allowed, "{head:?}: {answer}");
        assert!(answer.to_lowercase().contains("vary: origin"), "{head:?}: {answer}");
    }
}
