//! Requests that a fuzzer makes up, sent to a random app: P1 to P4 hold.
//!
//! They are written as lines, so that a fuzzer that cuts and splices makes new ones, and people can read what it found: the seed of
//! the app, then each request, an empty line before every further one. Behind the seed, `unswitched` is for the same app without
//! `Cors::scopes_are_guarded`, to which the requests have come before.
//!
//! ```text
//! 17
//! PUT /s/x
//! origin https://a.example
//! headers x-a,x-b
//! upgrade
//!
//! GET /x
//! origin null
//! site cross-site
//! fail error
//! ```

use actix_web::rt::{System, SystemRunner};

use crate::check::{Case, check};
use crate::draw;
use crate::request::{Asked, Fail};
use crate::shrink::shrink;

/// The most requests that are read: the next ones meet the same app.
const MOST_REQUESTS: usize = 6;

thread_local! {
    static SYSTEM: SystemRunner = System::new();
}

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let drawn = lines.next().and_then(|line| drawn(str::from_utf8(line).ok()?));
    let (Some(drawn), Some(requests)) = (drawn, requests(lines)) else { return };
    let case = Case { requests, ..drawn };
    let broken = SYSTEM.with(|system| {
        system.block_on(async {
            match check(&case).await {
                Ok(_) => None,
                Err(violation) => Some(shrink(&case, *violation).await),
            }
        })
    });
    if let Some((case, violation)) = broken {
        panic!("{violation}\n{}", case.app);
    }
}

/// What is drawn from the seed; `None` if it is no number, or no scope of the app has a guard.
fn drawn(line: &str) -> Option<Case> {
    match line.strip_suffix(" unswitched") {
        Some(seed) => draw::case_without_switch(seed.parse().ok()?),
        None => Some(draw::case(line.parse().ok()?)),
    }
}

/// The requests; `None` if Actix has no form for one of them.
fn requests<'d>(lines: impl Iterator<Item = &'d [u8]>) -> Option<Vec<Asked>> {
    let mut requests: Vec<Asked> = Vec::new();
    let mut is_first = true;
    for line in lines {
        if line.is_empty() {
            is_first = true;
        } else if is_first {
            is_first = false;
            requests.push(asked(str::from_utf8(line).ok()?)?);
        } else {
            add(requests.last_mut()?, line)?;
        }
    }
    requests.truncate(MOST_REQUESTS);
    (!requests.is_empty() && requests.iter().all(Asked::can_be_sent)).then_some(requests)
}

fn asked(line: &str) -> Option<Asked> {
    let (method, path) = line.split_once(' ')?;
    Some(Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        host: "one.test".to_owned(),
        german: false,
        origin: Vec::new(),
        site: Vec::new(),
        upgrade: false,
        fail: Fail::No,
        requested_headers: Vec::new(),
        is_preflight: false,
    })
}

fn add(asked: &mut Asked, line: &[u8]) -> Option<()> {
    let at = line.iter().position(|byte| *byte == b' ');
    let (key, value) = at.map_or((line, &b""[..]), |at| (&line[..at], &line[at + 1..]));
    match key {
        b"host" => asked.host = str::from_utf8(value).ok()?.to_owned(),
        b"origin" => asked.origin.push(value.into()),
        b"site" => asked.site.push(value.into()),
        b"headers" => asked.requested_headers.push(value.into()),
        b"german" => asked.german = true,
        b"upgrade" => asked.upgrade = true,
        b"fail" => {
            asked.fail = match value {
                b"handler" => Fail::Handler,
                b"error" => Fail::Error,
                b"response" => Fail::Response,
                _ => return None,
            };
        }
        _ => return None,
    }
    Some(())
}
