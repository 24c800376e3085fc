//! The servers: two ports, one app, in which `Cors` answers wherever a policy can.

use std::cell::Cell;
use std::future::ready;
use std::net::{Ipv4Addr, TcpListener};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_service::{Service as _, Transform as _, fn_service};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Bytes;
use actix_web::{App, Error, HttpServer};
use cors_actix::Cors;

use super::answer::Answer;
use super::asked::Asked;
use super::checkout::Checkout;
use super::stash::Stash;
use super::tally::Tally;
use super::{handlers, pipe, policy};
use crate::server::Server;

/// Where the pages are; the other origins are its other port and its subdomains, which browsers find on loopback.
pub(super) const HOST: &str = "wpt.localhost";

/// Where https would be: no browser asks this port.
pub(super) const NO_PORT: u16 = 1;

/// Everything that is served, until this is dropped.
pub(super) struct Site {
    state: Arc<State>,
    _server: Server,
}

struct State {
    checkout: Checkout,
    ports: [u16; 2],
    stash: Stash,
    tally: Mutex<Tally>,
}

impl Site {
    pub(super) fn start(checkout: Checkout) -> Self {
        let listeners =
            [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port"));
        let ports = [0, 1].map(|at: usize| listeners[at].local_addr().expect("it is bound").port());
        let state = Arc::new(State { checkout, ports, stash: Stash::default(), tally: Mutex::default() });
        let served = Arc::clone(&state);
        let server = Server::run(move || {
            let http = HttpServer::new(move || {
                let state = Arc::clone(&served);
                App::new().default_service(fn_service(move |request| answer(Arc::clone(&state), request)))
            });
            // Browsers open connections before they need them, and a busy machine lets them wait.
            let http = http.workers(1).client_request_timeout(Duration::from_secs(120));
            listeners.into_iter().try_fold(http, HttpServer::listen)
        });
        Self { state, _server: server }
    }

    pub(super) fn url(&self, page: &str) -> String {
        format!("http://{HOST}:{}/{page}", self.state.ports[0])
    }

    pub(super) fn tally(&self) -> Tally {
        self.state.tally().clone()
    }
}

impl State {
    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().expect("no handler panics")
    }

    fn miss(&self, what: String) {
        self.tally().missing.insert(what);
    }

    /// What a file or a handler answers.
    fn answer(&self, asked: &Asked) -> Answer {
        let pipe = asked.get("pipe").unwrap_or_default();
        let answer = match handlers::find(&asked.path) {
            Some(handler) => Some(handler(asked, &self.stash)),
            None => self.checkout.file(&asked.path, pipe::substitutes(pipe), self.ports).map(
                |(answer, unknown)| {
                    if let Some(expression) = unknown {
                        self.miss(format!("{{{{{expression}}}}} in {}", asked.path));
                    }
                    answer
                },
            ),
        };
        let Some(answer) = answer else {
            if asked.path.ends_with(".py") {
                self.miss(asked.path.clone());
            }
            return Answer::new("not found").status(404);
        };
        pipe::apply(pipe, answer).unwrap_or_else(|function| {
            self.miss(format!("{function} in the pipe of {}", asked.path));
            Answer::new("no such pipe").status(500)
        })
    }
}

async fn answer(state: Arc<State>, mut request: ServiceRequest) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = request.extract::<Bytes>().await?;
    let asked = Asked::read(&request, body.to_vec());
    let answer = state.answer(&asked);
    if asked.origin().is_none() && !answer.has_cors_fields() {
        return Ok(request.into_response(answer.into_response()));
    }
    match policy::policy(&asked, &answer) {
        Ok(policy) => {
            state.tally().count(&asked);
            let rest = Rc::new(Cell::new(Some(answer.without_cors_fields().into_response())));
            let app = fn_service(move |request: ServiceRequest| {
                let rest = rest.take().expect("it is called once");
                ready(Ok::<_, Error>(request.into_response(rest)))
            });
            let cors = Cors::new(policy).new_transform(app).await.expect("it is always there");
            cors.call(request).await
        }
        Err(reason) => {
            *state.tally().by_hand.entry(reason).or_default() += 1;
            Ok(request.into_response(answer.into_response()))
        }
    }
}
