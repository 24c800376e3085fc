//! Shared domains that the public suffix list does not have: our own list, with a source for each.

/// One domain per line, with its source, below a header that ends with an empty line.
const FILE: &str = include_str!("shared.txt");

/// The domains of the list, taken apart while this crate is compiled: each judged entry asks for several.
const DOMAINS: [&str; each_domain::<0>().0] = each_domain::<{ each_domain::<0>().0 }>().1;

/// How many domains the list has, and the first `N`.
const fn each_domain<const N: usize>() -> (usize, [&'static str; N]) {
    let (mut domains, mut count) = ([""; N], 0);
    let mut rest = FILE;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(position(rest, b'\n'));
        rest = if after.is_empty() { after } else { after.split_at(1).1 };
        if line.is_empty() || line.as_bytes()[0] == b'/' {
            continue;
        }
        if count < N {
            domains[count] = line.split_at(position(line, b' ')).0;
        }
        count += 1;
    }
    (count, domains)
}

/// Where the byte is, or the end.
const fn position(text: &str, byte: u8) -> usize {
    let mut at = 0;
    while at < text.len() && text.as_bytes()[at] != byte {
        at += 1;
    }
    at
}

/// The domains of the list.
pub(super) fn domains() -> impl Iterator<Item = &'static str> {
    DOMAINS.into_iter()
}

/// Returns whether strangers have names right under `name`.
pub(super) fn is_shared(name: &str) -> bool {
    domains().any(|domain| domain == name)
}

/// Returns whether a shared domain lies under `name`.
pub(super) fn has_more(name: &str) -> bool {
    domains().any(|domain| is_under(domain, name))
}

/// The shared domain that `name` is, or is under.
#[cfg(feature = "regex")]
pub(super) fn suffix_of(name: &str) -> Option<&str> {
    let domain = domains().find(|domain| *domain == name || is_under(name, domain))?;
    Some(&name[name.len() - domain.len()..])
}

/// The labels right before `name` on the way to a shared domain.
#[cfg(feature = "regex")]
pub(super) fn labels_below(name: &str) -> impl Iterator<Item = &'static str> {
    domains().filter(move |domain| is_under(domain, name)).filter_map(move |domain| {
        let left = domain.strip_suffix(name)?.strip_suffix('.').unwrap_or(domain);
        left.rsplit('.').next()
    })
}

fn is_under(name: &str, above: &str) -> bool {
    above.is_empty() || name.strip_suffix(above).is_some_and(|left| left.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_source_and_the_public_suffix_list_has_none_of_them() {
        let lines: Vec<&str> = FILE.lines().skip_while(|line| line.starts_with("//")).skip(1).collect();
        assert_eq!(lines.len(), domains().count());
        assert!(lines.is_sorted(), "they stand in order");
        for line in lines {
            let (domain, source) = line.split_once(' ').expect("a domain and its source");
            assert!(source.starts_with("https://") && !source.contains(' '), "{line}");
            assert!(!super::super::list::standing(domain).is_suffix, "{domain} is on the public suffix list");
        }
    }

    #[test]
    fn names_and_what_is_under_them() {
        assert!(is_shared("app.github.dev") && !is_shared("github.dev") && has_more("github.dev"));
        assert!(has_more("io") && !has_more("example.com"));
    }

    use alloc::vec::Vec;
}
