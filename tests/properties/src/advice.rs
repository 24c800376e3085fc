//! Policies with slips in them: following every proposal of the list at once gives a policy that serves
//! the origins that were meant, and nobody else.

use std::collections::BTreeSet;

use cors_engine::{Block, Config, Entry, Language, Mode, Policy, Proposal, Violation};

/// Origins of which slips are made: none is a stranger's.
const MEANT: &[&str] = &[
    "https://app.example.com",
    "https://shop.example.com",
    "https://example.com",
    "https://app.example.com:8443",
    "https://a.b.example.co.uk",
    "https://team.vercel.app",
    "https://xn--bcher-kva.example",
    "tauri://localhost",
    "app://.",
    "https://192.0.2.7:8443",
];

/// Origins that no policy of these is ever to let in.
const STRANGERS: &[&str] = &[
    "null",
    "https://evil.test",
    "https://evilexample.com",
    "https://example.com.evil.test",
    "http://evil.test",
];

/// A way to write an origin wrong, or in another form.
type Slip = fn(&str) -> String;

const SLIPS: &[Slip] = &[
    str::to_owned,
    |origin| format!("{origin}/"),
    |origin| format!("{origin}/path?query"),
    |origin| origin.to_uppercase(),
    |origin| format!(" {origin} "),
    |origin| format!("\"{origin}\","),
    |origin| origin.replacen("https://", "", 1),
    |origin| origin.replacen("https:", "http:", 1),
    |origin| origin.replacen("https:", "htps:", 1),
    |origin| origin.replacen("https://", "https:/", 1),
    |origin| origin.replacen("https://", "wss://", 1),
    |origin| origin.replacen("https://", "https://user@", 1),
    |origin| {
        if origin.starts_with("https") && origin.matches(':').count() == 1 {
            format!("{origin}:443")
        } else {
            origin.into()
        }
    },
    |origin| origin.replacen("https://", "*://", 1),
    |origin| match origin.split_once("://").and_then(|(scheme, host)| Some((scheme, host.split_once('.')?.1)))
    {
        Some((scheme, above)) if above.contains('.') => format!("{scheme}://*.{above}"),
        _ => origin.into(),
    },
    |origin| match origin.split_once('.') {
        Some((_, above)) if above.contains('.') => format!("*.{above}"),
        _ => origin.into(),
    },
    |origin| format!("^{}$", origin.replace('.', r"\.")),
    |origin| format!("{origin}, https://other.example.com"),
];

/// Regexes, each with an origin that it is plainly for.
const REGEXES: &[(&str, &str)] = &[
    (r"https://.*example\.com", "https://app.example.com"),
    (r"https://.*\.example\.com", "https://app.example.com"),
    ("https://app.example.com", "https://app.example.com"),
    (r"https?://app\.example\.com", "https://app.example.com"),
    (r"^https?://(app|shop)\.example\.com$", "https://shop.example.com"),
    (r"/^https:\/\/app\.example\.com$/", "https://app.example.com"),
    (r"https://app\\.example\\.com", "https://app.example.com"),
    ("https://*.example.com", "https://app.example.com"),
    (r"https://(shop|.*)\.netlify\.app|https://.*\.example\.com", "https://app.example.com"),
    (r"app\.example\.com", "https://app.example.com"),
    (r"https://app\.example\.com/.*", "https://app.example.com"),
    (r"^http://localhost:\d+$", "http://localhost:3000"),
    (r"tauri://localhost", "tauri://localhost"),
];

const METHODS: &[&str] = &["GET", "get", "PATCH", "patch", "GET, PUT", "TRACE", "*", "delete", "PUT"];
const HEADERS: &[&str] = &[
    "authorization",
    "Authorization",
    "contenttype",
    "Content Type",
    "autorization, x-token",
    "x-stainless-*",
    "x-app*",
    "origin",
    "x-*",
    "content-type",
];
const HOSTS: &[&str] =
    &["api.example.com", "api.example.com:8080", "https://api.example.com", "*.example.com", ""];

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let mut next = move || usize::from(bytes.next().unwrap_or(0));
    let mut meant: Vec<(usize, String)> = Vec::new();
    let mut origins = Vec::new();
    for index in 0..1 + next() % 4 {
        if next() % 5 == 0 {
            let (regex, origin) = REGEXES[next() % REGEXES.len()];
            meant.push((index, origin.into()));
            origins.push(Entry::regex(regex));
        } else {
            let origin = MEANT[next() % MEANT.len()];
            meant.push((index, origin.into()));
            origins.push(Entry::from(SLIPS[next() % SLIPS.len()](origin)));
        }
    }
    let mut block = Block::new().origins(origins.clone());
    let mut some = |from: &'static [&'static str]| -> Vec<&'static str> {
        (0..next() % 3).map(|_| from[next() % from.len()]).collect()
    };
    block = block.methods(some(METHODS));
    let (headers, hosts) = (some(HEADERS), some(HOSTS));
    block = block.headers(headers);
    if !hosts.is_empty() {
        block = block.hosts(hosts);
    }
    let languages = [Language::Macro, Language::Toml, Language::Json, Language::Yaml, Language::Env];
    let config = Config::new(block).written_in(languages[data.len() % languages.len()]);
    follow(&config, &meant);
}

/// Follows every proposal, and looks at what comes of it.
fn follow(config: &Config, meant: &[(usize, String)]) {
    let violations = match config.policy(Mode::Production) {
        Ok(policy) => return serves(&policy, config, meant.iter().map(|(_, origin)| origin)),
        Err(violations) => violations,
    };
    let followed = config.following(&violations);
    let unproposed: BTreeSet<_> =
        violations.iter().filter(|violation| violation.proposal().is_none()).map(fault).collect();
    let left = followed.policy(Mode::Production);
    for left in left.as_ref().err().into_iter().flatten() {
        assert!(unproposed.contains(&fault(left)), "{violations:#}\n\nfollowed, that gives\n{left}");
    }
    for violation in &violations {
        harmless(violation);
    }
    let Ok(policy) = left else { return };
    let has_no_proposal = |index: usize| {
        violations.iter().any(|violation| {
            violation.locus().entry == Some(index)
                && violation.key() == Some("origins")
                && violation.proposal().is_none()
        })
    };
    let kept = meant.iter().filter(|(index, _)| !has_no_proposal(*index)).map(|(_, origin)| origin);
    serves(&policy, &followed, kept);
}

fn fault(violation: &Violation) -> (&'static str, Option<String>) {
    (violation.rule().name(), violation.value().map(String::from))
}

/// No advice names a hole.
fn harmless(violation: &Violation) {
    let help = violation.help().unwrap_or_default();
    for word in ["null", "reflect", "echo"] {
        assert!(!help.contains(word), "{violation}");
    }
    if let Some(Proposal::Entries(entries) | Proposal::List(entries)) = violation.proposal() {
        assert!(!entries.is_empty() && help.contains("write"), "{violation}");
        for entry in entries {
            assert!(help.contains(entry.text()) || help.contains(&escaped(entry.text())), "{violation}");
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn serves<'m>(policy: &Policy, config: &Config, meant: impl Iterator<Item = &'m String>) {
    for origin in meant {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin} is shut out by {policy:?} of {config:?}");
    }
    for stranger in STRANGERS {
        assert!(
            !policy.allows_origin(stranger.as_bytes()),
            "{stranger} is let in by {policy:?} of {config:?}"
        );
    }
}
