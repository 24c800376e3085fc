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
    // Merged and otherwise left alone, it is one of the two.
    let mut spellings = vec![trimmed.to_owned(), format!("{}/", trimmed.trim_end_matches('/'))];
    spellings.retain(|spelling| spelling != path);
    spellings.dedup();
    spellings
}

/// Is a path spelt in a way that such a layer changes?
pub(crate) fn is_odd(path: &str) -> bool {
    path.contains("//") || (path.len() > 1 && path.ends_with('/'))
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
}
