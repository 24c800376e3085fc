//! An index of path patterns by segment, so that only a few have to be tried on a path.

use std::collections::HashMap;

/// Positions in a list of patterns, by the segments of the patterns.
///
/// A segment of a pattern is literal, or one whole parameter (`{id}`). Anything else (a regex of the
/// app's own, a tail, a parameter beside other text) is taken to match whatever follows. So the index finds
/// too many patterns rather than too few, and Actix's own types decide which of them match.
#[derive(Debug, Default)]
pub(crate) struct Index {
    root: Branch,
}

#[derive(Debug, Default)]
struct Branch {
    literal: HashMap<Box<str>, Branch>,
    parameter: Option<Box<Branch>>,
    /// Patterns that end here.
    whole: Vec<u32>,
    /// Patterns that match, or may match, whatever follows.
    open: Vec<u32>,
}

impl Index {
    /// Adds the pattern at this position. Positions are added in their order.
    pub(crate) fn add(&mut self, pattern: &str, is_prefix: bool, position: usize) {
        let position = u32::try_from(position).expect("an app has fewer patterns than that");
        let mut branch = &mut self.root;
        // With an asterisk at the end, Actix leaves the text before it out of the match.
        let mut is_open = pattern.ends_with('*');
        if !is_open {
            for segment in pattern.split('/') {
                branch = match Segment::of(segment) {
                    Segment::Literal => branch.literal.entry(segment.into()).or_default(),
                    Segment::Parameter => branch.parameter.get_or_insert_default(),
                    Segment::Other => {
                        is_open = true;
                        break;
                    }
                };
            }
        } else if let Some(rest) = pattern.strip_suffix('*').filter(|rest| rest.ends_with('}')) {
            for segment in rest.split('/') {
                branch = match Segment::of(segment) {
                    Segment::Literal => branch.literal.entry(segment.into()).or_default(),
                    // At the latest, the tail itself ends the loop.
                    Segment::Parameter | Segment::Other => break,
                };
            }
        }
        let end = if is_open || is_prefix { &mut branch.open } else { &mut branch.whole };
        if end.last() != Some(&position) {
            end.push(position);
        }
    }

    /// Appends the positions of all patterns that may match the path to `found`, in ascending order.
    #[inline]
    pub(crate) fn find(&self, path: &str, found: &mut Vec<u32>) {
        let start = found.len();
        self.root.each(Some(path), &mut |positions| found.extend(positions));
        let found = &mut found[start..];
        if !found.is_sorted() {
            found.sort_unstable();
        }
    }
}

impl Index {
    /// The first position for this path that passes.
    pub(crate) fn first(&self, path: &str, passes: impl Fn(usize) -> bool) -> Option<usize> {
        let mut first = None;
        self.root.each(Some(path), &mut |positions| {
            for position in positions.iter().map(|position| *position as usize) {
                // They are in ascending order.
                if first.is_some_and(|first| first <= position) {
                    return;
                }
                if passes(position) {
                    first = Some(position);
                    return;
                }
            }
        });
        first
    }
}

impl Branch {
    /// Calls `found` for each list of positions that may match. Each list is in ascending order.
    fn each(&self, path: Option<&str>, found: &mut dyn FnMut(&[u32])) {
        found(&self.open);
        let Some(path) = path else { return found(&self.whole) };
        let (segment, rest) = match path.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (path, None),
        };
        if let Some(branch) = self.literal.get(segment) {
            branch.each(rest, found);
        }
        if let Some(branch) = &self.parameter {
            branch.each(rest, found);
        }
    }
}

enum Segment {
    Literal,
    Parameter,
    Other,
}

impl Segment {
    /// `segment` is what lies between two slashes. If one of them is in a parameter's regex, its first part has an open brace, and nothing
    /// behind it is looked at.
    fn of(segment: &str) -> Self {
        if !segment.contains('{') {
            return Self::Literal;
        }
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(name) if !name.contains(['{', '}', ':']) => Self::Parameter,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::dev::ResourceDef;
    use proptest::prelude::*;

    use super::*;

    const PIECES: [&str; 16] = [
        "/",
        "/a",
        "/b",
        "/ab",
        "/{p}",
        "/{p}x",
        "/{p:[a-z]+}",
        "/{p:.*}",
        "/{p:[^/]+/b}",
        "/a{p}",
        "",
        "a",
        "/{p}.{q}",
        "/ü",
        "//",
        "/{p:a{1,2}}",
    ];
    const PATHS: [&str; 9] = ["/", "/a", "/b", "/ab", "//", "/ax", "a", "/ü", "/a.b"];

    fn pattern() -> impl Strategy<Value = String> {
        let tail = prop_oneof![4 => Just(""), 1 => Just("/{tail}*"), 1 => Just("{tail}*"), 1 => Just("/*")];
        (prop::collection::vec(prop::sample::select(&PIECES[..]), 0..4), tail).prop_map(|(pieces, tail)| {
            let mut number = 0;
            let pieces: Vec<_> = pieces
                .into_iter()
                .map(|piece| {
                    number += 1;
                    piece.replace("{p", &format!("{{p{number}")).replace("{q", &format!("{{q{number}"))
                })
                .collect();
            pieces.concat() + tail
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

        #[test]
        fn the_index_finds_what_a_walk_finds(
            patterns in prop::collection::vec((pattern(), prop::bool::weighted(0.2)), 1..12),
            path in prop::collection::vec(prop::sample::select(&PATHS[..]), 0..4).prop_map(|pieces| pieces.concat()),
        ) {
            let mut index = Index::default();
            let mut resources = Vec::new();
            for (pattern, is_prefix) in &patterns {
                let is_prefix = *is_prefix && !pattern.ends_with('*');
                index.add(pattern, is_prefix, resources.len());
                let pattern = pattern.as_str();
                resources.push(if is_prefix { ResourceDef::prefix(pattern) } else { ResourceDef::new(pattern) });
            }
            let mut found = Vec::new();
            index.find(&path, &mut found);
            prop_assert!(found.is_sorted_by(|a, b| a < b), "each once, in order: {:?}", found);
            let matching = |position: &usize| resources[*position].is_match(&path);
            let by_walk: Vec<_> = (0..resources.len()).filter(matching).collect();
            prop_assert_eq!(index.first(&path, |position| matching(&position)), by_walk.first().copied());
            let by_index: Vec<_> = found.into_iter().map(|position| position as usize).filter(matching).collect();
            prop_assert_eq!(by_index, by_walk, "{:?} on {}", patterns, path);
        }
    }

    #[test]
    fn few_patterns_are_left_to_try() {
        let mut index = Index::default();
        for number in 0..1000 {
            index.add(&format!("/api/r{number}/{{id}}"), false, number);
        }
        for number in 1000..2000 {
            index.add(&format!("/{{tenant}}/r{number}"), false, number);
        }
        for (path, expected) in
            [("/api/r7/1", vec![7]), ("/x/r1500", vec![1500]), ("/api/r7", vec![]), ("/", vec![])]
        {
            let mut found = Vec::new();
            index.find(path, &mut found);
            assert_eq!(found, expected, "{path}");
        }
    }
}
