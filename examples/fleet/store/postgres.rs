//! PostgreSQL: `LISTEN` and `NOTIFY`.

use std::future::poll_fn;
use std::sync::Arc;

use actix_web::rt;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::{Change, FIRST, Failure, Versions};

const CHANNEL: &str = "cors";

#[derive(Clone)]
pub(crate) struct Postgres {
    config: Arc<Config>,
    /// Shared by all workers. Queries run side by side on it.
    client: Arc<Mutex<Option<Arc<Client>>>>,
}

impl Postgres {
    pub(crate) fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self { config: Arc::new(url.parse()?), client: Arc::default() })
    }

    async fn client(&self) -> Result<Arc<Client>, Failure> {
        let mut shared = self.client.lock().await;
        if let Some(client) = shared.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        rt::spawn(async move {
            // Whoever waits for an answer gets the error.
            let _ = connection.await;
        });
        let client = Arc::new(client);
        *shared = Some(Arc::clone(&client));
        Ok(client)
    }

    pub(crate) async fn disconnect(&self) {
        *self.client.lock().await = None;
    }

    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        let client = self.client().await?;
        // Several processes may begin at once, and `IF NOT EXISTS` does not make two of them wait for each other.
        client
            .batch_execute(
                "BEGIN;
                 SELECT pg_advisory_xact_lock(817263);
                 CREATE TABLE IF NOT EXISTS cors_state (one boolean PRIMARY KEY DEFAULT true CHECK (one),
                     policy_version bigint NOT NULL, policy text NOT NULL, tenants_version bigint NOT NULL);
                 CREATE TABLE IF NOT EXISTS cors_tenants (origin text PRIMARY KEY);
                 COMMIT",
            )
            .await?;
        let first = "INSERT INTO cors_state VALUES (true, 1, $1, 1) ON CONFLICT DO NOTHING";
        client.execute(first, &[&FIRST]).await?;
        Ok(())
    }

    pub(crate) async fn versions(&self) -> Result<Versions, Failure> {
        let client = self.client().await?;
        let row = client.query_one("SELECT policy_version, tenants_version FROM cors_state", &[]).await?;
        Ok(Versions { policy: number(row.try_get(0)?), tenants: number(row.try_get(1)?) })
    }

    pub(crate) async fn policy(&self) -> Result<(u64, String), Failure> {
        let client = self.client().await?;
        let row = client.query_one("SELECT policy_version, policy FROM cors_state", &[]).await?;
        Ok((number(row.try_get(0)?), row.try_get(1)?))
    }

    pub(crate) async fn publish(&self, text: &str) -> Result<u64, Failure> {
        let client = self.client().await?;
        let row = client
            .query_one(
                "WITH changed AS (UPDATE cors_state SET policy = $1, policy_version = policy_version + 1 RETURNING policy_version)
                 SELECT policy_version, pg_notify($2, 'policy') FROM changed",
                &[&text, &CHANNEL],
            )
            .await?;
        Ok(number(row.try_get(0)?))
    }

    pub(crate) async fn is_tenant(&self, origin: &str) -> Result<bool, Failure> {
        let client = self.client().await?;
        Ok(client.query_opt("SELECT 1 FROM cors_tenants WHERE origin = $1", &[&origin]).await?.is_some())
    }

    pub(crate) async fn change_tenant(&self, origin: &str, is_in: bool) -> Result<(), Failure> {
        let change = if is_in {
            "INSERT INTO cors_tenants VALUES ($1) ON CONFLICT DO NOTHING RETURNING origin"
        } else {
            "DELETE FROM cors_tenants WHERE origin = $1 RETURNING origin"
        };
        let client = self.client().await?;
        client
            .execute(
                &format!(
                    "WITH changed AS ({change}),
                     version AS (UPDATE cors_state SET tenants_version = tenants_version + 1
                         WHERE EXISTS (SELECT FROM changed) RETURNING tenants_version)
                     SELECT pg_notify($2, tenants_version || ' ' || $1) FROM version"
                ),
                &[&origin, &CHANNEL],
            )
            .await?;
        Ok(())
    }

    pub(crate) fn listener(&self) -> Listener {
        Listener { config: Arc::clone(&self.config), connected: None }
    }
}

/// PostgreSQL's numbers have a sign. Only whether two are equal counts.
fn number(number: i64) -> u64 {
    number.cast_unsigned()
}

/// A connection of its own, for notifications.
pub(crate) struct Listener {
    config: Arc<Config>,
    /// The client is held because the connection ends with it.
    connected: Option<(Client, UnboundedReceiver<Change>)>,
}

impl Listener {
    pub(crate) async fn next(&mut self) -> Result<Change, Failure> {
        let Some((_, changes)) = &mut self.connected else {
            self.connected = Some(connect(&self.config).await?);
            // What happened before that was not heard.
            return Ok(Change::Policy);
        };
        match changes.recv().await {
            Some(change) => Ok(change),
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

async fn connect(config: &Config) -> Result<(Client, UnboundedReceiver<Change>), Failure> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let (sender, changes) = unbounded_channel();
    rt::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message
                && sender.send(Change::read(notification.payload())).is_err()
            {
                return;
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    Ok((client, changes))
}
