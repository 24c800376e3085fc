//! The alternatives of a regex, each of which has to accept an origin: `https://a\.com|b\.com` has one that never does.

use alloc::format;
use regex_syntax::ast::{Alternation, Ast};

use super::automaton::{Automaton, RegexError, place, syntax};
use super::origin_language::BrowserOrigins;

/// An error if no browser sends an origin that `language`, which is that of `pattern`, or one of its alternatives accepts.
pub(crate) fn check(pattern: &str, language: &Automaton, origins: &BrowserOrigins) -> Result<(), RegexError> {
    origins.check(language)?;
    // Flags would have to be carried over.
    if !pattern.contains('|') || pattern.replace("(?:", "").contains("(?") {
        return Ok(());
    }
    let ast = syntax(pattern)?;
    for alternative in top(&ast).into_iter().flat_map(|alternation| &alternation.asts) {
        let bytes = place(alternative.span());
        // An empty one means that the rest may be left out.
        let Some(text) = pattern.get(bytes.clone()).filter(|text| !text.is_empty()) else { continue };
        if origins.check(&Automaton::from_regex(text)?).is_err() {
            return Err(RegexError {
                message: format!("the alternative `{text}` accepts no origin that a browser sends"),
                span: Some(bytes),
                ..RegexError::matches_nothing("each alternative is a whole origin, with its scheme".into())
            });
        }
    }
    Ok(())
}

/// The alternation, if the whole regex is one, apart from anchors and groups around it.
fn top(ast: &Ast) -> Option<&Alternation> {
    match ast {
        Ast::Alternation(alternation) => Some(alternation),
        Ast::Group(group) => top(&group.ast),
        Ast::Concat(concat) => {
            let mut parts = concat.asts.iter().filter(|part| !matches!(part, Ast::Assertion(_)));
            match (parts.next(), parts.next()) {
                (Some(part), None) => top(part),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::origin_language::tests::ORIGINS;
    use super::*;

    #[test]
    fn alternatives_that_accept_nothing() {
        for (pattern, dead) in [
            (r"https://a\.com|b\.a\.com", Some(r"b\.a\.com")),
            (r"^(https://a\.com|b\.a\.com)$", Some(r"b\.a\.com")),
            (r"^https://a\.com$|^https://b\.com/$", Some(r"^https://b\.com/$")),
            (r"^(?:https://a\.com|null)$", Some("null")),
            (r"https://a\.com|https://\*\.b\.com", Some(r"https://\*\.b\.com")),
            (r"https://a\.com|https://b\.com", None),
            (r"^https://(a|b)\.com$", None),
            (r"https://a\.com(:80|:8443|)", None),
            (r"(?i)https://A\.com|https://B\.com", None),
        ] {
            let language = Automaton::from_regex(pattern).expect("it parses");
            let error = check(pattern, &language, &ORIGINS).err();
            let found = error.and_then(|error| pattern.get(error.span?));
            assert_eq!(found, dead, "{pattern}");
        }
    }
}
