//! Lists of methods and header names: the joined text that a response carries, and the scan of
//! what a preflight asks for.

use super::set::{self, Set};
use crate::engine::fetch;
use crate::engine::request::Lines;

/// Empty elements that are tolerated in all the requested-header lines together: proxies make a
/// few, an attacker makes megabytes. RFC 9110, section 5.6.1.2.
pub(crate) const MAX_EMPTY: usize = 16;

/// What the build wing joins the elements of a list with.
pub(crate) const SEPARATOR: &str = ", ";

/// The elements of a joined list.
pub(crate) fn elements(joined: &str) -> impl Iterator<Item = &str> {
    joined.split(SEPARATOR).filter(|element| !element.is_empty())
}

/// Is `element` in the joined list, byte for byte?
pub(crate) fn contains(joined: &[u8], element: &[u8]) -> bool {
    let mut rest = joined;
    while !rest.is_empty() {
        let (listed, after) = split(rest);
        if listed == element {
            return !element.is_empty();
        }
        rest = after.get(SEPARATOR.len()..).unwrap_or_default();
    }
    false
}

/// The bytes before the first comma, and the rest, comma and all.
#[inline]
fn split(list: &[u8]) -> (&[u8], &[u8]) {
    list.split_at_checked(fetch::position(list, b',')).unwrap_or((list, b""))
}

/// [`contains`] in const context, so that a route's method can be held against its policy when the
/// app is built.
pub(crate) const fn lists(joined: &[u8], element: &[u8]) -> bool {
    let mut start = 0;
    while start < joined.len() {
        let mut end = start;
        let mut equal = true;
        while end < joined.len() && joined[end] != b',' {
            let at = end - start;
            equal = equal && at < element.len() && joined[end] == element[at];
            end += 1;
        }
        if equal && end > start && end - start == element.len() {
            return true;
        }
        start = end + SEPARATOR.len();
    }
    false
}

/// Is `name` in the set, whatever its case?
#[inline]
pub(crate) fn contains_name(names: Set<'_>, name: &[u8]) -> bool {
    names
        .candidate(set::hash(names.seed(), name))
        .is_some_and(|listed| listed == name || listed.eq_ignore_ascii_case(name))
}

/// Why a list of requested headers is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused<'r> {
    /// This one is not allowed, or is no field name.
    Name(&'r [u8]),
    /// More than [`MAX_EMPTY`] empty elements.
    Empty,
}

/// Reads all lines as one list and stops at the first name for which `allowed` says no.
pub(crate) fn scan<'r>(
    lines: &'r dyn Lines,
    mut allowed: impl FnMut(&'r [u8]) -> bool,
) -> Result<(), Refused<'r>> {
    let mut empty = 0;
    let mut index = 0;
    while let Some(mut rest) = lines.line(index) {
        loop {
            let (element, after) = split(rest);
            let name = trim(element);
            if name.is_empty() {
                empty += 1;
                if empty > MAX_EMPTY {
                    return Err(Refused::Empty);
                }
            } else if !allowed(name) {
                return Err(Refused::Name(name));
            }
            match after {
                [_, after @ ..] => rest = after,
                [] => break,
            }
        }
        index += 1;
    }
    Ok(())
}

/// Without the optional white space of RFC 9110, section 5.6.3.
#[inline]
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    match bytes {
        // Browsers put none there.
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => trim_white_space(bytes),
        _ => bytes,
    }
}

#[cold]
fn trim_white_space(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// The names that the lines of `Access-Control-Request-Headers` list, without white space and empty
/// elements: what an adapter sends back for [`Value::RequestHeaders`](crate::Value::RequestHeaders).
pub fn requested_names(lines: &dyn Lines) -> impl Iterator<Item = &[u8]> {
    (0..)
        .map_while(|index| lines.line(index))
        .flat_map(|line| line.split(|&byte| byte == b','))
        .map(trim)
        .filter(|name| !name.is_empty())
}
