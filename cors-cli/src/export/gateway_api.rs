//! Kubernetes Gateway API: the CORS filter of an `HTTPRoute`, standard since v1.5.

use std::fmt::Write as _;

use super::plan::Plan;
use super::{Title, Unsayable};

/// `HTTPCORSFilter` of the API's schema.
const MAX_ORIGINS: usize = 64;
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
const MAX_HEADERS: usize = 64;
/// The bytes of an origin (`CORSOrigin`) and of a header name (`HTTPHeaderName`).
const MAX_ORIGIN: usize = 253;
const MAX_HEADER: usize = 256;

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let policy = plan.policy;
    let cannot = |why: &str| Err(Unsayable(why.into()));
    if let Some(regex) = policy.origin_regexes().next() {
        return Err(Unsayable(format!("its origins have no regexes, and `{regex}` is one")));
    }
    if policy.origins().any(|origin| origin.ends_with(":*")) {
        return cannot("its origins have no `:*`: list the ports");
    }
    if policy.origins().any(|origin| !origin.starts_with("http://") && !origin.starts_with("https://")) {
        return cannot("its origins can only have `http` or `https`");
    }
    if let Some(origin) = policy.origins().find(|origin| !is_plain(origin)) {
        return Err(Unsayable(format!(
            "a host has letters, digits, hyphens, and dots between them, and nothing else: `{origin}` has more"
        )));
    }
    if policy.origins().any(|origin| origin.len() > MAX_ORIGIN) {
        return Err(Unsayable(format!("an origin has {MAX_ORIGIN} bytes at most")));
    }
    if policy.origins().count() > MAX_ORIGINS {
        return Err(Unsayable(format!("it takes {MAX_ORIGINS} origins at most")));
    }
    if policy.methods().next().is_none() {
        return cannot("what it allows without a list of methods is left to the implementation");
    }
    if let Some(method) = policy.methods().find(|method| *method != "*" && !METHODS.contains(method)) {
        return Err(Unsayable(format!("it does not know the method `{method}`")));
    }
    if let Some(family) = policy.headers().find(|name| name.ends_with("-*")) {
        return Err(Unsayable(format!("its headers have no families, and `{family}` is one")));
    }
    if policy.headers().count().max(policy.exposed().count()) > MAX_HEADERS {
        return Err(Unsayable(format!("it takes {MAX_HEADERS} header names at most")));
    }
    if policy.headers().chain(policy.exposed()).any(|name| name.len() > MAX_HEADER) {
        return Err(Unsayable(format!("a header name has {MAX_HEADER} bytes at most")));
    }
    if policy.credentials() && policy.allows_any_method() {
        return cannot("what its `*` means with credentials is left to the implementation");
    }
    if policy.allows_any_header() {
        return cannot(
            "its `*` for headers must be the only entry, and does not include the `authorization` that `any` allows: list the names",
        );
    }
    if policy.timing() {
        return cannot("it has no `Timing-Allow-Origin`");
    }
    if policy.private_network() {
        return cannot("it does not answer for private networks");
    }
    if policy.max_age() == Some(0) {
        return cannot("its `maxAge` begins at 1");
    }
    if !matches!(policy.preflight_status(), 200 | 204) {
        return cannot("the status of a preflight's answer is the implementation's");
    }
    let mut out = title.comment(&[
        "The filter of a rule of an `HTTPRoute`. `Vary`, the status of an answer and what becomes of a refused preflight are",
        "the implementation's: `cors probe` says what yours does.",
    ]);
    out += "- type: CORS\n  cors:\n";
    list(&mut out, "allowOrigins", policy.allows_any_origin(), policy.origins());
    let _ = writeln!(out, "    allowCredentials: {}", policy.credentials());
    list(&mut out, "allowMethods", policy.allows_any_method(), policy.methods());
    list(&mut out, "allowHeaders", false, policy.headers());
    list(&mut out, "exposeHeaders", false, policy.exposed());
    if let Some(seconds) = policy.max_age() {
        let _ = writeln!(out, "    maxAge: {seconds}");
    }
    Ok(out)
}

/// Whether the schema of `CORSOrigin` takes the host: no IPv6 address, no `_`, no dot at the end.
fn is_plain(origin: &str) -> bool {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let mut labels = host.strip_prefix("*.").unwrap_or(host).split('.');
    labels.all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn list<'e>(out: &mut String, name: &str, any: bool, entries: impl Iterator<Item = &'e str>) {
    let entries: Vec<&str> = if any { vec!["*"] } else { entries.collect() };
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "    {name}:");
    for entry in entries {
        let _ = writeln!(out, "    - \"{entry}\"");
    }
}
