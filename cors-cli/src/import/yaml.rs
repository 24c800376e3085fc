//! Kubernetes and Envoy: the Gateway API's filter, ingress-nginx' annotations, Istio's and Envoy's `CorsPolicy`.

use cors_engine::Key;
use serde_json::{Map, Value as Json};

use super::Imported;
use super::draft::{Draft, Entry, Value};
use crate::places::{self, Node, NodeKind};
use crate::report::Problem;

/// Every document of a file. JSON is YAML.
fn documents(source: &str, text: &str) -> Result<Vec<Json>, Problem> {
    serde_saphyr::from_multiple(text).map_err(|error| Problem::new(format!("{source} is not YAML: {error}")))
}

type Found<'f, 'j> = dyn FnMut(&str, Option<usize>, &'j Map<String, Json>) + 'f;

/// Calls `found` for each object of the tree, with the keys that lead to it and where it begins.
fn walk<'j>(json: &'j Json, node: Option<&Node>, path: &str, found: &mut Found<'_, 'j>) {
    match json {
        Json::Object(object) => {
            found(path, node.map(|node| node.bytes.start), object);
            for (key, value) in object {
                let node = node.and_then(|node| node.field(key)).map(|field| &field.value);
                walk(value, node, &format!("{path}.{key}"), found);
            }
        }
        Json::Array(array) => {
            for (index, value) in array.iter().enumerate() {
                let node = node.and_then(|node| node.elements().get(index));
                walk(value, node, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

/// The name of a Kubernetes object, as `kind/name`.
fn name(document: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("?").to_owned();
    format!("{}/{}", text(&document["kind"]), text(&document["metadata"]["name"]))
}

fn read(
    source: &str,
    text: &str,
    one: &dyn Fn(&Map<String, Json>) -> Option<Draft>,
) -> Result<Vec<Imported>, Problem> {
    let mut imported = Vec::new();
    let documents = documents(source, text)?;
    // An empty document is none.
    let places = places::yaml_documents(text).unwrap_or_default().into_iter();
    let places: Vec<Node> = places.filter(|node| !matches!(node.kind, NodeKind::Null)).collect();
    let documents: Vec<Json> = documents.into_iter().filter(|document| !document.is_null()).collect();
    let has_places = places.len() == documents.len();
    for (index, document) in documents.iter().enumerate() {
        let prefix = if document["kind"].is_string() { name(document) } else { String::new() };
        walk(document, places.get(index).filter(|_| has_places), "", &mut |path, start, object| {
            if let Some(draft) = one(object) {
                let line = start.and_then(|start| Some(text.get(..start)?.matches('\n').count() + 1));
                let place = format!("{prefix} {}", path.trim_start_matches('.')).trim().to_owned();
                let place = match line {
                    Some(line) => format!("line {line}, {place}").trim_end_matches(", ").to_owned(),
                    None => place,
                };
                imported.push(Imported { place, line, draft });
            }
        });
    }
    Ok(imported)
}

pub(super) fn gateway_api(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    read(source, text, &|object| {
        (object.get("type")? == "CORS").then_some(())?;
        let cors = object.get("cors")?.as_object()?;
        let mut draft = Draft::default();
        draft.list(Key::Origins, strings(cors, "allowOrigins", &mut Vec::new()));
        common(cors, &mut draft);
        // With credentials a gateway has to list what was asked for instead.
        if cors.get("allowCredentials") != Some(&Json::Bool(true)) {
            draft.is_sent(Key::Headers);
        }
        if let Some(seconds) = cors.get("maxAge") {
            seconds_or_unread(seconds, &mut draft);
        }
        unknown(
            cors,
            &["allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"],
            &mut draft,
        );
        Some(draft)
    })
}

/// What the Gateway API and Istio write in the same way.
fn common(cors: &Map<String, Json>, draft: &mut Draft) {
    draft.flag(Key::Credentials, cors.get("allowCredentials").and_then(Json::as_bool).unwrap_or_default());
    for (key, name) in
        [(Key::Methods, "allowMethods"), (Key::Headers, "allowHeaders"), (Key::Expose, "exposeHeaders")]
    {
        let mut unread = Vec::new();
        let entries = strings(cors, name, &mut unread);
        draft.unread.extend(unread);
        if !entries.is_empty() {
            names(draft, key, entries);
        }
    }
}

/// A list of names. Those of headers have no case.
fn names(draft: &mut Draft, key: Key, mut entries: Vec<String>) {
    if key != Key::Methods {
        entries.iter_mut().for_each(|entry| entry.make_ascii_lowercase());
    }
    draft.list(key, entries);
}

fn strings(object: &Map<String, Json>, name: &str, unread: &mut Vec<String>) -> Vec<String> {
    let Some(value) = object.get(name) else { return Vec::new() };
    let Some(list) = value.as_array() else {
        unread.push(format!("{name}: {value}, which is not a list"));
        return Vec::new();
    };
    let text = |entry: &Json| match entry.as_str() {
        Some(text) => Some(text.to_owned()),
        None => {
            unread.push(format!("{name}: {entry}, which is not a text"));
            None
        }
    };
    list.iter().filter_map(text).collect()
}

fn unknown(object: &Map<String, Json>, known: &[&str], draft: &mut Draft) {
    let others = object.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    draft.unread.extend(others.map(|(key, value)| format!("{key}: {value}")));
}

/// `3600`, `"3600"`, `24h`, `1h30m`
fn seconds_or_unread(value: &Json, draft: &mut Draft) {
    let seconds = value.as_u64().or_else(|| seconds(value.as_str()?));
    match seconds {
        Some(seconds) => draft.set(Key::MaxAge, Value::Number(seconds), Vec::new()),
        None => draft.unread.push(format!("max age {value}")),
    }
}

fn seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(total)
}

/// The annotations of ingress-nginx, with its defaults, which let in more than most people know.
pub(super) fn ingress_nginx(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    const PREFIX: &str = "nginx.ingress.kubernetes.io/";
    read(source, text, &|object| {
        let annotation = |name: &str| -> Option<String> {
            let value = object.get(&format!("{PREFIX}{name}"))?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        (annotation("enable-cors")? == "true").then_some(())?;
        let mut draft = Draft::default();
        let words = |text: &str| -> Vec<String> {
            text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
        };
        let mut list = |name: &str, default: &str| match annotation(name) {
            Some(text) => words(&text),
            None => {
                draft.remark(format!("{PREFIX}{name} is not set, and its default is {default}"));
                words(default)
            }
        };
        let origins = list("cors-allow-origin", "*");
        let methods = list("cors-allow-methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS");
        let headers = list(
            "cors-allow-headers",
            "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
        );
        let credentials = list("cors-allow-credentials", "true");
        let max_age = list("cors-max-age", "1728000");
        let exposed = annotation("cors-expose-headers").map(|text| words(&text)).unwrap_or_default();
        match origins.iter().any(|origin| origin == "*") {
            true => draft.set(Key::Origins, Value::Any, Vec::new()),
            false => {
                let entries = origins.iter().map(|origin| one_label(origin)).collect();
                draft.set(Key::Origins, Value::List(entries), Vec::new());
            }
        }
        draft.flag(Key::Credentials, credentials == ["true"]);
        names(&mut draft, Key::Methods, methods);
        names(&mut draft, Key::Headers, headers);
        for key in [Key::Methods, Key::Headers, Key::Expose] {
            draft.is_sent(key);
        }
        if !exposed.is_empty() {
            names(&mut draft, Key::Expose, exposed);
        }
        if let Some(seconds) = max_age.first() {
            seconds_or_unread(&Json::String(seconds.clone()), &mut draft);
        }
        Some(draft)
    })
}

/// `https://*.a.com` of ingress-nginx is one label, while ours is any number of them.
fn one_label(origin: &str) -> Entry {
    match origin.split_once("://*.") {
        Some((scheme, rest)) => {
            Entry::Regex(format!("^{}://[A-Za-z0-9-]+\\.{}$", escaped(scheme), escaped(rest)))
        }
        None => Entry::Text(origin.into()),
    }
}

pub(super) fn istio(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    read(source, text, &|object| {
        let cors = object.get("corsPolicy")?.as_object()?;
        let mut draft = Draft::default();
        let mut unread = Vec::new();
        let old = strings(cors, "allowOrigin", &mut unread);
        let matches = cors.get("allowOrigins").and_then(Json::as_array).cloned().unwrap_or_default();
        let mut entries: Vec<Entry> = old.into_iter().map(Entry::Text).collect();
        entries.extend(matches.iter().filter_map(|found| string_match(found, &mut unread)));
        draft.unread.extend(unread);
        origins(&mut draft, entries);
        common(cors, &mut draft);
        draft.is_sent(Key::Expose);
        if let Some(seconds) = cors.get("maxAge") {
            seconds_or_unread(seconds, &mut draft);
        }
        let known = [
            "allowOrigin",
            "allowOrigins",
            "allowCredentials",
            "allowMethods",
            "allowHeaders",
            "exposeHeaders",
            "maxAge",
        ];
        // Refused preflights go upstream or not: neither changes whom the policy lets in.
        unknown(cors, &[&known[..], &["unmatchedPreflights"]].concat(), &mut draft);
        Some(draft)
    })
}

pub(super) fn envoy(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    read(source, text, &|cors| {
        let matches = cors.get("allow_origin_string_match")?.as_array()?;
        let mut draft = Draft::default();
        let mut unread = Vec::new();
        let entries = matches.iter().filter_map(|found| string_match(found, &mut unread)).collect();
        draft.unread.extend(unread);
        origins(&mut draft, entries);
        draft.flag(
            Key::Credentials,
            cors.get("allow_credentials").and_then(Json::as_bool).unwrap_or_default(),
        );
        for (key, name) in [
            (Key::Methods, "allow_methods"),
            (Key::Headers, "allow_headers"),
            (Key::Expose, "expose_headers"),
        ] {
            if let Some(text) = cors.get(name).and_then(Json::as_str) {
                // For a star alone Envoy answers with what was asked for.
                if key == Key::Expose || text.trim() != "*" {
                    draft.is_sent(key);
                }
                names(&mut draft, key, text.split(',').map(|word| word.trim().to_owned()).collect());
            }
        }
        if let Some(seconds) = cors.get("max_age") {
            seconds_or_unread(seconds, &mut draft);
        }
        if let Some(private) = cors.get("allow_private_network_access") {
            draft.flag(Key::PrivateNetwork, private.as_bool().unwrap_or_default());
        }
        unknown(
            cors,
            &[
                "@type",
                "allow_origin_string_match",
                "allow_credentials",
                "allow_methods",
                "allow_headers",
                "expose_headers",
                "max_age",
                "allow_private_network_access",
                "forward_not_matching_preflights",
            ],
            &mut draft,
        );
        Some(draft)
    })
}

fn origins(draft: &mut Draft, entries: Vec<Entry>) {
    let is_any = entries.contains(&Entry::Text("*".into()));
    draft.set(Key::Origins, if is_any { Value::Any } else { Value::List(entries) }, Vec::new());
}

/// `StringMatch` of Istio, `StringMatcher` of Envoy.
fn string_match(found: &Json, unread: &mut Vec<String>) -> Option<Entry> {
    let of = |name: &str| found[name].as_str();
    let regex = found["safe_regex"]["regex"].as_str().or(of("regex"));
    // Envoy asks each of them whether it matches a star, which stands for everybody.
    let texts = [of("prefix"), of("suffix"), of("contains")];
    if texts.contains(&Some("*")) || regex.is_some_and(|regex| [r"\*", "[*]"].contains(&regex)) {
        return Some(Entry::Text("*".into()));
    }
    let case = if found["ignore_case"] == true { "(?i)" } else { "" };
    let entry = match (of("exact"), of("prefix"), of("suffix"), of("contains"), regex) {
        (Some(exact), ..) => Entry::Text(exact.into()),
        (_, Some(prefix), ..) => Entry::Regex(format!("{case}^{}.*$", escaped(prefix))),
        (_, _, Some(suffix), ..) => Entry::Regex(format!("{case}^.*{}$", escaped(suffix))),
        (_, _, _, Some(inside), _) => Entry::Regex(format!("{case}^.*{}.*$", escaped(inside))),
        (.., Some(regex)) => Entry::Regex(regex.into()),
        _ => {
            unread.push(format!("an origin that is {found}"));
            return None;
        }
    };
    Some(entry)
}

fn escaped(text: &str) -> String {
    // Outside of brackets a hyphen means itself.
    regex_syntax::escape(text).replace("\\-", "-")
}

/// The rules of an S3 bucket, as `aws s3api get-bucket-cors` prints them.
pub(super) fn s3(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    read(source, text, &|rule| {
        rule.get("AllowedOrigins").and_then(Json::as_array)?;
        let mut draft = Draft::default();
        let mut unread = Vec::new();
        let listed = strings(rule, "AllowedOrigins", &mut unread);
        let is_any = listed.iter().any(|origin| origin == "*");
        draft.list(Key::Origins, listed);
        // S3 says so to every origin that it does not answer with `*`.
        draft.flag(Key::Credentials, !is_any);
        for (key, name) in [
            (Key::Methods, "AllowedMethods"),
            (Key::Headers, "AllowedHeaders"),
            (Key::Expose, "ExposeHeaders"),
        ] {
            let entries = strings(rule, name, &mut unread);
            if !entries.is_empty() {
                names(&mut draft, key, entries);
            }
        }
        if let Some(seconds) = rule.get("MaxAgeSeconds") {
            seconds_or_unread(seconds, &mut draft);
        }
        draft.unread.extend(unread);
        unknown(
            rule,
            &["ID", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds"],
            &mut draft,
        );
        Some(draft)
    })
}

/// The rules of a bucket of Google Cloud Storage, as `gcloud storage buckets describe` prints them.
pub(super) fn gcs(source: &str, text: &str) -> Result<Vec<Imported>, Problem> {
    read(source, text, &|rule| {
        rule.get("origin").and_then(Json::as_array)?;
        let mut draft = Draft::default();
        let mut unread = Vec::new();
        draft.list(Key::Origins, strings(rule, "origin", &mut unread));
        let methods = strings(rule, "method", &mut unread);
        if !methods.is_empty() {
            names(&mut draft, Key::Methods, methods);
        }
        let headers = strings(rule, "responseHeader", &mut unread);
        if !headers.is_empty() {
            draft.remark("`responseHeader` is both: what pages may send, and what they may read.");
            names(&mut draft, Key::Headers, headers.clone());
            names(&mut draft, Key::Expose, headers);
        }
        if let Some(seconds) = rule.get("maxAgeSeconds") {
            seconds_or_unread(seconds, &mut draft);
        }
        draft.unread.extend(unread);
        unknown(rule, &["origin", "method", "responseHeader", "maxAgeSeconds"], &mut draft);
        Some(draft)
    })
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_seconds() {
        for (text, expected) in [
            ("3600", Some(3600)),
            ("24h", Some(86_400)),
            ("1h30m5s", Some(5405)),
            ("", Some(0)),
            ("1d", None),
            ("h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
