//! Finds header names that are likely typos of standard ones, in requests and policies, without allocating.

/// Headers of the standards, and others in wide use.
const HEADERS: [&str; 28] = [
    "accept",
    "accept-language",
    "accept-ranges",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-security-policy",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "last-modified",
    "location",
    "retry-after",
    "server-timing",
    "traceparent",
    "tracestate",
    "user-agent",
    "www-authenticate",
    "x-requested-with",
];

/// Real names that are similar to one of [`HEADERS`].
/// <https://www.iana.org/assignments/http-fields>, as of 2026-11.
const OTHER_HEADERS: [&str; 14] = [
    "accept-ch",
    "accept-patch",
    "accept-post",
    "accept-query",
    "allocation",
    "content-base",
    "content-digest",
    "content-id",
    "content-md5",
    "except",
    "expect",
    "content-script-type",
    "content-style-type",
    "use-agent",
];

/// The longest word that is compared. All candidates are far shorter.
const LONGEST: usize = 64;

/// The number of edits between two words, if it is at most `most`: letters added, removed, replaced, or swapped with their
/// neighbor. Case is ignored. Words longer than [`LONGEST`] are not compared.
pub(crate) fn distance(from: &str, to: &str, most: usize) -> Option<usize> {
    let width = to.chars().count();
    if width > LONGEST {
        return None;
    }
    // Its distance is at most the longer length, which fits.
    let mut before = [0_u8; LONGEST + 1];
    let mut last = [0_u8; LONGEST + 1];
    for (column, cell) in (0..).zip(&mut last) {
        *cell = column;
    }
    let mut above = None;
    for (i, a) in from.chars().enumerate() {
        if i == LONGEST {
            return None;
        }
        let mut row = [0; LONGEST + 1];
        row[0] = last[0] + 1;
        let mut nearest = row[0];
        let mut left = None;
        for (j, b) in to.chars().enumerate() {
            let mut cost =
                (last[j] + u8::from(!a.eq_ignore_ascii_case(&b))).min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = |was: Option<char>, is: char| was.is_some_and(|was| was.eq_ignore_ascii_case(&is));
            if swapped(left, a) && swapped(above, b) {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
            nearest = nearest.min(cost);
            left = Some(b);
        }
        // Each row is at most one swap nearer than the one before it.
        if usize::from(nearest) > most + 1 {
            return None;
        }
        above = Some(a);
        before = last;
        last = row;
    }
    let distance = usize::from(last[width]);
    (distance <= most).then_some(distance)
}

/// Returns whether `name`, in any case, is one of the headers that typos are compared with.
pub(crate) fn is_known_header(name: &str) -> bool {
    HEADERS.iter().chain(&OTHER_HEADERS).any(|known| known.eq_ignore_ascii_case(name))
}

/// The standard header that `name`, in any case, is one or two typos away from.
pub(crate) fn misspelled_header(name: &str) -> Option<&'static str> {
    if is_known_header(name) {
        return None;
    }
    let is_own = matches!(name.as_bytes(), [b'x' | b'X', b'-', ..]);
    let near = HEADERS.into_iter().filter(|known| known.starts_with("x-") == is_own).filter_map(|known| {
        // In a short name, two typos can make another word.
        let most = if letters(known).count() < 8 { 1 } else { 2 };
        // Missing hyphens count as one typo, however many there are.
        let slips = match letters(name).eq(letters(known)) {
            true => 1,
            false if known.len().abs_diff(name.len()) > most => return None,
            false => distance(name, known, most)?,
        };
        Some((slips, known))
    });
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

/// A name in lower case, without the separators of its words.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !matches!(byte, b'-' | b'_')).map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_one_or_two_slips_away() {
        for (slip, meant) in [
            ("contenttype", Some("content-type")),
            ("ContentType", Some("content-type")),
            ("Content-Tpye", Some("content-type")),
            ("Content-Type", None),
            ("content_type", Some("content-type")),
            ("autorization", Some("authorization")),
            ("authorisation", Some("authorization")),
            ("x-requested-wiht", Some("x-requested-with")),
            ("xrequestedwith", None),
            ("x-authorization", None),
            ("x-csrftoken", None),
            ("x-csrf-token", None),
            ("content-type", None),
            ("accept-patch", None),
            ("locations", Some("location")),
            ("etag", None),
            ("x-total-count", None),
            ("x-request-id", None),
            ("authorization-token", None),
        ] {
            assert_eq!(misspelled_header(slip), meant, "{slip}");
        }
    }
}
