//! Finds the part of a preflight that the server refuses, by asking for less each time.

use cors_engine::browser::Fetch;

use super::client::Client;
use crate::exchange::Sent;
use crate::report::Problem;

/// What the server refuses.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Culprit {
    /// It refuses every preflight.
    Everything,
    /// It refuses every preflight, and lets the origin read what it calls without one.
    Preflights,
    Method,
    /// These, each of which it refuses alone.
    Headers(Vec<String>),
    /// Each passes alone, but not all together.
    Together,
    /// A further question got no answer.
    Unknown,
}

/// Asks again for the method without headers, for each header alone, and for nothing but `GET`.
pub(super) fn narrow(fetch: &Fetch, client: &Client) -> Culprit {
    // The preflight itself was answered, and that must not be lost.
    ask(fetch, client).unwrap_or(Culprit::Unknown)
}

fn ask(fetch: &Fetch, client: &Client) -> Result<Culprit, Problem> {
    let page = || Fetch::new(fetch.origin()).credentials(fetch.includes_credentials());
    let passes = |asked: &Fetch| -> Result<bool, Problem> {
        let answer = client.send(&Sent::preflight(asked))?;
        Ok(asked.check_preflight(&answer).is_ok())
    };
    if !passes(&page().method(fetch.sent_method()))? {
        let simple = page();
        if passes(&simple)? {
            return Ok(Culprit::Method);
        }
        let may_read = simple.check_response(&client.send(&Sent::call(&simple))?).is_ok();
        return Ok(if may_read { Culprit::Preflights } else { Culprit::Everything });
    }
    let mut refused = Vec::new();
    for (name, value) in fetch.sent_headers() {
        let one = page().method(fetch.sent_method()).header(name, value);
        if one.requested_headers().is_some() && !passes(&one)? {
            refused.push(name.to_owned());
        }
    }
    Ok(if refused.is_empty() { Culprit::Together } else { Culprit::Headers(refused) })
}
