//! The policies of a layer as the app writes them: one for all, one per path, or both.

use actix_web::dev::ResourceDef;

use crate::path::path_pattern;
use crate::policy::source::Source;

/// Policies by path pattern, and the one for every other path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    entries: Vec<(ResourceDef, Source)>,
    elsewhere: Option<Source>,
}

impl Paths {
    /// One policy for every path.
    pub(crate) fn everywhere(source: Source) -> Self {
        Self { entries: Vec::new(), elsewhere: Some(source) }
    }

    /// Adds a policy for the paths that a pattern matches.
    ///
    /// # Panics
    ///
    /// If the pattern is invalid, or an earlier one matches all of its paths.
    pub(crate) fn add(&mut self, added: &str, source: Source) {
        assert!(added.starts_with('/'), "a path pattern begins with a slash: write \"/{added}\"");
        let resource = ResourceDef::new(added);
        for (earlier, _) in &self.entries {
            let earlier = earlier.pattern().unwrap_or_default();
            assert!(
                path_pattern::unnamed(earlier) != path_pattern::unnamed(added),
                "two policies for one path: \"{earlier}\" and \"{added}\" match the same ones, \
                 and only the first would ever apply; remove one of them"
            );
            assert!(
                !covers(earlier, added),
                "the policy for \"{added}\" would never apply: \"{earlier}\" comes before it and \
                 matches everything that it matches; put \"{added}\" first"
            );
        }
        self.entries.push((resource, source));
    }

    pub(crate) fn entries(&self) -> &[(ResourceDef, Source)] {
        &self.entries
    }

    pub(crate) fn elsewhere(&self) -> Option<&Source> {
        self.elsewhere.as_ref()
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.entries.iter().map(|(_, source)| source).chain(&self.elsewhere)
    }
}

/// Returns whether `earlier` surely matches each path that `later` matches. With regexes in a pattern the answer is always
/// `false`; without them, one sample stands for all paths.
fn covers(earlier: &str, later: &str) -> bool {
    let plain = |text: &str| !path_pattern::unnamed(text).contains("{:");
    plain(earlier) && plain(later) && ResourceDef::new(earlier).is_match(&sample(later))
}

/// A path that the pattern matches, and that no other pattern matches by a literal.
fn sample(text: &str) -> String {
    path_pattern::unnamed(text).replace("{}*", "\u{1}/\u{1}").replace("{}", "\u{1}")
}
