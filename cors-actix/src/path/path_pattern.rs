//! Actix's path patterns, as text.

/// The pattern without the names of its parameters.
pub(crate) fn unnamed(pattern: &str) -> String {
    let mut unnamed = String::with_capacity(pattern.len());
    let (mut depth, mut in_name) = (0_usize, false);
    for char in pattern.chars() {
        match char {
            '{' => {
                depth += 1;
                unnamed.push(char);
                if depth == 1 {
                    in_name = true;
                }
                continue;
            }
            '}' => {
                depth = depth.saturating_sub(1);
                // A name has no braces.
                in_name = false;
            }
            ':' => in_name = false,
            _ => {}
        }
        if !in_name {
            unnamed.push(char);
        }
    }
    unnamed
}

/// Returns whether a parameter of this pattern can match slashes: a tail, or a regex of the app's own. Any other
/// pattern matches a path with odd slashes only if it has them itself.
pub(crate) fn is_loose(pattern: &str) -> bool {
    let unnamed = unnamed(pattern);
    unnamed.contains("{}*") || unnamed.contains("{:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lose_their_names() {
        for (pattern, without) in [
            ("/a", "/a"),
            ("/a:b/{id}/{id}", "/a:b/{}/{}"),
            (r"/{n:\d{2,3}}/{tail}*", r"/{:\d{2,3}}/{}*"),
            ("/{a:(?:x|y:z)}.{b}", "/{:(?:x|y:z)}.{}"),
        ] {
            assert_eq!(unnamed(pattern), without);
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
