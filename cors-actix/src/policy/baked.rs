//! What a layer has its policies from, and those policies ready for requests.

use std::rc::Rc;

use actix_web::dev::{ResourceDef, ServiceRequest};

use crate::policy::paths::{self, Paths};
use crate::policy::source::{Held, Source};
use crate::response::headers::Answers;

/// The policies of a layer.
pub(crate) enum Own {
    /// One for everything that gets here.
    One(Rc<Answers>),
    /// One per path.
    Paths(Vec<(ResourceDef, Rc<Answers>)>),
    /// That of the route around which this is the outermost layer.
    Route(Rc<Answers>),
}

impl Own {
    /// The layer's policy for this request.
    pub(crate) fn of(&self, request: &ServiceRequest) -> Option<&Rc<Answers>> {
        match self {
            Self::One(answers) | Self::Route(answers) => Some(answers),
            Self::Paths(entries) => paths::find(entries, request.match_info().as_str()),
        }
    }
}

/// What a middleware has its policies from.
///
/// It is public for the sake of the bounds of [`Cors`](crate::Cors), in a module that is not: nobody else can implement it.
pub trait Policies: Clone + 'static {
    #[doc(hidden)]
    fn sources(&self) -> Vec<&Source>;

    /// The policies, with everything ready that they put on responses: `now` is asked for that of each source, in the
    /// sources' order.
    #[doc(hidden)]
    fn bake_from(&self, now: &mut dyn FnMut(&Source) -> Held) -> Baked;

    /// The policies as they are now, with everything ready, once per worker.
    #[doc(hidden)]
    fn bake(&self) -> Baked {
        self.bake_from(&mut Source::now)
    }
}

/// The policies of a layer, ready for responses.
#[doc(hidden)]
pub struct Baked(pub(crate) Own);

impl Policies for Source {
    fn sources(&self) -> Vec<&Source> {
        vec![self]
    }

    fn bake_from(&self, now: &mut dyn FnMut(&Source) -> Held) -> Baked {
        Baked(Own::One(Rc::new(Answers::bake(now(self)))))
    }
}

impl Policies for Paths {
    fn sources(&self) -> Vec<&Source> {
        self.entries().map(|(_, source)| source).collect()
    }

    fn bake_from(&self, now: &mut dyn FnMut(&Source) -> Held) -> Baked {
        let bake = |(pattern, source): &(_, Source)| {
            (ResourceDef::clone(pattern), Rc::new(Answers::bake(now(source))))
        };
        Baked(Own::Paths(self.entries().map(bake).collect()))
    }
}
