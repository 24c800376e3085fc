//! Errors: collected all at once, each on the token at fault.

use std::fmt::Display;

use cors_engine::{Key, Rule, Violation};
use proc_macro2::TokenStream;

use crate::expand::spans::{Extent, SpanMap};

/// The errors of one expansion. An error is reported here, and reading goes on.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// Reports what is wrong here.
    pub(crate) fn report(&mut self, at: impl Into<Extent>, message: impl Display) {
        self.list.push(syn::Error::new_spanned(at.into(), message));
    }

    /// Reports what is wrong here, and what to write.
    pub(crate) fn report_with_help(
        &mut self,
        at: impl Into<Extent>,
        message: impl Display,
        help: impl Display,
    ) {
        self.report(at, format_args!("{message}\nhelp: {help}"));
    }

    /// Reports broken rules, except for what may only follow from something unreadable.
    pub(crate) fn violations<'v>(&mut self, broken: impl Iterator<Item = &'v Violation>, spans: &SpanMap) {
        let incomplete = !self.is_empty();
        for violation in broken.filter(|violation| !(incomplete && follows(violation, spans))) {
            let site = spans.site(violation);
            match &site.line {
                None => self.report(site.extent, violation),
                Some(line) => self.report(site.extent, format_args!("{line}: {violation}")),
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Only the first error.
    pub(crate) fn into_first(self) -> TokenStream {
        self.list.first().map(syn::Error::to_compile_error).unwrap_or_default()
    }

    /// The errors as the compiler takes them.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.list.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Rewrites the settings in a text, `` `key: value` ``, with `separator` between key and value.
pub(crate) fn spelled(text: &str, separator: char) -> String {
    if separator == ':' {
        return text.into();
    }
    let spelled =
        |text: String, key: Key| text.replace(&format!("`{key}: "), &format!("`{key} {separator} "));
    Key::ALL.into_iter().fold(text.into(), spelled)
}

/// Returns whether this may only follow from something unreadable.
fn follows(violation: &Violation, spans: &SpanMap) -> bool {
    let locus = violation.locus();
    // An expectation for a whole block may be about any of its settings.
    let is_of_block = violation.rule() == Rule::UnfulfilledExpectation && locus.expectation.is_none();
    is_of_block || !spans.is_sound(locus)
}
