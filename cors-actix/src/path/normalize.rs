//! How a layer between `Cors` and the router may change a path.

/// The other spellings that Actix's `NormalizePath` may give a path: slashes merged, and the one at the
/// end kept, removed, or added.
///
/// Outside of `Cors`, it has changed the path before we see it. Inside, it changes the path after we have decided.
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
    // The path with only its slashes merged is one of these two.
    let mut spellings = vec![trimmed.to_owned(), format!("{}/", trimmed.trim_end_matches('/'))];
    spellings.retain(|spelling| spelling != path);
    spellings.dedup();
    spellings
}

/// How a layer further in may change the spelling of a path.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Spelling {
    /// Not at all: there is no such layer.
    Kept,
    /// It may merge slashes, or remove the one at the end: the layers inside cannot be seen.
    Cleaned,
    /// It may also add a slash at the end.
    Changed,
}

impl Spelling {
    /// Returns whether the router may see another spelling of this path.
    pub(crate) fn may_change(self, path: &str) -> bool {
        self == Self::Changed || (self == Self::Cleaned && is_odd(path))
    }
}

/// Returns whether such a layer would change this path.
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
