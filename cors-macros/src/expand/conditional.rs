//! Conditions, which no policy has: `#[cfg(…)]` and `if … { … } else { … }`, and the blocks that were meant.

use cors_engine::Mode;
use proc_macro2::{Delimiter, Ident, TokenStream};

use crate::expand::tokens::{Blanks, Tokens, text};

/// A condition, and what holds where it is true and where it is not.
pub(crate) struct Conditional {
    /// `if`, `match`
    pub(crate) word: Ident,
    /// What holds in each mode; empty for a condition that is no mode.
    pub(crate) branches: Vec<(Mode, String)>,
}

/// Takes an `if` with its branches, or a `match`, if one comes next.
pub(crate) fn read(input: &mut Tokens) -> Option<Conditional> {
    let is_one = |word: &Ident| word == "if" || word == "match";
    let word = input.peek_ident(0).filter(|word| is_one(word)).cloned()?;
    let mut at = 1;
    while input.peek(at).is_some() && !input.is_group(at, Delimiter::Brace) && !input.is_punct(at, ',') {
        at += 1;
    }
    if at == 1 || !input.is_group(at, Delimiter::Brace) {
        return None;
    }
    input.next();
    let condition = input.until(|input| input.is_group(0, Delimiter::Brace));
    let then = input.group(Delimiter::Brace).map(|group| group.stream())?;
    let mut branches = Vec::new();
    let mode = mode_of_macro(condition);
    branches.extend(mode.map(|mode| (mode, text(then, Blanks::AsRead))));
    while input.is_word(0, "else") {
        input.next();
        if input.is_word(0, "if") {
            input.until(|input| input.is_group(0, Delimiter::Brace));
            branches.clear();
        }
        let Some(group) = input.group(Delimiter::Brace) else { break };
        if let [(mode, _)] = branches[..] {
            branches.push((other(mode), text(group.stream(), Blanks::AsRead)));
        }
    }
    Some(Conditional { word, branches })
}

/// The mode of `cfg!(…)`.
fn mode_of_macro(condition: TokenStream) -> Option<Mode> {
    let input = &mut Tokens::new(condition);
    let is_not = input.punct('!').is_some();
    let is_cfg = input.ident().is_some_and(|word| word == "cfg") && input.punct('!').is_some();
    let mode = mode_of(input.group(Delimiter::Parenthesis).filter(|_| is_cfg)?.stream())?;
    input.is_empty().then(|| if is_not { other(mode) } else { mode })
}

/// The mode that stands between the parentheses of `cfg(…)`; `None` for another condition.
pub(crate) fn mode_of(condition: TokenStream) -> Option<Mode> {
    let input = &mut Tokens::new(condition);
    let word = input.ident()?.to_string();
    let inner = input.group(Delimiter::Parenthesis);
    match (word.as_str(), inner) {
        _ if !input.is_empty() => None,
        ("debug_assertions", None) => Some(Mode::Development),
        ("not", Some(inner)) => mode_of(inner.stream()).map(other),
        _ => None,
    }
}

/// The mode that holds where this one does not.
pub(crate) fn other(mode: Mode) -> Mode {
    match mode {
        Mode::Production => Mode::Development,
        Mode::Development => Mode::Production,
    }
}
