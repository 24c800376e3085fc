//! What a response shows about the guards of scopes: which have turned its request away, and how far it came.
//!
//! ```text
//!   scope("/s") with a guard, and #[cors(A)] inside     certain to take /s/x, as long as nothing is known of the guard
//!   #[cors(B)] on /s/{x}                                was reached, so the scope turned the request away
//! ```
//!
//! A request never leaves a scope again, because a scope has a default service. So an answer from behind it shows its guards. If
//! the scope ends at the same place of the path, one of its own layers may have answered, and the answer shows nothing.

use std::rc::Rc;

use crate::route::log;
use crate::route::registry::Route;
use crate::route::resolve::{Entry, EntryKind, Level, Tree};

impl Tree {
    /// Notes that a request has reached this route. A scope in front of it that was certain to take the request counts as guarded
    /// from now on.
    #[cold]
    pub(crate) fn reach(&self, route: &Rc<Route>, path: &str) {
        if let Some(root) = &self.root {
            let mut candidates = self.scratch.take();
            candidates.clear();
            root.reach(path, route, &mut candidates);
            self.scratch.set(candidates);
        }
    }

    /// Returns whether a request may have got into a scope with routes inside, if the router has brought it to `end`, from a layer at
    /// `at`. Scopes that were certain to take it, and have not, count as guarded from now on, unless all do in any case.
    pub(crate) fn is_in_scope(&self, path: &str, at: usize, end: usize, scopes_are_guarded: bool) -> bool {
        let Some(root) = self.root.as_ref().filter(|_| self.unplaced.is_empty()) else { return true };
        if at == 0 {
            return root.is_in_scope(path, end, scopes_are_guarded);
        }
        let mut is_in_scope = false;
        root.each_at(path, at, scopes_are_guarded, &mut |level| {
            is_in_scope |=
                level.is_some_and(|level| level.is_in_scope(&path[at..], end - at, scopes_are_guarded));
        });
        is_in_scope
    }

    /// Notes that a resource has taken a request for which this route was certain, so a scope around it has turned the request away.
    #[cold]
    pub(crate) fn lose(&self, route: &Rc<Route>) {
        self.root.iter().for_each(|root| root.distrust(route));
    }

    /// Notes that a request did not reach the route that was certain, since a layer has changed its path.
    #[cold]
    pub(crate) fn miss(&self, route: &Route) {
        log::route_was_missed(route);
        route.was_missed.set(true);
    }

    /// Returns whether the path up to `end` leads to a scope around the route.
    pub(crate) fn is_on_the_way(&self, route: &Rc<Route>, path: &str, end: usize) -> bool {
        self.root.as_ref().is_some_and(|root| root.leads_to(route, path, end))
    }
}

impl Level {
    fn distrust(&self, route: &Rc<Route>) {
        for entry in &self.entries {
            if let EntryKind::Scope { inside, .. } = &entry.kind
                && inside.holds(route)
            {
                entry.turn_away();
                inside.distrust(route);
            }
        }
    }

    /// Goes through the scopes in front of the route, which the request has reached. Returns whether the route was found.
    fn reach(&self, path: &str, route: &Rc<Route>, candidates: &mut Vec<u32>) -> bool {
        let start = candidates.len();
        self.index.find(path, candidates);
        let end = candidates.len();
        let mut is_found = false;
        for position in start..end {
            let entry = &self.entries[candidates[position] as usize];
            match &entry.kind {
                EntryKind::Scope { inside, .. } if inside.has_routes => {
                    let Some(end) = entry.resource().find_match(path) else { continue };
                    is_found = inside.holds(route) && inside.reach(&path[end..], route, candidates);
                    if !is_found {
                        entry.turn_away();
                    }
                }
                kind => is_found = kind.may_be(route) && entry.resource().is_match(path),
            }
            if is_found {
                break;
            }
        }
        candidates.truncate(start);
        is_found
    }

    /// See [`Tree::is_in_scope`].
    fn is_in_scope(&self, path: &str, end: usize, scopes_are_guarded: bool) -> bool {
        if self.scopes.is_empty() {
            return false;
        }
        let mut is_taken = false;
        for (entry, here) in self.matching(path) {
            let may_end = here <= end && entry.may_end(&path[here..], end - here);
            match &entry.kind {
                EntryKind::Scope { inside, .. } if inside.has_routes => {
                    if may_end {
                        return true;
                    }
                    // Unless something in front has taken the request, it came here.
                    if !(is_taken || scopes_are_guarded) {
                        entry.turn_away();
                    }
                }
                _ => is_taken |= may_end,
            }
        }
        false
    }

    fn leads_to(&self, route: &Rc<Route>, path: &str, end: usize) -> bool {
        self.entries.iter().any(|entry| {
            let EntryKind::Scope { inside, .. } = &entry.kind else { return false };
            if !inside.holds(route) {
                return false;
            }
            let Some(here) = entry.resource().find_match(path) else { return false };
            here == end || (here < end && inside.leads_to(route, &path[here..], end - here))
        })
    }
}

impl Entry {
    /// Returns whether the router may bring a request that is here to `end`, and to no route with `#[cors]`.
    fn may_end(&self, path: &str, end: usize) -> bool {
        match &self.kind {
            EntryKind::Scope { inside, .. } => {
                let may_end =
                    |(entry, here): (&Self, usize)| here <= end && entry.may_end(&path[here..], end - here);
                end == 0 || inside.matching(path).any(may_end)
            }
            EntryKind::Plain(_) => end == 0,
            // It has not been reached.
            EntryKind::Route(_) => false,
        }
    }

    /// Notes that this scope has turned a request away. A request never leaves a scope again, so it was its guards.
    fn turn_away(&self) {
        if let EntryKind::Scope { inside, turns_away } = &self.kind
            && !turns_away.replace(true)
        {
            log::scope_turns_away(&self.patterns);
            // That says it of the routes inside as well.
            inside.each_route(&mut |route| route.is_told.set(true));
        }
    }
}
