//! The tenants' origins in SQLite.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension as _};

/// The database. Its calls block: they are for threads that may wait.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

impl Store {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let database = Connection::open(path)?;
        // The origin as browsers send it, compared as a whole: no prefix, suffix or pattern of it.
        database.execute_batch("CREATE TABLE IF NOT EXISTS tenants (origin TEXT PRIMARY KEY) STRICT")?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    pub(crate) fn contains(&self, origin: &str) -> rusqlite::Result<bool> {
        let database = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut query = database.prepare("SELECT 1 FROM tenants WHERE origin = ?1")?;
        // At `info` only for this example: it shows how rarely the database is asked.
        tracing::info!("the database is asked about {origin}");
        Ok(query.query_row([origin], |_| Ok(())).optional()?.is_some())
    }

    pub(crate) fn add(&self, origin: &str) -> rusqlite::Result<()> {
        let database = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        database.execute("INSERT OR IGNORE INTO tenants (origin) VALUES (?1)", [origin])?;
        Ok(())
    }
}
