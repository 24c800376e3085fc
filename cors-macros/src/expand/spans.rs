//! Finds the tokens behind a place in the configuration.

use std::fmt;
use std::rc::Rc;

use cors_engine::{Locus, Place, Rule, Violation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt};

/// The first and the last token of something: stable Rust cannot join two spans.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) start: Span,
    pub(crate) end: Span,
}

impl From<Span> for Extent {
    fn from(span: Span) -> Self {
        Self { start: span, end: span }
    }
}

impl ToTokens for Extent {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mark = |span| Ident::new("_", span);
        tokens.append_all([mark(self.start), mark(self.end)]);
    }
}

/// The tokens behind each part of a configuration.
pub(crate) struct SpanMap {
    /// The policy's name, where missing settings are reported.
    name: Extent,
    /// Whether a setting was unreadable, its key included.
    lost: bool,
    outer: Vec<SettingSpans>,
    pub(crate) production: Vec<SettingSpans>,
    pub(crate) development: Vec<SettingSpans>,
}

/// The tokens of one setting.
pub(crate) struct SettingSpans {
    key: Extent,
    value: Extent,
    /// The entries of its list.
    pub(crate) entries: Vec<Site>,
    /// Its expectations.
    pub(crate) expects: Vec<Extent>,
    /// Whether all of it could be read.
    pub(crate) sound: bool,
}

impl SettingSpans {
    pub(crate) fn of(key: Extent, value: Extent) -> Self {
        Self { key, value, entries: Vec::new(), expects: Vec::new(), sound: true }
    }

    /// Makes everything about this setting reported on one token.
    pub(crate) fn blame(&mut self, token: Extent) {
        (self.key, self.value) = (token, token);
    }
}

/// The place of something.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) extent: Extent,
    /// The line, if the token names a file.
    pub(crate) line: Option<FileLine>,
    /// Its expectations.
    pub(crate) expects: Vec<Extent>,
}

impl Site {
    pub(crate) fn at(extent: Extent) -> Self {
        Self { extent, line: None, expects: Vec::new() }
    }
}

/// A line of a file, shown as compilers show it.
#[derive(Clone)]
pub(crate) struct FileLine {
    pub(crate) file: Rc<str>,
    /// Counted from 1.
    pub(crate) number: usize,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.number)
    }
}

impl SpanMap {
    pub(crate) fn new(name: Extent, lost: bool, outer: Vec<SettingSpans>) -> Self {
        Self { name, lost, outer, production: Vec::new(), development: Vec::new() }
    }

    /// Where to report a violation.
    pub(crate) fn site(&self, violation: &Violation) -> Site {
        let locus = violation.locus();
        let Some(setting) = self.setting(locus) else { return Site::at(self.name) };
        let entry = locus.entry.and_then(|entry| setting.entries.get(entry));
        let expects = entry.map_or(&setting.expects, |entry| &entry.expects);
        if let Some(expect) = locus.expectation.and_then(|index| expects.get(index)) {
            return Site::at(*expect);
        }
        match entry {
            Some(entry) => entry.clone(),
            None if matches!(violation.rule(), Rule::DuplicateEntry | Rule::UnknownKey) => {
                Site::at(setting.key)
            }
            None => Site::at(setting.value),
        }
    }

    /// Returns whether everything that a violation at this place depends on could be read. A violation of an entry only depends
    /// on that entry.
    pub(crate) fn is_sound(&self, locus: &Locus) -> bool {
        match self.setting(locus) {
            None => !self.lost,
            Some(setting) => setting.sound || locus.entry.is_some(),
        }
    }

    fn setting(&self, locus: &Locus) -> Option<&SettingSpans> {
        let settings = match locus.place {
            Place::Outer => &self.outer,
            Place::Production => &self.production,
            Place::Development => &self.development,
        };
        settings.get(locus.setting?)
    }
}
