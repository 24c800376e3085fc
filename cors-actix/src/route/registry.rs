//! The routes with `#[cors]` of each app, for the layers around them.
//!
//! A route does not know which scopes it is registered in. Actix's map shows it once the app is built: see
//! [`place`](super::place). To make places certain, a mark is registered in front of the first route of a scope.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use actix_web::HttpRequest;
use actix_web::dev::{AppService, ResourceDef, ServiceRequest, fn_service};
use actix_web::error::UrlGenerationError;
use actix_web::guard::{Guard, fn_guard};
use actix_web::{HttpResponse, dev};

use crate::response::headers::Answers;
use crate::route::resolve::Tree;

thread_local! {
    /// The apps of this thread. An app is registered and served on one thread.
    static APPS: RefCell<Vec<Weak<App>>> = const { RefCell::new(Vec::new()) };
    static NEXT_MARK: Cell<u64> = const { Cell::new(0) };
}

/// A route with its own policy.
pub(crate) struct Route {
    /// As Actix writes it, with a leading slash.
    pub(crate) pattern: String,
    pub(crate) name: &'static str,
    methods: &'static [&'static str],
    guards: Vec<Box<dyn Guard>>,
    pub(crate) answers: Rc<Answers>,
    /// The mark that it was registered right after.
    pub(crate) mark: Option<u64>,
    /// Whether it counted as certain for a request that went elsewhere.
    pub(crate) was_missed: Cell<bool>,
    /// Whether scopes with such routes are registered before it, on paths that may be its own.
    pub(crate) is_behind_scopes: Cell<bool>,
    /// Whether the log has said that it is not certain.
    pub(crate) is_told: Cell<bool>,
    /// Whether the log has said that its policy is the same in development.
    is_named: Cell<bool>,
}

impl Route {
    pub(crate) fn new(
        pattern: String,
        name: &'static str,
        methods: &'static [&'static str],
        guards: Vec<Box<dyn Guard>>,
        answers: Rc<Answers>,
        mark: Option<u64>,
    ) -> Self {
        Self {
            pattern,
            name,
            methods,
            guards,
            answers,
            mark,
            was_missed: Cell::new(false),
            is_behind_scopes: Cell::new(false),
            is_told: Cell::new(false),
            is_named: Cell::new(false),
        }
    }

    pub(crate) fn serves(&self, method: &str) -> bool {
        self.methods.contains(&method)
    }

    pub(crate) fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    pub(crate) fn is_guarded(&self) -> bool {
        !self.guards.is_empty()
    }

    /// Returns whether its guards accept this request.
    pub(crate) fn accepts(&self, request: &ServiceRequest) -> bool {
        let context = request.guard_ctx();
        self.guards.iter().all(|guard| guard.check(&context))
    }

    pub(crate) fn guards(&self) -> &[Box<dyn Guard>] {
        &self.guards
    }
}

/// An app with such routes.
pub(crate) struct App {
    /// Identifies the app: each has a default service of its own. Holding it keeps its address from being reused.
    default: Rc<DefaultService>,
    /// In the order of registration, which is that of the router.
    pub(crate) routes: RefCell<Vec<Rc<Route>>>,
    first_mark: u64,
    /// How many held the default service when the last route was registered.
    holders: Cell<usize>,
    /// Whether any layer of this thread says so.
    pub(crate) scopes_are_guarded: Cell<bool>,
    tree: OnceCell<Rc<Tree>>,
    /// Whether a layer with a policy is around some of the routes. A route then notes in each request that it was reached.
    pub(crate) has_layers: Cell<bool>,
    /// Whether routes have to read the options of a layer around them for each request: under `enforce`, or if a gateway answers.
    pub(crate) are_asked: Cell<bool>,
    /// Whether any layer around some of the routes guards upgrades.
    pub(crate) upgrades_are_guarded: Cell<bool>,
}

type DefaultService =
    actix_service::boxed::BoxServiceFactory<(), ServiceRequest, dev::ServiceResponse, actix_web::Error, ()>;

impl App {
    /// The app whose services are being registered.
    pub(crate) fn registering(config: &AppService) -> Rc<Self> {
        let default = config.default_service();
        APPS.with_borrow_mut(|apps| {
            apps.retain(|app| app.strong_count() > 0);
            let known = apps.iter().filter_map(Weak::upgrade).find(|app| Rc::ptr_eq(&app.default, &default));
            known.unwrap_or_else(|| {
                let app = Rc::new(Self {
                    default,
                    routes: RefCell::default(),
                    first_mark: NEXT_MARK.get(),
                    holders: Cell::new(0),
                    scopes_are_guarded: Cell::new(false),
                    tree: OnceCell::new(),
                    has_layers: Cell::new(false),
                    are_asked: Cell::new(false),
                    upgrades_are_guarded: Cell::new(false),
                });
                apps.push(Rc::downgrade(&app));
                app
            })
        })
    }

    /// The app that got this request, if it has such routes.
    pub(crate) fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        let none: [&str; 0] = [];
        let is_of = |app: &Rc<Self>| {
            let found = request.url_for(&mark(app.first_mark), none);
            !matches!(found, Err(UrlGenerationError::ResourceNotFound))
        };
        let apps: Vec<_> = APPS.with_borrow(|apps| apps.iter().filter_map(Weak::upgrade).collect());
        apps.into_iter().find(is_of)
    }

    /// Notes for all apps of this thread that their scopes may have guards. A layer does not know which app it belongs to, and
    /// the note can only make decisions stricter.
    pub(crate) fn guard_scopes() {
        APPS.with_borrow(|apps| {
            for app in apps.iter().filter_map(Weak::upgrade) {
                app.scopes_are_guarded.set(true);
            }
        });
    }

    /// Registers a mark in front of the route that is registered next, unless the last one was in the same scope.
    ///
    /// A mark is one more entry in the scope's router, so a scope has few. Every scope that is being registered holds the app's default
    /// service, and so does every finished one without a default service of its own: another number of holders is another scope, or
    /// one with a scope inside. Two scopes in a row with default services of their own look like one here.
    pub(crate) fn mark_route(&self, config: &mut AppService) -> Option<u64> {
        let holders = Rc::strong_count(&self.default);
        if self.holders.replace(holders) == holders {
            return None;
        }
        let number = NEXT_MARK.replace(NEXT_MARK.get() + 1);
        let mut place = ResourceDef::new(mark(number));
        place.set_name(mark(number));
        let nobody: Box<dyn Guard> = Box::new(fn_guard(|_| false));
        let nothing = fn_service(|request: ServiceRequest| async {
            Ok(request.into_response(HttpResponse::NotFound().finish()))
        });
        config.register_service(place, Some(vec![nobody]), nothing, None);
        Some(number)
    }

    /// Where the routes are in the app. `None` before the first request.
    pub(crate) fn known_tree(&self) -> Option<&Rc<Tree>> {
        self.tree.get()
    }

    /// Where the routes are in the app, found at the first request, when the app is built.
    pub(crate) fn tree(&self, request: &HttpRequest) -> &Rc<Tree> {
        self.tree.get_or_init(|| Rc::new(Tree::new(request.resource_map(), &self.routes.borrow())))
    }
}

/// The routes of this thread without a `development` block that have been registered since the last call.
pub(crate) fn without_development() -> Vec<Rc<Route>> {
    let apps: Vec<_> = APPS.with_borrow(|apps| apps.iter().filter_map(Weak::upgrade).collect());
    let is_new = |route: &Rc<Route>| !route.is_named.replace(true) && route.answers.is_production();
    apps.iter().flat_map(|app| app.routes.borrow().clone()).filter(is_new).collect()
}

/// The pattern and the name of a mark. No browser sends such a byte in a path, and if another client
/// does, it finds nothing there.
fn mark(number: u64) -> String {
    format!("{MARK}{number}")
}

const MARK: &str = "/\u{1}cors/";

/// The number of the mark with this name.
pub(crate) fn mark_number(name: &str) -> Option<u64> {
    name.strip_prefix(MARK)?.parse().ok()
}
