//! A file of SQLite: for one machine, and for trying things out.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::block;
use rusqlite::{Connection, OptionalExtension as _};

use super::{FIRST, Failure, Versions};

#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Mutex<Connection>>);

impl Sqlite {
    pub(crate) fn open(path: &str) -> Result<Self, Failure> {
        let database = Connection::open(path)?;
        // Other processes write, too.
        database.busy_timeout(Duration::from_secs(2))?;
        database.execute_batch("PRAGMA journal_mode = WAL")?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    /// Runs it on a thread that may wait.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let database = Arc::clone(&self.0);
        let work = move || work(&mut database.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        Ok(block(work).await??)
    }

    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        self.run(|database| {
            database.execute_batch(
                "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), policy_version INTEGER NOT NULL,
                     policy TEXT NOT NULL, tenants_version INTEGER NOT NULL) STRICT;
                 CREATE TABLE IF NOT EXISTS tenants (origin TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
            )?;
            database.execute("INSERT OR IGNORE INTO state VALUES (1, 1, ?1, 1)", [FIRST])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn versions(&self) -> Result<Versions, Failure> {
        self.run(|database| {
            database.query_row("SELECT policy_version, tenants_version FROM state", [], |row| {
                Ok(Versions { policy: number(row.get(0)?), tenants: number(row.get(1)?) })
            })
        })
        .await
    }

    pub(crate) async fn policy(&self) -> Result<(u64, String), Failure> {
        self.run(|database| {
            database.query_row("SELECT policy_version, policy FROM state", [], |row| {
                Ok((number(row.get(0)?), row.get(1)?))
            })
        })
        .await
    }

    pub(crate) async fn publish(&self, text: &str) -> Result<u64, Failure> {
        let text = text.to_owned();
        self.run(move |database| {
            database.query_row(
                "UPDATE state SET policy = ?1, policy_version = policy_version + 1 RETURNING policy_version",
                [text],
                |row| row.get(0).map(number),
            )
        })
        .await
    }

    pub(crate) async fn is_tenant(&self, origin: &str) -> Result<bool, Failure> {
        let origin = origin.to_owned();
        self.run(move |database| {
            let mut query = database.prepare("SELECT 1 FROM tenants WHERE origin = ?1")?;
            Ok(query.query_row([origin], |_| Ok(())).optional()?.is_some())
        })
        .await
    }

    pub(crate) async fn change_tenant(&self, origin: &str, is_in: bool) -> Result<(), Failure> {
        let origin = origin.to_owned();
        self.run(move |database| {
            let change = database.transaction()?;
            let changed = change.execute(
                if is_in {
                    "INSERT OR IGNORE INTO tenants VALUES (?1)"
                } else {
                    "DELETE FROM tenants WHERE origin = ?1"
                },
                [origin],
            )?;
            if changed > 0 {
                change.execute("UPDATE state SET tenants_version = tenants_version + 1", [])?;
            }
            change.commit()
        })
        .await
    }
}

/// SQLite's numbers have a sign. Only whether two are equal counts.
fn number(number: i64) -> u64 {
    number.cast_unsigned()
}
