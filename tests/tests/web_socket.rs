//! The guard of upgrades, with a WebSocket that carries messages on both sides.

use std::net::TcpStream;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::{App, HttpRequest, HttpResponse, rt, web};
use actix_ws::Message;
use cors_actix::{Cors, OriginSource, cors_policy};
use cors_tests::server::Server;
use cors_tests::spy::Spy;
use futures_util::StreamExt as _;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";
const TENANT: &str = "https://tenant.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    hosts: ["localhost", "127.0.0.1"],
}

struct Tenants;

impl OriginSource for Tenants {
    type Error = std::convert::Infallible;

    async fn allows(&self, origin: &str, _head: &RequestHead) -> Result<bool, Self::Error> {
        Ok(origin == TENANT)
    }
}

/// Sends every text back.
async fn echo(
    request: HttpRequest,
    body: web::Payload,
    spy: web::Data<Spy>,
) -> Result<HttpResponse, actix_web::Error> {
    spy.note();
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            if let Message::Text(text) = message
                && session.text(text).await.is_err()
            {
                return;
            }
        }
        let _ = session.close(None).await;
    });
    Ok(response)
}

/// What the socket sends back, or the status of a refusal.
fn talk(server: &Server, host: &str, fields: &[(&'static str, &str)]) -> Result<String, u16> {
    let mut request = format!("ws://{host}/echo").into_client_request().expect("it is a URL");
    for (name, value) in fields {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("it is a value"));
    }
    let stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("the time is not zero");
    let (mut socket, _) = tungstenite::client(request, stream).map_err(|error| match error {
        tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response)) => {
            response.status().as_u16()
        }
        other => panic!("{other}"),
    })?;
    socket.send(tungstenite::Message::text("hello")).expect("the socket is open");
    let answer = socket.read().expect("the socket is open");
    Ok(answer.into_text().expect("it is text").to_string())
}

#[test]
fn who_may_open_a_socket() {
    let guarded = || Cors::new(&TASKS);
    for (name, cors, origin, site, opens) in [
        ("the app's page", guarded(), Some(APP), Some("cross-site"), true),
        ("a program", guarded(), None, None, true),
        ("the API's own page", guarded(), Some("own"), None, true),
        ("the API's own page, as the browser says", guarded(), Some(FOREIGN), Some("same-origin"), true),
        ("a foreign page", guarded(), Some(FOREIGN), Some("cross-site"), false),
        ("a foreign page, from an old browser", guarded(), Some(FOREIGN), None, false),
        ("a sandboxed frame", guarded(), Some("null"), Some("cross-site"), false),
        ("a foreign page, enforced", guarded().enforce(), Some(FOREIGN), None, false),
        ("a foreign page, unguarded", guarded().unguarded_upgrades(), Some(FOREIGN), None, true),
        ("a foreign page, on trial", guarded().report_only(), Some(FOREIGN), None, true),
        ("a tenant's page", guarded().origins_from(Tenants), Some(TENANT), None, true),
        ("a page that is no tenant's", guarded().origins_from(Tenants), Some(FOREIGN), None, false),
    ] {
        let spy = Spy::default();
        let data = web::Data::new(spy.clone());
        let server = Server::start(move || {
            App::new().app_data(data.clone()).route("/echo", web::get().to(echo)).wrap(cors.clone())
        });
        let host = server.address().to_string();
        let own = format!("http://{host}");
        let origin = origin.map(|origin| if origin == "own" { own.as_str() } else { origin });
        let fields: Vec<_> = origin
            .map(|origin| ("origin", origin))
            .into_iter()
            .chain(site.map(|site| ("sec-fetch-site", site)))
            .collect();
        let expected = if opens { Ok("hello".to_owned()) } else { Err(403) };
        assert_eq!(talk(&server, &host, &fields), expected, "{name}");
        assert_eq!(spy.take(), usize::from(opens), "{name}: how often the app is asked");
    }
}

/// After DNS rebinding the page and the server have one name, and it is none of ours.
#[test]
fn a_rebound_page_opens_no_socket() {
    let cors = Cors::new(&TASKS);
    let data = web::Data::new(Spy::default());
    let server = Server::start(move || {
        App::new().app_data(data.clone()).route("/echo", web::get().to(echo)).wrap(cors.clone())
    });
    let host = format!("evil.example:{}", server.address().port());
    let origin = format!("http://{host}");
    let fields = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(talk(&server, &host, &fields), Err(403));
}
