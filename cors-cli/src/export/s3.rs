//! S3: the rules of a bucket, as `aws s3api put-bucket-cors` takes them.

use serde_json::{Map, json};

use super::plan::Plan;
use super::{Title, Unsayable};

/// The methods that a rule may list.
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// What the name of a rule holds.
const MAX_ID: usize = 255;

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let policy = plan.policy;
    let cannot = |why: &str| Err(Unsayable(why.into()));
    if let Some(regex) = policy.origin_regexes().next() {
        return Err(Unsayable(format!("its origins have no regexes, and `{regex}` is one")));
    }
    if policy.origins().any(|origin| origin.ends_with(":*")) {
        return cannot(
            "an origin has at most one `*`, and `:*` would also match what is not a port: list the ports",
        );
    }
    if !policy.allows_any_origin() && !policy.credentials() {
        return cannot("it sends `Access-Control-Allow-Credentials: true` to every listed origin");
    }
    if policy.allows_any_method() {
        return cannot("its methods have no `*`");
    }
    if policy.methods().next().is_none() {
        return cannot("a rule lists at least one method");
    }
    if let Some(method) = policy.methods().find(|method| !METHODS.contains(method)) {
        return Err(Unsayable(format!("a bucket does not know the method `{method}`")));
    }
    if policy.exposed().any(|name| name == "*") {
        return cannot("its `ExposeHeaders` have no `*`");
    }
    if policy.timing() {
        return cannot("it has no `Timing-Allow-Origin`");
    }
    if policy.private_network() {
        return cannot("it does not answer for private networks");
    }
    if policy.preflight_status() != 200 && policy.preflight_status() != 204 {
        return cannot("the status of a preflight's answer is always 200");
    }
    let mut rule = Map::new();
    let id = match &title.fingerprint {
        Some(fingerprint) => format!("{} {fingerprint}", title.command),
        None => title.command.clone(),
    };
    // Where the file's path is too long for an ID, the fingerprint alone says which policy it was.
    let id = if id.len() > MAX_ID { title.fingerprint.clone().unwrap_or_default() } else { id };
    rule.insert("ID".into(), json!(id));
    let origins: Vec<&str> = if policy.allows_any_origin() { vec!["*"] } else { policy.origins().collect() };
    rule.insert("AllowedOrigins".into(), json!(origins));
    rule.insert("AllowedMethods".into(), json!(policy.methods().collect::<Vec<_>>()));
    let headers: Vec<&str> = if policy.allows_any_header() { vec!["*"] } else { policy.headers().collect() };
    if !headers.is_empty() {
        rule.insert("AllowedHeaders".into(), json!(headers));
    }
    let exposed: Vec<&str> = policy.exposed().collect();
    if !exposed.is_empty() {
        rule.insert("ExposeHeaders".into(), json!(exposed));
    }
    if let Some(seconds) = policy.max_age() {
        rule.insert("MaxAgeSeconds".into(), json!(seconds));
    }
    Ok(format!("{:#}\n", json!({ "CORSRules": [rule] })))
}
