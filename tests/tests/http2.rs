//! HTTP/2: the host is in `:authority`, many requests share a connection, and there is no upgrade.

use std::net::SocketAddr;

use actix_web::{App, HttpServer, get, rt, web};
use cors_actix::{AllowedHosts, Cors, cors, cors_policy};
use cors_tests::server::{ANY_PORT, Server};
use h2::client::SendRequest;
use http::Request;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";
const PARTNER: &str = "https://partner.example";
const OWN: &str = "http://api.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    hosts: ["api.example"],
}

cors_policy! {
    static FEED;
    origins: ["https://partner.example"],
}

#[cors(FEED)]
#[get("/feed")]
async fn feed() -> &'static str {
    "feed"
}

fn serve(cors: Cors) -> Server {
    let app = move || {
        let fails = || async { if true { panic!("a defect of the handler's own") } else { "never" } };
        App::new()
            .service(feed)
            .route("/panics", web::get().to(fails))
            .default_service(web::to(|| async { "ran" }))
            .wrap(cors.clone())
            .wrap(AllowedHosts::new(&TASKS))
    };
    Server::run(|| HttpServer::new(app).workers(1).bind_auto_h2c(ANY_PORT))
}

struct Client(SendRequest<bytes::Bytes>);

impl Client {
    async fn open(server: SocketAddr) -> Self {
        let socket = rt::net::TcpStream::connect(server).await.expect("the server takes connections");
        let (requests, connection) = h2::client::handshake(socket).await.expect("it speaks HTTP/2");
        rt::spawn(async move { drop(connection.await) });
        Self(requests)
    }

    /// The status, who may read the answer, and its body.
    async fn send(&self, request: Request<()>) -> Result<(u16, Option<String>, String), h2::Error> {
        let mut requests = self.0.clone().ready().await?;
        let (answer, _) = requests.send_request(request, true)?;
        let (head, mut body) = answer.await?.into_parts();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.data().await {
            let chunk = chunk?;
            body.flow_control().release_capacity(chunk.len())?;
            bytes.extend(chunk);
        }
        let mut allowed = head.headers.get_all("access-control-allow-origin").iter();
        let line = allowed.next().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        assert!(allowed.next().is_none(), "one line at most");
        let vary = head.headers.get_all("vary").iter().any(|value| value.as_bytes().starts_with(b"Origin"));
        assert!(vary || head.status == 400, "{head:?}");
        Ok((head.status.as_u16(), line, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request<()> {
    let request = Request::builder().method(method).uri(target);
    let request = fields.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).expect("a request")
}

#[test]
fn a_request_is_judged_as_over_http1() {
    let put = ("access-control-request-method", "PUT");
    let site = ("sec-fetch-site", "cross-site");
    #[rustfmt::skip]
    let cases: [(&str, &str, &str, &[_], _, _); 17] = [
        // name, method, target, fields: status with what is allowed, the same under `enforce`
        ("listed", "GET", "http://api.example/", &[("origin", APP)], (200, Some(APP)), (200, Some(APP))),
        ("listed, to change something", "PUT", "http://api.example/", &[("origin", APP)], (200, Some(APP)), (200, Some(APP))),
        ("foreign", "GET", "http://api.example/", &[("origin", FOREIGN)], (200, None), (403, None)),
        ("foreign, to change something", "POST", "http://api.example/", &[("origin", FOREIGN)], (200, None), (403, None)),
        ("foreign, without `Origin`", "POST", "http://api.example/", &[site], (200, None), (403, None)),
        ("its own page", "POST", "http://api.example/", &[("origin", OWN)], (200, None), (200, None)),
        ("its own page by a host in capitals", "POST", "http://API.example/", &[("origin", OWN)], (200, None), (200, None)),
        ("preflight", "OPTIONS", "http://api.example/", &[("origin", APP), put], (204, Some(APP)), (204, Some(APP))),
        ("foreign preflight", "OPTIONS", "http://api.example/", &[("origin", FOREIGN), put], (403, None), (403, None)),
        ("route of its own", "GET", "http://api.example/feed", &[("origin", PARTNER)], (200, Some(PARTNER)), (200, Some(PARTNER))),
        ("route of its own, from the app's page", "GET", "http://api.example/feed", &[("origin", APP)], (200, None), (403, None)),
        ("two origins", "GET", "http://api.example/", &[("origin", APP), ("origin", FOREIGN)], (200, None), (403, None)),
        ("foreign host", "GET", "http://evil.example/", &[("origin", APP)], (400, None), (400, None)),
        ("foreign host beside ours in `Host`", "GET", "http://evil.example/", &[("origin", APP), ("host", "api.example")], (400, None), (400, None)),
        ("our host beside a foreign one in `Host`", "GET", "http://api.example/", &[("origin", APP), ("host", "evil.example")], (400, None), (400, None)),
        ("CONNECT, which may open a socket", "CONNECT", "api.example:80", &[("origin", FOREIGN)], (403, None), (403, None)),
        ("CONNECT of a listed page", "CONNECT", "api.example:80", &[("origin", APP)], (200, Some(APP)), (200, Some(APP))),
    ];
    for enforces in [false, true] {
        let server = serve(if enforces { Cors::new(&TASKS).enforce() } else { Cors::new(&TASKS) });
        rt::System::new().block_on(async {
            let client = Client::open(server.address()).await;
            for (name, method, target, fields, open, enforced) in cases {
                let (status, allowed) = if enforces { enforced } else { open };
                let got = client.send(request(method, target, fields)).await;
                let (got_status, got_allowed, _) = got.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(
                    (got_status, got_allowed.as_deref()),
                    (status, allowed),
                    "{name}, enforces: {enforces}"
                );
            }
        });
    }
}

/// Streams of one connection are served in between each other: each answer belongs to its own request.
#[test]
fn requests_of_one_connection_stay_apart() {
    let server = serve(Cors::new(&TASKS).enforce());
    rt::System::new().block_on(async {
        let client = Client::open(server.address()).await;
        let kinds = [(APP, "/", 200), (FOREIGN, "/", 403), (PARTNER, "/feed", 200), (APP, "/feed", 403)];
        let sent = (0..200).map(|at| {
            let (origin, path, status) = kinds[at % kinds.len()];
            let request = request("GET", &format!("http://api.example{path}"), &[("origin", origin)]);
            let client = &client;
            async move {
                let (got, allowed, _) = client.send(request).await.expect("an answer");
                let expected = (status == 200).then_some(origin);
                assert_eq!((got, allowed.as_deref()), (status, expected), "{origin} {path}");
            }
        });
        futures_util::future::join_all(sent).await;
    });
}

/// A WebSocket over HTTP/2 is a `CONNECT` with `:protocol` (<https://www.rfc-editor.org/rfc/rfc8441#section-4>). Browsers open one
/// only if the server says that it takes them; Actix does not, so they open it over HTTP/1.1, and the layer sees the upgrade.
#[test]
fn no_web_socket_is_opened_over_http2() {
    let server = serve(Cors::new(&TASKS));
    rt::System::new().block_on(async {
        let client = Client::open(server.address()).await;
        client
            .send(request("GET", "http://api.example/", &[]))
            .await
            .expect("the server's settings are known");
        assert!(!client.0.is_extended_connect_protocol_enabled());
        let mut request = request("CONNECT", "http://api.example/", &[("origin", FOREIGN)]);
        request.extensions_mut().insert(h2::ext::Protocol::from_static("websocket"));
        let refused = client.send(request).await;
        assert!(refused.is_err(), "{refused:?}");
    });
}

#[test]
fn a_handler_that_panics_leaves_the_server_as_it_was() {
    let server = serve(Cors::new(&TASKS));
    rt::System::new().block_on(async {
        for _ in 0..3 {
            let client = Client::open(server.address()).await;
            let failed = client.send(request("GET", "http://api.example/panics", &[("origin", APP)])).await;
            assert!(failed.is_err(), "{failed:?}");
            let client = Client::open(server.address()).await;
            for (origin, allowed) in [(APP, Some(APP)), (FOREIGN, None)] {
                let next = client.send(request("GET", "http://api.example/", &[("origin", origin)])).await;
                let (status, got, body) = next.expect("an answer");
                assert_eq!((status, got.as_deref(), &*body), (200, allowed, "ran"), "{origin}");
            }
        }
    });
}
