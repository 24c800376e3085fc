//! Which route with `#[cors]` a request will reach, as far as that can be known before the router has run.
//!
//! ```text
//!   the app's resources, in the router's order      what may take PUT /tasks/all
//!   ├── /health                                      –
//!   ├── /tasks/all          without `#[cors]`        perhaps: its methods and guards cannot be seen
//!   ├── /tasks/{id}  GET    #[cors(A)]               –  (another method)
//!   ├── /tasks/{id}  PUT    #[cors(B)]               certainly, if it gets here
//!   └── /tasks/{id}         without `#[cors]`        –  (nothing gets here)
//! ```
//!
//! [`Possible`] holds everything that may take a request: here the route with B, and a resource for which the layer's own policy
//! holds. If there is one possibility, it is certain; if there are several, all policies have to agree. So what is not known can
//! tighten a decision, and never loosen it.
//!
//! Guards of a scope cannot be seen. A scope with such routes inside counts as accepting its requests until one was seen to go
//! [elsewhere](super::guarded); if the layer was told that [scopes are guarded](crate::Cors::scopes_are_guarded), it never does. A scope
//! without such routes is like a resource without `#[cors]`.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use actix_web::dev::{Path, ResourceDef, ResourceMap, ServiceRequest, Url};

use crate::path::index::Index;
use crate::path::normalize::{self, Spelling};
use crate::route::log;
use crate::route::map::{self, Node};
use crate::route::place::{self, Place};
use crate::route::registry::Route;

/// The resources of an app in the router's order.
pub(crate) struct Tree {
    /// `None` if Actix's map does not read as expected.
    pub(super) root: Option<Level>,
    /// Routes whose place is not known: each may take any request.
    pub(super) unplaced: Vec<Rc<Route>>,
    /// Kept from one search to the next, so that a search allocates nothing.
    pub(super) scratch: Cell<Vec<u32>>,
}

/// The entries of one router: the app's, or a scope's.
pub(super) struct Level {
    pub(super) entries: Vec<Entry>,
    pub(super) index: Index,
    /// Which entries are scopes with routes inside.
    pub(super) scopes: Vec<usize>,
    pub(super) has_routes: bool,
}

pub(super) struct Entry {
    pub(super) patterns: Vec<String>,
    is_prefix: bool,
    /// Compiled when it is first needed: many patterns never are, and compiling one is slow.
    resource: OnceCell<ResourceDef>,
    pub(super) kind: EntryKind,
}

pub(super) enum EntryKind {
    /// A resource without `#[cors]`, or perhaps one of these routes.
    Plain(Vec<Rc<Route>>),
    Route(Rc<Route>),
    Scope {
        inside: Level,
        turns_away: Cell<bool>,
    },
}

/// Everything that may take a request.
#[derive(Default)]
pub(crate) struct Possible {
    first: Option<Rc<Route>>,
    more: Vec<Rc<Route>>,
    pub(crate) others: Others,
}

/// Whether something without `#[cors]` may take a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(crate) enum Others {
    #[default]
    No,
    /// A default service.
    Default,
    /// A resource.
    Resource,
}

impl Possible {
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Rc<Route>> {
        self.first.iter().chain(&self.more)
    }

    pub(crate) fn has_routes(&self) -> bool {
        self.first.is_some()
    }

    /// The route that is certain to take the request.
    pub(crate) fn certain(&self) -> Option<&Rc<Route>> {
        match (&self.first, self.more.as_slice(), self.others) {
            (Some(route), [], Others::No) => Some(route),
            _ => None,
        }
    }

    fn add(&mut self, route: &Rc<Route>) {
        if self.routes().any(|known| Rc::ptr_eq(known, route)) {
            return;
        }
        match &self.first {
            None => self.first = Some(Rc::clone(route)),
            Some(_) => self.more.push(Rc::clone(route)),
        }
    }

    fn add_others(&mut self, others: Others) {
        if self.others < others {
            self.others = others;
        }
    }

    fn merge(&mut self, other: &Self) {
        other.routes().for_each(|route| self.add(route));
        self.add_others(other.others);
    }
}

/// What a route's guards say about a request, or about the request after a preflight.
#[derive(Clone, Copy)]
pub(crate) enum Guards {
    Accept,
    Refuse,
    /// They refuse the preflight, which lacks the fields of the request after it. They may accept that one.
    MayAccept,
}

/// The request that is looked up.
pub(crate) struct Question<'q> {
    pub(crate) method: &'q str,
    pub(crate) guards: &'q dyn Fn(&Route) -> Guards,
    pub(crate) scopes_are_guarded: bool,
    pub(crate) spelling: Spelling,
}

/// A search in one level and those inside.
struct Search<'s> {
    question: &'s Question<'s>,
    possible: Possible,
    candidates: Vec<u32>,
    /// Whether any resource matches the path.
    is_matched: bool,
    /// What takes a request in a scope where nothing matches.
    default: Others,
}

impl Tree {
    pub(crate) fn new(map: &ResourceMap, routes: &[Rc<Route>]) -> Self {
        let (root, unplaced) = match map::read(map).and_then(|app| app.inside) {
            Some(resources) => {
                let (places, lost) = place::places(&resources, routes);
                lost.iter().for_each(|route| log::route_is_lost(route));
                (Some(Level::new(resources, &mut places.into_iter())), lost)
            }
            None => {
                log::map_is_unreadable();
                (None, routes.to_vec())
            }
        };
        if let Some(root) = &root {
            root.each_uncertain();
            root.tell_those_behind_scopes(false);
        }
        Self { root, unplaced, scratch: Cell::default() }
    }

    /// Everything that may take a request that is at the layer now.
    pub(crate) fn possible(&self, request: &ServiceRequest, question: &Question<'_>) -> Possible {
        let info = request.match_info();
        self.possible_on(info.as_str(), routed(info), question)
    }

    /// Everything that may take a request on this path. The part up to `at` has brought it to the layer.
    pub(crate) fn possible_on(&self, path: &str, at: usize, question: &Question<'_>) -> Possible {
        let Some(root) = &self.root else { return self.anything(question) };
        let mut possible = self.look_up(root, path, at, question).0;
        if question.spelling.may_change(path) {
            for spelling in normalize::normalized(path) {
                // The part that has brought it to the layer cannot change any more.
                if spelling.get(..at) == path.get(..at) {
                    let (other, is_matched) = self.look_up(root, &spelling, at, question);
                    // Nothing matches this spelling. If it only adds a slash, no layer gives it: the route would never be reached.
                    // A layer that merges or removes slashes may give it, since other requests still reach the route.
                    if is_matched || normalize::is_odd(path) {
                        possible.merge(&other);
                    }
                }
            }
        }
        self.add_unplaced(&mut possible, question);
        possible
    }

    /// Nothing is known.
    fn anything(&self, question: &Question<'_>) -> Possible {
        let mut possible = Possible { others: Others::Resource, ..Possible::default() };
        self.add_unplaced(&mut possible, question);
        possible
    }

    fn add_unplaced(&self, possible: &mut Possible, question: &Question<'_>) {
        for route in self.unplaced.iter().filter(|route| route.serves(question.method)) {
            possible.add(route);
            possible.add_others(Others::Resource);
        }
    }

    fn look_up(&self, root: &Level, path: &str, at: usize, question: &Question<'_>) -> (Possible, bool) {
        let mut search = Search::new(question, self.scratch.take(), Others::Default);
        if at == 0 {
            search.level(root, path, Others::Default);
        } else if !search.below(root, path, at) {
            search.possible.add_others(Others::Resource);
        }
        self.scratch.set(search.candidates);
        (search.possible, search.is_matched)
    }

    /// Everything that may take the request after a preflight that the router brought to this route.
    ///
    /// The router has asked whatever is in front of it about the preflight, and each said no: routes with `#[cors]` for their methods or
    /// their guards, scopes for their guards. What is behind it may have a layer that the preflight has not met: a scope's default
    /// service counts as a resource.
    pub(crate) fn possible_at(&self, route: &Rc<Route>, path: &str, question: &Question<'_>) -> Possible {
        let mut search = Search::new(question, self.scratch.take(), Others::Resource);
        let is_placed = self.root.as_ref().is_some_and(|root| search.at(root, path, route));
        self.scratch.set(search.candidates);
        if !is_placed {
            return self.anything(question);
        }
        self.add_unplaced(&mut search.possible, question);
        search.possible
    }

    /// Returns whether there are routes with `#[cors]` below a layer. The part of the path up to `at` led to that layer.
    pub(crate) fn has_routes_below(&self, path: &str, at: usize) -> bool {
        let Some(root) = &self.root else { return true };
        if at == 0 || !self.unplaced.is_empty() {
            return root.has_routes || !self.unplaced.is_empty();
        }
        let mut found = None;
        root.each_at(path, at, true, &mut |level| {
            let has_routes = level.is_some_and(|level| level.has_routes);
            found = Some(has_routes || found == Some(true));
        });
        // If the layer's place is not found, any route may be below it.
        found.unwrap_or(root.has_routes)
    }
}

/// How much of the path has brought a request to where it is now.
#[inline]
pub(crate) fn routed(info: &Path<Url>) -> usize {
    info.as_str().len() - info.unprocessed().len()
}

impl<'s> Search<'s> {
    fn new(question: &'s Question<'s>, mut candidates: Vec<u32>, default: Others) -> Self {
        candidates.clear();
        let possible = Possible::default();
        Self { question, possible, candidates, is_matched: false, default }
    }

    /// Goes through a level that has the request.
    fn level(&mut self, level: &Level, path: &str, default: Others) {
        if !self.walk(level, path, 0) {
            self.possible.add_others(default);
        }
    }

    /// Goes through the matching entries of the level, beginning at `from`. Returns whether one of them is certain to take the request.
    fn walk(&mut self, level: &Level, path: &str, from: usize) -> bool {
        let start = self.candidates.len();
        level.index.find(path, &mut self.candidates);
        let end = self.candidates.len();
        let mut is_taken = false;
        for position in start..end {
            let entry = self.candidates[position] as usize;
            if entry >= from && self.entry(&level.entries[entry], path) {
                is_taken = true;
                break;
            }
        }
        self.candidates.truncate(start);
        is_taken
    }

    /// Returns whether this entry is certain to take the request.
    fn entry(&mut self, entry: &Entry, path: &str) -> bool {
        match &entry.kind {
            EntryKind::Scope { inside, turns_away } => {
                let Some(end) = entry.resource().find_match(path) else { return false };
                if !inside.has_routes {
                    self.possible.add_others(Others::Resource);
                    self.is_matched = true;
                    return false;
                }
                self.level(inside, &path[end..], self.default);
                !(self.question.scopes_are_guarded || turns_away.get())
            }
            _ if !entry.resource().is_match(path) => false,
            EntryKind::Plain(perhaps) => {
                self.is_matched = true;
                for route in perhaps {
                    self.route(route);
                }
                self.possible.add_others(Others::Resource);
                false
            }
            EntryKind::Route(route) => {
                self.is_matched = true;
                self.route(route)
            }
        }
    }

    fn route(&mut self, route: &Rc<Route>) -> bool {
        if !route.serves(self.question.method) {
            return false;
        }
        let guards = if route.is_guarded() { (self.question.guards)(route) } else { Guards::Accept };
        if !matches!(guards, Guards::Refuse) {
            self.possible.add(route);
        }
        if route.was_missed.get() {
            self.possible.add_others(Others::Resource);
            return false;
        }
        matches!(guards, Guards::Accept)
    }

    /// Searches the scopes and resources to which the path up to `at` leads. Several may share a prefix and differ by their guards.
    /// Returns whether there is any.
    fn below(&mut self, root: &Level, path: &str, at: usize) -> bool {
        let mut is_found = false;
        root.each_at(path, at, self.question.scopes_are_guarded, &mut |level| {
            is_found = true;
            match level {
                Some(level) => self.level(level, &path[at..], Others::Default),
                None => self.possible.add_others(Others::Resource),
            }
        });
        is_found
    }

    /// Goes through everything in front of the route, and through what follows it if its guards may refuse. Returns whether the
    /// route was found.
    fn at(&mut self, level: &Level, path: &str, route: &Rc<Route>) -> bool {
        let start = self.candidates.len();
        level.index.find(path, &mut self.candidates);
        let end = self.candidates.len();
        let mut is_placed = false;
        for position in start..end {
            let number = self.candidates[position] as usize;
            let entry = &level.entries[number];
            match &entry.kind {
                kind if kind.may_be(route) && entry.resource().is_match(path) => {
                    self.walk(level, path, number);
                    is_placed = true;
                }
                EntryKind::Scope { inside, .. } if inside.has_routes => {
                    let Some(end) = entry.resource().find_match(path) else { continue };
                    if inside.holds(route) {
                        is_placed = self.at(inside, &path[end..], route);
                        // A guard that let the preflight in may turn the request away.
                        if is_placed && self.question.scopes_are_guarded {
                            self.walk(level, path, number + 1);
                        }
                    } else if self.question.scopes_are_guarded {
                        // And one that turned the preflight away may let the request in.
                        self.level(inside, &path[end..], Others::Resource);
                    }
                }
                // It refused the preflight. It refuses the request for the same reason, or is added to those that may take it.
                _ => {
                    self.entry(entry, path);
                }
            }
            if is_placed {
                break;
            }
        }
        self.candidates.truncate(start);
        is_placed
    }
}

impl Level {
    /// `places` says what each resource is, in their order.
    fn new(nodes: Vec<Node>, places: &mut dyn Iterator<Item = Place>) -> Self {
        let mut level =
            Self { entries: Vec::new(), index: Index::default(), scopes: Vec::new(), has_routes: false };
        for node in nodes.into_iter().filter(|node| node.mark().is_none()) {
            for pattern in &node.patterns {
                level.index.add(pattern, node.is_prefix, level.entries.len());
            }
            let kind = match node.inside {
                Some(inside) => {
                    EntryKind::Scope { inside: Self::new(inside, places), turns_away: Cell::new(false) }
                }
                None => match places.next().expect("there is a place for each resource") {
                    Place::Plain(perhaps) => EntryKind::Plain(perhaps),
                    Place::Route(route) => EntryKind::Route(route),
                },
            };
            level.has_routes |= match &kind {
                EntryKind::Scope { inside, .. } => {
                    if inside.has_routes {
                        level.scopes.push(level.entries.len());
                    }
                    inside.has_routes
                }
                EntryKind::Plain(perhaps) => !perhaps.is_empty(),
                EntryKind::Route(_) => true,
            };
            let Node { patterns, is_prefix, .. } = node;
            level.entries.push(Entry { patterns, is_prefix, resource: OnceCell::new(), kind });
        }
        level
    }

    pub(super) fn holds(&self, route: &Rc<Route>) -> bool {
        self.entries.iter().any(|entry| match &entry.kind {
            EntryKind::Scope { inside, .. } => inside.has_routes && inside.holds(route),
            kind => kind.may_be(route),
        })
    }

    pub(super) fn each_route(&self, found: &mut dyn FnMut(&Rc<Route>)) {
        self.entries.iter().for_each(|entry| entry.kind.each_route(found));
    }

    /// Tells routes that a request on their paths may have been meant for a scope in front of them.
    fn tell_those_behind_scopes(&self, is_level_behind: bool) {
        for (position, entry) in self.entries.iter().enumerate() {
            let mut in_front = self.scopes.iter().take_while(|scope| **scope < position);
            let is_behind =
                is_level_behind || in_front.any(|scope| self.entries[*scope].may_share_a_path_with(entry));
            if let EntryKind::Scope { inside, .. } = &entry.kind {
                inside.tell_those_behind_scopes(is_behind);
            } else if is_behind {
                entry.kind.each_route(&mut |route| route.is_behind_scopes.set(true));
            }
        }
    }

    /// The entries that match the path, in the router's order, and where the match ends.
    pub(super) fn matching(&self, path: &str) -> impl Iterator<Item = (&Entry, usize)> {
        let mut candidates = Vec::new();
        self.index.find(path, &mut candidates);
        candidates.into_iter().filter_map(move |position| {
            let entry = &self.entries[position as usize];
            entry.resource().find_match(path).map(|end| (entry, end))
        })
    }

    /// Calls `found` for each scope, and with `None` for each resource, to which the path up to `at` leads.
    pub(super) fn each_at(
        &self,
        path: &str,
        at: usize,
        scopes_are_guarded: bool,
        found: &mut dyn FnMut(Option<&Self>),
    ) {
        for (entry, end) in self.matching(path) {
            let EntryKind::Scope { inside, turns_away } = &entry.kind else {
                if end == at {
                    found(None);
                }
                continue;
            };
            if end == at {
                found(Some(inside));
            }
            if end < at {
                inside.each_at(&path[end..], at - end, scopes_are_guarded, found);
            }
            if inside.has_routes && !(scopes_are_guarded || turns_away.get()) {
                // Nothing gets past it.
                return;
            }
        }
    }

    /// Logs the routes that are not certain on any path. Others are logged when a request shows it.
    fn each_uncertain(&self) {
        for (position, entry) in self.entries.iter().enumerate() {
            match &entry.kind {
                EntryKind::Route(route) => {
                    let is_like = |other: &Entry| {
                        matches!(other.kind, EntryKind::Plain(_)) && other.patterns == entry.patterns
                    };
                    if self.entries[..position].iter().any(is_like) {
                        log::route_is_uncertain(route);
                    }
                }
                EntryKind::Scope { inside, .. } => inside.each_uncertain(),
                EntryKind::Plain(perhaps) => perhaps.iter().for_each(|route| log::route_has_a_twin(route)),
            }
        }
    }
}

impl EntryKind {
    fn each_route(&self, found: &mut dyn FnMut(&Rc<Route>)) {
        match self {
            Self::Plain(perhaps) => perhaps.iter().for_each(found),
            Self::Route(route) => found(route),
            Self::Scope { inside, .. } => inside.each_route(found),
        }
    }

    /// Returns whether this is the route, or perhaps is.
    pub(super) fn may_be(&self, route: &Rc<Route>) -> bool {
        match self {
            Self::Route(other) => Rc::ptr_eq(other, route),
            Self::Plain(perhaps) => perhaps.iter().any(|other| Rc::ptr_eq(other, route)),
            Self::Scope { .. } => false,
        }
    }
}

impl Entry {
    /// Returns `false` only if the text in front of the first parameters tells them apart.
    fn may_share_a_path_with(&self, other: &Self) -> bool {
        let alike = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
        self.fixed().any(|one| other.fixed().any(|other| alike(one, other)))
    }

    /// The text in front of the first parameter of each pattern.
    fn fixed(&self) -> impl Iterator<Item = &str> {
        let fixed =
            |pattern| str::split(pattern, ['{', '*']).next().unwrap_or_default().trim_end_matches('/');
        self.patterns.iter().map(move |pattern| fixed(pattern))
    }

    pub(super) fn resource(&self) -> &ResourceDef {
        self.resource.get_or_init(|| match (self.patterns.as_slice(), self.is_prefix) {
            ([pattern], true) => ResourceDef::prefix(pattern.as_str()),
            ([pattern], false) => ResourceDef::new(pattern.as_str()),
            (_, true) => ResourceDef::prefix(self.patterns.clone()),
            (_, false) => ResourceDef::new(self.patterns.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use cors_macros::cors_policy;

    use super::*;
    use crate::policy::source::Source;
    use crate::response::headers::Answers;

    cors_policy! { static POLICY; origins: ["https://app.example"] }

    fn route(pattern: &str) -> Rc<Route> {
        let answers = Rc::new(Answers::bake(Source::from(&POLICY).now()));
        Rc::new(Route::new(pattern.to_owned(), "handler", &["GET"], Vec::new(), answers, None))
    }

    fn node(pattern: &str, inside: Option<Vec<Node>>) -> Node {
        let name = inside.is_none().then(|| "handler".to_owned());
        Node { patterns: vec![pattern.to_owned()], is_prefix: inside.is_some(), name, inside }
    }

    /// Two scopes, with these routes inside of `/a`, and what is known of others.
    fn tree(inside: &[&Rc<Route>], unplaced: &[&Rc<Route>]) -> Tree {
        let nodes = inside.iter().map(|route| node(&route.pattern, None)).collect();
        let map = vec![node("/a", Some(nodes)), node("/b", Some(vec![node("/plain", None)]))];
        let routes: Vec<_> = inside.iter().map(|route| Rc::clone(route)).collect();
        let (places, _) = place::places(&map, &routes);
        let root = Some(Level::new(map, &mut places.into_iter()));
        Tree {
            root,
            unplaced: unplaced.iter().map(|route| Rc::clone(route)).collect(),
            scratch: Cell::default(),
        }
    }

    fn possible(tree: &Tree, method: &str, path: &str) -> (usize, bool, Others) {
        let guards = |_: &Route| Guards::Accept;
        let question =
            Question { method, guards: &guards, scopes_are_guarded: false, spelling: Spelling::Kept };
        let possible = tree.possible_on(path, 0, &question);
        (possible.routes().count(), possible.certain().is_some(), possible.others)
    }

    /// A map that does not read as expected, and a route that is not found in it: neither comes with this version of Actix.
    #[test]
    fn where_a_route_is_not_placed_none_is_certain() {
        let (placed, lost) = (route("/x"), route("/y"));
        let unread = Tree { root: None, unplaced: vec![Rc::clone(&placed)], scratch: Cell::default() };
        for (name, tree, method, path, expected) in [
            ("all is known", &tree(&[&placed], &[]), "GET", "/a/x", (1, true, Others::No)),
            ("one is lost", &tree(&[&placed], &[&lost]), "GET", "/a/x", (2, false, Others::Resource)),
            (
                "one is lost, elsewhere",
                &tree(&[&placed], &[&lost]),
                "GET",
                "/c",
                (1, false, Others::Resource),
            ),
            ("another method", &tree(&[&placed], &[&lost]), "PUT", "/c", (0, false, Others::Default)),
            ("nothing is known", &unread, "GET", "/a/x", (1, false, Others::Resource)),
            ("nothing is known, another method", &unread, "PUT", "/a/x", (0, false, Others::Resource)),
        ] {
            assert_eq!(possible(tree, method, path), expected, "{name}");
        }
    }

    #[test]
    fn a_layer_around_a_scope_has_the_routes_in_it() {
        let (placed, lost) = (route("/x"), route("/y"));
        let unread = Tree { root: None, unplaced: Vec::new(), scratch: Cell::default() };
        for (name, tree, path, at, expected) in [
            ("around the app", &tree(&[&placed], &[]), "/a/x", 0, true),
            ("around the scope", &tree(&[&placed], &[]), "/a/x", 2, true),
            ("around the other scope", &tree(&[&placed], &[]), "/b/x", 2, false),
            ("in no scope that is known", &tree(&[&placed], &[]), "/c/x", 2, true),
            ("no routes", &tree(&[], &[]), "/a/x", 0, false),
            ("no routes, around a scope", &tree(&[], &[]), "/a/x", 2, false),
            ("one is lost", &tree(&[], &[&lost]), "/a/x", 0, true),
            ("one is lost, around a scope", &tree(&[], &[&lost]), "/b/x", 2, true),
            ("nothing is known", &unread, "/a/x", 2, true),
        ] {
            assert_eq!(tree.has_routes_below(path, at), expected, "{name}");
        }
    }
}
