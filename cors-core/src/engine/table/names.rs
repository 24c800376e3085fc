//! Lists of methods and header names: the joined text that a response carries, and the scan of what a preflight asks for.

use super::set::{self, Entries, Set};
use crate::engine::request::Lines;
use crate::engine::standard;

/// How many empty elements are tolerated in all requested-header lines together. Proxies produce a few; an attacker could send
/// megabytes of them. <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2>.
pub(crate) const MAX_EMPTY: usize = 16;

/// The separator of a list.
pub(crate) const SEPARATOR: &str = ", ";

/// The elements of a joined list.
pub(crate) fn elements(joined: &str) -> impl Iterator<Item = &str> {
    joined.split(SEPARATOR).filter(|element| !element.is_empty())
}

/// Returns whether `element` is in the joined list, byte for byte.
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
    list.split_at_checked(standard::position(list, b',')).unwrap_or((list, b""))
}

/// [`contains`] in const context, so that a route's method can be checked against its policy when the app is built.
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

/// Returns whether `name` is in the set, whatever its case.
#[inline]
pub(crate) fn contains_name(names: Set<'_>, name: &[u8]) -> bool {
    let is = |listed: &[u8]| listed == name || listed.eq_ignore_ascii_case(name);
    names.look_up(set::hash(names.key(), name), is, || name.iter()).is_some()
}

/// Looks up names in a set, one after another.
///
/// Browsers send names in alphabetical order, and the set has the same order. So the next name is most likely one of the next
/// entries, and there is no need to hash it.
// https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
pub(crate) struct InTurn<'t> {
    names: Set<'t>,
    next: Entries<'t>,
}

/// How many of the next entries a name is compared with.
const NEAR: usize = 8;

impl<'t> InTurn<'t> {
    #[inline]
    pub(crate) fn new(names: Set<'t>) -> Self {
        Self { names, next: names.iter() }
    }

    /// Returns whether the set has `name`, whatever its case and wherever in the order it comes.
    #[inline]
    pub(crate) fn contains(&mut self, name: &[u8]) -> bool {
        let mut next = self.next;
        for listed in next.by_ref().take(NEAR) {
            if listed == name {
                self.next = next;
                return true;
            }
        }
        contains_name(self.names, name)
    }
}

/// Why a list of requested headers is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusedNames<'r> {
    /// This name is not allowed, or it is not a field name.
    Name(&'r [u8]),
    /// More than [`MAX_EMPTY`] empty elements.
    Empty,
}

/// Reads all lines as one list and stops at the first name for which `allowed` says no.
pub(crate) fn scan<'r>(
    lines: &'r dyn Lines,
    mut allowed: impl FnMut(&'r [u8]) -> bool,
) -> Result<(), RefusedNames<'r>> {
    let mut empty = 0;
    let mut index = 0;
    while let Some(mut rest) = lines.line(index) {
        loop {
            let (element, after) = split(rest);
            let name = trim(element);
            if name.is_empty() {
                empty += 1;
                if empty > MAX_EMPTY {
                    return Err(RefusedNames::Empty);
                }
            } else if !allowed(name) {
                return Err(RefusedNames::Name(name));
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

/// Without the optional white space of <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3>.
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
/// elements. An adapter sends them back for [`Value::RequestHeaders`](crate::adapter::Value::RequestHeaders).
pub fn requested_names(lines: &dyn Lines) -> impl Iterator<Item = &[u8]> {
    (0..)
        .map_while(|index| lines.line(index))
        .flat_map(|line| line.split(|&byte| byte == b','))
        .map(trim)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// Lines that say how many of them were read.
    struct CountedLines<'l>(&'l [&'l str], AtomicUsize);

    impl Lines for CountedLines<'_> {
        fn line(&self, index: usize) -> Option<&[u8]> {
            self.1.fetch_add(1, Relaxed);
            self.0.get(index).map(|line| line.as_bytes())
        }
    }

    #[test]
    fn a_scan_ends_where_the_answer_is_known() {
        let commas = ",".repeat(16 * 1024);
        let names: Vec<_> = (0..1000).map(|n| format!("x-{n}")).collect();
        let names = names.join(",");
        let long = "a".repeat(64 * 1024);
        let cases: [(&str, Vec<&str>, usize, usize); 6] = [
            // name of the case, lines, names that are looked up, lines that are read
            ("commas", Vec::from([commas.as_str(), "ok"]), 0, 1),
            ("a line of one comma each", Vec::from([","; 1000]), 0, 9),
            ("many names", Vec::from([names.as_str(), "ok"]), 1, 1),
            ("a long name", Vec::from([long.as_str(), "ok"]), 1, 1),
            ("the second is refused", Vec::from(["ok, no, ok", "ok"]), 2, 1),
            ("all are allowed", Vec::from(["ok,ok", " ok\t,,ok"]), 4, 3),
        ];
        for (case, lines, looked_up, read) in cases {
            let lines = CountedLines(&lines, AtomicUsize::new(0));
            let mut asked = 0;
            let _ = scan(&lines, |name| {
                asked += 1;
                name == b"ok"
            });
            assert_eq!((asked, lines.1.load(Relaxed)), (looked_up, read), "{case}");
        }
    }

    #[test]
    fn white_space_is_no_part_of_a_name() {
        for (text, name) in
            [("a", "a"), (" a", "a"), ("a\t", "a"), (" \t a b\t ", "a b"), (" ", ""), ("", "")]
        {
            assert_eq!(trim(text.as_bytes()), name.as_bytes(), "{text:?}");
        }
    }

    #[test]
    #[cfg(feature = "alloc")]
    fn names_are_found_in_any_order() {
        let listed: Vec<_> = (10..40).map(|n| format!("x-{n}")).collect();
        let image = crate::compile::perfect_hash::set(&listed, set::hash);
        let names = Set::new(&image);
        for (case, asked) in [
            ("in order", "x-10,x-11,x-12,x-39"),
            ("from the end", "x-39,x-38,x-10"),
            ("the same twice", "x-20,x-20"),
            ("in capitals", "X-10,x-11"),
        ] {
            let mut in_turn = InTurn::new(names);
            assert!(asked.split(',').all(|name| in_turn.contains(name.as_bytes())), "{case}");
            for other in ["", "x-9", "x-1", "x-100", "x-40"] {
                assert!(!in_turn.contains(other.as_bytes()), "{case}, then {other:?}");
            }
        }
    }

    #[test]
    fn an_element_is_listed_byte_for_byte() {
        for (joined, element, listed) in [
            ("GET, HEAD, PURGE", "GET", true),
            ("GET, HEAD, PURGE", "HEAD", true),
            ("GET, HEAD, PURGE", "PURGE", true),
            ("GET", "GET", true),
            ("A", "A", true),
            ("GET, HEAD", "get", false),
            ("GET, HEAD", "GE", false),
            ("GET, HEAD", "GETS", false),
            ("GET, HEAD", "HEA", false),
            ("GET, HEAD", "HEADS", false),
            ("GET, HEAD", "EAD", false),
            ("GET, HEAD", "XET", false),
            ("GET, HEAD", "GXT", false),
            ("GET, HEAD", "GEX", false),
            ("GET, HEAD", "GET, HEAD", false),
            ("GET, HEAD", " HEAD", false),
            ("GET, HEAD", "", false),
            ("GET, , HEAD", "", false),
            ("", "", false),
            ("", "GET", false),
        ] {
            assert_eq!(contains(joined.as_bytes(), element.as_bytes()), listed, "{element:?} in {joined:?}");
            assert_eq!(
                lists(joined.as_bytes(), element.as_bytes()),
                listed,
                "{element:?} in {joined:?}, const"
            );
        }
    }

    #[test]
    fn names_are_read_over_all_lines() {
        let lines: &[&[u8]] = &[b"x-a", b" X-B\t,,x c ,", b"", b"\t", b"x-d"];
        let names: [&[u8]; 4] = [b"x-a", b"X-B", b"x c", b"x-d"];
        assert!(requested_names(&lines).eq(names));
        assert_eq!(scan(&lines, |name| names.contains(&name)), Ok(()));
        assert_eq!(scan(&lines, |name| name != b"x c"), Err(RefusedNames::Name(b"x c")));
        for (empty, wanted) in [(MAX_EMPTY, Ok(())), (MAX_EMPTY + 1, Err(RefusedNames::Empty))] {
            let commas = [b','; MAX_EMPTY];
            let lines: &[&[u8]] = &[&commas[..empty - 2], b"", b"x-a"];
            assert_eq!(scan(&lines, |_| true), wanted, "{empty} empty elements");
        }
        assert!(elements("GET, HEAD").eq(["GET", "HEAD"]) && elements("").next().is_none());
    }
}
