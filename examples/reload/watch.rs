//! Follows the file: a policy that keeps the rules is swapped in, and any other is refused.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cors_actix::Reloadable;
use notify_debouncer_mini::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use crate::policy;

/// Until the file has been quiet for so long, somebody may still be writing it.
const QUIET: Duration = Duration::from_millis(100);

/// Swaps the policy whenever the text of the file changes, until what it returns is dropped.
///
/// It watches the directory: editors put a new file in the old one's place, and a mounted
/// configuration is a link that comes to point elsewhere. Of all that happens there only another text counts, and a
/// file that cannot be read is told of once: the log may be in the same directory.
pub(crate) fn follow(
    path: PathBuf,
    text: String,
    policy: Reloadable,
) -> notify::Result<Debouncer<RecommendedWatcher>> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut last = Ok(text);
    let mut watcher = new_debouncer(QUIET, move |events: DebounceEventResult| {
        if let Err(error) = events {
            tracing::error!("the policy may have changed unseen: {error}");
        }
        let read = policy::read(&path);
        if read == last {
            return;
        }
        match &read {
            Ok(text) => apply(&path, text, &policy),
            // Between two steps of an editor there may be no file.
            Err(why) => tracing::warn!("the old policy stays: {why}"),
        }
        last = read;
    })?;
    watcher.watcher().watch(&directory, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

fn apply(path: &Path, text: &str, policy: &Reloadable) {
    let path = path.display();
    match policy::compile(text) {
        Ok(new) => {
            policy.swap(new);
            tracing::info!("{path} is in force");
        }
        Err(why) => tracing::error!("{path} is refused, the old policy stays:\n{why}"),
    }
}
