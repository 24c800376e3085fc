//! The result of a command, and how it reaches the terminal.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// The output of a command. It includes colors, which are removed if the output is not a terminal.
pub(crate) struct Report {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) verdict: Verdict,
}

/// What the exit code says.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// 0
    Good,
    /// 1: a broken rule, or a call that a browser blocks.
    Bad,
    /// 2: there was nothing to judge.
    None,
}

impl Verdict {
    pub(crate) fn of(is_good: bool) -> Self {
        if is_good { Self::Good } else { Self::Bad }
    }
}

impl Report {
    /// Nothing is wrong.
    pub(crate) fn good(out: String) -> Self {
        Self { out, err: String::new(), verdict: Verdict::Good }
    }
}

/// Why there is nothing to report: wrong usage, or something that cannot be read or reached.
pub(crate) struct Problem {
    text: String,
    /// The file, its text and the bytes at fault, if it is about a place.
    place: Option<(String, String, Range<usize>)>,
}

impl Problem {
    pub(crate) fn new(text: String) -> Self {
        Self { text, place: None }
    }

    /// A problem with these bytes of a file.
    pub(crate) fn at(text: String, path: &str, file: &str, bytes: Range<usize>) -> Self {
        Self { text, place: Some((path.into(), file.into(), bytes)) }
    }

    /// The whole, in the compiler's form.
    fn message(&self) -> String {
        match &self.place {
            None => message(Severity::Error, &self.text),
            Some((path, text, bytes)) => {
                let at = At::Bytes { path, text, start: bytes.start, end: bytes.end };
                message_at(Severity::Error, &self.text, at)
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

pub(crate) fn print(done: Result<Report, Problem>) -> ExitCode {
    let report = done.unwrap_or_else(|problem| Report {
        out: String::new(),
        err: format!("{}\n", problem.message()),
        verdict: Verdict::None,
    });
    // The reader may be gone (`cors … | head -1`), which does not change the result.
    let _ = anstream::stderr().write_all(harmless(&report.err).as_bytes());
    let mut out = anstream::stdout();
    let _: io::Result<()> = out.write_all(harmless(&report.out).as_bytes()).and_then(|()| out.flush());
    ExitCode::from(match report.verdict {
        Verdict::Good => 0,
        Verdict::Bad => 1,
        Verdict::None => 2,
    })
}

/// The text without control sequences for a terminal, except for colors.
///
/// A server's header may contain U+009B, which begins an escape sequence like `ESC [`, and the name of a file `ESC` itself. In JSON,
/// where `ESC` is escaped already, the meaning stays the same.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        match letter {
            '\n' | '\t' => out.push(letter),
            '\u{1b}' if begins_color(&text[at + 1..]) => out.push(letter),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out
}

/// Returns whether this is the rest of an escape sequence that sets a color: `[1;31m`.
fn begins_color(rest: &str) -> bool {
    let end =
        rest.strip_prefix('[').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    end.is_some_and(|end| end.starts_with('m'))
}

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    const fn level(self) -> Level<'static> {
        match self {
            Self::Error => Level::ERROR,
            Self::Warning => Level::WARNING,
            Self::Note => Level::NOTE,
        }
    }
}

/// Where in a file something is.
pub(crate) enum At<'f> {
    /// In this file, at this path of keys: `policy.json: production.origins[1]`.
    Path(String),
    /// These bytes of its text.
    Bytes { path: &'f str, text: &'f str, start: usize, end: usize },
}

/// A message without a place, in the compiler's form.
pub(crate) fn message(severity: Severity, text: &str) -> String {
    Renderer::styled().render(&[Group::with_title(severity.level().primary_title(text))])
}

/// A message about a place in a file, in the compiler's form.
pub(crate) fn message_at(severity: Severity, text: &str, at: At<'_>) -> String {
    let title = severity.level().primary_title(text);
    let group = match at {
        At::Path(path) => Group::with_title(title).element(Origin::path(path)),
        At::Bytes { path, text, start, end } => {
            let place = AnnotationKind::Primary.span(start..end);
            title.element(Snippet::source(text).path(path).annotation(place))
        }
    };
    Renderer::styled().render(&[group])
}

pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn only_colors_reach_a_terminal() {
        for (text, expected) in [
            ("a\n\tb", "a\n\tb"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            ("a\u{1b}[2Jb.rs", "a\\u001b[2Jb.rs"),
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007"),
            ("\u{9b}2J\r\u{1b}", "\\u009b2J\\u000d\\u001b"),
        ] {
            assert_eq!(harmless(text), expected, "{text:?}");
        }
    }
}
