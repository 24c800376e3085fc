//! Where names stand, by examples and beside the crate that the list was taken from.

use super::*;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

#[test]
fn standings() {
    let cases = [
        // name, is a suffix, has more below it, has a wildcard below it
        ("com", true, true, false),
        ("example.com", false, false, false),
        ("com.ac", true, false, false),
        ("github.io", true, false, false),
        ("amazonaws.com", false, true, false),
        ("s3.amazonaws.com", true, false, false),
        ("ck", true, true, true),
        ("any.ck", true, false, false),
        ("www.ck", false, false, false),
        ("kawasaki.jp", false, true, true),
        // One wildcard makes it a suffix, and another stands below it.
        ("mtls.run.app", true, true, true),
        ("no-such-tld", true, false, false),
    ];
    for (name, is_suffix, has_more, has_wildcard) in cases {
        assert_eq!(standing(name), Standing { is_suffix, has_more, has_wildcard }, "{name}");
    }
}

#[test]
fn labels_below_names() {
    let cases: &[(&str, &[&str])] = &[
        // An exception, but no wildcard.
        ("ck", &["www"]),
        ("kawasaki.jp", &["city"]),
        ("ac", &["com", "drr", "edu", "feedback", "forms", "gov", "mil", "net", "org", "sch"]),
        ("amazonwebservices.com.cn", &["on"]),
        ("github.io", &[]),
        ("example.com", &[]),
    ];
    for (name, labels) in cases {
        let found: Vec<_> = labels_below(name).collect();
        assert_eq!(found, *labels, "{name}");
    }
    let last: Vec<_> = labels_below("").collect();
    assert!(last.is_sorted() && last.contains(&"com") && last.contains(&"ck") && last.len() > 1400);
}

#[test]
fn wildcards_are_those_that_names_stand_under() {
    let all: Vec<_> = wildcards().collect();
    assert_eq!(all.len(), RULES.matches(",*\n").count());
    for name in ["ck", "kawasaki.jp", "mtls.run.app", "eth.limo"] {
        assert!(all.iter().any(|wildcard| wildcard == name), "{name}");
    }
    for name in all {
        assert!(standing(&name).has_wildcard, "{name}");
    }
}

/// What the crate says of a name, in our words.
mod peer {
    use super::*;
    use psl::{Info, List, Psl};

    fn find(labels: &mut dyn Iterator<Item = &[u8]>) -> Info {
        List.find(labels)
    }

    pub(super) fn suffix_of(name: &str) -> (&str, bool) {
        let found = find(&mut name.rsplit('.').map(str::as_bytes));
        (&name[name.len() - found.len..], found.typ.is_some())
    }

    /// It asks for a further label only where rules lie below the ones it has seen.
    pub(super) fn standing(name: &str) -> Standing {
        let labels = || name.rsplit('.').map(str::as_bytes);
        let mut has_more = false;
        let ask = core::iter::from_fn(|| {
            has_more = true;
            None
        });
        Standing {
            is_suffix: find(&mut labels().chain(ask)).len == name.len(),
            has_more,
            has_wildcard: find(&mut labels().chain([&b"no-such-label"[..]])).len > name.len(),
        }
    }
}

/// The public suffix of `name` by the letter of publicsuffix.org, "Algorithm".
fn by_the_book<'n>(rules: &BTreeSet<String>, name: &'n str) -> &'n str {
    for tail in tails(name) {
        let parent = tail.split_once('.').map(|(_, parent)| parent);
        if let Some(parent) = parent
            && rules.contains(&format!("!{tail}"))
        {
            return parent;
        }
        if rules.contains(tail) || parent.is_none_or(|parent| rules.contains(&format!("*.{parent}"))) {
            return tail;
        }
    }
    name
}

/// Returns whether the crate forgets a wildcard for `name`: by `*.run.app`, `mtls.run.app` is a public
/// suffix, but the crate goes by `*.mtls.run.app` alone.
fn is_overlooked(rules: &BTreeSet<String>, name: &str) -> bool {
    tails(name).any(|tail| {
        by_the_book(rules, tail) == tail
            && !rules.contains(tail)
            && tail.contains('.')
            && standing(tail).has_more
    })
}

/// A name, and what stands right of each of its dots.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    [0].into_iter().chain(name.match_indices('.').map(|(dot, _)| dot + 1)).map(|start| &name[start..])
}

/// A rule as publicsuffix.org writes it.
fn as_published(rule: &str) -> String {
    let mut labels: Vec<_> = rule.split(',').collect();
    labels.reverse();
    labels.join(".")
}

#[test]
fn every_name_near_a_rule_stands_where_the_algorithm_and_the_crate_put_it() {
    let rules: BTreeSet<String> = RULES.lines().map(as_published).collect();
    let mut overlooked = 0;
    for rule in &rules {
        let name = rule.trim_start_matches(['!', '*', '.']);
        let mut names: Vec<_> =
            ["", "0.", "zz.", "www.", "a.b.", "a.b.c."].map(|left| format!("{left}{name}")).into();
        // Its parents, their other children, and what only looks like it.
        for (dot, _) in name.match_indices('.') {
            names.extend(["", "zz.", "city."].map(|left| format!("{left}{}", &name[dot + 1..])));
        }
        names.extend([format!("x{name}"), format!("{name}.example")]);
        for name in names {
            let suffix = by_the_book(&rules, &name);
            assert_eq!(suffix_of(&name).0, suffix, "{name}, by {rule}");
            assert_eq!(standing(&name).is_suffix, suffix == name, "{name}, by {rule}");
            if is_overlooked(&rules, &name) {
                overlooked += 1;
                continue;
            }
            assert_eq!(standing(&name), peer::standing(&name), "{name}, by {rule}");
            assert_eq!(suffix_of(&name), peer::suffix_of(&name), "{name}, by {rule}");
        }
    }
    assert!(overlooked < 1000, "{overlooked} names are not compared with the crate");
}

/// The file holds the published rules, all of them and no others, those without further rules below them included.
///
/// The published list is the copy that the crate `psl` was made from. The variable makes the file anew: see its header.
#[test]
fn the_rules_are_the_published_ones() {
    let psl = psl_package();
    let manifest = Path::new(psl["manifest_path"].as_str().expect("a path"));
    let source = fs::read_to_string(manifest.with_file_name("data/rules.txt")).expect("the crate's rules");
    let published: BTreeSet<String> = source
        .lines()
        .map(|rule| idna::domain_to_ascii_cow(rule.as_bytes(), idna::AsciiDenyList::EMPTY).expect("a name"))
        .map(|rule| key(&rule))
        .collect();

    let day = env::var("PUBLIC_SUFFIX_LIST_DATE");
    let header = HEADER
        .replace("{day}", day.as_deref().unwrap_or(DATE))
        .replace("{version}", psl["version"].as_str().expect("a version"));
    if day.is_ok() {
        let rules: Vec<_> = published.iter().map(String::as_str).collect();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compile/public_suffix/rules.txt");
        fs::write(file, format!("{header}\n{}\n", rules.join("\n"))).expect("written");
        return;
    }
    let ours: BTreeSet<String> = RULES.lines().map(String::from).collect();
    let written = |rules: Vec<&String>| rules.into_iter().map(|rule| as_published(rule)).collect::<Vec<_>>();
    let (missing, surplus) =
        (written(published.difference(&ours).collect()), written(ours.difference(&published).collect()));
    assert!(missing.is_empty(), "published, but not in rules.txt: {missing:?}");
    assert!(surplus.is_empty(), "in rules.txt, but not published: {surplus:?}");
    assert_eq!(ours.len(), RULES.lines().count(), "a rule stands twice in rules.txt");
    assert!(RULES.lines().is_sorted(), "the look-up needs the rules in byte order");
    assert!(FILE.starts_with(&header), "the header of rules.txt is not that of psl {}", psl["version"]);
}

/// What cargo knows of the crate `psl`.
fn psl_package() -> serde_json::Value {
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo.args(["metadata", "--format-version=1", "--manifest-path"]);
    let answer =
        cargo.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).output().expect("cargo runs");
    let mut metadata: serde_json::Value = serde_json::from_slice(&answer.stdout)
        .unwrap_or_else(|_| panic!("cargo metadata: {}", String::from_utf8_lossy(&answer.stderr)));
    let packages = metadata["packages"].as_array_mut().expect("packages");
    let psl = packages.iter_mut().find(|package| package["name"] == "psl");
    psl.expect("the crate is among them").take()
}

const HEADER: &str = "\
// The public suffix list of {day}: the rules of both its sections, without its comments.
//
// This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of
// the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
//
// It comes from https://publicsuffix.org by way of the crate psl {version}; the day is the one on which
// that was published. The names are in Punycode, their labels from the right: `uk,co` is co.uk. For a
// newer list, put the version of psl that has it into the workspace's Cargo.toml, and its day into
//
//     PUBLIC_SUFFIX_LIST_DATE=2026-11-05 cargo test -p cors-engine --all-features the_rules_are
";
