//! Apps and requests, drawn from a seed.

use crate::app::{App, Cors, Guard, Item, Layer, Plain, Route, Scope, Slashes};
use crate::chance::Chance;
use crate::check::Case;
use crate::policy::{ORIGINS, Policy};
use crate::pool::{GUARDED, METHODS, PATTERNS, POLICIES};
use crate::request::{Asked, Fail};

/// What numbers the handlers and the layers of one app.
struct Draw {
    chance: Chance,
    next: u32,
    guarded_scopes: bool,
}

const SCOPES: [&str; 6] = ["", "/s", "/s/{q}", "/{q}", "/x", "/t"];
const ROUTE_METHODS: [&str; 4] = ["GET", "PUT", "POST", "DELETE"];

/// The app and the requests of a seed.
pub fn case(seed: u64) -> Case {
    let mut draw = Draw { chance: Chance::new(seed), next: 0, guarded_scopes: false };
    draw.guarded_scopes = draw.chance.percent(30);
    let items = draw.items(5, 0);
    let default = draw.default(50);
    let layers = draw.app_layers();
    let scopes_are_guarded = draw.guarded_scopes || draw.chance.percent(10);
    let app = App { items, default, layers, scopes_are_guarded };
    let requests = (0..6).map(|_| draw.request(&app)).collect();
    Case { app, requests, came_before: false }
}

/// The same where a scope has a guard and no layer was told so, and the requests have come before. `None` where no scope has one.
pub fn case_without_switch(seed: u64) -> Option<Case> {
    let case = case(seed);
    let app = App { scopes_are_guarded: false, ..case.app };
    app.guards_scopes().then_some(Case { app, came_before: true, ..case })
}

impl Draw {
    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn default(&mut self, chance: usize) -> Option<u32> {
        self.chance.percent(chance).then(|| self.number())
    }

    fn guard(&mut self, chance: usize) -> Guard {
        match self.chance.percent(chance) {
            true => self.chance.of(&[Guard::Host, Guard::Field]),
            false => Guard::No,
        }
    }

    fn items(&mut self, most: usize, depth: usize) -> Vec<Item> {
        let count = 1 + self.chance.below(most);
        let mut items: Vec<Item> = Vec::new();
        for _ in 0..count {
            let item = match self.chance.below(10) {
                0..=1 if depth < 2 => Item::Scope(self.scope(depth)),
                0..=5 => Item::Cors(self.route()),
                // The same handler once more, further on.
                6 if !items.is_empty() => items[self.chance.below(items.len())].clone(),
                _ => Item::Plain(self.plain()),
            };
            items.push(item);
        }
        items
    }

    fn route(&mut self) -> Route {
        let guard = self.guard(20);
        if guard == Guard::No {
            let (pattern, method) = (self.chance.of(&PATTERNS), self.chance.of(&METHODS));
            return Route { pattern, method, policy: self.chance.of(&POLICIES), guard };
        }
        let (pattern, method) = (self.chance.of(&GUARDED), self.chance.of(&["GET", "PUT"]));
        Route { pattern, method, policy: self.chance.of(&[Policy::A, Policy::B]), guard }
    }

    fn plain(&mut self) -> Plain {
        let pattern = self.chance.of(&PATTERNS);
        let is_attribute = self.chance.percent(40);
        let count = if is_attribute { 1 } else { 1 + self.chance.below(2) };
        let mut routes = Vec::new();
        for _ in 0..count {
            let any = !is_attribute && self.chance.percent(15);
            let method = (!any).then(|| self.chance.of(&ROUTE_METHODS));
            routes.push((method, self.guard(15), self.number()));
        }
        let mut layers = Vec::new();
        if self.chance.percent(7) {
            layers.push(self.cors());
        }
        if self.chance.percent(7) {
            layers.push(Layer::Fails(self.number()));
        }
        Plain { pattern, guard: self.guard(15), is_attribute, routes, default: self.default(10), layers }
    }

    fn scope(&mut self, depth: usize) -> Scope {
        let prefix = self.chance.of(&SCOPES);
        let guard = if self.guarded_scopes { self.guard(50) } else { Guard::No };
        let items = self.items(3, depth + 1);
        let default = self.default(25);
        let mut layers = Vec::new();
        if self.chance.percent(20) {
            layers.push(self.cors());
        }
        if self.chance.percent(15) {
            layers.push(Layer::Fails(self.number()));
        }
        Scope { prefix, guard, items, default, layers }
    }

    fn cors(&mut self) -> Layer {
        Layer::Cors(Cors {
            id: self.number(),
            policy: self.chance.of(&[Policy::App, Policy::App, Policy::Scope, Policy::Public, Policy::A]),
            enforce: self.chance.percent(40),
            unguarded_upgrades: self.chance.percent(15),
        })
    }

    fn slashes(&mut self) -> Layer {
        Layer::Normalizes(self.chance.of(&[Slashes::Trim, Slashes::MergeOnly, Slashes::Always]))
    }

    fn app_layers(&mut self) -> Vec<Layer> {
        let mut layers = Vec::new();
        if self.chance.percent(6) {
            layers.push(Layer::Rewrites);
        }
        if self.chance.percent(12) {
            layers.push(self.slashes());
        }
        if self.chance.percent(5) {
            layers.push(Layer::Fails(self.number()));
        }
        if self.chance.percent(75) {
            layers.push(self.cors());
        }
        if self.chance.percent(10) {
            layers.push(self.cors());
        }
        if self.chance.percent(30) {
            layers.push(Layer::Fails(self.number()));
        }
        if self.chance.percent(12) {
            layers.push(self.slashes());
        }
        if self.chance.percent(4) {
            layers.push(Layer::Rewrites);
        }
        layers
    }

    fn request(&mut self, app: &App) -> Asked {
        Asked {
            method: self.chance.of(&["GET", "GET", "PUT", "PUT", "POST", "DELETE"]).into(),
            path: self.path(app),
            host: self.chance.of(&["one.test", "two.test"]).into(),
            german: self.chance.percent(30),
            origin: lines((!self.chance.percent(4)).then(|| self.chance.of(&ORIGINS))),
            site: Vec::new(),
            upgrade: self.chance.percent(25),
            fail: match self.chance.below(100) {
                0..=12 => Fail::Error,
                13..=20 => Fail::Response,
                21..=27 => Fail::Handler,
                _ => Fail::No,
            },
            requested_headers: lines(self.chance.of(&[None, None, None, Some("x-a"), Some("x-b")])),
            is_preflight: false,
        }
    }

    /// A path: mostly one that something in the app matches, and then often spelled in another way.
    fn path(&mut self, app: &App) -> String {
        let mut path = match self.chance.percent(80) {
            true => self.path_in(&app.items),
            false => {
                let count = 1 + self.chance.below(3);
                (0..count).map(|_| self.chance.of(&PIECES)).collect()
            }
        };
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        match self.chance.below(100) {
            0..=3 => path.push('/'),
            4..=6 => path.insert(0, '/'),
            7..=9 => path = path.replacen("/x", "/%78", 1),
            10..=11 => path = path.replacen("/x", "/X", 1),
            12..=13 => path = path.replacen('/', "/%2e%2e/", 1),
            14..=15 => path = path.replacen("/x", "/x%2F", 1),
            16..=17 => path = path.replace('/', "//"),
            18..=21 => path.insert_str(0, "/v1"),
            _ => {}
        }
        path
    }

    fn path_in(&mut self, items: &[Item]) -> String {
        let text = match &items[self.chance.below(items.len())] {
            Item::Cors(route) => route.pattern.to_owned(),
            Item::Plain(plain) => plain.pattern.to_owned(),
            Item::Scope(scope) => {
                let inside = self.path_in(&scope.items);
                format!("{}{inside}", scope.prefix)
            }
        };
        let mut path = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let (is_tail, after) = match after.strip_prefix('*') {
                Some(after) => (true, after),
                None => (name.contains(".*"), after),
            };
            path.push_str(match is_tail {
                true => self.chance.of(&["", "x", "/x", "x/y", "/s/x", "x/"]),
                false => self.chance.of(&["x", "y", "s", "t", "all", "7", "x-y"]),
            });
            rest = after;
        }
        path.push_str(rest);
        path
    }
}

fn lines(line: Option<&str>) -> Vec<Vec<u8>> {
    line.map(|line| line.as_bytes().to_vec()).into_iter().collect()
}

const PIECES: [&str; 22] = [
    "/", "/x", "/y", "/s", "/t", "/X", "/a+b", "/a%2Bb", "/a%20b", "/%78", "/%2F", "/x%2Fy", "/..",
    "/%2e%2e", "/.", "//", "/z", "%", "%zz", "/x;y", "/%C3%A4", "/v1/x",
];
