//! The rules about regex origins: whether they can be used, whom they let in, and what they cover.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::report::{Finding, Report};
use super::settings::Site;
use crate::Rule;
use crate::compile::pattern::OriginPattern;

/// The regexes of a policy, as one table.
#[derive(Default)]
pub(crate) struct Regexes {
    pub(crate) texts: Vec<String>,
    pub(crate) table: Vec<u8>,
    /// The registrable domains that they accept origins of; known in production alone, where a regex
    /// must have finitely many.
    pub(crate) domains: Vec<String>,
}

/// An entry of `origins` that is a regex, with its index.
pub(crate) type Written<'c> = (usize, &'c str);

/// Judges the regexes of a list, beside the patterns that stand in it.
#[cfg(feature = "regex")]
pub(crate) fn judge(
    site: &Site,
    written: &[Written<'_>],
    patterns: &[(usize, &OriginPattern)],
    report: &mut Report,
) -> Regexes {
    if written.is_empty() {
        return Regexes::default();
    }
    automata::judge(site, written, patterns, report)
}

/// Without the feature `regex` there is nothing to compile them with.
#[cfg(not(feature = "regex"))]
pub(crate) fn judge(
    site: &Site,
    written: &[Written<'_>],
    _: &[(usize, &OriginPattern)],
    report: &mut Report,
) -> Regexes {
    for (index, text) in written {
        let message = format!("the regex `{text}` cannot be compiled");
        let why = "This build of cors-engine has no regexes.";
        let finding = Finding::new(Rule::InvalidRegex, message, why).value(*text);
        report.add(&site.entry(*index), finding.help("enable its feature `regex`"));
    }
    Regexes::default()
}

/// `text` is covered by `cover`, another entry.
pub(super) fn redundant(text: &str, cover: &str) -> Finding {
    let why = "Who takes this entry out to lock the origin out finds it still let in.";
    let message = format!("`{text}` is already covered by `{cover}`");
    Finding::new(Rule::RedundantOrigin, message, why)
        .value(text)
        .help("take this entry out, or narrow the other")
}

#[cfg(feature = "regex")]
pub(crate) mod automata {
    use alloc::collections::{BTreeMap, BTreeSet};
    use core::str;

    use super::*;
    use crate::Mode;
    use crate::compile::regex::automaton::{Automaton, RegexError};
    use crate::compile::regex::origin_language::{Origins, PortPattern};
    use crate::compile::regex::reach::unbounded;

    /// A regex that can be used.
    struct Compiled<'c> {
        index: usize,
        text: &'c str,
        /// What browsers send and it accepts.
        language: Automaton,
        /// The first of it.
        word: Vec<u8>,
    }

    pub(super) fn judge(
        site: &Site,
        written: &[Written<'_>],
        patterns: &[(usize, &OriginPattern)],
        report: &mut Report,
    ) -> Regexes {
        let origins = match Origins::new() {
            Ok(origins) => origins,
            // Its size is fixed, and the tests know it to fit.
            Err(too_big) => {
                report.add(site, invalid(written[0].1, too_big.into()));
                return Regexes::default();
            }
        };
        let mut union = Automaton::empty();
        let mut compiled: Vec<Compiled<'_>> = Vec::new();
        let mut by_text: BTreeMap<&str, usize> = BTreeMap::new();
        for &(index, text) in written {
            let site = site.entry(index);
            if let Some(&same) = by_text.get(text) {
                let Compiled { language, word, .. } = &compiled[same];
                compiled.push(Compiled { index, text, language: language.clone(), word: word.clone() });
                continue;
            }
            match compile(text, &origins, &union) {
                Ok((language, wider)) => {
                    union = wider;
                    by_text.insert(text, compiled.len());
                    let word = language.shortest().unwrap_or_default();
                    compiled.push(Compiled { index, text, language, word });
                }
                Err(error) => {
                    let bytes = error.span.clone();
                    let site = bytes.map_or_else(|| site.clone(), |bytes| site.clone().bytes(bytes));
                    report.add(&site, invalid(text, error));
                }
            }
        }
        let domains = domains(site, &compiled, &origins, report);
        judge_coverage(site, &compiled, patterns, report);
        Regexes {
            texts: compiled.iter().map(|regex| regex.text.into()).collect(),
            table: union.table().unwrap_or_default(),
            domains: domains.into_iter().collect(),
        }
    }

    /// The language of a regex, and that of all so far together with it.
    fn compile(
        text: &str,
        origins: &Origins,
        union: &Automaton,
    ) -> Result<(Automaton, Automaton), RegexError> {
        let language = Automaton::from_regex(text)?;
        origins.check(&language)?;
        let union = union.union(&language)?;
        union.table()?;
        Ok((language.intersection(&origins.all)?, union))
    }

    fn invalid(text: &str, error: RegexError) -> Finding {
        let why =
            "A regex must match the whole of an origin as a browser sends it, scheme and port included.";
        Finding::new(Rule::InvalidRegex, error.message, why).value(text).help(error.help)
    }

    /// The registrable domains of regexes that have finitely many; the others are reported.
    fn domains(
        site: &Site,
        compiled: &[Compiled<'_>],
        origins: &Origins,
        report: &mut Report,
    ) -> BTreeSet<String> {
        let mut domains = BTreeSet::new();
        if report.mode() == Mode::Development {
            return domains;
        }
        let mut judged: BTreeMap<&str, Result<_, Finding>> = BTreeMap::new();
        for Compiled { index, text, language, .. } in compiled {
            match judged.entry(text).or_insert_with(|| unbounded::judge(text, origins)) {
                Ok(found) => {
                    domains.extend(found.iter().cloned());
                    // An open regex accepts worse than that.
                    if let Some(origin) = loopback(language, origins) {
                        report.add(
                            &site.entry(*index),
                            crate::compile::rules::origins::loopback_in_regex(&origin).value(*text),
                        );
                    }
                }
                Err(finding) => report.add(&site.entry(*index), finding.clone().value(*text)),
            }
        }
        domains
    }

    /// The first origin of the user's own machine that a regex accepts.
    fn loopback(language: &Automaton, origins: &Origins) -> Option<String> {
        String::from_utf8(origins.loopback(language).ok()?.shortest()?).ok()
    }

    /// Reports entries that a regex covers, and regexes that another entry covers; of two that say
    /// the same the later.
    ///
    /// A word that an entry accepts spares most pairs the proof, for a list may be long.
    fn judge_coverage(
        site: &Site,
        compiled: &[Compiled<'_>],
        patterns: &[(usize, &OriginPattern)],
        report: &mut Report,
    ) {
        for regex in compiled {
            let mut likely = compiled
                .iter()
                .filter(|wider| wider.index != regex.index && wider.language.accepts(&regex.word));
            let cover = likely.find(|wider| covers(wider.entry(), regex.entry())).map(|wider| wider.text);
            let cover = cover.or_else(|| pattern_over(regex, patterns));
            if let Some(cover) = cover {
                report.add(&site.entry(regex.index), redundant(regex.text, cover));
            }
        }
        for (index, pattern) in patterns {
            if let Some(cover) = regex_over(*index, pattern, compiled) {
                report.add(&site.entry(*index), redundant(pattern.text(), cover));
            }
        }
    }

    /// The pattern that covers a regex.
    fn pattern_over<'c>(regex: &Compiled<'_>, patterns: &[(usize, &'c OriginPattern)]) -> Option<&'c str> {
        let mut likely = patterns.iter().filter(|(_, pattern)| pattern.accepts(&regex.word));
        let found = likely.find(|(index, pattern)| {
            language(pattern).is_ok_and(|language| covers((*index, &language), regex.entry()))
        })?;
        Some(found.1.text())
    }

    /// The regex that covers a pattern.
    fn regex_over<'c>(index: usize, pattern: &OriginPattern, compiled: &[Compiled<'c>]) -> Option<&'c str> {
        let samples = pattern.samples();
        let is_likely =
            |regex: &&Compiled<'_>| samples.iter().all(|sample| regex.language.accepts(sample.as_bytes()));
        let mut likely = compiled.iter().filter(is_likely).peekable();
        // What accepts an origin and others besides covers it; and so does what comes before it.
        if let Some(regex) = likely.peek()
            && pattern.is_exact()
            && (regex.index < index || regex.word != samples[0].as_bytes())
        {
            return Some(regex.text);
        }
        likely.peek()?;
        let narrower = language(pattern).ok()?;
        likely.find(|regex| covers(regex.entry(), (index, &narrower))).map(|regex| regex.text)
    }

    /// An entry's index and language.
    type Entry<'a> = (usize, &'a Automaton);

    /// Does `wider` make `narrower` redundant?
    fn covers(wider: Entry<'_>, narrower: Entry<'_>) -> bool {
        let within = |inner: Entry<'_>, outer: Entry<'_>| {
            inner.1 == outer.1 || inner.1.is_subset_of(outer.1).unwrap_or(false)
        };
        within(narrower, wider) && (wider.0 < narrower.0 || !within(wider, narrower))
    }

    impl Compiled<'_> {
        fn entry(&self) -> Entry<'_> {
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
