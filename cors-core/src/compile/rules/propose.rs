//! What to write instead of an entry of `origins`: one function proposes, [`Proposer::is_proved`] proves.
//!
//! A proposal is kept only if it breaks no rule on its own and still accepts samples of the origins that the original was clearly
//! meant for. So there is no proposal for a typo that could mean two things, and no proposal shuts out the page that the entry
//! was for.

use alloc::format;
use alloc::string::String;
#[cfg(feature = "regex")]
use alloc::vec;
use alloc::vec::Vec;
#[cfg(feature = "regex")]
use core::cell::Cell;

use super::origins;
use super::proposal::Proposal;
use super::report::Finding;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::Entry;
use crate::compile::language::{Language, REASON, Writer};
use crate::compile::pattern::{FaultKind, OriginPattern};
use crate::compile::placeholder;
use crate::compile::shown::Shown;
use crate::compile::suggest;
use crate::engine::{origin, standard};

/// For how many entries of a list the search for a regex runs. Each search takes time.
#[cfg(feature = "regex")]
const MAX_REGEXES: usize = 64;

/// Finds what was meant by the entries of one list.
pub(crate) struct Proposer<'w> {
    pub(super) mode: Mode,
    pub(super) writer: &'w Writer,
    /// Whether `any` would go with credentials.
    credentials: bool,
    /// For how many more entries the search for a regex may run.
    #[cfg(feature = "regex")]
    regexes_left: Cell<usize>,
    #[cfg(feature = "regex")]
    pub(super) regexes: crate::compile::regex::advice::Prover,
}

/// What to do about an entry, in words, and as data if it is something to write.
pub(crate) struct Advice {
    pub(crate) help: String,
    pub(crate) proposal: Option<Proposal>,
}

/// What an `@` means, where the text without the part before it could be a stranger's.
fn unclear_user(text: &str) -> Advice {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) = authority.rsplit_once('@').unwrap_or_default();
    let help = format!(
        "the host of this text is `{}`, and `{}` a user name: copy the origin from the address bar of the page",
        Shown(host),
        Shown(user)
    );
    Advice { help, proposal: None }
}

/// What to do about a text for which nothing can be proposed.
fn by_hand(text: &str, kind: FaultKind) -> &'static str {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let is_app = standard::default_port(scheme.as_bytes()).is_none() && origin::is_scheme(scheme.as_bytes());
    match kind {
        _ if suggest::is_network(rest) => {
            "an entry is one origin, and this is a network: list the addresses one by one"
        }
        FaultKind::Wildcard | FaultKind::NoHost if is_app => {
            "list the exact origins of the app, as its requests have them in `Origin`"
        }
        _ => kind.help(),
    }
}

impl<'w> Proposer<'w> {
    pub(crate) fn new(mode: Mode, writer: &'w Writer, credentials: bool) -> Self {
        Self {
            mode,
            writer,
            credentials,
            #[cfg(feature = "regex")]
            regexes_left: Cell::new(MAX_REGEXES),
            #[cfg(feature = "regex")]
            regexes: Default::default(),
        }
    }

    /// What to write instead of a text that is not an origin, or what to do about it.
    pub(super) fn instead_of(&self, text: &str, kind: FaultKind) -> Advice {
        let by_hand = || Advice { help: by_hand(text, kind).into(), proposal: None };
        match kind {
            FaultKind::AnyWord => self.any(),
            FaultKind::Unfilled => self.unfilled(),
            FaultKind::OwnOrigin => Advice { proposal: Some(Proposal::Remove), ..by_hand() },
            FaultKind::NoneWord => by_hand(),
            _ => match self.entries_for(text) {
                Some(entries) => self.advice(entries),
                None if kind == FaultKind::Userinfo => unclear_user(text),
                None => self.in_a_file(text).unwrap_or_else(by_hand),
            },
        }
    }

    /// How to fill in what was left open.
    pub(super) fn unfilled(&self) -> Advice {
        let example = self.writer.list(Key::Origins, &["https://app.example".into()]);
        let help = match self.writer.language {
            Language::Env => format!(
                "set the origins themselves, `{example}`: whoever sets the variable has to fill it in"
            ),
            _ => format!(
                "write the origin itself, `{example}`, or have `Config::from_env(\"CORS\")` read the environment variable `CORS_ORIGINS`"
            ),
        };
        Advice { help, proposal: None }
    }

    /// What to write in a file, where only a regex says what is meant and the environment holds none.
    fn in_a_file(&self, text: &str) -> Option<Advice> {
        if self.writer.language != Language::Env {
            return None;
        }
        let [file, program] = [Language::Toml, Language::Macro].map(|language| {
            let writer = Writer { language, prefix: String::new() };
            let entries = Proposer::new(self.mode, &writer, self.credentials).entries_for(text)?;
            Some(writer.entries(Key::Origins, &entries))
        });
        let help = match (file, program) {
            (Some(file), Some(program)) => format!(
                "only a regex can say this, and a variable cannot hold one: write `{file}` in a policy file, or `{program}` in `cors_policy!`"
            ),
            _ if suggest::looks_like_regex(text) => {
                "a variable cannot hold a regex: list the origins one by one".into()
            }
            _ => return None,
        };
        Some(Advice { help, proposal: None })
    }

    /// The entries that were meant by a text that is not an origin.
    pub(super) fn entries_for(&self, text: &str) -> Option<Vec<Entry>> {
        if placeholder::find(text).is_some() {
            return None;
        }
        let text = &*suggest::taken_out(text);
        let texts = suggest::expanded(text);
        if texts.len() > 1 {
            return self.each(texts.iter().map(String::as_str));
        }
        let parts = suggest::parts(text);
        if parts.len() > 1 {
            return suggest::are_entries(text, &parts).then(|| self.each(parts.into_iter()))?;
        }
        self.entry_for(parts.first().copied().unwrap_or(text))
    }

    /// The entries for several texts, if there are some for each and none twice.
    fn each<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Option<Vec<Entry>> {
        let each = texts.map(|text| self.entry_for(text));
        let entries: Vec<Entry> = each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        let is_repeated = |(at, entry): (usize, &Entry)| entries[..at].contains(entry);
        (!entries.iter().enumerate().any(is_repeated)).then_some(entries)
    }

    fn entry_for(&self, text: &str) -> Option<Vec<Entry>> {
        if let Some(entries) = self.regex_for(text) {
            return Some(entries);
        }
        // A regex that is not proved is not an origin with something around it.
        let behind = text.split_once("://").map_or(text, |(_, rest)| rest);
        if suggest::looks_like_regex(behind) && self.is_regex(text) {
            return None;
        }
        let meant = suggest::meant_origins(text);
        if meant.is_empty() {
            return None;
        }
        let candidates = suggest::origins(text).into_iter().map(|texts| {
            let secure = texts.iter().map(|text| self.excused(Entry::from(self.secured(text))));
            secure.collect::<Vec<Entry>>()
        });
        let mut candidates = candidates;
        candidates.find(|entries| self.is_proved(entries, &meant)).or_else(|| self.glob(text, &meant))
    }

    /// The same over `https:`, if production requires it.
    fn secured(&self, text: &str) -> String {
        match OriginPattern::parse(text) {
            Ok(pattern) if self.mode == Mode::Production && !pattern.is_loopback() => {
                text.strip_prefix("http://").map_or_else(|| text.into(), |rest| format!("https://{rest}"))
            }
            _ => text.into(),
        }
    }

    /// The entry, with the expectation that it needs in production if it is the user's own machine.
    pub(super) fn excused(&self, entry: Entry) -> Entry {
        let rules = OriginPattern::parse(&entry.text).map(|pattern| origins::rules_of(&pattern));
        match rules.as_deref() {
            Ok([Rule::LoopbackOrigin]) if self.mode == Mode::Production => {
                entry.expect(Rule::LoopbackOrigin.name(), REASON)
            }
            _ => entry,
        }
    }

    /// Returns whether an entry follows every rule on its own.
    pub(crate) fn is_sound(&self, entry: &Entry) -> bool {
        let is_expected = |rule: Rule| entry.expectations.iter().any(|expected| expected.rule == rule.name());
        if entry.is_regex() {
            return self.is_sound_regex(entry);
        }
        let Ok(pattern) = OriginPattern::parse(&entry.text) else { return false };
        let rules = origins::rules_of(&pattern);
        !pattern.is_opaque() && (self.mode == Mode::Development || rules.into_iter().all(is_expected))
    }

    /// Returns whether entries follow every rule, and accept everything that was meant.
    pub(super) fn is_proved(&self, entries: &[Entry], meant: &[String]) -> bool {
        let accepts = |sample: &String| entries.iter().any(|entry| self.accepts(entry, sample));
        entries.iter().all(|entry| self.writer.can_write(entry) && self.is_sound(entry))
            && meant.iter().all(|sample| accepts(&self.secured(sample)) || accepts(sample))
    }

    fn accepts(&self, entry: &Entry, origin: &str) -> bool {
        if entry.is_regex() {
            return self.regex_accepts(&entry.text, origin);
        }
        OriginPattern::parse(&entry.text).is_ok_and(|pattern| pattern.accepts(origin.as_bytes()))
    }

    /// A finding about `text`, with what to write instead if that is proved.
    pub(super) fn propose(&self, finding: Finding, text: &str, entries: Vec<Entry>) -> Finding {
        let meant: Vec<String> =
            OriginPattern::parse(text).map(|pattern| pattern.samples()).unwrap_or_default();
        let scheme = |text: &str| text.split_once("://").map(|(scheme, _)| String::from(scheme));
        // Only the scheme is wrong.
        let meant: Vec<String> = match entries.first().and_then(|entry| scheme(&entry.text)) {
            Some(scheme) => meant
                .iter()
                .filter_map(|sample| sample.split_once("://"))
                .map(|(_, rest)| format!("{scheme}://{rest}"))
                .collect(),
            None => meant,
        };
        if !self.is_proved(&entries, &meant) {
            return finding;
        }
        let Advice { help, proposal } = self.advice(entries);
        match proposal {
            Some(proposal) => finding.propose(help, proposal),
            None => finding.help(help),
        }
    }

    /// "write …", with what an entry for the user's own machine needs besides.
    pub(super) fn advice(&self, entries: Vec<Entry>) -> Advice {
        let mut help = format!("write {}", self.written(&entries));
        if let Some(pattern) = self.as_pattern(&entries) {
            help = format!("{help} or, as a pattern, {}", self.written(&[pattern]));
        }
        let expected = entries.iter().flat_map(|entry| &entry.expectations).next();
        let rule = expected.and_then(|expected| Rule::from_name(&expected.rule));
        if let (Some(rule), Language::Env) = (rule, self.writer.language) {
            help = format!("{help} and `{}`", self.writer.excuse(rule));
        }
        if let (Some(Rule::LoopbackOrigin), Some(block)) = (rule, self.writer.development()) {
            let plain: Vec<Entry> = entries.iter().map(|entry| Entry::from(entry.text())).collect();
            help = format!("{help}; or to develop with it {} in `{block}`", self.written(&plain));
        }
        Advice { help, proposal: Some(Proposal::Entries(entries)) }
    }

    /// The pattern that says the same as a single regex, if there is one that follows the rules.
    #[cfg(feature = "regex")]
    fn as_pattern(&self, entries: &[Entry]) -> Option<Entry> {
        let [entry] = entries else { return None };
        let pattern = Entry::from(suggest::pattern_of_regex(entry.text()).filter(|_| entry.is_regex())?);
        self.is_sound(&pattern).then_some(pattern)
    }

    #[cfg(not(feature = "regex"))]
    fn as_pattern(&self, _: &[Entry]) -> Option<Entry> {
        None
    }

    /// Entries as they are written, in quotes of some kind.
    pub(super) fn written(&self, entries: &[Entry]) -> String {
        self.writer.shown(Key::Origins, entries)
    }

    pub(super) fn any(&self) -> Advice {
        if self.credentials {
            let help = "list the origins that need credentials: every origin cannot go with them".into();
            return Advice { help, proposal: None };
        }
        let expect = (self.mode == Mode::Production).then_some(Rule::AnyOrigin);
        let help = format!(
            "list the origins of your front ends, or for public data write {} instead of the list",
            self.writer.any_with(Key::Origins, expect)
        );
        Advice { help, proposal: Some(Proposal::Any { expect }) }
    }

    /// Returns whether one more entry may be looked through for a regex.
    #[cfg(feature = "regex")]
    pub(super) fn may_try_regex(&self) -> bool {
        let left = self.regexes_left.get();
        self.regexes_left.set(left.saturating_sub(1));
        left > 0
    }
}

#[cfg(feature = "regex")]
impl Proposer<'_> {
    fn is_sound_regex(&self, entry: &Entry) -> bool {
        let is_expected =
            entry.expectations.iter().any(|expected| expected.rule == Rule::UnboundedRegex.name());
        self.regexes.is_sound(&entry.text, self.mode, is_expected)
    }

    fn regex_accepts(&self, regex: &str, origin: &str) -> bool {
        self.regexes.accepts(regex, origin)
    }

    fn is_regex(&self, text: &str) -> bool {
        crate::compile::regex::automaton::Automaton::from_regex(text).is_ok()
    }

    /// A regex that was written as a string, as one.
    fn regex_for(&self, text: &str) -> Option<Vec<Entry>> {
        if !suggest::looks_like_regex(text) || !self.may_try_regex() {
            return None;
        }
        let found =
            self.regexes.as_it_is(text, self.mode).or_else(|| self.regexes.instead_of(text, self.mode));
        if found.is_none() {
            let patterns = self.regexes.loopback_of(text)?.into_iter();
            let entries: Vec<Entry> = patterns.map(|text| self.excused(Entry::from(text))).collect();
            let is_sound = entries.iter().all(|entry| self.is_sound(entry));
            return (is_sound && !entries.is_empty()).then_some(entries);
        }
        let found = found.map(|repair| repair.pattern);
        let entry = match (found, self.writer.language) {
            (Some(regex), Language::Env) => {
                let pattern = suggest::pattern_of_regex(&regex)?;
                let entries = vec![Entry::from(pattern)];
                return self.is_proved(&entries, &self.regexes.meant(&regex)).then_some(entries);
            }
            (Some(regex), _) => Entry::regex(regex),
            (None, _) => return None,
        };
        Some(vec![entry])
    }

    /// A pattern with a `*` where patterns have none, as a regex.
    fn glob(&self, text: &str, meant: &[String]) -> Option<Vec<Entry>> {
        if !text.contains('*') || !self.may_try_regex() {
            return None;
        }
        if let Some((scheme, "*" | "*/" | "*/*")) = text.split_once("://")
            && let Some(id) = suggest::extension_id(scheme)
        {
            let entry = Entry::regex(format!("^{scheme}://{id}$"));
            let rule = Rule::UnboundedRegex.name();
            let entries = vec![match self.mode {
                Mode::Production => entry.expect(rule, REASON),
                Mode::Development => entry,
            }];
            return entries
                .iter()
                .all(|entry| self.writer.can_write(entry) && self.is_sound(entry))
                .then_some(entries);
        }
        let entries = vec![Entry::regex(suggest::regex_of_glob(text)?)];
        self.is_proved(&entries, meant).then_some(entries)
    }
}

#[cfg(not(feature = "regex"))]
impl Proposer<'_> {
    fn is_sound_regex(&self, _: &Entry) -> bool {
        false
    }

    fn regex_accepts(&self, _: &str, _: &str) -> bool {
        false
    }

    fn is_regex(&self, _: &str) -> bool {
        false
    }

    fn regex_for(&self, _: &str) -> Option<Vec<Entry>> {
        None
    }

    fn glob(&self, _: &str, _: &[String]) -> Option<Vec<Entry>> {
        None
    }
}
