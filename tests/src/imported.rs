//! What `cors import` makes of settings, beside the software that has them: what a browser lets pages do.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cors_engine::browser::{Fetch, Outcome};
use cors_engine::{Config, Mode, Policy, Violations};

/// What becomes of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Pages may do the same.
    Same,
    /// The same, but that `authorization` passes, which a remark says.
    Authorization,
    /// Pages may do less, and the import has these words for it.
    Tighter(&'static str),
    /// Pages may do more, and the import has these words for it.
    Looser(&'static str),
    /// The policy breaks this rule in either mode.
    Broken(&'static str),
}

/// Whether a page may call, and whether it may read `x-total-count`.
pub type May = (bool, bool);

/// What came of a call.
pub fn may(outcome: &Outcome) -> May {
    (outcome.is_allowed(), outcome.can_read("x-total-count"))
}

/// Pages, of which all but the first two are strangers.
const PAGES: [&str; 5] = [
    "https://a.example",
    "https://b.example",
    "https://b.example.evil.test",
    "https://evilb.example",
    "https://evil.test",
];

/// Calls of an API from those pages.
pub fn calls() -> Vec<Fetch> {
    let mut calls = Vec::new();
    for page in PAGES {
        for method in ["GET", "PUT", "PURGE"] {
            for header in ["", "x-a", "x-b", "authorization"] {
                for credentials in [false, true] {
                    let call = Fetch::new(page).method(method).credentials(credentials);
                    calls.push(if header.is_empty() { call } else { call.header(header, "1") });
                }
            }
        }
    }
    calls
}

/// Compares what pages could do under `settings` of `source` with what they may by the policy that `cors` makes of them.
///
/// # Errors
///
/// What is not as wanted.
pub fn compare(
    cors: &Path,
    source: &str,
    settings: &str,
    wanted: Wanted,
    calls: &[Fetch],
    could: &[May],
) -> Result<(), String> {
    let (policy, said) = import(cors, source, settings);
    let policy = match (policy, wanted) {
        (Ok(policy), _) => policy,
        (Err(violations), Wanted::Broken(rule))
            if violations.iter().any(|found| found.rule().name() == rule) =>
        {
            return Ok(());
        }
        (Err(violations), _) => return Err(violations.to_string()),
    };
    let mut differs = false;
    for (call, could) in calls.iter().zip(could) {
        let asks_authorization = call.requested_headers().is_some_and(|names| names == "authorization");
        if wanted == Wanted::Authorization && asks_authorization {
            continue;
        }
        let may = may(&call.ask(&policy));
        let is_more = (may.0 && !could.0) || (may.1 && !could.1);
        let is_less = (could.0 && !may.0) || (could.1 && !may.1);
        let is_wanted = match wanted {
            Wanted::Tighter(_) => !is_more,
            Wanted::Looser(_) => !is_less,
            _ => !is_more && !is_less,
        };
        if !is_wanted {
            return Err(format!("{call:?}: could {could:?}, may {may:?}\n{said}"));
        }
        differs |= is_more || is_less;
    }
    let is_as_wanted = match wanted {
        Wanted::Same => true,
        Wanted::Authorization => said.contains("does not work for Authorization"),
        Wanted::Tighter(words) | Wanted::Looser(words) => differs && said.contains(words),
        Wanted::Broken(_) => false,
    };
    if is_as_wanted {
        Ok(())
    } else {
        Err(format!("{wanted:?}: differs: {differs}, and this is said:\n{said}"))
    }
}

/// The policy as the import writes it, and all that it prints.
fn import(cors: &Path, source: &str, settings: &str) -> (Result<Policy, Violations>, String) {
    let mut command = Command::new(cors);
    command.args(["import", source, "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = command.spawn().expect("cors starts");
    command.stdin.take().expect("it is piped").write_all(settings.as_bytes()).expect("cors reads");
    let output = command.wait_with_output().expect("cors ends");
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    // In development, where more is right: what production refuses is still what the settings did.
    let blocks = format!("[production]\norigins = [\"https://a.example\"]\n[development]\n{out}");
    let config: Config = toml::from_str(&blocks).unwrap_or_else(|error| panic!("{settings}: {error}: {err}"));
    (config.policy(Mode::Development), out + &err)
}
