//! What a layer between us and the router may make of a path.

use std::any::type_name;

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

/// What a layer further in may do to the spelling of a path.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Spelling {
    /// Nothing: it is not there.
    Kept,
    /// Merge its slashes, or take off the one at the end. What is inside cannot be seen.
    Cleaned,
    /// Put a slash at the end as well.
    Changed,
}

impl Spelling {
    /// What the type of the service inside shows. It names the layers down to the router, unless one of them hides the others, as
    /// those of Actix's `from_fn` do.
    pub(crate) fn inside<S>() -> Self {
        let inside = type_name::<S>();
        if inside.contains("NormalizePath") || inside.contains("dyn ") {
            Self::Changed
        } else if inside.contains("AppRouting") || inside.contains("ScopeService") {
            Self::Kept
        } else {
            Self::Cleaned
        }
    }

    /// Returns whether another spelling of this path may be what the router sees.
    pub(crate) fn may_change(self, path: &str) -> bool {
        self == Self::Changed || (self == Self::Cleaned && is_odd(path))
    }
}

/// Returns whether a path is spelt in a way that such a layer changes.
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
