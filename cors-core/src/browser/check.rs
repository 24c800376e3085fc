//! The standard's checks on a server's answers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::deviation::Deviation;
use super::failure::{CheckFault, Failure};
use super::fetch::Fetch;
use super::safelist;
use super::step::{Check, Step};
use crate::Decision;
use crate::adapter::Field;
use crate::adapter::Value;
use crate::engine::standard::{NON_WILDCARD_HEADER, is_token};

/// How an opaque origin is written. <https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>.
const NULL: &str = "null";

/// The head of a server's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The field lines in their order, names in any case.
    pub fields: Vec<(String, String)>,
}

impl Response {
    /// The answer that follows from a policy's decision about a request of `fetch`. An actual response has the status 200.
    pub fn of(decision: &Decision<'_>, fetch: &Fetch) -> Self {
        let text = |field: Field| match decision.policy.value(field)? {
            Value::Fixed(text) => Some(text.to_string()),
            Value::RequestOrigin if decision.is_preflight() => Some(fetch.preflight_origin().to_string()),
            Value::RequestOrigin => Some(fetch.origin().to_string()),
            Value::RequestMethod => Some(fetch.sent_method().to_string()),
            Value::RequestHeaders => fetch.requested_headers().map(|names| names.replace(',', ", ")),
        };
        let fields = decision.fields().into_iter();
        let fields = fields.filter_map(|field| Some((field.name().to_string(), text(field)?))).collect();
        Self { status: decision.status().unwrap_or(200), fields }
    }

    /// All values of a field, joined as browsers do; `None` if it is absent.
    /// <https://fetch.spec.whatwg.org/#concept-header-list-get>.
    pub fn get(&self, field: Field) -> Option<String> {
        let values: Vec<&str> = self.lines(field).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The value of each line of a field.
    fn lines(&self, field: Field) -> impl Iterator<Item = &str> {
        let lines = self.fields.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(field.name()));
        lines.map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    /// The tokens of a list, if it is one. <https://fetch.spec.whatwg.org/#extract-header-list-values>. Empty
    /// elements are skipped.
    ///
    /// # Errors
    ///
    /// [`Failure::Unparsable`], for an element that is not a token.
    pub fn list(&self, field: Field) -> Result<Vec<String>, Failure> {
        let value = self.get(field).unwrap_or_default();
        let elements = value.split(',').map(|element| element.trim_matches([' ', '\t']));
        let elements = elements.filter(|element| !element.is_empty());
        elements
            .map(|element| match is_token(element.as_bytes()) {
                true => Ok(element.to_string()),
                false => Err(Failure::Unparsable { field: field.name() }),
            })
            .collect()
    }
}

impl Fetch {
    /// Checks whether the answer to the preflight allows the call. <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
    ///
    /// # Errors
    ///
    /// The check that fails first, in the order of the standard.
    pub fn check_preflight(&self, answer: &Response) -> Result<(), Failure> {
        self.preflight_steps(answer).into_iter().try_for_each(Step::result)
    }

    /// Checks whether the page may read the answer. <https://fetch.spec.whatwg.org/#concept-cors-check>.
    ///
    /// # Errors
    ///
    /// What is wrong with its fields.
    pub fn check_response(&self, answer: &Response) -> Result<(), Failure> {
        self.response_steps(answer).into_iter().try_for_each(Step::result)
    }

    /// The checks on the answer to the preflight, in the order of the standard. After one that fails, the others are still made
    /// if possible.
    ///
    /// ```
    /// use cors_engine::browser::{Fetch, Response};
    ///
    /// let put = Fetch::new("https://app.example").method("PUT");
    /// let steps = put.preflight_steps(&Response { status: 405, fields: vec![] });
    /// let failed = steps.iter().filter(|step| step.failure().is_some());
    /// assert_eq!(failed.map(|step| step.check().to_string()).collect::<Vec<_>>(), [
    ///     "access-control-allow-origin lets the page's origin read",
    ///     "the status is 200 to 299",
    ///     "access-control-allow-methods allows PUT",
    /// ]);
    /// ```
    pub fn preflight_steps(&self, answer: &Response) -> Vec<Step> {
        let mut steps = self.cors_check(answer, true);
        let status = answer.status;
        let redirect = answer.is_redirect();
        let bad = !(200..=299).contains(&status);
        let is_first = redirect && self.deviates(Deviation::RedirectBeforeOrigin);
        let at = if is_first { 0 } else { steps.len() };
        steps.insert(at, Step::new(Check::Status, bad.then_some(Failure::Status { status, redirect })));

        let lists = [Field::AllowMethods, Field::AllowHeaders].map(|field| answer.list(field));
        for (field, list) in [Field::AllowMethods, Field::AllowHeaders].into_iter().zip(&lists) {
            steps.push(Step::new(Check::List { field: field.name() }, list.as_ref().err().cloned()));
        }
        let [methods, headers] = lists;
        let wildcard =
            |list: &[String]| !self.includes_credentials() && list.iter().any(|entry| entry == "*");
        let method = self.sent_method();
        if let Ok(methods) = methods
            && !safelist::is_method(method)
        {
            // The answer to a forced preflight does not need a list.
            let is_free = self.is_forced()
                && answer.get(Field::AllowMethods).is_none()
                && !self.deviates(Deviation::ForcedMethodMustBeListed);
            let allowed = is_free || methods.iter().any(|listed| listed == method) || wildcard(&methods);
            let failure = (!allowed).then(|| Failure::Method { method: method.to_string() });
            steps.push(Step::new(Check::Method { method: method.to_string() }, failure));
        }
        if let Ok(headers) = headers {
            steps.extend(self.unsafe_headers().into_iter().map(|name| {
                let listed = headers.iter().any(|listed| listed.eq_ignore_ascii_case(name));
                let has_star =
                    name != NON_WILDCARD_HEADER || self.deviates(Deviation::StarCoversAuthorization);
                let allowed = listed || has_star && wildcard(&headers);
                let failure = (!allowed).then(|| Failure::Header { name: name.to_string() });
                Step::new(Check::Header { name: name.to_string() }, failure)
            }));
        }
        steps
    }

    /// The checks on the answer itself, in the order of the standard; none if CORS does not decide about it.
    pub fn response_steps(&self, answer: &Response) -> Vec<Step> {
        if self.is_cors() { self.cors_check(answer, false) } else { Vec::new() }
    }

    fn cors_check(&self, answer: &Response, preflight: bool) -> Vec<Step> {
        let came_home = preflight && !self.is_elsewhere();
        let is_free = came_home && self.deviates(Deviation::OwnPreflightNeedsNoCredentials);
        self.cors_check_with(answer, preflight, self.includes_credentials() && !is_free)
    }

    /// The check, with or without credentials.
    pub(super) fn cors_check_with(&self, answer: &Response, preflight: bool, include: bool) -> Vec<Step> {
        let step = |check, fault: Option<_>| {
            Step::new(check, fault.map(|fault| Failure::Check { preflight, fault }))
        };
        let origin = self.check_origin(answer, preflight, include);
        let mut steps = Vec::from([step(Check::Origin, origin.err())]);
        if include {
            let value = self.sole_value(answer, Field::AllowCredentials).unwrap_or_default();
            let fault = (value != "true").then_some(CheckFault::NoCredentials { value });
            steps.push(step(Check::Credentials, fault));
        }
        steps
    }

    /// The value of a field that should occur once.
    fn sole_value(&self, answer: &Response, field: Field) -> Option<String> {
        let value = answer.get(field)?;
        let skips = self.deviates(Deviation::EmptyLinesAreSkipped);
        let mut lines = answer.lines(field).filter(|line| !skips || !line.is_empty());
        match (lines.next(), lines.next()) {
            (Some(line), None) => Some(line.to_string()),
            _ => Some(value),
        }
    }

    fn check_origin(&self, answer: &Response, preflight: bool, include: bool) -> Result<(), CheckFault> {
        let own = if preflight { self.preflight_origin() } else { self.origin() };
        let value = self.sole_value(answer, Field::AllowOrigin).ok_or(CheckFault::NoOrigin)?;
        if value == own || value == "*" && !include {
            return Ok(());
        }
        Err(match value.as_str() {
            "*" => CheckFault::Wildcard,
            _ if value.contains([',', ' ']) => CheckFault::SeveralOrigins { value },
            text if text != NULL && !text.contains(':') => CheckFault::NoUrl { value },
            _ => CheckFault::OtherOrigin { value },
        })
    }
}
