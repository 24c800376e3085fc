//! What a layer between us and the router may make of a path.

/// The spellings that Actix's `NormalizePath` may give a path, beside its own: slashes merged, and the one at the
/// end kept, taken off, or put there.
///
/// Wrapped outside of ours it has done so before we see the path. Inside, nothing tells that it is
/// there.
pub(crate) fn normalized(path: &str) -> Vec<String> {
    let mut merged = String::with_capacity(path.len() + 1);
    for char in path.chars() {
        if !(char == '/' && merged.ends_with('/')) {
            merged.push(char);
        }
    }
    let trimmed = match merged.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    };
    let mut spellings = vec![trimmed.to_owned(), format!("{}/", trimmed.trim_end_matches('/')), merged];
    spellings.retain(|spelling| spelling != path);
    spellings.dedup();
    spellings
}

/// Is a path spelt in a way that such a layer changes?
pub(crate) fn is_odd(path: &str) -> bool {
    path.contains("//") || (path.len() > 1 && path.ends_with('/'))
}

/// Can a parameter of this pattern take in slashes: a tail, or a regex of the app's own? Any other
/// pattern matches a path of odd spelling only if it is spelt so itself.
pub(crate) fn is_loose(pattern: &str) -> bool {
    pattern.contains("}*")
        || pattern
            .split('{')
            .skip(1)
            .any(|rest| rest.split('}').next().is_some_and(|name| name.contains(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_those_of_normalize_path() {
        assert_eq!(normalized("/a"), ["/a/"]);
        assert_eq!(normalized("/a/"), ["/a"]);
        assert_eq!(normalized("//a//b"), ["/a/b", "/a/b/"]);
        assert_eq!(normalized("/a//"), ["/a", "/a/"]);
        assert_eq!(normalized("/"), [""; 0]);
        assert_eq!(normalized("//"), ["/"]);
    }

    #[test]
    fn loose_are_tails_and_custom_regexes() {
        for (pattern, loose) in [
            ("/a/{b}", false),
            ("/a:b/{c}", false),
            ("/{a}*", true),
            ("/{a:.*}", true),
            (r"/{a:\d{2}}/b", true),
            ("/a", false),
        ] {
            assert_eq!(is_loose(pattern), loose, "{pattern}");
        }
    }
}
