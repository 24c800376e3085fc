//! A layer's policies with their response fields prepared, and the choice of one for a request.

use std::rc::Rc;

use actix_web::dev::ResourceDef;

use crate::held::Held;
use crate::path::index::Index;
use crate::path::normalize::{self, Spelling};
use crate::path::path_pattern;
use crate::policy::paths::Paths;
use crate::policy::source::Source;
use crate::response::headers::Answers;

/// The policies of a layer, ready for requests.
pub(crate) struct Baked {
    entries: Vec<(ResourceDef, Rc<Answers>)>,
    index: Index,
    elsewhere: Option<Rc<Answers>>,
}

impl Baked {
    /// Prepares the policy that `now` returns for each source.
    pub(crate) fn new(paths: &Paths, mut now: impl FnMut(&Source) -> Held) -> Self {
        let mut index = Index::default();
        let mut entries = Vec::new();
        for (pattern, source) in paths.entries() {
            index.add(pattern.pattern().unwrap_or_default(), false, entries.len());
            entries.push((pattern.clone(), Rc::new(Answers::bake(now(source)))));
        }
        let elsewhere = paths.elsewhere().map(|source| Rc::new(Answers::bake(now(source))));
        Self { entries, index, elsewhere }
    }

    /// The policy for every path, if there is only one.
    pub(crate) fn only(&self) -> Option<&Rc<Answers>> {
        self.entries.is_empty().then_some(self.elsewhere.as_ref()).flatten()
    }

    /// The policy for this path: that of the first pattern that matches.
    ///
    /// A layer further in may change the slashes of the path afterwards. If an earlier entry matches the changed path, no entry holds:
    /// the policy of this one must not open what the router then serves under the earlier one. Where nothing is known to change them, that
    /// is only asked of a path that such a layer would clean, and of a pattern with a tail or a regex, which may accept any number of slashes.
    pub(crate) fn choose(&self, path: &str, spelling: Spelling) -> Option<&Rc<Answers>> {
        if self.entries.is_empty() {
            return self.elsewhere.as_ref();
        }
        let Some(found) = self.position(path) else { return self.elsewhere.as_ref() };
        let (resource, answers) = &self.entries[found];
        let is_loose = || resource.pattern().is_some_and(path_pattern::is_loose);
        if spelling == Spelling::Changed || (normalize::is_odd(path) && is_loose()) {
            let elsewhere = |spelling: &String| self.position(spelling).is_some_and(|other| other < found);
            if normalize::normalized(path).iter().any(elsewhere) {
                return None;
            }
        }
        Some(answers)
    }

    fn position(&self, path: &str) -> Option<usize> {
        self.index.first(path, |position| self.entries[position].0.is_match(path))
    }
}
