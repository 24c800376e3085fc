//! The checks of the standard on a server's answers, whoever made them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::failure::{CheckFault, Failure};
use super::{Fetch, safelist};
use crate::engine::fetch::{NON_WILDCARD_HEADER, is_token};
use crate::{Decision, Field, Value, requested_names};

/// How an origin is written that is none of a URL's. HTML, "serialization of an origin".
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
    /// What a policy's decision puts on the wire; an actual response's status is 200.
    pub(super) fn of(decision: &Decision<'_>, fetch: &Fetch, requested_headers: &[String]) -> Self {
        let text = |field: Field| match decision.policy.value(field)? {
            Value::Fixed(text) => Some(text.to_string()),
            Value::RequestOrigin => Some(fetch.origin().to_string()),
            Value::RequestMethod => Some(fetch.sent_method().to_string()),
            Value::RequestHeaders => {
                let lines = &requested_headers;
                let names: Vec<_> = requested_names(lines).map(String::from_utf8_lossy).collect();
                (!names.is_empty()).then(|| names.join(", "))
            }
        };
        let fields = decision.fields().into_iter();
        let fields = fields.filter_map(|field| Some((field.name().to_string(), text(field)?))).collect();
        Self { status: decision.status().unwrap_or(200), fields }
    }

    /// All values of a field, joined as browsers do; `None` if it is absent.
    /// Fetch, "Headers": *get*.
    pub(super) fn get(&self, field: Field) -> Option<String> {
        let lines = self.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field.name()));
        let values: Vec<&str> = lines.map(|(_, value)| value.trim_matches([' ', '\t'])).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The tokens of a list, if it is one. Fetch, "Headers": *extract header list values*. Empty
    /// elements are skipped.
    pub(super) fn list(&self, field: Field) -> Result<Vec<String>, Failure> {
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
    /// Does the answer to the preflight let the call go on? Fetch, "CORS-preflight fetch".
    ///
    /// # Errors
    ///
    /// The check that fails first, in the order of the standard.
    pub fn check_preflight(&self, answer: &Response) -> Result<(), Failure> {
        self.check_origin(answer).map_err(|fault| Failure::Check { preflight: true, fault })?;
        if !(200..=299).contains(&answer.status) {
            let redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            return Err(Failure::Status { status: answer.status, redirect });
        }
        let methods = answer.list(Field::AllowMethods)?;
        let headers = answer.list(Field::AllowHeaders)?;
        let wildcard =
            |list: &[String]| !self.includes_credentials() && list.iter().any(|entry| entry == "*");
        let method = self.sent_method();
        if !safelist::is_method(method)
            && !methods.iter().any(|listed| listed == method)
            && !wildcard(&methods)
        {
            return Err(Failure::Method { method: method.to_string() });
        }
        for name in self.unsafe_headers() {
            let listed = headers.iter().any(|listed| listed.eq_ignore_ascii_case(name));
            if !listed && (name == NON_WILDCARD_HEADER || !wildcard(&headers)) {
                return Err(Failure::Header { name: name.to_string() });
            }
        }
        Ok(())
    }

    /// May the page read the answer? Fetch, "CORS check".
    ///
    /// # Errors
    ///
    /// What is wrong with its fields.
    pub fn check_response(&self, answer: &Response) -> Result<(), Failure> {
        self.check_origin(answer).map_err(|fault| Failure::Check { preflight: false, fault })
    }

    fn check_origin(&self, answer: &Response) -> Result<(), CheckFault> {
        let value = answer.get(Field::AllowOrigin).ok_or(CheckFault::NoOrigin)?;
        if !self.includes_credentials() && value == "*" {
            return Ok(());
        }
        if value != self.origin() {
            return Err(match value.as_str() {
                "*" => CheckFault::Wildcard,
                _ if value.contains([',', ' ']) => CheckFault::SeveralOrigins { value },
                text if text != NULL && !text.contains(':') => CheckFault::NoUrl { value },
                _ => CheckFault::OtherOrigin { value },
            });
        }
        if !self.includes_credentials() {
            return Ok(());
        }
        let value = answer.get(Field::AllowCredentials).unwrap_or_default();
        if value == "true" { Ok(()) } else { Err(CheckFault::NoCredentials { value }) }
    }
}
