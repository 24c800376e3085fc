//! Redis: pub/sub, and a version key for what it loses.

use std::sync::Arc;

use futures_util::StreamExt as _;
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncCommands as _, Client, Script, pipe};
use tokio::sync::Mutex;

use super::{Change, FIRST, Failure, Versions};

const CHANNEL: &str = "cors";
const POLICY: &str = "cors:policy";
const POLICY_VERSION: &str = "cors:policy:version";
const TENANTS: &str = "cors:tenants";
const TENANTS_VERSION: &str = "cors:tenants:version";

#[derive(Clone)]
pub(crate) struct Redis {
    client: Client,
    /// Shared by all workers. Commands run side by side on it.
    connection: Arc<Mutex<Option<MultiplexedConnection>>>,
}

impl Redis {
    pub(crate) fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self { client: Client::open(url)?, connection: Arc::default() })
    }

    /// Runs a command, and makes a new connection for the next one if it fails.
    async fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> redis::RedisResult<T>,
    ) -> Result<T, Failure> {
        let mut connection = {
            let mut shared = self.connection.lock().await;
            match &*shared {
                Some(connection) => connection.clone(),
                None => shared.insert(self.client.get_multiplexed_async_connection().await?).clone(),
            }
        };
        let answer = work(&mut connection).await;
        if answer.is_err() {
            self.disconnect().await;
        }
        Ok(answer?)
    }

    pub(crate) async fn disconnect(&self) {
        *self.connection.lock().await = None;
    }

    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        self.run(async |connection| {
            pipe()
                .atomic()
                .set_nx(POLICY, FIRST)
                .ignore()
                .set_nx(POLICY_VERSION, 1)
                .ignore()
                .set_nx(TENANTS_VERSION, 1)
                .ignore()
                .query_async::<()>(connection)
                .await
        })
        .await
    }

    pub(crate) async fn versions(&self) -> Result<Versions, Failure> {
        let (policy, tenants) =
            self.run(async |connection| connection.mget(&[POLICY_VERSION, TENANTS_VERSION]).await).await?;
        Ok(Versions { policy, tenants })
    }

    pub(crate) async fn policy(&self) -> Result<(u64, String), Failure> {
        self.run(async |connection| {
            pipe().atomic().get(POLICY_VERSION).get(POLICY).query_async(connection).await
        })
        .await
    }

    pub(crate) async fn publish(&self, text: &str) -> Result<u64, Failure> {
        self.run(async |connection| {
            let (version,) = pipe()
                .atomic()
                .set(POLICY, text)
                .ignore()
                .incr(POLICY_VERSION, 1)
                .publish(CHANNEL, "policy")
                .ignore()
                .query_async(connection)
                .await?;
            Ok(version)
        })
        .await
    }

    pub(crate) async fn is_tenant(&self, origin: &str) -> Result<bool, Failure> {
        self.run(async |connection| connection.sismember(TENANTS, origin).await).await
    }

    pub(crate) async fn change_tenant(&self, origin: &str, is_in: bool) -> Result<(), Failure> {
        // A script runs as a whole: the version and the notification belong to the change.
        let change = Script::new(
            "if redis.call(ARGV[1], KEYS[1], ARGV[2]) == 1 then
                 redis.call('PUBLISH', ARGV[3], redis.call('INCR', KEYS[2]) .. ' ' .. ARGV[2])
             end",
        );
        let command = if is_in { "SADD" } else { "SREM" };
        let mut call = change.key(TENANTS);
        call.key(TENANTS_VERSION).arg(command).arg(origin).arg(CHANNEL);
        self.run(async |connection| call.invoke_async::<()>(connection).await).await
    }

    pub(crate) fn listener(&self) -> Listener {
        Listener { client: self.client.clone(), connected: None }
    }
}

/// A connection of its own, for notifications.
pub(crate) struct Listener {
    client: Client,
    connected: Option<PubSub>,
}

impl Listener {
    pub(crate) async fn next(&mut self) -> Result<Change, Failure> {
        let Some(connected) = &mut self.connected else {
            let mut connected = self.client.get_async_pubsub().await?;
            connected.subscribe(CHANNEL).await?;
            self.connected = Some(connected);
            // What happened before that was not heard.
            return Ok(Change::Policy);
        };
        let message = connected.on_message().next().await;
        match message {
            Some(message) => Ok(Change::read(&message.get_payload::<String>()?)),
            None => {
                self.connected = None;
                Err("the connection for notifications is gone".into())
            }
        }
    }

    pub(crate) fn disconnect(&mut self) {
        self.connected = None;
    }
}
