//! A request as handlers read it.

use actix_web::dev::ServiceRequest;
use actix_web::web::Query;

/// A request, all of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    /// The query, decoded.
    query: Vec<(String, String)>,
    /// Names in lower case.
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn read(request: &ServiceRequest, body: Vec<u8>) -> Self {
        // What no decoder takes is no query of theirs.
        let query = Query::from_query(request.query_string()).map(Query::into_inner).unwrap_or_default();
        let fields = request.headers().iter();
        Self {
            method: request.method().to_string(),
            // Their server looks for files, which a second slash changes nothing about.
            path: request.path().replace("//", "/"),

            query,
            fields: fields
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            body,
        }
    }

    /// The first value of a parameter.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The parameters, each name with its first value.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let first = |at: &usize| {
            let name = &self.query[*at].0;
            self.query[..*at].iter().all(|(other, _)| other != name)
        };
        (0..self.query.len()).filter(first).map(|at| (self.query[at].0.as_str(), self.query[at].1.as_str()))
    }

    /// The first value of a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.field("origin")
    }

    pub(super) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter().filter(|(name, _)| name == "cookie");
        fields.flat_map(|(_, value)| value.split("; ")).filter_map(|cookie| cookie.split_once('='))
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies().find(|(cookie, _)| *cookie == name).map(|(_, value)| value)
    }

    pub(super) fn is_options(&self) -> bool {
        self.method == "OPTIONS"
    }

    pub(super) fn is_preflight(&self) -> bool {
        self.is_options() && self.origin().is_some() && self.field("access-control-request-method").is_some()
    }
}
