//! What is to be done to a response, decided before the app runs.

use std::rc::Rc;

use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use cors_engine::adapter::Fields;

use crate::report::metrics::{self, Allowed};
use crate::request::actual;
use crate::response::extras::Extras;
use crate::response::headers::Answers;
use crate::route::around::{Answered, Asked, is_reached, is_refused};
use crate::route::registry::Route;
use crate::route::resolve::Possible;

/// Noted in a response made of an error: a route with `#[cors]` has edited it.
struct Edited;

/// What is to be done to a response.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) answers: Rc<Answers>,
    pub(crate) fields: Fields,
    /// The request's origin, for a field that says it.
    pub(crate) origin: Option<HeaderValue>,
    pub(crate) extras: Extras,
    pub(crate) place: Place,
}

/// Where a layer stands to the routes with `#[cors]`.
#[derive(Clone)]
pub(crate) enum Place {
    /// There are none inside.
    Alone,
    /// Around them. The request is kept for the case that none of them answers, and whether it is counted then.
    Around { asked: Option<Asked>, counts: bool },
    /// At one of them.
    Route,
}

impl Edit {
    #[inline]
    pub(crate) fn response(&mut self, response: &mut ServiceResponse) {
        match self.place {
            Place::Alone | Place::Route => self.headers(response.headers_mut()),
            Place::Around { .. } => self.around(response),
        }
    }

    /// The same around routes: one that was reached has answered by its own policy.
    #[inline(never)]
    fn around(&mut self, response: &mut ServiceResponse) {
        if self.holds(response) {
            self.headers(response.headers_mut());
        } else {
            self.extras.of_any_policy().put(response.headers_mut());
        }
    }

    /// Returns whether this layer has a say.
    #[inline]
    fn holds(&mut self, response: &ServiceResponse) -> bool {
        if is_reached(response.request()) {
            return false;
        }
        if let Place::Around { asked, counts } = &self.place {
            if *counts {
                metrics::allowed(Allowed::Readable);
            }
            if let Some(asked) = asked
                && !is_refused(response.request())
            {
                let answered = asked.answered_by(Some(response.request()));
                self.settle(answered);
            }
        }
        true
    }

    /// Goes by the policy of what has answered.
    #[inline]
    fn settle(&mut self, answered: Answered) {
        match answered {
            Answered::Layer => {}
            Answered::Route(route) => self.go_by(&route.answers),
            Answered::Either(possible) => self.agree(&possible),
        }
    }

    #[cold]
    fn go_by(&mut self, answers: &Rc<Answers>) {
        self.fields = answers.decide(&actual(self.origin.as_slice())).fields();
        self.answers = Rc::clone(answers);
    }

    /// Gives no fields unless each policy that may hold gives the same.
    #[cold]
    fn agree(&mut self, possible: &Possible) {
        let asked = actual(self.origin.as_slice());
        let agrees = |route: &Rc<Route>| {
            let fields = route.answers.decide(&asked).fields();
            fields == self.fields && route.answers.gives_the_same(&self.answers, fields)
        };
        if !possible.routes().all(agrees) {
            self.fields = Fields::NONE;
            self.extras = self.extras | Extras::VARY_BY_ORIGIN;
        }
    }

    /// Out of line, so that the caller stays small enough to inline.
    #[inline(never)]
    fn headers(&mut self, headers: &mut HeaderMap) {
        self.answers.edit(headers, self.fields, &mut self.origin);
        if self.extras != Extras::NONE {
            self.extras.put(headers);
        }
    }

    /// An error becomes a response further out, perhaps twice: once for a log.
    #[cold]
    pub(crate) fn error(mut self, error: &mut Error) {
        let answered = match &self.place {
            Place::Around { asked, .. } => asked.as_ref().map(|asked| asked.answered_by(None)),
            Place::Alone | Place::Route => None,
        };
        // A route that was reached has edited it; it says so when it does.
        if let Some(answered) = answered {
            self.settle(answered);
        }
        error.add_response_mapper(move |mut response| {
            match self.place {
                Place::Route => {
                    response.extensions_mut().insert(Edited);
                }
                Place::Around { .. } if response.extensions().contains::<Edited>() => {
                    self.extras.of_any_policy().put(response.headers_mut());
                    return response;
                }
                Place::Around { .. } | Place::Alone => {}
            }
            self.clone().headers(response.headers_mut());
            response
        });
    }
}
