//! A policy per path: what [`Cors::paths`](crate::Cors::paths) takes.

use actix_web::dev::ResourceDef;

use crate::policy::source::Source;
use crate::route::normalize;
use crate::route::path_pattern;

/// The policies of [`Cors::paths`](crate::Cors::paths), by pattern.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    entries: Vec<(ResourceDef, Source)>,
}

impl Paths {
    /// Adds a policy.
    ///
    /// # Panics
    ///
    /// If the pattern is none, or no path that it matches would get here.
    pub(crate) fn add(&mut self, added: &str, source: Source) {
        assert!(added.starts_with('/'), "a path pattern begins with a slash: write \"/{added}\"");
        let resource = ResourceDef::new(added);
        for (earlier, _) in &self.entries {
            let earlier = earlier.pattern().unwrap_or_default();
            assert!(
                path_pattern::unnamed(earlier) != path_pattern::unnamed(added),
                "two policies for one path: \"{earlier}\" and \"{added}\" match the same ones, \
                 and only the first would ever hold; remove one of them"
            );
            assert!(
                !covers(earlier, added),
                "the policy for \"{added}\" would never hold: \"{earlier}\" stands before it and \
                 matches all that it matches; put \"{added}\" first"
            );
        }
        self.entries.push((resource, source));
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &(ResourceDef, Source)> {
        self.entries.iter()
    }
}

/// The entry that holds for a path: the first whose pattern matches it.
///
/// `NormalizePath` further in may change the path afterwards. Where that makes it an earlier entry's, and
/// this one matched by a tail, which takes in slashes of any number, no entry holds: the policy of a tail
/// must not open what the router serves from elsewhere.
pub(crate) fn find<'e, T>(entries: &'e [(ResourceDef, T)], path: &str) -> Option<&'e T> {
    let position = |path: &str| entries.iter().position(|(resource, _)| resource.is_match(path));
    let found = position(path)?;
    let (resource, value) = &entries[found];
    if normalize::is_odd(path) && resource.pattern().is_some_and(path_pattern::is_loose) {
        let elsewhere = |spelling: &String| position(spelling).is_some_and(|other| other < found);
        if normalize::normalized(path).iter().any(elsewhere) {
            return None;
        }
    }
    Some(value)
}

/// Does `earlier` match each path that `later` matches? It is only said where it is plain: without
/// regexes of the app's own, one sample stands for all of them.
fn covers(earlier: &str, later: &str) -> bool {
    let plain = |text: &str| !path_pattern::unnamed(text).contains("{:");
    plain(earlier) && plain(later) && ResourceDef::new(earlier).is_match(&sample(later))
}

/// A path that a pattern matches, and no literal of another.
fn sample(text: &str) -> String {
    path_pattern::unnamed(text).replace("{}*", "\u{1}/\u{1}").replace("{}", "\u{1}")
}
