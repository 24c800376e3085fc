//! What must hold in every app: P1 to P4 of `SECURITY.md`.

use std::fmt;

use actix_web::dev::ResourceDef;
use cors_properties::reference::{self, accepts};

use crate::app::{App, Guard, Handler, Item, Route};
use crate::policy::Policy;
use crate::request::{Answers, Asked, Fail, Got, ask};
use crate::serve;

/// How often requests come before they are judged.
const ROUNDS: usize = 3;

/// An app and the requests that it gets, in their order.
#[derive(Clone, Debug)]
pub struct Case {
    /// The app.
    pub app: App,
    /// The requests. Of each the preflight is sent as well.
    pub requests: Vec<Asked>,
    /// Whether they came before, unjudged, so that every scope that turns one of them away has been seen to.
    pub came_before: bool,
}

/// The properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// `Cors` and `#[cors]` change nothing about which handler runs, but for refusing.
    Routing,
    /// P1: no handler runs, under `enforce` or for an upgrade, for an origin that its policy does not allow.
    Runs,
    /// P2: no response carries fields that the policy of what answered does not give.
    Fields,
    /// P3: no preflight passes that the policy of the handler behind it does not let pass.
    Preflights,
    /// P4: where it is certain who answers, nothing that its policy allows is refused.
    Certain,
    /// A response that depends on the origin says so to caches.
    Varies,
}

/// A property that does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub property: Property,
    /// The request for which it does not.
    pub request: Asked,
    /// What came back.
    pub got: Got,
    /// What should have been.
    pub wanted: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { property, request, got, wanted } = self;
        write!(f, "{property:?}: {request}\n  came back: {got}\n  wanted: {wanted}")
    }
}

/// How often each property had something to say: a property that never did was not tested.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Handlers that ran although something would have refused a foreign origin.
    pub guarded_runs: u64,
    /// Requests that were refused.
    pub refusals: u64,
    /// Responses with fields.
    pub fields: u64,
    /// Preflights that passed, to a handler.
    pub preflights: u64,
    /// Requests for which it was certain who answers: a route with `#[cors]`.
    pub certain_routes: u64,
    /// The same, where no route with `#[cors]` is near.
    pub certain_layers: u64,
    /// Errors of layers that carried fields.
    pub errors: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.guarded_runs += other.guarded_runs;
        self.refusals += other.refusals;
        self.fields += other.fields;
        self.preflights += other.preflights;
        self.certain_routes += other.certain_routes;
        self.certain_layers += other.certain_layers;
        self.errors += other.errors;
    }
}

/// Sends the requests of a case and holds the answers against the properties.
///
/// # Errors
///
/// The first violation.
pub async fn check(case: &Case) -> Result<Counts, Box<Violation>> {
    let (real, bare) = (serve::real(&case.app).await, serve::bare(&case.app).await);
    let mut counts = Counts::default();
    if case.came_before {
        // One round shows one scope to a request. There may be another behind it. No layer refuses requests without `Origin`.
        for (origin, german) in
            (0..ROUNDS).flat_map(|_| [(true, false), (true, true), (false, false), (false, true)])
        {
            for asked in &case.requests {
                let origin = if origin { asked.origin.clone() } else { Vec::new() };
                ask(&real, &Asked { origin, german, fail: Fail::No, ..asked.clone() }).await;
            }
        }
    }
    for asked in &case.requests {
        let one = One {
            came_before: case.came_before,
            app: &case.app,
            asked,
            reached: ask(&bare, asked).await,
            would: ask(&bare, &Asked { fail: Fail::No, ..asked.clone() }).await,
            is_rewritten: case.app.rewrites()
                && case.requests.iter().any(|asked| asked.path.starts_with("/v1")),
        };
        one.check_actual(&ask(&real, asked).await, &mut counts)?;
        one.check_preflight(&real, &bare, &mut counts).await?;
    }
    Ok(counts)
}

/// A policy that has to let a request in, and whether by `enforce` rather than for an upgrade alone.
#[derive(Clone, Copy, Debug)]
struct Guarding {
    policy: Policy,
    enforce: bool,
}

/// A request, and what Actix alone makes of it.
struct One<'a> {
    app: &'a App,
    asked: &'a Asked,
    /// What the request gets to.
    reached: Got,
    /// What it would get to if no layer failed.
    would: Got,
    /// Some request of the case is rewritten on its way: the route that it misses is not certain any more.
    is_rewritten: bool,
    /// Such requests have come before.
    came_before: bool,
}

impl One<'_> {
    fn violation(&self, property: Property, request: &Asked, got: &Got, wanted: String) -> Box<Violation> {
        Box::new(Violation { property, request: request.clone(), got: got.clone(), wanted })
    }

    /// The policy of what answers: the route's own, or that of the outermost layer, which has the last word.
    fn owner(&self, trace: &Got) -> Option<Policy> {
        match trace.ran {
            Some(Handler::Cors(route)) => Some(route.policy),
            _ => trace.layers.first().map(|id| self.app.cors(*id).policy),
        }
    }

    /// Returns whether a layer looks at the origin of this request before it lets it pass.
    fn is_guarded_by(&self, id: u32) -> bool {
        let cors = self.app.cors(id);
        cors.enforce || (self.asked.upgrade && !cors.unguarded_upgrades)
    }

    /// What has to let the request in before this handler runs.
    fn guards(&self, layers: &[u32], handler: Handler) -> Vec<Guarding> {
        let guarding = layers.iter().filter(|id| self.is_guarded_by(**id)).map(|id| self.app.cors(*id));
        let guarding = guarding.map(|cors| Guarding { policy: cors.policy, enforce: cors.enforce });
        match handler {
            Handler::Plain(_) => guarding.collect(),
            Handler::Cors(Route { policy, .. }) => {
                let alone = layers.is_empty() && self.asked.upgrade;
                let alone = alone.then_some(Guarding { policy, enforce: false });
                alone.into_iter().chain(guarding.map(|guard| Guarding { policy, ..guard })).collect()
            }
        }
    }

    fn lets_in(&self, Guarding { policy, enforce }: Guarding) -> bool {
        let Some(entries) = &policy.settings().origins else { return true };
        let site = match self.asked.site.as_slice() {
            [] => &b""[..],
            [site] => site,
            _ => b"no browser",
        };
        let is_elsewhere = !matches!(site, b"" | b"same-origin" | b"none");
        let is_safe = matches!(self.asked.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        match self.asked.origin.as_slice() {
            [] => !enforce || !is_elsewhere || (is_safe && !self.asked.upgrade),
            [origin] if entries.iter().any(|entry| accepts(entry, origin)) => true,
            _ if is_elsewhere || self.authority().is_empty() => false,
            _ if !site.is_empty() => true,
            [origin] => is_own(origin, &self.authority()),
            _ => false,
        }
    }

    /// The host and port that the request means to reach.
    fn authority(&self) -> String {
        match self.asked.uri().authority() {
            Some(authority) => authority.as_str().to_owned(),
            None => self.asked.host.clone(),
        }
    }

    /// Returns whether the guard of a scope may be hidden by what has answered: a default service, or a resource that ends where a
    /// scope does.
    fn is_hidden(&self, answered: Option<Handler>) -> bool {
        let is_default = || answered.is_none_or(|handler| self.app.is_default(handler));
        let path = &*self.asked.path;
        let ends_in_scope = || {
            let path = path.strip_prefix("/v1").filter(|_| self.app.rewrites()).unwrap_or(path);
            !is_plain(&self.asked.path) || has_scope_at(&self.app.items, path.trim_end_matches('/'))
        };
        self.came_before && ((is_default() && self.app.hides_default_services()) || ends_in_scope())
    }

    fn check_actual(&self, got: &Got, counts: &mut Counts) -> Result<(), Box<Violation>> {
        let fail = |property, wanted| Err(self.violation(property, self.asked, got, wanted));
        let reached = &self.reached;
        if self.is_hidden(self.would.ran) {
            return Ok(());
        }
        let refused = got.ran.is_none() && got.failed.is_none() && got.status == 403;
        if !refused && (got.ran != reached.ran || got.failed != reached.failed) {
            return fail(Property::Routing, format!("{reached}, as without CORS"));
        }

        if let Some(ran) = got.ran {
            let guards = self.guards(&reached.layers, ran);
            counts.guarded_runs += u64::from(!guards.is_empty() && !self.asked.origin.is_empty());
            // Where a path is rewritten on the way, a route with `#[cors]` still knows itself, but a layer cannot
            // foresee that there will be none, until it has seen that.
            let is_foreseeable =
                matches!(ran, Handler::Cors(_)) || self.came_before || !self.app.rewrites_inside();
            let denies = |guard: &Guarding| is_foreseeable && !self.lets_in(*guard);
            if let Some(Guarding { policy, .. }) = guards.into_iter().find(denies) {
                return fail(
                    Property::Runs,
                    format!("no handler runs, for {policy:?} does not allow the origin"),
                );
            }
        }

        counts.refusals += u64::from(refused);
        counts.errors += u64::from(got.failed.is_some() && !got.fields.is_empty());
        counts.fields += u64::from(!got.fields.is_empty());
        let owner = match () {
            // Refused by a layer further in, the response gets what the outermost one gives.
            () if refused => match reached.layers.as_slice() {
                [outermost, _, ..] => Some(self.app.cors(*outermost).policy),
                _ => None,
            },
            () if reached.failed.is_none() => self.owner(reached),
            // Nobody outside could put fields on it.
            () if reached.layers.is_empty() => None,
            () => self.owner(&self.would),
        };
        let is_foreseeable = reached.failed.is_none() || !self.app.rewrites_inside();
        let given = owner.map(|policy| fields(policy, self.asked)).unwrap_or_default();
        // `Timing-Allow-Origin` is no field that a policy without `timing` takes off: of two layers each gives its own, unless a
        // route with `#[cors]` has answered.
        let of_layers =
            reached.layers.iter().filter(|_| refused || !matches!(reached.ran, Some(Handler::Cors(_))));
        let timing: Vec<_> = of_layers.flat_map(|id| fields(self.app.cors(*id).policy, self.asked)).collect();
        let is_given = |field: &&(String, String)| {
            given.contains(field) || (field.0 == "timing-allow-origin" && timing.contains(field))
        };
        if is_foreseeable && let Some(field) = got.fields.iter().find(|field| !is_given(field)) {
            return fail(Property::Fields, format!("no {field:?}: {owner:?} gives {given:?}"));
        }
        if is_foreseeable
            && !refused
            && owner.is_some_and(|policy| policy.settings().origins.is_some())
            && !got.varies()
        {
            return fail(Property::Varies, format!("`Vary: Origin`, for {owner:?} answers"));
        }

        match self.certain() {
            Some(Certain::Route(route)) => {
                counts.certain_routes += 1;
                // An app that has it both ways says nothing about which is meant.
                let is_refused = !self.lets_in(Guarding { policy: route.policy, enforce: true });
                if !is_refused && refused {
                    return fail(Property::Certain, format!("it passes, for {:?} allows it", route.policy));
                }
                let is_silent = reached.failed.is_some() && reached.layers.is_empty();
                if !refused && !is_silent && got.fields != fields(route.policy, self.asked) {
                    return fail(Property::Certain, format!("what {:?} gives", route.policy));
                }
            }
            Some(Certain::Layers) => {
                counts.certain_layers += 1;
                let guards = self.guards(&reached.layers, Handler::Plain(0));
                let is_refused = guards.into_iter().any(|guard| !self.lets_in(guard));
                if refused != is_refused {
                    return fail(Property::Certain, format!("refused: {is_refused}"));
                }
                let is_there = given.iter().all(|field| got.fields.contains(field));
                if !refused && !is_there {
                    return fail(Property::Certain, format!("what {owner:?} gives: {given:?}"));
                }
            }
            None => {}
        }
        Ok(())
    }

    async fn check_preflight(
        &self,
        real: &impl Answers,
        bare: &impl Answers,
        counts: &mut Counts,
    ) -> Result<(), Box<Violation>> {
        if self.asked.origin.is_empty() {
            return Ok(());
        }
        let preflight = Asked { is_preflight: true, fail: Fail::No, upgrade: false, ..self.asked.clone() };
        let got = ask(real, &preflight).await;
        let fail = |property, wanted| Err(self.violation(property, &preflight, &got, wanted));
        let alone = ask(bare, &preflight).await;
        if let Some(handler) = got.ran
            && (matches!(handler, Handler::Cors(_)) || !alone.layers.is_empty())
        {
            return fail(Property::Routing, "no preflight gets to a handler".to_owned());
        }

        if got.passes() && !self.app.rewrites_inside() {
            // A preflight does not show all that the request after it has.
            for german in [false, true] {
                let after = Asked { german, fail: Fail::No, upgrade: false, ..self.asked.clone() };
                let trace = ask(bare, &after).await;
                let Some(handler) = trace.ran else { continue };
                let owner = self.owner(&trace);
                if self.is_hidden(Some(handler)) {
                    continue;
                }
                // Where no layer is, there is nothing to have the switch for guarded scopes.
                if trace.layers.is_empty() && self.app.guards_scopes() {
                    continue;
                }
                // Where no layer is, nothing in Actix tells a route whether there is a default service.
                if owner.is_none() && self.app.is_default(handler) {
                    continue;
                }
                // Nor does a layer around a scope or a resource know what is beside it: Actix routes the preflight there,
                // and the request elsewhere, to a handler without a policy or to another such layer, or into a scope whose guard
                // has turned the preflight away.
                let is_beside = trace.layers.first() != alone.layers.first();
                let is_guarded = (!alone.layers.is_empty() || self.came_before) && self.app.guards_scopes();
                if is_beside && (is_guarded || matches!(handler, Handler::Plain(_))) {
                    continue;
                }
                counts.preflights += 1;
                if !owner.is_some_and(|policy| lets_pass(policy, &preflight)) {
                    let wanted =
                        format!("no pass: with `Accept-Language` {german}, {handler:?} of {owner:?} runs");
                    return fail(Property::Preflights, wanted);
                }
            }
        }
        if !got.passes() && !got.fields.is_empty() {
            return fail(Property::Fields, "a refused preflight gives nothing".to_owned());
        }

        let certain = match self.certain() {
            Some(Certain::Route(route)) => Some(route.policy),
            Some(Certain::Layers) => alone.layers.first().map(|id| self.app.cors(*id).policy),
            None => None,
        };
        if let Some(policy) = certain {
            let answer = reference::answer(policy.settings(), &preflight.head());
            let given = without_vary(answer.fields);
            if answer.status != Some(got.status) || got.fields != given {
                return fail(
                    Property::Certain,
                    format!("{:?} {given:?}, as {policy:?} answers", answer.status),
                );
            }
        }
        Ok(())
    }

    /// Who answers, where there is no doubt: the judge knows more than any layer can, and so it claims
    /// less than it could.
    fn certain(&self) -> Option<Certain> {
        let uri = self.asked.uri();
        let path = uri.path();
        if !is_plain(path) || self.is_rewritten || (path.ends_with('/') && path.len() > 1) {
            return None;
        }
        let mut found = Found::default();
        found.walk(&self.app.items, path, 0);
        let with_slash = format!("{path}/");
        let mut other = Found::default();
        other.walk(&self.app.items, &with_slash, 0);
        if found.patterns.iter().chain(&other.patterns).any(|pattern| self.app.has_twins(pattern)) {
            return None;
        }
        if found.routes.is_empty() && other.routes.is_empty() {
            return Some(Certain::Layers);
        }
        let Found { routes, plain, branches, .. } = found;
        let is_sole = !plain && !other.plain && branches < 2 && other.branches < 2;
        let is_known = branches == 0 || !(self.app.scopes_are_guarded || self.app.guards_scopes());
        let mut methods: Vec<_> = routes.iter().flat_map(Route::methods).collect();
        let count = methods.len();
        methods.sort_unstable();
        methods.dedup();
        let is_one = |route: &Route| route.guard == Guard::No && route.pattern == routes[0].pattern;
        let is_clear = methods.len() == count && routes.iter().all(is_one);
        let is_same = other.routes.iter().all(|route| routes.contains(route));
        match self.would.ran {
            Some(Handler::Cors(_)) if self.app.adds_slashes() => None,
            Some(Handler::Cors(route)) if is_sole && is_known && is_clear && is_same => {
                Some(Certain::Route(route))
            }
            _ => None,
        }
    }
}

/// Returns whether a path is spelled in the one way that every layer leaves as it is.
fn is_plain(path: &str) -> bool {
    !path.contains("//") && !path.contains('%') && !path.contains("..")
}

/// Returns whether a scope ends where the path does.
fn has_scope_at(items: &[Item], path: &str) -> bool {
    items.iter().any(|item| match item {
        Item::Scope(scope) => match ResourceDef::prefix(scope.prefix).find_match(path) {
            Some(end) => end == path.len() || has_scope_at(&scope.items, &path[end..]),
            None => false,
        },
        _ => false,
    })
}

/// Who answers for certain.
enum Certain {
    /// This route.
    Route(Route),
    /// No route with `#[cors]`: the layers alone.
    Layers,
}

/// What matches a path, whether or not something in front takes it.
#[derive(Default)]
struct Found {
    routes: Vec<Route>,
    plain: bool,
    /// The patterns of both.
    patterns: Vec<&'static str>,
    /// How many ways through scopes there are, at most.
    branches: usize,
}

impl Found {
    fn walk(&mut self, items: &[Item], rest: &str, depth: usize) {
        for item in items {
            match item {
                Item::Cors(route) => {
                    if ResourceDef::new(route.pattern).is_match(rest) {
                        self.routes.push(*route);
                        self.patterns.push(route.pattern);
                        // A scope and a route beside it are two ways.
                        if depth == 0 && self.branches > 0 {
                            self.branches = 2;
                        }
                    }
                }
                Item::Plain(plain) => {
                    if ResourceDef::new(plain.pattern).is_match(rest) {
                        self.plain = true;
                        self.patterns.push(plain.pattern);
                    }
                }
                Item::Scope(scope) => {
                    if let Some(end) = ResourceDef::prefix(scope.prefix).find_match(rest) {
                        if depth == 0 {
                            self.branches += 1 + usize::from(!self.routes.is_empty());
                        } else {
                            self.branches = 2;
                        }
                        self.walk(&scope.items, rest.get(end..).unwrap_or_default(), depth + 1);
                    }
                }
            }
        }
    }
}

/// The fields that a policy gives the response to a request.
fn fields(policy: Policy, asked: &Asked) -> Vec<(String, String)> {
    without_vary(reference::answer(policy.settings(), &asked.head()).fields)
}

/// Returns whether an origin is that of the server itself, which is asked without TLS.
fn is_own(origin: &[u8], authority: &str) -> bool {
    let authority = authority.strip_suffix(":80").unwrap_or(authority);
    origin.eq_ignore_ascii_case(format!("http://{authority}").as_bytes()) && origin.starts_with(b"http://")
}

fn without_vary(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.retain(|(name, _)| name != "vary");
    fields
}

fn lets_pass(policy: Policy, preflight: &Asked) -> bool {
    reference::answer(policy.settings(), &preflight.head()).status == Some(policy.settings().preflight_status)
}
