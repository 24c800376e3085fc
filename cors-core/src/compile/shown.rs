//! A text of a policy in a message.

use core::fmt::{self, Write as _};

/// A text as it is in its file, with invisible characters escaped. Backslashes and quotes are not escaped.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '\\' | '"' | '\'' => f.write_char(letter),
            _ => write!(f, "{}", letter.escape_debug()),
        })
    }
}

impl Shown<'_> {
    /// How many characters it takes.
    pub(crate) fn width(self) -> usize {
        self.0
            .chars()
            .map(|letter| if matches!(letter, '\\' | '"' | '\'') { 1 } else { letter.escape_debug().count() })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_regex_is_shown_as_it_stands_and_what_cannot_be_seen_is_not() {
        for (text, wanted) in [
            (r"^https://pr-\d+\.app$", r"^https://pr-\d+\.app$"),
            ("\"https://a\",", "\"https://a\","),
            ("a\n\u{202e}b", r"a\n\u{202e}b"),
            ("bücher", "bücher"),
        ] {
            assert_eq!(Shown(text).to_string(), wanted);
            assert_eq!(Shown(text).width(), wanted.chars().count(), "{wanted}");
        }
    }
}
