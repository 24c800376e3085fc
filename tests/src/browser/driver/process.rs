//! A program that is started, listened to, and stopped.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

/// A program and what it writes to; both are gone when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Reads what it and its own processes say, until the last of them has ended.
    drain: Option<JoinHandle<()>>,
    profile: Profile,
}

/// A directory of its own.
#[derive(Debug)]
pub(super) struct Profile(PathBuf);

/// Where a program says that it is ready.
pub(super) enum Says {
    Out,
    Err,
}

impl Profile {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cors-tests-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(path)
    }

    pub(super) fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Process {
    /// Starts a program and gives what follows `prefix` in the first line that begins with it.
    pub(super) fn start(command: &mut Command, profile: Profile, says: Says, prefix: &str) -> (Self, String) {
        let program = command.get_program().to_string_lossy().into_owned();
        let command = match says {
            Says::Out => command.stdout(Stdio::piped()).stderr(Stdio::null()),
            Says::Err => command.stdout(Stdio::null()).stderr(Stdio::piped()),
        };
        // Where a user's session has them, they would be found and asked.
        let command = command.env_remove("DBUS_SESSION_BUS_ADDRESS").stdin(Stdio::null());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{program}: {error}: tests/run installs it"));
        let pipe: Box<dyn Read + Send> = match says {
            Says::Out => Box::new(child.stdout.take().expect("it is piped")),
            Says::Err => Box::new(child.stderr.take().expect("it is piped")),
        };
        let mut lines = BufReader::new(pipe).lines();
        let mut said = Vec::new();
        let found = loop {
            match lines.next() {
                Some(Ok(line)) => match line.strip_prefix(prefix) {
                    Some(rest) => break rest.to_owned(),
                    None => said.push(line),
                },
                _ => panic!("{program} stopped: {}", said.join("\n")),
            }
        };
        // A pipe that nobody empties would stop it some day.
        let drain = std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        (Self { child, drain: Some(drain), profile }, found)
    }

    /// The same for a program that does not say when it is ready.
    pub(super) fn spawn(command: &mut Command, profile: Profile) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{program}: {error}: tests/run installs it"));
        Self { child, drain: None, profile }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already: every step is tried, and none has to succeed.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Until then its own processes may still write to the profile.
        let _ = self.drain.take().map(JoinHandle::join);
        let _ = std::fs::remove_dir_all(self.profile.path());
    }
}
