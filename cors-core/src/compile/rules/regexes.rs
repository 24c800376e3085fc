//! The rules about regex origins: whether they can be used, which origins they let in, and which entries they cover.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::proposal::Proposal;
use super::propose::Proposer;
use super::report::{Finding, Report};
use super::settings::Site;
use crate::Rule;
use crate::compile::config::Entry;
use crate::compile::pattern::OriginPattern;

/// The regexes of a policy, as one table.
#[derive(Default)]
pub(crate) struct Regexes {
    pub(crate) texts: Vec<String>,
    pub(crate) table: Vec<u8>,
    /// The registrable domains of the origins that they accept. Only known in production, where a regex must have finitely many.
    pub(crate) domains: Vec<String>,
}

/// An entry of `origins` that is a regex, with its index.
#[derive(Clone, Copy)]
pub(crate) struct WrittenRegex<'c> {
    pub(crate) index: usize,
    pub(crate) entry: &'c Entry,
}

/// A pattern next to the regexes: its index, and whether it is accepted.
pub(crate) type Beside<'p> = (usize, &'p OriginPattern, bool);

/// Checks the regexes of a list, together with its patterns.
#[cfg(feature = "regex")]
pub(crate) fn judge(
    site: &Site,
    written: &[WrittenRegex<'_>],
    beside: &[Beside<'_>],
    excused: &dyn Fn(usize, Rule) -> bool,
    proposer: &Proposer<'_>,
    report: &mut Report<'_>,
) -> Regexes {
    if written.is_empty() {
        return Regexes::default();
    }
    automata::judge(site, written, beside, excused, proposer, report)
}

/// Without the feature `regex` there is nothing to compile them with.
#[cfg(not(feature = "regex"))]
pub(crate) fn judge(
    site: &Site,
    written: &[WrittenRegex<'_>],
    _: &[Beside<'_>],
    _: &dyn Fn(usize, Rule) -> bool,
    _: &Proposer<'_>,
    report: &mut Report<'_>,
) -> Regexes {
    for WrittenRegex { index, entry } in written {
        let message = format!("the regex `{}` cannot be compiled", entry.text);
        let why = "This build of cors-engine has no regexes.";
        let finding = Finding::new(Rule::InvalidRegex, message, why).value(&entry.text);
        report.add(&site.entry(*index), finding.help("enable its feature `regex`"));
    }
    Regexes::default()
}

/// `text` is covered by `cover`, another entry.
pub(super) fn redundant(text: &str, cover: &str) -> Finding {
    let why = "Removing this entry would not lock the origin out: the other still allows it.";
    let message = format!("`{text}` is already covered by `{cover}`");
    Finding::new(Rule::RedundantOrigin, message, why)
        .value(text)
        .propose("take this entry out, or narrow the other", Proposal::Remove)
}

#[cfg(feature = "regex")]
pub(crate) mod automata {
    use alloc::collections::BTreeSet;
    use alloc::vec;
    use core::str;

    use super::*;
    use crate::Mode;
    use crate::compile::pattern::{FaultKind, stands_for_everything};
    use crate::compile::placeholder;
    use crate::compile::regex::advice::is_glob;
    use crate::compile::regex::alternatives;
    use crate::compile::regex::automaton::{Automaton, RegexError};
    use crate::compile::regex::origin_language::{BrowserOrigins, PortPattern};
    use crate::compile::regex::reach::{self, unbounded};
    use crate::compile::rules::origins::on_own_machine;
    use crate::compile::shown::Shown;

    /// Pages that nobody has in common: a regex that accepts them all was meant for everybody.
    const PAGES_OF_ALL: [&[u8]; 3] =
        [b"https://example.com", b"https://app-2.example.org", b"https://a.b.example.net"];

    /// A regex that can be used.
    struct Compiled<'c> {
        index: usize,
        entry: &'c Entry,
        /// The origins that browsers send and that it accepts.
        language: Automaton,
        /// The first word of the language.
        word: Vec<u8>,
        /// Whether every rule that it breaks is excused.
        is_accepted: bool,
    }

    pub(super) fn judge(
        site: &Site,
        written: &[WrittenRegex<'_>],
        beside: &[Beside<'_>],
        excused: &dyn Fn(usize, Rule) -> bool,
        proposer: &Proposer<'_>,
        report: &mut Report<'_>,
    ) -> Regexes {
        let Some(origins) = proposer.regexes.origins() else { return Regexes::default() };
        let mut union = Automaton::empty();
        let mut compiled: Vec<Compiled<'_>> = Vec::new();
        for &WrittenRegex { index, entry } in written {
            match compile(&entry.text, origins, &union) {
                Ok((language, wider)) => {
                    union = wider;
                    let word = language.shortest().unwrap_or_default();
                    compiled.push(Compiled { index, entry, language, word, is_accepted: true });
                }
                Err(error) => {
                    let site = site.entry(index);
                    let bytes = error.span.clone();
                    let site = bytes.map_or_else(|| site.clone(), |bytes| site.clone().bytes(bytes));
                    report.add(&site, invalid(&entry.text, error, proposer));
                }
            }
        }
        let domains = match report.mode() {
            Mode::Production => reach(site, &mut compiled, origins, excused, proposer, report),
            Mode::Development => BTreeSet::new(),
        };
        judge_coverage(site, &compiled, beside, report);
        Regexes {
            texts: compiled.iter().map(|regex| regex.entry.text.clone()).collect(),
            table: union.table().unwrap_or_default(),
            domains: domains.into_iter().collect(),
        }
    }

    /// The language of a regex, and that of all so far together with it.
    fn compile(
        text: &str,
        origins: &BrowserOrigins,
        union: &Automaton,
    ) -> Result<(Automaton, Automaton), RegexError> {
        let language = Automaton::from_regex(text)?;
        alternatives::check(text, &language, origins)?;
        let union = union.union(&language)?;
        union.table()?;
        Ok((language.intersection(&origins.all)?, union))
    }

    fn invalid(text: &str, error: RegexError, proposer: &Proposer<'_>) -> Finding {
        let why =
            "A regex must match the whole of an origin as a browser sends it, scheme and port included.";
        if placeholder::find_in_regex(text).is_some() {
            let kind = FaultKind::Unfilled;
            let message = format!("`{}` is not a regex: {}", Shown(text), kind.text());
            let finding = Finding::new(Rule::InvalidRegex, message, kind.why()).value(text);
            return finding.help(proposer.unfilled().help);
        }
        let finding = Finding::new(Rule::InvalidRegex, error.message, why).value(text);
        if stands_for_everything(text) {
            return finding.help(proposer.any().help);
        }
        match instead(text, None, proposer) {
            Some((help, proposal)) => {
                // The text to write is in the proposal.
                let cause = error.help.split(": write").next().unwrap_or_default();
                let joint = if help.starts_with("write") { ":" } else { ";" };
                finding.propose(format!("{cause}{joint} {help}"), proposal)
            }
            None => finding.help(error.help),
        }
    }

    /// What was meant by a regex that cannot be used, or that lets others in.
    fn instead(
        text: &str,
        language: Option<&Automaton>,
        proposer: &Proposer<'_>,
    ) -> Option<(String, Proposal)> {
        if !proposer.may_try_regex() {
            return None;
        }
        if is_glob(text) {
            let entries = proposer.entries_for(text).or_else(|| {
                let entries = vec![Entry::from(text)];
                proposer.is_sound(&entries[0]).then_some(entries)
            });
            if let Some(entries) = entries {
                let help = format!("this is a pattern, not a regex: write {}", proposer.written(&entries));
                return Some((help, Proposal::Entries(entries)));
            }
        }
        if let Some(repair) = proposer.regexes.instead_of(text, proposer.mode) {
            let entries = vec![Entry::regex(repair.pattern)];
            let slips = unbounded::slips(&repair.kinds);
            return Some((
                format!("{slips}write {}", proposer.written(&entries)),
                Proposal::Entries(entries),
            ));
        }
        let listed = proposer.regexes.listed(language?)?;
        let entries: Vec<Entry> =
            listed.into_iter().map(|text| proposer.excused(Entry::from(text))).collect();
        if !entries.iter().all(|entry| proposer.is_sound(entry)) {
            return None;
        }
        let help =
            format!("for so few, a list is simpler than a regex: {}", proposer.advice(entries.clone()).help);
        Some((help, Proposal::Entries(entries)))
    }

    /// The registrable domains of regexes that have finitely many; the others are reported, and what accepts the user's
    /// own machine.
    fn reach(
        site: &Site,
        compiled: &mut [Compiled<'_>],
        origins: &BrowserOrigins,
        excused: &dyn Fn(usize, Rule) -> bool,
        proposer: &Proposer<'_>,
        report: &mut Report<'_>,
    ) -> BTreeSet<String> {
        let mut domains = BTreeSet::new();
        for Compiled { index, entry, language, is_accepted, .. } in compiled {
            let text = entry.text.as_str();
            let finding = match unbounded::judge(text, language, origins) {
                Ok(found) => {
                    domains.extend(found);
                    // An open regex accepts worse than that.
                    loopback(language, origins, proposer)
                }
                Err(refused) => {
                    let (finding, reason) = *refused;
                    Some(advised(finding, reason, text, language, proposer))
                }
            };
            let Some(finding) = finding else { continue };
            *is_accepted = excused(*index, finding.rule);
            report.add_entry(&site.entry(*index), entry, finding.value(text));
        }
        domains
    }

    fn advised(
        finding: Finding,
        reason: Option<reach::Reason>,
        text: &str,
        language: &Automaton,
        proposer: &Proposer<'_>,
    ) -> Finding {
        // If the domain is open, a list could contain a stranger's domain that only a typo lets in: `https://a\.com?` accepts
        // `https://a.co`.
        let is_scheme = matches!(
            reason,
            Some(reach::Reason::Scheme | reach::Reason::LocalNetwork | reach::Reason::OtherScheme)
        );
        if let Some((help, proposal)) = instead(text, is_scheme.then_some(language), proposer) {
            let witness: Option<String> = finding.shows().map(Into::into);
            let finding = match (&reason, witness) {
                (Some(reach::Reason::PublicSuffix { .. }), Some(witness)) => {
                    unbounded::reword(finding, &witness)
                }
                _ => finding,
            };
            return finding.propose(help, proposal);
        }
        if stands_for_everything(text) || PAGES_OF_ALL.iter().all(|page| language.accepts(page)) {
            return finding.help(proposer.any().help);
        }
        match reason.as_ref().and_then(unbounded::help) {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    /// A finding if a regex accepts what the user's own machine serves.
    fn loopback(language: &Automaton, origins: &BrowserOrigins, proposer: &Proposer<'_>) -> Option<Finding> {
        let loopback = origins.loopback(language).ok()?;
        let origin = origins.shown(&loopback).ok()??;
        let message = format!("the regex accepts `{origin}`, which is on the user's own machine");
        let patterns = proposer.regexes.loopback_patterns(&loopback);
        let entries: Vec<Entry> = patterns.into_iter().map(Entry::from).collect();
        Some(on_own_machine(message, &entries, proposer).witness(origin))
    }

    /// Reports entries that a regex covers, and regexes that another entry covers. Of two that say the same, it reports the later
    /// one.
    ///
    /// A sample word rules out most pairs without a proof, because a list may be long.
    fn judge_coverage(
        site: &Site,
        compiled: &[Compiled<'_>],
        beside: &[Beside<'_>],
        report: &mut Report<'_>,
    ) {
        for regex in compiled {
            let mut likely = compiled.iter().filter(|wider| {
                wider.is_accepted && wider.index != regex.index && wider.language.accepts(&regex.word)
            });
            let cover = likely.find(|wider| covers(wider.place(), regex.place()));
            let cover = cover.map(|wider| wider.entry.text.as_str()).or_else(|| pattern_over(regex, beside));
            if let Some(cover) = cover {
                let finding = redundant(&regex.entry.text, cover);
                report.add_entry(&site.entry(regex.index), regex.entry, finding);
            }
        }
        for (index, pattern, _) in beside {
            if let Some(cover) = regex_over(*index, pattern, compiled) {
                let entry = Entry::from(pattern.text());
                report.add_entry(&site.entry(*index), &entry, redundant(pattern.text(), cover));
            }
        }
    }

    /// The pattern that covers a regex.
    fn pattern_over<'c>(regex: &Compiled<'_>, beside: &[Beside<'c>]) -> Option<&'c str> {
        let mut likely =
            beside.iter().filter(|(_, pattern, is_accepted)| *is_accepted && pattern.accepts(&regex.word));
        let found = likely.find(|(index, pattern, _)| {
            language(pattern).is_ok_and(|language| covers((*index, &language), regex.place()))
        })?;
        Some(found.1.text())
    }

    /// The regex that covers a pattern.
    fn regex_over<'c>(index: usize, pattern: &OriginPattern, compiled: &[Compiled<'c>]) -> Option<&'c str> {
        let samples = pattern.samples();
        let is_likely = |regex: &&Compiled<'_>| {
            regex.is_accepted && samples.iter().all(|sample| regex.language.accepts(sample.as_bytes()))
        };
        let mut likely = compiled.iter().filter(is_likely).peekable();
        // An entry is covered by one that accepts more, or by an earlier one that accepts the same.
        if let Some(regex) = likely.peek()
            && pattern.is_exact()
            && (regex.index < index || regex.word != samples[0].as_bytes())
        {
            return Some(&regex.entry.text);
        }
        likely.peek()?;
        let narrower = language(pattern).ok()?;
        likely.find(|regex| covers(regex.place(), (index, &narrower))).map(|regex| regex.entry.text.as_str())
    }

    /// An entry's index and language.
    type Placed<'a> = (usize, &'a Automaton);

    /// Returns whether `wider` makes `narrower` redundant.
    fn covers(wider: Placed<'_>, narrower: Placed<'_>) -> bool {
        let within = |inner: Placed<'_>, outer: Placed<'_>| {
            inner.1 == outer.1 || inner.1.is_covered_by(outer.1).unwrap_or(false)
        };
        within(narrower, wider) && (wider.0 < narrower.0 || !within(wider, narrower))
    }

    impl Compiled<'_> {
        fn place(&self) -> Placed<'_> {
            (self.index, &self.language)
        }
    }

    pub(crate) fn language(pattern: &OriginPattern) -> Result<Automaton, RegexError> {
        let parts = pattern.parts();
        let port = match parts.port.map(str::from_utf8) {
            None => PortPattern::Default,
            Some(Ok("*")) => PortPattern::Any,
            Some(port) => PortPattern::Exact(port.unwrap_or_default()),
        };
        Automaton::pattern(pattern.scheme(), parts.subdomains, pattern.host(), port)
    }
}

#[cfg(all(test, feature = "regex"))]
mod tests {
    use super::*;
    use crate::compile::regex::automaton::work;
    use crate::{Block, Config, Mode};

    /// Makes the regex of a number.
    type Numbered = fn(usize) -> String;

    /// What it takes to judge a list of `count` regexes.
    fn transitions(count: usize, regex: Numbered) -> usize {
        // Numbers that share no beginning: of neighbors one automaton is small.
        let entries = (0..count).map(|at| Entry::regex(regex(at * 7919 % 10_007)));
        let config = Config::new(Block::new().origins(entries));
        work::of(|| drop(config.policy(Mode::Production)))
    }

    /// A list of four times as many regexes takes about four times as long.
    #[test]
    fn judging_regexes_scales() {
        let kinds: [(&str, Numbered); 4] = [
            ("open at its start", |at| format!(r"https://.*h{at}\.example")),
            ("subdomains", |at| format!(r"https://[a-z]+\.h{at}\.example")),
            ("one name", |at| format!(r"https://(a|b)\.h{at}\.example")),
            ("open port", |at| format!(r"https://h{at}\.example(:\d+)?")),
        ];
        transitions(1, kinds[0].1);
        for (kind, regex) in kinds {
            let (few, many) = (transitions(25, regex), transitions(100, regex));
            assert!(many <= 5 * few, "{kind}: {few} for 25, {many} for 100");
        }
    }
}
