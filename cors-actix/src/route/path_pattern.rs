//! Actix's path patterns, as text.

/// The pattern with its parameters called what `name` calls them, in their order.
fn rename(pattern: &str, mut name: impl FnMut() -> String) -> String {
    let mut renamed = String::with_capacity(pattern.len());
    let (mut depth, mut in_name) = (0_usize, false);
    for char in pattern.chars() {
        match char {
            '{' => {
                depth += 1;
                renamed.push(char);
                if depth == 1 {
                    in_name = true;
                    renamed.push_str(&name());
                }
                continue;
            }
            '}' => {
                depth = depth.saturating_sub(1);
                in_name &= depth > 0;
            }
            ':' => in_name = false,
            _ => {}
        }
        if !in_name {
            renamed.push(char);
        }
    }
    renamed
}

/// The pattern, whatever its parameters are called.
pub(crate) fn unnamed(pattern: &str) -> String {
    rename(pattern, String::new)
}

/// The pattern with a name for each parameter that no other has. Scopes and the routes in them may share names,
/// which one pattern must not.
pub(crate) fn renamed(pattern: &str) -> String {
    let mut numbers = 0_usize..;
    rename(pattern, || format!("p{}", numbers.next().unwrap_or_default()))
}

/// Can a parameter of this pattern take in slashes: a tail, or a regex of the app's own? Any other
/// pattern matches a path of odd spelling only if it is spelt so itself.
pub(crate) fn is_loose(pattern: &str) -> bool {
    let unnamed = unnamed(pattern);
    unnamed.contains("{}*") || unnamed.contains("{:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lose_their_names_or_get_others() {
        for (pattern, without, with_others) in [
            ("/a", "/a", "/a"),
            ("/a:b/{id}/{id}", "/a:b/{}/{}", "/a:b/{p0}/{p1}"),
            (r"/{n:\d{2,3}}/{tail}*", r"/{:\d{2,3}}/{}*", r"/{p0:\d{2,3}}/{p1}*"),
            ("/{a:(?:x|y:z)}.{b}", "/{:(?:x|y:z)}.{}", "/{p0:(?:x|y:z)}.{p1}"),
        ] {
            assert_eq!((unnamed(pattern).as_str(), renamed(pattern).as_str()), (without, with_others));
        }
    }

    #[test]
    fn loose_are_tails_and_regexes() {
        for (pattern, loose) in [
            ("/a/{b}", false),
            ("/a:b/{c}", false),
            ("/{a}*", true),
            ("/{a:.*}", true),
            (r"/{a:\d{2}}/b", true),
            ("/a", false),
        ] {
            assert_eq!(is_loose(pattern), loose, "{pattern}");
        }
    }
}
