//! What is to be done to a response, decided before the app runs.

use std::rc::Rc;

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::{Error, HttpMessage, HttpRequest};
use cors_engine::Fields;

use crate::response::headers::{Answers, VARY_BY_SITE, merge_vary};
use crate::route::resolve::Located;

/// Noted in a request: it has reached a route with a policy of its own.
pub(crate) struct HasOwn;

/// Noted in a request: a layer knew which route it is for, and judged it by that route's policy.
pub(crate) struct Known;

/// What is to be done to a response.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) answers: Rc<Answers>,
    pub(crate) fields: Fields,
    /// The value of a field that says the request's origin.
    pub(crate) origin: Option<HeaderValue>,
    /// `Sec-Fetch-Site` decided that the app was asked.
    pub(crate) by_site: bool,
    pub(crate) place: Place,
    /// The route for which the request seems to be.
    pub(crate) expected: Option<Rc<Expected>>,
}

/// Where a layer stands to the routes with policies of their own.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// There are none inside.
    Alone,
    /// Around them.
    Around,
    /// At one of them.
    Route { is_known: bool },
}

/// The route for which a request seems to be. If it turns out to go elsewhere, the layer's own policy
/// holds after all.
pub(crate) struct Expected {
    pub(crate) located: Rc<Located>,
    pub(crate) own: Option<(Rc<Answers>, Fields)>,
}

impl Edit {
    #[inline]
    pub(crate) fn response(&mut self, response: &mut ServiceResponse) {
        if matches!(self.place, Place::Around) && !self.has_a_say(response.request()) {
            return;
        }
        self.headers(response.headers_mut());
    }

    /// What became of the request, if it was not alone: a route's own layer has the last word on the
    /// route's responses.
    #[inline(never)]
    fn has_a_say(&mut self, request: &HttpRequest) -> bool {
        if request.extensions().contains::<HasOwn>() {
            return false;
        }
        if let Some(expected) = &self.expected
            && expected.located.is_not_what_matched(request)
        {
            let Some((own, fields)) = &expected.own else { return false };
            (self.answers, self.fields) = (Rc::clone(own), *fields);
        }
        true
    }

    /// Not inlined, so that what is around it can be: it is larger than that.
    #[inline(never)]
    fn headers(&mut self, headers: &mut HeaderMap) {
        self.answers.edit(headers, self.fields, &mut self.origin);
        if self.by_site {
            merge_vary(headers, &VARY_BY_SITE);
        }
    }

    /// An error becomes a response further out, perhaps twice: once for a log.
    #[cold]
    pub(crate) fn error(self, error: &mut Error) {
        error.add_response_mapper(move |mut response| {
            match self.place {
                Place::Route { .. } => drop(response.extensions_mut().insert(HasOwn)),
                Place::Alone => {}
                Place::Around => {
                    if response.extensions().contains::<HasOwn>() {
                        return response;
                    }
                }
            }
            self.clone().headers(response.headers_mut());
            response
        });
    }
}
