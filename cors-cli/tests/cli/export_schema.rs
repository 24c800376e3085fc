//! What `cors export` writes for the Gateway API and for S3, held against what their schemas take.
//!
//! No such server runs here. The facts are those that the two publish: `HTTPCORSFilter` of the Gateway API v1.5, with its
//! patterns, lengths and lists that are sets, and `CORSRule` of S3's API.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::cors_with;

const ORIGINS: [&str; 8] = [
    "\"any\"",
    "[\"https://a.com\", \"https://*.a.com\"]",
    "[\"http://localhost:3000\", \"http://127.0.0.1:8080\"]",
    "[\"http://[::1]:3000\"]",
    "[\"https://*.a_b.com\"]",
    "[\"https://a.com.\"]",
    "[\"null\"]",
    "[\"https://xn--mnchen-3ya.de\"]",
];
const METHODS: [&str; 6] = [
    "",
    "methods = []",
    "methods = \"any\"",
    "methods = [\"GET\", \"PUT\", \"DELETE\"]",
    "methods = [\"PATCH\"]",
    "methods = [\"QUERY\"]",
];
const HEADERS: [&str; 5] = [
    "",
    "headers = \"any\"",
    "headers = [\"authorization\", \"x-csrftoken\"]",
    "headers = [\"x-app-*\"]",
    "headers = [\"x'`|~!#$%&+.^_\"]",
];
const OTHERS: [&str; 5] = [
    "",
    "credentials = true",
    "credentials = true\nmax_age = 1\nexpose = [\"etag\"]",
    "expose = \"any\"",
    "credentials = true\nmax_age = 0",
];

#[test]
fn what_is_written_is_what_the_schemas_take() {
    let (mut gateways, mut buckets) = (0, 0);
    for origins in ORIGINS {
        for methods in METHODS {
            for headers in HEADERS {
                for others in OTHERS {
                    let settings = format!("origins = {origins}\n{methods}\n{headers}\n{others}\n");
                    gateways += usize::from(is_held("gateway-api", &settings, gateway_api));
                    buckets += usize::from(is_held("s3", &settings, s3));
                }
            }
        }
    }
    assert!(gateways >= 100 && buckets >= 100, "{gateways} and {buckets} policies were written");
}

/// Whether the target can say the policy; if so, its schema has to take what was written.
fn is_held(target: &str, settings: &str, judge: fn(&str) -> Result<(), String>) -> bool {
    let text = format!("origins = [\"https://z.com\"]\n[development]\n{settings}");
    let run = cors_with(&["export", target, "-", "--mode", "development"], &[], &text);
    match run.code {
        Some(0) => {
            if let Err(fault) = judge(&run.out) {
                panic!("{target}: {fault}\n{settings}\n{}", run.out);
            }
            true
        }
        Some(2) => {
            // The policies that break a rule in both modes are not this test's.
            let is_said =
                run.err.contains("cannot express this policy") || run.err.contains("cannot be used until");
            assert!(is_said, "{target}: {run:?}\n{settings}");
            false
        }
        _ => panic!("{target}: {run:?}\n{settings}"),
    }
}

fn gateway_api(text: &str) -> Result<(), String> {
    let filters: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let [filter] = filters.as_array().map_or(&[][..], Vec::as_slice) else { return Err("one filter".into()) };
    keys(filter, &["type", "cors"])?;
    if filter["type"] != "CORS" {
        return Err("type".into());
    }
    let cors = &filter["cors"];
    let known =
        ["allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"];
    keys(cors, &known)?;
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];
    set(&cors["allowOrigins"], 64, true, |origin| (1..=253).contains(&origin.len()) && is_origin(origin))?;
    set(&cors["allowMethods"], 9, true, |method| methods.contains(&method))?;
    set(&cors["allowHeaders"], 64, true, is_name)?;
    set(&cors["exposeHeaders"], 64, false, is_name)?;
    if !cors["allowCredentials"].is_boolean() {
        return Err("allowCredentials".into());
    }
    match &cors["maxAge"] {
        Value::Null => Ok(()),
        seconds if seconds.as_i64().is_some_and(|seconds| (1..=i64::from(i32::MAX)).contains(&seconds)) => {
            Ok(())
        }
        other => Err(format!("maxAge {other}")),
    }
}

fn s3(text: &str) -> Result<(), String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    keys(&root, &["CORSRules"])?;
    let rules = root["CORSRules"].as_array().ok_or("CORSRules")?;
    if !(1..=100).contains(&rules.len()) {
        return Err("1 to 100 rules".into());
    }
    let one_star = |text: &str| text.matches('*').count() <= 1;
    for rule in rules {
        let known =
            ["ID", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds"];
        keys(rule, &known)?;
        if rule["ID"].as_str().is_some_and(|id| id.len() > 255) {
            return Err("ID".into());
        }
        for required in ["AllowedOrigins", "AllowedMethods"] {
            if rule[required].as_array().is_none_or(Vec::is_empty) {
                return Err(format!("{required} is required"));
            }
        }
        set(&rule["AllowedOrigins"], usize::MAX, false, one_star)?;
        set(&rule["AllowedMethods"], 5, false, |method| {
            ["GET", "PUT", "POST", "DELETE", "HEAD"].contains(&method)
        })?;
        set(&rule["AllowedHeaders"], usize::MAX, false, one_star)?;
        set(&rule["ExposeHeaders"], usize::MAX, false, |name| !name.contains('*'))?;
        if !(rule["MaxAgeSeconds"].is_null() || rule["MaxAgeSeconds"].is_u64()) {
            return Err("MaxAgeSeconds".into());
        }
    }
    Ok(())
}

fn keys(object: &Value, known: &[&str]) -> Result<(), String> {
    let object = object.as_object().ok_or("an object")?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("no key `{key}`")),
        None => Ok(()),
    }
}

/// A list that may be left out: without doubles, of a length, with `*` on its own where the schema says so.
fn set(list: &Value, most: usize, star_alone: bool, takes: impl Fn(&str) -> bool) -> Result<(), String> {
    if list.is_null() {
        return Ok(());
    }
    let list = list.as_array().ok_or("a list")?;
    let texts: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
    if texts.len() != list.len() || list.len() > most {
        return Err(format!("{} entries, or one twice, in {list:?}", list.len()));
    }
    if star_alone && texts.contains("*") && texts.len() > 1 {
        return Err(format!("`*` beside others in {list:?}"));
    }
    match texts.iter().find(|text| !takes(text)) {
        Some(text) => Err(format!("`{text}`")),
        None => Ok(()),
    }
}

/// `CORSOrigin`, whose pattern is
/// `(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)`.
fn is_origin(text: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return text == "*";
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "1"));
    let is_port = (1..=5).contains(&port.len()) && port.chars().all(|c| c.is_ascii_digit());
    is_port && (host == "*" || host.strip_prefix("*.").unwrap_or(host).split('.').all(is_label))
}

/// `HTTPHeaderName`: ``^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$``, up to 256 bytes.
fn is_name(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}
