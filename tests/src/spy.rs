//! Counts how often an app is asked.

use actix_web::{App, web};
use cors_actix::Cors;

use crate::server::Server;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A counter that app and test share.
#[derive(Clone, Debug, Default)]
pub struct Spy(Arc<AtomicUsize>);

impl Spy {
    /// The app was asked.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// How often since the last call of this.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

/// A server behind `cors` whose app does nothing but be asked.
pub fn watched(cors: Cors) -> (Server, Spy) {
    let spy = Spy::default();
    let server = Server::start({
        let spy = spy.clone();
        move || {
            let spy = spy.clone();
            let count = move || {
                spy.note();
                async { "done" }
            };
            App::new().default_service(web::to(count)).wrap(cors.clone())
        }
    });
    (server, spy)
}
