//! Any policy and any requests: the engine answers as the naive reference does.
//!
//! They are written as lines, so that a fuzzer that cuts and splices makes new ones, and people can
//! read what it found: settings by key, then heads by field, an empty line before each.
//!
//! ```text
//! origins https://foo.com https://*.bar.com
//! methods GET PUT
//! headers x-a
//! credentials
//!
//! OPTIONS
//! origin https://foo.com
//! method PUT
//! headers X-A,x-b
//! ```

use crate::engine;
use crate::reference::{self, Answer, Head, Settings};

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(settings) = settings(lines.by_ref().take_while(|line| !line.is_empty())) else { return };
    let Ok(policy) = engine::compile(&settings) else { return };
    for head in heads(lines) {
        let answer = engine::answer(&policy, &head);
        assert_eq!(answer, reference::answer(&settings, &head), "{head:?} under {settings:?}");
        consistent(&answer);
    }
}

/// `*` and credentials exclude each other, and a refusal carries nothing.
///
/// # Panics
///
/// If that does not hold.
pub fn consistent(answer: &Answer) {
    let fields = answer.fields.iter();
    let value = |name| fields.clone().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let allowed = value("access-control-allow-origin");
    let credentials = value("access-control-allow-credentials");
    assert!(!(credentials.is_some() && allowed == Some("*")), "{answer:?}");
    assert!(allowed.is_some() || fields.clone().all(|(field, _)| field == "vary"), "{answer:?}");
}

fn settings<'d>(lines: impl Iterator<Item = &'d [u8]>) -> Option<Settings> {
    let nothing = || Some(Vec::new());
    let mut settings = Settings {
        methods: Some(["GET", "HEAD", "POST"].map(String::from).into()),
        headers: nothing(),
        expose: nothing(),
        origins: nothing(),
        preflight_status: 204,
        ..Settings::default()
    };
    for line in lines {
        let line = crate::text(line)?;
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let words = || value.split(' ').filter(|word| !word.is_empty()).map(String::from);
        let lower = || words().map(|word| word.to_ascii_lowercase());
        let is_any = value == "any";
        match key {
            "origins" => settings.origins = (!is_any).then(|| words().collect()),
            "methods" => settings.methods = (!is_any).then(|| with_head(words().collect())),
            "headers" => settings.headers = (!is_any).then(|| lower().collect()),
            "expose" => settings.expose = (!is_any).then(|| lower().collect()),
            "max_age" => settings.max_age = Some(value.parse().ok()?),
            "preflight_status" => settings.preflight_status = value.parse().ok()?,
            "credentials" => settings.credentials = true,
            "private_network" => settings.private_network = true,
            "timing" => settings.timing = true,
            _ => return None,
        }
    }
    Some(settings)
}

/// `GET` brings `HEAD` along.
fn with_head(mut methods: Vec<String>) -> Vec<String> {
    let get = methods.iter().position(|method| method == "GET");
    if let Some(at) = get.filter(|_| !methods.contains(&"HEAD".into())) {
        methods.insert(at + 1, "HEAD".into());
    }
    methods
}

fn heads<'d>(lines: impl Iterator<Item = &'d [u8]>) -> Vec<Head> {
    let mut heads = vec![Head::default()];
    for line in lines {
        let at = line.iter().position(|byte| *byte == b' ');
        let (key, value) = at.map_or((line, &b""[..]), |at| (&line[..at], &line[at + 1..]));
        let head = heads.last_mut().expect("there is one from the start");
        match key {
            b"" => heads.push(Head::default()),
            b"origin" => head.origin.push(value.into()),
            b"method" => head.requested_method.push(value.into()),
            b"headers" => head.requested_headers.push(value.into()),
            b"private_network" => head.private_network = true,
            method => head.method = method.into(),
        }
    }
    heads
}
