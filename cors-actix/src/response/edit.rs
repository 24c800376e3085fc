//! The edit of a response, decided before the app runs.

use std::rc::Rc;

use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use cors_engine::adapter::Fields;

use crate::request::actual;
use crate::response::extras::Extras;
use crate::response::headers::Answers;

/// Noted in a response made from an error: a route with `#[cors]` has edited it.
pub(crate) struct Edited;

/// What to do to a response.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) answers: Rc<Answers>,
    pub(crate) fields: Fields,
    /// The request's origin, for a field that repeats it.
    pub(crate) origin: Option<HeaderValue>,
    pub(crate) extras: Extras,
    /// Whether it is that of a route with `#[cors]`, which has the last word.
    pub(crate) is_route: bool,
}

impl Edit {
    #[inline]
    pub(crate) fn response(&mut self, response: &mut ServiceResponse) {
        self.headers(response.headers_mut());
    }

    /// Out of line, so that the caller stays small enough to inline.
    #[inline(never)]
    pub(crate) fn headers(&mut self, headers: &mut HeaderMap) {
        self.answers.edit(headers, self.fields, &mut self.origin);
        if self.extras != Extras::NONE {
            self.extras.put(headers);
        }
    }

    /// An error becomes a response further out, perhaps twice: once for a log.
    #[cold]
    pub(crate) fn error(self, error: &mut Error) {
        error.add_response_mapper(move |mut response| {
            if self.is_route {
                response.extensions_mut().insert(Edited);
            }
            self.clone().headers(response.headers_mut());
            response
        });
    }

    /// Replaces the policy, and the fields by those that it gives.
    #[cold]
    pub(crate) fn go_by(&mut self, answers: &Rc<Answers>) {
        self.fields = answers.decide(&actual(self.origin.as_slice())).fields();
        self.answers = Rc::clone(answers);
    }

    /// Removes all fields unless every policy that may hold gives the same ones, with the same values.
    #[cold]
    pub(crate) fn agree<'a>(&mut self, mut policies: impl Iterator<Item = &'a Rc<Answers>>) {
        let asked = actual(self.origin.as_slice());
        let agrees = |answers: &Rc<Answers>| {
            let fields = answers.decide(&asked).fields();
            fields == self.fields && answers.gives_the_same(&self.answers, fields)
        };
        if !policies.all(agrees) {
            self.fields = Fields::NONE;
            self.extras = self.extras | Extras::VARY_BY_ORIGIN;
        }
    }
}
