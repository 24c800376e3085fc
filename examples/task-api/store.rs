//! Tasks, kept in SQLite.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Task {
    id: i64,
    title: String,
    done: bool,
}

impl Task {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get(0)?, title: row.get(1)?, done: row.get(2)? })
    }
}

/// One connection: SQLite writes one at a time anyway. Every call blocks.
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Without a path SQLite keeps a file of its own, which nobody else can open and which is gone
    /// when the program ends, however it ends.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, String> {
        let open = || {
            let connection = Connection::open(path.unwrap_or(Path::new("")))?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS tasks (
                     id    INTEGER PRIMARY KEY,
                     title TEXT NOT NULL,
                     done  INTEGER NOT NULL DEFAULT 0
                 ) STRICT",
            )?;
            Ok(Self(Mutex::new(connection)))
        };
        open().map_err(|error: rusqlite::Error| match path {
            Some(path) => format!("cannot keep tasks in {}: {error}", path.display()),
            None => format!("cannot keep tasks in a temporary file: {error}"),
        })
    }

    /// A page of tasks, oldest first, and how many there are in all.
    pub(crate) fn list(&self, limit: u32, offset: u32) -> Result<(Vec<Task>, u64)> {
        let connection = self.connection();
        let tasks = connection
            .prepare("SELECT id, title, done FROM tasks ORDER BY id LIMIT ?1 OFFSET ?2")?
            .query_map([limit, offset], Task::from_row)?
            .collect::<Result<_>>()?;
        let total: i64 = connection.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0))?;
        Ok((tasks, total.unsigned_abs()))
    }

    pub(crate) fn create(&self, title: &str) -> Result<Task> {
        self.connection().query_row(
            "INSERT INTO tasks (title) VALUES (?1) RETURNING id, title, done",
            [title],
            Task::from_row,
        )
    }

    /// What is `None` stays as it is. `None` comes back if there is no such task.
    pub(crate) fn update(&self, id: i64, title: Option<&str>, done: Option<bool>) -> Result<Option<Task>> {
        self.connection()
            .query_row(
                "UPDATE tasks SET title = coalesce(?2, title), done = coalesce(?3, done)
                 WHERE id = ?1 RETURNING id, title, done",
                params![id, title, done],
                Task::from_row,
            )
            .optional()
    }

    /// Whether there was such a task.
    pub(crate) fn delete(&self, id: i64) -> Result<bool> {
        Ok(self.connection().execute("DELETE FROM tasks WHERE id = ?1", [id])? > 0)
    }

    pub(crate) fn clear(&self) -> Result<()> {
        self.connection().execute("DELETE FROM tasks", []).map(drop)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves no half-done statement behind: each one is atomic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        Store::open(None).unwrap()
    }

    fn task(id: i64, title: &str, done: bool) -> Task {
        Task { id, title: title.into(), done }
    }

    #[test]
    fn a_task_lives_and_dies() {
        let store = store();
        assert_eq!(store.create("write it down").unwrap(), task(1, "write it down", false));
        assert_eq!(store.update(1, None, Some(true)).unwrap(), Some(task(1, "write it down", true)));
        assert_eq!(store.update(1, Some("done"), None).unwrap(), Some(task(1, "done", true)));
        assert!(store.delete(1).unwrap());
        assert!(!store.delete(1).unwrap());
        assert_eq!(store.update(1, Some("too late"), None).unwrap(), None);
    }

    #[test]
    fn a_page_knows_the_total() {
        let store = store();
        for title in ["a", "b", "c"] {
            store.create(title).unwrap();
        }
        assert_eq!(store.list(1, 1).unwrap(), (vec![task(2, "b", false)], 3));
        assert_eq!(store.list(10, 5).unwrap(), (vec![], 3));
    }

    #[test]
    fn a_title_is_data_not_sql() {
        let store = store();
        let title = "'); DROP TABLE tasks; --";
        assert_eq!(store.create(title).unwrap().title, title);
        assert_eq!(store.list(10, 0).unwrap().1, 1);
    }

    #[test]
    fn a_place_that_cannot_be_is_named() {
        let error = Store::open(Some(Path::new("/nowhere/tasks.db"))).err().unwrap();
        assert!(error.contains("/nowhere/tasks.db"), "{error}");
    }
}
