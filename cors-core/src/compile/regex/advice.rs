//! What to write instead of a regex, or of a text that was meant as one, and the proof that it is right.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::alternatives;
use super::automaton::Automaton;
use super::origin_language::BrowserOrigins;
use super::reach::{self, Repair};
use super::samples;
use crate::Mode;
use crate::compile::pattern::OriginPattern;
use crate::engine::origin::MAX_ORIGIN;

/// Proves regexes, and finds the ones that were meant.
#[derive(Default)]
pub(crate) struct Prover {
    #[cfg(not(feature = "std"))]
    origins: core::cell::OnceCell<Option<BrowserOrigins>>,
}

/// They are always the same, and made once for the process.
#[cfg(feature = "std")]
static ORIGINS: std::sync::OnceLock<Option<BrowserOrigins>> = std::sync::OnceLock::new();

impl Prover {
    /// The origins that browsers send. Their size is fixed, and the tests know it to fit.
    pub(crate) fn origins(&self) -> Option<&BrowserOrigins> {
        #[cfg(feature = "std")]
        let origins = &ORIGINS;
        #[cfg(not(feature = "std"))]
        let origins = &self.origins;
        origins.get_or_init(|| BrowserOrigins::new().ok()).as_ref()
    }

    /// Returns whether a regex breaks no rule on its own; with `is_expected` it may let in strangers.
    pub(crate) fn is_sound(&self, regex: &str, mode: Mode, is_expected: bool) -> bool {
        Automaton::from_regex(regex)
            .is_ok_and(|language| self.is_sound_language(regex, &language, mode, is_expected))
    }

    fn is_sound_language(&self, regex: &str, language: &Automaton, mode: Mode, is_expected: bool) -> bool {
        let Some(origins) = self.origins() else { return false };
        let is_usable = alternatives::check(regex, language, origins).is_ok() && language.table().is_ok();
        if mode == Mode::Development || is_expected || !is_usable {
            return is_usable;
        }
        self.domains_of(regex, language).is_some()
    }

    /// The registrable domains of a regex that breaks no rule on its own.
    pub(crate) fn domains(&self, regex: &str) -> Option<BTreeSet<String>> {
        self.domains_of(regex, &Automaton::from_regex(regex).ok()?)
    }

    fn domains_of(&self, regex: &str, language: &Automaton) -> Option<BTreeSet<String>> {
        let origins = self.origins()?;
        if language.intersects(&origins.loopback) { None } else { reach::bounded(regex, language, origins) }
    }

    pub(crate) fn accepts(&self, regex: &str, origin: &str) -> bool {
        Automaton::from_regex(regex).is_ok_and(|language| language.accepts(origin.as_bytes()))
    }

    /// Origins that `regex` was clearly meant to let in, over `https:` because wrong schemes are handled elsewhere.
    pub(crate) fn meant(&self, regex: &str) -> Vec<String> {
        let Some(origins) = self.origins() else { return Vec::new() };
        let grouped = reach::repair::grouped(regex);
        let regex = grouped.as_deref().unwrap_or(regex);
        let accepted = Automaton::from_regex(regex);
        let samples = samples::of(regex).into_iter().filter(|sample| {
            origins.have(sample.as_bytes())
                && (accepted.as_ref().is_ok_and(|language| language.accepts(sample.as_bytes()))
                    || samples::is_mended(sample))
        });
        samples.collect()
    }

    /// The regex that was meant by `text`, which cannot be used, or lets others in.
    ///
    /// What is tried: the text without the characters around it (slashes, quotes, doubled backslashes), with the scheme or
    /// without a path; and each of these, repaired by [`reach::repair`].
    pub(crate) fn instead_of(&self, text: &str, mode: Mode) -> Option<Repair> {
        for candidate in spellings(text) {
            let meant = secured(self.meant(&candidate));
            if meant.is_empty() {
                continue;
            }
            let is_proved = |regex: &str| self.is_proved(regex, &meant, mode);
            if candidate != text && is_proved(&candidate) {
                return Some(Repair { pattern: candidate, kinds: Vec::new() });
            }
            let repaired = reach::repair::find(&candidate, &is_proved);
            if repaired.is_some() {
                return repaired;
            }
        }
        None
    }

    /// The text itself, if it only has to be written as a regex.
    pub(crate) fn as_it_is(&self, text: &str, mode: Mode) -> Option<Repair> {
        let meant = secured(self.meant(text));
        let is_proved = !meant.is_empty() && self.is_proved(text, &meant, mode);
        is_proved.then(|| Repair { pattern: text.into(), kinds: Vec::new() })
    }

    /// Returns whether `regex` follows the rules and accepts all of `meant`.
    pub(crate) fn is_proved(&self, regex: &str, meant: &[String], mode: Mode) -> bool {
        let Ok(language) = Automaton::from_regex(regex) else { return false };
        meant.iter().all(|sample| language.accepts(sample.as_bytes()))
            && self.is_sound_language(regex, &language, mode, false)
    }

    /// The origins of a regex that has only a few, each as an entry of its own: over `https:`, except on the user's own machine.
    pub(crate) fn listed(&self, language: &Automaton) -> Option<Vec<String>> {
        let sendable = language.intersection(&self.origins()?.all).ok()?;
        let words: Vec<Vec<u8>> = sendable.words(MAX_ORIGIN).take(MAX_LISTED + 1).collect();
        if words.len() > MAX_LISTED {
            return None;
        }
        let texts: Vec<String> =
            words.into_iter().map(|word| word.into_iter().map(char::from).collect()).collect();
        let (own, others): (Vec<String>, Vec<String>) = texts
            .into_iter()
            .partition(|text| OriginPattern::parse(text).is_ok_and(|pattern| pattern.is_loopback()));
        let mut secure = secured(others);
        secure.extend(own);
        let is_pattern = |text: &String| OriginPattern::parse(text).is_ok();
        (!secure.is_empty() && secure.iter().all(is_pattern)).then_some(secure)
    }

    /// The same, for a text that was meant as a regex for the user's own machine only.
    pub(crate) fn loopback_of(&self, text: &str) -> Option<Vec<String>> {
        let origins = self.origins()?;
        let language = Automaton::from_regex(unwrapped(text)).ok()?;
        let loopback = origins.loopback(&language).ok()?;
        let is_all = language.intersection(&origins.all).ok()?.is_covered_by(&loopback).ok()?;
        (is_all && loopback.shortest().is_some()).then(|| self.loopback_patterns(&loopback))
    }

    /// Patterns for what a regex accepts on the user's own machine.
    pub(crate) fn loopback_patterns(&self, loopback: &Automaton) -> Vec<String> {
        let mut patterns = Vec::new();
        for scheme in ["http", "https"] {
            for host in ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"] {
                let base = format!("{scheme}://{host}");
                let ports =
                    ["", ":3000", ":8080"].map(|port| loopback.accepts(format!("{base}{port}").as_bytes()));
                match ports {
                    [_, true, true] => patterns.push(format!("{base}:*")),
                    [true, false, false] => patterns.push(base),
                    _ => {}
                }
            }
        }
        let first = || self.origins().and_then(|origins| origins.shown(loopback).ok().flatten());
        if patterns.is_empty() { first().into_iter().collect() } else { patterns }
    }
}

/// The most origins that are listed instead of a regex.
const MAX_LISTED: usize = 6;

/// The samples over `https:`.
pub(crate) fn secured(samples: Vec<String>) -> Vec<String> {
    let secure = |sample: String| match sample.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => sample,
    };
    let mut samples: Vec<String> = samples.into_iter().map(secure).collect();
    samples.sort();
    samples.dedup();
    samples
}

/// What may have been meant by `text`, as it is first.
fn spellings(text: &str) -> Vec<String> {
    let bare = unwrapped(text);
    // A mark of nginx may be taken for a repetition, and is no part of what is written instead.
    let is_marked = MARKS.iter().any(|mark| text.starts_with(mark));
    let mut all = if is_marked { Vec::new() } else { vec![String::from(text)] };
    let plain = bare.replace(r"\/", "/");
    // `\\` in a string that takes backslashes as they are.
    let single = plain.replace(r"\\", r"\");
    let without_tail = |text: &str| {
        let end = text.strip_suffix('$').unwrap_or(text);
        let tail = TAILS.iter().find_map(|tail| end.strip_suffix(tail));
        tail.map(String::from)
    };
    let without_port = |text: &str| {
        let end = text.strip_suffix('$').unwrap_or(text);
        end.strip_suffix(":443").filter(|rest| rest.contains("https")).map(String::from)
    };
    for spelling in [plain, single] {
        let lead = spelling.trim_start_matches('^');
        if let Some(rest) = OPEN_SCHEMES.iter().find_map(|scheme| lead.strip_prefix(scheme)) {
            all.push(format!("^https://{rest}"));
        }
        if spelling.contains(r"\Z") {
            all.push(spelling.replace(r"\Z", "$"));
        }
        // Groups that give nothing back, which only other engines have: what they accept is less at most.
        if spelling.contains("(?>") {
            all.push(spelling.replace("(?>", "(?:"));
        }
        if let Some(port) = OPEN_PORTS.iter().find(|port| spelling.contains(*port)) {
            all.push(spelling.replace(port, r"(:\d+)?"));
        }
        if let Some(rest) = OPTIONAL_SCHEMES.iter().find_map(|scheme| lead.strip_prefix(scheme)) {
            let whole = format!("^https://{rest}");
            all.extend(without_tail(&whole));
            all.push(whole);
        }
        let several: Vec<&str> = spelling.split(',').map(str::trim).collect();
        if several.len() > 1 && several.iter().all(|part| part.contains("://")) {
            all.push(several.join("|"));
        }
        if !spelling.contains("://") && !spelling.starts_with("http") && spelling.contains('.') {
            let start = spelling.trim_start_matches('^');
            // What ends in `\.a\.com` is below it.
            let below = start.strip_prefix(r"\.").map(|name| format!(r".*\.{name}"));
            let start = below.as_deref().unwrap_or(start);
            // Each alternative is a host of its own.
            all.push(match start.contains('|') {
                true => format!("https://({})", start.trim_end_matches('$')),
                false => format!("https://{start}"),
            });
        }
        if spelling.bytes().any(|byte| byte.is_ascii_uppercase()) && !spelling.contains('\\') {
            all.push(spelling.to_ascii_lowercase());
        }
        all.extend(without_tail(&spelling).or_else(|| without_port(&spelling)));
        // An escaped star.
        all.push(spelling.replace(r"\*", ".*").replace("[.*]", ".*").replace("[*]", ".*"));
        all.extend(regrouped(&spelling));
        all.push(spelling);
    }
    let mut distinct: Vec<String> = Vec::new();
    for spelling in all {
        if !distinct.contains(&spelling) {
            distinct.push(spelling);
        }
    }
    distinct
}

/// Alternatives of which only some have a scheme, each of them a domain: `https://a\.com|b\.com` with the scheme before both.
fn regrouped(text: &str) -> Option<String> {
    let whole = text.trim_start_matches('^').trim_end_matches('$');
    let whole = whole.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(whole);
    if whole.contains(['(', ')', '[']) {
        return None;
    }
    let hosts: Vec<&str> = whole
        .split('|')
        .map(|part| part.trim_start_matches('^').trim_end_matches('$'))
        .map(|part| part.strip_prefix("https://").unwrap_or(part))
        .collect();
    let is_host = |host: &&str| host.contains('.') && !host.contains("://");
    (whole.contains("https://") && hosts.len() > 1 && hosts.iter().all(is_host))
        .then(|| format!("https://({})", hosts.join("|")))
}

/// What ends a regex that takes a path along.
const TAILS: [&str; 8] = ["/?.*", "(?:/.*)?", "(/.*)?", "/.*", "/*", "(/)?", "/?", "/"];

/// A port that may be there or not, so written that digits may follow the host at once.
const OPEN_PORTS: [&str; 6] = [r":?\d*", r":?\d+", ":?[0-9]*", ":?[0-9]+", r":*\d*", ":?.*"];

/// What begins a regex in which the scheme may be left out.
const OPTIONAL_SCHEMES: [&str; 6] = [
    "(https?://)?",
    "(?:https?://)?",
    "(https://)?",
    "(?:https://)?",
    "(http(s)?://)?",
    "(http://|https://)?",
];

/// What marks a regex for nginx and others that take plain names in the same place.
const MARKS: [&str; 6] = ["~*", "~", "regexp:", "regex:", "regex=", "re:"];

/// What begins a regex that leaves the scheme open, misses a letter of it, or is for WebSockets, which have the origin of a page.
const OPEN_SCHEMES: [&str; 10] =
    [".*://", ".+://", r"\w+://", "[a-z]+://", "[^:]+://", "wss?://", "wss://", "ws://", "htps://", "//"];

/// How programs make a regex of a string.
const CALLS: [&str; 8] = [
    "new RegExp(",
    "RegExp(",
    "regex(",
    "re.compile(",
    "Pattern.compile(",
    "regexp.MustCompile(",
    "new Regex(",
    "Regex::new(",
];

/// Without the slashes or quotes around a regex as other languages write it: `/…/i`, `r"…"`, `new RegExp("…")`.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    let mark = MARKS.iter().find_map(|mark| text.strip_prefix(mark));
    text = mark.map_or(text, str::trim_start);
    text = in_braces(text).unwrap_or(text);
    let call = CALLS.iter().find_map(|call| text.strip_prefix(call));
    text = call.and_then(|inner| inner.strip_suffix(')')).unwrap_or(text);
    text = text.strip_prefix('r').filter(|rest| rest.starts_with(['"', '\''])).unwrap_or(text);
    for quote in ['"', '\'', '`'] {
        text = text.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)).unwrap_or(text);
    }
    text = text.strip_prefix("%r{").and_then(|inner| inner.strip_suffix('}')).unwrap_or(text);
    let flagless = text.trim_end_matches(['i', 'g', 'm', 'u', 's', 'y']);
    let delimited = ['/', '#', '@', '!']
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark).and_then(|_| flagless.strip_suffix(mark)));
    match delimited {
        Some(inner) if inner.len() > 1 => &inner[1..],
        _ => text,
    }
}

/// What a table with the key `regex` holds: `{ regex = '…' }`, `{"regex": "…"}`.
fn in_braces(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?.trim();
    let value =
        ["regex", "\"regex\"", "'regex'"].iter().find_map(|key| inner.strip_prefix(key))?.trim_start();
    value.strip_prefix(['=', ':']).map(str::trim)
}

/// Why a regex cannot be used, where it is plain what it is: no regex but a pattern with `*`, or several things.
pub(crate) fn is_glob(text: &str) -> bool {
    !text.contains(['\\', '^', '$', '(', '[', '+', '{', '|', '?'])
        && (text.contains("//*") || text.starts_with(['*', '.']) || text.ends_with(":*"))
        && !text.contains("//.*")
        && !text.starts_with(".*")
}
