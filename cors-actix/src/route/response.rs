//! Edits a response in a layer around routes with `#[cors]`, unless one of them has answered.

use actix_web::Error;
use actix_web::dev::ServiceResponse;

use crate::report::metrics::{self, Allowed};
use crate::response::edit::{Edit, Edited};
use crate::route::around::{Answered, Asked, is_reached, is_refused};

/// The edit of a response, to be made unless a route with `#[cors]` has answered.
pub(crate) struct Around {
    pub(crate) edit: Edit,
    /// The request as it came, to find out what has answered if none of the routes has.
    pub(crate) asked: Option<Asked>,
    /// Whether an allowed request is counted if none of the routes has answered.
    pub(crate) counts: bool,
}

impl Around {
    pub(crate) fn response(&mut self, response: &mut ServiceResponse) {
        if is_reached(response.request()) {
            self.edit.extras.of_any_policy().put(response.headers_mut());
            return;
        }
        if self.counts {
            metrics::allowed(Allowed::Readable);
        }
        if let Some(asked) = &self.asked {
            let answered = asked.answered_by(Some(response.request()));
            if !is_refused(response.request()) {
                self.settle(answered);
            }
        }
        self.edit.response(response);
    }

    /// Edits the response to an error. If a route was reached, it has edited the response already.
    #[cold]
    pub(crate) fn error(mut self, error: &mut Error) {
        if let Some(asked) = &self.asked {
            let answered = asked.answered_by(None);
            self.settle(answered);
        }
        let edit = self.edit;
        error.add_response_mapper(move |mut response| {
            if response.extensions().contains::<Edited>() {
                edit.extras.of_any_policy().put(response.headers_mut());
            } else {
                edit.clone().headers(response.headers_mut());
            }
            response
        });
    }

    /// Applies the policy of what has answered.
    fn settle(&mut self, answered: Answered) {
        match answered {
            Answered::Layer => {}
            Answered::Route(route) => self.edit.go_by(&route.answers),
            Answered::Either(possible) => self.edit.agree(possible.routes().map(|route| &route.answers)),
        }
    }
}
