//! An app behind a real socket.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use actix_http::Request;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, ServerHandle};
use actix_web::{Error, HttpServer, rt};

/// For whom binds a server: the system chooses a port that is free.
pub const ANY_PORT: (&str, u16) = ("127.0.0.1", 0);

/// A server on a loopback port of its own, until it is dropped.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    /// Serves the app that `factory` makes, as `HttpServer` does, by one worker.
    pub fn start<F, I, S, B>(factory: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<Error>,
        S::InitError: Debug,
        S::Response: Into<Response<B>>,
        B: MessageBody + 'static,
    {
        Self::with_workers(1, factory)
    }

    /// The same by so many workers, of which each makes its own app. They take connections in turn.
    pub fn with_workers<F, I, S, B>(workers: usize, factory: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<Error>,
        S::InitError: Debug,
        S::Response: Into<Response<B>>,
        B: MessageBody + 'static,
    {
        Self::run(move || HttpServer::new(factory).workers(workers).bind(ANY_PORT))
    }

    /// The same, for an `HttpServer` that the test has bound in its own way.
    ///
    /// # Panics
    ///
    /// If it could not be bound.
    pub fn run<F, I, S, B>(bind: impl FnOnce() -> io::Result<HttpServer<F, I, S, B>> + Send + 'static) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<Error>,
        S::InitError: Debug,
        S::Response: Into<Response<B>>,
        B: MessageBody + 'static,
    {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            rt::System::new().block_on(async move {
                let server = bind().expect("a free port").disable_signals();
                let address = server.addrs()[0];
                let server = server.run();
                sender.send((address, server.handle())).expect("the test waits");
                server.await
            })
        });
        let (address, handle) = receiver.recv().expect("the server starts");
        Self { address, handle }
    }

    /// Stops it, and waits until its workers have ended.
    pub fn stop(&self) {
        let stopped = self.handle.stop(true);
        rt::System::new().block_on(stopped);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The order is given at once; waiting for it would be for those who need the port again.
        drop(self.handle.stop(false));
    }
}
