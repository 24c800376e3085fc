//! The page that calls the API, served once from each of the two origins.

use std::io;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde::Deserialize;
use serde_json::json;

use crate::auth;
use crate::exchanges::Exchanges;
use crate::listen::Listener;
use crate::policy::{self, Choice};

const PAGE: &str = include_str!("page.html");

pub(crate) struct Urls {
    pub(crate) api: String,
    pub(crate) trusted: String,
    pub(crate) untrusted: String,
}

/// The page, told where it stands: one of the two, and whether the policy lets it in.
pub(crate) fn render(urls: &Urls, choice: &Choice, first: bool) -> String {
    let (own, other) =
        if first { (&urls.trusted, &urls.untrusted) } else { (&urls.untrusted, &urls.trusted) };
    let is_let_in = |url: &str| choice.policy.allows_origin(url.as_bytes());
    let config = json!({
        "api": urls.api,
        "mode": policy::name(choice.mode),
        "letIn": is_let_in(own),
        "other": other,
        "otherLetIn": is_let_in(other),
        "user": auth::DEMO_USER,
        "password": auth::DEMO_PASSWORD,
    });
    PAGE.replacen("{{config}}", &config.to_string(), 1)
}

pub(crate) fn serve(listener: Listener, html: String, exchanges: web::Data<Exchanges>) -> io::Result<Server> {
    let authority = web::Data::new(listener.authority().to_owned());
    let html = web::Data::new(web::Bytes::from(html));
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(authority.clone())
            .app_data(html.clone())
            .app_data(exchanges.clone())
            .service(web::resource("/").get(page))
            .service(web::resource("/exchanges").get(later))
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
    if !is_own(&request, &authority) {
        let own = format!("http://{}/", **authority);
        return HttpResponse::Found().insert_header((header::LOCATION, own)).finish();
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        // The ports may differ at the next start.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(web::Bytes::clone(&html))
}

fn is_own(request: &HttpRequest, authority: &str) -> bool {
    let host = request.headers().get(header::HOST);
    host.is_none_or(|host| host.as_bytes() == authority.as_bytes())
}

#[derive(Deserialize)]
struct After {
    after: u64,
}

/// What the API was sent and has answered, for the page of the same origin: no browser asks about that.
async fn later(
    request: HttpRequest,
    authority: web::Data<String>,
    exchanges: web::Data<Exchanges>,
    query: web::Query<After>,
) -> HttpResponse {
    if !is_own(&request, &authority) {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(exchanges.after(query.after))
}
