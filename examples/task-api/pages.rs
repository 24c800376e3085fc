//! The page that calls the API, served once from each of the two origins.

use std::io;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cors_actix::Mode;
use serde_json::json;

use crate::listen::Listener;
use crate::{auth, policy};

const PAGE: &str = include_str!("page.html");

pub(crate) struct Urls {
    pub(crate) api: String,
    pub(crate) trusted: String,
    pub(crate) untrusted: String,
}

/// The page, told where it stands.
pub(crate) fn render(urls: &Urls, mode: Mode, trusted: bool) -> String {
    let config = json!({
        "api": urls.api,
        "mode": policy::name(mode),
        "trusted": trusted,
        "other": if trusted { &urls.untrusted } else { &urls.trusted },
        "user": auth::DEMO_USER,
        "password": auth::DEMO_PASSWORD,
    });
    PAGE.replacen("{{config}}", &config.to_string(), 1)
}

pub(crate) fn serve(listener: Listener, html: String) -> io::Result<Server> {
    let authority = web::Data::new(listener.authority().to_owned());
    let html = web::Data::new(web::Bytes::from(html));
    let mut server = HttpServer::new(move || {
        App::new().app_data(authority.clone()).app_data(html.clone()).service(web::resource("/").get(page))
    })
    .workers(1)
    .shutdown_timeout(5);
    for socket in listener.sockets {
        server = server.listen(socket)?;
    }
    Ok(server.run())
}

/// Opened by another name, the page would have another origin than it says and the policy knows.
async fn page(
    request: HttpRequest,
    authority: web::Data<String>,
    html: web::Data<web::Bytes>,
) -> HttpResponse {
    let host = request.headers().get(header::HOST);
    if host.is_some_and(|host| host.as_bytes() != authority.as_bytes()) {
        let own = format!("http://{}/", **authority);
        return HttpResponse::Found().insert_header((header::LOCATION, own)).finish();
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        // The ports may differ at the next start.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(web::Bytes::clone(&html))
}
