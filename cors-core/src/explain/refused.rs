//! The words for a method or a request header that a policy does not allow, and the line that would allow it.

use core::fmt::{self, Write as _};

use super::misspelled::misspelled_header;
use crate::Key;
use crate::engine::policy::Policy;
use crate::engine::request::{Escaped, Request};
use crate::engine::standard;
use crate::engine::table::names::requested_names;

/// A method or a request header that a policy does not allow. Its `Display` says so, and ends with the line to write: the whole
/// list that replaces the policy's.
#[derive(Clone, Copy, Debug)]
pub struct RefusedName<'a> {
    policy: &'a Policy,
    key: Key,
    name: &'a [u8],
}

/// The method and the request headers of a preflight that the policy does not allow, whatever its origin. A name that is
/// requested twice is returned twice.
///
/// For adapters that answer with the development policy and predict what the production policy would refuse.
///
/// ```
/// use cors_engine::adapter::refused_names;
/// use cors_engine::{Policy, Request};
///
/// fn foretell(production: &Policy, preflight: &Request<'_>) {
///     for refused in refused_names(production, preflight) {
///         eprintln!("in production {refused}");
///     }
/// }
/// ```
pub fn refused_names<'a>(policy: &'a Policy, request: &Request<'a>) -> impl Iterator<Item = RefusedName<'a>> {
    let method = request.requested_method.one().filter(|method| !policy.allows_method(method));
    let headers = requested_names(request.requested_headers).filter(|name| !policy.allows_header(name));
    let method = method.map(|name| RefusedName { policy, key: Key::Methods, name });
    method.into_iter().chain(headers.map(|name| RefusedName { policy, key: Key::Headers, name }))
}

impl<'a> RefusedName<'a> {
    /// The key whose list lacks it: `methods` or `headers`.
    pub const fn key(&self) -> Key {
        self.key
    }

    /// The name, as it was asked for.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }
}

impl fmt::Display for RefusedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, key, name } = *self;
        if key == Key::Methods {
            method_refused(f, policy, name)?;
            to_allow_method(f, policy, name, Extent::List)
        } else {
            header_refused(f, name)?;
            to_allow_header(f, policy, name, Extent::List)
        }
    }
}

/// How much of the list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Only the new entry.
    Entry,
    /// The policy's entries and the new one.
    List,
}

/// The most entries that are written out.
const MOST: usize = 24;

/// Says that the method is refused, and which listed one it is similar to.
pub(crate) fn method_refused(f: &mut fmt::Formatter<'_>, policy: &Policy, method: &[u8]) -> fmt::Result {
    write!(f, "the method {} is not in `methods`", Escaped(method))?;
    if let Some(near) = listed_in_another_case(policy, method) {
        write!(
            f,
            "; {near} is, but methods are compared with their case: call `fetch` with method: {near:?}"
        )?;
    }
    Ok(())
}

fn listed_in_another_case<'p>(policy: &'p Policy, method: &[u8]) -> Option<&'p str> {
    policy.methods().find(|listed| listed.as_bytes().eq_ignore_ascii_case(method))
}

/// Says what to write to allow a method, or what else to do.
pub(crate) fn to_allow_method(
    f: &mut fmt::Formatter<'_>,
    policy: &Policy,
    method: &[u8],
    written: Extent,
) -> fmt::Result {
    // The page has to change its spelling; an entry in another case would break the rules.
    if listed_in_another_case(policy, method).is_some() {
        return Ok(());
    }
    let Some(text) = token(method).filter(|_| !standard::is_forbidden_method(method)) else {
        return f.write_str("\nno browser asks for such a method");
    };
    if text.contains('*') {
        return f.write_str(WITH_STAR);
    }
    let known = standard::STANDARD_METHODS.iter().find(|known| known.eq_ignore_ascii_case(text));
    let entry = known.copied().unwrap_or(text);
    write_entry(f, Key::Methods, || policy.methods(), &entry, written)?;
    if entry == text { Ok(()) } else { write!(f, ", and call `fetch` with method: {entry:?}") }
}

/// Says that the header is refused.
pub(crate) fn header_refused(f: &mut fmt::Formatter<'_>, name: &[u8]) -> fmt::Result {
    write!(f, "the request header {} is not in `headers`", Escaped(name))
}

/// Says what to write to allow a request header.
pub(crate) fn to_allow_header(
    f: &mut fmt::Formatter<'_>,
    policy: &Policy,
    name: &[u8],
    written: Extent,
) -> fmt::Result {
    let Some(text) = token(name) else { return f.write_str("\nno browser asks for such a header") };
    if standard::is_forbidden_request_header(text) || is_answer(text) {
        return f.write_str("\nno page can send it: look for a client that is no browser");
    }
    if text.contains('*') {
        return f.write_str(WITH_STAR);
    }
    // A page that takes care of its case writes a standard name right.
    if let Some(meant) = misspelled_header(text) {
        return write!(f, "\nthe standard name is {meant}: have the page send that");
    }
    write_entry(f, Key::Headers, || policy.headers(), &LowerCase(text), written)
}

const WITH_STAR: &str = "\nno policy can list a name with a `*` in it: have the page use another";

/// The text of a name that HTTP can carry.
fn token(name: &[u8]) -> Option<&str> {
    core::str::from_utf8(name).ok().filter(|_| standard::is_token(name))
}

/// Returns whether a name, in any case, is a field that servers send for CORS.
fn is_answer(name: &str) -> bool {
    const PREFIX: &str = "access-control-";
    name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

fn write_entry<'p, L: Iterator<Item = &'p str>>(
    f: &mut fmt::Formatter<'_>,
    key: Key,
    listed: impl Fn() -> L,
    entry: &dyn fmt::Display,
    written: Extent,
) -> fmt::Result {
    if written == Extent::Entry {
        return write!(f, "\nto allow it: {key}: [\"{entry}\"]");
    }
    if listed().nth(MOST).is_some() {
        return write!(f, "\nto allow it: add \"{entry}\" to the list of `{key}`");
    }
    write!(f, "\nto allow it: {key}: [")?;
    listed().try_for_each(|listed| write!(f, "{listed:?}, "))?;
    write!(f, "\"{entry}\"]")
}

/// Header names are case-insensitive.
struct LowerCase<'a>(&'a str);

impl fmt::Display for LowerCase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| f.write_char(letter.to_ascii_lowercase()))
    }
}
