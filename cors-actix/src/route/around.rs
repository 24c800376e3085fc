//! What a layer and the routes with `#[cors]` inside of it tell each other.

use std::rc::Rc;

use actix_web::dev::{ServiceRequest, Url};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage, HttpRequest};

use crate::options::Options;
use crate::request::asked;
use crate::route::inside::Inside;
use crate::route::log;
use crate::route::registry::{App, Route};
use crate::route::resolve::{Guards, Others, Possible, Question, routed};

/// Noted in a request: it has reached a route with `#[cors]`, which answers by its own policy.
pub(crate) struct Reached;

/// Noted in a request: the options that hold for the routes inside. They are those of the outermost layer with `enforce`, or else
/// of the outermost layer that has options for routes.
pub(crate) struct Outer(pub(crate) Rc<Options>);

/// The routes below a layer.
pub(crate) struct Below {
    app: Rc<App>,
    scopes_are_guarded: bool,
    inside: Inside,
}

impl Below {
    /// The routes with `#[cors]` below the layer that this request is at, and whose inner service is an `S`. `None` if there are none.
    pub(crate) fn find<S>(request: &ServiceRequest, options: &Options) -> Option<Self> {
        let app = App::of(request.request())?;
        let info = request.match_info();
        if !app.tree(request.request()).has_routes_below(info.as_str(), routed(info)) {
            return None;
        }
        if !options.report_only {
            app.has_layers.set(true);
            if options.enforce || options.answered_by_gateway {
                app.are_asked.set(true);
            }
            if !options.unguarded_upgrades {
                app.upgrades_are_guarded.set(true);
            }
        }
        let scopes_are_guarded = options.scopes_are_guarded;
        Some(Self { app, scopes_are_guarded, inside: Inside::of::<S>() })
    }

    /// The routes that may take this request, or the request after this preflight.
    pub(crate) fn possible(&self, request: &ServiceRequest, is_preflight: bool) -> Possible {
        let refused = if is_preflight { Guards::MayAccept } else { Guards::Refuse };
        let guards = |route: &Route| if route.accepts(request) { Guards::Accept } else { refused };
        let method = if is_preflight {
            asked(request.headers()).unwrap_or_default()
        } else {
            request.method().as_str()
        };
        let possible = self.app.tree(request.request()).possible(request, &self.question(method, &guards));
        if possible.has_routes() && possible.others == Others::Resource {
            possible.routes().for_each(|route| log::route_is_uncertain(route));
        }
        possible
    }

    fn question<'q>(&self, method: &'q str, guards: &'q dyn Fn(&Route) -> Guards) -> Question<'q> {
        let Self { scopes_are_guarded, inside: Inside { spelling, .. }, .. } = *self;
        Question { method, guards, scopes_are_guarded, spelling }
    }

    /// Keeps what is needed to find out later which route a request was for.
    #[inline]
    pub(crate) fn keep(self: &Rc<Self>, request: &ServiceRequest) -> Asked {
        let info = request.match_info();
        Asked {
            below: Rc::clone(self),
            method: request.method().clone(),
            target: info.get_ref().uri().path_and_query().cloned(),
            at: routed(info),
        }
    }
}

/// A request as it arrived at the layer.
#[derive(Clone)]
pub(crate) struct Asked {
    below: Rc<Below>,
    method: Method,
    target: Option<PathAndQuery>,
    at: usize,
}

impl Asked {
    /// The policy for a response that did not come from a route with `#[cors]`, but from something on the way to a route, or elsewhere.
    ///
    /// It shows scopes that have turned the request away: they count as guarded from now on. `answered` is `None` if the request failed:
    /// it is then not known how far it came.
    pub(crate) fn answered_by(&self, answered: Option<&HttpRequest>) -> Answered {
        self.find_out(answered).unwrap_or(Answered::Layer)
    }

    /// `None` if the layer's own policy holds.
    fn find_out(&self, answered: Option<&HttpRequest>) -> Option<Answered> {
        let target = self.target.as_ref()?;
        let tree = self.below.app.known_tree()?;
        // Guards can no longer be asked.
        let guards = |_: &Route| Guards::MayAccept;
        let question = self.below.question(self.method.as_str(), &guards);
        let possible = |path: &str| tree.possible_on(path, self.at, &question);
        let as_it_came = || Url::new(Uri::from(target.clone()));
        let Some(answered) = answered else {
            return Answered::on_the_way(possible(as_it_came().path()));
        };
        let info = answered.match_info();
        let path = info.as_str();
        let certain = |path: &str| possible(path).certain().cloned();
        // A layer inside has changed the path. What may have answered is found by the new one.
        if info.get_ref().uri().path_and_query() != Some(target)
            && let Some(route) = certain(as_it_came().path())
            && !certain(path).is_some_and(|other| Rc::ptr_eq(&other, &route))
        {
            tree.miss(&route);
        }
        let end = routed(info);
        // Where nothing in between could answer, the router has been asked, and took its default service.
        let is_routed = end > self.at || !(self.below.inside.may_answer || is_refused(answered));
        if is_routed && !tree.is_in_scope(path, self.at, end, self.below.scopes_are_guarded) {
            return None;
        }
        let possible = possible(path);
        let is_on_the_way = |route: &Rc<Route>| end == self.at || tree.is_on_the_way(route, path, end);
        let is_elsewhere = end == path.len() || possible.certain().is_some();
        if is_elsewhere && !possible.routes().any(is_on_the_way) {
            // No scope around a route ends there, so a resource took the request.
            possible.certain().into_iter().for_each(|route| tree.lose(route));
            return None;
        }
        Answered::on_the_way(possible)
    }
}

/// The policy for a response that did not come from a route with `#[cors]`.
pub(crate) enum Answered {
    /// The layer's own.
    Layer,
    /// That of the route that the request was on its way to.
    Route(Rc<Route>),
    /// The layer's own, or one of these.
    Either(Possible),
}

impl Answered {
    fn on_the_way(possible: Possible) -> Option<Self> {
        match possible.certain() {
            Some(route) => Some(Self::Route(Rc::clone(route))),
            None => possible.has_routes().then_some(Self::Either(possible)),
        }
    }
}

/// Noted in a request: a layer has refused it. Layers further out answer by their own policies.
struct RefusedByLayer;

/// Notes that a layer refuses this request.
#[cold]
pub(crate) fn note_refusal(request: &ServiceRequest) {
    request.extensions_mut().insert(RefusedByLayer);
}

/// Returns whether a layer has refused this request.
pub(crate) fn is_refused(request: &HttpRequest) -> bool {
    request.extensions().contains::<RefusedByLayer>()
}

/// Returns whether this request has reached a route with `#[cors]`.
#[inline]
pub(crate) fn is_reached(request: &HttpRequest) -> bool {
    request.extensions().contains::<Reached>()
}
