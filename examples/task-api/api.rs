//! The task API: its routes, and the order in which its middleware stands around them.

use std::io;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, Responder, delete, web};
use cors_actix::{AllowedHosts, Cors, Policy, cors};
use serde::Deserialize;
use serde_json::json;

use crate::auth::{self, Tokens};
use crate::error::ApiError;
use crate::exchanges::{self, Exchanges};
use crate::listen::Listener;
use crate::policy::ADMINS;
use crate::store::Store;

const LONGEST_TITLE: usize = 200;
const LARGEST_BODY: usize = 16 * 1024;
const LARGEST_PAGE: u32 = 100;

pub(crate) fn serve(
    listener: Listener,
    cors: Cors,
    policy: &'static Policy,
    store: Store,
    tokens: Tokens,
    exchanges: web::Data<Exchanges>,
) -> io::Result<Server> {
    let hosts = AllowedHosts::new(policy);
    let store = web::Data::new(store);
    let tokens = web::Data::new(tokens);

    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(store.clone())
            .app_data(tokens.clone())
            .app_data(exchanges.clone())
            .configure(routes)
            // What is wrapped last runs first: the host check, then CORS, and only then, inside
            // the routes, the token. So preflights, which never have one, are answered before it.
            .wrap(cors.clone())
            .wrap(hosts.clone())
            // Outside of all others, to see what comes and what goes.
            .wrap(from_fn(exchanges::record))
    })
    .shutdown_timeout(5);
    for socket in listener.sockets {
        server = server.listen(socket)?;
    }
    Ok(server.run())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(
            web::JsonConfig::default()
                .limit(LARGEST_BODY)
                .error_handler(|error, _| ApiError::from(error).into()),
        )
        .app_data(
            web::QueryConfig::default()
                .error_handler(|error, _| ApiError::bad_request(error.to_string()).into()),
        )
        // An id that is not a number is an address that does not exist.
        .app_data(web::PathConfig::default().error_handler(|_, _| ApiError::NotFound.into()))
        .service(web::resource("/api/health").get(health))
        .service(web::resource("/api/login").post(login))
        .service(
            web::scope("/api/tasks")
                .wrap(from_fn(auth::required))
                // In front of the resource on the same path, which takes every method.
                .service(remove_all)
                .service(web::resource("").get(list).post(create))
                .service(web::resource("/{id}").put(replace).patch(change).delete(remove)),
        )
        .default_service(web::to(nothing_here));
}

async fn health() -> impl Responder {
    web::Json(json!({ "status": "ok" }))
}

async fn nothing_here() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    user: String,
    password: String,
}

async fn login(tokens: web::Data<Tokens>, login: web::Json<Login>) -> Result<impl Responder, ApiError> {
    if login.user != auth::DEMO_USER || login.password != auth::DEMO_PASSWORD {
        return Err(ApiError::WrongCredentials);
    }
    Ok(web::Json(json!({
        "token": tokens.issue(&login.user)?,
        "expires_in": auth::LIFETIME.as_secs(),
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default = "largest_page")]
    limit: u32,
    #[serde(default)]
    offset: u32,
}

fn largest_page() -> u32 {
    LARGEST_PAGE
}

async fn list(store: web::Data<Store>, page: web::Query<Page>) -> Result<impl Responder, ApiError> {
    let limit = page.limit.min(LARGEST_PAGE);
    let (tasks, total) = blocking(store, move |store| store.list(limit, page.offset)).await?;
    // A page's script sees this header only because the policy exposes it.
    Ok(HttpResponse::Ok().insert_header(("x-total-count", total)).json(tasks))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    title: String,
}

async fn create(store: web::Data<Store>, new: web::Json<New>) -> Result<impl Responder, ApiError> {
    let title = checked(&new.title)?;
    let task = blocking(store, move |store| store.create(&title)).await?;
    Ok(HttpResponse::Created().json(task))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    title: String,
    done: bool,
}

async fn replace(
    store: web::Data<Store>,
    id: web::Path<i64>,
    new: web::Json<Replacement>,
) -> Result<impl Responder, ApiError> {
    update(store, *id, Some(checked(&new.title)?), Some(new.done)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    title: Option<String>,
    done: Option<bool>,
}

async fn change(
    store: web::Data<Store>,
    id: web::Path<i64>,
    change: web::Json<Change>,
) -> Result<impl Responder, ApiError> {
    let title = change.title.as_deref().map(checked).transpose()?;
    update(store, *id, title, change.done).await
}

async fn update(
    store: web::Data<Store>,
    id: i64,
    title: Option<String>,
    done: Option<bool>,
) -> Result<impl Responder, ApiError> {
    let task = blocking(store, move |store| store.update(id, title.as_deref(), done)).await?;
    task.map(web::Json).ok_or(ApiError::NotFound)
}

async fn remove(store: web::Data<Store>, id: web::Path<i64>) -> Result<impl Responder, ApiError> {
    if blocking(store, move |store| store.delete(*id)).await? {
        Ok(HttpResponse::NoContent())
    } else {
        Err(ApiError::NotFound)
    }
}

// The route and its preflight, for one page only. The preflight gets through although `auth` is
// in front of the route: the app's `Cors` knows the route's policy and answers by it.
#[cors(ADMINS)]
#[delete("")]
async fn remove_all(store: web::Data<Store>) -> Result<impl Responder, ApiError> {
    blocking(store, Store::clear).await?;
    Ok(HttpResponse::NoContent())
}

/// SQLite waits for the disk, which an Actix worker must not: it serves other requests meanwhile.
async fn blocking<T: Send + 'static>(
    store: web::Data<Store>,
    job: impl FnOnce(&Store) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    Ok(web::block(move || job(&store)).await??)
}

fn checked(title: &str) -> Result<String, ApiError> {
    let title = title.trim();
    match title.chars().count() {
        0 => Err(ApiError::bad_request("a task needs a title")),
        1..=LONGEST_TITLE => Ok(title.to_owned()),
        length => Err(ApiError::bad_request(format!(
            "a title has at most {LONGEST_TITLE} characters, and this one has {length}"
        ))),
    }
}
